package ccda

import (
	"slices"

	"github.com/portage-health/portage/record"
)

// sectionOut is a section of the document that is being written.
type sectionOut struct {
	src      *record.Section // nil for one that the record does not have
	up       *sectionOut     // the section that it lies in
	where    string          // the list that holds it, and its place: for the report
	i        int
	def      *sectionDef // nil for a section that C-CDA does not define
	anchor   string      // its own ID, in a conformant document
	notes    []string    // the rows of the comments on it
	contexts []string    // the rows of the acts that an imaging report is about
	covers   string      // the row of the time that it covers
	tried    int         // how many rows were begun
	number   int         // among all sections of the document, from 1
	must     bool        // its entries are required by the type of document
	asked    bool        // the type of document requires it
	bare     bool        // it claims no template, which another section of the document has
	empty    bool        // it says that there is no information
	kept     bool        // the source's own narrative stands
	entries  []stretch   // where writer.entries has its own
	rows     []tableRow  // what its narrative tells, where that is made anew
	subs     []*sectionOut

	anchorsFrom, anchorsTo int // the anchors in its narrative, in narratives.all
}

// outline decides which sections the document has: those of the record's own document, in their order.
func (w *writer) outline(d *record.Document) {
	w.said.expect(d.Sections)
	w.out = w.sections(d.Sections, nil)
	if (hasMarkings(d.Labels) || w.marksSubjects() && w.marksPeople()) && w.find(w.out, loincPrivacy) == nil {
		w.addSection(defOf(loincPrivacy))
	}
	w.marks = w.find(w.out, loincPrivacy) != nil
}

func (w *writer) sections(list []record.Section, up *sectionOut) []*sectionOut {
	const where = "sections"
	var out []*sectionOut
	for i := range list {
		s := &list[i]
		code := ""
		for k := range s.Code.Codings {
			if c := &s.Code.Codings[k]; code == "" && (c.System == record.SystemLOINC || c.System == systemCatalog || c.System == "") {
				code = c.Code
			}
		}
		if w.x.Sections != nil && !slices.Contains(w.x.Sections, code) {
			w.inside(&sectionOut{src: s, up: up, where: where, i: i}, func() { w.leaveOut(s) })
			continue
		}
		w.numbers++
		o := &sectionOut{src: s, up: up, where: where, i: i, def: w.defOf(code), number: w.numbers, kept: !s.Narrative.IsZero() && w.stillSays(s)}
		if o.def == nil && w.holdsNotes(s) {
			o.def = w.notesDef(code)
		}
		w.said.add(o, w.strict)
		o.subs = w.sections(s.Sections, o)
		out = append(out, o)
	}
	return out
}

// inside does f as if the writer stood in the section of the record.
func (w *writer) inside(s *sectionOut, f func()) {
	w.At("documents", 0, func() { w.down(s, f) })
}

func (w *writer) down(s *sectionOut, f func()) {
	if s == nil || s.src == nil {
		f()
		return
	}
	w.down(s.up, func() {
		w.In(s.where, s.i)
		f()
		w.Leave()
	})
}

// leaveOut names what a section that the options leave out says.
func (w *writer) leaveOut(s *record.Section) {
	w.Drop("", s, &lostFilter)
	w.leaveEntries(s)
}

func (w *writer) leaveEntries(s *record.Section) {
	for _, r := range s.Entries {
		w.leftOut[r.ID] = true
	}
	for i := range s.Sections {
		w.leaveEntries(&s.Sections[i])
	}
}

func (w *writer) find(list []*sectionOut, loinc string) *sectionOut {
	for _, s := range list {
		if s.def != nil && s.def.loinc == loinc {
			return s
		}
		if found := w.find(s.subs, loinc); found != nil {
			return found
		}
	}
	return nil
}

// addSection adds a section that the record's document does not have.
func (w *writer) addSection(def *sectionDef) *sectionOut {
	w.numbers++
	s := &sectionOut{def: def, i: -1, number: w.numbers}
	w.out = append(w.out, s)
	return s
}

