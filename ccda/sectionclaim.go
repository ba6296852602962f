package ccda

import (
	"bytes"
	"slices"
	"strings"

	"github.com/portage-health/portage/record"
)

// What a section claims to be, by its template ids, in a conformant document.

// settle adds the sections that the type of document requires and the record
// does not have, once all entries are in theirs, and decides which sections claim which template.
func (w *writer) settle() {
	if !w.strict {
		return
	}
	required := w.typ.required
	if w.release >= R30 {
		required = slices.Concat(required, w.typ.since30)
	}
	for _, code := range required {
		loinc, must := strings.CutPrefix(code, "!")
		s := w.ask(loinc)
		s.must = s.must || must
		if roots := entriesRequired[s.demands()]; roots != nil && len(s.entries) > 0 && !w.holdsAny(s, roots...) {
			// None of its entries can claim the template that the type of document requires: a
			// section beside it says that of such entries there is no information.
			s.must, s.asked = false, false
			beside := w.addSection(s.def)
			beside.must, beside.asked = must, true
			w.inside(s, func() { w.Note(&issueRequired, "entries") })
		}
	}
	if w.typ.plan {
		w.assessmentAndPlan()
	}
	switch w.typ.typ {
	case CarePlan:
		w.bareAll("18776-5") // CONF:1198-31044
	case HistoryAndPhysical:
		// CONF:1198-30613
		if w.top("10154-3") == nil && w.top("29299-5") == nil && w.top("46239-0") == nil {
			w.ask("46239-0")
		}
	case ConsultationNote:
		// CONF:1198-9504
		if w.top("42349-1") == nil && w.top("29299-5") == nil {
			w.ask("42349-1")
		}
	case DiagnosticImagingReport:
		w.catalogFirst()
	}
	if w.find(w.out, "10154-3") != nil || w.find(w.out, "29299-5") != nil {
		w.bareAll("46239-0") // CONF:1198-30616, 1198-28940, 1198-30569, 1198-30415
	}
	w.once(w.out, map[string]bool{})
}

// demands gives the template that the type of document requires of a section and that has entries of its own.
func (s *sectionOut) demands() string {
	switch {
	case s.def == nil:
		return ""
	case s.must && s.def.required != "":
		return s.def.required
	}
	return s.def.optional
}

// top finds a section among those that lie in no other.
func (w *writer) top(loinc string) *sectionOut {
	for _, s := range w.out {
		if s.def != nil && s.def.loinc == loinc {
			return s
		}
	}
	return nil
}

// ask finds the section that the type of document requires: the first of the
// document. One that lies in another section is taken out of it, for the rules
// look at the body alone; where there is none, one without information is made.
func (w *writer) ask(loinc string) *sectionOut {
	s := w.top(loinc)
	if s == nil {
		if s = w.takeOut(w.out, loinc); s != nil {
			w.inside(s, func() { w.Note(&altered, "") })
			w.out = append(w.out, s)
		}
	}
	if s == nil {
		s = w.addSection(defOf(loinc))
	}
	s.asked = true
	return s
}

// takeOut takes the first section with a code out of the one that it lies in.
func (w *writer) takeOut(list []*sectionOut, loinc string) *sectionOut {
	for _, s := range list {
		for i, sub := range s.subs {
			if sub.def != nil && sub.def.loinc == loinc {
				s.subs = slices.Delete(slices.Clone(s.subs), i, i+1)
				return sub
			}
		}
		if sub := w.takeOut(s.subs, loinc); sub != nil {
			return sub
		}
	}
	return nil
}

// assessmentAndPlan sees to it that there is either an Assessment and Plan
// Section or both an Assessment and a Plan of Treatment Section (CONF:1198-30614,
// 1198-28939, 1198-30657, 1198-31582, 1198-29102, 1198-30412).
func (w *writer) assessmentAndPlan() {
	parts := w.find(w.out, "51848-0") != nil || w.find(w.out, "18776-5") != nil
	if !parts && w.find(w.out, "51847-2") != nil {
		w.ask("51847-2")
		return
	}
	w.ask("51848-0")
	w.ask("18776-5")
	w.bareAll("51847-2")
}

// bareAll takes the template ids from all sections with a code: the document may not claim them.
func (w *writer) bareAll(loinc string) {
	var walk func([]*sectionOut)
	walk = func(list []*sectionOut) {
		for _, s := range list {
			if s.def != nil && s.def.loinc == loinc {
				s.bare = true
			}
			walk(s.subs)
		}
	}
	walk(w.out)
}

// catalogFirst brings the DICOM Object Catalog Section to the front (CONF:1198-31206).
func (w *writer) catalogFirst() {
	for i, s := range w.out {
		if s.def != nil && s.def.loinc == "121181" && i > 0 {
			w.inside(s, func() { w.Note(&altered, "") })
			w.out = slices.Insert(slices.Delete(slices.Clone(w.out), i, i+1), 0, s)
			return
		}
	}
}

// once lets only the first of several sections of one kind claim its template:
// that which the type of document requires, where it requires one. A document has one such section.
func (w *writer) once(list []*sectionOut, seen map[string]bool) {
	for _, s := range w.out {
		if s.asked {
			seen[s.def.loinc] = true
		}
	}
	var walk func([]*sectionOut)
	walk = func(list []*sectionOut) {
		for _, s := range list {
			if s.def != nil && !s.asked {
				s.bare = s.bare || seen[s.def.loinc]
				seen[s.def.loinc] = true
			}
			walk(s.subs)
		}
	}
	walk(list)
}

