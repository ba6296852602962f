package ccda

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

func immunizationXML(attrs, status, code, more string) string {
	return `<entry><substanceAdministration classCode="SBADM"` + attrs + `><templateId root="2.16.840.1.113883.10.20.22.4.52" extension="2015-08-01"/>` +
		`<id root="1.2.826.0.1.99.52" extension="im"/><statusCode code="` + status + `"/><effectiveTime value="20231104"/>` +
		`<consumable><manufacturedProduct classCode="MANU"><templateId root="2.16.840.1.113883.10.20.22.4.54"/><manufacturedMaterial>` + code + `</manufacturedMaterial></manufacturedProduct></consumable>` +
		more + `</substanceAdministration></entry>`
}

func notGivenXML(code string) string {
	return part("RSON", `<observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.53"/>`+code+`<statusCode code="completed"/></observation>`)
}

const (
	flu     = `<code code="88" codeSystem="2.16.840.1.113883.12.292"/>`
	vaccine = `<code nullFlavor="OTH"><translation code="71181003" codeSystem="2.16.840.1.113883.6.96"/></code>`
)

// Given, not given, refused, none known: by negation, product and reason.
func TestImmunizationStatus(t *testing.T) {
	reason := func(code string) string { return notGivenXML(cd("code", code, "2.16.840.1.113883.5.8", "")) }
	for _, x := range []struct {
		name, attrs, status, code, more string
		want                            record.StatusCode
		sent                            string
		assertion                       record.Assertion
	}{
		{"given", ` moodCode="EVN" negationInd="false"`, "completed", flu, ``, record.StatusCompleted, "", record.Affirmed},
		{"planned", ` moodCode="INT"`, "active", flu, ``, record.StatusActive, "", record.Affirmed},
		{"cancelled", ` moodCode="EVN"`, "cancelled", flu, ``, record.StatusCancelled, "", record.Affirmed},
		{"not given", ` moodCode="EVN" negationInd="true"`, "completed", flu, ``, record.StatusNotDone, "completed", record.Affirmed},
		{"patient objected", ` moodCode="EVN" negationInd="true"`, "completed", flu, reason("PATOBJ"), record.StatusRefused, "completed", record.Affirmed},
		{"religious objection", ` moodCode="EVN" negationInd="true"`, "aborted", flu, reason("RELIG"), record.StatusRefused, "aborted", record.Affirmed},
		{"out of stock", ` moodCode="EVN" negationInd="true"`, "completed", flu, reason("OSTOCK"), record.StatusNotDone, "completed", record.Affirmed},
		{"immune", ` moodCode="EVN" negationInd="true"`, "completed", flu, reason("IMMUNE"), record.StatusNotDone, "completed", record.Affirmed},
		{"vaccine thought unsafe", ` moodCode="EVN" negationInd="true"`, "completed", flu, reason("VACSAF"), record.StatusNotDone, "completed", record.Affirmed},
		{"parent refused", ` moodCode="EVN" negationInd="true"`, "completed", flu, notGivenXML(snomed("code", "183948000")), record.StatusRefused, "completed", record.Affirmed},
		{"consent not given", ` moodCode="EVN" negationInd="true"`, "completed", flu, notGivenXML(snomed("code", "268559007")), record.StatusRefused, "completed", record.Affirmed},
		{"reason as value", ` moodCode="EVN" negationInd="true"`, "completed", flu, part("RSON", questionXML("2.16.840.1.113883.10.20.22.4.53", cd("code", "71798-3", oidLOINC, ""), snomedValue("105480006"))), record.StatusRefused, "completed", record.Affirmed},
		{"none known", ` moodCode="EVN" negationInd="true"`, "active", vaccine, ``, record.StatusNotDone, "active", record.NoneKnown},
		{"all refused", ` moodCode="EVN" negationInd="true"`, "completed", vaccine, reason("PATOBJ"), record.StatusRefused, "completed", record.Affirmed},
		{"not known", ` moodCode="EVN" nullFlavor="NI" negationInd="false"`, "completed", vaccine, ``, record.StatusCompleted, "", record.NotKnown},
		{"no vaccine administered", ` moodCode="EVN"`, "completed", `<code code="998" codeSystem="2.16.840.1.113883.12.292"/>`, ``, record.StatusCompleted, "", record.Affirmed},
	} {
		t.Run(x.name, func(t *testing.T) {
			rec, _ := importSection(t, "11369-6", immunizationXML(x.attrs, x.status, x.code, x.more))
			typed(t, rec)
			i := rec.Immunizations[0]
			require.Equal(t, x.want, i.Status.Code)
			require.Equal(t, x.sent, i.Status.AsSent)
			require.Equal(t, x.assertion, i.Assertion)
			if x.more != "" {
				require.Len(t, i.Status.Reasons, 1)
			}
		})
	}
}

