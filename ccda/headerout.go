package ccda

import (
	"time"

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
	for i := range d.Recipients {
		w.line()
		w.In("recipients", i)
		w.participation("informationRecipient", d.Recipients[i])
		w.Leave()
	}
	d.Recipients = nil
	w.headerParts(&d.Participants, "legal-authenticator", "legalAuthenticator")
	w.headerParts(&d.Participants, "authenticator", "authenticator")
	w.headerParts(&d.Participants, "", "participant")
	w.contacts()
	w.fulfils(d)
	w.services(d)
	w.relatedDocuments(d)
	w.authorizations(d)
	w.encompassing(d)
}

// headerIdentity writes what a document says of itself.
func (w *writer) headerIdentity(d *record.Document) {
	if w.strict && len(d.Realm) == 0 {
		w.leaf("realmCode", "code", "US") // the realm of C-CDA's header (CONF:1198-16791)
	}
	for _, r := range d.Realm {
		w.leaf("realmCode", "code", r)
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
	if d.Title == "" && w.strict {
		d.Title = w.typ.title
	}
	w.words("title", take(&d.Title))
	w.conceptPtr("sdtc:statusCode", "completionCode", &d.CompletionCode)
	switch {
	case !d.Time.IsZero():
		w.time("effectiveTime", "time", &d.Time)
	case w.strict || len(w.rec.Documents) == 0:
		w.leaf("effectiveTime", "value", w.now())
	}
	if len(d.Labels) == 0 && w.strict {
		// A document's confidentiality is required (CONF:1198-5259); none is claimed.
		w.require("confidentialityCode", "labels", "NI")
	}
	w.labels(&d.Labels)
	switch {
	case d.Language != "":
		w.leaf("languageCode", "code", take(&d.Language))
	case w.strict:
		w.require("languageCode", "language", "NI")
	}
	if d.SetID != nil {
		x := *d.SetID
		w.identifier("setId", "setId", &x)
		d.SetID = nil
	}
	w.leafIf("versionNumber", take(&d.Version))
	w.timePtr("copyTime", "copyTime", &d.CopyTime)
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
			w.leaf("id", "root", w.derive("document", w.typ.loinc))
		}
		return
	}
	first := d.Identifiers[:1]
	if !w.strict {
		first = d.Identifiers
	}
	w.identifiers("id", "identifiers", &first)
	if w.strict && len(d.Identifiers) > 1 {
		w.Drop("identifiers", d.Identifiers[1:], &withheld)
	}
	d.Identifiers = nil
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
	if w.typ.loinc != "" && (d.Type.IsZero() || w.x.Type != AsRecorded && !w.typ.fits(&d.Type)) {
		if !d.Type.IsZero() {
			w.Drop("type", &d.Type, &withheld)
		}
		d.Type = record.Concept{}
		w.leaf("code", "code", w.typ.loinc, "codeSystem", oidLOINC, "codeSystemName", "LOINC", "displayName", w.typ.title)
		return
	}
	w.concept("code", "type", &d.Type)
}

// headerAuthors writes the authors of the document and gives the others.
func (w *writer) headerAuthors(list []record.Participation) []record.Participation {
	n := 0
	for i := range list {
		if list[i].Role == "author" {
			w.line()
			w.In("participants", i)
			w.participation("author", list[i])
			w.Leave()
			n++
		}
	}
	if dev := w.x.Device; dev != nil {
		w.hostDevice(dev)
		n++
	}
	if n == 0 && w.strict {
		w.Note(&issueRequired, "participants")
		w.line()
		w.el("author")
		w.leaf("time", "nullFlavor", "NI")
		w.el("assignedAuthor")
		w.leaf("id", "nullFlavor", "NI")
		w.leaf("addr", "nullFlavor", "NI")
		w.leaf("telecom", "nullFlavor", "NI")
		w.el("assignedAuthoringDevice")
		w.leaf("manufacturerModelName", "nullFlavor", "NI")
		w.leaf("softwareName", "nullFlavor", "NI")
		w.end()
		w.end()
		w.end()
	}
	return list
}

// hostDevice writes the host's own device as an author.
func (w *writer) hostDevice(dev *record.Device) {
	x := *dev
	quiet := w.Quiet
	w.Quiet = true
	w.line()
	w.el("author")
	w.leaf("time", "value", w.now())
	w.el("assignedAuthor")
	if len(x.Identifiers) == 0 {
		w.leaf("id", "nullFlavor", "NI")
	}
	w.identifiers("id", "", &x.Identifiers)
	w.orNull("addr", len(x.Addresses))
	w.addresses("", &x.Addresses)
	w.orNull("telecom", len(x.Contacts))
	w.telecoms("", &x.Contacts)
	w.el("assignedAuthoringDevice")
	w.deviceParts(&x)
	w.end()
	w.end()
	w.end()
	w.Quiet = quiet
}

func (w *writer) orNull(name string, n int) {
	if n == 0 && w.strict {
		w.leaf(name, "nullFlavor", "NI")
	}
}

