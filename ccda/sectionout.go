package ccda

import (
	"slices"
	"strings"

	"github.com/portage-health/portage/record"
)

// sectionOut is a section of the document that is being written.
type sectionOut struct {
	src    *record.Section // nil for one that the record does not have
	where  string          // the list that holds it, and its place: for the report
	i      int
	def    *sectionDef // nil for a section that C-CDA does not define
	number int         // among all sections of the document, from 1
	must   bool        // its entries are required by the type of document
	kept   bool        // the source's own narrative stands
	body   []byte      // its entries, as they are written
	starts []int       // where in body each entry begins
	rows   []tableRow  // what its narrative tells, where that is made anew
	subs   []*sectionOut
}

// outline decides which sections the document has: those of the record's own
// document in their order, then those that the type of document requires.
func (w *writer) outline(d *record.Document) {
	w.out = w.sections(d.Sections, "sections")
	if !w.strict {
		return
	}
	for _, code := range w.typ.required {
		loinc, must := strings.CutPrefix(code, "!")
		s := w.find(w.out, loinc)
		if s == nil {
			if loinc == "51848-0" || loinc == "18776-5" {
				// Assessment and Plan stands for both (CONF:1198-8704 and the like).
				if w.find(w.out, "51847-2") != nil {
					continue
				}
			}
			s = w.addSection(defOf(loinc))
		}
		s.must = s.must || must
	}
}

func (w *writer) sections(list []record.Section, where string) []*sectionOut {
	var out []*sectionOut
	for i := range list {
		s := &list[i]
		code := ""
		for k := range s.Code.Codings {
			if c := &s.Code.Codings[k]; code == "" && (c.System == record.SystemLOINC || c.System == "") {
				code = c.Code
			}
		}
		if w.x.Sections != nil && !slices.Contains(w.x.Sections, code) {
			w.leaveOut(s, where, i)
			continue
		}
		w.numbers++
		o := &sectionOut{src: s, where: where, i: i, def: defOf(code), number: w.numbers, kept: !s.Narrative.IsZero() && w.stillSays(s)}
		w.said.add(o)
		w.In(where, i)
		o.subs = w.sections(s.Sections, "sections")
		w.Leave()
		out = append(out, o)
	}
	return out
}

// leaveOut names what a section that the options leave out says.
func (w *writer) leaveOut(s *record.Section, where string, i int) {
	w.In(where, i)
	w.Drop("", s, &lostFilter)
	w.Leave()
	for _, r := range s.Entries {
		w.leftOut[r.ID] = true
	}
	for i := range s.Sections {
		for _, r := range s.Sections[i].Entries {
			w.leftOut[r.ID] = true
		}
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
	return w.addSection(defOf(loinc))
}

// writeEntries writes the entries of all sections, each into its section's own
// buffer: those that the record's sections list, then all others where they belong.
func (w *writer) writeEntries() {
	whole, open := w.b, w.open
	w.open = nil
	for i := 0; i < len(w.out); i++ {
		w.listedEntries(w.out[i])
	}
	w.unlisted()
	w.b, w.open = whole, open
	w.sec, w.row = nil, nil
}

func (w *writer) listedEntries(s *sectionOut) {
	if s.src != nil {
		for _, ref := range s.src.Entries {
			if at, ok := w.index[ref.ID]; ok {
				w.entry(s, at)
			}
		}
	}
	for _, sub := range s.subs {
		w.listedEntries(sub)
	}
}

// entry writes an entry of a section, if it was not written before.
func (w *writer) entry(s *sectionOut, at place) {
	e := w.entryAt(at)
	if e == nil || w.wrote[e.ID] || w.leftOut[e.ID] || s == nil || w.ctx.Err() != nil {
		return
	}
	w.sec = s
	w.b, w.open = s.body, w.open[:0]
	w.beginRow(s)
	mark := len(w.b)
	w.b = append(w.b, '\n')
	// What is carried at the entry element itself belongs to the section: see section.
	w.el("entry")
	w.at("typeCode", "DRIV")
	if w.statementAt(at) {
		w.end()
		s.starts = append(s.starts, mark)
	} else {
		w.b, w.open, w.inTag = w.b[:mark], w.open[:0], false
		w.dropRow(s)
	}
	s.body = w.b
	w.sec, w.row = nil, nil
}

// section writes a section with its narrative and the entries that were written.
func (w *writer) section(s *sectionOut) {
	var src record.Section
	if s.src != nil {
		src = *s.src
		w.In(s.where, s.i)
		defer w.Leave()
	}
	w.line()
	w.el("component")
	w.el("section")
	if s.src != nil {
		w.own(src.ID)
	}
	w.at("ID", take(&src.Anchor))
	if empty := len(s.starts) == 0 && len(s.subs) == 0 && (s.src == nil || src.Narrative.IsZero()); empty && w.strict && src.Absent == "" {
		w.at("nullFlavor", "NI")
	}
	w.nullFlavor("absent", &src.Absent)
	w.sectionTemplates(s)
	w.identifiers("id", "identifiers", &src.Identifiers)
	if src.Code.IsZero() && s.def != nil {
		w.leaf("code", "code", s.def.loinc, "codeSystem", s.codeSystem(), "codeSystemName", s.codeSystemName(), "displayName", s.def.title)
	}
	w.concept("code", "code", &src.Code)
	if src.Title == "" && s.def != nil && (w.strict || s.src == nil) {
		w.words("title", s.def.title)
	}
	w.words("title", take(&src.Title))
	w.narrative(s)
	src.Narrative = nil
	w.labels(&src.Labels)
	if l := take(&src.Language); l != "" {
		w.leaf("languageCode", "code", l)
	}
	w.authorsOf("participants", &src.Participants)
	w.splice(s)
	src.Entries = nil
	src.Sections = nil
	for _, sub := range s.subs {
		w.section(sub)
	}
	w.end()
	w.end()
	if s.src != nil {
		w.rest(&src)
	}
}

func (s *sectionOut) codeSystem() string {
	if s.def.loinc == "121181" {
		return "1.2.840.10008.2.16.4" // DICOM Controlled Terminology
	}
	return oidLOINC
}

func (s *sectionOut) codeSystemName() string {
	if s.def.loinc == "121181" {
		return "DCM"
	}
	return "LOINC"
}

// splice writes the entries of a section into it, with the carried ones in their places.
func (w *writer) splice(s *sectionOut) {
	e := &w.open[len(w.open)-1]
	if e.pieces == nil {
		w.endTag()
		w.b = append(w.b, s.body...)
		return
	}
	for i, from := range s.starts {
		to := len(s.body)
		if i+1 < len(s.starts) {
			to = s.starts[i+1]
		}
		w.meet("entry")
		w.b = append(w.b, s.body[from:to]...)
	}
}

// sectionTemplates writes the template ids of a section: that whose entries are
// required only where there are some, or the section says that there is no information.
func (w *writer) sectionTemplates(s *sectionOut) {
	if s.def == nil {
		return
	}
	w.template(s.def.optional)
	if s.def.required != "" && (len(s.starts) > 0 || s.must) {
		w.template(s.def.required)
	}
}
