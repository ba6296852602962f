package record_test

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

func ptr[T any](v T) *T { return &v }

func on(day string) record.Period { return record.Period{At: record.Time{Value: day}} }

func since(from, to string) record.Period {
	return record.Period{Start: record.Time{Value: from}, End: record.Time{Value: to}}
}

var (
	metformin    = record.Product{Code: coded(record.SystemRxNorm, "861007", "metformin 500 MG")}
	appendectomy = coded(record.SystemSNOMED, "80146002", "Appendectomy")
	asthma       = coded(record.SystemSNOMED, "195967001", "Asthma")
	hives        = coded(record.SystemSNOMED, "126485001", "Hives")
	systolic     = coded(record.SystemLOINC, "8480-6", "Systolic blood pressure")
	flu          = record.Product{Code: coded(record.SystemCVX, "140", "Influenza")}
)

func qty(v, unit string) []record.Value {
	return []record.Value{{Quantity: &record.Quantity{Value: v, Unit: unit}}}
}

// mergedPair merges two charts with one thing each, in both orders, which must
// come to the same, and gives how many entries there are and what is in conflict.
func mergedPair[T any](t *testing.T, put func(r *record.Record, x T), a, b T) (m *record.Record, entries int, conflicts []string) {
	t.Helper()
	mk := func(source, day, id string, x T) *record.Record {
		return chartOf(source, day, func(r *record.Record) {
			e := reflect.ValueOf(&x).Elem().FieldByName("Entry").Addr().Interface().(*record.Entry)
			e.ID = id
			if e.Assertion == "" {
				e.Assertion = record.Affirmed
			}
			put(r, x)
		})
	}
	first := text(t, merge(t, mk("s1", "2024-01-01", "x1", a), mk("s2", "2024-02-01", "x2", b)))
	require.Equal(t, first, text(t, merge(t, mk("s2", "2024-02-01", "x2", b), mk("s1", "2024-01-01", "x1", a))))
	// Who is newer must not matter for whether they are one.
	m = merge(t, mk("s1", "2024-03-01", "x1", a), mk("s2", "2024-02-01", "x2", b))
	turned := m
	m = merge(t, mk("s1", "2024-01-01", "x1", a), mk("s2", "2024-02-01", "x2", b))
	entries = count(m)
	require.Equal(t, entries, count(turned))
	for _, c := range m.Merging.Conflicts {
		conflicts = append(conflicts, c.Field)
	}
	var others []string
	for _, c := range turned.Merging.Conflicts {
		others = append(others, c.Field)
	}
	require.ElementsMatch(t, conflicts, others)
	return m, entries, conflicts
}

func addMedication(r *record.Record, x record.Medication) { r.Medications = append(r.Medications, x) }
func addProblem(r *record.Record, x record.Problem)       { r.Problems = append(r.Problems, x) }
func addAllergy(r *record.Record, x record.Allergy)       { r.Allergies = append(r.Allergies, x) }
func addVital(r *record.Record, x record.Observation)     { r.Vitals = append(r.Vitals, x) }
func addOrder(r *record.Record, x record.Order)           { r.Orders = append(r.Orders, x) }
func addImmunization(r *record.Record, x record.Immunization) {
	r.Immunizations = append(r.Immunizations, x)
}
func addFamily(r *record.Record, x record.FamilyMember) { r.FamilyHistory = append(r.FamilyHistory, x) }

