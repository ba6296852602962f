package ccda

import (
	"slices"
	"strings"

	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/record"
)

// useAttr writes @use for the record's terms. A term that CDA has no code for is
// dropped by name; one that is no term goes back as it came, unless the schema, which knows CDA's alone, is to find no fault.
func (w *writer) useAttr(uses, asSent []string, t *codes.Table[string, string]) {
	var room [48]byte
	b := room[:0]
	for i, u := range uses {
		code, ok := t.From(u)
		if !ok || w.strict && !allowed(code, useList(t)) {
			w.In("uses", i)
			why := &lost
			if ok {
				why = &withheld
			}
			w.DropString("", u, why)
			w.Leave()
			continue
		}
		if len(b) > 0 {
			b = append(b, ' ')
		}
		b = append(b, code...)
	}
	for i, u := range asSent {
		if w.strict || u == "" || strings.ContainsAny(u, " \t\r\n") {
			w.In("usesAsSent", i)
			w.DropString("", u, &lost)
			w.Leave()
			continue
		}
		if len(b) > 0 {
			b = append(b, ' ')
		}
		b = append(b, u...)
	}
	w.at("use", string(b))
}

// names writes the names of a person (CDA R2 PN).
func (w *writer) names(leaf string, list *[]record.Name) {
	for i := range *list {
		x := (*list)[i]
		w.In(leaf, i)
		w.name(&x)
		w.Leave()
	}
	*list = nil
}

func (w *writer) name(x *record.Name) {
	if w.strict {
		w.usName(x)
	}
	w.el("name")
	w.useAttr(x.Uses, x.UsesAsSent, codes.NameUseCDA())
	w.nullFlavor("absent", &x.Absent)
	w.text(x.Text)
	w.nameParts("prefix", "prefixes", x.Prefixes)
	w.nameParts("given", "given", x.Given)
	w.nameParts("family", "family", x.Family)
	w.nameParts("suffix", "suffixes", x.Suffixes)
	w.periodPtr("validTime", "period", &x.Period)
	w.end()
}

func (w *writer) nameParts(name, leaf string, parts []record.NamePart) {
	for i := range parts {
		p := parts[i]
		w.el(name)
		w.In(leaf, i)
		w.qualifier(p.Qualifiers)
		w.nullFlavor("absent", &p.Absent)
		w.Leave()
		w.text(p.Value)
		w.end()
	}
}

// qualifier writes @qualifier of a part of a name; what the schema does not know is withheld.
func (w *writer) qualifier(list []string) {
	if w.strict {
		known := make([]string, 0, len(list))
		for i, q := range list {
			if allowed(q, namePartQualifiers) {
				known = append(known, q)
			} else {
				w.In("qualifiers", i)
				w.DropString("", q, &withheld)
				w.Leave()
			}
		}
		list = known
	}
	w.at("qualifier", strings.Join(list, " "))
}

// orgNames writes the names of an organization or a place.
func (w *writer) orgNames(list *[]string) {
	for _, n := range *list {
		w.words("name", n)
	}
	*list = nil
}

// again reports whether somebody is mentioned once more: that something is not
// known of them stands at the first mention alone.
func (w *writer) again() bool { return w.Quiet && !w.strict }

// addresses writes postal addresses (CDA R2 AD).
func (w *writer) addresses(leaf string, list *[]record.Address) {
	for i := range *list {
		x := (*list)[i]
		if x.Absent != "" && w.again() {
			continue
		}
		w.In(leaf, i)
		w.address(&x)
		w.Leave()
	}
	*list = nil
}

func (w *writer) address(a *record.Address) {
	if w.fieldedAddress() {
		w.usAddress(a)
	}
	w.el("addr")
	w.useAttr(a.Uses, a.UsesAsSent, codes.AddressUseCDA())
	w.nullFlavor("absent", &a.Absent)
	for _, t := range a.Unstructured {
		w.text(t)
	}
	if onlyText(a) {
		w.text(take(&a.Text)) // words alone
	}
	for _, l := range a.Lines {
		w.words("streetAddressLine", l)
	}
	w.words("city", a.City)
	w.words("county", a.County)
	w.words("state", a.State)
	w.words("postalCode", a.PostalCode)
	w.words("country", a.Country)
	w.words("censusTract", a.CensusTract)
	for i := range a.Parts {
		p := a.Parts[i]
		w.In("parts", i)
		if isAddressPart(p.Kind) {
			w.el(p.Kind)
			w.nullFlavor("absent", &p.Absent)
			w.text(p.Value)
			w.end()
		} else {
			w.Drop("", &p, &lost)
		}
		w.Leave()
	}
	w.useablePeriod(&a.Period)
	w.end()
	w.DropString("type", a.Type, &lost)
	w.DropString("text", a.Text, &lost)
}

// useablePeriod writes when an address holds: the schema has an SXCM_TS there, of which an interval must say so.
func (w *writer) useablePeriod(p **record.Period) {
	if *p == nil {
		return
	}
	x := **p
	typ := ""
	if x.At.IsZero() {
		typ = "IVL_TS"
	}
	w.periodTyped("useablePeriod", "period", typ, &x)
	*p = nil
}

// telecoms writes telecommunication addresses (CDA R2 TEL).
func (w *writer) telecoms(leaf string, list *[]record.Telecom) {
	for i := range *list {
		x := (*list)[i]
		if x.Absent != "" && x.Value == "" && w.again() {
			continue
		}
		w.In(leaf, i)
		w.telecom("telecom", &x)
		w.Leave()
	}
	*list = nil
}

func (w *writer) telecom(name string, t *record.Telecom) {
	w.el(name)
	uses := t.Uses
	if t.System == "pager" && !slices.Contains(uses, "pager") {
		uses = append(uses[:len(uses):len(uses)], "pager") // the scheme is that of any telephone
	}
	w.useAttr(uses, t.UsesAsSent, codes.TelecomUseCDA())
	w.nullFlavor("absent", &t.Absent)
	v := w.telecomValue(t)
	if w.strict {
		v = strings.ReplaceAll(v, " ", "") // an xs:anyURI holds no blanks; telephone numbers mean the same without (RFC 3966 5.1.1)
	}
	w.at("value", v)
	w.useablePeriod(&t.Period)
	w.end()
	w.DropString("rank", t.Rank, &lost)
}

// telecomValue gives a telecom as a URL. What it is, is said by the scheme alone.
func (w *writer) telecomValue(t *record.Telecom) string {
	own, _, _ := strings.Cut(t.Value, ":")
	switch {
	case t.Value == "":
		w.DropString("system", t.System, &lost)
	case t.System == "url":
		if telecomSystem(own) != "url" {
			w.DropString("system", t.System, &lost)
		}
	case t.System == "" && t.Scheme == "":
		if telecomSystem(own) != "" {
			w.Note(&fixed, "system")
		}
	case t.Scheme != "":
		return t.Scheme + ":" + t.Value
	default:
		if scheme := schemeOf(t.System); scheme != "" {
			return scheme + ":" + t.Value
		}
		w.DropString("system", t.System, &lost)
	}
	return t.Value
}

// schemeOf gives the URL scheme for a kind of telecom (C-CDA on FHIR, FC-TelecomType).
func schemeOf(system string) string {
	switch system {
	case "phone", "pager":
		return "tel"
	case "fax":
		return "fax"
	case "email":
		return "mailto"
	case "sms":
		return "sms"
	}
	return ""
}
