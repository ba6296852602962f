package hl7v2

import (
	"strings"

	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/record"
)

// namePart reads one part of a name.
func (r *reader) namePart(d datum, list *[]record.NamePart, qualifiers ...string) {
	if l := d.leaf(); l.State() == Null {
		r.take(datum{l, 0})
		*list = append(*list, record.NamePart{Absent: record.AbsentExplicitNull, Qualifiers: qualifiers})
	} else if v := r.text(d); v != "" {
		*list = append(*list, record.NamePart{Value: v, Qualifiers: qualifiers})
	}
}

// name reads XPN (2A.3.88).
func (r *reader) name(d datum) (n record.Name, ok bool) {
	if d.isNull() {
		r.take(d)
		return record.Name{Absent: record.AbsentExplicitNull}, true
	}
	r.nameParts(d, &n, [...]int{1, 2, 3, 4, 5, 6, 14})
	if len(n.Family)+len(n.Given)+len(n.Prefixes)+len(n.Suffixes) == 0 {
		return n, false
	}
	r.use(d.at(7), &nameUses, &n.Uses, &n.UsesAsSent)
	if form, ok := nameForms.To(d.at(8).peek()); ok {
		r.text(d.at(8))
		n.Uses = append(n.Uses, form)
	}
	n.Period = r.validity(d, 10, 12, 13)
	return n, true
}

// nameParts reads family, given, further given, suffix, prefix, degree and professional suffix.
func (r *reader) nameParts(d datum, n *record.Name, at [7]int) {
	family := d.at(at[0])
	r.namePart(family.at(1), &n.Family)
	if family.inner > 0 && len(n.Family) == 0 { // FN: own surname with its prefix, then the partner's
		r.namePart(family.at(2), &n.Family, "VV", "BR")
		r.namePart(family.at(3), &n.Family, "BR")
		r.namePart(family.at(4), &n.Family, "VV", "SP")
		r.namePart(family.at(5), &n.Family, "SP")
	}
	r.namePart(d.at(at[1]), &n.Given)
	r.namePart(d.at(at[2]), &n.Given)
	r.namePart(d.at(at[3]), &n.Suffixes)
	r.namePart(d.at(at[4]), &n.Prefixes)
	r.namePart(d.at(at[5]), &n.Suffixes, "AC")
	if at[6] > 0 {
		r.namePart(d.at(at[6]), &n.Suffixes, "PR")
		r.namePart(d.at(at[6]+1), &n.Given, "CL") // the name to call them by
	}
}

// use reads a use by a table; one that is not in it is kept as sent.
func (r *reader) use(d datum, t *codes.Table[string, string], uses, asSent *[]string) {
	v := r.text(d)
	if v == "" {
		return
	}
	if u, ok := t.To(v); ok {
		*uses = append(*uses, u)
		return
	}
	*asSent = append(*asSent, v)
}

// address reads XAD (2A.3.86).
func (r *reader) address(d datum) (a record.Address, ok bool) {
	if d.isNull() {
		r.take(d)
		return record.Address{Absent: record.AbsentExplicitNull}, true
	}
	street := d.at(1)
	for _, p := range []datum{street.at(1), d.at(2), d.at(19)} {
		if v := r.text(p); v != "" {
			a.Lines = append(a.Lines, v)
		}
	}
	if street.inner > 0 {
		for i, kind := range []string{"streetName", "houseNumber"} {
			if v := r.text(street.at(2 + i)); v != "" {
				a.Parts = append(a.Parts, record.AddressPart{Kind: kind, Value: v})
			}
		}
	}
	a.City, a.State, a.PostalCode, a.Country = r.text(d.at(3)), r.text(d.at(4)), r.text(d.at(5)), r.text(d.at(6))
	a.County, a.CensusTract = r.text(d.at(9)), r.text(d.at(10))
	switch d.at(7).peek() {
	case "M", "SH":
		if d.at(7).peek() == "M" {
			a.Type = "postal"
		} else {
			a.UsesAsSent = []string{"SH"}
		}
		r.text(d.at(7))
	case "":
	default:
		if v := d.at(7).peek(); v == "O" {
			a.Uses, a.UsesAsSent = []string{"work"}, []string{r.text(d.at(7))}
		} else {
			r.use(d.at(7), &addressUses, &a.Uses, &a.UsesAsSent)
		}
	}
	a.Period = r.validity(d, 12, 13, 14)
	if v := r.text(d.at(8)); v != "" {
		a.Parts = append(a.Parts, record.AddressPart{Kind: "additionalLocator", Value: v})
	}
	return a, a.City+a.State+a.PostalCode+a.Country+a.County+a.CensusTract+a.Type != "" || len(a.Lines)+len(a.Uses)+len(a.UsesAsSent)+len(a.Parts) > 0 || a.Period != nil
}

