package fhir

import (
	"strings"

	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/record"
)

const (
	usCore          = "http://hl7.org/fhir/us/core/StructureDefinition/"
	profilePatient  = usCore + "us-core-patient"
	extRace         = usCore + "us-core-race"
	extEthnicity    = usCore + "us-core-ethnicity"
	extTribe        = usCore + "us-core-tribal-affiliation"
	extBirthSex     = usCore + "us-core-birthsex"
	extSex          = usCore + "us-core-sex"
	extInterpreter  = usCore + "us-core-interpreter-needed"
	extGender       = usCore + "us-core-genderIdentity"
	hl7Base         = "http://hl7.org/fhir/StructureDefinition/"
	extReligion     = hl7Base + "patient-religion"
	extBirthPlace   = hl7Base + "patient-birthPlace"
	extBirthTime    = hl7Base + "patient-birthTime"
	extMothersName  = hl7Base + "patient-mothersMaidenName"
	extCitizenship  = hl7Base + "patient-citizenship"
	extCongregation = hl7Base + "patient-congregation"
	extArrivalMode  = hl7Base + "encounter-modeOfArrival"
	systemReplacing = "replaced-by replaces refer seealso"
)

// writePatient writes Patient (US Core Patient; C-CDA on FHIR, CF-patient).
func (w *writer) writePatient(p *record.Patient) {
	w.resource("patient", -1, &p.Entry, kindPatient, profilePatient)
	w.common(&p.Entry, ownIdentifiers)
	w.requiredIdentifiers(p.Identifiers)
	w.bool("active", p.Active)
	w.contactPoints(p.Telecoms)
	w.requiredNames(p.Names, false)
	w.requiredGender(&p.AdministrativeSex)
	w.birth(p)
	w.deceased(p)
	w.addresses("address", p.Addresses)
	if !p.MaritalStatus.IsZero() {
		w.concept("maritalStatus", &p.MaritalStatus)
	}
	w.multipleBirth(p)
	w.attachments("photo", p.Photos)
	w.contacts()
	w.languages("communication", p.Languages)
	w.references("generalPractitioner", "generalPractitioners", p.GeneralPractice, only(kindOrganization, kindPractitioner, kindPractitionerRole))
	w.referenceField("managingOrganization", "provider", p.Provider, only(kindOrganization))
	w.links(p.Links)
	w.demographics(p)
	w.endResource()
}

// patientFits reports whether US Core Patient's demands that no data-absent-reason satisfies are met.
func (w *writer) patientFits(p *record.Patient) bool {
	for i := range p.Names {
		n := &p.Names[i]
		if len(n.Family) == 0 && len(n.Given) == 0 {
			if _, told := codes.DataAbsentReason().From(n.Absent); !told && (n.Absent != "" || n.Text != "") {
				return false // us-core-6
			}
		}
	}
	return true
}

// demographics writes what FHIR has as extensions of Patient.
func (w *writer) demographics(p *record.Patient) {
	w.race(extRace, "races", "raceText", p.Races, p.RaceText, 5, isRaceCategory)
	w.race(extEthnicity, "ethnicities", "ethnicityText", p.Ethnicities, p.EthnicityText, 1, isEthnicityCategory)
	w.toldOfPatient(p)
	for i := range p.TribalAffiliations {
		t := &p.TribalAffiliations[i]
		w.ext(extTribe)
		w.ext("tribalAffiliation")
		if t.Tribe.IsZero() {
			w.requiredObject("valueCodeableConcept", "tribalAffiliations")
		} else {
			w.concept("valueCodeableConcept", &t.Tribe)
		}
		w.endExt()
		if t.Enrolled != nil {
			w.ext("isEnrolled")
			w.boolean("valueBoolean", *t.Enrolled)
			w.endExt()
		}
		w.endExt()
	}
	w.sexCode(extBirthSex, "birthSex", p.BirthSex)
	w.sexCode(extSex, "sex", p.Sex)
	for i := range p.GenderIdentities {
		g := &p.GenderIdentities[i]
		whole := g.When == nil && g.Comment == "" && len(g.Identifiers) == 0 && !g.Concept.IsZero()
		if c := g.Concept; whole || len(c.Codings) > 0 && (g.When == nil || g.When.End.Value == "") {
			if !whole {
				c.TextRef = "" // it is counted below
			}
			w.ext(extGender)
			w.concept("valueCodeableConcept", &c)
			w.endExt()
		}
		if !whole {
			w.fieldAny("genderIdentities", p.GenderIdentities[i:i+1])
		}
	}
	if len(p.SexualOrientations) > 0 {
		w.fieldAny("sexualOrientations", p.SexualOrientations)
	}
	if len(p.Pronouns) > 0 {
		w.fieldAny("pronouns", p.Pronouns)
	}
	if len(p.SexParameters) > 0 {
		w.fieldAny("sexParameters", p.SexParameters)
	}
	if !p.Religion.IsZero() {
		w.ext(extReligion)
		w.concept("valueCodeableConcept", &p.Religion)
		w.endExt()
	}
	if p.BirthPlace != nil {
		w.ext(extBirthPlace)
		w.address("valueAddress", p.BirthPlace)
		w.endExt()
	}
	w.fieldStr("birthPlaceName", p.BirthPlaceName)
	if p.MothersMaidenName != "" {
		w.ext(extMothersName)
		w.str("valueString", p.MothersMaidenName)
		w.endExt()
	}
	for i := range p.Citizenships {
		w.ext(extCitizenship)
		w.ext("code")
		w.concept("valueCodeableConcept", &p.Citizenships[i])
		w.endExt()
		w.endExt()
	}
	w.interpreterNeeded(p.InterpreterNeeded)
	w.fieldConcept("veteran", p.Veteran)
	w.fieldConcept("species", p.Species)
	w.fieldConcept("breed", p.Breed)
	w.fieldStr("strain", p.Strain)
	if p.Congregation != "" {
		w.ext(extCongregation)
		w.str("valueString", p.Congregation)
		w.endExt()
	}
	w.fieldConcepts("livingDependencies", p.LivingDependencies)
	w.fieldConcept("livingArrangement", p.LivingArrangement)
	w.fieldAny("disabilities", p.Disabilities)
	w.fieldAny("restrictions", p.Restrictions)
	w.fieldAny("registry", p.Registry)
	w.fieldAny("death", p.Death)
	w.fieldStr("description", p.Description)
}

