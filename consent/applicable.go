package consent

import (
	"context"
	"strings"

	"github.com/portage-health/portage/record"
)

// Store gives the consents of a patient. An error is a denial of the request.
type Store interface {
	Consents(ctx context.Context, patient *Subject) ([]Filed, error)
}

// Filed is a consent as a host keeps it.
type Filed struct {
	Consent record.Consent `json:"consent"`
	// Patient is whose it is, where the store holds those of several. One of somebody else does not count; one of which that
	// cannot be told denies, as one that cannot be read does.
	Patient *record.Ref `json:"patient,omitempty"`
	// Version is the host's version of it.
	Version string `json:"version,omitempty"`
	// Stale says that it is a copy, and that where it came from has a newer one.
	Stale bool `json:"stale,omitempty"`
	// Unreadable says that it could not be read in full. It then denies.
	Unreadable bool `json:"unreadable,omitempty"`
}

// Consents are consents held in memory, all of the patient that is asked about.
type Consents []record.Consent

// Consents gives them all.
func (c Consents) Consents(context.Context, *Subject) ([]Filed, error) {
	out := make([]Filed, len(c))
	for i := range c {
		out[i].Consent = c[i]
	}
	return out, nil
}

// FiledConsents are consents with what a host knows of them, held in memory.
type FiledConsents []Filed

// Consents gives them all.
func (c FiledConsents) Consents(context.Context, *Subject) ([]Filed, error) { return c, nil }

// applies tells whether a consent applies to a request, and if not, why.
func (e *Evaluator) applies(f *Filed, req *Request, research bool) (a applicable, why ReasonCode) {
	c := &f.Consent
	a = applicable{Consent: c, id: c.ID, scope: scopeOf(c), stale: f.Stale}
	if c.When != nil {
		a.from, a.to, a.dated = span(*c.When, req.At.Location())
	}
	whose := yes
	if f.Patient != nil && !f.Patient.IsZero() {
		if whose = e.is(&req.Patient.Party, f.Patient); whose == no {
			return a, ReasonPatient
		}
	}
	switch a.scope {
	case "", scopePrivacy:
	case scopeResearch:
		if !research {
			return a, ReasonScope
		}
	default:
		return a, ReasonScope
	}
	if why := standing(c, req); why != "" {
		return a, why
	}
	switch {
	case whose != yes:
		return a, ReasonWhose
	case f.Unreadable:
		return a, ReasonUnreadable
	}
	a.by, why = e.authority(c, req)
	return a, why
}

const (
	scopePrivacy  = "patient-privacy" // FHIR consentscope
	scopeResearch = "research"
)

func scopeOf(c *record.Consent) string {
	if c.Scope == nil {
		return ""
	}
	for i := range c.Scope.Codings {
		if s := c.Scope.Codings[i].Code; s != "" {
			return s
		}
	}
	return ""
}

// standing tells why a consent does not hold at the time of a request; "" where it does.
func standing(c *record.Consent, req *Request) ReasonCode {
	at := req.At
	revoked, known := false, false
	if v := c.Revocation; v != nil {
		from, _, ok := span(v.When, at.Location())
		known = ok
		revoked = !ok || !at.Before(from)
	}
	switch {
	case revoked:
		return ReasonRevoked
	case c.Status.Code == record.StatusInactive && known:
		// It was revoked later: at the time of the request it held.
	default:
		switch c.Status.Code {
		case record.StatusActive, record.StatusCompleted: // CDA R2 has authorization/consent/statusCode completed
		case record.StatusInactive:
			return ReasonInactive
		case record.StatusDraft, record.StatusProposed:
			return ReasonDraft
		case record.StatusRejected:
			return ReasonRejected
		case record.StatusEnteredInError:
			return ReasonInError
		case record.StatusSuperseded:
			return ReasonSuperseded
		default:
			return ReasonStatus
		}
	}
	if c.When != nil && c.When.Value != "" {
		if from, _, ok := span(*c.When, at.Location()); ok && at.Before(from) {
			return ReasonNotYet
		}
	}
	periods := [3]*record.Period{c.Period}
	if c.Provision != nil {
		periods[1] = c.Provision.Period
	}
	if c.Expires != nil && c.Expires.Value != "" {
		periods[2] = &record.Period{End: *c.Expires}
	}
	for _, p := range periods {
		if p == nil {
			continue
		}
		switch inPeriod(p, at) {
		case unknown:
			return ReasonUnreadable
		case no:
			if from, _, ok := span(p.Start, at.Location()); ok && at.Before(from) {
				return ReasonNotYet
			}
			return ReasonExpired
		}
	}
	return ""
}

