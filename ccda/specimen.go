package ccda

import (
	"reflect"

	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

var (
	templatesSpecimenCollection = []string{"2.16.840.1.113883.10.20.22.4.415"}
	specimenCondition           = question{
		templates: []string{"2.16.840.1.113883.10.20.22.4.421"},
		system:    oidLOINC, codes: []string{"93047-7"}, displays: []string{"Specimen condition"},
	}
)

const snomedSpecimenCollection = "17636008"

// specimens takes each specimen of a statement (CDA R2 specimen).
func (r *reader) specimens(n tree.Node) []record.Ref {
	var out []record.Ref
	for c := n.Child("specimen"); c.OK(); c = c.NextNamed() {
		role := c.Child("specimenRole")
		if !role.OK() || c.Attr("nullFlavor").OK() || role.Attr("nullFlavor").OK() {
			continue
		}
		r.fixed(c, "typeCode", "SPC")
		i := r.specimen(role)
		out = append(out, record.Ref{ID: r.rec.Specimens[i].ID, Kind: kindSpecimen})
	}
	return out
}

// specimen reads a specimenRole and gives its place among the record's
// specimens. The same identifiers with the same facts are the same specimen.
func (r *reader) specimen(role tree.Node) int {
	r.fixed(role, "classCode", "SPEC")
	e := role.Child("specimenPlayingEntity")
	r.fixed(e, "classCode", "ENT", "MMAT")
	r.fixed(e, "determinerCode", "INSTANCE")
	var s record.Specimen
	s.Type = r.concept(e.Child("code"))
	if name := e.Child("name"); s.Type.Text == "" && s.Type.TextRef == "" && !name.NextNamed().OK() {
		s.Type.Text = r.text(name)
	}
	s.Quantity = r.quantity(e.Child("quantity"))
	s.Description = r.text(e.Child("desc"))
	idents := r.ids(role)
	for i := range r.rec.Specimens {
		x := &r.rec.Specimens[i]
		if len(idents) > 0 && usable(&idents[0]) && reflect.DeepEqual(x.Identifiers, idents) && reflect.DeepEqual(x.Type, s.Type) &&
			reflect.DeepEqual(x.Quantity, s.Quantity) && x.Description == s.Description {
			r.own(role, x.ID)
			return i
		}
	}
	s.Entry = r.entry(kindSpecimen, role)
	s.Assertion = record.Affirmed
	r.rec.Specimens = append(r.rec.Specimens, s)
	return len(r.rec.Specimens) - 1
}

// isSpecimenCollection recognises a Specimen Collection Procedure.
func (r *reader) isSpecimenCollection(n tree.Node) bool {
	return n.Name() == "procedure" && n.Child("specimen").Child("specimenRole").OK() &&
		(r.hasAny(n, templatesSpecimenCollection) || n.Child("code").Attr("code").Value() == snomedSpecimenCollection)
}

// isSpecimenAlone recognises a Specimen Collection Procedure that is an entry of
// its own and tells of the specimen alone: of what else is said, a procedure is read.
func (r *reader) isSpecimenAlone(n tree.Node) bool {
	if n.Name() != "procedure" || !r.hasAny(n, templatesSpecimenCollection) || !n.Child("specimen").Child("specimenRole").OK() || n.Child("specimen").NextNamed().OK() ||
		n.Child("code").Attr("code").Value() != snomedSpecimenCollection || n.Child("statusCode").Attr("code").Value() != "completed" {
		return false
	}
	for c := range n.Children() {
		switch c.Name() {
		case "", "templateId", "id", "code", "text", "statusCode", "effectiveTime", "methodCode", "targetSiteCode", "specimen", "entryRelationship":
		default:
			return false
		}
	}
	return true
}

// specimenAlone reads one; nil where it cannot be told.
func (r *reader) specimenAlone(n tree.Node) []record.Ref {
	ref, ok := r.collection(tree.Node{}, n, templatesSpecimenCollection[0], templatesProcedure[0])
	if !ok {
		return nil
	}
	r.fixed(n.Child("statusCode"), "code", "completed")
	for i := range r.rec.Specimens {
		if s := &r.rec.Specimens[i]; s.ID == ref.ID && s.Narrative == nil {
			s.Narrative = r.link(n)
		}
	}
	r.own(n, ref.ID)
	r.slot(n, "collection", -1)
	return []record.Ref{ref}
}

// collection reads when, where and in what state the specimen of a panel was
// taken (C-CDA Companion Guide, Specimen Collection Procedure).
func (r *reader) collection(rel, n tree.Node, templates ...string) (record.Ref, bool) {
	if !r.plain(n, "EVN") || !r.relates(rel, false, "COMP") {
		return record.Ref{}, false
	}
	r.templates(n, templates...)
	r.shape(n, "PROC", "EVN")
	r.fixes(n.Child("code"), oidSNOMED, snomedSpecimenCollection, "Specimen collection", "Specimen collection (procedure)")
	refs := r.specimens(n)
	if len(refs) == 0 {
		return record.Ref{}, false
	}
	var s *record.Specimen
	for i := range r.rec.Specimens {
		if r.rec.Specimens[i].ID == refs[0].ID {
			s = &r.rec.Specimens[i]
		}
	}
	if s.Collected.IsZero() {
		s.Collected = r.period(n.Child("effectiveTime"))
	}
	if c := r.conceptPtr(n.Child("targetSiteCode")); c != nil && s.Site == nil {
		s.Site = &record.BodySite{Code: *c}
	}
	if s.Method == nil {
		s.Method = r.conceptPtr(n.Child("methodCode"))
	}
	for rel, sub := range r.relations(n) {
		if r.state(&specimenState, rel, sub, &s.Status) {
			continue
		}
		if r.asks(sub, &specimenCondition) {
			if c := r.answered(rel, sub, &specimenCondition, false, "COMP"); c != nil {
				r.slot(rel, "conditions", len(s.Conditions))
				s.Conditions = append(s.Conditions, *c)
			}
		}
	}
	return refs[0], true
}
