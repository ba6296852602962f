package ccda

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

// What is written faithfully and read again is written the same, carried parts or none.
func TestPapersAgain(t *testing.T) {
	for _, name := range []string{"equipment.xml", "papers.xml", "imaging.xml"} {
		for way, typedOnly := range map[string]bool{"whole": false, "typed": true} {
			t.Run(name+", "+way, func(t *testing.T) {
				o := record.ExportOptions{TypedOnly: typedOnly}
				rec := importPapers(t, name)
				var one, two bytes.Buffer
				rep, err := Export(context.Background(), rec, &one, o)
				require.NoError(t, err)
				again, in, err := Import(context.Background(), one.Bytes(), record.ImportOptions{})
				require.NoError(t, err)
				require.Zero(t, in.Counts.Unaccounted())
				_, err = Export(context.Background(), again, &two, o)
				require.NoError(t, err)
				require.Equal(t, one.String(), two.String())
				require.Len(t, again.Supplies, len(rec.Supplies))
				require.Len(t, again.Devices, len(rec.Devices))
				require.Len(t, again.Lists, len(rec.Lists))
				require.Len(t, again.Notes, len(rec.Notes))
				require.Len(t, again.Coverages, len(rec.Coverages))
				require.Len(t, again.Directives, len(rec.Directives))
				require.Len(t, again.ImagingStudies, len(rec.ImagingStudies))
				for i := range rec.Devices {
					a, b := rec.Devices[i], again.Devices[i]
					a.Entry, b.Entry = record.Entry{Assertion: a.Assertion, Mode: a.Mode, Identifiers: a.Identifiers}, record.Entry{Assertion: b.Assertion, Mode: b.Mode, Identifiers: b.Identifiers}
					require.Equal(t, a, b)
				}
				for i := range rec.Documents[0].Labels {
					require.Equal(t, rec.Documents[0].Labels[i], again.Documents[0].Labels[i])
				}
				for _, i := range rep.Issues {
					for _, list := range []string{"supplies", "devices", "lists", "notes", "coverages", "directives", "imagingStudies"} {
						require.False(t, i.Code == "lost" && strings.HasPrefix(i.Path, list+"["), i.Path)
					}
				}
			})
		}
	}
}

// Whether a device is there is the same when it is read again.
func TestDeviceSense(t *testing.T) {
	device := func(a record.Assertion, use string) record.Device {
		d := record.Device{Entry: entryOf(a, ""), Use: use, Types: []record.Concept{codedIn(record.SystemSNOMED, "14106009", "Cardiac pacemaker")},
			UDI: &record.UDI{Carrier: "(01)00844588003288", DeviceID: "00844588003288", Issuer: oidGS1}, Lot: "7654321D", Serial: "S-1",
			MRISafety: &record.Concept{Codings: []record.Coding{{SystemAsSent: oidNCI, System: "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl", Code: "C113844"}}}}
		d.ID = "1d0e4ad2-3b0e-4d6b-8a52-0c7d7f1e9b22"
		return d
	}
	for _, x := range []struct {
		name string
		d    record.Device
		want record.Assertion
		told string
	}{
		{"the patient's", device(record.Affirmed, "patient"), record.Affirmed, "Cardiac pacemaker"},
		{"none", device(record.NoneKnown, ""), record.NoneKnown, "No known devices: Cardiac pacemaker"},
		{"denied", device(record.Negated, ""), "", ""},
		{"nobody's", device(record.Affirmed, ""), "", ""},
	} {
		for mode, exporter := range modes {
			t.Run(x.name+", "+mode, func(t *testing.T) {
				out, again, rep := passed(t, exporter, &record.Record{Devices: []record.Device{x.d}})
				require.Empty(t, again.Supplies)
				require.Empty(t, again.Procedures)
				again.Devices = slices.DeleteFunc(again.Devices, func(d record.Device) bool { return d.Use == "author" })
				if x.want == "" {
					require.Empty(t, again.Devices)
					require.True(t, hasIssue(rep, record.IssueLost))
					return
				}
				require.Len(t, again.Devices, 1)
				d := again.Devices[0]
				require.Equal(t, x.want, d.Assertion)
				require.Equal(t, x.d.UDI.Carrier, d.UDI.Carrier)
				require.Contains(t, out, x.told)
				if x.want == record.Affirmed {
					require.Equal(t, "patient", d.Use)
					require.Equal(t, "7654321D", d.Lot)
					require.Equal(t, "00844588003288", d.UDI.DeviceID)
					require.Equal(t, "C113844", d.MRISafety.Codings[0].Code)
				}
			})
		}
	}
}

// A supply that did not happen has no statement; it is named as lost.
func TestSupplySense(t *testing.T) {
	for _, x := range []struct {
		name string
		e    record.Entry
		want record.Assertion
	}{
		{"supplied", entryOf(record.Affirmed, record.StatusCompleted), record.Affirmed},
		{"not known", entryOf(record.NotKnown, ""), record.NotKnown},
		{"denied", entryOf(record.Negated, ""), ""},
		{"none", entryOf(record.NoneKnown, ""), ""},
		{"not done", entryOf(record.Affirmed, record.StatusNotDone), ""},
		{"refused", entryOf(record.Affirmed, record.StatusRefused), ""},
	} {
		for mode, exporter := range modes {
			t.Run(x.name+", "+mode, func(t *testing.T) {
				c := codedIn(record.SystemSNOMED, "58938008", "Wheelchair")
				_, again, rep := passed(t, exporter, &record.Record{Supplies: []record.Supply{{Entry: x.e, Code: &c}}})
				if x.want == "" {
					require.Empty(t, again.Supplies)
					require.True(t, hasIssue(rep, record.IssueLost))
					return
				}
				require.Equal(t, x.want, again.Supplies[0].Assertion)
			})
		}
	}
}

