package recordtest

import (
	"strings"

	"github.com/portage-health/portage/record"
)

func (f *filler) name(n uint32, nth int) record.Name {
	part := func(s string) []record.NamePart { return []record.NamePart{{Value: s}} }
	name := record.Name{Uses: []string{"legal"}, Prefixes: part("Ms"), Given: []record.NamePart{{Value: "Ada"}, {Value: "Marie"}},
		Family: part("Example"), Suffixes: part("II")}
	// A patient has a legal name first and then the one of before.
	switch f.entry {
	case record.KindPatient:
		n = uint32(nth)
	case record.KindRelatedPerson:
		n = 3 + uint32(nth)*2
	case record.KindPractitioner:
		n = 4 - uint32(nth)*2
	}
	switch n % 5 {
	case 0:
		name.Given[1].Qualifiers = []string{"CL"}
		name.Period = &record.Period{Start: record.Time{Value: "2004-05"}}
	case 1:
		name = record.Name{Uses: []string{"maiden"}, Given: part("Ada"), Family: []record.NamePart{{Value: "Sample", Qualifiers: []string{"BR"}}},
			Period: &record.Period{End: record.Time{Value: "2004-05"}}}
	case 2:
		name = record.Name{UsesAsSent: []string{"CHOSEN"}, Text: "Ada Example the Younger"}
	case 3:
		name.Prefixes = []record.NamePart{{Absent: record.AbsentUnknown}}
	}
	if n == 5 && f.entry == record.KindRelatedPerson {
		name = record.Name{Absent: record.AbsentMasked}
	}
	return name
}

func (f *filler) address(path string, n uint32, nth int) record.Address {
	a := record.Address{Uses: []string{"home"}, Lines: []string{"17 Invented Lane", "Apartment 4"}, City: "Springfield", State: "MA", PostalCode: "01109", Country: "US"}
	if f.entry == record.KindPatient && len(f.types) <= 1 && strings.Contains(path, ".Addresses[") {
		n = 4 - uint32(nth)*4
	}
	switch n % 6 {
	case 0:
		if nth > 0 {
			a.Uses = []string{"old"}
		}
		a.Type, a.County, a.CensusTract = "both", "Sample County", "25013801500"
		a.Period = &record.Period{Start: record.Time{Value: "2012"}, End: record.Time{Value: "2019-08"}}
	case 1:
		a.UsesAsSent = []string{"MAILING"}
		a.Text, a.Unstructured = "17 Invented Lane, Springfield MA 01109", []string{"behind the mill"}
	case 2:
		a.Parts = []record.AddressPart{{Kind: "postBox", Value: "PO Box 12"}, {Kind: "careOf", Absent: record.AbsentUnknown}}
	case 3:
		if len(f.types) > 1 {
			a = record.Address{Absent: record.AbsentUnknown}
		}
	}
	return a
}

func (f *filler) telecom(path string, n uint32, nth int) record.Telecom {
	t := record.Telecom{System: "phone", Value: "+1-555-0100", Uses: []string{"home"}}
	if nth > 0 {
		t = record.Telecom{System: "email", Value: "ada@mail.example", Uses: []string{"work"}}
	}
	switch n % 6 {
	case 0:
		t.Rank, t.Period = "1", &record.Period{Start: record.Time{Value: "2018"}}
	case 1:
		t.System, t.Scheme, t.Value = "", "x-callto", "ada.example"
		t.UsesAsSent = []string{"DAY"}
	case 2:
		if nth > 0 {
			t = record.Telecom{Absent: record.AbsentUnknown}
		}
	}
	return t
}

// participation gives an author first and then, by its path, somebody else's part.
func (f *filler) participation(path string, n uint32, nth int) record.Participation {
	who := func(kind string) *record.Ref {
		r := &record.Ref{}
		f.refs = append(f.refs, wish{r, kind, f.self, n})
		return r
	}
	field := func(name string) string { return path + "." + name }
	at := func(t record.Time) *record.Period { return &record.Period{At: t} }
	if nth == 0 && len(f.types) <= 1 || len(f.types) > 3 {
		p := record.Participation{Role: "author", Who: who(record.KindPractitioner), OnBehalfOf: who(record.KindOrganization)}
		p.When = at(record.Time{Value: "2023-04-05T14:30:00-04:00"})
		if f.entry == record.KindDocument {
			p.Function = ptr(f.concept("Participation.Function", field("Function"), 0))
			p.Code = ptr(f.concept("Participation.Code", field("Code"), 0))
		}
		return p
	}
	switch n % 9 {
	case 0:
		return record.Participation{Role: "legal-authenticator", Who: who(record.KindPractitioner), Signature: "S", When: at(record.Time{Value: "2023-04-06"}),
			SignatureText: &record.Attachment{ContentType: "application/xml", Data: record.Base64Data("PHNpZ25lZC8+")}}
	case 1:
		return record.Participation{Role: "performer", Who: who(record.KindPractitioner), Location: who(record.KindLocation),
			Function: ptr(f.concept("Participation.Function", field("Function"), 0)), Code: ptr(f.concept("Participation.Code", field("Code"), 0)),
			Specialty: []record.Concept{f.concept("Participation.Specialty", field("Specialty[0]"), 0)}}
	case 2:
		return record.Participation{Role: "informant", Who: who(record.KindRelatedPerson), Telecoms: []record.Telecom{f.telecom(field("Telecoms[0]"), 3, 0)},
			Addresses: []record.Address{f.address(field("Addresses[0]"), 5, 0)}}
	case 3:
		return record.Participation{Role: "participant", Who: who(record.KindPatient), Required: "required", Status: "accepted",
			Mode: ptr(f.concept("Participation.Mode", field("Mode"), 0))}
	case 4:
		return record.Participation{RoleAsSent: "TRANS", Class: "PROV", Who: who(record.KindPractitioner),
			Identifiers: []record.Identifier{f.identifier("Participation.Identifiers", field("Identifiers[0]"), 9, 0)}}
	case 5:
		return record.Participation{Role: "device", Who: who(record.KindDevice), Labels: []record.Label{label(0)}}
	case 6:
		return record.Participation{Role: "subject", Who: who(record.KindPatient), Awareness: ptr(f.concept("Participation.Awareness", field("Awareness"), 0))}
	case 7:
		return record.Participation{Role: "verifier", Absent: record.AbsentMasked}
	}
	return record.Participation{Role: "recorder", Who: who(record.KindPractitioner), When: at(record.Time{Value: "2023-04-05"})}
}

func (f *filler) note(path string, n uint32) record.Note {
	note := record.Note{Text: "Discussed with the patient", When: &record.Time{Value: "2023-04-05"}}
	author := []record.Participation{{Role: "author"}}
	switch n % 4 {
	case 0:
		author[0].Who = &record.Ref{}
		f.refs = append(f.refs, wish{author[0].Who, record.KindPractitioner, f.self, n})
		note.Authors = author
	case 1:
		note.TextRef, note.Text = f.anchor("Discussed with the family"), ""
		note.Identifiers = []record.Identifier{f.identifier("Note.Identifiers", path+".Identifiers[0]", 9, 0)}
	case 2:
		note.Type = ptr(f.concept("Note.Type", path+".Type", 0))
	}
	return note
}

func (f *filler) narrativeLink(path string, n uint32) record.NarrativeLink {
	if f.entry == "" || n%3 == 2 {
		return record.NarrativeLink{Text: "Stated in words beside the entry", Body: ptr(entryNarrative()), Status: "additional"}
	}
	return record.NarrativeLink{Anchor: f.anchor("The entry in the section's own words")}
}
