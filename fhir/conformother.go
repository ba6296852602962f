package fhir

import (
	"time"

	"github.com/portage-health/portage/internal/tree"
)

// otherInvariants are the rules of R4's other resources. Those of a Bundle stand in bundleRules.
func otherInvariants() []invariant {
	home := func(name string) func(*checker, tree.Node) bool {
		return func(_ *checker, n tree.Node) bool {
			return eachItem(n, name, func(x tree.Node) bool { return stringOf(x, "use") != "home" })
		}
	}
	return []invariant{
		{"Patient.contact", "pat-1", oneAtLeast("name", "telecom", "address", "organization")},
		{"Organization", "org-1", oneAtLeast("identifier", "name")},
		{"Organization", "org-2", home("address")},
		{"Organization", "org-3", home("telecom")},
		{"Group", "grp-1", func(_ *checker, n tree.Node) bool { return !hasAny(n, "member") || n.Child("actual").Value() == "true" }},
		{"List", "lst-1", notBoth("emptyReason", "entry")},
		{"List", "lst-2", func(_ *checker, n tree.Node) bool {
			return stringOf(n, "mode") == "changes" || eachItem(n, "entry", func(x tree.Node) bool { return !hasAny(x, "deleted") })
		}},
		{"List", "lst-3", func(_ *checker, n tree.Node) bool {
			return stringOf(n, "mode") == "working" || eachItem(n, "entry", func(x tree.Node) bool { return !hasAny(x, "date") })
		}},
		{"Composition.section", "cmp-1", oneAtLeast("text", "entry", "section")},
		{"Composition.section", "cmp-2", notBoth("emptyReason", "entry")},
		{"Consent", "ppc-1", oneAtLeast("policy", "policyRule")},
		{"Appointment", "app-2", func(_ *checker, n tree.Node) bool { return hasAny(n, "start") == hasAny(n, "end") }},
		{"Appointment", "app-3", func(_ *checker, n tree.Node) bool {
			return hasAny(n, "start") && hasAny(n, "end") || isOneOf(n, "status", "proposed", "cancelled", "waitlist")
		}},
		{"Appointment", "app-4", func(_ *checker, n tree.Node) bool {
			return !hasAny(n, "cancelationReason") || isOneOf(n, "status", "no-show", "cancelled")
		}},
		{"Appointment.participant", "app-1", oneAtLeast("type", "actor")},
		{"RequestGroup.action", "rqg-1", func(_ *checker, n tree.Node) bool { return hasAny(n, "resource") != hasAny(n, "action") }},
	}
}

func parseInstant(v string) (time.Time, error) { return time.Parse(time.RFC3339Nano, v) }
