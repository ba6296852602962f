package hl7v2

import (
	"regexp"
	"slices"
	"strings"

	"github.com/portage-health/portage/record"
)

// notes on what the format makes of a value.
var (
	// nameAsText is for a name that has no parts.
	nameAsText = record.IssueAltered.Because("a name without parts stands in the first component of its datatype, where a family name does")
	// givenJoined is for more parts of a name than its datatype has places for.
	partsJoined = record.IssueAltered.Because("several parts of a name stand in one component, with a blank between them")
)

// parts writes the parts of a name that f picks as one text, and clears them.
func (w *sender) parts(p spot, leaf string, list []record.NamePart, pick func(*record.NamePart) bool) {
	var at []int
	for i := range list {
		if pick(&list[i]) && (list[i].Value != "" || list[i].Absent == record.AbsentExplicitNull) {
			at = append(at, i)
		}
	}
	if len(at) == 1 && list[at[0]].Value == "" {
		if p.putNull() {
			list[at[0]] = record.NamePart{}
		}
		return
	}
	var words []string
	for _, i := range at {
		words = append(words, list[i].Value)
	}
	if len(at) == 0 || !w.put(p, strings.Join(words, " ")) {
		return
	}
	if len(at) > 1 {
		w.Note(&partsJoined, leaf)
	}
	for _, i := range at {
		list[i].Value, list[i].Qualifiers = "", nil
	}
}

func plainPart(n *record.NamePart) bool { return len(n.Qualifiers) == 0 }

func qualified(q ...string) func(*record.NamePart) bool {
	return func(n *record.NamePart) bool { return slices.Equal(n.Qualifiers, q) }
}

// name writes XPN (2A.3.88) and clears what it writes.
func (w *sender) name(p spot, n *record.Name) {
	if n == nil {
		return
	}
	if n.Absent == record.AbsentExplicitNull && p.putNull() {
		n.Absent = ""
		return
	}
	w.nameParts(p, n, [...]int{1, 2, 3, 4, 5, 6, 14})
	w.nameUse(p, n, 7, 8)
	if w.m.source != "" && n.Period != nil && n.Period.End.IsZero() && !atLeast(w.m.version, "2.9") {
		w.time(p.at(10).at(1), &n.Period.Start) // XPN-10, which most senders use, until 2.9
	}
	w.validity(p, &n.Period, 12, 13)
}

func (w *sender) nameUse(p spot, n *record.Name, use, form int) {
	for i, u := range n.Uses {
		if v, ok := nameUses.From(u); ok && w.put(p.at(use), v) {
			n.Uses[i] = ""
		} else if v, ok := nameForms.From(u); ok && w.put(p.at(form), v) {
			n.Uses[i] = ""
		}
	}
	for i := range n.UsesAsSent {
		w.str(p.at(use), &n.UsesAsSent[i])
	}
}

// nameParts writes family, given, further given, suffix, prefix, degree and professional suffix.
func (w *sender) nameParts(p spot, n *record.Name, at [7]int) {
	if len(n.Family)+len(n.Given)+len(n.Prefixes)+len(n.Suffixes) == 0 && n.Text != "" {
		if w.put(p.at(at[0]).at(1), n.Text) {
			n.Text = ""
			w.Note(&nameAsText, "text")
		}
		return
	}
	family := p.at(at[0])
	if family.at(2).s != nil && family.sub == 0 {
		for i, q := range [...][]string{{"VV", "BR"}, {"BR"}, {"VV", "SP"}, {"SP"}} {
			w.parts(family.at(i+2), "family", n.Family, qualified(q...))
		}
	}
	w.parts(family.at(1), "family", n.Family, func(*record.NamePart) bool { return true })
	first := !w.further
	w.further = false
	w.parts(p.at(at[1]), "given", n.Given, func(x *record.NamePart) bool {
		ok := first && !slices.Equal(x.Qualifiers, []string{"CL"})
		first = first && !ok
		return ok
	})
	w.parts(p.at(at[2]), "given", n.Given, func(x *record.NamePart) bool { return !slices.Equal(x.Qualifiers, []string{"CL"}) })
	w.parts(p.at(at[3]), "suffixes", n.Suffixes, plainPart)
	w.parts(p.at(at[4]), "prefixes", n.Prefixes, func(*record.NamePart) bool { return true })
	w.parts(p.at(at[5]), "suffixes", n.Suffixes, qualified("AC"))
	if at[6] > 0 {
		w.parts(p.at(at[6]), "suffixes", n.Suffixes, qualified("PR"))
		w.parts(p.at(at[6]+1), "given", n.Given, qualified("CL"))
	}
}

// names writes names as repetitions.
func (w *sender) names(s *segmentOut, field int, leaf string, list []record.Name) {
	for i := range list {
		w.In(leaf, i)
		w.name(s.next(field), &list[i])
		w.Leave()
	}
}

