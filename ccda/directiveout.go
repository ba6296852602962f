package ccda

import "github.com/portage-health/portage/record"

const (
	loincDirectives     = "45473-6" // Advance directive - living will, the code of the organizer (CONF:1198-31230)
	loincDirectiveTypes = "75320-2" // Advance directive, the translation that every directive has (CONF:1198-32842)
)

// directiveEntry writes an Advance Directive Observation, an Existence Observation, or an
// Organizer of them (C-CDA R2.1 3.1, 3.2; C-CDA 4.0).
func (w *writer) directiveEntry(i int) bool {
	x := w.rec.Directives[i]
	if x.Mode != record.ModeEvent {
		return false
	}
	switch {
	case x.Assertion == record.NoneKnown:
		return false // which of "none" and "not known" the observation would say depends on its reader
	case len(x.Members) > 0 && x.Exists == nil && len(x.Values) == 0 && x.Assertion != record.Negated && x.State == nil && len(x.External) == 0:
		w.directiveOrganizer(&x)
	case w.strict && w.release == R30 && w.atEntry() && x.Exists == nil && directiveFits(&x):
		w.loneDirective(&x)
	default:
		w.directiveOut(&x)
	}
	return true
}

// loneDirective writes a directive in an organizer of its own, without which C-CDA 3.0
// has none in a section. The organizer says nothing but that it holds directives.
func (w *writer) loneDirective(x *record.Directive) {
	w.Note(&altered, "")
	w.el("organizer")
	w.at("classCode", "CLUSTER")
	w.at("moodCode", "EVN")
	w.template(templatesDirectives[0])
	w.leaf("id", "root", w.derive("directives", x.ID))
	w.leaf("code", "code", loincDirectives, "codeSystem", oidLOINC, "codeSystemName", "LOINC", "displayName", "Advance directive")
	w.leaf("statusCode", "code", "completed")
	w.el("component")
	w.directiveOut(x)
	w.end()
	w.end()
}

// directiveOut writes the observation. That there is no directive is a negation,
// or the answer of an Existence Observation.
func (w *writer) directiveOut(x *record.Directive) {
	w.wrote[x.ID] = true
	w.tellDirective(x)
	existence := x.Exists != nil && len(x.Values) == 0
	var answer record.Assertion = record.Affirmed
	if existence {
		answer = existenceSays(x.Exists)
	}
	if existence && answer != record.Affirmed && x.Assertion == record.Affirmed {
		w.Note(&record.IssueContradiction, "assertion")
	}
	negated := x.Assertion == record.Negated && answer != record.Negated
	if answer != record.NotKnown {
		w.notKnown(&x.Entry)
	}
	w.begin("observation", "OBS", "EVN", &x.Entry)
	x.Assertion = record.Affirmed
	if negated {
		w.at("negationInd", "true")
	}
	claimed := existence
	if existence {
		w.template(templateDirectiveExistence)
	} else if claimed = !w.strict || directiveFits(x); claimed {
		w.template(templatesDirective[0])
	} else {
		w.Note(&record.IssueProfileNotClaimed, "")
	}
	w.entryIDs(&x.Entry)
	w.concepts("sdtc:category", "categories", &x.Categories)
	w.directiveCode(&x.Type, claimed && !existence)
	w.linkOf(&x.Entry)
	w.asActStatus(&x.Status)
	w.statusFixed(&x.Status)
	if claimed && !existence && w.strict {
		w.directiveTime(&x.When)
	}
	w.period("effectiveTime", "when", &x.When)
	w.leafCode("languageCode", &x.Language)
	switch {
	case existence:
		w.existenceAnswer(&x.Exists)
	case len(x.Values) == 0 && claimed:
		if w.strict {
			w.Note(&issueRequired, "values")
			w.el("value")
			w.attr("xsi:type", "CD")
			w.attr("nullFlavor", "NI")
			w.attr("codeSystem", oidSNOMED)
			w.end()
		}
	}
	w.values(&x.Values)
	fielded := w.fielded
	w.inDirective, w.fielded = true, claimed
	w.participants(&x.Participants)
	w.inDirective, w.fielded = false, fielded
	w.answer(&directiveState, "REFR", false, "state", &x.State)
	w.directiveMembers(&x.Members, "entryRelationship", "REFR")
	w.tail(&x.Entry, "entryRelationship")
	w.externalDocumentsOut("external", &x.External)
	w.directiveDocuments(&x.Documents)
	w.end()
	w.rest(x)
}

