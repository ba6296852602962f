package portage_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/ccda"
	"github.com/portage-health/portage/consent"
	"github.com/portage-health/portage/fhir"
	"github.com/portage-health/portage/hl7v2"
	"github.com/portage-health/portage/record"
)

// visit is a message of an invented patient with a visit, an allergy and a diagnosis; p stands behind PD1, v behind PV1.
func visit(protection, vip string, p, v []string) []byte {
	lines := []string{`MSH|^~\&|A|B|C|D|20260301100000||ADT^A01^ADT_A01|X1|P|2.7`, "EVN|A01|20260301100000",
		"PID|1||77^^^B^MR||Doe^Ann||19700101|F|||||||||LUT"}
	if protection != "" {
		lines = append(lines, "PD1||||||||||||"+protection)
	}
	lines = append(lines, p...)
	lines = append(lines, "PV1|1|I|W"+strings.Repeat("|", 13)+vip+"|||V1^^^B^VN")
	lines = append(lines, v...)
	lines = append(lines, "AL1|1||^Nuts||hives", "DG1|1||E11.9^Diabetes^I10|||A")
	return []byte(strings.Join(lines, "\r") + "\r")
}

// What is said of a visit reaches the results that refer to it, and no other visit's.
func TestAccessOfAVisitReachesItsResults(t *testing.T) {
	in := []byte(strings.Join([]string{`MSH|^~\&|A|B|C|D|20260301100000||ORU^R01^ORU_R01|X1|P|2.7`, "PID|1||77^^^B^MR||Doe^Ann||19700101|F",
		"PV1|1|I|W" + strings.Repeat("|", 13) + "VIP|||V1^^^B^VN", "OBR|1||F1^B|2345-7^Glucose^LN|||20260301", "OBX|1|NM|2345-7^Glucose^LN||100|mg/dL|||||F"}, "\r") + "\r")
	rec := recordOfMessage(t, in)
	require.NotEmpty(t, rec.Results)
	other := rec.Results[0]
	other.ID, other.Encounter, other.BasedOn, other.PartOf, other.Relations = "another", nil, nil, nil, nil
	rec.Results = append(rec.Results, other)
	out, _ := consent.Redact(denyingLabels(record.Coding{System: v2Table + "0099", Code: "VIP"}), rec, consent.Redaction{Unlabelled: marks("N")})
	require.Empty(t, out.Encounters)
	require.Len(t, out.Results, 1)
	require.Equal(t, "another", out.Results[0].ID)
}

// What HL7 v2 says of access is judged the same after it has been through FHIR.
func TestAccessThroughFHIR(t *testing.T) {
	rec := recordOfMessage(t, visit("Y", "VIP", []string{"ARV|1|A|HIV"}, []string{"ARV|1|A|K9^Kennel^99LOC"}))
	var b bytes.Buffer
	_, err := fhir.Exporter{}.Export(t.Context(), rec, &b, record.ExportOptions{Now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)})
	require.NoError(t, err)
	var back *record.Record
	for x, err := range (fhir.Importer{}).Import(t.Context(), record.Input{Bytes: b.Bytes()}, record.ImportOptions{}) {
		require.NoError(t, err)
		back = x.Record
	}
	require.NotNil(t, back)
	for _, c := range []record.Coding{{System: consent.System, Code: consent.CodeProtected}, {System: v2Table + "0717", Code: "HIV"}, {System: v2Table + "0099", Code: "VIP"}, {System: "99LOC", Code: "K9"}} {
		only := &record.Record{}
		*only = *back
		if c.Code != consent.CodeProtected {
			p := *back.Patient
			p.Registry = nil
			only.Patient = &p
			if c.Code != "HIV" {
				p.Restrictions = nil
			}
		}
		if c.Code == "VIP" {
			only.Encounters = slices.Clone(back.Encounters)
			only.Encounters[0].Restrictions = nil
		}
		out, _ := consent.Redact(denyingLabels(c), only, consent.Redaction{Unlabelled: marks("N")})
		require.NotNil(t, out, c.Code)
		require.Empty(t, out.Encounters, c.Code)
		require.Equal(t, c.Code == consent.CodeProtected || c.Code == "HIV", len(out.Allergies) == 0, c.Code)
	}
}

