package codes_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/record"
)

func ExampleTable() {
	uses := codes.NewTable(
		codes.Both("H", "home"),
		codes.OnlyTo("HP", "home"),
		codes.OnlyFrom("PST", "billing"),
	)
	fmt.Println(uses.To("HP"))
	fmt.Println(uses.From("home"))
	fmt.Println(uses.TwoWay("H", "home"), uses.TwoWay("HP", "home"))
	fmt.Println(uses.To("PST"))
	// Output:
	// home true
	// H true
	// true false
	//  false
}

func TestTableCheck(t *testing.T) {
	for name, tc := range map[string]struct {
		table codes.Table[string, string]
		sound bool
	}{
		"empty":      {codes.NewTable[string, string](), true},
		"bijection":  {codes.NewTable(codes.Both("a", "1"), codes.Both("b", "2")), true},
		"one way":    {codes.NewTable(codes.Both("a", "1"), codes.OnlyTo("b", "1"), codes.OnlyFrom("a", "2")), true},
		"two right":  {codes.NewTable(codes.Both("a", "1"), codes.OnlyTo("a", "2")), false},
		"two left":   {codes.NewTable(codes.Both("a", "1"), codes.Both("b", "1")), false},
		"empty side": {codes.NewTable(codes.Both("", "1")), false},
	} {
		t.Run(name, func(t *testing.T) {
			if tc.sound {
				require.NoError(t, tc.table.Check())
			} else {
				require.Error(t, tc.table.Check())
			}
		})
	}
}

// tables are all tables of strings.
func tables() map[string]*codes.Table[string, string] {
	return map[string]*codes.Table[string, string]{
		"AddressUse": codes.AddressUse(), "AdministrativeGender": codes.AdministrativeGender(), "AllergyStatus": codes.AllergyStatus(),
		"ConcernStatus": codes.ConcernStatus(), "Criticality": codes.Criticality(), "EncounterStatus": codes.EncounterStatus(),
		"ImmunizationRefusal": codes.ImmunizationRefusal(), "ImmunizationSite": codes.ImmunizationSite(),
		"ImmunizationStatus": codes.ImmunizationStatus(), "MedicationIntent": codes.MedicationIntent(),
		"MedicationStatus": codes.MedicationStatus(), "NameUse": codes.NameUse(), "NoKnownAllergies": codes.NoKnownAllergies(),
		"NullFlavorReason": codes.NullFlavorReason(), "ProblemCategory": codes.ProblemCategory(), "ProblemStatus": codes.ProblemStatus(),
		"ProcedureStatus": codes.ProcedureStatus(), "ProcedureStatusNull": codes.ProcedureStatusNull(),
		"ReportStatus": codes.ReportStatus(), "ResultStatus": codes.ResultStatus(), "Severity": codes.Severity(),
		"TelecomSystem": codes.TelecomSystem(), "TelecomUse": codes.TelecomUse(),
		"AddressUseCDA": codes.AddressUseCDA(), "AddressUseFHIR": codes.AddressUseFHIR(), "TelecomUseCDA": codes.TelecomUseCDA(),
		"TelecomUseFHIR": codes.TelecomUseFHIR(), "NameUseCDA": codes.NameUseCDA(), "NameUseFHIR": codes.NameUseFHIR(),
	}
}

func TestTables(t *testing.T) {
	for name, table := range tables() {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, table.Check())
			table.Each(func(left, right string, to, from bool) {
				if to {
					got, ok := table.To(left)
					require.True(t, ok)
					require.Equal(t, right, got)
				}
				if from {
					got, ok := table.From(right)
					require.True(t, ok)
					require.Equal(t, left, got)
				}
				require.Equal(t, to && from, table.TwoWay(left, right))
			})
			_, ok := table.To("nothing of the kind")
			require.False(t, ok)
			_, ok = table.From("nothing of the kind")
			require.False(t, ok)
		})
	}
	require.NoError(t, codes.NullFlavor().Check())
	require.NoError(t, codes.DataAbsentReason().Check())
}