// existenceSays gives what the answer of an Existence Observation says by itself.
func existenceSays(c *record.Concept) record.Assertion {
	if len(c.Codings) > 0 {
		switch c.Codings[0].Code {
		case "373067005", "LA32-8", "N":
			return record.Negated
		case "261665006", "LA4489-6", "UNK":
			return record.NotKnown
		}
	}
	if c.Absent != "" {
		return record.NotKnown
	}
	return record.Affirmed
}

// existenceAnswer writes the answer as it was sent.
func (w *writer) existenceAnswer(c **record.Concept) {
	v := **c
	*c = nil
	if len(v.Codings) == 0 && v.Absent == "" && !w.strict {
		w.el("value")
		w.attr("xsi:type", "ST")
		w.In("exists", -1)
		w.text(take(&v.Text))
		w.rest(&v)
		w.Leave()
		w.end()
		return
	}
	w.codedValue("value", "exists", &v)
}

// directiveFits reports whether a directive can have what its template demands: one
// value, of SNOMED CT where it is coded (CONF:1198-30804).
func directiveFits(x *record.Directive) bool {
	if len(x.Values) != 1 {
		return len(x.Values) == 0
	}
	v := &x.Values[0]
	if v.Concept == nil {
		return v.TimeOfDay == nil && v.Sampled == nil && v.Ref == nil
	}
	return len(v.Concept.Codings) > 0 && v.Concept.Codings[0].System == record.SystemSNOMED
}

// directiveCode writes what kind of directive it is, which the template demands with a translation.
func (w *writer) directiveCode(c *record.Concept, claimed bool) {
	if !w.strict {
		w.concept("code", "type", c)
		return
	}
	if !claimed {
		if c.IsZero() {
			w.require("code", "type", "NI")
		}
		w.concept("code", "type", c)
		return
	}
	said := false
	for i := 1; i < len(c.Codings); i++ {
		said = said || c.Codings[i].Code == loincDirectiveTypes && c.Codings[i].System == record.SystemLOINC
	}
	w.el("code")
	if c.IsZero() {
		w.Note(&issueRequired, "type")
		c.Absent = record.AbsentNoInformation
	}
	w.conceptContent("type", c)
	if !said {
		w.leaf("translation", "code", loincDirectiveTypes, "codeSystem", oidLOINC, "codeSystemName", "LOINC", "displayName", "Advance directive")
	}
	w.end()
}

// directiveTime makes the time have the bounds that the template demands
// (CONF:1198-8656, 1198-28719, 1198-15521): an end that is not known is not
// applicable only where the record says so.
func (w *writer) directiveTime(p *record.Period) {
	if p.Absent != "" || !p.Center.IsZero() || p.Width != nil {
		w.Drop("when", &record.Period{Absent: p.Absent, Center: p.Center, Width: p.Width}, &withheld)
		p.Absent, p.Center, p.Width = "", record.Time{}, nil
	}
	if !p.At.IsZero() && p.Start.IsZero() {
		w.Note(&altered, "when")
		p.Start, p.At = p.At, record.Time{}
	}
	if p.Start.IsZero() {
		w.Note(&issueRequired, "when.start")
		p.Start = record.Time{Absent: record.AbsentUnknown}
	}
	if p.End.Value == "" && p.End.Absent != record.AbsentNotApplicable {
		if p.End.IsZero() {
			w.Note(&issueRequired, "when.end")
		} else {
			w.Note(&altered, "when.end")
		}
		p.End = record.Time{Absent: record.AbsentNotApplicable}
	}
}

