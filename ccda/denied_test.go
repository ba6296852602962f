package ccda

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

// What is denied does not stand where it would read as had, and the report names it.
func TestDeniedIsNotWrittenAsHad(t *testing.T) {
	coded := func(code string) record.Concept {
		return record.Concept{Codings: []record.Coding{{System: record.SystemSNOMED, Code: code}}}
	}
	entry := func(id string, a record.Assertion) record.Entry {
		return record.Entry{ID: id, Assertion: a, Identifiers: []record.Identifier{{System: "urn:oid:1.2.840.77777.9", Value: id}}}
	}
	activity := &record.CoverageActivity{ID: "activity"}
	for name, c := range map[string]struct {
		rec  record.Record
		lost string
		not  string // what the document may not say
	}{
		"a device in a procedure that was done": {record.Record{
			Procedures: []record.Procedure{{Entry: entry("p", record.Affirmed), Code: coded("80146002"), Devices: []record.Ref{{ID: "d"}}}},
			Devices:    []record.Device{{Entry: entry("d", record.Negated), Types: []record.Concept{coded("14106009")}}},
		}, "procedures[0].devices[0].id", "14106009"},
		"a policy beside another": {record.Record{
			Coverages: []record.Coverage{{Entry: entry("c1", record.Affirmed), Activity: activity, PlanName: "Meadow Plan"},
				{Entry: entry("c2", record.NoneKnown), Activity: activity, PlanName: "Heron Plan"}},
		}, "coverages[1].planName", "Heron Plan"},
		"a form": {record.Record{
			Questionnaires: []record.QuestionnaireResponse{{Entry: entry("q", record.Negated), Title: "Falls",
				Items: []record.QuestionnaireItem{{Text: "Fell this year"}}}},
		}, "questionnaires[0].items[0].text", "Fell this year"},
	} {
		t.Run(name, func(t *testing.T) {
			c.rec.Patient = &record.Patient{Entry: entry("pat", record.Affirmed)}
			for _, mode := range bothModes {
				out, rep := write(t, mode.Exporter, &c.rec, exportOptions)
				require.NotContains(t, string(out), c.not, mode.name)
				require.True(t, slices.ContainsFunc(rep.Issues, func(i record.Issue) bool { return i.Code == record.IssueLost.Code && i.Path == c.lost }), mode.name)
			}
		})
	}
}

// That somebody has not what is masked, or what no code says, does not say that there is nothing of the kind (HL7 v3 NullFlavor).
func TestMaskedIsNotNone(t *testing.T) {
	for _, flavor := range []string{"MSK", "OTH"} {
		t.Run(flavor, func(t *testing.T) { testIsNotNone(t, flavor) })
	}
}

func testIsNotNone(t *testing.T, flavor string) {
	masked, no := `<code nullFlavor="`+flavor+`"/>`, ` negationInd="true"`
	for name, c := range map[string]struct {
		section, entry string
		said           func(*record.Record) (record.Assertion, record.StatusCode)
		want           record.Assertion
		status         record.StatusCode
	}{
		"allergy": {"48765-2", allergyAct("active", allergyObs(no, snomedValue("416098002"), masked, "")),
			func(r *record.Record) (record.Assertion, record.StatusCode) { return r.Allergies[0].Assertion, "" }, record.Negated, ""},
		"problem": {"11450-4", problemAct("2.16.840.1.113883.10.20.22.4.3", "", problemObs(no, `<value xsi:type="CD" nullFlavor="`+flavor+`"/>`, "")),
			func(r *record.Record) (record.Assertion, record.StatusCode) { return r.Problems[0].Assertion, "" }, record.Negated, ""},
		"medication": {"10160-0", `<entry>` + medicationXML(` moodCode="EVN"`+no, since, "", masked, "") + `</entry>`,
			func(r *record.Record) (record.Assertion, record.StatusCode) { return r.Medications[0].Assertion, "" }, record.Negated, ""},
		"immunization": {"11369-6", immunizationXML(` moodCode="EVN"`+no, "completed", masked, ""),
			func(r *record.Record) (record.Assertion, record.StatusCode) {
				return r.Immunizations[0].Assertion, r.Immunizations[0].Status.Code
			}, record.Affirmed, record.StatusNotDone},
		"procedure": {"47519-4", procedureEntry(` moodCode="EVN"`+no, masked, ""),
			func(r *record.Record) (record.Assertion, record.StatusCode) {
				return r.Procedures[0].Assertion, r.Procedures[0].Status.Code
			}, record.Affirmed, record.StatusNotDone},
	} {
		t.Run(name, func(t *testing.T) {
			rec, _ := importSection(t, c.section, c.entry)
			assertion, status := c.said(rec)
			require.Equal(t, c.want, assertion)
			require.Equal(t, c.status, status)
			for mode, x := range modes {
				text, back, _ := passed(t, x, rec)
				assertion, status = c.said(back)
				require.Equal(t, c.want, assertion, mode)
				require.Equal(t, c.status, status, mode)
				require.NotContains(t, text, "No known", mode)
			}
		})
	}
}

// Nor does it where the substance or product is masked as a whole: then nobody can tell what is denied, and it is carried.
func TestMaskedWhole(t *testing.T) {
	const no = ` negationInd="true"`
	for name, c := range map[string]struct{ section, entry, open string }{
		"allergy":    {"48765-2", allergyAct("active", allergyObs(no, snomedValue("416098002"), `<code nullFlavor="MSK"/>`, "")), "<playingEntity"},
		"medication": {"10160-0", `<entry>` + medicationXML(` moodCode="EVN"`+no, since, "", `<code nullFlavor="MSK"/>`, "") + `</entry>`, "<manufacturedMaterial"},
	} {
		t.Run(name, func(t *testing.T) {
			require.Contains(t, c.entry, c.open)
			rec, rep := importSection(t, c.section, strings.Replace(strings.Replace(c.entry, `<code nullFlavor="MSK"/>`, "", 1), c.open, c.open+` nullFlavor="MSK"`, 1))
			require.Empty(t, rec.Allergies)
			require.Empty(t, rec.Medications)
			require.True(t, hasIssue(rep, record.IssueNegationUnclear))
			require.NotEmpty(t, rec.Carried)
		})
	}
}