// address writes XAD (2A.3.86) and clears what it writes.
func (w *sender) address(p spot, a *record.Address) {
	if a == nil {
		return
	}
	if a.Absent == record.AbsentExplicitNull && p.putNull() {
		a.Absent = ""
		return
	}
	for i, at := range []spot{p.at(1).at(1), p.at(2), p.at(19)} {
		if i < len(a.Lines) {
			w.str(at, &a.Lines[i])
		}
	}
	for i := range a.Parts {
		x := &a.Parts[i]
		at, ok := map[string]spot{"streetName": p.at(1).at(2), "houseNumber": p.at(1).at(3), "additionalLocator": p.at(8)}[x.Kind]
		if ok && x.Value != "" && w.put(at, x.Value) {
			x.Kind, x.Value = "", ""
		}
	}
	w.str(p.at(3), &a.City)
	w.str(p.at(4), &a.State)
	w.str(p.at(5), &a.PostalCode)
	w.str(p.at(6), &a.Country)
	w.str(p.at(9), &a.County)
	w.str(p.at(10), &a.CensusTract)
	switch {
	case slices.Equal(a.Uses, []string{"work"}) && slices.Equal(a.UsesAsSent, []string{"O"}):
		if w.put(p.at(7), "O") {
			a.Uses, a.UsesAsSent = nil, nil
		}
	case a.Type == "postal" && len(a.Uses)+len(a.UsesAsSent) == 0:
		if w.put(p.at(7), "M") {
			a.Type = ""
		}
	}
	for i, u := range a.Uses {
		if v, ok := addressUses.From(u); ok && w.put(p.at(7), v) {
			a.Uses[i] = ""
		}
	}
	for i := range a.UsesAsSent {
		w.str(p.at(7), &a.UsesAsSent[i])
	}
	if w.m.source != "" && a.Period != nil && !a.Period.End.IsZero() {
		w.dateRange(p.at(12), a.Period)
	}
	w.validity(p, &a.Period, 13, 14)
}

// addresses writes addresses as repetitions.
func (w *sender) addresses(s *segmentOut, field int, list []record.Address) {
	for i := range list {
		w.address(s.next(field), &list[i])
	}
}

// dialledParts is a number as the reader joins it from its parts.
var dialledParts = regexp.MustCompile(`^(?:\+([0-9]+) )?(?:\(([0-9]+)\) )?([0-9][0-9-]*)(?: ext\. ([0-9]+))?$`)

// looseParts is a number as the reader joins it, with whatever stood in its parts.
var looseParts = regexp.MustCompile(`^(?:\+([^ ]+) )?(?:\(([^()]+)\) )?([^ ()+]+)(?: ext\. ([^ ]+))?$`)

// dialledAs gives country, area, number and extension of a number that was joined from them; nil where it is another text.
func dialledAs(v string) []string {
	p := dialledParts.FindStringSubmatch(v)
	if p == nil {
		p = looseParts.FindStringSubmatch(v)
	}
	if p == nil {
		return nil
	}
	return p[1:]
}

// telecom writes XTN (2A.3.89) and clears what it writes.
func (w *sender) telecom(p spot, t *record.Telecom) { w.telecomAs(p, t, "") }

// telecomAs writes XTN as it was written, where that is known: 1, 4, 7 or 12 is the component that had it.
func (w *sender) telecomAs(p spot, t *record.Telecom, style string) {
	if t == nil || t.Value == "" {
		if t != nil && t.Absent == record.AbsentExplicitNull && p.putNull() {
			t.Absent = ""
		}
		return
	}
	mobile := false
	for i, u := range t.Uses {
		if u == "mobile" && t.System == "phone" && w.put(p.at(3), "CP") {
			t.Uses[i], t.System, t.Scheme, mobile = "", "", "", true
		} else if v, ok := telecomUses.From(u); ok && w.put(p.at(2), v) {
			t.Uses[i] = ""
		}
	}
	for i := range t.UsesAsSent {
		if w.m.source != "" && t.System == "" && !mobile && tableOf("202").has(t.UsesAsSent[i]) {
			w.str(p.at(3), &t.UsesAsSent[i]) // the equipment
		}
		w.str(p.at(2), &t.UsesAsSent[i])
	}
	mail := t.System == "email" || t.System == "url" || strings.Contains(t.Value, "@")
	if v, ok := telecomSystems.From(t.System); ok && !mobile && w.put(p.at(3), v) {
		t.System, t.Scheme = "", ""
	}
	if style == "" {
		if style = telecomStyle(&record.Telecom{System: t.System, Value: t.Value}); mail {
			style = "4"
		} else if style == "1" && w.m.source == "" {
			style = "12"
		}
	}
	switch parts := dialledAs(t.Value); {
	case style == "7" && parts != nil:
		for i, v := range parts {
			w.put(p.at(5+i), v)
		}
		t.Value = ""
	case style == "4":
		w.str(p.at(4), &t.Value)
	case style == "12":
		w.str(p.at(12), &t.Value)
	case style == "7":
		w.str(p.at(7), &t.Value)
	default:
		w.str(p.at(1), &t.Value)
	}
	w.validity(p, &t.Period, 13, 14)
	w.number(p.at(18), &t.Rank)
}

// telecoms writes telecoms as repetitions.
func (w *sender) telecoms(s *segmentOut, field int, list []record.Telecom) {
	joined := w.joinedTelecoms(list)
	for i := range list {
		w.telecomBehind(s.next(field), &list[i], joined[i])
	}
}

// telecomBehind writes a telecom, in the repetition before where it stood there with another.
func (w *sender) telecomBehind(p spot, t *record.Telecom, joined string) {
	if joined != "" && p.rep > 1 {
		p.rep--
		w.sameRepetition(p, t, strings.TrimSuffix(joined, "+"))
		if t.Value == "" {
			return
		}
		p.rep++
	}
	w.telecom(p, t)
}
