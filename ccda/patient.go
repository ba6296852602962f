package ccda

import (
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// patient takes recordTarget/patientRole (C-CDA R2.1 US Realm Header, 1.1.1).
func (r *reader) patient(target tree.Node) {
	r.fixed(target, "typeCode", "RCT")
	r.fixed(target, "contextControlCode", "OP")
	role := target.Child("patientRole")
	if !role.OK() {
		return
	}
	r.fixed(role, "classCode", "PAT")
	n := role.Child("patient")
	r.fixed(n, "classCode", "PSN")
	r.fixed(n, "determinerCode", "INSTANCE")
	idents := r.ids(role)
	p := &record.Patient{}
	r.rec.Patient = p
	p.Entry = r.newEntry(r.personID(kindPatient, idents, role), idents, role)
	r.own(role, p.ID)
	p.Addresses, p.Telecoms = r.addresses(role), r.telecoms(role)
	p.Names = r.names(n)
	p.AdministrativeSex = r.concept(n.Child("administrativeGenderCode"))
	p.BirthTime = r.time(n.Child("birthTime"))
	p.Deceased = r.boolean(n.ChildNS(spaceSDTC, "deceasedInd"), "value")
	p.DeceasedTime = r.time(n.ChildNS(spaceSDTC, "deceasedTime"))
	p.MultipleBirth = r.boolean(n.ChildNS(spaceSDTC, "multipleBirthInd"), "value")
	if v := r.number(n.ChildNS(spaceSDTC, "multipleBirthOrderNumber").Attr("value"), isInteger); v != nil {
		p.BirthOrder = *v
	}
	p.MaritalStatus = r.concept(n.Child("maritalStatusCode"))
	p.Religion = r.concept(n.Child("religiousAffiliationCode"))
	p.Races = r.conceptsNS(r.concepts(n, "raceCode"), n.ChildNS(spaceSDTC, "raceCode"))
	p.Ethnicities = r.conceptsNS(r.concepts(n, "ethnicGroupCode"), n.ChildNS(spaceSDTC, "ethnicGroupCode"))
	p.Description = r.text(n.ChildNS(spaceSDTC, "desc"))
	for g := n.Child("guardian"); g.OK(); g = g.NextNamed() {
		r.guardian(g)
	}
	r.birthplace(n.Child("birthplace"), p)
	for l := n.Child("languageCommunication"); l.OK(); l = l.NextNamed() {
		if x := r.language(l); !x.Code.IsZero() || x.Mode != nil || x.Proficiency != nil || x.Preferred != nil || x.Absent != "" {
			p.Languages = append(p.Languages, x)
		}
	}
	p.Provider = r.organization(role.Child("providerOrganization"))
	r.settle(kindPatient, 0, idents)
}

func (r *reader) conceptsNS(out []record.Concept, first tree.Node) []record.Concept {
	for c := first; c.OK(); c = c.NextNamed() {
		if x := r.concept(c); !x.IsZero() {
			out = append(out, x)
		}
	}
	return out
}

// guardian takes a guardian: a person, or an organization.
func (r *reader) guardian(n tree.Node) {
	idents := r.ids(n)
	person := n.Child("guardianPerson")
	r.fixed(person, "classCode", "PSN")
	r.fixed(person, "determinerCode", "INSTANCE")
	// The element's own name says what class the role is of.
	x := record.RelatedPerson{Class: []string{"GUARD"}, Names: r.names(person), Addresses: r.addresses(n), Telecoms: r.telecoms(n)}
	r.fixed(n, "classCode", "GUARD")
	if c := r.conceptPtr(n.Child("code")); c != nil {
		x.Relationships = append(x.Relationships, *c)
	}
	kin := person.ChildNS(spaceSDTC, "asPatientRelationship")
	r.fixed(kin, "classCode", "PRS")
	r.fixed(kin, "determinerCode", "INSTANCE")
	for _, c := range [...]tree.Node{kin.Child("code"), kin.ChildNS(spaceCDA, "code")} {
		if k := r.conceptPtr(c); k != nil {
			x.Relationships = append(x.Relationships, *k)
		}
	}
	x.Organization = r.organization(n.Child("guardianOrganization"))
	r.related(n, idents, x)
}

func (r *reader) birthplace(n tree.Node, p *record.Patient) {
	place := n.Child("place")
	if !place.OK() {
		return
	}
	r.fixed(n, "classCode", "BIRTHPL")
	r.fixed(place, "classCode", "PLC")
	r.fixed(place, "determinerCode", "INSTANCE")
	p.BirthPlaceName = r.text(place.Child("name"))
	if a := place.Child("addr"); a.OK() {
		if x := r.address(a); !emptyAddress(&x) {
			p.BirthPlace = &x
		}
	}
}

// Templates of languageCommunication in documents that follow HITSP C32 and C83.
const (
	templateLanguageC32 = "2.16.840.1.113883.3.88.11.32.2"
	templateLanguageC83 = "2.16.840.1.113883.3.88.11.83.2"
	templateLanguageIHE = "1.3.6.1.4.1.19376.1.5.3.1.2.1"
)

const systemLanguage = "urn:ietf:bcp:47"

func (r *reader) language(n tree.Node) record.Language {
	r.templates(n, templateLanguageC32, templateLanguageC83, templateLanguageIHE)
	code := r.concept(n.Child("languageCode"))
	if len(code.Codings) > 0 && code.Codings[0].System == "" && code.Codings[0].SystemAsSent == "" && code.Codings[0].Code != "" {
		code.Codings[0].System = systemLanguage // languageCode is a CS: its code system is fixed (CDA R2, LanguageCommunication; HumanLanguage)
	}
	return record.Language{
		Code: code, Mode: r.conceptPtr(n.Child("modeCode")), Proficiency: r.conceptPtr(n.Child("proficiencyLevelCode")),
		Preferred: r.boolean(n.Child("preferenceInd"), "value"), Absent: r.nullFlavor(n),
	}
}
