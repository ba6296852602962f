package fhir

import "github.com/portage-health/portage/record"

// toldOfPatient writes what an observation of social history tells of the
// patient as US Core's extension, where the patient's own fields say nothing of
// it (C-CDA on FHIR, CF-social). The observation itself goes out too: it says when and by whom.
func (w *writer) toldOfPatient(p *record.Patient) {
	if p.BirthSex == nil {
		w.toldSex(extBirthSex, w.told("birth-sex"))
	}
	if p.Sex == nil {
		w.toldSex(extSex, w.told("sex"))
	}
	if len(p.GenderIdentities) == 0 {
		for _, c := range w.told("gender-identity") {
			w.ext(extGender)
			w.concept("valueCodeableConcept", c)
			w.endExt()
		}
	}
	if len(p.TribalAffiliations) == 0 {
		for _, c := range w.told("tribal-affiliation") {
			w.ext(extTribe)
			w.ext("tribalAffiliation")
			w.concept("valueCodeableConcept", c)
			w.endExt()
			w.endExt()
		}
	}
}

// told gives the coded values of the observations of a kind that are stated and not said to have ended.
func (w *writer) told(kind string) []*record.Concept {
	var out []*record.Concept
	for i := range w.rec.Social {
		o := &w.rec.Social[i]
		if o.Kind != kind || observationKind(o) != kindObservation || !o.When.End.IsZero() && o.When.End.Value != "" || len(o.Values) != 1 ||
			o.Values[0].Concept == nil || len(o.Values[0].Concept.Codings) == 0 {
			continue
		}
		switch observationStatus(o.Status.Code) {
		case "final", "amended", "corrected":
			c := *o.Values[0].Concept
			c.TextRef = "" // it is counted where the observation goes out
			out = append(out, &c)
		}
	}
	return out
}

// toldSex writes the extension where one observation alone tells it.
func (w *writer) toldSex(url string, cs []*record.Concept) {
	if len(cs) != 1 {
		return
	}
	for i := range cs[0].Codings {
		if k := &cs[0].Codings[i]; isSexCode(url, k) {
			w.ext(url)
			w.code("valueCode", k.Code)
			w.endExt()
			return
		}
	}
}

// isSexCode reports whether a code may stand in US Core's birthsex or sex extension.
func isSexCode(url string, k *record.Coding) bool {
	switch k.System {
	case record.SystemAdministrativeSex:
		return k.Code == "M" || k.Code == "F"
	case record.SystemNullFlavor:
		return k.Code == "UNK" || k.Code == "ASKU" || k.Code == "OTH"
	case record.SystemSNOMED:
		return url == extSex && (k.Code == "248152002" || k.Code == "248153007")
	}
	return false
}
