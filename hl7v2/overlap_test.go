package hl7v2

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

const patientRivera = "PID|1||R1^^^NORTH&1.2.3&ISO^MR||Rivera^Ana||19710502|F\r"

// told gives the one record of messages about one patient.
func told(t *testing.T, messages ...string) *Imported {
	t.Helper()
	all := imported(t, []byte(strings.Join(messages, "")))
	require.Len(t, all, 1)
	return all[0]
}

func begins(event, id string) string {
	return `MSH|^~\&|ADT|NORTH|EHR|SOUTH|20260301||` + event + "|" + id + "|P|2.5.1\r"
}

func visited(pv1 ...string) string {
	fields := make([]string, 53)
	fields[2], fields[19] = "I", "V7^^^NORTH&1.2.3&ISO^VN"
	for _, f := range pv1 {
		n, v, _ := strings.Cut(f, "=")
		at := 0
		for _, c := range n {
			at = 10*at + int(c-'0')
		}
		fields[at] = v
	}
	return "PV1|" + strings.TrimRight(strings.Join(fields[1:], "|"), "|") + "\r"
}

func issuesOf(x *Imported, code string) (paths []string) {
	for _, i := range x.Report.Issues {
		if i.Code == code {
			paths = append(paths, i.Path)
		}
	}
	return paths
}

// One visit number of one authority is one visit, as the last message has it.
func TestVisitOfSeveralMessages(t *testing.T) {
	admit := begins("ADT^A01", "1") + patientRivera + visited("3=WEST^1^A", "7=77^Hale^Mona^^^^^^NORTH&1.2.3&ISO", "14=7", "44=20260301080000")
	transfer := begins("ADT^A02", "2") + patientRivera + visited("3=EAST^4^B", "6=WEST^1^A", "44=20260301080000")
	discharge := begins("ADT^A03", "3") + patientRivera + visited("2=E", "3=EAST^4^B", "36=01", "44=20260301080000", "45=20260305")
	x := told(t, admit, transfer, discharge)
	require.Len(t, x.Record.Encounters, 1)
	e := x.Record.Encounters[0]
	require.Equal(t, record.StatusCompleted, e.Status.Code)
	require.Equal(t, "E", e.Class.Codings[0].Code)
	require.Equal(t, "7", e.AdmitSource.Codings[0].Code, "what only the first says stays")
	require.Equal(t, "01", e.Disposition.Codings[0].Code)
	require.Equal(t, "2026-03-01T08:00:00", e.When.Start.Value)
	require.Equal(t, "2026-03-05", e.When.End.Value)
	require.Len(t, e.Participants, 1)
	require.Len(t, e.Identifiers, 1)
	require.Len(t, e.Origins, 3)
	require.Len(t, e.Locations, 2, "where the patient is, and was")
	require.Equal(t, []string{"PV1-2", "PV1-2", "PV1-3"}, issuesOf(x, "superseded"))
	require.Zero(t, x.Report.Counts.Unaccounted())
	var kept []string
	for _, c := range x.Record.Carried {
		if c.Path == "PV1-3" {
			kept = append(kept, c.Data)
			require.Equal(t, e.ID, c.Owner)
		}
	}
	require.Equal(t, []string{"WEST^1^A"}, kept)
	require.Len(t, x.Events, 3)

	// What was cancelled is so, whatever was said before.
	x = told(t, admit, begins("ADT^A11", "4")+patientRivera+visited())
	require.Len(t, x.Record.Encounters, 1)
	require.Equal(t, record.StatusCancelled, x.Record.Encounters[0].Status.Code)

	// Another number, another authority or none: another visit.
	for _, other := range []string{"V8^^^NORTH&1.2.3&ISO^VN", "V7^^^EAST&1.2.4&ISO^VN", ""} {
		x = told(t, admit, begins("ADT^A01", "5")+patientRivera+visited("19="+other))
		require.Len(t, x.Record.Encounters, 2, other)
	}
}

const orderHead = "ORC|RE|P1^EHR|F1^LAB\rOBR|1|P1^EHR|F1^LAB|24331-1^Lipids^LN|||20260301|||||||||||||||20260301||CH|"

