package consenttest

import (
	"slices"
	"testing"

	"github.com/portage-health/portage/consent"
	"github.com/portage-health/portage/record"
)

// items are the rows on one consent and what of the record it shows.
func (s suite) items() []row {
	normal := func(nested ...provision) Host {
		return one(signed("c", "permit", provision{Purposes: tpo(), SecurityLabels: label("N"), Provisions: nested}))
	}
	all := func(nested ...provision) Host {
		return one(signed("c", "permit", provision{Purposes: tpo(), Provisions: nested}))
	}
	treat := func(t *testing.T, h Host, who consent.Party) *consent.Decision {
		t.Helper()
		d := s.decide(t, h, ask(who, "TREAT"))
		want(t, d, consent.Permitted, permit)
		return d
	}
	data := func(meaning, ref string) []record.ConsentData {
		return []record.ConsentData{{Meaning: meaning, Ref: record.Ref{AsSent: ref}}}
	}
	by := func(who map[string]string) *record.Record {
		return each(six(), func(e *record.Entry) {
			ref := who[e.ID]
			if ref == "" {
				ref = "Practitioner/dr2"
			}
			e.Participants = []record.Participation{{Role: "author", Who: &record.Ref{AsSent: ref}}}
		})
	}
	dated := func() *record.Record {
		return each(six(), func(e *record.Entry) {
			e.Recorded = &record.Time{Value: "2021-03-01"}
			switch e.ID {
			case "e2":
				e.Recorded = &record.Time{Value: "2022-07-01T10:00:00Z"}
			case "e4":
				e.Updated = &record.Time{Value: "2022-12-31"}
			}
		})
	}
	met := func() *record.Record {
		r := six()
		for i, list := range [][]record.Observation{r.Results, r.Vitals, r.Social, r.Assessments} {
			for j := range list {
				list[j].Encounter = &record.Ref{Kind: record.KindEncounter, AsSent: []string{"Encounter/x", "Encounter/y"}[min(i, 1)]}
			}
		}
		r.Problems = nil
		return r
	}
	named := func() *record.Record {
		r := chart("e1", "e2", "e3", "e4", "e5", "e6", "e7")
		src := record.Source{ID: "s", Format: "fhir"}
		for _, e := range r.Entries() {
			src.Items = append(src.Items, record.Item{Type: "Observation", ID: "ex-" + e.ID, Entries: []string{e.ID}})
		}
		r.Sources = []record.Source{src}
		return r
	}
	year := &record.Period{Start: record.Time{Value: "2022-01-01"}, End: record.Time{Value: "2022-12-31"}}
	return []row{
		{"B1", func(t *testing.T) { sees(t, treat(t, normal(), dr2), six(), "e1", "e2") }},
		{"B2", func(t *testing.T) {
			d := treat(t, one(signed("c", "permit", provision{Purposes: tpo(), SecurityLabels: label("N", "R")})), dr2)
			sees(t, d, chart("e1", "e2", "e3", "e4", "e5", "e6", "eV"), "e1", "e2", "e3", "e4", "e5", "e6")
		}},
		{"B3", func(t *testing.T) {
			sees(t, treat(t, normal(provision{Type: "deny", SecurityLabels: label("R")}), dr2), six(), "e1", "e2")
		}},
		{"B4", func(t *testing.T) {
			h := normal(provision{Type: "permit", SecurityLabels: label("R"), Actors: actor("Practitioner/dr1")})
			sees(t, treat(t, h, dr1), six(), "e1", "e2", "e3", "e4", "e5", "e6")
			sees(t, treat(t, h, dr2), six(), "e1", "e2")
		}},
		{"B5", func(t *testing.T) {
			h := normal(provision{Type: "permit", SecurityLabels: label("PSY"), Actors: actor("Practitioner/dr1")})
			sees(t, treat(t, h, dr1), six(), "e1", "e2", "e4")
			sees(t, treat(t, h, dr2), six(), "e1", "e2")
		}},
		{"B6", func(t *testing.T) {
			h := normal(provision{Type: "permit", SecurityLabels: label("PSY", "SDV"), Actors: actor("Practitioner/dr1")})
			sees(t, treat(t, h, dr1), six(), "e1", "e2", "e4", "e5")
		}},
		{"B7", func(t *testing.T) {
			h := normal(provision{Type: "permit", SecurityLabels: label("PSY"), Actors: actor("Practitioner/dr1")})
			sees(t, treat(t, h, dr1), chart("e1", "eB"), "e1")
		}},
		{"B8", func(t *testing.T) {
			h := normal(provision{Type: "permit", SecurityLabels: label("R"), Actors: actor("Group/privileged"), Purposes: purpose("BTG")})
			sees(t, treat(t, h, member(dr2)), six(), "e1", "e2")
			d := s.decide(t, h, ask(member(dr2), "BTG"))
			want(t, d, consent.Permitted, permit)
			sees(t, d, six(), "e1", "e2", "e3", "e4", "e5", "e6")
			owes(t, d, consent.ObligeAudit)
		}},
		{"B9", func(t *testing.T) {
			sees(t, treat(t, one(signed("c", "permit", provision{Purposes: tpo(), DataPeriod: year})), dr2), dated(), "e2", "e4")
		}},
		{"B10", func(t *testing.T) {
			sees(t, treat(t, all(provision{Type: "deny", DataPeriod: year}), dr2), dated(), "e1", "e3", "e5", "e6")
		}},
		{"B11", func(t *testing.T) {
			h := one(signed("c", "permit", provision{Purposes: tpo(), Data: data("authoredby", "Practitioner/dr1")}))
			sees(t, treat(t, h, dr2), by(map[string]string{"e1": "Practitioner/dr1", "e4": "Practitioner/dr1"}), "e1", "e4")
		}},
		{"B12", func(t *testing.T) {
			d := treat(t, all(provision{Type: "deny", Data: data("authoredby", "Practitioner/dr1")}), dr2)
			sees(t, d, by(map[string]string{"e1": "Practitioner/dr1", "e4": "Practitioner/dr1"}), "e2", "e3", "e5", "e6")
		}},
		{"B13", func(t *testing.T) {
			h := one(signed("c", "permit", provision{Purposes: tpo(), Data: data("related", "Encounter/x")}))
			sees(t, treat(t, h, dr2), met(), "e1", "e6")
		}},
		{"B14", func(t *testing.T) {
			sees(t, treat(t, all(provision{Type: "deny", Data: data("related", "Encounter/x")}), dr2), met(), "e2", "e3", "e5")
		}},
		{"B15", func(t *testing.T) {
			var list []record.ConsentData
			for _, id := range []string{"e1", "e2", "e3", "e4", "e5", "e6"} {
				list = append(list, data("instance", "Observation/ex-"+id)...)
			}
			h := one(signed("c", "permit", provision{Purposes: tpo(), Data: list}))
			sees(t, treat(t, h, dr2), named(), "e1", "e2", "e3", "e4", "e5", "e6")
		}},
		{"B16", func(t *testing.T) {
			sees(t, treat(t, all(provision{Type: "deny", Data: data("instance", "Observation/ex-e3")}), dr2), named(), "e1", "e2", "e4", "e5", "e6", "e7")
		}},
		{"B17", func(t *testing.T) {
			d := treat(t, all(provision{Type: "deny", SecurityLabels: label("ETHUD", "HIV")}), dr2)
			sees(t, d, six(), "e1", "e2", "e4", "e5")
			redacts(t, d, []string{"ETHUD", "HIV"}, nil)
		}},
		{"B18", func(t *testing.T) {
			d := treat(t, all(provision{Type: "deny", Classes: medicationClass()}, provision{Type: "deny", SecurityLabels: label("R")}), dr2)
			sees(t, d, chart("e1", "e3", "m1"), "e1")
			redacts(t, d, []string{"R"}, []string{"MedicationStatement"})
		}},
		{"B19", func(t *testing.T) {
			req := ask(dr2, "TREAT")
			req.Categories = medicationClass()
			want(t, s.decide(t, all(provision{Type: "deny", Classes: medicationClass()}, provision{Type: "deny", SecurityLabels: label("R")}), req), consent.Denied, deny)
		}},
		{"B20", func(t *testing.T) {
			r := chart("e1", "e2", "e6")
			r.Results[1].Components = []record.Component{{Code: concept(record.SystemLOINC, "42828-4")}}
			code := concept(record.SystemLOINC+"/", "42828-4")
			sees(t, treat(t, all(provision{Type: "deny", Codes: []record.Concept{code}}), dr2), r, "e1", "e2")
		}},
		{"B21", func(t *testing.T) {
			d := treat(t, normal(), dr2)
			sees(t, d, chart("e1", "e7"), "e1")
			withheldFor(t, d, chart("e1", "e7"), "e7", consent.ReasonUnlabelled)
		}},
		{"B22", func(t *testing.T) {
			h := one(signed("c", "deny", provision{Purposes: tpo(), Provisions: []provision{{Type: "permit", SecurityLabels: label("N")}}}))
			sees(t, treat(t, h, dr2), six(), "e1", "e2")
		}},
	}
}

func medicationClass() []record.Coding {
	return []record.Coding{{System: "http://hl7.org/fhir/resource-types", Code: "MedicationStatement"}}
}

// redacts checks that there is one obligation to redact, of these labels and classes.
func redacts(t *testing.T, d *consent.Decision, labels, classes []string) {
	t.Helper()
	n := 0
	for _, o := range d.Obligations {
		if o.Code == consent.ObligeRedact {
			if n++; !slices.Equal(o.Labels, labels) || !slices.Equal(o.Classes, classes) {
				t.Errorf("redact labels %v and classes %v; want %v and %v", o.Labels, o.Classes, labels, classes)
			}
		}
	}
	if n != 1 {
		t.Errorf("%d obligations to redact, want one", n)
	}
}
