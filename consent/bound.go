package consent

import (
	"slices"

	"github.com/portage-health/portage/record"
)

// Bound gives a decision with the obligations that a record itself brings: what its source marked it with binds whoever
// passes it on (HL7 v3 ObligationPolicy and RefrainPolicy; 45 CFR 170.315(b)(8)).
func Bound(d *Decision, rec *record.Record) *Decision {
	out := *d
	out.Obligations = slices.Clone(d.Obligations)
	look := func(ls []record.Label) {
		for i := range ls {
			if c := ls[i].Coding.Code; isHandling(c) && ls[i].Coding.System != systemObservationValue && !out.Owes(c) {
				out.Obligations = append(out.Obligations, Obligation{Code: c})
			}
		}
	}
	for _, e := range rec.Entries() {
		look(e.Labels)
	}
	var each func(list []record.Section)
	each = func(list []record.Section) {
		for i := range list {
			look(list[i].Labels)
			each(list[i].Sections)
		}
	}
	for i := range rec.Documents {
		each(rec.Documents[i].Sections)
	}
	return &out
}