func recordOfMessage(t *testing.T, in []byte) *record.Record {
	t.Helper()
	for x, err := range (hl7v2.Importer{}).Import(t.Context(), record.Input{Bytes: in}, record.ImportOptions{}) {
		require.NoError(t, err)
		return x.Record
	}
	t.Fatal("no record")
	return nil
}

// denyingLabels permits all, but what bears a label.
func denyingLabels(cs ...record.Coding) *consent.Decision {
	return &consent.Decision{Outcome: consent.Permitted, Final: consent.Permit, At: time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC),
		Residual: []consent.Stage{{Name: "consent", Rules: []consent.Rule{{Effect: consent.Deny, If: consent.Condition{Labels: cs}}, {Effect: consent.Permit}}}}}
}

// permittingLabels permits what bears a label, and no more.
func permittingLabels(cs ...record.Coding) *consent.Decision {
	d := denyingLabels()
	d.Residual[0].Rules = []consent.Rule{{Effect: consent.Permit, If: consent.Condition{Labels: cs}}}
	return d
}

const v2Table = "http://terminology.hl7.org/CodeSystem/v2-"

// What HL7 v2 says of access is seen by rules on labels: on the patient it reaches every entry, on the visit the visit.
// What nobody labels is normal here, so that nothing goes but for what the message says.
func TestAccessOfHL7v2(t *testing.T) {
	normal := marks("N")
	deny := func(system, code string) *consent.Decision {
		return denyingLabels(record.Coding{System: system, Code: code})
	}
	onlyN := permittingLabels(record.Coding{System: record.SystemConfidentiality, Code: "N"})
	restricted := deny(record.SystemConfidentiality, "R")
	all := deny(v2Table+"0717", "ALL")
	for name, x := range map[string]struct {
		protection, vip string
		p, v            []string
		d               *consent.Decision
		gone, visit     bool // every entry; the visit
		facts           bool // the patient's own coded facts
	}{
		"nothing said":                 {d: restricted},
		"nothing said, only N":         {d: onlyN},
		"protected":                    {protection: "Y", d: deny(consent.System, consent.CodeProtected), gone: true, visit: true, facts: true},
		"protected is restricted":      {protection: "Y", d: restricted, gone: true, visit: true, facts: true},
		"protected is not normal":      {protection: "Y", d: onlyN, gone: true, visit: true, facts: true},
		"not protected":                {protection: "N", d: deny(consent.System, consent.CodeProtected)},
		"not protected permits none":   {protection: "N", d: permittingLabels(record.Coding{System: consent.System, Code: consent.CodeProtected}), gone: true, visit: true},
		"protected permits none":       {protection: "Y", d: permittingLabels(record.Coding{System: consent.System, Code: consent.CodeProtected}), gone: true, visit: true, facts: true},
		"VIP":                          {vip: "VIP", d: deny(v2Table+"0099", "VIP"), visit: true},
		"VIP, local":                   {vip: "7^Donor^99LOC", d: deny("99LOC", "7"), visit: true},
		"VIP is no confidentiality":    {vip: "R", d: restricted},
		"VIP, another":                 {vip: "X", d: deny(v2Table+"0099", "VIP")},
		"VIP N permits none":           {vip: "N", d: permittingLabels(record.Coding{System: v2Table + "0099", Code: "N"}), gone: true, visit: true},
		"patient, all":                 {p: []string{"ARV|1|A|ALL"}, d: all, gone: true, visit: true, facts: true},
		"patient, all, is not normal":  {p: []string{"ARV|1|A|ALL"}, d: onlyN, gone: true, visit: true, facts: true},
		"patient, HIV, may be PSY":     {p: []string{"ARV|1|A|HIV"}, d: deny(record.SystemActCode, "PSY"), gone: true, visit: true},
		"patient, a reason":            {p: []string{"ARV|1|A|ALL|VIP"}, d: deny(v2Table+"0719", "VIP"), gone: true, visit: true, facts: true},
		"patient, local":               {p: []string{"ARV|1|A|K9^Kennel^99LOC"}, d: deny("99LOC", "K9"), gone: true, visit: true, facts: true},
		"patient, local, may mean HIV": {p: []string{"ARV|1|A|K9^Kennel^99LOC"}, d: deny(record.SystemActCode, "HIV"), gone: true, visit: true},
		"patient, in words alone":      {p: []string{"ARV|1|A|^Tell nobody"}, d: deny(record.SystemActCode, "HIV"), gone: true, visit: true},
		"patient, no value":            {p: []string{"ARV|1|A||PAT"}, d: restricted, gone: true, visit: true, facts: true},
		"patient, demographics":        {p: []string{"ARV|1|A|DEM"}, d: restricted, facts: true},
		"patient, religion":            {p: []string{"ARV|1|A|PID-17"}, d: restricted, facts: true},
		"patient, location":            {p: []string{"ARV|1|A|LOC"}, d: restricted, visit: true},
		"patient, none":                {p: []string{"ARV|1|A|NO"}, d: onlyN},
		"patient, local NO":            {p: []string{"ARV|1|A|NO^Nothing leaves^99LOC"}, d: onlyN, gone: true, visit: true, facts: true},
		"patient, deleted":             {p: []string{"ARV|1|A|ALL", "ARV|2|D|ALL"}, d: all},
		"patient, another deleted":     {p: []string{"ARV|1|A|ALL", "ARV|2|D|HIV"}, d: all, gone: true, visit: true, facts: true},
		"patient, local D":             {p: []string{"ARV|1|A|ALL", "ARV|2|D^Deny^99LOC|ALL"}, d: all, gone: true, visit: true, facts: true},
		"patient, added after":         {p: []string{"ARV|1|D|ALL", "ARV|2|A|ALL"}, d: all, gone: true, visit: true, facts: true},
		"visit, all":                   {v: []string{"ARV|1|A|ALL"}, d: all, visit: true},
		"visit, all, is not normal":    {v: []string{"ARV|1|A|ALL"}, d: onlyN, visit: true},
		"visit, protected":             {v: []string{"PV2||||||||||||||||||||||Y"}, d: deny(consent.System, consent.CodeProtected), visit: true},
		"visit, deleted":               {v: []string{"ARV|1|A|ALL", "ARV|2|D|ALL"}, d: all},
	} {
		t.Run(name, func(t *testing.T) {
			in := visit(x.protection, x.vip, x.p, x.v)
			rec := recordOfMessage(t, in)
			require.Len(t, rec.Encounters, 1)
			require.Len(t, rec.Allergies, 1)
			require.NotEmpty(t, rec.Patient.Religion.Codings)

			var b bytes.Buffer
			_, err := hl7v2.Exporter{}.Export(t.Context(), rec.Typed(), &b, record.ExportOptions{Now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), TypedOnly: true})
			require.NoError(t, err)
			lines := strings.Split(b.String(), "\r")
			for _, l := range strings.Split(string(in), "\r") {
				switch l[:min(3, len(l))] {
				case "PD1", "ARV", "PV1", "PV2":
					require.Contains(t, lines, l)
				}
			}

			out, _ := consent.Redact(x.d, rec, consent.Redaction{Unlabelled: normal})
			require.NotNil(t, out)
			require.Equal(t, x.gone, len(out.Allergies) == 0, "allergies")
			require.Equal(t, x.visit, len(out.Encounters) == 0, "visit")
			require.Equal(t, x.facts, len(out.Patient.Religion.Codings) == 0, "facts")
			require.NotEmpty(t, out.Patient.Names)
			again, _ := consent.Redact(x.d, out, consent.Redaction{Unlabelled: normal})
			require.Equal(t, out, again)
		})
	}
}

