package fhir

import (
	"reflect"
	"strings"

	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// imagingStudy reads an ImagingStudy (R4 10.5).
func (r *reader) imagingStudy(n tree.Node) bool {
	if !r.subject(n, "subject") {
		return false
	}
	s := record.ImagingStudy{Entry: r.entry(n)}
	for _, x := range objects(n, "identifier") {
		id := r.identifier(x)
		switch {
		case s.StudyUID == "" && reflect.DeepEqual(id, record.Identifier{System: systemDICOM, Value: id.Value}) && id.Value != "":
			s.StudyUID = uidOf(id.Value)
		case s.Accession == nil && id.Type != nil && id.Type.Has(sysIdentifierTypes, "ACSN"):
			if bareCode(id.Type, sysIdentifierTypes, "ACSN") {
				id.Type = nil
			}
			s.Accession = &id
		default:
			s.Identifiers = append(s.Identifiers, id)
		}
	}
	s.Notes = r.notes(n, "note")
	s.Status = r.status(n, &imagingStatus)
	s.Modalities = r.modalities(n)
	s.Encounter = r.refPtr(n, "encounter")
	s.Started = r.timePtr(n, "started")
	s.BasedOn = r.refs(n, "basedOn")
	r.part(&s.Entry, n, "referrer", "referrer")
	r.eachPart(&s.Entry, n, "interpreter", "interpreter")
	s.SeriesCount, s.InstanceCount = r.number(n, "numberOfSeries"), r.number(n, "numberOfInstances")
	s.Codes = r.concepts(n, "procedureCode")
	s.Location = r.refPtr(n, "location")
	s.Reasons = r.indications(n, "reasons")
	s.Description = r.str(n, "description")
	s.Series = all(n, "series", r.series)
	add(r, &r.rec.ImagingStudies, n, &s)
	return true
}

// uidOf gives a DICOM UID that FHIR has as an OID.
func uidOf(v string) string {
	if oid, ok := strings.CutPrefix(v, "urn:oid:"); ok && codes.IsOID(oid) {
		return oid
	}
	return v
}

// modalities reads codings as concepts of one each, or the concepts that our exporter kept beside them.
func (r *reader) modalities(n tree.Node) (out []record.Concept) {
	for _, m := range objects(n, "modality") {
		out = append(out, record.Concept{Codings: []record.Coding{r.coding(m)}})
	}
	if !r.field(n, "modalities").OK() {
		return out
	}
	var whole struct {
		Modalities []record.Concept `json:"modalities"`
	}
	addFields(r, n, &whole)
	var flat []record.Concept
	for i := range whole.Modalities {
		for _, k := range whole.Modalities[i].Codings {
			flat = append(flat, record.Concept{Codings: []record.Coding{k}})
		}
	}
	r.compared(n.Child("modality"), reflect.DeepEqual(flat, out))
	return whole.Modalities
}

// compared marks what is said at n as checked where it is the same as what stands elsewhere, and else leaves it to be carried.
func (r *reader) compared(n tree.Node, same bool) {
	if !n.OK() {
		return
	}
	r.giveBack(n)
	if same {
		r.scaffoldAll(n)
	}
}

func (r *reader) series(n tree.Node) record.ImagingSeries {
	s := record.ImagingSeries{
		UID: r.str(n, "uid"), Number: r.number(n, "number"), Description: r.str(n, "description"), Count: r.number(n, "numberOfInstances"), Started: r.timePtr(n, "started"),
	}
	if m := r.codingOrField(n, "modality"); !m.IsZero() {
		s.Modality = &m
	}
	site, side := r.codingOrField(n, "bodySite"), r.codingOrField(n, "laterality")
	if !site.IsZero() || !side.IsZero() {
		s.BodySite = &record.BodySite{Code: site}
		if !side.IsZero() {
			s.BodySite.Laterality = &side
		}
	}
	s.Performers = all(n, "performer", r.seriesPerformer)
	s.Instances = all(n, "instance", r.instance)
	addFields(r, n, &s)
	return s
}

// codingOrField is codingConcept, and reads a concept without codings from our extension.
func (r *reader) codingOrField(n tree.Node, name string) record.Concept {
	if object(n, name).OK() {
		return r.codingConcept(n, name)
	}
	return one(r.field(n, name), "valueCodeableConcept", r.concept)
}

// seriesPerformer reads performer.actor with its function; our exporter keeps all of the part beside them.
func (r *reader) seriesPerformer(n tree.Node) record.Participation {
	var p record.Participation
	if a := object(n, "actor"); a.OK() {
		p = r.participation(a, "performer")
		if *p.Who == (record.Ref{}) {
			p.Who = nil
		}
	}
	p.Function = r.conceptPtr(n, "function")
	e := r.field(n, "performers")
	if !e.OK() {
		return p
	}
	var whole record.Participation
	r.fieldsOf(e, &whole)
	if p.Who != nil {
		r.compared(object(n, "actor"), whole.Who != nil && p.Who.ID == whole.Who.ID && p.Who.Display == whole.Who.Display)
	}
	r.compared(object(n, "function"), reflect.DeepEqual(p.Function, whole.Function))
	return whole
}

func (r *reader) instance(n tree.Node) record.ImagingInstance {
	v := record.ImagingInstance{UID: r.str(n, "uid"), Number: r.number(n, "number"), Title: r.str(n, "title")}
	if c := object(n, "sopClass"); c.OK() {
		k := r.coding(c)
		if e := r.field(n, "class"); e.OK() {
			whole := one(e, "valueCodeableConcept", r.concept)
			r.compared(c, len(whole.Codings) > 0 && reflect.DeepEqual(k, asSOPClass(whole.Codings[0])))
			v.Class = &whole
		} else if !k.IsZero() {
			v.Class = &record.Concept{Codings: []record.Coding{k}}
		}
	}
	addFields(r, n, &v)
	return v
}
