package fhir

import (
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// patient reads a Patient (R4 8.1, US Core Patient) with the contacts in it, who
// become related persons.
func (r *reader) patient(n tree.Node) bool {
	if r.rec.Patient != nil {
		return false
	}
	p := &record.Patient{Entry: r.entry(n)}
	r.rec.Patient = p
	p.Identifiers = r.identifiers(n, "identifier")
	p.Active = r.boolean(n, "active")
	p.Names = all(n, "name", r.humanName)
	p.Telecoms = all(n, "telecom", r.telecom)
	p.AdministrativeSex = r.gender(n, "administrativeSex")
	r.birth(n, p)
	p.Deceased = r.boolean(n, "deceasedBoolean")
	p.DeceasedTime = r.time(n, "deceasedDateTime")
	p.Addresses = all(n, "address", r.address)
	p.MaritalStatus = one(n, "maritalStatus", r.concept)
	p.MultipleBirth = r.boolean(n, "multipleBirthBoolean")
	p.BirthOrder = r.number(n, "multipleBirthInteger")
	p.Photos = all(n, "photo", r.attachment)
	p.Languages = all(n, "communication", r.language)
	p.GeneralPractice = r.refs(n, "generalPractitioner")
	p.Provider = r.refPtr(n, "managingOrganization")
	p.Links = all(n, "link", func(l tree.Node) record.PatientLink {
		return record.PatientLink{Other: one(l, "other", r.ref), Type: r.str(l, "type")}
	})
	r.demographics(n, p)
	r.fields(n, p)
	for _, c := range objects(n, "contact") {
		r.contact(c)
	}
	return true
}

// birth reads birthDate, and the time of birth beside it.
func (r *reader) birth(n tree.Node, p *record.Patient) {
	if e := extension(object(n, "_birthDate"), extBirthTime); e.OK() {
		d, t := peek(n, "birthDate"), peek(e, "valueDateTime")
		if f, clock := formOf(t); f == timeFull && t[:clock] == d {
			r.scaffold(n.Child("birthDate"))
			p.BirthTime = timeOf(r.str(r.known(e), "valueDateTime"))
			r.besideTime(object(n, "_birthDate"), &p.BirthTime)
			return
		}
	}
	p.BirthTime = r.time(n, "birthDate")
}

// demographics reads what FHIR has as extensions of Patient.
func (r *reader) demographics(n tree.Node, p *record.Patient) {
	for _, e := range objects(n, "extension") {
		switch peek(e, "url") {
		case extRace:
			p.Races, p.RaceText = r.race(e, "races", n)
		case extEthnicity:
			p.Ethnicities, p.EthnicityText = r.race(e, "ethnicities", n)
		case extTribe:
			if x := extension(e, "tribalAffiliation"); object(x, "valueCodeableConcept").OK() {
				t := record.TribalAffiliation{Tribe: one(r.known(x), "valueCodeableConcept", r.concept)}
				r.known(e)
				if y := extension(e, "isEnrolled"); y.Child("valueBoolean").Kind() == tree.Bool {
					t.Enrolled = r.boolean(r.known(y), "valueBoolean")
				}
				p.TribalAffiliations = append(p.TribalAffiliations, t)
			}
		case extBirthSex:
			p.BirthSex = r.sexCode(e, record.SystemAdministrativeSex)
		case extSex:
			p.Sex = r.sexCode(e, record.SystemSNOMED)
		case extInterpreter:
			p.InterpreterNeeded = r.codingExt(e)
		case extGender:
			if object(e, "valueCodeableConcept").OK() && !r.field(n, "genderIdentities").OK() {
				p.GenderIdentities = append(p.GenderIdentities, record.DatedConcept{Concept: one(r.known(e), "valueCodeableConcept", r.concept)})
			}
		case extReligion:
			p.Religion = one(r.known(e), "valueCodeableConcept", r.concept)
		case extBirthPlace:
			p.BirthPlace = maybe(r.known(e), "valueAddress", r.address)
		case extMothersName:
			p.MothersMaidenName = r.str(r.known(e), "valueString")
		case extCongregation:
			p.Congregation = r.str(r.known(e), "valueString")
		case extCitizenship:
			if x := extension(e, "code"); object(x, "valueCodeableConcept").OK() && !extension(e, "period").OK() {
				r.known(e)
				p.Citizenships = append(p.Citizenships, one(r.known(x), "valueCodeableConcept", r.concept))
			}
		}
	}
}

// race reads US Core's race or ethnicity: a concept for each category and each
// detailed code, in the order sent, and the text where it is not their displays.
func (r *reader) race(e tree.Node, field string, n tree.Node) (cs []record.Concept, text string) {
	r.known(e)
	for _, x := range objects(e, "extension") {
		switch peek(x, "url") {
		case "ombCategory", "detailed":
			if c := object(x, "valueCoding"); c.OK() {
				r.known(x)
				k := r.coding(c)
				v := record.Concept{Codings: []record.Coding{k}}
				if a, ok := unknownRaces[k.Code]; ok && k.System == record.SystemNullFlavor && isBareCoding(&k) {
					v = record.Concept{Absent: a}
				}
				cs = append(cs, v)
			}
		case "text":
			r.known(x)
			text = r.str(x, "valueString")
		}
	}
	if text == raceText(cs) && text != "" {
		text = "" // it only repeats the displays
	}
	return cs, text
}

var unknownRaces = map[string]record.AbsentReason{"UNK": record.AbsentUnknown, "ASKU": record.AbsentAskedUnknown}

// sexCode reads an extension that is one code.
func (r *reader) sexCode(e tree.Node, system string) *record.Concept {
	if object(e, "valueCoding").OK() {
		return r.codingExt(e) // since US Core 8.0.0
	}
	if e.Child("valueCode").Kind() != tree.String {
		return nil
	}
	code := r.str(r.known(e), "valueCode")
	for i := range unknownSexes {
		if unknownSexes[i] == code {
			system = record.SystemNullFlavor
		}
	}
	return &record.Concept{Codings: []record.Coding{{System: system, Code: code}}}
}

// codingExt reads an extension that is one Coding.
func (r *reader) codingExt(e tree.Node) *record.Concept {
	c := object(e, "valueCoding")
	if !c.OK() {
		return nil
	}
	r.known(e)
	return &record.Concept{Codings: []record.Coding{r.coding(c)}}
}

var unknownSexes = []string{"UNK", "ASKU", "OTH", "NI"}

// contact reads Patient.contact as a related person. One that our exporter
// wrote for a RelatedPerson of the record says nothing that is not there.
func (r *reader) contact(c tree.Node) {
	if e := r.field(c, "relatedPerson"); e.OK() {
		ref := object(e, "valueReference")
		if i, ok := r.plan.target(peek(ref, "reference"), r.at); ok && r.repeats(c, r.plan.all[i].n) {
			return
		}
		r.issue(&record.IssueContradiction, c)
	}
	v := record.RelatedPerson{Entry: r.entry(c)}
	yes := true
	v.Contact = &yes
	v.Relationships = r.concepts(c, "relationship")
	if nm := object(c, "name"); nm.OK() {
		v.Names = []record.Name{r.humanName(nm)}
	}
	v.Telecoms = all(c, "telecom", r.telecom)
	if a := object(c, "address"); a.OK() {
		v.Addresses = []record.Address{r.address(a)}
	}
	v.Sex = r.gender(c, "sex")
	v.Organization = r.refPtr(c, "organization")
	v.Period = maybe(c, "period", r.period)
	r.rec.RelatedPersons = append(r.rec.RelatedPersons, v)
}

// repeats takes the leaves of a as checked where each of them stands in b too.
func (r *reader) repeats(a, b tree.Node) bool {
	have := map[string]bool{"GUARD": true, record.SystemRoleCode: true}
	d := b.Doc()
	for i := b.Index(); i < b.End(); i++ {
		if d.IsLeaf(i) {
			have[d.Node(i).Value()] = true
		}
	}
	for i := a.Index(); i < a.End(); i++ {
		x := d.Node(i)
		if d.IsLeaf(i) && !have[x.Value()] && x.Name() != "url" && x.Name() != "reference" && x.Value() != "unknown" && x.Value() != string(notStated) {
			return false
		}
	}
	for i := a.Index(); i < a.End(); i++ {
		if d.IsLeaf(i) {
			r.led.Scaffold(i)
		}
	}
	return true
}
