package fhir

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

// things are the orders, uses and deliveries of an invented patient.
const things = `{"resourceType":"Bundle","type":"collection","entry":[
{"fullUrl":"https://emr.example/Patient/p","resource":{"resourceType":"Patient","id":"p","name":[{"family":"Velde","given":["Oda"]}]}},
{"fullUrl":"https://emr.example/Device/d","resource":{"resourceType":"Device","id":"d","status":"active","type":{"text":"hearing aid"},"patient":{"reference":"Patient/p"}}},
{"fullUrl":"https://emr.example/Practitioner/k","resource":{"resourceType":"Practitioner","id":"k","name":[{"family":"Brouwer"}]}},
{"fullUrl":"https://emr.example/DeviceRequest/r1","resource":{"resourceType":"DeviceRequest","id":"r1","identifier":[{"system":"https://emr.example/orders","value":"77-1"}],
 "basedOn":[{"display":"the plan of last year"}],"priorRequest":[{"reference":"DeviceRequest/r2"}],"groupIdentifier":{"system":"https://emr.example/orders","value":"77"},
 "status":"on-hold","intent":"original-order","priority":"asap","codeCodeableConcept":{"coding":[{"system":"http://snomed.info/sct","code":"6012004","display":"Hearing aid"}]},
 "parameter":[{"code":{"text":"gain"},"valueQuantity":{"value":20.50,"unit":"dB"}},{"code":{"text":"side"},"valueCodeableConcept":{"text":"left"}},{"code":{"text":"loop"},"valueBoolean":false},
  {"code":{"text":"battery"},"valueRange":{"low":{"value":1},"high":{"value":2}}}],
 "subject":{"reference":"Patient/p"},"occurrencePeriod":{"start":"2024-03-01","end":"2024-03-31"},"authoredOn":"2024-02-03","requester":{"reference":"Practitioner/k"},
 "performer":{"display":"a shop"},"reasonCode":[{"text":"does not hear the bell"}],"note":[{"text":"small hands"}]}},
{"fullUrl":"https://emr.example/DeviceRequest/r2","resource":{"resourceType":"DeviceRequest","id":"r2","intent":"plan","codeReference":{"reference":"Device/d"},"subject":{"reference":"Patient/p"},
 "occurrenceTiming":{"repeat":{"frequency":1,"period":1,"periodUnit":"d"}}}},
{"fullUrl":"https://emr.example/SupplyRequest/s","resource":{"resourceType":"SupplyRequest","id":"s","identifier":[{"value":"S-1"}],"status":"suspended","category":{"text":"home"},"priority":"urgent",
 "itemCodeableConcept":{"text":"batteries"},"quantity":{"value":12,"unit":"pieces"},"parameter":[{"code":{"text":"size"},"valueCodeableConcept":{"text":"312"}}],
 "occurrenceDateTime":"2024-04-01","authoredOn":"2024-03-02","requester":{"reference":"Practitioner/k"},"supplier":[{"display":"a chemist"},{"display":"another"}],
 "reasonCode":[{"text":"the last one is in"}],"deliverFrom":{"display":"the cellar"},"deliverTo":{"reference":"Patient/p"}}},
{"fullUrl":"https://emr.example/DeviceUseStatement/u","resource":{"resourceType":"DeviceUseStatement","id":"u","identifier":[{"value":"U-1"}],"basedOn":[{"display":"an order"}],"status":"stopped",
 "subject":{"reference":"Patient/p"},"derivedFrom":[{"display":"a letter"}],"timingPeriod":{"start":"2023-01","end":"2024-01-15"},"recordedOn":"2024-01-16","source":{"reference":"Patient/p"},
 "device":{"reference":"Device/d"},"reasonCode":[{"text":"hears badly"}],"bodySite":{"text":"left ear"},"note":[{"text":"it whistled"}]}}
]}`

func typedBack(t *testing.T, rec *record.Record) map[string][]map[string]any {
	t.Helper()
	var b bytes.Buffer
	o := testOptions
	o.TypedOnly = true
	_, err := Exporter{}.Export(t.Context(), rec, &b, o)
	require.NoError(t, err)
	by := map[string][]map[string]any{}
	for _, r := range resourcesOf(t, b.Bytes()) {
		typ := r["resourceType"].(string)
		by[typ] = append(by[typ], r)
	}
	return by
}

