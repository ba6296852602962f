package ccda

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

// A device that no act names comes back as that device, and as nothing else.
func TestDeviceAlone(t *testing.T) {
	snomed := func(code, display string) record.Concept {
		c := codedIn(record.SystemSNOMED, code, display)
		c.Codings[0].SystemAsSent = oidSNOMED
		return c
	}
	pump := func(s record.StatusCode) record.Device {
		return record.Device{
			Entry: record.Entry{ID: "7a1c4e10-52f0-4d3c-9e11-000000000901", Assertion: record.Affirmed, Status: record.Status{Code: s},
				Identifiers: []record.Identifier{{System: record.SystemFDAUDI, SystemAsSent: oidFDA, Value: "(01)00643169001763(10)L7"}, {System: "urn:oid:1.2.826.0.1.99.31", Value: "P-7"}},
				Notes:       []record.Note{{Text: "Worn on the left"}}},
			Use: "patient", Types: []record.Concept{snomed("69805005", "Insulin pump")}, Model: "Dew 4", Manufacturer: "Dew Works",
			UDI: &record.UDI{Carrier: "(01)00643169001763(10)L7", DeviceID: "00643169001763", Issuer: oidGS1}, Lot: "L7", Serial: "S-9",
			Expires: &record.Time{Value: "2031-05-01"}, Used: record.Period{Start: record.Time{Value: "2024-03-01"}},
			Sites:    []record.BodySite{{Code: snomed("368209003", "Right upper arm")}},
			Quantity: measured("2", "1"),
		}
	}
	for name, x := range modes {
		for _, s := range []record.StatusCode{"", record.StatusActive, record.StatusInactive, record.StatusUnknown, record.StatusEnteredInError, record.StatusCompleted} {
			t.Run(name+" "+string(s), func(t *testing.T) {
				sent := pump(s)
				text, rec, rep := passed(t, x, &record.Record{Devices: []record.Device{sent}})
				rec.Devices = slices.DeleteFunc(rec.Devices, func(d record.Device) bool { return d.Use == "author" })
				require.Len(t, rec.Devices, 1)
				require.Empty(t, rec.Supplies)
				require.Empty(t, rec.Procedures)
				require.Empty(t, rec.Observations)
				require.NotContains(t, text, "<supply")
				require.Equal(t, s == record.StatusEnteredInError, strings.Contains(text, `code="nullified"`))
				got := rec.Devices[0]
				require.Equal(t, s, got.Status.Code)
				require.Equal(t, "Worn on the left", got.Notes[0].Text)
				require.NotNil(t, got.Narrative)
				require.ElementsMatch(t, sent.Identifiers, got.Identifiers)
				for _, d := range []*record.Device{&sent, &got} {
					d.Entry = record.Entry{Assertion: d.Assertion, Mode: d.Mode}
				}
				require.Equal(t, sent, got)
				for _, i := range rep.Issues {
					require.False(t, strings.HasPrefix(i.Path, "devices[0]") && i.Code == record.IssueLost.Code, "%s: %s", i.Path, i.Message)
				}
				if name == "faithful" {
					tell(t, "a device", perturb(t, []byte(text), 1))
				}
			})
		}
	}
}

// One that is referred to and has no identifier is found again.
func TestDeviceAloneReferredTo(t *testing.T) {
	d := record.Device{Entry: record.Entry{ID: "7a1c4e10-52f0-4d3c-9e11-000000000901", Assertion: record.Affirmed}, Use: "patient", Types: []record.Concept{{Text: "Walking frame"}}}
	g := record.Goal{Entry: record.Entry{ID: "7a1c4e10-52f0-4d3c-9e11-000000000902", Assertion: record.Affirmed, Status: record.Status{Code: record.StatusActive},
		Relations: []record.Relation{{Type: "refers-to", Target: record.Ref{ID: d.ID, Kind: record.KindDevice}}}}, Code: codedIn(record.SystemSNOMED, "165232002", "Walking")}
	for name, x := range modes {
		t.Run(name, func(t *testing.T) {
			_, rec, _ := passed(t, x, &record.Record{Devices: []record.Device{d}, Goals: []record.Goal{g}})
			rec.Devices = slices.DeleteFunc(rec.Devices, func(d record.Device) bool { return d.Use == "author" })
			require.Len(t, rec.Devices, 1)
			require.Equal(t, rec.Devices[0].ID, rec.Goals[0].Relations[0].Target.ID)
		})
	}
}

func usesOf(rec *record.Record) (uses []string) {
	for i := range rec.Devices {
		uses = append(uses, rec.Devices[i].Use)
	}
	return uses
}

// What is negated, wanted, absent, or says more than a device, is not read as one.
func TestNoDeviceAlone(t *testing.T) {
	const template, device = `<templateId root="` + templateDevice + `"/>`, `<participant typeCode="DEV"><participantRole classCode="MANU"><id root="1.2.826.0.1.99.31" extension="P-7"/><playingDevice>` +
		`<manufacturerModelName>Dew 4</manufacturerModelName></playingDevice></participantRole></participant>`
	code := cd("code", loincDevices, oidLOINC, "")
	entry := func(attrs, parts string) string {
		return `<entry><observation classCode="OBS" ` + attrs + `>` + parts + `</observation></entry>`
	}
	rec, _ := importSection(t, "46264-8", entry(`moodCode="EVN"`, template+code+device), "Devices")
	require.Contains(t, usesOf(rec), "patient")
	for _, x := range []string{
		entry(`moodCode="EVN" negationInd="true"`, template+code+device),
		entry(`moodCode="INT"`, template+code+device),
		entry(`moodCode="EVN" nullFlavor="UNK"`, template+code+device),
		entry(`moodCode="EVN"`, code+device),
		entry(`moodCode="EVN"`, template+code+device+device),
		entry(`moodCode="EVN"`, template+code+`<value xsi:type="BL" value="false"/>`+device),
		entry(`moodCode="EVN"`, template+code+strings.Replace(device, `typeCode="DEV"`, `typeCode="DEV" nullFlavor="NI"`, 1)),
		entry(`moodCode="EVN"`, template+cd("code", "46264-9", oidLOINC, "")+device),
	} {
		rec, _ := importSection(t, "46264-8", x)
		require.NotContains(t, usesOf(rec), "patient", x)
	}
}