// headerParts writes the participants of the header that have a role, under an
// element of their own; role "" is for all that have none.
func (w *writer) headerParts(list *[]record.Participation, role, name string) {
	for i := range *list {
		p := (*list)[i]
		r := p.Role
		switch r {
		case "author", "enterer", "informant", "legal-authenticator", "authenticator":
		default:
			r = ""
		}
		if r == role {
			w.line()
			w.In("participants", i)
			w.participation(name, p)
			w.Leave()
		}
	}
	if role == "" {
		*list = nil
	}
}

// custodian writes who keeps the document (CONF:1198-5519).
func (w *writer) custodian(d *record.Document) {
	if host := w.x.Custodian; host != nil {
		x := *host
		if d.Custodian != nil {
			w.DropString("custodian", d.Custodian.ID, &lostFilter)
			d.Custodian = nil
		}
		w.line()
		w.el("custodian")
		w.el("assignedCustodian")
		w.el("representedCustodianOrganization")
		quiet := w.Quiet
		w.Quiet = true
		w.identifiers("id", "", &x.Identifiers)
		w.orgNames(&x.Names)
		w.telecoms("", &x.Telecoms)
		w.addresses("", &x.Addresses)
		w.Quiet = quiet
		w.end()
		w.end()
		w.end()
		return
	}
	if d.Custodian == nil && !w.strict {
		return
	}
	w.line()
	w.el("custodian")
	w.el("assignedCustodian")
	if d.Custodian != nil && w.organization("representedCustodianOrganization", d.Custodian) {
		d.Custodian = nil
	} else if w.strict {
		w.Note(&issueRequired, "custodian")
		w.el("representedCustodianOrganization")
		for _, n := range [...]string{"id", "name", "telecom", "addr"} {
			w.leaf(n, "nullFlavor", "NI")
		}
		w.end()
	}
	w.end()
	w.end()
}

// contacts writes the related persons whom the source named as contacts of the
// patient's and nobody refers to (C-CDA R2.1 US Realm Header, participant support).
func (w *writer) contacts() {
	for i := range w.rec.RelatedPersons {
		x := &w.rec.RelatedPersons[i]
		if w.wrote[x.ID] || w.inStatements[x.ID] {
			continue
		}
		w.line()
		w.el("participant")
		w.at("typeCode", "IND")
		w.el("associatedEntity")
		p := record.Participation{}
		w.relatedRole("associatedEntity", i, &p)
		w.end()
		w.end()
	}
}

// fulfils writes the orders that the document fulfils.
func (w *writer) fulfils(d *record.Document) {
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
			if o.Mode == record.ModeRequest {
				o.Mode = ""
			}
			w.identifiers("id", "identifiers", &o.Identifiers)
			w.concept("code", "code", &o.Code)
			w.conceptPtr("priorityCode", "priority", &o.Priority)
			w.rest(&o)
		})
		w.end()
		w.end()
		d.Orders[i] = record.Ref{}
	}
}

// services writes the acts that the document is about.
func (w *writer) services(d *record.Document) {
	for i := range d.Services {
		s := d.Services[i]
		w.In("services", i)
		w.line()
		w.el("documentationOf")
		w.conceptPtr("sdtc:statusCode", "status", &s.Status)
		w.el("serviceEvent")
		w.at("classCode", take(&s.Class))
		w.identifiers("id", "identifiers", &s.Identifiers)
		w.conceptPtr("code", "code", &s.Code)
		w.serviceTime(&s)
		for k := range s.Participants {
			w.In("participants", k)
			w.participation("performer", s.Participants[k])
			w.Leave()
		}
		s.Participants = nil
		w.end()
		w.end()
		w.rest(&s)
		w.Leave()
	}
	if len(d.Services) == 0 && w.strict && w.typ.service != "" {
		w.Note(&issueRequired, "services")
		w.line()
		w.el("documentationOf")
		w.el("serviceEvent")
		w.at("classCode", w.typ.service)
		w.el("effectiveTime")
		w.leaf("low", "nullFlavor", "NI")
		w.end()
		w.end()
		w.end()
	}
	d.Services = nil
}

func (w *writer) serviceTime(s *record.ServiceEvent) {
	if w.strict && s.When.Start.IsZero() {
		w.Note(&issueRequired, "when.start")
		w.el("effectiveTime")
		w.leaf("low", "nullFlavor", "NI")
		w.bound("high", "when.end", &s.When.End, &s.When.EndOpen)
		w.end()
		s.When.StartOpen = nil
		if !s.When.At.IsZero() {
			w.Drop("when", &s.When, &withheld)
		}
		s.When = record.Period{}
		return
	}
	w.period("effectiveTime", "when", &s.When)
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
		w.el("consent")
		w.own(c.ID)
		w.mention("consents", c.ID, at.i, func() {
			w.identifiers("id", "identifiers", &c.Identifiers)
			w.conceptPtr("code", "code", &c.Code)
			w.status(&c.Status)
			w.rest(&c)
		})
		w.end()
		w.end()
		d.Consents[i] = record.Ref{}
	}
}

// encompassing writes the encounter that the document was made in.
func (w *writer) encompassing(d *record.Document) {
	at, ok := w.place(d.Encounter)
	if !ok || at.kind != kindEncounter {
		return
	}
	d.Encounter = nil
	w.line()
	w.el("componentOf")
	w.el("encompassingEncounter")
	w.At("encounters", at.i, func() { w.encompassingEncounter(&w.rec.Encounters[at.i]) })
	w.end()
	w.end()
}