// What turns the meaning of a statement is no detail that one source may leave
// out: what has it and what has it not never become one.
func TestSilenceDoesNotAgreeWithWhatTurns(t *testing.T) {
	status := func(s record.StatusCode) record.Entry { return record.Entry{Status: record.Status{Code: s}} }
	type med = record.Medication
	for name, c := range map[string]struct {
		a, b      med
		conflicts []string
	}{
		"event and intent":        {med{Product: metformin}, med{Entry: record.Entry{Mode: record.ModeIntent}, Product: metformin}, nil},
		"event and proposal":      {med{Product: metformin}, med{Entry: record.Entry{Mode: record.ModeProposal}, Product: metformin}, nil},
		"to take and not to take": {med{Product: metformin}, med{Product: metformin, DoNotPerform: ptr(true)}, []string{"doNotPerform"}},
		"no status and refused":   {med{Product: metformin}, med{Entry: status(record.StatusRefused), Product: metformin}, []string{"status"}},
		"no status and not done":  {med{Product: metformin}, med{Entry: status(record.StatusNotDone), Product: metformin}, []string{"status"}},
		"no status and an error":  {med{Product: metformin}, med{Entry: status(record.StatusEnteredInError), Product: metformin}, []string{"status"}},
		"no status and cancelled": {med{Product: metformin}, med{Entry: status(record.StatusCancelled), Product: metformin}, []string{"status"}},
		"a status that is not known and refused": {med{Entry: record.Entry{Status: record.Status{Absent: record.AbsentUnknown}}, Product: metformin},
			med{Entry: status(record.StatusRefused), Product: metformin}, []string{"status"}},
		"always and as needed": {med{Product: metformin, Dosages: []record.Dosage{{Route: ptr(coded(record.SystemSNOMED, "26643006", "Oral"))}}},
			med{Product: metformin, Dosages: []record.Dosage{{Route: ptr(coded(record.SystemSNOMED, "26643006", "Oral")), AsNeeded: ptr(true)}}}, []string{"dosages"}},
		"always and under a condition": {med{Product: metformin}, med{Product: metformin, Preconditions: []record.Precondition{{Text: "if fasting glucose is above 180"}}}, []string{"preconditions"}},
		"ordered and given":            {med{Kind: "request", Product: metformin}, med{Kind: "administration", Product: metformin}, nil},
		"ordered and told of":          {med{Kind: "request", Product: metformin}, med{Kind: "statement", Product: metformin}, nil},
		"taken and not taken":          {med{Product: metformin}, med{Entry: record.Entry{Assertion: record.Negated}, Product: metformin}, []string{"assertion"}},
		"taken and not known":          {med{Product: metformin}, med{Entry: record.Entry{Assertion: record.NotKnown}, Product: metformin}, []string{"assertion"}},
	} {
		t.Run("medication: "+name, func(t *testing.T) {
			_, n, conflicts := mergedPair(t, addMedication, c.a, c.b)
			require.Equal(t, 2, n)
			require.Equal(t, c.conflicts, conflicts)
		})
	}
	t.Run("allergy: one silent, one refuted", func(t *testing.T) {
		_, n, conflicts := mergedPair(t, addAllergy, record.Allergy{Substance: penicillinCode}, record.Allergy{Substance: penicillinCode, Verification: record.Refuted})
		require.Equal(t, 2, n)
		require.Equal(t, []string{"verification"}, conflicts)
	})
	t.Run("allergy: one reaction happened, and did not", func(t *testing.T) {
		_, n, conflicts := mergedPair(t, addAllergy,
			record.Allergy{Substance: penicillinCode, Reactions: []record.Reaction{{Manifestations: []record.Concept{hives}}}},
			record.Allergy{Substance: penicillinCode, Reactions: []record.Reaction{{Manifestations: []record.Concept{hives}, Assertion: record.Negated}}})
		require.Equal(t, 2, n)
		require.Equal(t, []string{"reactions"}, conflicts)
	})
	t.Run("problem: one silent, one entered in error", func(t *testing.T) {
		_, n, conflicts := mergedPair(t, addProblem, record.Problem{Code: asthma}, record.Problem{Code: asthma, Verification: record.EnteredInError})
		require.Equal(t, 2, n)
		require.Equal(t, []string{"verification"}, conflicts)
	})
	t.Run("order: to do, and not to do", func(t *testing.T) {
		_, n, conflicts := mergedPair(t, addOrder, record.Order{Entry: record.Entry{Mode: record.ModeRequest}, Code: appendectomy},
			record.Order{Entry: record.Entry{Mode: record.ModeRequest}, Code: appendectomy, DoNotPerform: ptr(true)})
		require.Equal(t, 2, n)
		require.Equal(t, []string{"doNotPerform"}, conflicts)
	})
	t.Run("concern: there is, and there may come to be", func(t *testing.T) {
		_, n, _ := mergedPair(t, func(r *record.Record, x record.HealthConcern) { r.HealthConcerns = append(r.HealthConcerns, x) },
			record.HealthConcern{Code: asthma}, record.HealthConcern{Code: asthma, Risk: ptr(true)})
		require.Equal(t, 2, n)
	})
	t.Run("adverse event: happened, and might have", func(t *testing.T) {
		_, n, _ := mergedPair(t, func(r *record.Record, x record.AdverseEvent) { r.AdverseEvents = append(r.AdverseEvents, x) },
			record.AdverseEvent{Event: hives, When: on("2024-01-01")}, record.AdverseEvent{Event: hives, When: on("2024-01-01"), Actuality: "potential"})
		require.Equal(t, 2, n)
	})
	t.Run("immunization: a dose, and one too weak", func(t *testing.T) {
		_, n, conflicts := mergedPair(t, addImmunization, record.Immunization{Product: flu, When: on("2023-10-02")},
			record.Immunization{Product: flu, When: on("2023-10-02"), Subpotent: ptr(true)})
		require.Equal(t, 2, n)
		require.Equal(t, []string{"subpotent"}, conflicts)
	})
}

