package consent

import (
	"strings"

	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/record"
)

// Party is a person, an organization, a group or a system, as attested by the host.
type Party struct {
	// Reference is how the consents' system refers to them: Practitioner/123, or an absolute URL.
	Reference   string              `json:"reference,omitempty"`
	Identifiers []record.Identifier `json:"identifiers,omitempty"`
	// ID is the id of the entry that they are in a record.
	ID   string `json:"id,omitempty"`
	Name string `json:"name,omitempty"`
	// Kind is a kind of the record (practitioner, organization, patient, related-person, device, care-team) or group,
	// where Reference does not tell it.
	Kind string `json:"kind,omitempty"`
	// Also are further references to the same party (the role of a practitioner, another system's reference).
	Also  []string        `json:"also,omitempty"`
	Roles []record.Coding `json:"roles,omitempty"`
	// Organization is whom they work for, OnBehalfOf for whom they act now.
	Organization *Party `json:"organization,omitempty"`
	OnBehalfOf   *Party `json:"onBehalfOf,omitempty"`
	// Groups are all groups that they belong to; an empty list, not none, says that there are none.
	Groups []Party `json:"groups,omitempty"`
	// Covered says that they are under HIPAA themselves, and Relationship that they have or had the patient (45 CFR 164.506(c)(4)).
	Covered      bool `json:"coveredEntity,omitempty"`
	Relationship bool `json:"relationship,omitempty"`
}

// answer is what can be said of a comparison: a rule that permits needs yes, one that denies all but no.
type answer uint8

const (
	no answer = iota
	unknown
	yes
)

// holds reports whether an answer is enough for a rule that permits, or for one that denies.
func (a answer) holds(permit bool) bool { return a == yes || a == unknown && !permit }

// IsZero reports whether nothing at all was said.
func (p *Party) IsZero() bool {
	return p == nil || p.Reference == "" && len(p.Identifiers) == 0 && p.ID == "" && p.Kind == "" && len(p.Also) == 0 &&
		len(p.Roles) == 0 && p.Organization == nil && p.OnBehalfOf == nil && len(p.Groups) == 0
}

// hasKind reports whether what is said of what somebody is, and of whom they act for, is of the list: any other word would be another
// kind than that of every reference.
func (p *Party) hasKind() bool {
	ok := func(p *Party) bool {
		if p == nil {
			return true
		}
		switch p.Kind {
		case "", record.KindPractitioner, record.KindOrganization, record.KindPatient, record.KindRelatedPerson, record.KindDevice, record.KindCareTeam, kindGroup:
			return true
		}
		return false
	}
	if p == nil {
		return true
	}
	for i := range p.Groups {
		if !ok(&p.Groups[i]) {
			return false
		}
	}
	return ok(p) && ok(p.Organization) && ok(p.OnBehalfOf)
}

// kind gives what the party is, "" where nobody says.
func (p *Party) kind() string {
	if p.Kind != "" {
		return p.Kind
	}
	return kindOfReference(p.Reference)
}

// kindOfReference gives the kind that a literal reference points to.
func kindOfReference(ref string) string {
	end := strings.IndexByte(ref, '/')
	if end >= 0 && strings.IndexByte(ref[end+1:], '/') >= 0 {
		ref = lastTwo(ref)
		end = strings.IndexByte(ref, '/')
	}
	if end < 0 {
		return ""
	}
	switch ref[:end] {
	case "Practitioner", "PractitionerRole":
		return record.KindPractitioner
	case "Organization":
		return record.KindOrganization
	case "Patient":
		return record.KindPatient
	case "RelatedPerson":
		return record.KindRelatedPerson
	case "Device":
		return record.KindDevice
	case "CareTeam":
		return record.KindCareTeam
	case "Group":
		return kindGroup
	}
	return ""
}

const kindGroup = "group"

// lastTwo gives the type and id of a literal reference, without its server and version.
func lastTwo(ref string) string {
	if strings.IndexByte(ref, '_') >= 0 {
		if i := strings.Index(ref, "/_history/"); i >= 0 {
			ref = ref[:i]
		}
	}
	slashes := 0
	for i := len(ref) - 1; i >= 0; i-- {
		if ref[i] == '/' {
			if slashes++; slashes == 2 {
				return ref[i+1:]
			}
		}
	}
	return ref
}

