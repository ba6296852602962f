package fhir

import (
	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// extension gives the first extension of n with that url, and takes the url as
// checked where take is called with it: see extended.
func extension(n tree.Node, url string) tree.Node {
	list := n.Child("extension")
	if list.Kind() != tree.Array {
		return tree.Node{}
	}
	for in := list.Within(); in.Next(); {
		if e := in.Node(); peek(e, "url") == url { // of an object: nothing else has members
			return e
		}
	}
	return tree.Node{}
}

// known marks the url of an extension that is read as checked.
func (r *reader) known(e tree.Node) tree.Node {
	r.scaffold(e.Child("url"))
	return e
}

// absentOf takes why an element has no value: HL7's data-absent-reason, or ours
// where HL7's has no word for it. n is the object that holds the extensions.
func (r *reader) absentOf(n tree.Node) record.AbsentReason {
	var a record.AbsentReason
	if e := r.field(n, "absent"); e.OK() && peek(e, "valueCode") == string(notStated) {
		return "" // see reader.notStated
	}
	if e := r.field(n, "absent"); e.OK() {
		// HL7's word beside ours is the nearest to it.
		a = record.AbsentReason(r.str(e, "valueCode"))
		if x := extension(n, extDataAbsent); x.OK() {
			if c, ok := codes.DataAbsentReason().From(a); ok && peek(x, "valueCode") == c {
				r.scaffold(r.known(x).Child("valueCode"))
			}
		}
		return a
	}
	if e := extension(n, extDataAbsent); e.OK() {
		v := e.Child("valueCode")
		if reason, ok := codes.DataAbsentReason().To(v.Value()); ok && v.Kind() == tree.String {
			r.known(e)
			r.take(v)
			a = reason
		}
	}
	return a
}

// concepts reads an array of CodeableConcepts.
func (r *reader) concepts(n tree.Node, name string) []record.Concept {
	return allIn(&r.room.coded, n, name, r.concept)
}

// conceptPtr reads a member that is a CodeableConcept; nil where there is none.
func (r *reader) conceptPtr(n tree.Node, name string) *record.Concept {
	c := n.Child(name)
	if c.Kind() != tree.Object {
		return nil
	}
	v := r.concept(c)
	return r.room.coded.One(&v)
}

// system gives the canonical URI of a code system or namespace, and what was
// sent where it is not that.
func (r *reader) system(uri string) (system, asSent string) {
	if uri == "" {
		return "", ""
	}
	last := &r.systems[recentSlot(uri)&63]
	if last.uri != uri {
		last.uri, last.canonical = uri, codes.Canonical(uri)
	}
	s := last.canonical
	if s == uri || s == "" {
		return uri, ""
	}
	return s, uri
}

// identifiers reads an array of Identifiers.
func (r *reader) identifiers(n tree.Node, name string) []record.Identifier {
	return allIn(&r.room.identifiers, n, name, r.identifier)
}

// identifier reads an Identifier.
func (r *reader) identifier(n tree.Node) record.Identifier {
	i := record.Identifier{Use: r.str(n, "use"), Type: r.conceptPtr(n, "type"), Value: r.str(n, "value"), Period: r.periodPtr(n, "period")}
	i.System, i.SystemAsSent = r.system(r.str(n, "system"))
	if a := object(n, "assigner"); a.OK() {
		if bareDisplay(a) {
			i.Assigner = r.str(a, "display")
		} else {
			i.AssignerRef = r.refPtr(n, "assigner")
		}
	}
	if side := object(n, "_value"); side.OK() {
		i.Absent = r.absentOf(side)
	}
	if n.Child("extension").OK() {
		addFields(r, n, &i)
		if a := r.absentOf(n); a != "" {
			i.Absent = a
		}
	}
	return i
}

// bareDisplay reports whether a Reference says nothing but a display.
func bareDisplay(n tree.Node) bool {
	d := n.First()
	return d.OK() && d.Name() == "display" && d.Kind() == tree.String && !d.Next().OK()
}

// rng reads a Range.
func (r *reader) rng(n tree.Node) record.Range {
	v := record.Range{Low: maybe(n, "low", r.quantity), High: maybe(n, "high", r.quantity)}
	if n.Child("extension").OK() {
		addFields(r, n, &v)
		v.Absent = r.absentOf(n)
	}
	return v
}

// ratio reads a Ratio.
func (r *reader) ratio(n tree.Node) record.Ratio {
	v := record.Ratio{Numerator: maybe(n, "numerator", r.quantity), Denominator: maybe(n, "denominator", r.quantity)}
	if n.Child("extension").OK() {
		addFields(r, n, &v)
		v.Absent = r.absentOf(n)
	}
	return v
}

// money reads a Money.
func (r *reader) money(n tree.Node) record.Money {
	return record.Money{Value: r.number(n, "value"), Currency: r.str(n, "currency")}
}

// sampled reads a SampledData.
func (r *reader) sampled(n tree.Node) record.SampledData {
	return record.SampledData{
		Origin: one(n, "origin", r.quantity), Period: r.number(n, "period"), Factor: r.number(n, "factor"), LowerLimit: r.number(n, "lowerLimit"),
		UpperLimit: r.number(n, "upperLimit"), Dimensions: r.number(n, "dimensions"), Data: r.str(n, "data"),
	}
}

// labels reads meta.security.
func (r *reader) labels(n tree.Node, name string) []record.Label {
	return all(n, name, func(n tree.Node) record.Label {
		l := record.Label{Coding: r.coding(n)}
		if l.Coding.System == record.SystemConfidentiality {
			l.Kind = "confidentiality"
		}
		if e := r.field(n, "when"); e.OK() {
			l.When = maybe(e, "valuePeriod", r.period)
		}
		return l
	})
}

// notes reads an array of Annotations.
func (r *reader) notes(n tree.Node, name string) []record.Note { return all(n, name, r.note) }

// note reads an Annotation.
func (r *reader) note(n tree.Node) record.Note {
	v := record.Note{Text: r.str(n, "text"), When: r.timePtr(n, "time")}
	switch {
	case object(n, "authorReference").OK():
		v.Authors = []record.Participation{{Role: "author", Who: r.refPtr(n, "authorReference")}}
	case n.Child("authorString").Kind() == tree.String:
		v.Authors = []record.Participation{{Role: "author", Who: &record.Ref{Display: r.str(n, "authorString")}}}
	}
	if side := object(n, "_text"); side.OK() {
		if e := r.field(side, "textRef"); e.OK() {
			v.TextRef = r.str(e, "valueString")
		}
	}
	addFields(r, n, &v)
	return v
}
