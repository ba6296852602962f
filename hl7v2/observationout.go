package hl7v2

import (
	"slices"
	"strings"

	"github.com/portage-health/portage/record"
)

// Why parts of an observation are not as they were.
var (
	noStatus    = record.IssueDataAbsent.Because("the field is required; the record does not say how far the observation is")
	negatedPart = record.IssueLost.Because("this part of the entry is negated; it is not written")
)

// observation writes OBX, an OBX for each of its components, and its comments.
func (w *sender) observation(v *record.Observation, kind string) {
	s := w.segment("OBX", v.ID, w.lineOf(&v.Entry, "OBX"))
	w.concept(s.at(3), &v.Code)
	w.pieces(s.at(4), &v.SubID, "^")
	w.values(s, v)
	for i := range v.ReferenceRanges {
		w.str(s.next(7), &v.ReferenceRanges[i].Text)
	}
	w.concepts(s, 8, v.Interpretations, "78")
	w.statusLoosely(s.at(11), &v.Status, &observationStatus, looseResult)
	if !s.has(11) && w.m.source == "" {
		w.Note(&noStatus, "status")
	}
	w.time(s.at(14), &v.When.At)
	if v.When.End.IsZero() {
		w.time(s.at(14), &v.When.Start)
	}
	w.concepts(s, 17, v.Methods, "")
	for i := range v.BodySites {
		w.concept(s.next(20), &v.BodySites[i].Code)
	}
	w.observers(s, v)
	for i := range v.Categories {
		w.tableCode(s.at(29), &v.Categories[i], "936")
	}
	if x := takeType(v.Identifiers, "FILL"); x != nil {
		w.typedEntity(s.at(21), x, "FILL")
	} else {
		for i := range v.Identifiers {
			if x := &v.Identifiers[i]; x.Value != "" && !s.has(21) {
				w.In("identifiers", i)
				w.Note(&typeByField, "type")
				w.Leave()
				w.entity(s.at(21), x)
			}
		}
	}
	w.timePtr(s.at(19), &v.Issued)
	if !s.has(5) {
		w.concepts(s, 32, v.Status.Reasons, "")
	}
	w.inVisit(&v.Encounter)
	if len(v.Notes) == 0 {
		w.dropEmpty(s)
	}
	w.notes(v.Notes, s)
	for i := range v.Components {
		w.In("components", i)
		w.component(&v.Components[i], s)
		w.Leave()
	}
}

// component writes an OBX for a part of an observation, which is as far as the whole is: deleted too.
func (w *sender) component(c *record.Component, whole *segmentOut) {
	if c.Assertion != "" && c.Assertion != record.Affirmed {
		w.Drop("", c, &negatedPart)
		*c = record.Component{}
		return
	}
	s := w.segment("OBX", "", 0)
	w.concept(s.at(3), &c.Code)
	part := record.Observation{Values: c.Values}
	w.values(s, &part)
	c.Values = part.Values
	w.concepts(s, 8, c.Interpretations, "78")
	for k := range c.ReferenceRanges {
		w.str(s.next(7), &c.ReferenceRanges[k].Text)
	}
	if c.Assertion == record.Affirmed {
		c.Assertion = ""
	}
	w.dropEmpty(s)
	if len(s.cells) > 0 {
		for _, x := range whole.cells {
			if x.key == keyOf(11, 1, 1, 1) {
				s.set(x.key, x.text)
			}
		}
	}
}

