package record_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

// chart gives an invented record of one source.
func chartOf(source, day string, fill func(r *record.Record)) *record.Record {
	r := &record.Record{
		Patient: &record.Patient{Entry: record.Entry{ID: "pat", Assertion: record.Affirmed}, Names: []record.Name{{Family: []record.NamePart{{Value: "Quill"}}, Given: []record.NamePart{{Value: "Orla"}}}}, BirthTime: record.Time{Value: "1961-02-03"}},
		Sources: []record.Source{{ID: source, Format: "record", Time: day}},
	}
	fill(r)
	for _, e := range r.Entries() {
		e.Origins = []record.Origin{{Source: source}}
	}
	return r
}

func coded(system, code, display string) record.Concept {
	return record.Concept{Codings: []record.Coding{{System: system, Code: code, Display: display}}}
}

func entry(id string, a record.Assertion) record.Entry { return record.Entry{ID: id, Assertion: a} }

var penicillinCode = coded(record.SystemRxNorm, "70618", "Penicillin")

func TestConflictsStayVisible(t *testing.T) {
	mk := func(id string, f func(a *record.Allergy)) func(r *record.Record) {
		return func(r *record.Record) {
			a := record.Allergy{Entry: entry(id, record.Affirmed), Substance: penicillinCode}
			f(&a)
			r.Allergies = []record.Allergy{a}
		}
	}
	plain := func(*record.Allergy) {}
	for name, c := range map[string]struct {
		a, b  func(*record.Allergy)
		field string
		count int
	}{
		"agree":                    {plain, plain, "", 1},
		"one is silent":            {plain, func(a *record.Allergy) { a.Clinical.Code = "active" }, "", 1},
		"active and resolved":      {func(a *record.Allergy) { a.Clinical.Code = "resolved" }, func(a *record.Allergy) { a.Clinical.Code = "active" }, "clinicalStatus", 2},
		"denied and affirmed":      {func(a *record.Allergy) { a.Assertion = record.Negated }, plain, "assertion", 2},
		"none known and one known": {func(a *record.Allergy) { a.Assertion, a.Substance = record.NoneKnown, record.Concept{} }, plain, "assertion", 2},
		"coarser and finer onset":  {func(a *record.Allergy) { a.Onset.Start.Value = "2019" }, func(a *record.Allergy) { a.Onset.Start.Value = "2019-05-06" }, "", 1},
		"refuted and confirmed":    {func(a *record.Allergy) { a.Verification = record.Refuted }, func(a *record.Allergy) { a.Verification = record.Confirmed }, "verification", 2},
	} {
		t.Run(name, func(t *testing.T) {
			m := merge(t, chartOf("s1", "2024-01-01", mk("x1", c.a)), chartOf("s2", "2024-02-01", mk("x2", c.b)))
			require.Len(t, m.Allergies, c.count)
			if c.field == "" {
				require.Empty(t, m.Merging.Conflicts)
				require.Len(t, m.Allergies[0].Origins, 2)
				return
			}
			require.Len(t, m.Merging.Conflicts, 1)
			require.Equal(t, c.field, m.Merging.Conflicts[0].Field)
			require.Len(t, m.Merging.Conflicts[0].Entries, 2)
		})
	}
}

