package consent

import (
	"context"
	"math"
	"slices"
	"strings"
	"time"

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

// onFile is a consent as the making of one decision holds it.
type onFile struct {
	*record.Consent
	filed *Filed // nil where nothing is known of it but itself
}

// version tells one state of a consent from the next: by the host's word for it, else by when it was last changed or given.
func (f *onFile) version() string {
	if f.filed != nil && f.filed.Version != "" {
		return f.filed.Version
	}
	return version(f.Consent)
}

// consents gets the consents on file, in an order of their own, so that the order they came in never matters.
func (s *session) consents(ctx context.Context) error {
	switch list := s.e.Store.(type) {
	case nil:
	case Consents:
		for i := range list {
			s.filed = append(s.filed, onFile{Consent: &list[i]})
		}
	default:
		got, err := list.Consents(ctx, &s.req.Patient)
		if err != nil {
			return err
		}
		for i := range got {
			s.filed = append(s.filed, onFile{&got[i].Consent, &got[i]})
		}
	}
	for i := 1; i < len(s.filed); i++ {
		if s.filed[i].ID <= s.filed[i-1].ID {
			slices.SortStableFunc(s.filed, byName)
			break
		}
	}
	return nil
}

// byName orders consents by their ids, and those of one id by their versions.
func byName(a, b onFile) int {
	if c := strings.Compare(a.ID, b.ID); c != 0 {
		return c
	}
	return strings.Compare(a.version(), b.version())
}

// applies tells whether a consent applies to a request, and if not, why.
func (a *applicable) applies(e *Evaluator, f *onFile, req *Request, now *clock, research bool) ReasonCode {
	c := f.Consent
	a.Consent = c
	a.lawful = c.PolicyRule != nil || c.Code != nil || len(c.Basis) > 0 || len(c.Categories) > 0
	a.since(c, now)
	whose, unreadable := yes, false
	if g := f.filed; g != nil {
		a.stale, unreadable = g.Stale, g.Unreadable
		if g.Patient != nil && !g.Patient.IsZero() {
			if whose = e.is(&req.Patient.Party, g.Patient); whose == no {
				return ReasonPatient
			}
		}
	}
	switch scopeOf(c) {
	case "":
		a.scope = 1
	case scopePrivacy:
		a.scope = 2
	case scopeResearch:
		if a.scope = 4; !research {
			return ReasonScope
		}
	case scopeDirective, scopeTreatment:
		return ReasonScope
	default: // what is denied may be disclosure
		a.scope, a.denies = 8, true
	}
	if why := a.standing(now); why != "" {
		return why
	}
	switch {
	case whose != yes:
		return ReasonWhose
	case unreadable:
		return ReasonUnreadable
	}
	if len(c.Grantors) == 0 {
		return ""
	}
	var why ReasonCode
	a.by, why = e.authority(c, req)
	return why
}

const (
	scopePrivacy  = "patient-privacy" // FHIR consentscope
	scopeResearch = "research"
	// scopeDirective is of FHIR's consentscope too: what care is wanted.
	scopeDirective = "adr"
	scopeTreatment = "treatment"
	// scopeUnknown is none of these.
	scopeUnknown = "?"

	systemScope = "http://terminology.hl7.org/CodeSystem/consentscope"
)

// scopeOf gives what a consent is about. R5 has no scope: there its categories tell whether it is of research, or a word on
// care (an advance directive, an order not to resuscitate), which says nothing of what may be disclosed.
func scopeOf(c *record.Consent) string {
	if c.Scope == nil {
		if c.Version == "R5" {
			return scopeOfCategories(c.Categories)
		}
		return ""
	}
	scope := ""
	if c.Scope.Text != "" {
		scope = scopeUnknown // in words
	}
	for i := range c.Scope.Codings {
		switch k := &c.Scope.Codings[i]; {
		case !sameSystem(k.System, systemScope):
			scope = scopeUnknown
		case k.Code == scopePrivacy || k.Code == scopeResearch || k.Code == scopeDirective || k.Code == scopeTreatment:
			return k.Code
		default:
			scope = scopeUnknown
		}
	}
	return scope
}

// scopeOfCategories gives the scope that the categories of a consent stand for (HL7 consentcategorycodes, v3 ActConsentType,
// LOINC). What says no more than that it is a consent changes nothing; of several it is the widest.
func scopeOfCategories(cs []record.Concept) string {
	scope := ""
	for i := range cs {
		for k := range cs[i].Codings {
			switch strings.ToLower(cs[i].Codings[k].Code) {
			case "npp", "emrgonly", "icol", "idscl", "infa", "infaso", "infao", "irdscl", "64292-6", "57016-8", "57017-6":
				return scopePrivacy
			case "research", "rsdid", "rsreid":
				scope = scopeResearch
			case "acd", "dnr", "hcd", "polst":
				if scope == "" {
					scope = scopeDirective
				}
			}
		}
	}
	if scope == "" {
		return scopePrivacy
	}
	return scope
}

// since notes when a consent was given. Times before 1701 and after 2249, which nanoseconds do not reach, are compared with no
// other, nor is what is no time.
func (a *applicable) since(c *record.Consent, now *clock) {
	a.from, a.to = instant{sec: math.MinInt64}, instant{sec: math.MaxInt64} // before none, and after none
	if c.When == nil {
		return
	}
	var from, to instant
	first, next, year, ok := daysOf(c.When.Value)
	if ok && now.loc == time.UTC {
		from.sec, to.sec = first*86400, next*86400
	} else {
		var d timeParts
		if !d.read(c.When.Value, now.loc) {
			return
		}
		from, to = d.instants()
		year = d.year
	}
	a.future = now.before(from)
	if year > 1700 && year < 2250 {
		a.from, a.to = from, to
	}
}

// standing tells why a consent does not hold at the time of a request; "" where it does.
func (a *applicable) standing(now *clock) ReasonCode {
	c := a.Consent
	revoked, known := false, false
	if v := c.Revocation; v != nil {
		from, _, ok := now.span(v.When.Value)
		known = ok
		revoked = !ok || !now.before(from)
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
	if a.future {
		return ReasonNotYet
	}
	if c.Period != nil {
		if why := now.holds(c.Period); why != "" {
			return why
		}
	}
	if c.Provision != nil && c.Provision.Period != nil {
		if why := now.holds(c.Provision.Period); why != "" {
			return why
		}
	}
	if c.Expires == nil || c.Expires.Value == "" {
		return ""
	}
	switch _, to, ok := now.span(c.Expires.Value); {
	case !ok:
		return ReasonUnreadable
	case !now.before(to):
		return ReasonExpired
	}
	return ""
}

// holds tells why it is not within a period; "" where it is.
func (c *clock) holds(p *record.Period) ReasonCode {
	switch c.in(p) {
	case unknown:
		return ReasonUnreadable
	case no:
		if from, _, ok := c.span(p.Start.Value); ok && c.before(from) {
			return ReasonNotYet
		}
		return ReasonExpired
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
		case r != nil && !req.Patient.speaks(r, req):
			return "", ReasonUnverified
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
	_, most, ok := years(s.BirthDate, req.At)
	return ok && most < 18
}

// adult reports whether the patient is surely 18 or older at the time of the request.
func (s *Subject) adult(req *Request) bool {
	least, _, ok := years(s.BirthDate, req.At)
	return ok && least >= 18
}

// System is the code system of what this package has no other system's code for.
const System = "http://portage-health.org/CodeSystem/consent"

// Codes of System: types of verification of a consent (ConsentVerification.Type), and labels.
const (
	CodeAuthority    = "authority-verified"   // somebody has seen evidence of the representative's authority
	CodeRemuneration = "remuneration-stated"  // the form states that the discloser is paid (45 CFR 164.508(a)(3)(ii), (a)(4)(ii))
	CodeRevocable    = "revocation-stated"    // the form states how the patient may revoke it (42 CFR 2.31(a)(6), 45 CFR 164.508(c)(2)(i))
	CodeRedisclosure = "redisclosure-stated"  // the form states that who gets it may pass it on (42 CFR 2.31(a)(4)(iii), (10)(i), 45 CFR 164.508(c)(2)(iii))
	CodeRefusal      = "refusal-stated"       // the form states what a refusal to sign it means (42 CFR 2.31(a)(10)(ii), 45 CFR 164.508(c)(2)(ii))
	CodeLitigation   = "litigation-material"  // 45 CFR 164.524(a)(1)(ii)
	CodeProtected    = "protected"            // access is protected at the patient's wish (HL7 v2 PD1-12, PV2-22)
	CodeCounseling   = "sud-counseling-notes" // 42 CFR 2.11, 2.31(b)
	CodeUnderPart2   = "42CFRPart2"           // HL7 v3 ActCode
	CodePsyNotes     = "HIPAAPsyNotes"        // HL7 v3 ActCode
	CodeSelfPay      = "HIPAASelfPay"         // HL7 v3 ActCode
	CodeHIPAAAuth    = "HIPAAAuth"            // HL7 v3 ActCode
)

// codePsychotherapy is HL7 v3's sensitivity of psychotherapy notes; CodePsyNotes names the law.
const codePsychotherapy = "PSYTHPN"

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
