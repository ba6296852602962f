package ccda

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

func authorOf(ids, name, more string) string {
	return `<author><time value="2024"/><assignedAuthor>` + ids + more + `<assignedPerson><name>` + name + `</name></assignedPerson></assignedAuthor></author>`
}

const (
	anna  = `<given>Anna</given><family>Moor</family>`
	annaB = `<given>Anna B.</given><family>Moor</family>`
	boris = `<given>Boris</given><family>Vale</family>`
	npi   = `<id root="2.16.840.1.113883.4.6" extension="1111111112"/>`
	local = `<id root="1.2.3.9" extension="7"/>`
)

func TestPeople(t *testing.T) {
	for _, c := range []struct {
		name   string
		header string
		people int
		shared bool
	}{
		{"one identifier, two spellings", authorOf(npi, anna, "") + authorOf(npi, annaB, ""), 1, false},
		{"the same name without an identifier", authorOf(`<id nullFlavor="NI"/>`, anna, "") + authorOf(`<id nullFlavor="NI"/>`, anna, ""), 2, false},
		{"a root that is no identifier", authorOf(`<id root="2.16.840.1.113883.4.6"/>`, anna, "") + authorOf(`<id root="2.16.840.1.113883.4.6"/>`, anna, ""), 2, false},
		{"a chain of identifiers", authorOf(npi, anna, "") + authorOf(local, anna, "") + authorOf(npi+local, anna, ""), 1, false},
		{"a mention by identifier alone", authorOf(npi, anna, "") + `<author><time value="2024"/><assignedAuthor>` + npi + `</assignedAuthor></author>`, 1, false},
		{"two people under one identifier", authorOf(npi, anna, "") + authorOf(npi, boris, "") + authorOf(npi, anna, ""), 2, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			rec, rep := imported(t, doc(c.header, ""))
			require.Len(t, rec.Practitioners, c.people)
			ids := map[string]bool{}
			for i := range rec.Practitioners {
				ids[rec.Practitioners[i].ID] = true
			}
			require.Len(t, ids, c.people, "every person has an id of their own")
			n := 0
			for _, i := range rep.Issues {
				if i.Code == record.IssueSharedIdentifier.Code {
					n++
				}
			}
			require.Equal(t, c.shared, n == 1)
			for _, p := range rec.Documents[0].Participants {
				require.True(t, ids[p.Who.ID])
			}
		})
	}
}

// Each mention adds what the others do not have, and nothing twice.
func TestPeopleUnion(t *testing.T) {
	tel := func(n string) string { return `<telecom value="tel:` + n + `"/>` }
	rec, _ := imported(t, doc(authorOf(npi, anna, tel("1"))+authorOf(npi, anna, tel("1"))+authorOf(npi+local, annaB, tel("2")), ""))
	p := rec.Practitioners[0]
	require.Len(t, p.Names, 2)
	require.Len(t, p.Telecoms, 2)
	require.Len(t, p.Identifiers, 2)
}

// A patient who wrote the document is the patient, unless a name speaks against it.
func TestPatientAsAuthor(t *testing.T) {
	patient := func(name string) string {
		return `<recordTarget><patientRole>` + local + `<patient><name>` + name + `</name></patient></patientRole></recordTarget>`
	}
	rec, _ := imported(t, doc(patient(anna)+authorOf(local, anna, ""), ""))
	require.Empty(t, rec.Practitioners)
	require.Equal(t, rec.Patient.ID, rec.Documents[0].Participants[0].Who.ID)

	rec, _ = imported(t, doc(patient(anna)+authorOf(local, boris, ""), ""))
	require.Len(t, rec.Practitioners, 1)
	require.NotEqual(t, rec.Patient.ID, rec.Practitioners[0].ID)
}

// What identifies a statement identifies no person: an author known by it alone is not the patient.
func TestStatementIdentifierOnPeople(t *testing.T) {
	rec, _ := imported(t, doc(`<recordTarget><patientRole>`+local+`<patient><name>`+anna+`</name></patient></patientRole></recordTarget>
<author><time value="2024"/><assignedAuthor>`+local+`</assignedAuthor></author>`,
		`<component><section><code code="1" codeSystem="2.16.840.1.113883.6.1"/><text/><entry><observation classCode="OBS" moodCode="EVN">`+local+`</observation></entry></section></component>`))
	require.NotEqual(t, rec.Patient.ID, rec.Documents[0].Participants[0].Who.ID)
	require.Len(t, rec.Practitioners, 1)
}

// One UUID as everybody's id identifies nothing: every entry has an id of its place.
func TestSharedStatementIdentifiers(t *testing.T) {
	rec, rep := imported(t, read(t, "odd.xml"))
	seen := map[string]bool{}
	for i := range rec.Vitals {
		require.False(t, seen[rec.Vitals[i].ID])
		seen[rec.Vitals[i].ID] = true
	}
	require.Len(t, rec.Practitioners, 2)
	require.Contains(t, codesOf(rep), record.IssueSharedIdentifier.Code)
}

// Names of elements come from the document: in a path they are CDA's or "?".
func TestPathsHoldVocabularyOnly(t *testing.T) {
	data := strings.Replace(string(read(t, "r11.xml")), "<title>Allergies</title>", `<title>Allergies</title><`+marker+` `+marker+`="1">x</`+marker+`>`, 1)
	rec, rep := imported(t, []byte(data))
	d, err := Parse([]byte(data), record.Limits{})
	require.NoError(t, err)
	noMarker(t, d.reading(record.ImportOptions{}))
	require.Contains(t, rec.Carried[len(rec.Carried)-1].Format, "ccda")
	found := false
	for _, i := range rep.Issues {
		found = found || strings.HasSuffix(i.Path, "/section/?")
	}
	require.True(t, found)
}
