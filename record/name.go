package record

import "strings"

// NamePart is one part of a name with what the source says of it.
type NamePart struct {
	Value string `json:"value,omitempty"`
	// Qualifiers are HL7 v3 EntityNamePartQualifier codes: AC, AD, BR, CL, IN, LS, NB, PR, SP, TITLE, VV.
	Qualifiers []string     `json:"qualifiers,omitempty"`
	Absent     AbsentReason `json:"absent,omitempty"`
}

// Name is a name of a person. Parts of one kind stand in the order sent.
type Name struct {
	// Uses are the terms of docs/terminology.md: legal, nickname, maiden, old …
	Uses []string `json:"uses,omitempty"`
	// UsesAsSent are uses that the source's format does not define, as sent: never terms, whatever they look like.
	UsesAsSent []string     `json:"usesAsSent,omitempty"`
	Prefixes   []NamePart   `json:"prefixes,omitempty"`
	Given      []NamePart   `json:"given,omitempty"`
	Family     []NamePart   `json:"family,omitempty"`
	Suffixes   []NamePart   `json:"suffixes,omitempty"`
	Text       string       `json:"text,omitempty"`
	Period     *Period      `json:"period,omitempty"`
	Absent     AbsentReason `json:"absent,omitempty"`
}

// String gives the name as people write it: prefix, given, family, suffix; or Text where there are no parts.
func (n Name) String() string {
	var b strings.Builder
	for _, ps := range [][]NamePart{n.Prefixes, n.Given, n.Family, n.Suffixes} {
		for _, p := range ps {
			if p.Value == "" {
				continue
			}
			if b.Len() > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(p.Value)
		}
	}
	if b.Len() == 0 {
		return n.Text
	}
	return b.String()
}

// Address is a postal or physical address.
type Address struct {
	Uses         []string `json:"uses,omitempty"`       // home, work, temporary, old … (docs/terminology.md)
	UsesAsSent   []string `json:"usesAsSent,omitempty"` // uses that the source's format does not define
	Type         string   `json:"type,omitempty"`       // postal, physical, both
	Lines        []string `json:"lines,omitempty"`
	City         string   `json:"city,omitempty"`
	County       string   `json:"county,omitempty"`
	State        string   `json:"state,omitempty"`
	PostalCode   string   `json:"postalCode,omitempty"`
	Country      string   `json:"country,omitempty"`
	CensusTract  string   `json:"censusTract,omitempty"`
	Text         string   `json:"text,omitempty"`
	Unstructured []string `json:"unstructured,omitempty"` // text beside the parts (CDA AD mixed content)
	// Parts are parts that have no field above, by their CDA ADXP name (houseNumber, unitID, postBox …).
	Parts  []AddressPart `json:"parts,omitempty"`
	Period *Period       `json:"period,omitempty"`
	Absent AbsentReason  `json:"absent,omitempty"`
}

// AddressPart is a part of an address by its CDA ADXP name.
type AddressPart struct {
	Kind   string       `json:"kind"`
	Value  string       `json:"value,omitempty"`
	Absent AbsentReason `json:"absent,omitempty"`
}

// Telecom is a phone number, an e-mail address or another way to reach somebody.
type Telecom struct {
	System string `json:"system,omitempty"` // phone, fax, email, pager, url, sms, other
	// Scheme is the URL scheme as sent (tel, fax, mailto, http …), "" where there was none.
	Scheme     string       `json:"scheme,omitempty" portage:"form=System"`
	Value      string       `json:"value,omitempty"`
	Uses       []string     `json:"uses,omitempty"`       // home, work, mobile … (docs/terminology.md)
	UsesAsSent []string     `json:"usesAsSent,omitempty"` // uses that the source's format does not define
	Rank       string       `json:"rank,omitempty"`
	Period     *Period      `json:"period,omitempty"`
	Absent     AbsentReason `json:"absent,omitempty"`
}
