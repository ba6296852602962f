package ccda

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

func ofProduct(typeCode, id, code string) string {
	return `<participant typeCode="` + typeCode + `"><participantRole classCode="MANU"><templateId root="2.16.840.1.113883.10.20.22.4.37"/>` + id +
		`<playingDevice>` + code + `</playingDevice></participantRole></participant>`
}

// What an act says of the device in it: that the patient has it, is to get it, or that it is not so or not known.
func TestDeviceAssertion(t *testing.T) {
	device := ofProduct("DEV", `<id root="1.2.9.1" extension="D"/>`, cd("code", "14106009", oidSNOMED, ""))
	one, all := cd("code", "307280005", oidSNOMED, ""), cd("code", "71388002", oidSNOMED, "")
	procedure := func(attrs, code, status string) string {
		return `<entry><procedure classCode="PROC"` + attrs + `><templateId root="2.16.840.1.113883.10.20.22.4.14"/><id root="1.2.9.2" extension="P"/>` + code +
			`<statusCode code="` + status + `"/>` + device + `</procedure></entry>`
	}
	supply := func(attrs string) string {
		return `<entry><supply classCode="SPLY"` + attrs + `><templateId root="2.16.840.1.113883.10.20.22.4.50"/><id root="1.2.9.2" extension="S"/><statusCode code="completed"/>` +
			ofProduct("PRD", `<id root="1.2.9.1" extension="D"/>`, cd("code", "14106009", oidSNOMED, "")) + `</supply></entry>`
	}
	for _, x := range []struct {
		name, entry string
		want        record.Assertion
		mode        record.Mode
		use         string
	}{
		{"done", procedure(` moodCode="EVN"`, one, "completed"), record.Affirmed, record.ModeEvent, "patient"},
		{"not done", procedure(` moodCode="EVN" negationInd="true"`, one, "completed"), record.Negated, record.ModeEvent, ""},
		{"cancelled", procedure(` moodCode="EVN"`, one, "cancelled"), record.NotKnown, record.ModeEvent, ""},
		{"no implants", procedure(` moodCode="EVN" negationInd="true"`, all, "completed"), record.NoneKnown, record.ModeEvent, ""},
		{"not known", procedure(` moodCode="EVN" nullFlavor="UNK"`, one, "completed"), record.NotKnown, record.ModeEvent, ""},
		{"wanted", procedure(` moodCode="RQO"`, one, "active"), record.Affirmed, record.ModeRequest, ""},
		{"supplied", supply(` moodCode="EVN"`), record.Affirmed, record.ModeEvent, "patient"},
		{"to be supplied", supply(` moodCode="INT"`), record.Affirmed, record.ModeIntent, ""},
		{"supply not known", supply(` moodCode="EVN" nullFlavor="UNK"`), record.NotKnown, record.ModeEvent, ""},
		{"supply denied", supply(` moodCode="EVN" negationInd="true"`), "", "", ""},
		{"supply defined", supply(` moodCode="DEF"`), "", "", ""},
	} {
		t.Run(x.name, func(t *testing.T) {
			rec, _ := importSection(t, "46264-8", x.entry)
			if x.want == "" {
				require.Empty(t, rec.Devices)
				require.Empty(t, rec.Supplies)
				require.Len(t, rec.Carried, 1)
				return
			}
			typed(t, rec)
			require.Len(t, rec.Devices, 1)
			require.Equal(t, x.want, rec.Devices[0].Assertion)
			require.Equal(t, x.mode, rec.Devices[0].Mode)
			require.Equal(t, x.use, rec.Devices[0].Use)
			require.Empty(t, record.Validate(rec))
		})
	}
	t.Run("no implants are no statement about procedures", func(t *testing.T) {
		rec, _ := importSection(t, "46264-8", procedure(` moodCode="EVN" negationInd="true"`, all, "completed"))
		require.Empty(t, rec.Procedures)
		require.Len(t, rec.Documents[0].Sections[0].Entries, 1)
		require.Equal(t, kindDevice, rec.Documents[0].Sections[0].Entries[0].Kind)
	})
	t.Run("a device that is not there is not the one that is", func(t *testing.T) {
		rec, _ := importSection(t, "46264-8", procedure(` moodCode="EVN" negationInd="true"`, one, "completed")+supply(` moodCode="EVN"`))
		require.Len(t, rec.Devices, 2)
		require.NotEqual(t, rec.Devices[0].ID, rec.Devices[1].ID)
		require.Equal(t, record.Negated, rec.Devices[0].Assertion)
		require.Equal(t, record.Affirmed, rec.Devices[1].Assertion)
	})
}

// One identifier on things that have no code in common: they are different devices.
func TestDevicesOfOneIdentifier(t *testing.T) {
	supply := func(code string) string {
		return `<entry><supply classCode="SPLY" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.50"/>` + ofProduct("PRD", `<id root="1.2.9.1" extension="D"/>`, code) + `</supply></entry>`
	}
	wheelchair, cane := cd("code", "58938008", oidSNOMED, ""), cd("code", "87405001", oidSNOMED, "")
	rec, rep := importSection(t, "46264-8", supply(wheelchair)+supply(cane)+supply(`<code nullFlavor="UNK"/>`))
	require.Len(t, rec.Devices, 3)
	require.True(t, hasIssue(rep, record.IssueSharedIdentifier))
	rec, _ = importSection(t, "46264-8", supply(wheelchair)+supply(wheelchair)+supply(`<code nullFlavor="UNK"/>`))
	require.Len(t, rec.Devices, 1)
	require.Len(t, rec.Devices[0].Types, 1)
}

func TestUDIOrganizer(t *testing.T) {
	rec, _, err := Import(context.Background(), read(t, "equipment.xml"), record.ImportOptions{})
	require.NoError(t, err)
	var d *record.Device
	for i := range rec.Devices {
		if rec.Devices[i].Lot != "" {
			require.Nil(t, d)
			d = &rec.Devices[i]
		}
	}
	require.Equal(t, &record.UDI{Carrier: "(01)00848486001048(11)181015(10)ABC999(21)bi1234(17)281015", DeviceID: "00848486001048", Issuer: "1.3.160", IssuerName: "GS1"}, d.UDI)
	require.Equal(t, "ABC999 bi1234 D-1111 Soft Line MOD-1 Larkfield Prosthetics CAT-3 2018-10-15 2028-10-15",
		d.Lot+" "+d.Serial+" "+d.Distinct+" "+d.Brand+" "+d.Model+" "+d.Company+" "+d.Catalog+" "+d.Manufactured.Value+" "+d.Expires.Value)
	require.Equal(t, "C106038 C113844 C45329", d.Latex.Codings[0].Code+" "+d.MRISafety.Codings[0].Code+" "+d.ImplantStatus.Codings[0].Code)
	require.Equal(t, "Larkfield Prosthetics", d.Manufacturer)
}
