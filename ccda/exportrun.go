package ccda

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/beevik/etree"

	"github.com/portage-health/portage/internal/ids"
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// Export writes the record as the document that it holds, or a CCD, faithfully.
func Export(ctx context.Context, rec *record.Record, out io.Writer, o record.ExportOptions) (*record.Report, error) {
	return Exporter{}.Export(ctx, rec, out, o)
}

// ErrNoPatient says that a record with neither a patient nor anything to say of one was to
// be written conformantly: a C-CDA document is about somebody (CONF:1198-5266).
var ErrNoPatient = errors.New("ccda: the record names no patient, and nothing of one")

// Export writes one document. The report names, by its path in the record, every
// leaf that is not in it. An error means that nothing was written.
func (x Exporter) Export(ctx context.Context, rec *record.Record, out io.Writer, o record.ExportOptions) (*record.Report, error) {
	rep := &record.Report{}
	if rec == nil {
		rec = &record.Record{}
	}
	beside := reckon(rec, o.TypedOnly)
	defer beside.end() // who gave the record may change it afterwards
	w := &writer{ctx: ctx, rec: rec, opts: o, x: &x, ids: ids.New(nil), strict: x.Mode == Conformant, release: x.Release, aside: beside}
	w.Report = rep
	sheet := sheets.Take()
	defer sheet.clear(w)
	rep.Issues = sheet.issues
	defer sheet.report(rep)
	w.b, w.entries, w.open, w.cells, w.Named, w.tables = sheet.b, sheet.entries, sheet.open, sheet.cells, sheet.lost, sheet.tables
	w.findEntries()
	if w.strict && rec.Patient == nil && len(rec.Documents) == 0 && !w.holds() {
		return rep, ErrNoPatient
	}
	w.document()
	if err := ctx.Err(); err != nil {
		return rep, err
	}
	w.tellCarried()
	leaves := beside.leaves()
	if !o.TypedOnly {
		leaves += len(rec.Carried) // each piece counts as one
	}
	rep.Counts.Exported = leaves - w.Lost
	rep.Counts.Lost = w.Lost
	b := w.b
	if x.Edit != nil {
		var err error
		if b, err = edit(b, x.Edit); err != nil {
			return rep, err
		}
	}
	if x.Check {
		w.b = nil // what is checked may refer to it
		d, err := Parse(b, record.Limits{})
		if err != nil {
			return rep, err
		}
		rep.Issues = append(rep.Issues, d.Conform(ConformOptions{Terminology: o.Terminology})...)
	}
	_, err := out.Write(b)
	return rep, err
}

// edit hands the document to the host. What comes back is read once more: a tree
// of a host's making may hold what is no XML, or a name that would be markup.
func edit(b []byte, f func(*etree.Document) error) ([]byte, error) {
	doc := etree.NewDocument()
	doc.WriteSettings.CanonicalText, doc.WriteSettings.CanonicalAttrVal = false, false
	if err := doc.ReadFromBytes(b); err != nil {
		return nil, fmt.Errorf("ccda: %w", err)
	}
	if err := f(doc); err != nil {
		return nil, err
	}
	if !wellNamed(&doc.Element) {
		return nil, errors.New("ccda: the edited document: the name of an element or attribute is none")
	}
	b, err := doc.WriteToBytes()
	if err != nil {
		return nil, fmt.Errorf("ccda: %w", err)
	}
	if _, err := tree.ParseXML(b, tree.XMLOptions{Limits: treeLimits(record.Limits{})}); err != nil {
		return nil, fmt.Errorf("ccda: the edited document: %w", err)
	}
	return b, nil
}

// wellNamed reports whether all elements within one, and their attributes, have names that are names.
func wellNamed(e *etree.Element) bool {
	for _, c := range e.Child {
		x, ok := c.(*etree.Element)
		if !ok {
			continue
		}
		if !isNameAnywhere(x.Tag) || x.Space != "" && !isNameAnywhere(x.Space) || !wellNamed(x) {
			return false
		}
		for i := range x.Attr {
			if a := &x.Attr[i]; !isNameAnywhere(a.Key) || a.Space != "" && !isNameAnywhere(a.Space) {
				return false
			}
		}
	}
	return true
}

// document writes the whole.
func (w *writer) document() {
	var d record.Document
	if len(w.rec.Documents) > 0 {
		d = w.rec.Documents[0]
	}
	w.typ = w.typeOf(&d)
	w.native = w.isFrom(&d, formatName)
	w.before = !w.strict && w.fromBefore(&d)
	w.gatherCarried()
	w.file = w.typ.typ == UnstructuredDocument || len(d.Body) > 0 && len(d.Sections) == 0 && !w.holds()
	w.patientMarks(&d)
	if !w.file {
		w.outside()
		w.At("documents", 0, func() { w.outline(&d) })
		w.headerFirst(&d)
		w.writeEntries()
		w.settle()
	}

	w.b = append(slices.Grow(w.b, len(w.entries)+len(w.entries)/4), xmlHead...)
	w.el("ClinicalDocument")
	w.put("xmlns", spaceCDA)
	w.put("xmlns:sdtc", spaceSDTC)
	w.put("xmlns:xsi", spaceXSI)
	if len(w.rec.Documents) > 0 {
		w.own(d.ID)
	}
	if w.rec.Subject != nil {
		w.Drop("subject", w.rec.Subject, &lost)
	}
	w.At("documents", 0, func() {
		d.Orders, d.Consents = append([]record.Ref(nil), d.Orders...), append([]record.Ref(nil), d.Consents...)
		w.header(&d)
		w.body(&d)
		d.Labels = w.markers // those that no section has
		w.rest(&d)
	})
	w.line()
	w.end()
	w.b = append(w.b, '\n')
	w.unwritten()
}