// observers writes who observed, where, and with what.
func (w *sender) observers(s *segmentOut, v *record.Observation) {
	var org *record.Ref
	if v.Device != nil {
		w.deviceAt(s.next(18), v.Device)
	}
	for i := range v.Participants {
		x := &v.Participants[i]
		w.In("participants", i)
		switch {
		case x.Role == "device" && x.Who != nil:
			if w.deviceAt(s.next(18), x.Who) {
				x.Role, x.RoleAsSent = "", ""
			}
		case x.Role != "performer":
		case x.RoleAsSent == "OBX-15" && x.Code != nil:
			w.concept(s.at(15), x.Code)
			x.Role, x.RoleAsSent = "", ""
		case x.Function != nil && x.Function.Has(tableURI("912"), "MDIR"):
			if w.person(s.next(25), x.Who) {
				x.Role, x.RoleAsSent, x.Function = "", "", nil
				if x.OnBehalfOf != nil && !s.has(23) {
					org = clone(x.OnBehalfOf)
					w.organization(s.at(23), x.OnBehalfOf)
				}
			}
		case x.Who != nil && w.isOrganization(x.Who):
			if c := clone(x.Who); !s.has(23) && w.organization(s.at(23), x.Who) {
				org = c
				x.Role, x.RoleAsSent = "", ""
			}
		case w.person(s.next(16), x.Who):
			x.Role, x.RoleAsSent = "", ""
			if c := x.Function; c != nil && len(c.Codings) == 1 && c.Codings[0].Code == "responsibleObserver" {
				x.Function = nil
			}
		}
		w.Leave()
	}
	if org != nil {
		if o, left := w.organizationOf(org); o != nil {
			w.addresses(s, 24, o.Addresses)
			left.Addresses = o.Addresses
		}
	}
}

// isOrganization reports whether a reference points to an organization.
func (w *sender) isOrganization(ref *record.Ref) bool {
	return w.refs[ref.ID].kind == record.KindOrganization || ref.ID == "" && ref.Kind == record.KindOrganization
}

// commentable are the segments that a comment may stand behind in the messages that are made (2.5.1).
var commentable = []string{"OBX", "OBR", "RXO", "RXE", "SCH", "IAM", "PRB", "GOL"}

// notes writes NTEs behind a segment. In a new message, where the structure has no place for one, a reader would take it for
// a comment on something else: there it is left.
func (w *sender) notes(list []record.Note, after *segmentOut) {
	if w.m.source == "" && !slices.Contains(commentable, after.name) {
		return
	}
	for i := range list {
		n := &list[i]
		if len(w.formsOf(after.owner, slotOf("notes", i))) > 0 {
			continue // it stands elsewhere
		}
		w.note(n, i, after.owner)
	}
}

// note writes one comment.
func (w *sender) note(n *record.Note, i int, owner string) {
	s := w.segment("NTE", owner, 0)
	if len(n.Authors) > 0 {
		a := &n.Authors[0]
		if a.Who == nil && a.Code != nil {
			w.tableCode(s.at(2), a.Code, "105")
			if len(a.Code.Codings) == 1 && a.Code.Codings[0].IsZero() {
				a.Role = ""
			}
		}
	}
	if n.Text != "" {
		if w.lines(s, 3, &n.Text); n.Text == "" {
			n.TextRef = ""
		}
	}
	w.conceptPtr(s.at(4), &n.Type, "364")
	w.timePtr(s.at(6), &n.When)
	w.In("notes", i)
	for k := range n.Authors {
		a := &n.Authors[k]
		w.In("authors", k)
		if a.Role == "author" && w.person(s.next(5), a.Who) {
			a.Role, a.RoleAsSent = "", ""
		}
		w.Leave()
	}
	w.Leave()
	w.dropEmpty(s)
}

// values writes OBX-2, OBX-5 and OBX-6. Values of one observation have one datatype: what has another is left.
func (w *sender) values(s *segmentOut, v *record.Observation) {
	kind := ""
	var unit *record.Quantity // as written in OBX-6
	for i := range v.Values {
		x := &v.Values[i]
		k := w.valueType(x)
		if x.Absent == record.AbsentExplicitNull && !x.IsZero() && k == "" {
			s.next(5).putNull()
			x.Absent = ""
			continue
		}
		if k == "" || kind != "" && k != kind || !w.unitFits(s, x, &unit) {
			continue
		}
		before := len(s.cells)
		w.value(s.next(5), x, k)
		if len(s.cells) > before {
			kind = k
		}
	}
	for _, f := range w.formsOf(s.owner, "values") {
		if kind != "" && f.path == "OBX-2" && slices.Contains(alike(kind), f.data) && !(kind == "FT" && f.data != "FT") {
			kind = f.data
		}
	}
	w.put(s.at(2), kind)
}

