package fhir

import (
	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/record"
)

// noKnown are the codes of SNOMED CT that deny a kind of allergy by themselves.
var noKnown = []struct{ code, display string }{
	{"716186003", "No known allergy"},
	{"409137002", "No known drug allergy"},
	{"429625007", "No known food allergy"},
	{"428607008", "No known environmental allergy"},
	{"1003774007", "No known latex allergy"},
	{"716184000", "No known latex allergy"},
	{"716220001", "No known animal allergy"},
	{"428197003", "No known insect allergy"},
	{"160244002", "No known allergies"},
}

// classOfSubstance gives, for a substance that is a whole class, the code that
// denies allergies to it; "" and true for one that is any substance. ok is false
// where SNOMED CT has no such code.
func classOfSubstance(c *record.Concept) (code string, ok bool) {
	for i := range c.Codings {
		if x := &c.Codings[i]; x.Code != "" && (x.System == record.SystemSNOMED || x.System == "") {
			switch x.Code {
			case "105590001", "413477004": // substance, allergen
				return "", true
			case "410942007", "373873005", "763158003": // drug, pharmaceutical product, medicinal product
				return noKnown[1].code, true
			case "762766007", "255620007": // edible substance, food
				return noKnown[2].code, true
			}
			return "", false
		}
	}
	return "", len(c.Codings) == 0
}

// noKnownCode gives the code that says "none known" of an allergy's kind, ""
// where none says just that much. A propensity that is not there leaves no
// allergy either; an intolerance that is not there may leave an allergy.
func noKnownCode(a *record.Allergy) string {
	for _, k := range noKnown {
		if a.Substance.Has(record.SystemSNOMED, k.code) {
			return k.code
		}
	}
	class, ok := classOfSubstance(&a.Substance)
	kind := noKnownKind(a)
	switch {
	case !ok:
		return "" // to say that no allergy is known at all would say more than the source
	case class == "" || kind == "":
		return kind
	case kind == noKnown[0].code || kind == class:
		return class
	}
	return ""
}

// noKnownKind is noKnownCode by the kind of propensity alone.
func noKnownKind(a *record.Allergy) string {
	if len(a.Kind.Codings) == 0 {
		return noKnown[0].code
	}
	for i := range a.Kind.Codings {
		c := &a.Kind.Codings[i]
		switch c.System {
		case record.SystemSNOMED:
			if k, ok := codes.NoKnownAllergies().To(c.Code); ok {
				return k
			}
			switch c.Code {
			case "420134006", "418038007": // propensity to adverse reactions (to substance)
				return noKnown[0].code
			case "419511003": // … to drug
				return noKnown[1].code
			case "418471000": // … to food
				return noKnown[2].code
			}
		case systemAllergenType:
			switch c.Code {
			case "DA":
				return noKnown[1].code
			case "FA":
				return noKnown[2].code
			case "EA":
				return noKnown[3].code
			}
		}
	}
	return ""
}