// Every term of the record for uses goes to its own format and comes back.
func TestUses(t *testing.T) {
	for name, pair := range map[string][2]*codes.Table[string, string]{
		"address": {codes.AddressUseCDA(), codes.AddressUseFHIR()},
		"telecom": {codes.TelecomUseCDA(), codes.TelecomUseFHIR()},
		"name":    {codes.NameUseCDA(), codes.NameUseFHIR()},
	} {
		t.Run(name, func(t *testing.T) {
			own := map[string]bool{}
			for _, table := range pair {
				table.Each(func(_, term string, to, from bool) {
					own[term] = own[term] || to && from
				})
			}
			for term, ok := range own {
				require.True(t, ok, "%s is no format's own", term)
			}
		})
	}
}

func TestAbsent(t *testing.T) {
	for reason, want := range map[record.AbsentReason][2]string{
		record.AbsentNoInformation:    {"NI", "unknown"},
		record.AbsentUnknown:          {"UNK", "unknown"},
		record.AbsentAskedUnknown:     {"ASKU", "asked-unknown"},
		record.AbsentTemporarily:      {"NAV", "temp-unknown"},
		record.AbsentNotAsked:         {"NASK", "not-asked"},
		record.AbsentAskedDeclined:    {"UNK", "asked-declined"},
		record.AbsentMasked:           {"MSK", "masked"},
		record.AbsentNotApplicable:    {"NA", "not-applicable"},
		record.AbsentOther:            {"OTH", "unsupported"},
		record.AbsentUnencoded:        {"UNC", "as-text"},
		record.AbsentInvalid:          {"INV", "error"},
		record.AbsentDerived:          {"DER", ""},
		record.AbsentTrace:            {"TRC", "unsupported"},
		record.AbsentSufficient:       {"QS", ""},
		record.AbsentNegativeInfinity: {"NINF", "negative-infinity"},
		record.AbsentPositiveInfinity: {"PINF", "positive-infinity"},
		record.AbsentNotPresent:       {"NP", "unknown"},
		record.AbsentNotANumber:       {"OTH", "not-a-number"},
		record.AbsentUnsupported:      {"NI", "unsupported"},
		record.AbsentAsText:           {"OTH", "as-text"},
		record.AbsentError:            {"NAV", "error"},
		record.AbsentNotPerformed:     {"NASK", "not-performed"},
		record.AbsentNotPermitted:     {"OTH", "not-permitted"},
		record.AbsentExplicitNull:     {"", ""},
	} {
		cda, _ := codes.NullFlavor().From(reason)
		require.Equal(t, want[0], cda, reason)
		fhir, _ := codes.DataAbsentReason().From(reason)
		require.Equal(t, want[1], fhir, reason)
	}
	// HL7's own map agrees but for FHIR "unknown", which is documented.
	codes.NullFlavorReason().Each(func(cda, fhir string, to, from bool) {
		if to {
			reason, ok := codes.NullFlavor().To(cda)
			require.True(t, ok)
			got, ok := codes.DataAbsentReason().From(reason)
			require.True(t, ok)
			require.Equal(t, fhir, got, cda)
		}
		if from && fhir != "unknown" {
			reason, ok := codes.DataAbsentReason().To(fhir)
			require.True(t, ok)
			got, ok := codes.NullFlavor().From(reason)
			require.True(t, ok)
			require.Equal(t, cda, got, fhir)
		}
	})
}