// A report sent again is the same report: its observations stand as they were sent last.
func TestReportCorrected(t *testing.T) {
	first := begins("ORU^R01", "1") + patientRivera + orderHead + "P\r" +
		"OBX|1|NM|2093-3^Cholesterol^LN||5.1|mmol/L|3-5|H|||P\rNTE|1||fasting\rOBX|2|NM|2085-9^HDL^LN||1.1|mmol/L||||| P\r"
	second := begins("ORU^R01", "2") + patientRivera + orderHead + "C\r" +
		"OBX|1|NM|2093-3^Cholesterol^LN||4.1|mmol/L|3-5|N|||C\r"
	x := told(t, first, second)
	rec := x.Record
	require.Len(t, rec.Orders, 1)
	require.Len(t, rec.ResultPanels, 1)
	require.Equal(t, record.StatusCorrected, rec.ResultPanels[0].Status.Code)
	require.Len(t, rec.Results, 2)
	require.Len(t, rec.ResultPanels[0].Members, 2)
	require.Equal(t, []record.Ref{*rec.Orders[0].EntryRef(record.KindOrder)}, rec.ResultPanels[0].BasedOn)
	corrected := rec.Results[1]
	require.Equal(t, "4.1", corrected.Values[0].Quantity.Value)
	require.Equal(t, record.StatusCorrected, corrected.Status.Code)
	require.Empty(t, corrected.Notes, "the comment was on the value before")
	require.Equal(t, []string{"OBR-25", "OBX[1]-5", "OBX[1]-8", "OBX[1]-11", "NTE"}, issuesOf(x, "superseded"))
	require.Zero(t, x.Report.Counts.Unaccounted())
	for _, c := range rec.Carried {
		if strings.HasPrefix(c.Path, "OBX[1]") {
			require.Equal(t, corrected.ID, c.Owner, c.Path)
		}
	}

	// An observation without a value takes none from the message before.
	x = told(t, first, begins("ORU^R01", "3")+patientRivera+orderHead+"F\rOBX|1|NM|2093-3^Cholesterol^LN|||mmol/L|||||X\r")
	require.Len(t, x.Record.Results, 2)
	require.Empty(t, x.Record.Results[1].Values)
	require.Equal(t, record.StatusCancelled, x.Record.Results[1].Status.Code)

	// Another filler number, another test, or a sub-id of its own: another report or observation.
	for from, to := range map[string]string{"F1^LAB": "F2^LAB", "24331-1": "24331-2"} {
		x = told(t, first, strings.ReplaceAll(second, from, to))
		require.Len(t, x.Record.ResultPanels, 2, to)
	}
	x = told(t, first, strings.Replace(second, "LN||4.1", "LN|2|4.1", 1))
	require.Len(t, x.Record.Results, 3)
	// Two of one filler number in one message are two.
	x = told(t, first+orderHead+"F\rOBX|1|ST|1^x^L||a||||||F\r", second)
	require.Len(t, x.Record.ResultPanels, 2)
}

// An appointment, and a document, by its number is one.
func TestAppointmentAndDocumentOfSeveralMessages(t *testing.T) {
	book := "SCH|A1^EHR|B7^SCHED||||^checkup|^annual|^normal|30|min||||||7^Hale^Mona\rRGS|1\rAIS|1||71020^X-ray^C4|20260301100000\rAIP|1||7^Hale^Mona\r"
	x := told(t, begins("SIU^S12", "1")+patientRivera+book, begins("SIU^S13", "2")+patientRivera+strings.Replace(book, "|20260301100000", "|20260302110000", 1),
		begins("SIU^S15", "3")+patientRivera+"SCH|A1^EHR|B7^SCHED||||^ill\r")
	require.Len(t, x.Record.Appointments, 1)
	a := x.Record.Appointments[0]
	require.Equal(t, record.StatusCancelled, a.Status.Code)
	require.ElementsMatch(t, []string{"SCH-6", "SCH-6", "AIS-4"}, issuesOf(x, "superseded"))
	require.Equal(t, "ill", a.Event.Codings[0].Display)
	require.Zero(t, x.Report.Counts.Unaccounted())

	note := "TXA|1|CN|TX|20260301||||||||D1^DICT|||||DI\rOBX|1|TX|^Note||first line||||||P\rOBX|2|TX|^Note||second line||||||P\r"
	x = told(t, begins("MDM^T02", "1")+patientRivera+note, begins("MDM^T08", "2")+patientRivera+strings.NewReplacer("|DI", "|AU", "second", "third").Replace(note))
	require.Len(t, x.Record.Notes, 1)
	n := x.Record.Notes[0]
	require.Equal(t, "AU", n.DocStatus)
	require.Len(t, n.Contents, 1)
	require.Equal(t, "first line\nthird line", n.Contents[0].Attachment.Text)
	require.Zero(t, x.Report.Counts.Unaccounted())
	x = told(t, begins("MDM^T02", "1")+patientRivera+note, begins("MDM^T04", "3")+patientRivera+"TXA|1|CN|TX|20260301||||||||D1^DICT|||||LA\r")
	require.Len(t, x.Record.Notes, 1)
	require.Equal(t, "first line\nsecond line", x.Record.Notes[0].Contents[0].Attachment.Text, "a message without the document leaves it")
}