func TestMergeMeanings(t *testing.T) {
	dose := func(v string) []record.Dosage {
		return []record.Dosage{{Dose: &record.Amount{Quantity: &record.Quantity{Value: v, Unit: "mg", Code: "mg", System: record.SystemUCUM}}}}
	}
	lisinopril := record.Product{Code: coded(record.SystemRxNorm, "314076", "lisinopril 10 MG")}
	inr := coded(record.SystemLOINC, "6301-6", "INR")
	value := func(v string) []record.Value {
		return []record.Value{{Quantity: &record.Quantity{Value: v, Unit: "mg/dL", Code: "mg/dL", System: record.SystemUCUM}}}
	}
	for name, c := range map[string]struct {
		a, b      func(r *record.Record)
		entries   int
		conflicts []string
	}{
		"different doses": {
			func(r *record.Record) {
				r.Medications = []record.Medication{{Entry: entry("m1", record.Affirmed), Product: lisinopril, Dosages: dose("10")}}
			},
			func(r *record.Record) {
				r.Medications = []record.Medication{{Entry: entry("m2", record.Affirmed), Product: lisinopril, Dosages: dose("20")}}
			}, 2, []string{"dosages"}},
		"one dose written in two ways": {
			func(r *record.Record) {
				r.Medications = []record.Medication{{Entry: entry("m1", record.Affirmed), Product: lisinopril, Dosages: dose("10")}}
			},
			func(r *record.Record) {
				r.Medications = []record.Medication{{Entry: entry("m2", record.Affirmed), Product: lisinopril, Dosages: dose("10.0")}}
			}, 1, nil},
		"two courses of one medicine": {
			func(r *record.Record) {
				r.Medications = []record.Medication{{Entry: entry("m1", record.Affirmed), Product: lisinopril, Taken: record.Period{Start: record.Time{Value: "2020-01-01"}}}}
			},
			func(r *record.Record) {
				r.Medications = []record.Medication{{Entry: entry("m2", record.Affirmed), Product: lisinopril, Taken: record.Period{Start: record.Time{Value: "2023-01-01"}}}}
			}, 2, nil},
		"one vaccine on one day": {
			func(r *record.Record) {
				r.Immunizations = []record.Immunization{{Entry: entry("i1", record.Affirmed), Product: record.Product{Code: coded(record.SystemCVX, "140", "")}, When: record.Period{At: record.Time{Value: "2023-10-02"}}}}
			},
			func(r *record.Record) {
				r.Immunizations = []record.Immunization{{Entry: entry("i2", record.Affirmed), Product: record.Product{Code: coded(record.SystemCVX, "140", ""), Lot: "L1"}, When: record.Period{At: record.Time{Value: "2023-10-02T09:30:00-05:00"}}}}
			}, 1, nil},
		"given and refused": {
			func(r *record.Record) {
				r.Immunizations = []record.Immunization{{Entry: record.Entry{ID: "i1", Assertion: record.Affirmed, Status: record.Status{Code: record.StatusCompleted}}, Product: record.Product{Code: coded(record.SystemCVX, "140", "")}, When: record.Period{At: record.Time{Value: "2023-10-02"}}}}
			},
			func(r *record.Record) {
				r.Immunizations = []record.Immunization{{Entry: record.Entry{ID: "i2", Assertion: record.Affirmed, Status: record.Status{Code: record.StatusRefused}}, Product: record.Product{Code: coded(record.SystemCVX, "140", "")}, When: record.Period{At: record.Time{Value: "2023-10-02"}}}}
			}, 2, []string{"status"}},
		"one result at one minute, two values": {
			func(r *record.Record) {
				r.Results = []record.Observation{{Entry: entry("o1", record.Affirmed), Code: inr, Values: value("1.8"), When: record.Period{At: record.Time{Value: "2023-10-02T09:30"}}}}
			},
			func(r *record.Record) {
				r.Results = []record.Observation{{Entry: entry("o2", record.Affirmed), Code: inr, Values: value("2.8"), When: record.Period{At: record.Time{Value: "2023-10-02T09:30"}}}}
			}, 2, []string{"values"}},
		"two results of one day": {
			func(r *record.Record) {
				r.Results = []record.Observation{{Entry: entry("o1", record.Affirmed), Code: inr, Values: value("1.8"), When: record.Period{At: record.Time{Value: "2023-10-02"}}}}
			},
			func(r *record.Record) {
				r.Results = []record.Observation{{Entry: entry("o2", record.Affirmed), Code: inr, Values: value("2.8"), When: record.Period{At: record.Time{Value: "2023-10-02"}}}}
			}, 2, nil},
		"a number with a unit and one without": {
			func(r *record.Record) {
				r.Results = []record.Observation{{Entry: entry("o1", record.Affirmed), Code: inr, Values: []record.Value{{Quantity: &record.Quantity{Value: "1.8"}}}, When: record.Period{At: record.Time{Value: "2023-10-02T09:30"}}}}
			},
			func(r *record.Record) {
				r.Results = []record.Observation{{Entry: entry("o2", record.Affirmed), Code: inr, Values: value("1.8"), When: record.Period{At: record.Time{Value: "2023-10-02T09:30"}}}}
			}, 2, []string{"values"}},
	} {
		t.Run(name, func(t *testing.T) {
			m := merge(t, chartOf("s1", "2024-01-01", c.a), chartOf("s2", "2024-02-01", c.b))
			n := len(m.Medications) + len(m.Immunizations) + len(m.Results)
			require.Equal(t, c.entries, n)
			var fields []string
			for _, k := range m.Merging.Conflicts {
				fields = append(fields, k.Field)
			}
			require.Equal(t, c.conflicts, fields)
		})
	}
}

func TestPatientsThatDiffer(t *testing.T) {
	a := chartOf("s1", "2024-01-01", func(r *record.Record) { r.Patient.BirthTime.Value = "1961-03-02" })
	b := chartOf("s2", "2024-02-01", func(r *record.Record) {
		r.Patient.Names = append(r.Patient.Names, record.Name{Family: []record.NamePart{{Value: "Ashby"}}})
	})
	m := merge(t, a, b)
	require.Equal(t, "1961-02-03", m.Patient.BirthTime.Value, "as the newest source has it")
	require.Len(t, m.Patient.Names, 2)
	require.Len(t, m.Merging.Conflicts, 1)
	require.Equal(t, "birthTime", m.Merging.Conflicts[0].Field)
	require.Len(t, m.Merging.Conflicts[0].Statements, 2)
}

