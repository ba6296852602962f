package fhir

import (
	"slices"
	"strings"

	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/record"
)

// humanNames writes an array of HumanNames.
func (w *writer) humanNames(name string, ns []record.Name) {
	if len(ns) == 0 {
		return
	}
	w.arr(name)
	for i := range ns {
		w.humanName("", &ns[i])
	}
	w.endArr()
}

// humanName writes a HumanName. FHIR has one family name: several are joined,
// and stand each for itself in fields of the record extension.
func (w *writer) humanName(name string, n *record.Name) {
	if n == nil {
		return
	}
	w.obj(name)
	callMe := false
	for _, p := range n.Given {
		callMe = callMe || slices.Contains(p.Qualifiers, "CL")
	}
	w.uses(n.Uses, codes.NameUseFHIR(), codes.NameUseCDA(), codes.NameUse(), func(term string) (string, bool) { return codes.NameUseToFHIR(term, callMe) })
	w.fieldStrs("usesAsSent", n.UsesAsSent)
	w.str("text", n.Text)
	w.family(n.Family)
	w.nameParts("given", n.Given)
	w.nameParts("prefix", n.Prefixes)
	w.nameParts("suffix", n.Suffixes)
	w.period("period", n.Period)
	w.absent(n.Absent)
	w.end()
}

// uses writes the use that FHIR takes one of. Where it is not all that was said
// the terms of the record stand in fields of the record extension. A term that
// fhir gives back, or that HL7's own map takes from CDA to FHIR and back, is all said.
func (w *writer) uses(terms []string, fhir, cda, hl7 *codes.Table[string, string], to func(string) (string, bool)) {
	if len(terms) == 0 {
		return
	}
	for _, term := range terms {
		if use, ok := to(term); ok && !(w.noHome && use == "home") {
			w.code("use", use)
			sent, _ := cda.From(term)
			if len(terms) > 1 || !fhir.TwoWay(use, term) && !hl7.TwoWay(sent, use) {
				w.fieldStrs("uses", terms)
			}
			return
		}
	}
	w.fieldStrs("uses", terms)
}

func (w *writer) family(ps []record.NamePart) {
	if len(ps) == 1 {
		p := &ps[0]
		fits := clean(p.Value)
		if fits {
			w.str("family", p.Value)
		}
		w.sibling("family")
		if !fits {
			w.fieldStr("value", p.Value)
		}
		w.partRest(p)
		if w.needFamily && !fits && p.Absent == "" {
			w.absent(notStated)
		}
		w.end()
		return
	}
	var all strings.Builder
	for _, p := range ps {
		if all.Len() > 0 && p.Value != "" {
			all.WriteByte(' ')
		}
		all.WriteString(p.Value)
	}
	if s := replaceUnclean(all.String()); s != "" {
		w.str("family", s)
	} else if w.needFamily {
		w.absentPrimitive("family", notStated)
	}
	for i := range ps {
		w.namePartField("family", &ps[i])
	}
}

func (w *writer) namePartField(name string, p *record.NamePart) {
	w.field(name)
	w.fieldStr("value", p.Value)
	w.fieldStrs("qualifiers", p.Qualifiers)
	w.absent(p.Absent)
	w.endField()
}

// nameParts writes given names, prefixes or suffixes, and beside them what is said of each.
func (w *writer) nameParts(name string, ps []record.NamePart) {
	if len(ps) == 0 {
		return
	}
	plain, values := true, false
	for i := range ps {
		plain = plain && clean(ps[i].Value) && len(ps[i].Qualifiers) == 0 && ps[i].Absent == ""
		values = values || clean(ps[i].Value)
	}
	if values {
		w.arr(name)
		for i := range ps {
			w.key("")
			if clean(ps[i].Value) {
				w.quote(ps[i].Value)
			} else {
				w.put("null")
			}
		}
		w.endArr()
	}
	if plain {
		return
	}
	w.arr("_" + name)
	any := false
	mark := len(w.b)
	for i := range ps {
		w.obj("")
		if !clean(ps[i].Value) && ps[i].Value != "" {
			w.fieldStr("value", ps[i].Value)
		}
		w.partRest(&ps[i])
		if w.end() {
			any = true
		} else {
			w.key("")
			w.put("null")
		}
	}
	if !any {
		w.b = w.b[:mark]
	}
	w.endArr()
}