// directiveMembers writes the directives that hang on one, or that an organizer holds.
func (w *writer) directiveMembers(list *[]record.Ref, wrapper, typeCode string) {
	for i := range *list {
		r := (*list)[i]
		w.In("members", i)
		if at, ok := w.place(&r); ok && w.entryAt(at) != nil {
			w.el(wrapper)
			w.at("typeCode", typeCode)
			w.nest(at, &r)
			w.end()
			r.ID, r.Kind = "", ""
		}
		w.rest(&r)
		w.Leave()
	}
	*list = nil
}

// directiveDocuments writes the documents of the record that state a directive, by their identifiers.
func (w *writer) directiveDocuments(list *[]record.Ref) {
	for i := range *list {
		r := (*list)[i]
		w.In("documents", i)
		var ids []record.Identifier
		if at, ok := w.place(&r); ok {
			if at.kind == kindNote {
				ids = w.rec.Notes[at.i].Identifiers
			}
		} else if r.Identifier != nil {
			ids = []record.Identifier{*r.Identifier}
		}
		if len(ids) > 0 {
			x := record.RelatedDocument{Identifiers: ids[:1]}
			quiet := w.Quiet
			w.Quiet = true
			w.externalDocumentOut("documents", i, &x)
			w.Quiet = quiet
			r = record.Ref{}
		}
		w.rest(&r)
		w.Leave()
	}
	*list = nil
}

// directiveOrganizer writes an Advance Directive Organizer.
func (w *writer) directiveOrganizer(x *record.Directive) {
	w.wrote[x.ID] = true
	w.notKnown(&x.Entry)
	w.begin("organizer", "CLUSTER", "EVN", &x.Entry)
	x.Assertion = record.Affirmed
	w.template(templatesDirectives[0])
	w.entryIDs(&x.Entry)
	w.concepts("sdtc:category", "categories", &x.Categories)
	w.organizerCode(&x.Type)
	w.panelText(&x.Entry)
	w.statusFixed(&x.Status)
	w.period("effectiveTime", "when", &x.When)
	w.participants(&x.Participants)
	w.directiveMembers(&x.Members, "component", "COMP")
	w.tail(&x.Entry, "component")
	w.end()
	w.rest(x)
}

// organizerCode writes the code of the organizer, which the template fixes.
func (w *writer) organizerCode(c *record.Concept) {
	fixed := len(c.Codings) > 0 && c.Absent == "" && c.Codings[0].Code == loincDirectives && c.Codings[0].System == record.SystemLOINC
	if !w.strict || fixed {
		w.concept("code", "type", c)
		return
	}
	if c.Absent != "" {
		w.DropString("type.absent", string(c.Absent), &withheld)
	}
	if !c.IsZero() {
		w.Note(&altered, "type")
	}
	w.In("type", -1)
	w.el("code")
	w.at("code", loincDirectives)
	w.at("codeSystem", oidLOINC)
	w.at("codeSystemName", "LOINC")
	w.at("displayName", "Advance directive")
	w.originalText(&c.Text, &c.TextRef)
	w.translations(c.Codings, 0)
	w.end()
	w.Leave()
	*c = record.Concept{}
}

// tellDirective tells of a directive in the narrative.
func (w *writer) tellDirective(x *record.Directive) {
	if w.row == nil {
		return
	}
	name := wordsOf(&x.Type)
	switch x.Assertion {
	case record.Negated:
		name = "No advance directive: " + name
	case record.NotKnown:
		name = "Not known: " + name
	}
	w.tell("Directive", name)
	for i := range x.Values {
		v := &x.Values[i]
		switch {
		case v.Concept != nil:
			w.tell("Value", wordsOf(v.Concept))
		case v.Text != nil:
			w.tell("Value", *v.Text)
		case v.Bool != nil:
			w.tell("Value", boolText(*v.Bool))
		}
	}
	w.tell("There is one", wordsOf(x.Exists))
	w.tell("When", wordsOfPeriod(&x.When))
	w.tell("State", wordsOf(x.State))
	w.tellStatus(&x.Status)
	w.tellPeople(x.Participants)
}