const xmlHead = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"

// fromBefore reports whether the document was read from one of C-CDA R1.1, whose
// templates have no extensions: to claim those of R2.1 for it would be an error of our own.
func (w *writer) fromBefore(d *record.Document) bool {
	for i := range w.rec.Sources {
		if s := &w.rec.Sources[i]; s.ID == d.Source && s.Format == formatName {
			return s.Version == versionBefore
		}
	}
	return false
}

// body writes the sections, or the content of an unstructured document.
func (w *writer) body(d *record.Document) {
	if w.file {
		w.unstructured(d)
		return
	}
	d.Sections = nil // each names what is left of it
	if len(w.out) == 0 && w.keeps("component") {
		return // a body of which nothing was read
	}
	w.line()
	w.el("component")
	w.el("structuredBody")
	for _, s := range w.out {
		w.section(s)
	}
	if len(w.out) == 0 && w.strict {
		w.Note(&issueRequired, "sections")
		w.el("component")
		w.el("section")
		w.attr("nullFlavor", "NI")
		w.end()
		w.end()
	}
	w.line()
	w.end()
	w.end()
}

// unstructured writes the content of a document that is a file (C-CDA R2.1 Unstructured Document, 1.1.15).
func (w *writer) unstructured(d *record.Document) {
	w.line()
	w.el("component")
	w.el("nonXMLBody")
	if len(d.Body) > 0 {
		a := d.Body[0]
		w.In("body", 0)
		w.attachment("text", "", "", &a)
		w.Leave()
		dropFrom(w, "body", d.Body, 1, &lost)
		d.Body = nil
	} else {
		w.require("text", "body", "NI")
	}
	w.end()
	w.end()
}

// holds reports whether the record holds statements, which a file cannot.
func (w *writer) holds() bool {
	for _, at := range w.index {
		if w.entryAt(at) != nil {
			return true
		}
	}
	return false
}

// findEntries notes where every entry stands, and which of them sections list.
func (w *writer) findEntries() {
	kind, i := "", 0
	for k, e := range w.rec.Entries() {
		if k != kind {
			kind, i = k, 0
		}
		if _, seen := w.index[e.ID]; !seen {
			w.index[e.ID] = place{k, i}
		}
		i++
		for j := range e.Relations {
			w.pointedTo[e.Relations[j].Target.ID]++
		}
		for j := range e.Participants {
			if who := e.Participants[j].Who; who != nil {
				w.inStatements[who.ID] = true
			}
		}
	}
	point := w.point
	r := w.rec
	for i := range r.Allergies {
		point(r.Allergies[i].Encounter)
	}
	for i := range r.Problems {
		point(r.Problems[i].Encounter)
	}
	reasons := func(list []record.Indication) {
		for i := range list {
			point(list[i].Ref)
		}
	}
	for i := range r.Medications {
		point(r.Medications[i].Encounter)
		reasons(r.Medications[i].Indications)
	}
	for i := range r.Immunizations {
		point(r.Immunizations[i].Encounter)
		reasons(r.Immunizations[i].Indications)
	}
	for i := range r.Procedures {
		point(r.Procedures[i].Encounter)
		reasons(r.Procedures[i].Indications)
	}
	for i := range r.Orders {
		point(r.Orders[i].Encounter)
		reasons(r.Orders[i].Indications)
	}
	for i := range r.Encounters {
		reasons(r.Encounters[i].Reasons)
		for j := range r.Encounters[i].Diagnoses {
			point(&r.Encounters[i].Diagnoses[j].Problem)
		}
	}
	group := func(list []record.Ref) {
		for i := range list {
			w.grouped[list[i].ID] = true
		}
	}
	w.pointAtPlans()
	for _, list := range [...][]record.Observation{r.Results, r.Vitals, r.Social, r.Assessments, r.Observations} {
		for i := range list {
			point(list[i].Encounter)
			group(list[i].Members)
		}
	}
	for i := range r.Results {
		for j := range r.Results[i].DerivedFrom {
			if r.Results[i].Kind == "imaging" && r.Results[i].DerivedFrom[j].Kind == kindResult {
				group(r.Results[i].DerivedFrom[j : j+1])
			}
		}
	}
	for i := range r.Directives {
		group(r.Directives[i].Members)
	}
	for i := range r.Coverages {
		for j := range r.Coverages[i].Authorizations {
			group(r.Coverages[i].Authorizations[j].Services)
		}
	}
	for _, list := range [...][]record.Panel{r.ResultPanels, r.VitalPanels, r.AssessmentPanels} {
		for i := range list {
			point(list[i].Encounter)
			group(list[i].Members)
		}
	}
	for i := range w.rec.Documents {
		if i == 0 {
			w.listEntries(w.rec.Documents[i].Sections)
		}
	}
	w.findNotes()
	w.findDispenses()
}

// point notes that an entry is named by another.
func (w *writer) point(ref *record.Ref) {
	if ref != nil {
		w.pointedTo[ref.ID]++
	}
}

func (w *writer) listEntries(list []record.Section) {
	for i := range list {
		for _, r := range list[i].Entries {
			w.listed[r.ID] = true
		}
		w.listEntries(list[i].Sections)
	}
}