// partQualifiers are the codes that FHIR has for parts of names (R4 value set name-part-qualifier, required).
var partQualifiers = []string{"LS", "AC", "NB", "PR", "HON", "BR", "AD", "SP", "MID", "CL", "IN", "VV"}

func (w *writer) partRest(p *record.NamePart) {
	for _, q := range p.Qualifiers {
		if slices.Contains(partQualifiers, q) {
			w.ext(extNameQualify)
			w.code("valueCode", q)
			w.endExt()
		} else {
			w.fieldStr("qualifiers", q)
		}
	}
	w.absent(p.Absent)
}

// addresses writes an array of Addresses. One that is only absent stands in the record extension.
func (w *writer) addresses(name string, as []record.Address) {
	if len(as) == 0 {
		return
	}
	w.arr(name)
	for i := range as {
		if !saysNothing(&as[i]) {
			w.address("", &as[i])
		}
	}
	w.endArr()
	for i := range as {
		if saysNothing(&as[i]) {
			w.fieldKnown("addresses", &as[i])
		}
	}
}

// saysNothing reports whether an address says no more than why it is absent (a CDA addr with a nullFlavor).
func saysNothing(a *record.Address) bool {
	return a.Absent != "" && a.Text == "" && len(a.Lines) == 0 && a.City == "" && a.County == "" && a.State == "" && a.PostalCode == "" &&
		a.Country == "" && a.CensusTract == "" && len(a.Unstructured) == 0 && len(a.Parts) == 0
}

// address writes an Address.
func (w *writer) address(name string, a *record.Address) {
	if a == nil {
		return
	}
	w.obj(name)
	w.uses(a.Uses, codes.AddressUseFHIR(), codes.AddressUseCDA(), codes.AddressUse(), codes.AddressUseFHIR().From)
	w.fieldStrs("usesAsSent", a.UsesAsSent)
	switch a.Type {
	case "postal", "physical", "both":
		w.code("type", a.Type)
	case "":
		if slices.Contains(a.Uses, "postal") {
			w.code("type", "postal")
		} else if slices.Contains(a.Uses, "physical") {
			w.code("type", "physical")
		}
	default:
		w.fieldStr("type", a.Type)
	}
	w.str("text", a.Text)
	w.strs("line", a.Lines)
	w.str("city", a.City)
	w.str("district", a.County)
	w.str("state", a.State)
	w.str("postalCode", a.PostalCode)
	w.str("country", a.Country)
	w.period("period", a.Period)
	w.fieldStr("censusTract", a.CensusTract)
	w.fieldStrs("unstructured", a.Unstructured)
	for i := range a.Parts {
		w.field("parts")
		w.fieldStr("kind", a.Parts[i].Kind)
		w.fieldStr("value", a.Parts[i].Value)
		w.absent(a.Parts[i].Absent)
		w.endField()
	}
	w.absent(a.Absent)
	w.end()
}

var noMeans = record.IssueAltered.Because("the source does not say by what means this number or address is reached, which FHIR demands; it stands in the record extension")

// telecom writes a ContactPoint. FHIR wants a system beside a value (cpt-2), and
// has no code for one that the source does not tell: then the value stands in the record extension.
func (w *writer) telecom(name string, t *record.Telecom) {
	if t == nil {
		return
	}
	w.obj(name)
	switch t.System {
	case "phone", "fax", "email", "pager", "url", "sms", "other":
		w.code("system", t.System)
	case "":
		if t.Value != "" {
			w.Note(&noMeans, "value")
		}
		w.fieldStr("value", t.Value)
		w.fieldStr("scheme", t.Scheme)
	default:
		w.code("system", "other")
		w.fieldStr("system", t.System)
	}
	if t.System != "" {
		w.str("value", t.Value)
	}
	w.uses(t.Uses, codes.TelecomUseFHIR(), codes.TelecomUseCDA(), codes.TelecomUse(), codes.TelecomUseFHIR().From)
	w.fieldStrs("usesAsSent", t.UsesAsSent)
	w.integer("rank", t.Rank, 1)
	w.period("period", t.Period)
	w.absent(t.Absent)
	w.end()
}

