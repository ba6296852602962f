package ccda

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
	"github.com/portage-health/portage/record/recordtest"
)

// marked is a record in which the patient, and those whom its results name, have markings of their own.
func marked() *record.Record {
	entry := func(id, value string, code ...string) record.Entry {
		e := record.Entry{ID: id, Assertion: record.Affirmed, Identifiers: []record.Identifier{{System: "urn:oid:2.999.7", Value: value}}}
		for _, c := range code {
			e.Labels = append(e.Labels, record.Label{Coding: record.Coding{System: record.SystemActCode, Code: c}})
		}
		return e
	}
	r := recordtest.Generate(3, recordtest.Small)
	r.Patient.Labels = []record.Label{{Coding: record.Coding{System: record.SystemActCode, Code: "CEL"}}}
	r.Practitioners = append(r.Practitioners, record.Practitioner{Entry: entry("p-marked", "41", "PRD"), Names: []record.Name{{Family: []record.NamePart{{Value: "Okonjo"}}}}})
	r.Organizations = append(r.Organizations, record.Organization{Entry: entry("o-marked", "42", "ETHUD", "SUD"), Names: []string{"Harbour House"}})
	r.Specimens = append(r.Specimens, record.Specimen{Entry: entry("s-marked", "43", "HIV"), Type: record.Concept{Text: "whole blood"}})
	r.Results[0].Specimens = []record.Ref{{ID: "s-marked", Kind: record.KindSpecimen}}
	r.Results[0].Participants = append(r.Results[0].Participants, record.Participation{Role: "performer",
		Who: &record.Ref{ID: "p-marked", Kind: record.KindPractitioner}, OnBehalfOf: &record.Ref{ID: "o-marked", Kind: record.KindOrganization}})
	return r
}

func marksOn(list []record.Label) (out []string) {
	for i := range list {
		out = append(out, list[i].Coding.Code)
	}
	return out
}

// What marks the patient, a practitioner or an organization goes out among the markings of the document, says whom it is
// about, and comes back to them and to nobody else.
func TestMarkingsOfPeople(t *testing.T) {
	for _, x := range []Exporter{{}, {Mode: Conformant}, {Mode: Conformant, Release: R30}} {
		var b bytes.Buffer
		rep, err := x.Export(t.Context(), marked(), &b, record.ExportOptions{})
		require.NoError(t, err)
		for _, i := range rep.Issues {
			if i.Path != "documents[0].labels" { // of which the template demands one
				require.NotContains(t, i.Path, "labels", i.Message)
			}
		}
		back, _, err := Import(t.Context(), b.Bytes(), record.ImportOptions{})
		require.NoError(t, err)
		require.Equal(t, []string{"CEL"}, marksOn(back.Patient.Labels))
		for i := range back.Practitioners {
			want := []string(nil)
			if p := &back.Practitioners[i]; len(p.Identifiers) > 0 && p.Identifiers[0].Value == "41" {
				want = []string{"PRD"}
			}
			require.Equal(t, want, marksOn(back.Practitioners[i].Labels))
		}
		for i := range back.Organizations {
			want := []string(nil)
			if o := &back.Organizations[i]; len(o.Identifiers) > 0 && o.Identifiers[0].Value == "42" {
				want = []string{"ETHUD", "SUD"}
			}
			require.Equal(t, want, marksOn(back.Organizations[i].Labels))
		}
		for i := range back.Specimens {
			want := []string(nil)
			if s := &back.Specimens[i]; len(s.Identifiers) > 0 && s.Identifiers[0].Value == "43" {
				want = []string{"HIV"}
			}
			require.Equal(t, want, marksOn(back.Specimens[i].Labels))
		}
		require.NotEmpty(t, back.Specimens)
		for _, l := range back.Documents[0].Labels {
			require.NotContains(t, []string{"CEL", "PRD", "ETHUD", "SUD", "HIV"}, l.Coding.Code)
		}
		require.Empty(t, (func() []record.Carried {
			var out []record.Carried
			for _, c := range back.Carried {
				if strings.Contains(c.Data, "SBJ") {
					out = append(out, c)
				}
			}
			return out
		})())
		// The words of the section tell it to who reads the document.
		require.Contains(t, b.String(), "the patient")

		// And out again, from what was read, the same.
		var again bytes.Buffer
		_, err = x.Export(t.Context(), back, &again, record.ExportOptions{})
		require.NoError(t, err)
		once, _, err := Import(t.Context(), again.Bytes(), record.ImportOptions{})
		require.NoError(t, err)
		require.Equal(t, marksOn(back.Patient.Labels), marksOn(once.Patient.Labels))
	}
}

// Markings of somebody whom nobody knows are carried: they are given to nobody, and not lost.
func TestMarkingsOfNobody(t *testing.T) {
	var b bytes.Buffer
	_, err := Exporter{}.Export(t.Context(), marked(), &b, record.ExportOptions{})
	require.NoError(t, err)
	for name, change := range map[string][2]string{
		"another identifier": {`<participantRole classCode="ROL"><id root="2.999.7" extension="42"/>`, `<participantRole classCode="ROL"><id root="2.999.7" extension="99"/>`},
		"another class":      {`<participantRole classCode="ROL">`, `<participantRole classCode="MNT">`},
		"more is said":       {`<participantRole classCode="ROL"><id root="2.999.7" extension="42"/>`, `<participantRole classCode="ROL"><id root="2.999.7" extension="42"/><id root="2.999.7" extension="43"/>`},
	} {
		text := strings.Replace(strings.Join(strings.Fields(b.String()), " "), change[0], change[1], 1)
		require.Contains(t, text, change[1], name)
		back, rep, err := Import(t.Context(), []byte(text), record.ImportOptions{})
		require.NoError(t, err)
		for i := range back.Organizations {
			require.Empty(t, back.Organizations[i].Labels, name)
		}
		require.True(t, func() bool {
			for _, c := range back.Carried {
				if strings.Contains(c.Data, "ETHUD") && strings.Contains(c.Data, "SUD") {
					return true
				}
			}
			return false
		}(), name)
		require.NotEmpty(t, rep.Issues)
	}
}

// Every leaf of such markings is read, checked or carried: whom they are about as well.
func TestMarkingsPerturbed(t *testing.T) {
	full := marked()
	r := &record.Record{Patient: full.Patient, Practitioners: full.Practitioners[len(full.Practitioners)-1:], Organizations: full.Organizations[len(full.Organizations)-1:],
		Specimens: full.Specimens[len(full.Specimens)-1:], Results: full.Results[:1]}
	r.Results[0].Participants = r.Results[0].Participants[len(r.Results[0].Participants)-1:]
	var b bytes.Buffer
	_, err := Exporter{}.Export(t.Context(), r, &b, record.ExportOptions{})
	require.NoError(t, err)
	require.GreaterOrEqual(t, strings.Count(b.String(), `typeCode="SBJ"`), 4)
	tell(t, t.Name(), perturb(t, b.Bytes(), 1))
}