// sectionFor gives the section that an entry of no section belongs to; it is made where there is none.
func (w *writer) sectionFor(loinc string) *sectionOut {
	if s := w.find(w.out, loinc); s != nil {
		return s
	}
	if w.x.Sections != nil && !slices.Contains(w.x.Sections, loinc) {
		return nil
	}
	def := defOf(loinc)
	if def == nil {
		def = w.notesDef(loinc)
	}
	return w.addSection(def)
}

// stretch is a part of a buffer.
type stretch struct{ from, to int }

// writeEntries writes the entries of all sections, one after another, for splice
// to put into their sections: those that the record's sections list, then all
// others where they belong.
func (w *writer) writeEntries() {
	w.plansInPlace()
	for i := 0; i < len(w.out); i++ {
		w.listedEntries(w.out[i])
	}
	w.unlisted()
	w.entries, w.b, w.open = w.b, w.entries[:0], w.open[:0]
	w.sec, w.row = nil, nil
}

func (w *writer) listedEntries(s *sectionOut) {
	if s.src != nil {
		for i := range s.src.Entries {
			w.listedEntry(s, i)
		}
	}
	for _, sub := range s.subs {
		w.listedEntries(sub)
	}
}

// lostListing is for an entry of a section that does not stand there.
var lostListing = record.IssueLost.Because("the entry that the section lists does not stand in it: it is not in the document, or in another section")

// listedEntry writes the i-th of the entries that a section lists.
func (w *writer) listedEntry(s *sectionOut, i int) {
	ref := s.src.Entries[i]
	at, ok := w.index[ref.ID]
	why := &lostListing
	if ok && (w.entry(s, at) || w.joined[ref.ID] == s) {
		ref.ID = ""
	} else if w.leftOut[ref.ID] {
		why = &lostFilter
	}
	if record.CountLeavesOf(&ref) > 0 {
		w.inside(s, func() {
			w.In("entries", i)
			w.Drop("", &ref, why)
			w.Leave()
		})
	}
}

// unlistedHere is for an entry that goes where C-CDA has it.
var unlistedHere = record.IssueAltered.Because("the section holds an entry that the record lists in none")

// joins notes that an entry stands in the section at hand though its turn has not come, or will not come.
func (w *writer) joins(id string) {
	w.mates = append(w.mates, id)
	if w.sec == nil || w.sec.src == nil || w.depth > 0 {
		return
	}
	if w.listed[id] {
		if w.joined == nil {
			w.joined = map[string]*sectionOut{}
		}
		w.joined[id] = w.sec
		return
	}
	w.inside(w.sec, func() { w.Note(&unlistedHere, "entries") })
}

// unnamed notes, for each entry that was written with another since from, that
// the field which names the other does not name it.
func (w *writer) unnamed(from int, leaf string, named func(id string) bool) {
	for _, id := range w.mates[from:] {
		if !named(id) {
			w.Note(&withOthers, leaf)
		}
	}
}

// withOthers is for entries of one concern, which stand in one act.
var withOthers = record.IssueAltered.Because("the entries of one concern stand in one act, those too that are not named here")

// entry writes an entry of a section, if it was not written before.
func (w *writer) entry(s *sectionOut, at place) bool {
	e := w.entryAt(at)
	if e == nil || w.wrote[e.ID] || w.leftOut[e.ID] || s == nil || w.ctx.Err() != nil {
		return false
	}
	w.stranger, w.untold = w.isStranger(s, e), len(e.Origins) == 0 && !w.listed[e.ID]
	defer func() { w.stranger, w.untold = false, false }()
	mark := w.beginEntry(s)
	if w.carried != nil {
		w.apart(e.ID, slotEntry)
	}
	if w.statementAt(at) {
		if !w.listed[e.ID] {
			w.joins(e.ID)
		}
		w.endEntry(s)
		return true
	}
	s.entries = s.entries[:len(s.entries)-1]
	w.b, w.open, w.inTag = w.b[:mark], w.open[:0], false
	w.dropRow(s)
	w.sec, w.row = nil, nil
	return false
}