// TestThings: an order of a device comes back as one, a supply as a supply, and a use with its device.
func TestThings(t *testing.T) {
	recs, _ := imported(t, []byte(things))
	require.Len(t, recs, 1)
	rec := recs[0]
	require.Len(t, rec.Orders, 3)
	require.Equal(t, "device", rec.Orders[0].Kind)
	require.Equal(t, record.StatusOnHold, rec.Orders[0].Status.Code)
	require.Equal(t, record.ModeOriginal, rec.Orders[0].Mode)
	require.Len(t, rec.Orders[0].Parameters, 4)
	require.Equal(t, "20.50", rec.Orders[0].Parameters[0].Value.Quantity.Value)
	require.Equal(t, rec.Devices[0].ID, rec.Orders[1].Devices[0].ID)
	require.Zero(t, rec.Orders[1].Status.Code, "no status is made up")
	require.Equal(t, "supply", rec.Orders[2].Kind)
	require.Equal(t, rec.Patient.ID, rec.Orders[2].Locations[0].ID)
	require.Len(t, rec.Devices[0].Uses, 1)
	require.Equal(t, record.StatusAborted, rec.Devices[0].Uses[0].Status.Code)
	for _, c := range rec.Carried {
		require.NotEqual(t, "resource", c.Kind, c.Path)
	}

	by := typedBack(t, rec)
	require.Len(t, by["DeviceRequest"], 2)
	require.Len(t, by["SupplyRequest"], 1)
	require.Len(t, by["DeviceUseStatement"], 1)
	require.Empty(t, by["ServiceRequest"])
	for _, x := range []struct{ typ, path, want string }{
		{"DeviceRequest", "status", "on-hold"}, {"DeviceRequest", "intent", "original-order"}, {"DeviceRequest", "priority", "asap"},
		{"DeviceRequest", "codeCodeableConcept.coding.0.code", "6012004"}, {"DeviceRequest", "parameter.3.valueRange.low.value", "1"},
		{"DeviceRequest", "priorRequest.0.reference", "DeviceRequest/r2"}, {"DeviceRequest", "performer.display", "a shop"}, {"DeviceRequest", "note.0.text", "small hands"},
		{"SupplyRequest", "status", "suspended"}, {"SupplyRequest", "quantity.value", "12"}, {"SupplyRequest", "deliverTo.reference", "Patient/p"},
		{"SupplyRequest", "supplier.1.display", "another"}, {"SupplyRequest", "deliverFrom.display", "the cellar"}, {"SupplyRequest", "category.text", "home"},
		{"DeviceUseStatement", "id", "u"}, {"DeviceUseStatement", "status", "stopped"}, {"DeviceUseStatement", "timingPeriod.end", "2024-01-15"},
		{"DeviceUseStatement", "source.reference", "Patient/p"}, {"DeviceUseStatement", "device.reference", "Device/d"}, {"DeviceUseStatement", "bodySite.text", "left ear"},
	} {
		require.Equal(t, x.want, at(by[x.typ][0], x.path), x.typ+"."+x.path)
	}
	require.Equal(t, "Device/d", at(by["DeviceRequest"][1], "codeReference.reference"))
	require.Empty(t, at(by["DeviceRequest"][1], "status"))
	require.NotContains(t, by["SupplyRequest"][0], "extension", "deliverTo says whose it is, and nothing is left over")
	by2, missing := map[string]*tallyOf{}, map[string]int{}
	compare(t, "things", []byte(things), true, by2, missing)
	for _, typ := range []string{"DeviceRequest", "SupplyRequest", "DeviceUseStatement"} {
		require.Equal(t, *by2[typ], tallyOf{by2[typ].leaves, by2[typ].leaves}, "%s %v", typ, missing)
	}
	perturb(t, "things", []byte(things))
}