// What a later message repeats word for word is told once.
func TestRepeated(t *testing.T) {
	rest := "NK1|1|Rivera^Bo|SPO\rAL1|1|DA|7980^Penicillin^RXNORM|SV|hives\rDG1|1||I10^Hypertension^I10||20260301|A\rIN1|1|P9|I1|North Mutual\rIN2|1|123\r"
	other := strings.Replace(rest, "hives", "rash", 1)
	for text, n := range map[string]int{rest: 1, other: 2} {
		x := told(t, begins("ADT^A01", "1")+patientRivera+visited()+rest, begins("ADT^A08", "2")+patientRivera+visited()+text)
		require.Len(t, x.Record.RelatedPersons, 1)
		require.Len(t, x.Record.Allergies, n)
		require.Len(t, x.Record.Problems, 1)
		require.Len(t, x.Record.Coverages, 1)
		require.Zero(t, x.Report.Counts.Unaccounted())
		require.Len(t, x.Record.RelatedPersons[0].Origins, 2)
	}
	x := told(t, begins("ADT^A01", "1")+patientRivera+visited()+rest, begins("ADT^A01", "2")+patientRivera+visited("19=V9^^^NORTH&1.2.3&ISO^VN")+rest)
	require.Len(t, x.Record.Problems, 2, "each of its own visit")
}

// The ledger does not lie where several messages tell of one thing.
func TestPerturbSeveral(t *testing.T) {
	data := []byte(begins("ADT^A01", "1") + patientRivera + visited("3=WEST^1^A", "14=7", "44=20260301080000") + "PV2|||^ill\rNK1|1|Rivera^Bo|SPO\r" +
		begins("ADT^A03", "2") + patientRivera + visited("3=EAST^4^B", "44=20260301080000", "45=20260305") + "PV2|||^ill\rNK1|1|Rivera^Bo|SPO\r" +
		begins("ORU^R01", "3") + patientRivera + orderHead + "P\rOBX|1|NM|2093-3^Cholesterol^LN||5.1|mmol/L|3-5|H|||P\rNTE|1||fasting\r" +
		begins("ORU^R01", "4") + patientRivera + orderHead + "C\rOBX|1|NM|2093-3^Cholesterol^LN||4.1|mmol/L|3-5|N|||C\rNTE|1||fasting\r")
	recs, issues, f := readingAll(t, data)
	require.NotNil(t, f)
	at := 0
	leaves := 0
	for _, m := range f.messages {
		for l := range m.m.Leaves() {
			i := l.Index()
			if m.led.Free(i) {
				continue
			}
			from := at + l.Offset()
			changed := append([]byte(nil), data[:at]...)
			changed = append(append(changed, altered(m.m.Bytes(), l.span)...), data[at+len(m.m.Bytes()):]...)
			r2, i2, again := readingAll(t, changed)
			if again == nil {
				continue
			}
			leaves++
			path, _, _ := l.Position()
			if m.led.Taken(i) && recs == r2 {
				t.Errorf("mapped, but the record says the same: %d %s", from, path)
			} else if !m.led.Taken(i) && issues == i2 && recs == r2 {
				t.Errorf("scaffold, but nobody noticed: %d %s", from, path)
			}
		}
		at += len(m.m.Bytes())
	}
	require.Greater(t, leaves, 150)
}

func readingAll(t *testing.T, data []byte) (recs, issues string, f *file) {
	d := newDesk()
	f, err := Importer{}.file(data, record.ImportOptions{}, d)
	if err != nil {
		return "", "", nil
	}
	for _, parts := range f.patients() {
		r := read(parts, record.ImportOptions{}, d)
		recs += said(t, r.rec)
		for _, x := range r.rep.Issues {
			issues += x.Code + " " + x.Path + "\n"
		}
	}
	return recs, issues, f
}
