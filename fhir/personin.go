package fhir

import (
	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// humanName reads a HumanName.
func (r *reader) humanName(n tree.Node) record.Name {
	v := record.Name{Text: r.str(n, "text"), Period: maybe(n, "period", r.period)}
	v.Uses, v.UsesAsSent = r.use(n, codes.NameUseFHIR())
	if f := n.Child("family"); f.Kind() == tree.String || n.Child("_family").OK() {
		p := record.NamePart{Value: r.str(n, "family")}
		if side := object(n, "_family"); side.OK() {
			r.besidePart(side, &p)
		}
		if p.Value != "" || p.Absent != "" || len(p.Qualifiers) > 0 {
			v.Family = []record.NamePart{p}
		}
	}
	v.Given = r.nameParts(n, "given")
	v.Prefixes = r.nameParts(n, "prefix")
	v.Suffixes = r.nameParts(n, "suffix")
	if n.Child("extension").OK() {
		if e := r.field(n, "family"); e.OK() {
			v.Family = nil // several, each for itself; the element joined them
		}
		addFields(r, n, &v)
		v.Absent = r.absentOf(n)
	}
	return v
}

// use takes a use that the record has a term for, as the exporter's pairs have it; another is kept as sent.
func (r *reader) use(n tree.Node, t *codes.Table[string, string]) (uses, asSent []string) {
	u := r.str(n, "use")
	if u == "" {
		return nil, nil
	}
	if term, ok := t.To(u); ok {
		return []string{term}, nil
	}
	return nil, []string{u}
}

// nameParts reads given names, prefixes or suffixes with what stands beside them.
func (r *reader) nameParts(n tree.Node, name string) []record.NamePart {
	vs := n.Child(name)
	sides := n.Child("_" + name)
	if vs.Kind() != tree.Array && sides.Kind() != tree.Array {
		return nil
	}
	var out []record.NamePart
	side := sides.First()
	v := vs.First()
	for v.OK() || side.OK() {
		var p record.NamePart
		if v.Kind() == tree.String {
			r.take(v)
			p.Value = v.Value()
		} else if v.Kind() == tree.Null && side.Kind() == tree.Object {
			r.scaffold(v)
		}
		if side.Kind() == tree.Object {
			r.besidePart(side, &p)
		} else if side.Kind() == tree.Null {
			r.scaffold(side)
		}
		out = append(out, p)
		v, side = v.Next(), side.Next()
	}
	return out
}

// besidePart takes what is said of a part of a name (iso21090-EN-qualifier), and our own fields.
func (r *reader) besidePart(side tree.Node, p *record.NamePart) {
	for _, e := range objects(side, "extension") {
		if peek(e, "url") == extNameQualify && e.Child("valueCode").Kind() == tree.String {
			p.Qualifiers = append(p.Qualifiers, r.str(r.known(e), "valueCode"))
		}
	}
	r.fields(side, p)
	if a := r.absentOf(side); a != "" {
		p.Absent = a
	}
}

// address reads an Address.
func (r *reader) address(n tree.Node) record.Address {
	v := record.Address{
		Type: r.str(n, "type"), Text: r.str(n, "text"), Lines: r.strs(n, "line"), City: r.str(n, "city"), County: r.str(n, "district"), State: r.str(n, "state"),
		PostalCode: r.str(n, "postalCode"), Country: r.str(n, "country"), Period: maybe(n, "period", r.period),
	}
	v.Uses, v.UsesAsSent = r.use(n, codes.AddressUseFHIR())
	if n.Child("extension").OK() {
		if r.field(n, "uses").OK() {
			v.Uses = nil
		}
		addFields(r, n, &v)
		v.Absent = r.absentOf(n)
	}
	return v
}

// telecom reads a ContactPoint.
func (r *reader) telecom(n tree.Node) record.Telecom {
	v := record.Telecom{System: r.str(n, "system"), Value: r.str(n, "value"), Rank: r.number(n, "rank"), Period: maybe(n, "period", r.period)}
	v.Uses, v.UsesAsSent = r.use(n, codes.TelecomUseFHIR())
	if n.Child("extension").OK() {
		if r.field(n, "uses").OK() {
			v.Uses = nil
		}
		addFields(r, n, &v)
		v.Absent = r.absentOf(n)
	}
	return v
}

// gender reads administrative gender as a concept of FHIR's own code system, or
// the concept that our exporter kept beside it.
func (r *reader) gender(n tree.Node, field string) record.Concept {
	if e := r.field(n, field); e.OK() {
		c := one(e, "valueCodeableConcept", r.concept)
		if code, _ := genderCode(&c); n.Child("gender").Value() == code || n.Child("gender").Value() == "unknown" && code == "" {
			r.scaffold(n.Child("gender"))
		}
		return c
	}
	if e := r.field(n.Child("_gender"), "absent"); e.OK() && peek(e, "valueCode") == string(notStated) && n.Child("gender").Value() == "unknown" {
		r.scaffold(n.Child("gender")) // what a profile demanded and nobody said
		return record.Concept{}
	}
	g := r.str(n, "gender")
	if g == "" {
		return record.Concept{}
	}
	if c, ok := genders.To(g); ok {
		return record.Concept{Codings: []record.Coding{{System: record.SystemAdministrativeSex, Code: c}}}
	}
	return record.Concept{Codings: []record.Coding{{System: systemGender, Code: g}}}
}

// attachment reads an Attachment.
func (r *reader) attachment(n tree.Node) record.Attachment {
	v := record.Attachment{
		ContentType: r.str(n, "contentType"), Language: r.str(n, "language"), URL: r.str(n, "url"), Size: r.number(n, "size"), Hash: r.str(n, "hash"),
		Title: r.str(n, "title"), Created: r.timePtr(n, "creation"),
	}
	if blob := r.from.storedAt(n.Child("data")); blob != nil {
		r.take(n.Child("data"))
		v.Data = record.StoredBase64(blob)
	} else if d := r.str(n, "data"); d != "" {
		if r.marked(n, "text") {
			v.Text = fromBase64(d)
		} else {
			v.Data = record.Base64Data(d)
		}
	}
	addFields(r, n, &v)
	v.Absent = r.absentOf(n)
	return v
}

// language reads Patient.communication.
func (r *reader) language(n tree.Node) record.Language {
	v := record.Language{Code: one(n, "language", r.concept), Preferred: r.boolean(n, "preferred")}
	if e := extension(n, extProficiency); e.OK() {
		r.known(e)
		if x := extension(e, "level"); x.OK() {
			v.Proficiency = &record.Concept{Codings: []record.Coding{one(r.known(x), "valueCoding", r.coding)}}
		}
		if x := extension(e, "type"); x.OK() {
			v.Mode = &record.Concept{Codings: []record.Coding{one(r.known(x), "valueCoding", r.coding)}}
		}
	}
	addFields(r, n, &v)
	return v
}