// authority tells who consented, and whether they could (45 CFR 164.502(g), 164.508(c)(1)(vi), 164.514(h)).
func (e *Evaluator) authority(c *record.Consent, req *Request) (by string, why ReasonCode) {
	verified := false
	for i := range c.Verifications {
		v := &c.Verifications[i]
		verified = verified || v.Verified != nil && *v.Verified && v.Type != nil && v.Type.Has(System, CodeAuthority)
	}
	for i := range c.Grantors {
		g := c.Grantors[i].Who
		if g == nil || g.IsZero() || e.is(&req.Patient.Party, g) == yes && g.Kind != record.KindRelatedPerson {
			continue
		}
		kind := g.Kind
		if kind == "" {
			kind = kindOfReference(g.AsSent)
		}
		if kind == record.KindPatient && e.is(&req.Patient.Party, g) == unknown || kind == record.KindOrganization || kind == record.KindPractitioner {
			continue // of the patient by another system's reference, or who took it down
		}
		r := req.Patient.representative(g)
		switch {
		case req.Patient.Capacity == CapacityHas && !req.Patient.minor(req) && (r == nil || r.Authority != AuthorityPower && r.Authority != AuthorityGuardian && r.Authority != AuthorityDelegate):
			return "", ReasonCapacity
		case r != nil && r.Endangers:
			return "", ReasonEndangerment
		case r != nil && r.Verified, verified:
			by = g.AsSent
			if by == "" {
				by = g.ID
			}
		default:
			return "", ReasonUnverified
		}
	}
	return by, ""
}

// representative finds who of the patient's representatives a reference leads to.
func (s *Subject) representative(g *record.Ref) *Representative {
	for i := range s.Representatives {
		if s.Representatives[i].is(g) == yes {
			return &s.Representatives[i]
		}
	}
	return nil
}

// minor reports whether the patient is surely under 18 at the time of the request.
func (s *Subject) minor(req *Request) bool {
	n, ok := years(s.BirthDate, req.At)
	return ok && n < 18
}

// System is the code system of what this package has no other system's code for.
const System = "http://portage-health.org/CodeSystem/consent"

// Codes of System: types of verification of a consent (ConsentVerification.Type), and labels.
const (
	CodeAuthority    = "authority-verified"   // somebody has seen evidence of the representative's authority
	CodeRemuneration = "remuneration-stated"  // the form states that the discloser is paid (45 CFR 164.508(a)(3)(ii), (a)(4)(ii))
	CodeLitigation   = "litigation-material"  // 45 CFR 164.524(a)(1)(ii)
	CodeCounseling   = "sud-counseling-notes" // 42 CFR 2.11, 2.31(b)
	CodeUnderPart2   = "42CFRPart2"           // HL7 v3 ActCode
	CodePsyNotes     = "HIPAAPsyNotes"        // HL7 v3 ActCode
	CodeSelfPay      = "HIPAASelfPay"         // HL7 v3 ActCode
	CodeHIPAAAuth    = "HIPAAAuth"            // HL7 v3 ActCode
)

// under reports whether a consent is given under a law, by a code of it.
func under(c *record.Consent, code string) bool {
	has := func(x *record.Concept) bool {
		for i := range x.Codings {
			if strings.EqualFold(x.Codings[i].Code, code) {
				return true
			}
		}
		return false
	}
	if c.PolicyRule != nil && has(c.PolicyRule) || c.Code != nil && has(c.Code) {
		return true
	}
	for i := range c.Basis {
		if has(&c.Basis[i]) {
			return true
		}
	}
	for i := range c.Categories {
		if has(&c.Categories[i]) {
			return true
		}
	}
	return false
}