// birth writes birthDate, and the time of birth beside it (R4 patient-birthTime).
func (w *writer) birth(p *record.Patient) {
	t := p.BirthTime
	f, clock := formOf(t.Value)
	if f != timeFull {
		w.date("birthDate", t)
		return
	}
	w.key("birthDate")
	w.quote(t.Value[:clock])
	w.sibling("birthDate")
	w.ext(extBirthTime)
	w.code("valueDateTime", t.Value)
	w.endExt()
	w.timeRest(&t)
	w.end()
}

// deceased writes one of deceasedBoolean and deceasedDateTime; the time says more.
func (w *writer) deceased(p *record.Patient) {
	f, _ := formOf(p.DeceasedTime.Value)
	switch {
	case p.DeceasedTime.IsZero():
		w.bool("deceasedBoolean", p.Deceased)
	case p.Deceased == nil && p.DeceasedTime == (record.Time{Absent: record.AbsentExplicitNull}):
		w.fieldTime("deceasedTime", &p.DeceasedTime) // null deletes a time of death; that element would say that the patient is dead
	case f != timeBad && (p.Deceased == nil || *p.Deceased):
		w.dateTime("deceasedDateTime", p.DeceasedTime)
		w.fieldBool("deceased", p.Deceased)
	case p.Deceased != nil:
		w.bool("deceasedBoolean", p.Deceased)
		w.fieldTime("deceasedTime", &p.DeceasedTime)
	default:
		w.dateTime("deceasedDateTime", p.DeceasedTime)
	}
}

// multipleBirth writes one of multipleBirthInteger and multipleBirthBoolean; the order says more.
func (w *writer) multipleBirth(p *record.Patient) {
	if _, ok := parseInt(p.BirthOrder); ok && (p.MultipleBirth == nil || *p.MultipleBirth) {
		w.raw("multipleBirthInteger", p.BirthOrder)
		w.fieldBool("multipleBirth", p.MultipleBirth)
		return
	}
	w.bool("multipleBirthBoolean", p.MultipleBirth)
	w.fieldStr("birthOrder", p.BirthOrder)
}

// links writes Patient.link. Its other side is outside the record.
func (w *writer) links(ls []record.PatientLink) {
	w.arr("link")
	for i := range ls {
		l := &ls[i]
		w.obj("")
		w.requiredReference("other", "other", &l.Other, only(kindPatient, kindRelatedPerson))
		if l.Type != "" && strings.Contains(" "+systemReplacing+" ", " "+l.Type+" ") {
			w.code("type", l.Type)
		} else {
			w.required("type", "", "links")
			w.fieldStr("type", l.Type)
		}
		w.end()
	}
	w.endArr()
}

// sexCode writes an extension that is one code (birthsex, sex).
func (w *writer) sexCode(url, field string, c *record.Concept) {
	if c == nil || c.IsZero() {
		return
	}
	exact := false
	for i := range c.Codings {
		k := &c.Codings[i]
		if url == extSex && w.uscore == USCore800 { // a Coding there
			if k.System == record.SystemSNOMED && isSexCode(url, k) {
				w.codingExt(url, k)
				exact = isOneCoding(c)
				break
			}
		} else if isSexCode(url, k) && (w.uscore != USCore311 || k.System != record.SystemNullFlavor || k.Code == "UNK") {
			w.ext(url)
			w.code("valueCode", k.Code)
			w.endExt()
			exact = isOneCoding(c) && isBareCoding(k)
			break
		}
	}
	if !exact {
		w.fieldConcept(field, c)
	}
}

// codingExt writes an extension that is one Coding.
func (w *writer) codingExt(url string, k *record.Coding) {
	w.ext(url)
	w.coding("valueCoding", k)
	w.endExt()
}

// interpreterNeeded writes whether an interpreter is needed: US Core has an
// extension for it since 8.0.0, bound to SNOMED CT's yes and no.
func (w *writer) interpreterNeeded(c *record.Concept) {
	if c != nil && w.uscore == USCore800 {
		for i := range c.Codings {
			if k := &c.Codings[i]; k.System == record.SystemSNOMED && (k.Code == "373066001" || k.Code == "373067005") {
				w.codingExt(extInterpreter, k)
				if isOneCoding(c) {
					return
				}
				break
			}
		}
	}
	w.fieldConcept("interpreterNeeded", c)
}

// isBareCoding reports whether a coding is no more than a system and a code.
func isBareCoding(c *record.Coding) bool {
	return c.Display == "" && c.Version == "" && c.UserSelected == nil && c.ValueSet == "" && c.ValueSetVersion == "" &&
		c.Text == "" && c.Absent == "" && len(c.Qualifiers) == 0
}