// telecom reads XTN (2A.3.89): an address of e-mail or the like, a number as one text, or one in parts.
func (r *reader) telecom(d datum) (t record.Telecom, ok bool) {
	if d.isNull() {
		r.take(d)
		return record.Telecom{Absent: record.AbsentExplicitNull}, true
	}
	equipment := d.at(3).peek()
	switch {
	case d.at(4).peek() != "" && (equipment == "Internet" || equipment == "X.400" || d.at(1).peek() == "" && d.at(12).peek() == "" && d.at(7).peek() == ""):
		t.Value = r.text(d.at(4))
		if equipment == "" && strings.Contains(t.Value, "@") {
			t.System = "email"
		}
	case d.at(12).peek() != "":
		t.Value = r.text(d.at(12))
	case d.at(7).peek() != "":
		t.Value = r.dialled(d)
	case d.at(1).peek() != "":
		t.Value = r.text(d.at(1))
	default:
		return t, false
	}
	r.use(d.at(2), &telecomUses, &t.Uses, &t.UsesAsSent)
	switch system, ok := telecomSystems.To(equipment); {
	case ok:
		t.System = system
		r.text(d.at(3))
	case equipment == "CP":
		t.System = "phone"
		t.Uses = append(t.Uses, "mobile")
		r.text(d.at(3))
	case equipment != "":
		t.UsesAsSent = append(t.UsesAsSent, r.text(d.at(3)))
	}
	t.Period = r.validity(d, 0, 13, 14)
	t.Rank = r.number(d.at(18))
	return t, true
}

// dialled joins country code, area code, number and extension as people write them.
func (r *reader) dialled(d datum) string {
	var b strings.Builder
	for _, p := range []struct {
		n      int
		before string
		after  string
	}{{5, "+", " "}, {6, "(", ") "}, {7, "", ""}, {8, " ext. ", ""}} {
		if v := r.text(d.at(p.n)); v != "" {
			b.WriteString(p.before)
			b.WriteString(v)
			b.WriteString(p.after)
		}
	}
	return b.String()
}

// untaken takes a text that was not taken before.
func (r *reader) untaken(d datum) string {
	if d.leafTaken(r) {
		return ""
	}
	return r.text(d)
}

// dialledAgain reads a number in parts that also stands as one text.
func (r *reader) dialledAgain(d datum) string {
	if d.at(7).leafTaken(r) || d.at(7).peek() == "" {
		return ""
	}
	return r.dialled(d)
}

// digits is a number without what only makes it easier to read.
func digits(v string) string {
	return strings.NewReplacer(" ", "", "(", "", ")", "", "-", "", ".", "", "/", "").Replace(v)
}

// reached reads a field of XTN. A repetition that holds an address of e-mail beside a number is both.
func (r *reader) reached(s Segment, field int) (out []record.Telecom) {
	r.styles = r.styles[:0]
	for d := range all(s, field) {
		t, ok := r.telecom(d)
		if !ok {
			continue
		}
		out = append(out, t)
		r.styles = append(r.styles, styleOf(d))
		if mail := d.at(4); mail.peek() != "" && !mail.leafTaken(r) {
			also := record.Telecom{Value: r.text(mail)}
			if strings.Contains(also.Value, "@") {
				also.System = "email"
			}
			out = append(out, also)
			r.styles = append(r.styles, "4+")
		}
		// Versions before 2.7 may give a number as one text and in parts: it is one number if the digits are the same.
		for i, form := range []func() string{func() string { return r.dialledAgain(d) }, func() string { return r.untaken(d.at(1)) }} {
			if v := form(); v != "" && digits(v) != digits(t.Value) {
				also := t
				also.Value = v
				out = append(out, also)
				r.styles = append(r.styles, [...]string{"7+", "1+"}[i])
			}
		}
	}
	return out
}
