package ccda

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

// People whom a record knows by the words or the identifier of a reference alone come back as that, and nobody is made of them.
func TestPeopleInWords(t *testing.T) {
	number := record.Identifier{System: "urn:oid:1.2.840.99999.6", Value: "1295712345"}
	desk := record.Identifier{System: "urn:oid:1.2.840.99999.8", Value: "D-7"}
	inWords := func(role, words string) record.Participation {
		return record.Participation{Role: role, Who: &record.Ref{Display: words}}
	}
	parts := map[string][]record.Participation{
		"words":              {inWords("performer", "Dr Rosalind Quill, night duty"), inWords("author", "the ward round")},
		"identifier":         {{Role: "performer", Who: &record.Ref{Identifier: &number}}},
		"both":               {{Role: "performer", Who: &record.Ref{Identifier: &number, Display: "Quill"}, Identifiers: []record.Identifier{desk}}},
		"informant":          {inWords("informant", "his neighbour Mrs. Ash")},
		"another part":       {inWords("performer", "Ash"), inWords("verifier", "Ash")},
		"with a code":        {{Role: "performer", Who: &record.Ref{Display: "Quill"}, Code: ptr(codedIn("http://nucc.org/provider-taxonomy", "207R00000X", "Internal Medicine"))}},
		"with more":          {{Role: "performer", Who: &record.Ref{Display: "Quill"}, Specialty: []record.Concept{codedIn("http://nucc.org/provider-taxonomy", "207R00000X", "")}, Telecoms: []record.Telecom{{System: "phone", Scheme: "tel", Value: "+1-555-0100"}}}},
		"for somebody":       {{Role: "performer", Who: &record.Ref{Display: "Quill"}, OnBehalfOf: &record.Ref{ID: "0f6a2c1e-8b42-4f0a-9d25-1c3e5a7b9d02", Kind: record.KindOrganization}}},
		"for some in words":  {{Role: "performer", Who: &record.Ref{Display: "Quill"}, OnBehalfOf: &record.Ref{Display: "Fen Clinic"}}},
		"all by identifiers": {{Role: "performer", Who: &record.Ref{Identifier: &number}, OnBehalfOf: &record.Ref{Identifier: &desk}}},
		"for nobody by name": {{Role: "performer", Who: &record.Ref{Identifier: &number}, OnBehalfOf: &record.Ref{ID: "0f6a2c1e-8b42-4f0a-9d25-1c3e5a7b9d02", Kind: record.KindOrganization}}},
	}
	for name, list := range parts {
		for mode, x := range modes {
			t.Run(name+" "+mode, func(t *testing.T) {
				e := entryOf(record.Affirmed, record.StatusCompleted)
				e.Participants = list
				rec := &record.Record{Organizations: []record.Organization{{Entry: record.Entry{ID: "0f6a2c1e-8b42-4f0a-9d25-1c3e5a7b9d02", Assertion: record.Affirmed, Identifiers: []record.Identifier{{System: "urn:oid:1.2.840.99999.9", Value: "O-1"}}}, Names: []string{"Fen Clinic"}}}}
				rec.Procedures = []record.Procedure{{Entry: e, Code: codedIn(record.SystemSNOMED, "73761001", "Colonoscopy")}}
				text, back, _ := passed(t, x, rec)
				require.Empty(t, back.Practitioners)
				require.Empty(t, back.RelatedPersons)
				require.Len(t, back.Procedures[0].Participants, len(list))
				for i, want := range list {
					got := back.Procedures[0].Participants[i]
					require.Equal(t, want.Role, got.Role)
					require.Equal(t, want.Who, got.Who)
					if want.OnBehalfOf != nil {
						if want.OnBehalfOf.ID == "" {
							require.Equal(t, want.OnBehalfOf, got.OnBehalfOf)
							continue
						}
						require.True(t, slices.ContainsFunc(back.Organizations, func(o record.Organization) bool {
							return o.ID == got.OnBehalfOf.ID && o.Names[0] == "Fen Clinic"
						}))
					}
					if want.Code != nil {
						require.Equal(t, want.Code.Codings[0].Code, got.Code.Codings[0].Code)
					}
					require.Len(t, got.Specialty, len(want.Specialty))
					if len(want.Identifiers) > 0 {
						require.Equal(t, want.Identifiers, got.Identifiers)
					}
				}
				tell(t, name, perturb(t, []byte(text), 1))
			})
		}
	}
}

// What a role cannot hold of a reference, or could hold as somebody else alone, is named.
func TestPeopleNotInWords(t *testing.T) {
	part := func(p record.Participation) (string, *record.Record, *record.Report) {
		e := entryOf(record.Affirmed, record.StatusCompleted)
		e.Participants = []record.Participation{p}
		return passed(t, Exporter{}, &record.Record{Procedures: []record.Procedure{{Entry: e, Code: codedIn(record.SystemSNOMED, "73761001", "")}}})
	}
	lostAt := func(rep *record.Report, path string) bool {
		for _, i := range rep.Issues {
			if i.Code == record.IssueLost.Code && strings.HasSuffix(i.Path, path) {
				return true
			}
		}
		return false
	}
	_, back, rep := part(record.Participation{Role: "performer", Who: &record.Ref{AsSent: "Organization/fen", Display: "Fen Clinic"}})
	require.Equal(t, &record.Ref{Display: "Fen Clinic"}, back.Procedures[0].Participants[0].Who)
	require.Empty(t, back.Organizations)
	require.True(t, lostAt(rep, "who.asSent"))

	text, _, rep := part(record.Participation{Role: "performer", Who: &record.Ref{AsSent: "CareTeam/7", Display: "Night team"}})
	require.NotContains(t, text, "Night team<", "a team is no person")
	require.True(t, lostAt(rep, "who.display"))

	// Another number stands in the role already: the two would be read as one.
	_, back, _ = part(record.Participation{Role: "performer", Who: &record.Ref{Display: "Quill"}, Identifiers: []record.Identifier{{System: "urn:oid:1.2.840.99999.8", Value: "D-7"}}})
	require.Equal(t, "Quill", back.Practitioners[0].Names[0].Text)

	// A role that says more than its template admits is read as any other.
	text, _, _ = part(record.Participation{Role: "performer", Who: &record.Ref{Display: "Quill"}})
	require.Contains(t, text, "<name>Quill</name>")
	for _, more := range []string{"<name><family>Quill</family></name>", "<name>Quill</name><name>Ash</name>", `<name use="L">Quill</name>`} {
		rec, _, err := Import(t.Context(), []byte(strings.Replace(text, "<name>Quill</name>", more, 1)), record.ImportOptions{})
		require.NoError(t, err)
		require.NotEmpty(t, rec.Practitioners, more)
	}
}
