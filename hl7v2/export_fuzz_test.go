package hl7v2

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

// planted is a record that says a text wherever a text can be said: in names, addresses, codes, values, comments, documents.
func planted(v string) *record.Record {
	e := func(id string) record.Entry {
		return record.Entry{ID: id, Assertion: record.Affirmed, Identifiers: []record.Identifier{{Value: v, SystemAsSent: "S" + v}}, Notes: []record.Note{{Text: v}}}
	}
	c := record.Concept{Text: v, Codings: []record.Coding{{Code: v, Display: v, SystemAsSent: v}}}
	text := v
	name := record.Name{Family: []record.NamePart{{Value: v}}, Given: []record.NamePart{{Value: v}}}
	who := record.Participation{Role: "author", Who: &record.Ref{ID: "who", Kind: record.KindPractitioner}}
	rec := &record.Record{
		Patient: &record.Patient{Entry: e("p"), Names: []record.Name{name}, Addresses: []record.Address{{Lines: []string{v, v}, City: v}}, Telecoms: []record.Telecom{{Value: v}},
			Religion: c, BirthPlaceName: v, MothersMaidenName: v},
		Practitioners: []record.Practitioner{{Entry: e("who"), Names: []record.Name{name}}},
		Allergies:     []record.Allergy{{Entry: e("a"), Substance: c}},
		Problems:      []record.Problem{{Entry: e("pr"), Code: c}},
		Immunizations: []record.Immunization{{Entry: e("i"), Product: record.Product{Code: c, Lot: v}}},
		Results:       []record.Observation{{Entry: e("o"), Code: c, Values: []record.Value{{Text: &text}}, SubID: v}},
		Notes:         []record.ClinicalNote{{Entry: e("n"), Title: v, Contents: []record.NoteContent{{Attachment: record.Attachment{Text: v, Title: v}}}}},
		Orders:        []record.Order{{Entry: e("or"), Code: c, Reason: v}},
	}
	rec.Immunizations[0].Status.Code = record.StatusCompleted
	rec.Orders[0].Mode, rec.Orders[0].Participants = record.ModeRequest, []record.Participation{who}
	return rec
}

// shape is the names of the segments of messages, with how many fields, repetitions and components each has; comments and lines of a
// document, of which a text may make several, are left out.
func shape(t testing.TB, data []byte) (out []string) {
	for it := range Batch(data, Options{}) {
		require.NoError(t, it.Err)
		require.Equal(t, ItemMessage, it.Kind)
		for s := range it.Message.Segments() {
			if s.Is("NTE") || s.Is("OBX") && first(s, 2).peek() != "ST" {
				continue
			}
			row := s.Name()
			for _, f := range s.Fields() {
				row += "|"
				for range f.Repetitions() {
					row += "~"
				}
			}
			out = append(out, row)
		}
	}
	return out
}

// FuzzExport writes a text that may hold anything everywhere: the messages have the segments and the repetitions that they have with a
// harmless one, and the text comes back.
func FuzzExport(f *testing.F) {
	for _, v := range []string{"plain", "a|b^c~d\\e&f", "\rMSH|^~\\&|EVIL", "x\r\nPID|1||other", "\\X0D\\", "\\.br\\PID|", `""`, "\x0b\x1c\r", "é|ü", "\\", "\\F\\", "\\E\\F\\E\\", "#", "\x00"} {
		f.Add(v)
	}
	f.Fuzz(func(t *testing.T, v string) {
		if !utf8.ValidString(v) || strings.TrimSpace(v) == "" || len(v) > 150 {
			t.Skip()
		}
		o := record.ExportOptions{Now: time.Unix(0, 0).UTC()}
		var harmless, out bytes.Buffer
		_, err := Exporter{}.Export(context.Background(), planted("x"), &harmless, o)
		require.NoError(t, err)
		_, err = Exporter{}.Export(context.Background(), planted(v), &out, o)
		require.NoError(t, err)
		if !strings.ContainsAny(v, "\n\r@(") && dialledParts.FindString(v) == "" {
			require.Equal(t, shape(t, harmless.Bytes()), shape(t, out.Bytes()))
		}
		found := false
		for it := range Batch(out.Bytes(), Options{}) {
			require.NoError(t, it.Err)
			if s := it.Message.Segment("PID", 1); s.OK() {
				require.Equal(t, v, s.Field(23).String())
				found = true
			}
			for s := range it.Message.Segments() {
				require.True(t, isDefined(segmentID(s.Name())), "a segment that nobody wrote")
			}
		}
		require.True(t, found)
	})
}
