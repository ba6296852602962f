package ccda

import (
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/record"
)

const (
	oidConfidentiality = "2.16.840.1.113883.5.25"
	oidDocumentType    = "POCD_HD000040"
	oidTypeID          = "2.16.840.1.113883.1.3"
)

// header writes everything of a ClinicalDocument but its body (CDA R2 4.2;
// C-CDA R2.1 US Realm Header, 1.1), in the order of the schema.
func (w *writer) header(d *record.Document) {
	w.headerIdentity(d)
	w.line()
	w.recordTarget()
	d.Participants = w.headerAuthors(d.Participants)
	w.headerParts(&d.Participants, "enterer", "dataEnterer")
	w.headerParts(&d.Participants, "informant", "informant")
	w.custodian(d)
	w.recipients(d)
	w.headerParts(&d.Participants, "legal-authenticator", "legalAuthenticator")
	w.headerParts(&d.Participants, "authenticator", "authenticator")
	w.headerParts(&d.Participants, "", "participant")
	for i := range w.recipientsLeft {
		w.headerParticipant("recipients", i+1, w.recipientsLeft[i])
	}
	w.contacts()
	w.fulfils(d)
	w.services(d)
	w.relatedDocuments(d)
	w.authorizations(d)
	w.encompassing(d)
}

// headerIdentity writes what a document says of itself.
func (w *writer) headerIdentity(d *record.Document) {
	w.claimed(templateHeader)
	w.claimed(w.typ.template)
	if w.strict {
		w.leaf("realmCode", "code", "US") // the realm of C-CDA's header (CONF:1198-16791)
	}
	for i, r := range d.Realm {
		switch {
		case !w.strict:
			w.leaf("realmCode", "code", r)
		case r != "US":
			w.In("realm", i)
			w.DropString("", r, &withheld)
			w.Leave()
		}
	}
	if w.strict && !slices.Contains(d.Realm, "US") {
		w.Note(&fixed, "realm")
	}
	d.Realm = nil
	w.leaf("typeId", "root", oidTypeID, "extension", oidDocumentType)
	w.template(templateHeader)
	if t := w.typ.template; t != "" {
		w.template(t)
	}
	w.documentID(d)
	w.concepts("sdtc:category", "category", &d.Category)
	w.documentCode(d)
	if d.Title == "" {
		w.require("title", "title", "NI")
	}
	w.words("title", take(&d.Title))
	w.cs("sdtc:statusCode", "completionCode", &d.CompletionCode)
	switch {
	case !d.Time.IsZero():
		w.time("effectiveTime", "time", &d.Time)
	case w.strict || len(w.rec.Documents) == 0:
		w.leaf("effectiveTime", "value", w.now())
		if w.strict {
			w.Note(&issueMadeNow, "time")
		}
	}
	w.confidentiality(d)
	switch {
	case d.Language != "":
		w.leaf("languageCode", "code", take(&d.Language))
	case w.strict:
		w.require("languageCode", "language", "NI")
	}
	w.version(d)
	w.timePtr("copyTime", "copyTime", &d.CopyTime)
}

// issueMadeNow is for a document that has no time and must have one (CONF:1198-5256).
var issueMadeNow = record.IssueAltered.Because("the template requires the time of the document, which the record does not have; it went out with the time of its making here")

// confidentiality writes the labels of the document, which demands one (CONF:1198-5259).
func (w *writer) confidentiality(d *record.Document) {
	if confidentialityAt(d.Labels) >= 0 {
		w.confidentialityCode(&d.Labels)
	} else if top := highest(w.rec); top != "" {
		w.label(&record.Label{Coding: record.Coding{System: record.SystemConfidentiality, Code: top}})
	} else {
		w.require("confidentialityCode", "labels", "NI")
	}
	w.markers, d.Labels = d.Labels, nil
}

// highest gives the most restrictive confidentiality of anything in the record, where that is more than normal (DS4P: the
// high-water mark).
func highest(r *record.Record) (top string) {
	for _, e := range r.Entries() {
		for i := range e.Labels {
			c := &e.Labels[i].Coding
			if c.System == record.SystemConfidentiality && (c.Code == "V" || c.Code == "R" && top == "") {
				top = c.Code
			}
		}
	}
	return top
}