// isStranger reports whether the narrative of a section is not, or not surely, that which tells of an entry: the section is of one
// document, and the entry of another, of several, or of none.
func (w *writer) isStranger(s *sectionOut, e *record.Entry) bool {
	if s.src == nil || !s.kept || len(w.rec.Documents) == 0 {
		return false
	}
	of := w.rec.Documents[0].Origins
	if len(e.Origins) == 0 && w.listed[e.ID] || len(e.Origins) > 0 && len(w.rec.Sources) < 2 {
		return false
	}
	return !comeFrom(e.Origins, of) || !comeFrom(of, e.Origins)
}

// comeFrom reports whether all of the origins are of sources that others name.
func comeFrom(origins, others []record.Origin) bool {
	for i := range origins {
		if !slices.ContainsFunc(others, func(o record.Origin) bool { return o.Source == origins[i].Source }) {
			return false
		}
	}
	return true
}

// beginEntry starts an entry of a section, and gives where that begins.
func (w *writer) beginEntry(s *sectionOut) (mark int) {
	w.sec = s
	w.open = w.open[:0]
	if n := cap(w.b); n-len(w.b) < 8<<10 {
		w.b = slices.Grow(w.b, n)
	}
	w.beginRow(s)
	mark = len(w.b)
	if s.entries == nil && s.src != nil {
		s.entries = make([]stretch, 0, len(s.src.Entries)+1)
	}
	s.entries = append(s.entries, stretch{from: mark})
	w.b = append(w.b, '\n')
	// What is carried at the entry element itself belongs to the section: see section.
	w.el("entry")
	w.at("typeCode", "DRIV")
	return mark
}

func (w *writer) endEntry(s *sectionOut) {
	w.end()
	s.entries[len(s.entries)-1].to = len(w.b)
	w.sec, w.row = nil, nil
}

// section writes a section with its narrative and the entries that were written.
func (w *writer) section(s *sectionOut) {
	w.line()
	w.el("component")
	w.el("section")
	w.inside(s, func() { w.sectionParts(s) })
	for _, sub := range s.subs {
		w.section(sub)
	}
	w.end()
	w.end()
}

func (w *writer) sectionParts(s *sectionOut) {
	var src record.Section
	if s.src != nil {
		src = *s.src
		w.own(src.ID)
	}
	if w.strict && s.anchor != src.Anchor {
		w.Note(&altered, "anchor")
		src.Anchor = s.anchor
	}
	w.at("ID", take(&src.Anchor))
	w.sectionAbsent(s, &src)
	w.sectionTemplates(s)
	w.identifiers("id", "identifiers", &src.Identifiers)
	w.sectionCode(s, &src)
	if src.Title == "" && s.def != nil && (w.strict || s.src == nil) {
		if s.src != nil {
			w.Note(&issueRequired, "title")
		}
		w.words("title", s.def.title)
	}
	w.words("title", take(&src.Title))
	findings := len(w.contexts) > 0 && s == w.findings()
	if findings {
		w.tellContexts(s)
	}
	w.tellNotes(s, &src)
	w.tellMarkings(s)
	w.narrative(s)
	src.Narrative = nil
	w.confidentialityCode(&src.Labels)
	if l := take(&src.Language); l != "" {
		w.leaf("languageCode", "code", l)
	}
	w.sectionParticipants(&src)
	w.ofSection(s, &src)
	w.servicesOf(src.ID)
	if findings {
		w.procedureContexts(s)
	}
	w.marked(s, &src)
	w.splice(s)
	src.Entries, src.Sections = nil, nil
	w.rest(&src)
}

// sectionParticipants writes the authors and informants of a section; the schema has no others there.
func (w *writer) sectionParticipants(src *record.Section) {
	for _, name := range [...]string{"author", "informant", "performer", "participant"} {
		for i := range src.Participants {
			p := src.Participants[i]
			if elementFor(p.Role) != name {
				continue
			}
			w.In("participants", i)
			if name == "author" || name == "informant" {
				w.participation(name, p)
			} else {
				w.Drop("", &p, &lost)
			}
			w.Leave()
		}
	}
	src.Participants = nil
}

// splice writes the entries of a section into it, with the carried ones in their places.
func (w *writer) splice(s *sectionOut) {
	w.endTag()
	for _, x := range s.entries {
		if w.open[len(w.open)-1].kept != nil {
			w.meet("entry")
		}
		w.b = append(w.b, w.entries[x.from:x.to]...)
	}
}