// TestThingsThatAreNotRead: what could turn or misplace the meaning of an order is carried whole.
func TestThingsThatAreNotRead(t *testing.T) {
	unknown := `"modifierExtension":[{"url":"https://emr.example/turned","valueBoolean":true}],`
	for name, x := range map[string]struct{ from, to string }{
		"device request, unknown modifier":  {`"id":"r1",`, `"id":"r1",` + unknown},
		"device request, unknown intent":    {`"intent":"original-order"`, `"intent":"not-an-order"`},
		"device request, another subject":   {`"subject":{"reference":"Patient/p"},"occurrencePeriod"`, `"subject":{"reference":"Group/g"},"occurrencePeriod"`},
		"supply request, unknown modifier":  {`"id":"s",`, `"id":"s",` + unknown},
		"supply request, nobody's":          {`"deliverTo":{"reference":"Patient/p"}`, `"deliverTo":{"display":"the store"}`},
		"supply request of a medicine":      {`"itemCodeableConcept":{"text":"batteries"}`, `"itemReference":{"reference":"Medication/m"}`},
		"use, unknown modifier":             {`"id":"u",`, `"id":"u",` + unknown},
		"use of a device that is not here":  {`"device":{"reference":"Device/d"}`, `"device":{"reference":"Device/other"}`},
		"use with a security label":         {`"id":"u",`, `"id":"u","meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"R"}]},`},
		"use by what is no patient":         {`"status":"stopped",` + "\n" + ` "subject":{"reference":"Patient/p"}`, `"status":"stopped","subject":{"reference":"Group/g"}`},
		"supply request to another patient": {`"deliverTo":{"reference":"Patient/p"}`, `"deliverTo":{"reference":"Patient/q"}`},
	} {
		t.Run(name, func(t *testing.T) {
			in := strings.Replace(things, x.from, x.to, 1)
			require.NotEqual(t, things, in)
			recs, _ := imported(t, []byte(in))
			rec := recs[0]
			uses := 0
			for i := range rec.Devices {
				uses += len(rec.Devices[i].Uses)
			}
			require.Equal(t, 3, len(rec.Orders)+uses)
			missing := map[string]int{}
			compare(t, name, []byte(in), false, map[string]*tallyOf{}, missing)
			require.Empty(t, missing, "it goes back as it was sent")
		})
	}
}

// TestThingsNotToBeDone: R4's DeviceRequest and SupplyRequest cannot say that something is not to be done or only proposed; a ServiceRequest can.
func TestThingsNotToBeDone(t *testing.T) {
	no := true
	for _, x := range []struct {
		o    record.Order
		want kind
	}{
		{record.Order{Kind: "device"}, kindServiceRequest}, // no intent is said
		{record.Order{Entry: record.Entry{Mode: record.ModeRequest}, Kind: "device"}, kindDeviceRequest},
		{record.Order{Entry: record.Entry{Mode: record.ModeProposal}, Kind: "device"}, kindDeviceRequest},
		{record.Order{Entry: record.Entry{Mode: record.ModeRequest}, Kind: "device", DoNotPerform: &no}, kindServiceRequest},
		{record.Order{Entry: record.Entry{Mode: record.ModeRequest}, Kind: "supply", DoNotPerform: &no}, kindServiceRequest},
		{record.Order{Entry: record.Entry{Mode: record.ModeProposal}, Kind: "supply"}, kindServiceRequest},
		{record.Order{Entry: record.Entry{Mode: record.ModeRequest}, Kind: "supply"}, kindSupplyRequest},
		{record.Order{Entry: record.Entry{Mode: record.ModeRequest}, Kind: "supply", Class: "supply"}, kindServiceRequest},
		{record.Order{Entry: record.Entry{Mode: record.ModeGoal}, Kind: "device"}, kindBasic},
	} {
		x.o.Assertion = record.Affirmed
		require.Equal(t, x.want.String(), orderKind(&x.o).String())
		x.o.ID = "2b4e28ba-2fa1-81d2-883f-0016d3cca427"
		got, _ := back(t, &record.Record{Orders: []record.Order{x.o}})
		require.Empty(t, record.Diff(&record.Record{Orders: []record.Order{x.o}}, &record.Record{Orders: got.Orders}, record.IgnoreOrigins))
		for _, s := range []record.StatusCode{"", record.StatusAborted, record.StatusCancelled, record.StatusOnHold, record.StatusRejected} {
			x.o.Status.Code = s
			got, _ = back(t, &record.Record{Orders: []record.Order{x.o}})
			require.Equal(t, s, got.Orders[0].Status.Code)
		}
	}
}
