package hl7v2

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

const (
	asked   = "RXO|197361^Amlodipine 5 MG^RXNORM|5||mg\r"
	encoded = "RXE|^^^20260301|197361^Amlodipine 5 MG^RXNORM|5||mg|TAB||||30|TAB|2\r"
)

func pharmacy(control, who string) string {
	return "ORC|" + control + "|P1^EHR|F1^PHARM||||||20260301|||" + who + "\r"
}

// An order of a medicine and what the pharmacy made of it, under one number, are two stages of one thing.
func TestMedicineStages(t *testing.T) {
	hale := "77^Hale^Mona^^^^^^NORTH&1.2.3&ISO"
	ordered := begins("OMP^O09", "1") + patientRivera + pharmacy("NW", hale) + asked
	made := begins("RDE^O11", "2") + patientRivera + pharmacy("NW", "") + encoded + "RXR|PO^Oral^HL70162\r"
	given := begins("RDS^O13", "3") + patientRivera + pharmacy("RE", "") + "RXD|1|197361^Amlodipine 5 MG^RXNORM|20260302|30|TAB||RX9\r"
	for name, messages := range map[string][]string{
		"several messages": {ordered, made, given},
		"one message":      {begins("RDE^O11", "2") + patientRivera + pharmacy("NW", hale) + asked + pharmacy("NW", "") + encoded, given},
	} {
		x := told(t, messages...)
		list := x.Record.Medications
		require.Len(t, list, 3, name)
		require.Empty(t, list[0].BasedOn, name)
		require.Equal(t, []record.Ref{*list[0].EntryRef(record.KindMedication)}, list[1].BasedOn, name)
		require.Equal(t, []record.Ref{*list[1].EntryRef(record.KindMedication)}, list[2].BasedOn, name)
		require.Zero(t, x.Report.Counts.Unaccounted(), name)
		var out bytes.Buffer
		_, err := Exporter{}.Export(t.Context(), x.Record.Typed(), &out, record.ExportOptions{Now: exportTime.Now, TypedOnly: true})
		require.NoError(t, err, name)
		back := told(t, out.String())
		require.Len(t, back.Record.Medications, 3, name)
		for i, m := range back.Record.Medications {
			require.Len(t, m.BasedOn, min(i, 1), name)
			require.Equal(t, list[i].Identifiers, m.Identifiers, name)
		}
	}

	// Another number, or that of another: another order.
	x := told(t, ordered, strings.ReplaceAll(strings.ReplaceAll(made, "P1^", "P2^"), "F1^", "F2^"))
	require.Empty(t, x.Record.Medications[1].BasedOn)
}

// An order that is sent again is the same order: it stands where the last message says.
func TestMedicineDiscontinued(t *testing.T) {
	hale := "77^Hale^Mona^^^^^^NORTH&1.2.3&ISO"
	start := begins("RDE^O11", "1") + patientRivera + pharmacy("NW", hale) + encoded + "NTE|1||with water\rTQ1|1||BID\rRXR|PO^Oral^HL70162\r"
	stop := begins("RDE^O11", "2") + patientRivera + pharmacy("DC", "") + strings.Replace(encoded, "|5||mg", "|10||mg", 1)
	x := told(t, start, stop)
	require.Len(t, x.Record.Medications, 1)
	m := x.Record.Medications[0]
	require.Equal(t, record.StatusCancelled, m.Status.Code)
	require.Equal(t, "10", m.Dosages[0].Dose.Quantity.Value)
	require.Len(t, m.Dosages, 1)
	require.Equal(t, "PO", m.Dosages[0].Route.Codings[0].Code, "what only the first says stays")
	require.Len(t, m.Participants, 1)
	require.Equal(t, "with water", m.Notes[0].Text)
	require.Len(t, m.Origins, 2)
	require.Contains(t, issuesOf(x, "superseded"), "RXE-3")
	require.Zero(t, x.Report.Counts.Unaccounted())

	// Another medicine under the number is another order, and what was asked for is not taken back by what the pharmacy says.
	other := begins("RDE^O11", "3") + patientRivera + pharmacy("DC", "") + strings.ReplaceAll(encoded, "197361", "197362")
	require.Len(t, told(t, start, other).Record.Medications, 2)
	first := begins("OMP^O09", "4") + patientRivera + pharmacy("NW", hale) + asked
	x = told(t, first, stop)
	require.Len(t, x.Record.Medications, 2)
	require.NotEqual(t, record.StatusCancelled, x.Record.Medications[0].Status.Code)
	require.Len(t, x.Record.Medications[0].Participants, 1)
	// Told twice in one message, it is two things.
	require.Len(t, told(t, start+pharmacy("NW", "")+encoded).Record.Medications, 2)
}

// A group of RXO is an order wherever it stands, within a problem too, whatever ORC-1 says: so what a patient merely takes is written in none.
func TestMedicineWithinProblemIsOrder(t *testing.T) {
	for _, control := range []string{"NW", "RE", "SC", "SN", "OK", ""} {
		x := told(t, begins("PPR^PC1", "1")+patientRivera+"PRB|AD|20260301|38341003^Hypertension^SCT|PR1\r"+pharmacy(control, "")+asked)
		require.Len(t, x.Record.Medications, 1, control)
		require.Equal(t, "request", x.Record.Medications[0].Kind, control)
		require.True(t, ordered(x.Record.Medications[0].Mode), control)
	}
}