// version writes setId and versionNumber: neither stands without the other (CONF:1198-6380, 1198-6387).
func (w *writer) version(d *record.Document) {
	if w.strict && d.Version != "" && !isInteger(d.Version) {
		w.DropString("version", take(&d.Version), &withheld)
	}
	if d.SetID != nil {
		x := *d.SetID
		w.identifier("setId", "setId", &x)
		if d.Version == "" {
			w.require("versionNumber", "version", "NI")
		}
		d.SetID = nil
	} else if d.Version != "" {
		w.require("setId", "setId", "NI")
	}
	w.leafIf("versionNumber", take(&d.Version))
}

// leafIf writes an element with a value; none where the value is "".
func (w *writer) leafIf(name, value string) {
	if value != "" {
		w.leaf(name, "value", value)
	}
}

// now is the moment of making, in UTC.
func (w *writer) now() string {
	now := w.opts.Now
	if now.IsZero() {
		now = time.Now()
	}
	return now.UTC().Format("20060102150405") + "+0000"
}

// documentID writes the document's one id (CDA R2 4.2.1.5). A document that is
// made here has one that is made of the record and the type.
func (w *writer) documentID(d *record.Document) {
	if len(d.Identifiers) == 0 {
		if w.strict || len(w.rec.Documents) == 0 {
			root := w.derive("document", w.typ.loinc)
			if w.strict && w.typ.typ == DiagnosticImagingReport {
				root = uuidOID(root)
			}
			w.leaf("id", "root", root)
		}
		return
	}
	first := d.Identifiers
	if w.strict {
		first = []record.Identifier{d.Identifiers[0]}
		if w.typ.typ == DiagnosticImagingReport {
			w.oidOnly(&first[0])
		}
		for i := 1; i < len(d.Identifiers); i++ {
			w.In("identifiers", i)
			w.Drop("", &d.Identifiers[i], &withheld)
			w.Leave()
		}
	}
	w.identifiers("id", "identifiers", &first)
	d.Identifiers = nil
}

// oidOnly gives the identifier of a Diagnostic Imaging Report the form of an OID,
// which is all that is allowed there (CONF:1198-30934): a UUID has one (ITU-T X.667, 2.25).
func (w *writer) oidOnly(i *record.Identifier) {
	root, ext := w.rootOf(i)
	switch {
	case codes.IsUUID(root):
		w.Note(&altered, "identifiers[0]")
		i.System, i.SystemAsSent = urnOID+uuidOID(root), uuidOID(root)
		if ext == "" {
			i.System, i.SystemAsSent, i.Value, i.ValueAsSent = record.SystemURI, "", urnOID+uuidOID(root), ""
		}
	case !codes.IsOID(root):
		w.Note(&altered, "identifiers[0]")
		*i = record.Identifier{System: record.SystemURI, Value: urnOID + uuidOID(w.derive("document", root+ext))}
	}
}

// uuidOID gives the OID of a UUID (ITU-T X.667, 7).
func uuidOID(uuid string) string {
	n, ok := new(big.Int).SetString(strings.ReplaceAll(uuid, "-", ""), 16)
	if !ok {
		return ""
	}
	return "2.25." + n.String()
}

// derive gives an id for something that has none of its own.
func (w *writer) derive(kind, part string) string {
	root := ""
	if w.rec.Patient != nil {
		root = w.rec.Patient.ID
	}
	return w.ids.Make("ccda", root, kind, part)
}

// documentCode writes the code of the document: the record's own, if the type of document is its own too.
func (w *writer) documentCode(d *record.Document) {
	if w.typ.loinc != "" && (d.Type.IsZero() || w.x.Type != AsRecorded && !w.fits(w.typ, &d.Type)) {
		if !d.Type.IsZero() {
			w.Drop("type", &d.Type, &withheld)
		}
		d.Type = record.Concept{}
		if w.typ.typ == CarePlan && w.release >= R30 {
			w.leaf("code", "code", loincCarePlan, "codeSystem", oidLOINC, "codeSystemName", "LOINC", "displayName", "Plan of care note")
			return
		}
		w.leaf("code", "code", w.typ.loinc, "codeSystem", oidLOINC, "codeSystemName", "LOINC", "displayName", w.typ.title)
		return
	}
	if w.strict && w.release >= R30 && w.typ.typ == CarePlan && d.Type.Codings[0].Code == w.typ.loinc {
		// The code that R2.1 fixed is not in the value set of 3.0: that which is comes before it.
		w.Note(&altered, "type")
		now := record.Coding{System: record.SystemLOINC, Code: loincCarePlan, Display: "Plan of care note"}
		d.Type.Codings = append([]record.Coding{now}, d.Type.Codings...)
	}
	w.concept("code", "type", &d.Type)
}

