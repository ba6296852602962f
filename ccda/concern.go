package ccda

import (
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// The LOINC codes by which releases before C-CDA R2.1, and the acts around a
// diagnosis, name what their act is. The concern acts of R2.1 say CONC.
const codeConcern = "CONC"

// tracker is an act that holds observations and says of them that they are followed.
type tracker struct {
	templates []string
	codes     []string // LOINC
	before    string   // the code that R1.1 fixed, where R2.1 fixes that of a concern
	displays  []string
}

// legibleConcern reports whether an act around observations says nothing that
// would change what they say: it is one that happened, of this patient, neither negated nor null.
func (r *reader) legibleConcern(act tree.Node) bool {
	if !r.legible(act, "EVN") {
		return false
	}
	for _, a := range [...]tree.Node{act.Attr("negationInd"), act.Attr("nullFlavor")} {
		if isTrue(a.Value()) || a.OK() && a.Name() == "nullFlavor" {
			r.issue(record.IssueNegationUnclear, a)
			return false
		}
	}
	return true
}

// concern reads the tracking act itself (C-CDA Allergy Concern Act, Problem
// Concern Act). Its status says whether it is followed, not whether the problem is there.
func (r *reader) concern(act tree.Node, t *tracker) *record.Concern {
	r.notNegated(act.Attr("negationInd"))
	r.wrapperTemplates(act, t.templates)
	r.shape(act, "ACT", "EVN")
	code := act.Child("code")
	if t.before != "" && r.rec.Sources[0].Version == versionBefore {
		r.fixes(code, oidLOINC, t.before, t.displays...) // any other code is carried
	} else if !r.fixes(code, oidActClass, codeConcern, "Concern") {
		for _, c := range t.codes {
			if r.fixes(code, oidLOINC, c, t.displays...) {
				break
			}
		}
	}
	e := r.entry("concern", act)
	r.release(act.Child("languageCode")) // a concern has no language of its own
	return &record.Concern{
		ID: e.ID, Identifiers: e.Identifiers, Narrative: e.Narrative, Participants: e.Participants, Labels: e.Labels, Notes: e.Notes,
		Relations: e.Relations, Preferences: e.Preferences,
		Status: r.status(act), When: r.period(act.Child("effectiveTime")),
	}
}

// misplacedSeverity is for a Severity Observation that hangs on the act around an
// allergy or a problem instead of on that (an example of HL7's own has it so).
var misplacedSeverity = issueRepaired.Because("the severity hangs on the act around the one thing that it can be of")

// last gives what was read last of a list that is not empty.
func last[T any](list []T) *T { return &list[len(list)-1] }

// concernSeverity takes the severity that hangs on an act around one observation
// alone: it is of what that tells. Of several it cannot be told, and is carried.
func (r *reader) concernSeverity(act tree.Node, e *record.Entry, of **record.Concept) {
	if *of != nil || e.Assertion != record.Affirmed {
		return
	}
	for rel, sub := range r.relations(act) {
		if *of == nil && r.asks(sub, &severity) {
			if *of = r.answered(rel, sub, &severity, true, "SUBJ"); *of != nil {
				r.issue(misplacedSeverity, sub)
			}
		}
	}
}

// concernEncounter takes the encounter that an act around observations names.
func (r *reader) concernEncounter(c *record.Concern, rel, enc tree.Node) {
	if ref := r.encounterRef(rel, enc); ref != nil {
		r.slot(rel, "relations", len(c.Relations))
		c.Relations = append(c.Relations, r.relation(rel, *ref))
	}
}