// sameReference compares two literal references. A relative one agrees with an absolute one of the same type and id.
func sameReference(a, b string) bool {
	if a == "" || b == "" {
		return false
	}
	if a == b {
		return true
	}
	if a[len(a)-1] != b[len(b)-1] && strings.IndexByte(a, '_') < 0 && strings.IndexByte(b, '_') < 0 {
		return false // another id: nothing of a version follows it
	}
	abs := func(s string) bool { return strings.Contains(s, "://") || strings.HasPrefix(s, "urn:") }
	return lastTwo(a) == lastTwo(b) && strings.Contains(a, "/") && !(abs(a) && abs(b))
}

// tellsApart reports whether two literal references that are not the same lead to different parties. A practitioner and a role of
// one may be the same person.
func tellsApart(a, b string) bool {
	return strings.IndexByte(a, '/') >= 0 && strings.IndexByte(b, '/') >= 0 &&
		(typeOf(a) == typeOf(b) || kindOfReference(a) != kindOfReference(b) || kindOfReference(a) == "")
}

// is compares a party itself with a reference.
func (p *Party) is(r *record.Ref) answer {
	if p == nil {
		return no
	}
	if r.ID != "" && r.ID == p.ID || sameReference(p.Reference, r.AsSent) {
		return yes
	}
	comparable := tellsApart(p.Reference, r.AsSent) || r.AsSent == "" && r.Identifier == nil && r.ID != "" && p.ID != ""
	for _, a := range p.Also {
		if sameReference(a, r.AsSent) {
			return yes
		}
		comparable = comparable || p.Reference != "" && typeOf(a) == typeOf(r.AsSent) && tellsApart(a, r.AsSent)
	}
	if id := r.Identifier; id != nil {
		for i := range p.Identifiers {
			switch q := &p.Identifiers[i]; {
			case id.Value == "" || q.Value == "":
			case id.Same(*q):
				return yes
			case id.System != "" && id.System == q.System:
				comparable = true
			}
		}
	}
	if comparable {
		return no
	}
	return unknown
}

// matches compares a party, whom they act for and the groups they are in with a reference.
func (p *Party) matches(r *record.Ref) answer {
	if p.IsZero() {
		return unknown
	}
	kind := r.Kind
	if kind == "" {
		kind = kindOfReference(r.AsSent)
	}
	own := p.kind()
	switch {
	case kind == kindGroup || kind == record.KindCareTeam:
		if own == kind {
			return p.is(r)
		}
		best := no
		if p.Groups == nil {
			best = unknown
		}
		for i := range p.Groups {
			best = max(best, p.Groups[i].is(r))
		}
		return best
	case kind == record.KindOrganization && own != record.KindOrganization:
		if p.Organization == nil && p.OnBehalfOf == nil {
			if own == record.KindPatient || own == record.KindRelatedPerson {
				return no
			}
			return unknown
		}
		return max(p.Organization.is(r), p.OnBehalfOf.is(r))
	case kind != "" && own != "" && kind != own:
		if p.OnBehalfOf != nil && p.OnBehalfOf.kind() == kind {
			return p.OnBehalfOf.is(r)
		}
		return no
	case kind == "":
		return max(p.is(r), p.Organization.is(r), p.OnBehalfOf.is(r))
	}
	return p.is(r)
}

// hasRole reports whether the host attests one of the codes of a role.
func (p *Party) hasRole(c *record.Concept) bool {
	for i := range c.Codings {
		for j := range p.Roles {
			if sameCode(&c.Codings[i], &p.Roles[j]) {
				return true
			}
		}
	}
	return false
}

// sameCode compares two codes; one without a system agrees with any.
func sameCode(a, b *record.Coding) bool {
	return a.Code != "" && a.Code == b.Code && sameSystem(a.System, b.System)
}

// sameSystem compares two systems, by whatever names of theirs; none agrees with any.
func sameSystem(a, b string) bool {
	return a == b || a == "" || b == "" || codes.Canonical(a) == codes.Canonical(b)
}