// orNull writes an element with a nullFlavor where the header requires one and there are none.
func (w *writer) orNull(name, leaf string, n int) {
	if n == 0 {
		w.require(name, leaf, "NI")
	}
}

// fulfils writes the orders that the document fulfils.
func (w *writer) fulfils(d *record.Document) {
	n := 0
	for i := range d.Orders {
		at, ok := w.place(&d.Orders[i])
		if !ok || at.kind != kindOrder {
			continue
		}
		o := w.rec.Orders[at.i]
		w.line()
		w.el("inFulfillmentOf")
		w.el("order")
		w.own(o.ID)
		w.mention("orders", o.ID, at.i, func() {
			switch o.Mode {
			case record.ModeEvent:
				w.Note(&fixed, "mode")
			case record.ModeRequest:
				o.Mode = ""
			}
			if len(o.Identifiers) == 0 {
				w.require("id", "identifiers", "NI")
			}
			w.identifiers("id", "identifiers", &o.Identifiers)
			w.concept("code", "code", &o.Code)
			w.conceptPtr("priorityCode", "priority", &o.Priority)
			w.rest(&o)
		})
		w.end()
		w.end()
		d.Orders[i] = record.Ref{}
		n++
	}
	if n == 0 && w.strict && w.typ.typ == ConsultationNote {
		// The order that asked for it is required (CONF:1198-8382).
		w.Note(&issueRequired, "orders")
		w.line()
		w.el("inFulfillmentOf")
		w.el("order")
		w.leaf("id", "nullFlavor", "NI")
		w.end()
		w.end()
	}
}

// relatedDocuments writes the documents that this one replaces, appends or transforms.
func (w *writer) relatedDocuments(d *record.Document) {
	for i := range d.Related {
		x := d.Related[i]
		code := map[string]string{"replaces": "RPLC", "appends": "APND", "transforms": "XFRM"}[x.Type]
		w.In("related", i)
		if code == "" {
			w.Drop("", &x, &lost)
			w.Leave()
			continue
		}
		x.Type = ""
		w.line()
		w.el("relatedDocument")
		w.at("typeCode", code)
		w.el("parentDocument")
		if len(x.Identifiers) == 0 {
			w.require("id", "identifiers", "NI")
		}
		if w.strict && w.typ.typ == DiagnosticImagingReport && len(x.Identifiers) > 1 {
			dropFrom(w, "identifiers", x.Identifiers, 1, &withheld) // CONF:1198-32090
			x.Identifiers = x.Identifiers[:1]
		}
		w.identifiers("id", "identifiers", &x.Identifiers)
		w.conceptPtr("code", "code", &x.Code)
		if x.Text != nil {
			a := *x.Text
			w.attachment("text", "text", "", &a)
			x.Text = nil
		}
		if x.SetID != nil {
			s := *x.SetID
			w.identifier("setId", "setId", &s)
			x.SetID = nil
		}
		if w.strict && !isInteger(x.Version) {
			w.DropString("version", take(&x.Version), &withheld)
		}
		w.leafIf("versionNumber", take(&x.Version))
		w.end()
		w.end()
		w.rest(&x)
		w.Leave()
	}
	d.Related = nil
}

// authorizations writes the consents that the document rests on.
func (w *writer) authorizations(d *record.Document) {
	for i := range d.Consents {
		at, ok := w.place(&d.Consents[i])
		if !ok || at.kind != kindConsent {
			continue
		}
		c := w.rec.Consents[at.i]
		w.line()
		w.el("authorization")
		if w.strict {
			w.at("typeCode", "AUTH")
		}
		w.el("consent")
		w.own(c.ID)
		if w.strict {
			w.at("classCode", "CONS")
			w.at("moodCode", "EVN")
		}
		w.mention("consents", c.ID, at.i, func() {
			w.identifiers("id", "identifiers", &c.Identifiers)
			w.conceptPtr("code", "code", &c.Code)
			if w.strict && c.Status.Code == "" && c.Status.AsSent == "" && c.Status.Absent == "" {
				w.require("statusCode", "status", "NI")
			}
			w.status(&c.Status)
			w.rest(&c)
		})
		w.end()
		w.end()
		d.Consents[i] = record.Ref{}
	}
}