// What HL7 v2 says of access leaves as labels in every format.
func TestAccessLeavesAsLabels(t *testing.T) {
	for name, x := range map[string]struct {
		protection     string
		p, v           []string
		patient, visit []string // codes of labels
	}{
		"nothing":           {},
		"protected":         {protection: "Y", patient: []string{"R"}},
		"not protected":     {protection: "N"},
		"patient":           {p: []string{"ARV|1|A|HIV|PAT"}, patient: []string{"R", "HIV", "PAT"}},
		"patient, local":    {p: []string{"ARV|1|A|K9^Kennel^99LOC"}, patient: []string{"R"}},
		"patient, location": {p: []string{"ARV|1|A|LOC"}, visit: []string{"R", "LOC"}},
		"patient, none":     {p: []string{"ARV|1|A|NO"}},
		"patient, deleted":  {p: []string{"ARV|1|A|HIV", "ARV|2|D|HIV"}},
		"visit":             {v: []string{"ARV|1|A|ALL"}, visit: []string{"R", "ALL"}},
		"visit, of facts":   {v: []string{"ARV|1|A|DEM"}, patient: []string{"R", "DEM"}, visit: []string{"R", "DEM"}},
		"visit, protected":  {v: []string{"PV2||||||||||||||||||||||Y"}, visit: []string{"R"}},
	} {
		t.Run(name, func(t *testing.T) {
			in := visit(x.protection, "", x.p, x.v)
			rec := recordOfMessage(t, in)
			codes := func(ls []record.Label) (out []string) {
				for i := range ls {
					out = append(out, ls[i].Coding.Code)
				}
				return out
			}
			require.Equal(t, x.patient, codes(rec.Patient.Labels))
			require.Equal(t, x.visit, codes(rec.Encounters[0].Labels))
			restricted := len(x.patient)+len(x.visit) > 0

			o := record.ExportOptions{Now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
			var b bytes.Buffer
			_, err := fhir.Exporter{}.Export(t.Context(), rec, &b, o)
			require.NoError(t, err)
			for got, err := range (fhir.Importer{}).Import(t.Context(), record.Input{Bytes: b.Bytes()}, record.ImportOptions{}) {
				require.NoError(t, err)
				require.Equal(t, x.patient, codes(got.Record.Patient.Labels), "FHIR")
				require.Equal(t, x.visit, codes(got.Record.Encounters[0].Labels), "FHIR")
			}

			b.Reset()
			rep, err := ccda.Exporter{}.Export(t.Context(), rec, &b, o)
			require.NoError(t, err)
			require.Equal(t, restricted, strings.Contains(b.String(), `<confidentialityCode code="R"`), "C-CDA")
			for _, i := range rep.Issues {
				require.False(t, strings.HasPrefix(i.Path, "patient.labels") || strings.HasPrefix(i.Path, "encounters[0].labels"), "C-CDA: "+i.Path)
			}
			for got, err := range (ccda.Importer{}).Import(t.Context(), record.Input{Bytes: b.Bytes()}, record.ImportOptions{}) {
				require.NoError(t, err)
				labels := codes(got.Record.Documents[0].Labels)
				for _, c := range x.patient {
					require.Contains(t, labels, c, "C-CDA")
				}
				if len(x.visit) > 0 {
					require.Equal(t, x.visit, codes(got.Record.Encounters[0].Labels), "C-CDA")
				}
			}

			// Back as HL7 v2, they are said by the segments alone.
			b.Reset()
			rep, err = hl7v2.Exporter{}.Export(t.Context(), rec.Typed(), &b, record.ExportOptions{Now: o.Now, TypedOnly: true})
			require.NoError(t, err)
			for _, i := range rep.Issues {
				require.NotContains(t, i.Path, "labels", "HL7 v2")
			}
			rec.Patient.Labels, rec.Encounters[0].Labels = nil, nil
			var bare bytes.Buffer
			rep, err = hl7v2.Exporter{}.Export(t.Context(), rec.Typed(), &bare, record.ExportOptions{Now: o.Now, TypedOnly: true})
			require.NoError(t, err)
			require.Equal(t, b.String(), bare.String())
			require.Equal(t, restricted, slices.ContainsFunc(rep.Issues, func(i record.Issue) bool {
				return strings.Contains(i.Path, "labels") && i.Code == record.IssueAltered.Code
			}))
		})
	}
}
