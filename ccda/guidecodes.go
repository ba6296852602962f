package ccda

import (
	"slices"
	"strings"

	"github.com/portage-health/portage/record"
)

// Value sets of the Companion Guide that are short enough to be listed and that
// its templates demand (C-CDA Companion Guide R4.1; C-CDA 3.0, required bindings).
const (
	// careTeamCategories are LOINC answers (Care Team Type Observation, value).
	careTeamCategories = " LA27975-4 LA27976-2 LA27977-0 LA27978-8 LA27980-4 LA28865-6 LA28866-4 LA28867-2 "
	// implantStatuses are of the NCI Thesaurus (Implantable Device Status Observation, value).
	implantStatuses = " C114146 C118639 C122711 C154407 C45329 "
	// sexualOrientations and genderIdentities are of SNOMED CT; what is none of them is "other" (OTH).
	sexualOrientations = " 20430005 38628009 42035005 765288000 "
	genderIdentities   = " 33791000087105 407376001 407377005 446131000124102 446141000124107 446151000124109 "
)

// isOneOf reports whether the code of a concept is in a value set, of one of the
// systems: a template that allows nothing else is claimed for no other.
func isOneOf(c *record.Concept, set string, systems ...string) bool {
	if c.Absent != "" || len(c.Codings) == 0 {
		return false
	}
	first := &c.Codings[0]
	return first.Code != "" && slices.Contains(systems, first.System) && strings.Contains(set, " "+first.Code+" ")
}

// orOther makes a code that the value set of the template does not have a
// translation of "other" (CDA R2 CD, nullFlavor OTH), in a conformant document.
// A reason why there is no code stays as it is.
func (w *writer) orOther(leaf, set string, c *record.Concept) {
	if !w.strict || set == "" || c.Absent != "" || len(c.Codings) == 0 || isOneOf(c, set, record.SystemSNOMED) {
		return
	}
	first := &c.Codings[0]
	if first.Code == "" || first.Code == "asked-declined" || first.Code == "OTH" || first.Code == "UNK" {
		return
	}
	w.Note(&altered, leaf)
	c.Absent = record.AbsentOther
}