// defOf gives the definition of a section by its code; in a conformant document also by its other codes.
func (w *writer) defOf(loinc string) *sectionDef {
	if d := defOf(loinc); d != nil || !w.strict {
		if w.strict && loinc == "8648-8" && w.typ.typ == TransferSummary {
			return &courseOfCare
		}
		return d
	}
	return defOf(otherCodes[loinc])
}

// courseOfCare goes by the code of the Hospital Course Section (C-CDA R2.1, 2.13).
var courseOfCare = sectionDef{"8648-8", sectionRoot + "64", "", "Course of Care"}

// holds reports whether one of the entries of a section has one of these templates.
func (w *writer) holdsAny(s *sectionOut, roots ...string) bool {
	for _, x := range s.entries {
		head := w.entries[x.from:x.to]
		for _, inner := range [...]string{"<entryRelationship", "<component"} {
			if k := bytes.Index(head, []byte(inner)); k >= 0 {
				head = head[:k]
			}
		}
		for _, r := range roots {
			if bytes.Contains(head, []byte(`root="`+r+`"`)) {
				return true
			}
		}
	}
	return false
}

// claims reports whether a section fulfils what a template of its demands of its entries.
func (w *writer) claims(s *sectionOut, root string) bool {
	if !w.strict {
		return true
	}
	if s.bare {
		return false
	}
	if roots := entriesRequired[root]; roots != nil {
		return w.holdsAny(s, roots...) || len(s.entries) == 0 && (s.empty || s.must || s.asked)
	}
	if where := entriesWhere[root]; where != "" && len(s.entries) > 0 {
		return w.holdsAny(s, where)
	}
	return root != "2.16.840.1.113883.10.20.6.1.1" || len(s.entries) > 0
}

// sectionTemplates writes the template ids of a section: that whose entries are
// required only where there are some, or the section says that there is no information.
func (w *writer) sectionTemplates(s *sectionOut) {
	if s.def == nil {
		return
	}
	required := s.def.required != "" && (len(s.entries) > 0 || s.must)
	if w.claims(s, s.def.optional) {
		w.template(s.def.optional)
		if required && w.claims(s, s.def.required) {
			w.template(s.def.required)
		}
	}
}

// sectionAbsent writes why a section has nothing in it. One whose entries the
// template demands, and which has none, must say that there is no information,
// whatever its narrative tells (CONF:1098-7572 and the like).
func (w *writer) sectionAbsent(s *sectionOut, src *record.Section) {
	if w.strict && src.Absent != "" && len(s.entries) > 0 {
		// What has entries is not absent: the templates forbid both.
		w.DropString("absent", string(src.Absent), &withheld)
		src.Absent = ""
	}
	s.empty = src.Absent != ""
	if w.strict && src.Absent == "" && len(s.entries) == 0 && len(s.subs) == 0 {
		silent := (s.src == nil || src.Narrative.IsZero()) && !(s.marksDocument() && len(w.markers)+len(w.later) > 0)
		demanded := !s.bare && s.def != nil && (s.must && s.def.required != "" || s.asked && entriesRequired[s.def.optional] != nil)
		if silent || demanded {
			w.at("nullFlavor", "NI")
			w.Note(&issueRequired, "absent")
			s.empty = true
		}
	}
	w.nullFlavor("absent", &src.Absent)
}

// sectionCode writes the code of a section. In a conformant document the one
// that the template fixes comes first, what else the source says stands beside it as its translations.
func (w *writer) sectionCode(s *sectionOut, src *record.Section) {
	if s.def != nil && src.Code.IsZero() {
		src.Code = record.Concept{Codings: []record.Coding{{System: s.system(), Code: s.def.loinc, Display: s.def.title}}}
		if t, ok := translations[s.def.loinc]; ok && w.strict {
			src.Code.Codings = append(src.Code.Codings, t)
		}
		w.concept("code", "", &src.Code)
		return
	}
	if src.Code.IsZero() {
		w.require("code", "code", "NI")
	} else if s.def != nil && w.strict && !s.bare && s.def.loinc != "18782-3" { // the Findings Section may have any code
		w.fixSectionCode(s, &src.Code)
	}
	w.concept("code", "code", &src.Code)
}

func (w *writer) fixSectionCode(s *sectionOut, c *record.Concept) {
	at := slices.IndexFunc(c.Codings, func(x record.Coding) bool { return x.Code == s.def.loinc && (x.System == s.system() || x.System == "") })
	codings := slices.Clone(c.Codings)
	var first record.Coding
	if at >= 0 {
		first = codings[at]
		codings = slices.Delete(codings, at, at+1)
		if first.System == "" {
			w.Note(&altered, "code.codings[0]")
			first.System, first.SystemAsSent = s.system(), ""
		}
	} else {
		first = record.Coding{System: s.system(), Code: s.def.loinc, Display: s.def.title}
	}
	if at != 0 || c.Absent != "" {
		w.Note(&altered, "code")
		c.Absent = ""
	}
	codings = slices.Insert(codings, 0, first)
	if t, ok := translations[s.def.loinc]; ok && !slices.ContainsFunc(codings[1:], func(x record.Coding) bool { return x.Code == t.Code && x.System == t.System }) {
		w.Note(&issueRequired, "code")
		codings = append(codings, t)
	}
	c.Codings = codings
}

// code gives the code of a section, as it will be written.
func (s *sectionOut) code() string {
	if s.src != nil && len(s.src.Code.Codings) > 0 {
		return s.src.Code.Codings[0].Code
	}
	if s.def != nil {
		return s.def.loinc
	}
	return ""
}

// systemCatalog is the code system of the DICOM Object Catalog Section's code.
const systemCatalog = "http://dicom.nema.org/resources/ontology/DCM"

func (s *sectionOut) system() string {
	if s.def.loinc == "121181" {
		return systemCatalog
	}
	return record.SystemLOINC
}