// Whether there is a coverage or a directive is the same when it is read again.
func TestPaperSense(t *testing.T) {
	payer := record.Organization{Entry: entryOf(record.Affirmed, ""), Names: []string{"Granite Mutual"}}
	payer.ID = "7a0e4ad2-3b0e-4d6b-8a52-0c7d7f1e9b33"
	for _, a := range []record.Assertion{record.Affirmed, record.Negated, record.NotKnown} {
		for mode, exporter := range modes {
			t.Run(string(a)+", "+mode, func(t *testing.T) {
				c := record.Coverage{Entry: entryOf(a, ""), Type: codedIn("https://nahdo.org/sopt", "1", "Medicare"), Payors: []record.Ref{{ID: payer.ID, Kind: kindOrganization}}}
				d := record.Directive{Entry: entryOf(a, ""), Type: codedIn(record.SystemSNOMED, "304251008", "Resuscitation")}
				d.ID = "8b0e4ad2-3b0e-4d6b-8a52-0c7d7f1e9b44"
				yes := codedIn(record.SystemSNOMED, "373066001", "Yes")
				e := record.Directive{Entry: entryOf(a, ""), Type: codedIn(record.SystemLOINC, "45473-6", "Living will"), Exists: &yes}
				e.ID = "9c0e4ad2-3b0e-4d6b-8a52-0c7d7f1e9b55"
				out, again, _ := passed(t, exporter, &record.Record{Coverages: []record.Coverage{c}, Directives: []record.Directive{d, e}, Organizations: []record.Organization{payer}})
				require.Equal(t, a, again.Coverages[0].Assertion)
				require.Equal(t, a, again.Directives[0].Assertion)
				require.Equal(t, a, again.Directives[1].Assertion)
				if a == record.Negated {
					require.Contains(t, out, "No coverage: Medicare")
					require.Contains(t, out, "No advance directive: Resuscitation")
				}
			})
		}
	}
}

// A note of no C-CDA document stands in the section of its kind, with its file and its date.
func TestNoteElsewhere(t *testing.T) {
	n := record.ClinicalNote{Entry: entryOf(record.Affirmed, record.StatusCompleted), Type: codedIn(record.SystemLOINC, "11506-3", "Progress note"),
		Written:  &record.Time{Value: "2024-03-01T09:00:00Z"},
		Contents: []record.NoteContent{{Attachment: record.Attachment{ContentType: "text/plain", Text: "Slept well."}}, {Attachment: record.Attachment{ContentType: "application/pdf", URL: "http://papers.example/9.pdf"}}}}
	for mode, exporter := range modes {
		t.Run(mode, func(t *testing.T) {
			out, again, _ := passed(t, exporter, &record.Record{Notes: []record.ClinicalNote{n}})
			require.Contains(t, out, templateNotes)
			require.Len(t, again.Notes, 1)
			x := again.Notes[0]
			require.Equal(t, "11506-3", x.Type.Codings[0].Code)
			require.Len(t, x.Type.Codings, 1)
			require.Equal(t, "2024-03-01T09:00:00+00:00", x.Participants[0].When.At.Value)
			if a := x.Contents[0].Attachment; exporter.Mode == Conformant {
				b64, err := a.Data.Base64()
				require.NoError(t, err)
				require.Equal(t, "U2xlcHQgd2VsbC4=", b64) // a text that says its type is in base 64 (CONF:3250-16912)
			} else {
				require.Equal(t, "Slept well.", a.Text)
			}
			require.Equal(t, "http://papers.example/9.pdf", x.Contents[1].Attachment.URL)
			sections := again.Documents[0].Sections
			found := false
			for i := range sections {
				found = found || sections[i].Code.Code(record.SystemLOINC) == "11506-3"
			}
			require.True(t, found)
		})
	}
}

// All labels of an entry, a section and the document come back as what they are.
func TestMarkings(t *testing.T) {
	normal := record.Label{Kind: "confidentiality", Coding: record.Coding{System: record.SystemConfidentiality, Code: "N"}}
	strict := record.Label{Kind: "confidentiality", Coding: record.Coding{System: record.SystemConfidentiality, Code: "R"}}
	psych := record.Label{Coding: record.Coding{System: record.SystemActCode, Code: "PSY", Display: "psychiatry disorder information sensitivity"},
		When: &record.Period{End: record.Time{Value: "2030"}}}
	for mode, exporter := range modes {
		t.Run(mode, func(t *testing.T) {
			rec := &record.Record{Allergies: []record.Allergy{{Entry: entryOf(record.Affirmed, ""), Substance: codedIn(record.SystemSNOMED, "256277009", "Grass pollen")}}}
			rec.Allergies[0].Labels = []record.Label{strict, psych}
			d := record.Document{Entry: entryOf(record.Affirmed, "")}
			d.ID = "3e0e4ad2-3b0e-4d6b-8a52-0c7d7f1e9b66"
			d.Labels = []record.Label{normal, strict, psych}
			rec.Documents = []record.Document{d}
			_, again, rep := passed(t, exporter, rec)
			require.Len(t, again.Allergies[0].Labels, 2)
			require.Equal(t, "R", again.Allergies[0].Labels[0].Coding.Code)
			require.Equal(t, "2030", again.Allergies[0].Labels[1].When.End.Value)
			var codes []string
			for _, l := range again.Documents[0].Labels {
				codes = append(codes, l.Coding.Code)
			}
			require.Equal(t, []string{"R", "N", "PSY"}, codes, "the most restrictive stands as the document's own")
			require.False(t, hasIssue(rep, record.IssueWithheld))
		})
	}
}
