package ccda

import (
	"strings"

	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// uses takes @use: codes apart by white space (CDA R2 set_cs), each a term of
// the record. One that CDA does not define is kept as sent, apart from the terms.
func (r *reader) uses(n tree.Node, t *codes.Table[string, string]) (terms, asSent []string) {
	a := n.Attr("use")
	if !a.OK() {
		return nil, nil
	}
	var few [3]string
	known, other := few[:0], []string(nil)
	for c := range strings.FieldsSeq(a.Value()) {
		if term, ok := t.To(c); ok {
			known = append(known, term)
		} else {
			other = append(other, c)
		}
	}
	if other != nil {
		r.issue(record.IssueUnknownUse, a)
	}
	if len(known) > 0 || other != nil {
		r.led.Take(a.Index())
	}
	return r.room.terms.Keep(known), other
}

// names takes every name of a person.
func (r *reader) names(n tree.Node) []record.Name {
	var few [2]record.Name
	out := few[:0]
	for c := n.Child("name"); c.OK(); c = c.NextNamed() {
		if x := r.name(c); !emptyName(&x) {
			out = append(out, x)
		}
	}
	return r.room.named.Keep(out)
}

func emptyName(n *record.Name) bool {
	return n.Uses == nil && n.UsesAsSent == nil && n.Prefixes == nil && n.Given == nil && n.Family == nil && n.Suffixes == nil && n.Text == "" && n.Period == nil && n.Absent == ""
}

// name takes a PN: parts with their qualifiers, or text alone (CDA R2 EN).
func (r *reader) name(n tree.Node) record.Name {
	var x record.Name
	if !r.xsiType(n, "PN", "EN", "TN") {
		return x
	}
	x.Uses, x.UsesAsSent = r.uses(n, codes.NameUseCDA())
	x.Absent = r.nullFlavor(n)
	for c := n.First(); c.OK(); c = c.Next() {
		if c.Kind() != tree.Element {
			continue
		}
		var to *[]record.NamePart
		part := ""
		switch c.Name() {
		case "prefix":
			to, part = &x.Prefixes, "PFX"
		case "given":
			to, part = &x.Given, "GIV"
		case "family":
			to, part = &x.Family, "FAM"
		case "suffix":
			to, part = &x.Suffixes, "SFX"
		case "validTime":
			if x.Period == nil {
				x.Period = r.periodPtr(c)
			}
			continue
		default:
			continue
		}
		r.fixed(c, "partType", part)
		p := record.NamePart{Value: r.text(c), Absent: r.nullFlavor(c)}
		if q := r.attr(c, "qualifier"); q != "" {
			p.Qualifiers = strings.Fields(q)
		}
		if p.Value != "" || p.Absent != "" || p.Qualifiers != nil {
			if *to == nil {
				*to = r.room.parts.List(1)
			}
			*to = append(*to, p)
		}
	}
	x.Text = r.text(n)
	return x
}

// orgNames takes the names of an organization or a place: text alone. A name that is absent is left to be carried.
func (r *reader) orgNames(n tree.Node) []string {
	var out []string
	for c := n.Child("name"); c.OK(); c = c.NextNamed() {
		if !r.xsiType(c, "ON", "EN", "TN") {
			continue
		}
		if t := r.text(c); t != "" {
			out = append(out, t)
		}
	}
	return out
}

func (r *reader) addresses(n tree.Node) []record.Address {
	var few [2]record.Address
	out := few[:0]
	for c := n.Child("addr"); c.OK(); c = c.NextNamed() {
		if a := r.address(c); !emptyAddress(&a) {
			out = append(out, a)
		}
	}
	return r.room.located.Keep(out)
}

func emptyAddress(a *record.Address) bool {
	return a.Uses == nil && a.UsesAsSent == nil && a.Lines == nil && a.City == "" && a.County == "" && a.State == "" && a.PostalCode == "" && a.Country == "" &&
		a.CensusTract == "" && a.Unstructured == nil && a.Parts == nil && a.Period == nil && a.Absent == ""
}

// address takes an AD. A second city and the like, and parts that are absent for a reason, go to Parts.
func (r *reader) address(n tree.Node) record.Address {
	var a record.Address
	if !r.xsiType(n, "AD") {
		return a
	}
	a.Uses, a.UsesAsSent = r.uses(n, codes.AddressUseCDA())
	a.Absent = r.nullFlavor(n)
	for c := n.First(); c.OK(); c = c.Next() {
		if c.Kind() == tree.Text {
			if !c.Blank() {
				r.take(c)
				a.Unstructured = append(a.Unstructured, strings.Trim(c.Value(), " \t\r\n"))
			}
			continue
		}
		kind := c.Name()
		if kind == "useablePeriod" {
			if a.Period == nil {
				a.Period = r.periodPtr(c)
			}
			continue
		}
		if !isAddressPart(kind) {
			continue
		}
		r.fixed(c, "partType", partType(kind))
		v, absent := r.text(c), r.nullFlavor(c)
		if v != "" && absent == "" {
			var to *string
			switch kind {
			case "streetAddressLine":
				if a.Lines == nil {
					a.Lines = r.room.terms.List(1)
				}
				a.Lines = append(a.Lines, v)
				continue
			case "city":
				to = &a.City
			case "county":
				to = &a.County
			case "state":
				to = &a.State
			case "postalCode":
				to = &a.PostalCode
			case "country":
				to = &a.Country
			case "censusTract":
				to = &a.CensusTract
			}
			if to != nil && *to == "" {
				*to = v
				continue
			}
		}
		if v != "" || absent != "" {
			a.Parts = append(a.Parts, record.AddressPart{Kind: kind, Value: v, Absent: absent})
		}
	}
	return a
}

// partType gives the type that CDA fixes for the commoner parts of an address (HL7 v3 AddressPartType).
func partType(kind string) string {
	switch kind {
	case "streetAddressLine":
		return "SAL"
	case "city":
		return "CTY"
	case "county":
		return "CPA"
	case "state":
		return "STA"
	case "postalCode":
		return "ZIP"
	case "country":
		return "CNT"
	case "unitType":
		return "UNIT"
	case "unitID":
		return "UNID"
	}
	return ""
}

// isAddressPart knows CDA's parts of an address (CDA R2 ADXP).
func isAddressPart(name string) bool {
	switch name {
	case "streetAddressLine", "city", "county", "state", "postalCode", "country", "censusTract", "delimiter", "additionalLocator", "unitID", "unitType",
		"deliveryAddressLine", "deliveryInstallationType", "deliveryInstallationArea", "deliveryInstallationQualifier", "deliveryMode",
		"deliveryModeIdentifier", "buildingNumberSuffix", "postBox", "precinct", "houseNumber", "houseNumberNumeric", "direction",
		"streetName", "streetNameBase", "streetNameType", "careOf":
		return true
	}
	return false
}

func (r *reader) telecoms(n tree.Node) []record.Telecom {
	var few [3]record.Telecom
	out := r.telecomsNamed(few[:0], n.Child("telecom"))
	return r.room.reached.Keep(r.telecomsNamed(out, n.ChildNS(spaceSDTC, "telecom")))
}

func (r *reader) telecomsNamed(out []record.Telecom, first tree.Node) []record.Telecom {
	for c := first; c.OK(); c = c.NextNamed() {
		t := r.telecom(c)
		if t.System != "" || t.Value != "" || t.Uses != nil || t.UsesAsSent != nil || t.Period != nil || t.Absent != "" {
			out = append(out, t)
		}
	}
	return out
}

// telecom takes a TEL. The scheme of a number or a mailbox is cut off and kept
// beside it; an address of the web stays whole.
func (r *reader) telecom(n tree.Node) record.Telecom {
	var t record.Telecom
	if !r.xsiType(n, "TEL", "URL") {
		return t
	}
	t.Uses, t.UsesAsSent = r.uses(n, codes.TelecomUseCDA())
	t.Absent = r.nullFlavor(n)
	if v := r.attr(n, "value"); v != "" {
		t.Value = v
		if scheme, rest, ok := strings.Cut(v, ":"); ok {
			if system := telecomSystem(scheme); system != "" {
				t.System, t.Scheme = system, scheme
				if system != "url" {
					t.Value = strings.TrimSpace(rest)
				}
			}
		}
	}
	for c := n.Child("useablePeriod"); c.OK() && t.Period == nil; c = c.NextNamed() {
		t.Period = r.periodPtr(c)
	}
	return t
}

// telecomSystem gives the kind of a telecom by its scheme (C-CDA on FHIR, CF-TelecomType).
func telecomSystem(scheme string) string {
	switch strings.ToLower(scheme) {
	case "tel", "x-text-tel":
		return "phone"
	case "fax", "x-text-fax":
		return "fax"
	case "mailto":
		return "email"
	case "sms":
		return "sms"
	case "http", "https", "ftp":
		return "url"
	}
	return ""
}