func TestNotesThatDifferInBytesAreTwo(t *testing.T) {
	note := func(data string) record.ClinicalNote {
		a := record.Attachment{ContentType: "application/pdf", Title: "Discharge letter"}
		a.Data = record.BytesData([]byte(data))
		return record.ClinicalNote{Type: coded(record.SystemLOINC, "18842-5", "Discharge summary"), When: on("2024-01-05"), Contents: []record.NoteContent{{Attachment: a}}}
	}
	put := func(r *record.Record, x record.ClinicalNote) { r.Notes = append(r.Notes, x) }
	_, n, _ := mergedPair(t, put, note("to take warfarin"), note("not to take warfarin"))
	require.Equal(t, 2, n)
	_, n, _ = mergedPair(t, put, note("to take warfarin"), note("to take warfarin"))
	require.Equal(t, 1, n)
}

// A person may say that two statements are one. What turns the meaning of the
// other is not taken over into what the first says.
func TestCombiningTakesNothingOverThatTurns(t *testing.T) {
	plain := record.Medication{Product: metformin, Dosages: []record.Dosage{{Text: "twice a day"}}}
	turning := record.Medication{Entry: record.Entry{Mode: record.ModeProposal, Status: record.Status{Code: record.StatusRefused}, Notes: []record.Note{{Text: "as told by the sister"}}},
		Product: metformin, DoNotPerform: ptr(true), Dosages: []record.Dosage{{Text: "twice a day", AsNeeded: ptr(true)}}, Taken: since("2020-01-01", "2021-01-01"),
		Preconditions: []record.Precondition{{Text: "if awake"}}}
	m, n, _ := mergedPair(t, addMedication, plain, turning)
	require.Equal(t, 2, n)
	var of []record.Statement
	for _, p := range m.Merging.Parts {
		of = append(of, record.Statement{Part: p.ID, Entry: p.Record.Medications[0].ID})
	}
	if of[0].Entry != "x1" {
		of[0], of[1] = of[1], of[0]
	}
	one, report, err := record.Decide(record.MergeOptions{}, m, record.Decision{Kind: record.Combine, Statements: of, When: record.Time{Value: "2024-03-01"}})
	require.NoError(t, err)
	require.Len(t, one.Medications, 1)
	got := one.Medications[0]
	require.Equal(t, record.ModeEvent, got.Mode)
	require.Empty(t, got.Status.Code)
	require.Nil(t, got.DoNotPerform)
	require.Nil(t, got.Dosages[0].AsNeeded)
	require.Empty(t, got.Preconditions)
	require.Empty(t, got.Taken.End.Value, "that it is over is not taken over")
	require.Equal(t, "2020-01-01", got.Taken.Start.Value)
	require.Equal(t, "as told by the sister", got.Notes[0].Text, "the rest is")
	worded := false
	for _, i := range report.Issues {
		worded = worded || i.Code == record.IssueWording.Code
	}
	require.True(t, worded, "the report tells that something stayed behind")
}

// Every field that the table above names has a test of its own in uniting: a union never has it from the one alone.
func TestUnionHasNothingThatTurnsFromOneAlone(t *testing.T) {
	relation := func(negated bool) record.Entry {
		r := record.Relation{Type: "cause", Target: record.Ref{AsSent: "elsewhere"}}
		if negated {
			r.Negated = ptr(true)
		}
		return record.Entry{Relations: []record.Relation{r}}
	}
	m, n, _ := mergedPair(t, addProblem, record.Problem{Entry: relation(false), Code: asthma}, record.Problem{Entry: relation(true), Code: asthma})
	require.Equal(t, 1, n)
	require.Len(t, m.Problems[0].Relations, 2, "a cause, and one that is none")

	answer := func(status string) record.Appointment {
		return record.Appointment{Entry: record.Entry{Participants: []record.Participation{{Role: "performer", Status: status, Who: &record.Ref{Identifier: &record.Identifier{System: record.SystemNPI, Value: "1999999984"}}}}},
			Description: "Check of the wound", When: on("2024-05-01T10:00")}
	}
	m, n, _ = mergedPair(t, func(r *record.Record, x record.Appointment) { r.Appointments = append(r.Appointments, x) }, answer(""), answer("declined"))
	require.Equal(t, 1, n)
	require.Len(t, m.Appointments[0].Participants, 2)

	label := func(end string) record.Problem {
		l := record.Label{Coding: record.Coding{System: "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", Code: "R"}}
		if end != "" {
			l.When = ptr(since("2020-01-01", end))
		}
		return record.Problem{Entry: record.Entry{Labels: []record.Label{l}}, Code: asthma}
	}
	m, n, _ = mergedPair(t, addProblem, label(""), label("2021-01-01"))
	require.Equal(t, 1, n)
	require.Len(t, m.Problems[0].Labels, 2, "a mark that ends does not end one that does not")
}
