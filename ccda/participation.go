package ccda

import (
	"reflect"
	"slices"
	"strings"

	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// Templates of participations.
const (
	templateAuthor            = "2.16.840.1.113883.10.20.22.4.119"
	templateProvAuthor        = "2.16.840.1.113883.10.20.22.5.6"
	templateAssembler         = "2.16.840.1.113883.10.20.22.5.7"
	templateRelatedName       = "2.16.840.1.113883.10.20.22.5.8"
	templatePhysicianOfRec    = "2.16.840.1.113883.10.20.6.2.2"
	templatePhysicianReading  = "2.16.840.1.113883.10.20.6.2.1"
	templateDirectiveVerifier = "2.16.840.1.113883.10.20.1.58"
	templateObserver          = "2.16.840.1.113883.10.20.6.2.4" // Observer Context
)

// Templates of an author, and of those of a document, or of its markings, that is segmented for privacy (DS4P): the part, the role.
var (
	templatesAuthor            = []string{templateAuthor, templateProvAuthor}
	templatesAnyAuthor         = append(slices.Clone(templatesAuthor), "2.16.840.1.113883.3.3251.1.2", "2.16.840.1.113883.3.3251.1.6")
	templatesPrivacyAuthorRole = []string{"2.16.840.1.113883.3.3251.1.3", "2.16.840.1.113883.3.3251.1.7", templateObserver}
)

// participationRole pairs HL7 v3 ParticipationType (2.16.840.1.113883.5.90) with the record's terms.
var participationRole = codes.NewTable(
	codes.Both("AUT", "author"),
	codes.Both("INF", "informant"),
	codes.Both("ENT", "enterer"),
	codes.Both("PRF", "performer"),
	codes.Both("VRF", "verifier"),
	codes.Both("LA", "legal-authenticator"),
	codes.Both("AUTHEN", "authenticator"),
	codes.Both("CST", "custodian"),
	codes.Both("SBJ", "subject"),
	codes.Both("RESP", "responsible"),
	codes.Both("ATND", "attender"),
	codes.Both("ADM", "admitter"),
	codes.Both("DIS", "discharger"),
	codes.Both("CON", "consultant"),
	codes.Both("REF", "referrer"),
	codes.Both("LOC", "location"),
	codes.Both("DEV", "device"),
	codes.Both("PRCP", "recipient"),
)

// roleOf gives the record's term for a type code, and the code where the term does not give it back.
func roleOf(code, other string) (role, asSent string) {
	if role, ok := participationRole.To(code); ok {
		return role, ""
	}
	return other, code
}

// typeCode takes a typeCode that says what the part is.
func (r *reader) typeCode(n tree.Node, p *record.Participation, other string) {
	p.Role = other
	if c := r.attr(n, "typeCode"); c != "" {
		p.Role, p.RoleAsSent = roleOf(c, other)
	}
}

// otherParticipant skips the participants that a concept reads itself: a
// substance, a product, a place, a device, a coverage.
func otherParticipant(n tree.Node) bool {
	if n.Name() != "participant" {
		return false
	}
	if isAssembler(n) {
		return false
	}
	switch n.Attr("typeCode").Value() {
	case "VRF", "AUTHEN", "LA", "AUT", "INF", "ENT", "ATND", "ADM", "CON", "REF", "RESP", "CALLBCK", "PRF", "PPRF", "SPRF", "IRCP", "PRCP", "NOT", "CST", "IND":
		return false
	}
	return true
}

// isAssembler recognises who put a document or an entry together from others'
// (C-CDA Companion Guide, Provenance - Assembler Participation).
func isAssembler(n tree.Node) bool {
	f := n.Child("functionCode")
	if !f.OK() {
		f = n.ChildNS(spaceSDTC, "functionCode") // of a statement
	}
	return n.Attr("typeCode").Value() == "DEV" && f.Attr("code").Value() == "assembler"
}

// participants takes authors, informants, performers and those participants that skip does not claim.
func (r *reader) participants(n tree.Node, skip func(tree.Node) bool) []record.Participation {
	count := 0
	for c := n.First(); c.OK(); c = c.Next() {
		if r.known[c.NameID()].part && (skip == nil || !skip(c)) {
			count++
		}
	}
	if count == 0 {
		return nil
	}
	out := r.room.played.List(count)
	for c := n.First(); c.OK(); c = c.Next() {
		if r.known[c.NameID()].part && (skip == nil || !skip(c)) {
			out = append(out, r.participation(c))
		}
	}
	return out
}

// isPart knows the elements of a clinical statement that say who took part in it.
func isPart(name string) bool {
	switch name {
	case "author", "informant", "performer", "participant":
		return true
	}
	return false
}

// participation takes one participation of any kind, with the role in it.
func (r *reader) participation(n tree.Node) record.Participation {
	var p record.Participation
	fixedRole := func(role string, codes ...string) {
		p.Role = role
		r.fixed(n, "typeCode", codes...)
	}
	switch n.Name() {
	case "author":
		fixedRole("author", "AUT")
	case "informant":
		fixedRole("informant", "INF")
	case "dataEnterer":
		fixedRole("enterer", "ENT")
	case "legalAuthenticator":
		fixedRole("legal-authenticator", "LA")
	case "authenticator":
		fixedRole("authenticator", "AUTHEN")
	case "responsibleParty":
		fixedRole("responsible", "RESP")
	case "performer":
		r.typeCode(n, &p, "performer")
	case "informationRecipient":
		r.typeCode(n, &p, "recipient")
	default: // participant, encounterParticipant
		r.typeCode(n, &p, "participant")
		if isAssembler(n) {
			p.Role = "assembler"
		}
	}
	r.fixed(n, "contextControlCode", "OP")
	p.Absent = r.nullFlavor(n)
	r.partTemplates(n)
	if p.Function = r.conceptPtr(n.Child("functionCode")); p.Function == nil {
		p.Function = r.conceptPtr(n.ChildNS(spaceSDTC, "functionCode"))
	}
	p.When = r.periodPtr(n.Child("time"))
	p.Mode = r.conceptPtr(n.Child("modeCode"))
	p.Awareness = r.conceptPtr(n.Child("awarenessCode"))
	if s := n.Child("signatureCode"); s.OK() {
		p.Signature = r.attr(s, "code")
	}
	p.SignatureText = r.attachment(n.ChildNS(spaceSDTC, "signatureText"))
	for c := n.First(); c.OK(); c = c.Next() {
		if c.Kind() == tree.Element && isRole(c.Name()) {
			r.role(c, &p)
			break
		}
	}
	return p
}

// plainTemplates gives the templates known, none where n names with one of its own who
// assigned it: that says more than a template, and only what is carried whole keeps it.
func (r *reader) plainTemplates(n tree.Node, known []string) []string {
	for t := n.Child("templateId"); t.OK(); t = t.NextNamed() {
		if t.Attr("assigningAuthorityName").OK() {
			return nil
		}
	}
	return known
}

// partTemplates checks the template ids that a participation of each kind may have.
func (r *reader) partTemplates(n tree.Node) {
	switch n.Name() {
	case "author":
		known := templatesAuthor
		if r.plainTemplates(n, templatesAnyAuthor) != nil {
			known = templatesAnyAuthor
		}
		r.templates(n, known...)
	case "performer":
		r.templates(n, templateProviderC32, templateProviderC83, templateProviderIHE, templatePhysicianReading)
	case "encounterParticipant":
		r.templates(n, templatePhysicianOfRec)
	case "participant":
		switch n.Attr("typeCode").Value() {
		case "DEV":
			r.templates(n, templateAssembler)
		case "VRF":
			r.templates(n, templateDirectiveVerifier)
		default:
			r.templates(n, templateRelatedName)
		}
	default:
		r.templates(n)
	}
}

// isRole knows the elements that say who plays a part.
func isRole(name string) bool {
	switch name {
	case "assignedAuthor", "assignedEntity", "relatedEntity", "associatedEntity", "intendedRecipient", "participantRole":
		return true
	}
	return false
}

// role takes who plays a part. The same text read before gives the same, where it identifies somebody.
func (r *reader) role(n tree.Node, p *record.Participation) {
	key := roleKey{n.Name(), p.Role, view(n.Raw())}
	if m, ok := r.people.byText[key]; ok {
		for i, j := m.at, n.Index(); j < n.End(); i, j = i+1, j+1 {
			if r.led.Taken(i) {
				r.led.Take(j)
			} else if r.led.Scaffolded(i) {
				r.led.Scaffold(j)
			}
		}
		p.Class, p.Who, p.OnBehalfOf, p.Code, p.Specialty = m.part.Class, m.part.Who, m.part.OnBehalfOf, m.part.Code, m.part.Specialty
		r.ownAgain(m, n)
		return
	}
	issues := len(r.rep.Issues)
	known := r.readRole(n, p)
	// A mention that says that something is absent is read each time: see untakeAbsent.
	if known && len(r.rep.Issues) == issues && !strings.Contains(key.text, "nullFlavor") {
		r.people.byText[key] = &mention{n.Index(), r.owned(n), *p}
	}
}

// owned tells how far behind n are the elements within it that have owners.
func (r *reader) owned(n tree.Node) []int32 {
	var out []int32
	for i := n.Index(); i < n.End(); i++ {
		if _, ok := r.owners.get(i); ok {
			out = append(out, int32(i-n.Index()))
		}
	}
	return out
}

// ownAgain gives what is within n the owners that the same text had at another place.
func (r *reader) ownAgain(m *mention, n tree.Node) {
	for _, k := range m.owned {
		id, _ := r.owners.get(m.at + int(k))
		r.owners.set(n.Index()+int(k), id)
	}
}

// readRole reports whether all that the role names has an identifier.
func (r *reader) readRole(n tree.Node, p *record.Participation) (known bool) {
	name := n.Name()
	class := n.Attr("classCode").Value()
	relatedTo := name == "relatedEntity" || isRelation(class)
	switch name {
	case "assignedAuthor", "assignedEntity":
		r.fixed(n, "classCode", "ASSIGNED")
		r.templates(n, r.plainTemplates(n, templatesPrivacyAuthorRole)...)
	case "intendedRecipient":
		if class != "ASSIGNED" {
			p.Class = r.attr(n, "classCode")
		} else {
			r.scaffold(n.Attr("classCode"))
		}
	default:
		if !relatedTo {
			p.Class = r.attr(n, "classCode")
		}
	}
	idents, addrs, tels := r.ids(n), r.addresses(n), r.telecoms(n)
	code := r.conceptPtr(n.Child("code"))
	for c := n.ChildNS(spaceSDTC, "specialty"); c.OK(); c = c.NextNamed() {
		if x := r.concept(c); !x.IsZero() {
			p.Specialty = append(p.Specialty, x)
		}
	}
	person := firstChild(n, "assignedPerson", "relatedPerson", "associatedPerson", "informationRecipient", "playingEntity")
	orgs := len(r.rec.Organizations)
	p.OnBehalfOf = r.organization(firstChild(n, "representedOrganization", "scopingOrganization", "receivedOrganization"))
	known = p.OnBehalfOf == nil || len(r.rec.Organizations) == orgs || r.identifies(kindOrganization, r.rec.Organizations[len(r.rec.Organizations)-1].Identifiers)
	if dev := firstChild(n, "assignedAuthoringDevice", "playingDevice"); dev.OK() {
		use := ""
		if dev.Name() == "assignedAuthoringDevice" {
			use = "author"
		}
		p.Code = code
		as := record.Device{Use: use}
		as.Assertion = record.Affirmed
		p.Who = r.device(n, dev, idents, addrs, tels, as)
		return known && r.identifies(kindDevice, idents)
	}
	r.fixed(person, "classCode", "PSN")
	r.fixed(person, "determinerCode", "INSTANCE")
	names := r.names(person)
	kin := person.ChildNS(spaceSDTC, "asPatientRelationship")
	if relatedTo || kin.OK() {
		x := record.RelatedPerson{Names: names, Addresses: addrs, Telecoms: tels, Period: r.periodPtr(n.Child("effectiveTime")), Organization: p.OnBehalfOf}
		p.OnBehalfOf = nil
		if name != "assignedEntity" && name != "assignedAuthor" {
			if c := r.attr(n, "classCode"); c != "" {
				x.Class, p.Class = []string{c}, ""
			}
		}
		if code != nil {
			x.Relationships = append(x.Relationships, *code)
		}
		if person.Name() == "playingEntity" {
			if k := r.conceptPtr(person.Child("code")); k != nil {
				x.Relationships = append(x.Relationships, *k)
			}
		}
		r.fixed(kin, "classCode", "PRS")
		r.fixed(kin, "determinerCode", "INSTANCE")
		if k := r.conceptPtr(kin.Child("code")); k != nil {
			x.Relationships = append(x.Relationships, *k)
		} else if k := r.conceptPtr(kin.ChildNS(spaceCDA, "code")); k != nil {
			x.Relationships = append(x.Relationships, *k)
		}
		p.Who = r.related(n, idents, x)
		for i := range r.rec.RelatedPersons {
			if q := &r.rec.RelatedPersons[i]; q.ID == p.Who.ID && x.Organization != nil && !reflect.DeepEqual(q.Organization, x.Organization) {
				p.OnBehalfOf = x.Organization // another mention has them for somebody else
			}
		}
		return known && r.identifies(kindRelated, idents)
	}
	p.Code = code
	switch {
	case r.isPatient(idents, names):
		p.Who = r.patientToo(n, idents, names, addrs, tels)
		return false
	case len(names) > 0 || r.identifies(kindPractitioner, idents) || hasUsable(idents):
		p.Who = r.practitioner(n, idents, names, addrs, tels)
		return known && r.identifies(kindPractitioner, idents)
	}
	// Nobody is named: what is said belongs to the part alone.
	p.Identifiers, p.Addresses, p.Telecoms = idents, addrs, tels
	return false
}

func hasUsable(idents []record.Identifier) bool {
	for i := range idents {
		if usable(&idents[i]) {
			return true
		}
	}
	return false
}

// isRelation knows the classes of role of somebody related to the patient (HL7
// v3 RoleClass, 2.16.840.1.113883.5.110).
func isRelation(class string) bool {
	switch class {
	case "NOK", "ECON", "CAREGIVER", "PRS", "GUARD", "GUAR", "AGNT", "POLHOLD", "COVPTY", "DEPEN", "SPNSR":
		return true
	}
	return false
}

func firstChild(n tree.Node, names ...string) tree.Node {
	for _, name := range names {
		if c := n.Child(name); c.OK() {
			return c
		}
	}
	return tree.Node{}
}

// isPatient reports whether the one named is the patient (an author or informant
// of the patient's own): an identifier is the same, and no name speaks against it.
func (r *reader) isPatient(idents []record.Identifier, names []record.Name) bool {
	if r.rec.Patient == nil {
		return false
	}
	for i := range idents {
		k, ok := r.personKey(kindPatient, &idents[i])
		if !ok {
			continue
		}
		for j := range r.rec.Patient.Identifiers {
			if pk, ok := r.personKey(kindPatient, &r.rec.Patient.Identifiers[j]); ok && pk == k {
				return !strangers(r.rec.Patient.Names, names)
			}
		}
	}
	return false
}

func (r *reader) patientToo(role tree.Node, idents []record.Identifier, names []record.Name, addrs []record.Address, tels []record.Telecom) *record.Ref {
	p := r.rec.Patient
	r.untakeAbsent(role, &idents, &addrs, &tels)
	p.Identifiers = union(p.Identifiers, idents)
	p.Names, p.Addresses, p.Telecoms = union(p.Names, names), union(p.Addresses, addrs), union(p.Telecoms, tels)
	r.own(role, p.ID)
	return &record.Ref{ID: p.ID, Kind: kindPatient}
}
