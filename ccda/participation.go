package ccda

import (
	"slices"

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
