package fhir

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

// A policy of which an act was completed is not said to be in force, and one that is denied is no Coverage.
func TestCoverage(t *testing.T) {
	for _, x := range []struct {
		assertion  record.Assertion
		status     record.StatusCode
		kind, want string
	}{
		{record.Affirmed, record.StatusActive, "Coverage", "active"},
		{record.Affirmed, record.StatusCancelled, "Coverage", "cancelled"},
		{record.Affirmed, record.StatusCompleted, "Coverage", "active"},
		{record.Affirmed, "", "Coverage", "active"},
		{record.Affirmed, record.StatusAborted, "Basic", ""},
		{record.Negated, record.StatusActive, "Basic", ""},
		{record.NotKnown, "", "Basic", ""},
	} {
		c := record.Coverage{Entry: entryOf(x.assertion, x.status), MemberID: &record.Identifier{System: "urn:oid:1.2.3", Value: "M"},
			HolderParty: &record.CoverageParty{Identifiers: []record.Identifier{{Value: "S"}}}, PlanName: "Gold", Relationship: &record.Concept{Text: "self"},
			Payors: []record.Ref{{Display: "Granite"}}}
		by, _ := sent(t, &record.Record{Coverages: []record.Coverage{c}})
		require.Len(t, by[x.kind], 1)
		got := by[x.kind][0]
		require.Equal(t, x.want, at(got, "status"))
		if x.kind == "Basic" {
			continue
		}
		require.Equal(t, "MB", at(got, "identifier[0].type.coding[0].code"))
		require.Equal(t, "S", at(got, "subscriberId"))
		require.Equal(t, "Gold", at(got, "class[0].name"))
		require.Equal(t, "plan", at(got, "class[0].type.coding[0].code"))
		require.Equal(t, "", at(got, "class[0].value"))
		require.Equal(t, x.want != "", at(got, "meta.profile[0]") != "")
	}
}

func TestDirective(t *testing.T) {
	no := coded(record.SystemSNOMED, "373067005", "")
	for _, x := range []struct {
		name string
		d    record.Directive
		kind string
		want string
	}{
		{"a directive", record.Directive{Entry: entryOf(record.Affirmed, record.StatusCompleted), Values: []record.Value{{Concept: &no}}}, "Observation", "373067005"},
		{"none, by its value", record.Directive{Entry: entryOf(record.Negated, record.StatusCompleted), Exists: &no}, "Observation", "373067005"},
		{"not known, by its value", record.Directive{Entry: entryOf(record.NotKnown, ""), Exists: &record.Concept{Absent: record.AbsentUnknown}}, "Observation", ""},
		{"none", record.Directive{Entry: entryOf(record.Negated, record.StatusCompleted)}, "Basic", ""},
		{"denied with a value", record.Directive{Entry: entryOf(record.Negated, record.StatusCompleted), Values: []record.Value{{Concept: &no}}}, "Basic", ""},
		{"not known", record.Directive{Entry: entryOf(record.NotKnown, "")}, "Basic", ""},
	} {
		t.Run(x.name, func(t *testing.T) {
			x.d.Type = coded(record.SystemSNOMED, "304251008", "")
			by, _ := sent(t, &record.Record{Directives: []record.Directive{x.d}})
			require.Len(t, by[x.kind], 1)
			require.Equal(t, x.want, at(by[x.kind][0], "valueCodeableConcept.coding[0].code"))
		})
	}
}

// A Device of the patient says that the patient has it.
func TestDeviceOfPatient(t *testing.T) {
	device := func(a record.Assertion, m record.Mode, u *record.UDI) record.Device {
		d := record.Device{Entry: entryOf(a, ""), UDI: u, Types: []record.Concept{coded(record.SystemSNOMED, "14106009", "")}}
		d.Mode = m
		return d
	}
	gs1 := &record.UDI{Carrier: "(01)00844588003288(17)251120"}
	for _, x := range []struct {
		name          string
		d             record.Device
		kind          string
		owned, claims bool
	}{
		{"with a UDI", device(record.Affirmed, "", gs1), "Device", true, true},
		{"no implant", device(record.Affirmed, "", nil), "Device", true, false},
		{"wanted", device(record.Affirmed, record.ModeRequest, gs1), "Device", false, false},
		{"not there", device(record.Negated, "", gs1), "Basic", true, false},
		{"none known", device(record.NoneKnown, "", nil), "Basic", true, false},
		{"not known", device(record.NotKnown, "", nil), "Basic", true, false},
	} {
		t.Run(x.name, func(t *testing.T) {
			by, _ := sent(t, &record.Record{Devices: []record.Device{x.d}})
			require.Len(t, by[x.kind], 1)
			got := by[x.kind][0]
			require.Equal(t, x.claims, at(got, "meta.profile[0]") != "")
			if x.kind == "Device" {
				require.Equal(t, x.owned, at(got, "patient.reference") != "")
			}
		})
	}
}

func TestGS1Device(t *testing.T) {
	for in, want := range map[string]string{
		"(01)00844588003288(17)251120": "00844588003288", "(01)00844588003288": "00844588003288", "(01)0084458800328": "", "(01)008445880032889(10)A": "",
		"(01)0084458800328A(10)A": "", "+H123PARTNO1234567890120": "", "(10)A(01)00844588003288": "", "": "",
	} {
		require.Equal(t, want, gs1Device(in), in)
	}
}

func TestDelivery(t *testing.T) {
	for status, want := range map[record.StatusCode]string{record.StatusCompleted: "completed", record.StatusActive: "in-progress", record.StatusCancelled: "abandoned", "": ""} {
		code := coded(record.SystemSNOMED, "58938008", "")
		by, _ := sent(t, &record.Record{Supplies: []record.Supply{{Entry: entryOf(record.Affirmed, status), Code: &code}}})
		require.Equal(t, want, at(by["SupplyDelivery"][0], "status"))
		require.Equal(t, "58938008", at(by["SupplyDelivery"][0], "suppliedItem.itemCodeableConcept.coding[0].code"))
	}
	for _, e := range []record.Entry{entryOf(record.NotKnown, ""), entryOf(record.Negated, ""), entryOf(record.Affirmed, record.StatusRefused), entryOf(record.Affirmed, record.StatusNotDone)} {
		by, _ := sent(t, &record.Record{Supplies: []record.Supply{{Entry: e}}})
		require.Len(t, by["Basic"], 1)
	}
}