// genders pairs FHIR administrative-gender (left) with HL7 v3 AdministrativeGender (ConceptMap CF-AdministrativeGender).
var genders = codes.NewTable(
	codes.Both("male", "M"),
	codes.Both("female", "F"),
	codes.Both("other", "UN"),
)

// v2Genders is what HL7 v2 table 0001 says in FHIR's words (v2-to-FHIR, AdministrativeSex map).
var v2Genders = codes.NewTable(codes.Both("M", "male"), codes.Both("F", "female"), codes.Both("O", "other"), codes.OnlyTo("A", "other"), codes.OnlyTo("N", "other"), codes.Both("U", "unknown"))

// Code systems of HL7 v2 tables that FHIR has other codes for.
const (
	systemV2Sex   = "http://terminology.hl7.org/CodeSystem/v2-0001"
	systemV2Class = "http://terminology.hl7.org/CodeSystem/v2-0004"
)

// systemGender is FHIR's own code system of administrative genders.
const systemGender = "http://hl7.org/fhir/administrative-gender"

// gender writes the code that FHIR has for an administrative sex. Unless that
// says all, the concept stands in a field of the record extension.
func (w *writer) gender(field string, c *record.Concept) {
	if c.IsZero() {
		return
	}
	code, k := genderCode(c)
	w.code("gender", code)
	if code != "" && bare(c) && (k.System == systemGender || k.System == record.SystemAdministrativeSex && genders.TwoWay(code, k.Code)) {
		return
	}
	w.fieldConcept(field, c)
}

// genderCode gives FHIR's code for an administrative sex and the coding that it is of; "" where it has none.
func genderCode(c *record.Concept) (string, *record.Coding) {
	for i := range c.Codings {
		k := &c.Codings[i]
		switch k.System {
		case systemGender:
			switch k.Code {
			case "male", "female", "other", "unknown":
				return k.Code, k
			}
		case record.SystemAdministrativeSex:
			if code, ok := genders.From(k.Code); ok {
				return code, k
			}
		case systemV2Sex:
			if code, ok := v2Genders.To(k.Code); ok {
				return code, k
			}
		}
	}
	return "", nil
}

// bare reports whether a concept is one code of a known system and says nothing beside.
func bare(c *record.Concept) bool {
	return isOneCoding(c) && isBareCoding(&c.Codings[0])
}

// languages writes Patient.communication (Practitioner's is a list of concepts).
func (w *writer) languages(name string, ls []record.Language) {
	if len(ls) == 0 {
		return
	}
	w.arr(name)
	for i := range ls {
		l := &ls[i]
		w.obj("")
		if l.Code.IsZero() {
			// communication.language is required.
			w.obj("language")
			if l.Absent != "" {
				w.absent(l.Absent)
			} else {
				w.absent(notStated)
			}
			w.end()
		} else {
			w.concept("language", &l.Code)
			w.absent(l.Absent)
		}
		w.bool("preferred", l.Preferred)
		if l.Mode != nil || l.Proficiency != nil {
			w.proficiency(l)
		}
		w.end()
	}
	w.endArr()
}

const extProficiency = "http://hl7.org/fhir/StructureDefinition/patient-proficiency"

// proficiency writes how well in which mode (R4 patient-proficiency); the
// extension takes Codings, so that what a concept says beside its first coding
// goes into fields of ours.
func (w *writer) proficiency(l *record.Language) {
	w.ext(extProficiency)
	w.proficiencyPart("level", l.Proficiency)
	w.proficiencyPart("type", l.Mode)
	w.endExt()
	if l.Proficiency != nil && !isOneCoding(l.Proficiency) {
		w.fieldConcept("proficiency", l.Proficiency)
	}
	if l.Mode != nil && !isOneCoding(l.Mode) {
		w.fieldConcept("mode", l.Mode)
	}
}

func (w *writer) proficiencyPart(url string, c *record.Concept) {
	if c != nil && len(c.Codings) > 0 {
		w.ext(url)
		w.coding("valueCoding", &c.Codings[0])
		w.endExt()
	}
}

// isOneCoding reports whether a concept says nothing beside one coding.
func isOneCoding(c *record.Concept) bool {
	return len(c.Codings) == 1 && c.Text == "" && c.TextRef == "" && c.Absent == ""
}
