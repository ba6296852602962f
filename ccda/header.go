package ccda

import (
	"slices"

	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// header takes everything of a ClinicalDocument but its body (CDA R2 4.2; C-CDA
// R2.1 US Realm Header, 1.1).
func (r *reader) header(n tree.Node) *record.Document {
	d := &record.Document{}
	d.Entry = record.Entry{ID: r.docID, Identifiers: r.ids(n), Assertion: record.Affirmed, Labels: r.labels(n), Origins: r.origins(n)}
	d.Source = r.source
	r.own(n, d.ID)
	r.shape(n, "DOCCLIN", "EVN")
	r.scaffoldID(n.Child("typeId"), "2.16.840.1.113883.1.3", "POCD_HD000040")
	r.documentTemplates(n)
	r.levelOne(n)
	for c := n.Child("realmCode"); c.OK(); c = c.NextNamed() {
		if v := r.attr(c, "code"); v != "" {
			d.Realm = append(d.Realm, v)
		}
	}
	d.Category = r.conceptsNS(nil, n.ChildNS(spaceSDTC, "category"))
	d.Type = r.concept(n.Child("code"))
	d.Title = r.title(n)
	d.Time = r.time(n.Child("effectiveTime"))
	d.Language = r.attr(n.Child("languageCode"), "code")
	if s := n.Child("setId"); s.OK() {
		if i := r.identifier(s); !i.IsZero() {
			d.SetID = &i
		}
	}
	d.Version = r.attr(n.Child("versionNumber"), "value")
	d.CopyTime = r.timePtr(n.Child("copyTime"))
	d.CompletionCode = r.conceptPtr(firstOf(n.ChildNS(spaceSDTC, "statusCode"), n.ChildNS(spaceSDTC, "completionCode"), n.Child("completionCode")))

	targets := 0
	for c := n.First(); c.OK(); c = c.Next() {
		if c.Kind() != tree.Element {
			continue
		}
		switch c.Name() {
		case "recordTarget":
			if targets++; targets == 1 {
				r.patient(c)
			} else {
				r.issue(record.IssueOtherPatient, c)
			}
		case "author", "dataEnterer", "informant", "legalAuthenticator", "authenticator", "participant":
			d.Participants = append(d.Participants, r.participation(c))
		case "custodian":
			r.fixed(c, "typeCode", "CST")
			a := c.Child("assignedCustodian")
			r.fixed(a, "classCode", "ASSIGNED")
			if o := r.organization(a.Child("representedCustodianOrganization")); d.Custodian == nil {
				d.Custodian = o
			}
		case "informationRecipient":
			d.Recipients = append(d.Recipients, r.participation(c))
		case "inFulfillmentOf":
			r.fulfils(c, d)
		case "documentationOf":
			r.service(c, d)
		case "relatedDocument":
			r.relatedDocument(c, d)
		case "authorization":
			r.authorization(c, d)
		case "componentOf":
			d.Encounter = r.encompassing(c)
		}
	}
	return d
}

// levelOne checks the template of CDA R2 level one, which C32 and C83 documents
// carry: its extension is no date.
func (r *reader) levelOne(n tree.Node) {
	for t := n.Child("templateId"); t.OK(); t = t.NextNamed() {
		root, ext := t.Attr("root"), t.Attr("extension")
		if root.Value() != oidLevelOne {
			continue
		}
		switch ext.Value() {
		case "IMPL_CDAR2_LEVEL1", "MPL_CDAR2_LEVEL1-2REF_US_I2_2005SEP":
			r.scaffold(root)
			r.scaffold(ext)
		default:
			r.issue(record.IssueUnknownTemplate, t)
		}
	}
}

func firstOf(nodes ...tree.Node) tree.Node {
	for _, n := range nodes {
		if n.OK() {
			return n
		}
	}
	return tree.Node{}
}

// title takes a title, which is plain text whatever it says of itself.
func (r *reader) title(n tree.Node) string {
	t := n.Child("title")
	r.fixed(t, "mediaType", "text/plain")
	r.fixed(t, "representation", "TXT")
	return r.text(t)
}

// scaffoldID checks an II that the standard fixes.
func (r *reader) scaffoldID(n tree.Node, root, ext string) {
	r.fixed(n, "root", root)
	r.fixed(n, "extension", ext)
}

// fulfils takes an order that the document fulfils.
func (r *reader) fulfils(n tree.Node, d *record.Document) {
	r.fixed(n, "typeCode", "FLFS")
	o := n.Child("order")
	if !o.OK() {
		return
	}
	idents := r.ids(o)
	x := record.Order{Code: r.concept(o.Child("code")), Priority: r.conceptPtr(o.Child("priorityCode"))}
	if idents == nil && x.Code.IsZero() && x.Priority == nil {
		return
	}
	// An order's class says what is ordered: only that of any act says nothing.
	r.shape(o, "ACT", "RQO")
	x.Entry = r.newEntry(r.entryID(kindOrder, idents, o), idents, o)
	x.Mode = record.ModeRequest
	r.own(o, x.ID)
	r.rec.Orders = append(r.rec.Orders, x)
	d.Orders = append(d.Orders, record.Ref{ID: x.ID, Kind: kindOrder})
}

// Templates of a performer in documents that follow HITSP C32 and C83.
const (
	templateProviderC32 = "2.16.840.1.113883.3.88.11.32.4"
	templateProviderC83 = "2.16.840.1.113883.3.88.11.83.4"
	templateProviderIHE = "1.3.6.1.4.1.19376.1.5.3.1.2.3"
	templateServiceNote = "2.16.840.1.113883.10.20.21.3.1"
)

// service takes an act that the document is about, with the care team that performed it.
func (r *reader) service(n tree.Node, d *record.Document) {
	r.fixed(n, "typeCode", "DOC")
	e := n.Child("serviceEvent")
	if !e.OK() {
		return
	}
	r.templates(e, templateServiceNote)
	r.fixed(e, "moodCode", "EVN")
	s := record.ServiceEvent{
		Identifiers: r.ids(e), Class: r.attr(e, "classCode"), Code: r.conceptPtr(e.Child("code")), When: r.period(e.Child("effectiveTime")),
		Status: r.conceptPtr(n.ChildNS(spaceSDTC, "statusCode")),
	}
	for p := e.Child("performer"); p.OK(); p = p.NextNamed() {
		s.Participants = append(s.Participants, r.participation(p))
	}
	d.Services = append(d.Services, s)
}

// relatedDocument takes a document that this one replaces, appends or transforms (x_ActRelationshipDocument).
func (r *reader) relatedDocument(n tree.Node, d *record.Document) {
	x := record.RelatedDocument{}
	if a := n.Attr("typeCode"); a.OK() {
		switch a.Value() {
		case "RPLC":
			x.Type = "replaces"
		case "APND":
			x.Type = "appends"
		case "XFRM":
			x.Type = "transforms"
		default:
			r.issue(record.IssueUnexpectedFixed, a)
		}
		if x.Type != "" {
			r.take(a)
		}
	}
	p := n.Child("parentDocument")
	r.shape(p, "DOCCLIN", "EVN")
	x.Identifiers, x.Code, x.Version = r.ids(p), r.conceptPtr(p.Child("code")), r.attr(p.Child("versionNumber"), "value")
	x.Text = r.attachment(p.Child("text"))
	if s := p.Child("setId"); s.OK() {
		if i := r.identifier(s); !i.IsZero() {
			x.SetID = &i
		}
	}
	d.Related = append(d.Related, x)
}

// authorization takes a consent that the document rests on.
func (r *reader) authorization(n tree.Node, d *record.Document) {
	r.fixed(n, "typeCode", "AUTH")
	c := n.Child("consent")
	if !c.OK() {
		return
	}
	r.shape(c, "CONS", "EVN")
	idents := r.ids(c)
	x := record.Consent{Entry: r.newEntry(r.entryID(kindConsent, idents, c), idents, c), Code: r.conceptPtr(c.Child("code"))}
	x.Status = r.status(c)
	r.own(c, x.ID)
	r.rec.Consents = append(r.rec.Consents, x)
	d.Consents = append(d.Consents, record.Ref{ID: x.ID, Kind: kindConsent})
}

// encompassing takes the encounter that the document was made in.
func (r *reader) encompassing(n tree.Node) *record.Ref {
	r.fixed(n, "typeCode", "COMP")
	c := n.Child("encompassingEncounter")
	if !c.OK() {
		return nil
	}
	r.shape(c, "ENC", "EVN")
	idents := r.ids(c)
	e := record.Encounter{Entry: r.newEntry(r.entryID(kindEncounter, idents, c), idents, c)}
	r.own(c, e.ID)
	e.Types = r.concepts(c, "code")
	e.When = r.period(c.Child("effectiveTime"))
	e.Disposition = r.conceptPtr(c.Child("dischargeDispositionCode"))
	e.AdmitSource = r.conceptPtr(c.ChildNS(spaceSDTC, "admissionReferralSourceCode"))
	for p := c.First(); p.OK(); p = p.Next() {
		if p.Kind() == tree.Element && (p.Name() == "responsibleParty" || p.Name() == "encounterParticipant") {
			e.Participants = append(e.Participants, r.participation(p))
		}
	}
	if l := c.Child("location"); l.OK() {
		r.fixed(l, "typeCode", "LOC")
		if ref := r.facility(l.Child("healthCareFacility")); ref != nil {
			e.Locations = append(e.Locations, record.EncounterLocation{Location: *ref})
		}
	}
	classify(&e)
	r.hasEncounter = true
	r.rec.Encounters = append(r.rec.Encounters, e)
	return &record.Ref{ID: e.ID, Kind: kindEncounter}
}

// facility takes a healthCareFacility.
func (r *reader) facility(n tree.Node) *record.Ref {
	if !n.OK() {
		return nil
	}
	r.fixed(n, "classCode", "SDLOC")
	place := n.Child("location")
	r.fixed(place, "classCode", "PLC")
	r.fixed(place, "determinerCode", "INSTANCE")
	idents := r.ids(n)
	l := record.Location{Types: r.concepts(n, "code"), Names: r.orgNames(place), Addresses: r.addresses(place)}
	l.Managing = r.organization(n.Child("serviceProviderOrganization"))
	if idents == nil && l.Types == nil && l.Names == nil && l.Addresses == nil && l.Managing == nil {
		return nil
	}
	return r.location(n, idents, l)
}

// location keeps a place: one that shares an identifier with another mention is the same.
func (r *reader) location(n tree.Node, idents []record.Identifier, l record.Location) *record.Ref {
	at := r.find(kindLocation, idents)
	if at < 0 {
		at = len(r.rec.Locations)
		l.Entry = r.newEntry(r.personID(kindLocation, idents, n), idents, n)
		r.rec.Locations = append(r.rec.Locations, l)
	} else {
		h := &r.rec.Locations[at]
		r.untakeAbsent(n, &idents, &l.Addresses, &l.Telecoms)
		r.untakeAbsentCodes(n, &l.Types)
		h.Identifiers, h.Types, h.Names = union(h.Identifiers, idents), union(h.Types, l.Types), union(h.Names, l.Names)
		h.Addresses, h.Telecoms = union(h.Addresses, l.Addresses), union(h.Telecoms, l.Telecoms)
		if h.Managing == nil {
			h.Managing = l.Managing
		}
	}
	r.settle(kindLocation, at, idents)
	id := r.rec.Locations[at].ID
	r.own(n, id)
	return &record.Ref{ID: id, Kind: kindLocation}
}

// Documents of C-CDA by template, with the code that is first among those each allows.
const templateHeader = "2.16.840.1.113883.10.20.22.1.1"

var documentTypes = [...]struct{ template, loinc string }{
	{"2.16.840.1.113883.10.20.22.1.2", "34133-9"},
	{"2.16.840.1.113883.10.20.22.1.3", "34117-2"},
	{"2.16.840.1.113883.10.20.22.1.4", "11488-4"},
	{"2.16.840.1.113883.10.20.22.1.5", "18748-4"},
	{"2.16.840.1.113883.10.20.22.1.6", "28570-0"},
	{"2.16.840.1.113883.10.20.22.1.7", "11504-8"},
	{"2.16.840.1.113883.10.20.22.1.8", "18842-5"},
	{"2.16.840.1.113883.10.20.22.1.9", "11506-3"},
	{"2.16.840.1.113883.10.20.22.1.13", "18761-7"},
	{"2.16.840.1.113883.10.20.22.1.14", "57133-1"},
	{"2.16.840.1.113883.10.20.22.1.15", "52521-2"},
}

// templateUnstructured is that of a document whose body is a file; its code says what the file is of.
const templateUnstructured = "2.16.840.1.113883.10.20.22.1.10"

func isUnstructured(root tree.Node) bool {
	for c := root.Child("component"); c.OK(); c = c.NextNamed() {
		if c.Child("nonXMLBody").OK() {
			return true
		}
	}
	return false
}

// documentTemplates checks what a document claims to be. The header's template,
// and that of the kind of document which its code names, are scaffold, once with
// and once without the extension of each release, and the kind's only in the
// release that the header claims too. Other claims are carried: they say more
// than the code does.
func (r *reader) documentTemplates(n tree.Node) {
	code := n.Child("code").Attr("code").Value()
	type claim struct{ root, ext string }
	var room, more [8]claim
	header, seen := room[:0], more[:0]
	for t := n.Child("templateId"); t.OK(); t = t.NextNamed() {
		if c := (claim{t.Attr("root").Value(), t.Attr("extension").Value()}); c.root == templateHeader {
			header = append(header, c)
		}
	}
	if len(header) == 0 {
		r.issue(record.IssueUnsupportedVersion, n)
	}
	for t := n.Child("templateId"); t.OK(); t = t.NextNamed() {
		root, ext := t.Attr("root"), t.Attr("extension")
		c := claim{root.Value(), ext.Value()}
		if c.root == oidLevelOne {
			continue
		}
		known := c.root == templateHeader || c.root == templateUnstructured && isUnstructured(n) && slices.Contains(header, claim{templateHeader, c.ext})
		for i := range documentTypes {
			known = known || documentTypes[i].template == c.root && documentTypes[i].loinc == code
		}
		if !known || ext.OK() && !isRelease(c.ext) || slices.Contains(seen, c) {
			r.issue(record.IssueUnknownTemplate, t)
			continue
		}
		seen = append(seen, c)
		r.scaffold(root)
		r.scaffold(ext)
	}
}
