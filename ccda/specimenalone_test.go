package ccda

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

// A specimen in which nothing was found stands as the taking of it, and comes back.
func TestSpecimenAlone(t *testing.T) {
	of := func(n string, s record.Specimen) record.Specimen {
		s.ID, s.Assertion = "5d2f7c30-18aa-4b0e-9a55-0000000000"+n, record.Affirmed
		s.Type = codedIn(record.SystemSNOMED, "119364003", "Serum specimen")
		return s
	}
	found := of("03", record.Specimen{})
	rec := &record.Record{
		Specimens: []record.Specimen{
			of("01", record.Specimen{Collected: record.Period{At: record.Time{Value: "2024-05-06"}}, Method: ptr(codedIn(record.SystemSNOMED, "129300006", "Puncture"))}),
			of("02", record.Specimen{}), found,
			of("04", record.Specimen{Entry: record.Entry{Status: record.Status{Code: record.StatusEnteredInError}}}),
		},
		Results: []record.Observation{{Entry: record.Entry{ID: "5d2f7c30-18aa-4b0e-9a55-000000000011", Assertion: record.Affirmed, Status: record.Status{Code: record.StatusFinal}},
			Code: codedIn(record.SystemLOINC, "2951-2", "Sodium"), Values: []record.Value{{Quantity: measured("140", "mmol/L")}},
			Specimens: []record.Ref{{ID: found.ID, Kind: record.KindSpecimen}}}},
	}
	for name, x := range map[string]Exporter{"faithful": {}, "conformant": {Mode: Conformant}, "conformant 3.0": {Mode: Conformant, Release: R30}} {
		t.Run(name, func(t *testing.T) {
			text, back, rep := passed(t, x, rec)
			require.Len(t, back.Specimens, 3)
			require.Empty(t, back.Procedures, "a specimen, and no procedure beside it")
			when := map[string]int{}
			for _, s := range back.Specimens {
				when[s.Collected.At.Value+" "+s.Type.Code(record.SystemSNOMED)]++
			}
			require.Equal(t, map[string]int{"2024-05-06 119364003": 1, " 119364003": 2}, when)
			require.Equal(t, 2, strings.Count(text, `code="17636008"`))
			require.NotContains(t, text, "000000000004", "what was entered in error is not said to have been taken")
			require.NotEmpty(t, rep.Issues)
		})
	}
}

// A taking that says who took it is a procedure, as it was.
func TestSpecimenTakenBySomebody(t *testing.T) {
	entry := `<entry><procedure classCode="PROC" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.415"/><templateId root="2.16.840.1.113883.10.20.22.4.14"/><id root="1.2.9.7" extension="C"/>` +
		`<code code="17636008" codeSystem="2.16.840.1.113883.6.96"/><statusCode code="completed"/><effectiveTime value="20240506"/>` +
		`<specimen><specimenRole><id root="1.2.9.8" extension="S"/></specimenRole></specimen>PERFORMER</procedure></entry>`
	for name, x := range map[string]struct {
		performer             string
		specimens, procedures int
	}{
		"alone":    {"", 1, 0},
		"by a one": {`<performer><assignedEntity><id root="1.2.9.9" extension="N"/></assignedEntity></performer>`, 1, 1},
	} {
		t.Run(name, func(t *testing.T) {
			rec, _ := importSection(t, "47519-4", strings.Replace(entry, "PERFORMER", x.performer, 1))
			require.Len(t, rec.Specimens, x.specimens)
			require.Len(t, rec.Procedures, x.procedures)
		})
	}
}