func TestImmunizationUnclear(t *testing.T) {
	for name, attrs := range map[string]string{"negated and null": ` moodCode="EVN" negationInd="true" nullFlavor="UNK"`, "defined": ` moodCode="DEF"`} {
		t.Run(name, func(t *testing.T) {
			rec, rep := importSection(t, "11369-6", immunizationXML(attrs, "completed", flu, ""))
			carriedWhole(t, rec, rep, record.IssueNegationUnclear)
		})
	}
	rec, rep := importSection(t, "11369-6", immunizationXML(` moodCode="EVN" negationInd="true"`, "completed", `<code code="998" codeSystem="2.16.840.1.113883.12.292"/>`, ""))
	carriedWhole(t, rec, rep, record.IssueNegationUnclear)
}

// A vaccine that was given, with a reason why it was not: both are kept, and it is said.
func TestImmunizationContradiction(t *testing.T) {
	rec, rep := importSection(t, "11369-6", immunizationXML(` moodCode="EVN" negationInd="false"`, "completed", flu, notGivenXML(cd("code", "PATOBJ", "2.16.840.1.113883.5.8", ""))))
	require.Equal(t, record.StatusCompleted, rec.Immunizations[0].Status.Code)
	require.Len(t, rec.Immunizations[0].Status.Reasons, 1)
	require.True(t, hasIssue(rep, record.IssueContradiction))
}

func TestImmunizationParts(t *testing.T) {
	more := `<performer><assignedEntity><id root="2.16.840.1.113883.4.6" extension="1000000001"/></assignedEntity></performer>` +
		part("CAUS", `<observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.9"/><code code="ASSERTION" codeSystem="2.16.840.1.113883.5.4"/><statusCode code="completed"/>`+snomedValue("95388000")+`</observation>`) +
		part("SUBJ", questionXML("2.16.840.1.113883.10.20.1.46", cd("code", "30973-2", oidLOINC, ""), `<value xsi:type="INT" value="2"/>`)) +
		part("RSON", questionXML("2.16.840.1.113883.10.20.22.4.19", cd("code", "59785-6", oidLOINC, ""), snomedValue("195967001"))) +
		part("SUBJ", `<observation classCode="OBS" moodCode="EVN">`+cd("code", "48766-0", oidLOINC, "")+`<statusCode code="completed"/><value xsi:type="ST">school record</value></observation>`)
	xml := immunizationXML(` moodCode="EVN" negationInd="false"`, "completed",
		`<code code="88" codeSystem="2.16.840.1.113883.12.292"><originalText><reference value="#a1"/></originalText></code><lotNumberText>K-22</lotNumberText>`, more)
	const at = `<consumable>`
	i := len(xml)
	for j := range xml {
		if xml[j:j+len(at)] == at {
			i = j
			break
		}
	}
	xml = xml[:i] + `<routeCode code="C28161" codeSystem="2.16.840.1.113883.3.26.1.1"/>` + snomed("approachSiteCode", "16217701000119102") + `<doseQuantity value="0.50" unit="mL"/>` + xml[i:]
	rec, _ := importSection(t, "11369-6", xml, "flu shot")
	typed(t, rec)
	im := rec.Immunizations[0]
	require.Equal(t, "2023-11-04", im.When.At.Value)
	require.Equal(t, "flu shot", im.Product.Code.Text)
	require.Equal(t, "K-22", im.Product.Lot)
	require.Equal(t, "0.50", im.Dose.Value)
	require.Equal(t, "C28161", im.Route.Codings[0].Code)
	require.Len(t, im.Sites, 1)
	require.Equal(t, "2", im.Protocols[0].DoseNumber)
	require.Equal(t, "school record", im.InfoSource.Text)
	require.Equal(t, "performer", im.Participants[0].Role)
	require.Equal(t, "95388000", im.Reactions[0].Manifestations[0].Codings[0].Code)
	require.Equal(t, "195967001", im.Indications[0].Code.Codings[0].Code)
}

// By shape: a product of CVX where no template id says what the act is.
func TestImmunizationForms(t *testing.T) {
	bare := `<entry><substanceAdministration classCode="SBADM" moodCode="EVN"><statusCode code="completed"/><effectiveTime value="2019"/>` +
		`<consumable><manufacturedProduct><manufacturedMaterial>` + flu + `</manufacturedMaterial></manufacturedProduct></consumable></substanceAdministration></entry>`
	rec, _ := importSection(t, "11369-6", bare)
	require.Len(t, rec.Immunizations, 1)
	require.Empty(t, rec.Medications)
	rec, _ = importSection(t, "10160-0", bare)
	require.Empty(t, rec.Medications, "a vaccine among the medications is no medication")
}