// The record's terms give the same answers as HL7's maps, but where the terms are finer.
func TestUsesFollowHL7(t *testing.T) {
	for name, tc := range map[string]struct{ hl7, cda, fhir *codes.Table[string, string] }{
		"address": {codes.AddressUse(), codes.AddressUseCDA(), codes.AddressUseFHIR()},
		"telecom": {codes.TelecomUse(), codes.TelecomUseCDA(), codes.TelecomUseFHIR()},
		"name":    {codes.NameUse(), codes.NameUseCDA(), codes.NameUseFHIR()},
	} {
		t.Run(name, func(t *testing.T) {
			tc.hl7.Each(func(cda, fhir string, to, from bool) {
				if to {
					term, ok := tc.cda.To(cda)
					require.True(t, ok, cda)
					got, ok := tc.fhir.From(term)
					require.True(t, ok, term)
					require.Equal(t, fhir, got, term)
				}
				if from {
					term, ok := tc.fhir.To(fhir)
					require.True(t, ok, fhir)
					got, ok := tc.cda.From(term)
					require.True(t, ok, term)
					if name == "telecom" && fhir == "home" {
						require.Equal(t, "H", got)
						return
					}
					require.Equal(t, cda, got, term)
				}
			})
		})
	}
}

func TestNameUses(t *testing.T) {
	use, ok := codes.NameUseToFHIR("pseudonym", true)
	require.True(t, ok)
	require.Equal(t, "nickname", use)
	use, ok = codes.NameUseToFHIR("pseudonym", false)
	require.True(t, ok)
	require.Equal(t, "anonymous", use)
	_, ok = codes.NameUseToFHIR("artist", false)
	require.False(t, ok)
	use, ok = codes.NameUseToCDA("official", true)
	require.True(t, ok)
	require.Equal(t, "C", use)
	use, ok = codes.NameUseToCDA("official", false)
	require.True(t, ok)
	require.Equal(t, "L", use)
	_, ok = codes.NameUseToCDA("maiden", false)
	require.False(t, ok)
}

func TestAllergyValue(t *testing.T) {
	for _, tc := range []struct {
		typ, category, snomed string
		exact                 bool
	}{
		{"allergy", "food", "414285001", true},
		{"intolerance", "food", "235719002", true},
		{"", "food", "418471000", true},
		{"allergy", "medication", "416098002", true},
		{"intolerance", "medication", "59037007", true},
		{"", "medication", "419511003", true},
		{"allergy", "environment", "419199007", false},
		{"intolerance", "biologic", "418038007", false},
		{"", "environment", "418038007", false},
		{"allergy", "", "419199007", true},
		{"intolerance", "", "420134006", false},
		{"", "", "420134006", true},
	} {
		snomed, exact := codes.AllergyValue(tc.typ, tc.category)
		require.Equal(t, tc.snomed, snomed)
		require.Equal(t, tc.exact, exact, "%s %s", tc.typ, tc.category)
	}
}

func TestImmunizationStatus(t *testing.T) {
	got, ok := codes.ImmunizationStatusToFHIR("completed", true)
	require.True(t, ok)
	require.Equal(t, "not-done", got)
	got, ok = codes.ImmunizationStatusToFHIR("completed", false)
	require.True(t, ok)
	require.Equal(t, "completed", got)
	got, ok = codes.ImmunizationStatusToFHIR("nullified", true)
	require.True(t, ok)
	require.Equal(t, "entered-in-error", got)
	got, ok = codes.ImmunizationStatusToCDA("not-done", true)
	require.True(t, ok)
	require.Equal(t, "completed", got)
	got, ok = codes.ImmunizationStatusToCDA("not-done", false)
	require.True(t, ok)
	require.Equal(t, "cancelled", got)
}

func TestTelecomSystem(t *testing.T) {
	for _, tc := range []struct {
		scheme string
		pager  bool
		want   string
	}{
		{"tel", false, "phone"}, {"tel", true, "pager"}, {"mailto", false, "email"}, {"http", false, "url"},
		{"fax", false, "fax"}, {"x-text-fax", false, "fax"}, {"sms", false, "sms"}, {"mllp", false, ""},
	} {
		got, ok := codes.TelecomSystemToFHIR(tc.scheme, tc.pager)
		require.Equal(t, tc.want != "", ok)
		require.Equal(t, tc.want, got)
	}
}
