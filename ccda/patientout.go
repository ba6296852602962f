package ccda

import (
	"slices"

	"github.com/portage-health/portage/record"
)

// recordTarget writes the patient (C-CDA R2.1 US Realm Header, 1.1.1). Of nobody, a
// conformant document says of each thing that it is not known (CONF:1198-5266 ff.).
func (w *writer) recordTarget() {
	var x record.Patient
	switch {
	case w.rec.Patient != nil:
		x = *w.rec.Patient
		w.wrote[x.ID] = true
		x.Labels = w.unmarked(x.Labels)
	case w.strict:
		w.Note(&record.IssueNoPatient, "patient")
	default:
		return
	}
	w.el("recordTarget")
	w.el("patientRole")
	if x.ID != "" {
		w.own(x.ID)
	}
	w.At("patient", -1, func() {
		w.orNull("id", "identifiers", len(x.Identifiers))
		w.identifiers("id", "identifiers", &x.Identifiers)
		w.orNull("addr", "addresses", len(x.Addresses))
		w.addresses("addresses", &x.Addresses)
		w.orNull("telecom", "telecoms", len(x.Telecoms))
		w.telecoms("telecoms", &x.Telecoms)
		if w.factsWritten {
			x.BirthSex, x.Sex, x.GenderIdentities, x.SexualOrientations, x.TribalAffiliations = nil, nil, nil, nil, nil
		}
		w.patient(&x)
		if x.Provider != nil && w.organization("providerOrganization", x.Provider) {
			x.Provider = nil
		}
		if w.rec.Patient != nil {
			w.markedLater(&x.Entry, &w.rec.Patient.Entry)
		}
		w.rest(&x)
	})
	w.end()
	w.end()
}

func (w *writer) patient(x *record.Patient) {
	w.el("patient")
	w.orNull("name", "names", len(x.Names))
	w.names("names", &x.Names)
	w.words("sdtc:desc", take(&x.Description))
	if x.AdministrativeSex.IsZero() {
		w.require("administrativeGenderCode", "administrativeSex", "UNK")
	}
	w.concept("administrativeGenderCode", "administrativeSex", &x.AdministrativeSex)
	if x.BirthTime.IsZero() {
		w.require("birthTime", "birthTime", "UNK")
	}
	w.time("birthTime", "birthTime", &x.BirthTime)
	if w.strict && w.release >= R30 && x.Deceased == nil && x.DeceasedTime.Value != "" {
		w.Note(&fixed, "deceased")
		w.leaf("sdtc:deceasedInd", "value", "true") // who died then is dead
	}
	dead := x.Deceased != nil && *x.Deceased
	w.flagEl("sdtc:deceasedInd", &x.Deceased)
	if w.release >= R30 && dead && x.DeceasedTime.IsZero() {
		w.require("sdtc:deceasedTime", "deceasedTime", "UNK") // CONF:4537-32993
	}
	w.time("sdtc:deceasedTime", "deceasedTime", &x.DeceasedTime)
	w.flagEl("sdtc:multipleBirthInd", &x.MultipleBirth)
	if isInteger(x.BirthOrder) && atoi(x.BirthOrder) > 0 { // the schema has it count from 1
		w.leafIf("sdtc:multipleBirthOrderNumber", take(&x.BirthOrder))
	}
	w.concept("maritalStatusCode", "maritalStatus", &x.MaritalStatus)
	w.concept("religiousAffiliationCode", "religion", &x.Religion)
	w.several("raceCode", "races", &x.Races)
	w.several("ethnicGroupCode", "ethnicities", &x.Ethnicities)
	w.guardians()
	if x.BirthPlace != nil || x.BirthPlaceName != "" {
		w.el("birthplace")
		w.el("place")
		w.words("name", take(&x.BirthPlaceName))
		if x.BirthPlace != nil {
			a := *x.BirthPlace
			w.In("birthPlace", -1)
			w.address(&a)
			w.Leave()
			x.BirthPlace = nil
		} else {
			w.require("addr", "birthPlace", "NI") // CONF:1198-5397
		}
		w.end()
		w.end()
	}
	for i := range x.Languages {
		l := x.Languages[i]
		w.In("languages", i)
		w.language(&l)
		w.Leave()
	}
	x.Languages = nil
	w.end()
}

// several writes the first of a list under CDA's own name and the others under
// the extension's (sdtc:raceCode, sdtc:ethnicGroupCode).
func (w *writer) several(name, leaf string, list *[]record.Concept) {
	if len(*list) == 0 {
		w.require(name, leaf, "UNK")
	}
	for i := range *list {
		c := (*list)[i]
		w.In(leaf, i)
		if i == 0 {
			w.concept(name, "", &c)
		} else {
			w.concept("sdtc:"+name, "", &c)
		}
		w.Leave()
	}
	*list = nil
}

func (w *writer) language(l *record.Language) {
	w.el("languageCommunication")
	w.nullFlavor("absent", &l.Absent)
	if len(l.Code.Codings) > 0 && l.Code.Codings[0].Code != "" {
		// languageCode is a CS: its code system is fixed (CDA R2 LanguageCommunication).
		switch c := &l.Code.Codings[0]; c.System {
		case "":
			w.Note(&fixed, "code.codings[0].system")
		case systemLanguage:
			l.Code.Codings = slices.Clone(l.Code.Codings)
			c = &l.Code.Codings[0]
			c.System, c.SystemAsSent, c.SystemName = "", "", ""
		}
	}
	if w.strict || !w.native {
		if l.Code.IsZero() {
			w.require("languageCode", "code", "NI") // CONF:1198-5407
		} else {
			c := &l.Code
			w.cs("languageCode", "code", &c)
			l.Code = record.Concept{}
		}
	}
	w.concept("languageCode", "code", &l.Code)
	w.conceptPtr("modeCode", "mode", &l.Mode)
	w.conceptPtr("proficiencyLevelCode", "proficiency", &l.Proficiency)
	w.flagEl("preferenceInd", &l.Preferred)
	w.end()
}

// guardians writes the related persons who are the patient's guardians.
func (w *writer) guardians() {
	for i := range w.rec.RelatedPersons {
		x := w.rec.RelatedPersons[i]
		if len(x.Class) != 1 || x.Class[0] != "GUARD" || w.wrote[x.ID] {
			continue
		}
		if w.strict && x.Organization != nil && len(x.Names) == 0 {
			continue // a guardian must be a person (CONF:1198-5385): an organization is a participant, see contacts
		}
		w.el("guardian")
		w.own(x.ID)
		x.Class = nil
		w.mention("relatedPersons", x.ID, i, func() {
			w.identifiers("id", "identifiers", &x.Identifiers)
			if len(x.Relationships) > 0 {
				w.relationship("code", 0, &x)
			}
			w.addresses("addresses", &x.Addresses)
			w.telecoms("telecoms", &x.Telecoms)
			switch {
			case x.Organization != nil && len(x.Names) == 0:
				if w.organization("guardianOrganization", x.Organization) {
					x.Organization = nil
				}
			default:
				w.el("guardianPerson")
				w.orNull("name", "names", len(x.Names))
				w.names("names", &x.Names)
				w.end()
			}
			w.markedLater(&x.Entry, &w.rec.RelatedPersons[i].Entry)
			w.rest(&x)
		})
		w.named[place{"relatedPersons", i}] = true
		w.end()
	}
}