func TestReconcileAndDecide(t *testing.T) {
	a := chartOf("s1", "2024-01-01", func(r *record.Record) {
		r.Allergies = []record.Allergy{{Entry: entry("a1", record.Affirmed), Substance: penicillinCode, Clinical: record.ClinicalStatus{Code: "resolved"}}}
		r.Problems = []record.Problem{{Entry: entry("p0", record.NoneKnown)}}
	})
	b := chartOf("s2", "2024-02-01", func(r *record.Record) {
		r.Allergies = []record.Allergy{
			{Entry: entry("a2", record.Affirmed), Substance: penicillinCode, Clinical: record.ClinicalStatus{Code: "active"}},
			{Entry: record.Entry{ID: "a3", Assertion: record.Affirmed, Status: record.Status{Code: record.StatusEnteredInError}}, Substance: coded(record.SystemRxNorm, "1191", "Aspirin")}}
		r.Problems = []record.Problem{{Entry: entry("p1", record.Affirmed), Code: coded(record.SystemSNOMED, "38341003", "Hypertension")}}
	})
	m := merge(t, a, b)
	rows, err := record.Reconcile(record.MergeOptions{}, m)
	require.NoError(t, err)
	why := map[record.Reason]record.Row{}
	for _, r := range rows {
		why[r.Why] = r
		for _, s := range r.Sides {
			require.NotNil(t, s.Source)
			require.Equal(t, "source", s.ModifiedBy)
		}
	}
	require.Len(t, rows, 4)
	newest := why[record.NewestFirst]
	require.Equal(t, record.Choose, newest.Proposal.Kind)
	require.Equal(t, []string{"clinicalStatus"}, newest.Conflicts)
	require.Equal(t, "a2", newest.Proposal.Statements[0].Entry)
	require.Equal(t, record.Remove, why[record.WasAnError].Proposal.Kind)
	require.Equal(t, record.Remove, why[record.StatedFirst].Proposal.Kind)
	require.Equal(t, "p0", why[record.StatedFirst].Proposal.Statements[0].Entry)

	by := &record.Practitioner{Entry: entry("dr", record.Affirmed), Names: []record.Name{{Text: "Dr. Wren"}}}
	decide := func(d record.Decision) record.Decision {
		d.By, d.When = by, record.Time{Value: "2024-03-01T10:00:00Z"}
		return d
	}
	done, _, err := record.Decide(record.MergeOptions{}, m, decide(newest.Proposal), decide(why[record.WasAnError].Proposal), decide(why[record.StatedFirst].Proposal))
	require.NoError(t, err)
	require.Len(t, done.Allergies, 1)
	require.Equal(t, "active", done.Allergies[0].Clinical.Code)
	require.Len(t, done.Problems, 1)
	require.Empty(t, done.Merging.Conflicts)
	require.Len(t, done.Provenances, 3)
	require.Equal(t, "dr", done.Provenances[0].Agents[0].Who.ID)
	require.Len(t, done.Practitioners, 1)
	for _, i := range record.Validate(done) {
		require.NotEqual(t, record.SeverityError, i.Severity, "%s %s", i.Code, i.Path)
	}
	// Decisions hold when a further source comes, and go when what they were about goes.
	more := merge(t, done, chartOf("s3", "2024-04-01", func(r *record.Record) {
		r.Allergies = []record.Allergy{{Entry: entry("a9", record.Affirmed), Substance: coded(record.SystemRxNorm, "2670", "Codeine")}}
	}))
	require.Len(t, more.Allergies, 2)
	require.Len(t, more.Provenances, 3)
	rest, _, err := record.Unmerge(record.MergeOptions{}, done, "s2")
	require.NoError(t, err)
	require.Len(t, rest.Allergies, 1)
	require.Equal(t, "resolved", rest.Allergies[0].Clinical.Code)
	require.Empty(t, rest.Problems, "what was decided of this source alone stays decided")

	combined := newest.Proposal
	combined.Kind = record.Combine
	one, _, err := record.Decide(record.MergeOptions{}, m, decide(combined))
	require.NoError(t, err)
	require.Len(t, one.Allergies, 2)
	require.Equal(t, "active", one.Allergies[0].Clinical.Code)
	require.Len(t, one.Allergies[0].Origins, 2)

	kept := newest.Proposal
	kept.Kind = record.Keep
	both, _, err := record.Decide(record.MergeOptions{}, m, decide(kept))
	require.NoError(t, err)
	require.Len(t, both.Allergies, 3)
	require.Len(t, both.Merging.Conflicts, 1, "that there is no problem known is still to be decided")
}

func TestChangedSinceMerging(t *testing.T) {
	a := chartOf("s1", "2024-01-01", func(r *record.Record) {
		r.Allergies = []record.Allergy{{Entry: entry("a1", record.Affirmed), Substance: penicillinCode}}
	})
	m := merge(t, a, chartOf("s2", "2024-02-01", func(*record.Record) {}))
	m.Allergies[0].Criticality = &record.Concept{Text: "high"}
	again, report, err := record.Merge(record.MergeOptions{}, m)
	require.NoError(t, err)
	require.Equal(t, "changed-since-merging", report.Issues[0].Code)
	require.Equal(t, "high", again.Allergies[0].Criticality.Text)
	require.Len(t, again.Merging.Parts, 3)
	_, _, err = record.Merge(record.MergeOptions{})
	require.ErrorIs(t, err, record.ErrNothingToMerge)
}