// alike gives the datatypes whose values are written alike, one of which a value may have been sent as.
func alike(kind string) []string {
	for _, list := range [][]string{{"ST", "TX", "FT"}, {"CWE", "CE", "CNE", "CF", "IS", "ID"}, {"TS", "DTM", "DT"}} {
		if slices.Contains(list, kind) {
			return list
		}
	}
	return nil
}

// valueType gives the datatype of table 0125 for a value; "" where there is none.
func (w *sender) valueType(v *record.Value) string { return typeOfValue(v, w.m.kind, w.m.version) }

// typeOfValue gives the datatype that a value has in a message of a kind and a version.
func typeOfValue(v *record.Value, kind, version string) string {
	switch {
	case v.Quantity != nil:
		switch {
		case v.Quantity.Comparator != "":
			return "SN"
		case isNumber(v.Quantity.Value):
			return "NM"
		}
	case v.Decimal != nil || v.Integer != nil:
		return "NM"
	case v.Range != nil, v.Ratio != nil:
		return "SN"
	case v.Concept != nil:
		if kind == "VXU" || version != "" && !atLeast(version, "2.5") {
			return "CE"
		}
		return "CWE"
	case v.Text != nil && strings.Contains(*v.Text, "\n"):
		return "FT"
	case v.Text != nil && len(*v.Text) <= 199:
		return "ST"
	case v.Text != nil:
		return "TX"
	case v.Time != nil && v.Time.Precision() == record.Day:
		return "DT"
	case v.Time != nil:
		return "TS"
	case v.TimeOfDay != nil:
		return "TM"
	case v.Period != nil:
		return "DR"
	case v.Attachment != nil:
		switch {
		case !v.Attachment.Data.IsZero() || v.Attachment.Text != "":
			return "ED"
		case v.Attachment.URL != "":
			return "RP"
		}
	case v.Identifier != nil:
		return "CX"
	case v.Money != nil:
		return "MO"
	case v.Bool != nil:
		return "ID"
	case v.URI != nil:
		return "RP"
	}
	return ""
}

// unitOf gives the quantity whose unit stands in OBX-6.
func unitOf(v *record.Value) *record.Quantity {
	switch {
	case v.Quantity != nil:
		return v.Quantity
	case v.Range != nil && v.Range.Low != nil:
		return v.Range.Low
	case v.Range != nil:
		return v.Range.High
	case v.Ratio != nil:
		return v.Ratio.Numerator
	}
	return nil
}

// unitFits writes OBX-6 of the first value, and says whether a further one has the same unit.
func (w *sender) unitFits(s *segmentOut, v *record.Value, unit **record.Quantity) bool {
	q := unitOf(v)
	if q == nil {
		return *unit == nil
	}
	c := *q
	if *unit != nil {
		return c.Unit == (*unit).Unit && c.Code == (*unit).Code && c.System == (*unit).System
	}
	if r := v.Range; r != nil && r.Low != nil && r.High != nil && (r.Low.Unit != r.High.Unit || r.Low.Code != r.High.Code) {
		return false
	}
	*unit = &c
	tmp := c
	return w.unit(s.at(6), &tmp)
}

// noUnit clears the unit of a quantity, which stands in OBX-6.
func noUnit(q *record.Quantity) {
	if slices.Contains([]string{record.SystemUCUM, ""}, q.System) || q.Code != "" {
		q.System = ""
	}
	q.Unit, q.Code = "", ""
}
