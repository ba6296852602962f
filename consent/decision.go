package consent

import (
	"time"

	"github.com/portage-health/portage/record"
)

// Effect is what a rule does.
type Effect string

// The effects.
const (
	Permit Effect = "permit"
	Deny   Effect = "deny"
)

// Outcome is what the patient's consents, under the law, say to a request.
type Outcome string

// The outcomes. NoConsent says that no instruction of the patient applies; Decision.Final then tells what the law and
// the host's default make of it.
const (
	Permitted Outcome = "permit"
	Denied    Outcome = "deny"
	NoConsent Outcome = "no-consent"
)

// Decision is the answer to a Request. It may be kept, and read by several goroutines. What the lists of a Condition hold must not be
// changed: they are those of the consents and of the laws themselves.
type Decision struct {
	Outcome Outcome `json:"outcome"`
	// Final is what is to be done. Anything but permit is a denial.
	Final   Effect   `json:"final"`
	Reasons []Reason `json:"reasons,omitempty"`
	// Residual are rules on single entries. An entry leaves only if every stage lets it pass.
	Residual []Stage `json:"residual,omitempty"`
	// Standing are rules of law that hold for single entries in every such disclosure, beside what the consents left over.
	Standing    []Stage      `json:"standing,omitempty"`
	Obligations []Obligation `json:"obligations,omitempty"`
	// Basis is what the decision rests on in law.
	Basis []Basis `json:"basis,omitempty"`
	// Policies are the laws, agreements, defaults and tables that had a say, with their versions. Consents are in Considered.
	Policies []Policy `json:"policies,omitempty"`
	// Exception is what a denial would have to rest on under the rule against information blocking (45 CFR 171); nil on a permit.
	Exception *Exception `json:"exception,omitempty"`
	// ValidUntil is when the decision has to be made again: the first time that one of its policies begins or ends, by a
	// revocation that is on file too. One that is not on file yet is no such time: see Recheck.
	ValidUntil *time.Time `json:"validUntil,omitempty"`
	// At is the time the decision was made for.
	At time.Time `json:"at,omitzero"`
	// Considered are all consents that were looked at, with their versions, and what became of each.
	Considered []Considered `json:"considered,omitempty"`
	// Withheld counts entries by why they do not leave. It is filled by whoever carried the decision out; see Withhold.
	Withheld []Count `json:"withheld,omitempty"`
}

// Permits reports whether anything may leave. It is false for a nil Decision.
func (d *Decision) Permits() bool { return d != nil && d.Final == Permit && d.Outcome != Denied }

// Has reports whether a reason is given.
func (d *Decision) Has(code ReasonCode) bool {
	for i := range d.Reasons {
		if d.Reasons[i].Code == code {
			return true
		}
	}
	return false
}

// Owes reports whether there is an obligation of this code.
func (d *Decision) Owes(code string) bool {
	for i := range d.Obligations {
		if d.Obligations[i].Code == code {
			return true
		}
	}
	return false
}

// Reason is why a decision is as it is: a stable code, and which policy or element it is about.
type Reason struct {
	Code ReasonCode `json:"code"`
	// Policy is the consent's id or the rule's; Element is what is missing or at fault, by a name of the law's data.
	Policy  string `json:"policy,omitempty"`
	Element string `json:"element,omitempty"`
	// Warning says that it changed nothing, and that somebody should look.
	Warning bool `json:"warning,omitempty"`
}

// Basis is what a decision rests on.
type Basis struct {
	Citation string `json:"citation,omitempty"` // 45 CFR 164.506(c)
	Policy   string `json:"policy,omitempty"`
	// By names who decided for the patient, where that was not the patient.
	By string `json:"by,omitempty"`
}

// Policy is a law, an agreement, a default or a table that had a say.
type Policy struct {
	ID      string `json:"id"`
	Version string `json:"version,omitempty"`
	Source  string `json:"source,omitempty"`
	Date    string `json:"date,omitempty"`
}

// Exception is the exception to information blocking that a denial would rest on, and what has to be documented for it.
type Exception struct {
	Citation string   `json:"citation,omitempty"` // 45 CFR 171.202(e); "" where there is none
	Evidence []string `json:"evidence,omitempty"`
}

// Considered is a consent that was looked at.
type Considered struct {
	Consent string `json:"consent,omitempty"`
	// Version tells one state of it from the next: when it was last changed, or given.
	Version string `json:"version,omitempty"`
	// As is applied, or why it was not: a ReasonCode.
	As ReasonCode `json:"as"`
}

// HadSay reports whether the consent had a say: it says something to the request, or nobody could read it, or tell whose it is or
// who gave it.
func (c *Considered) HadSay() bool {
	switch c.As {
	case ReasonApplied, ReasonUnreadable, ReasonUnverified, ReasonWhose:
		return true
	}
	return false
}

// Obligation is what a recipient or the discloser has to do.
type Obligation struct {
	// Code is of HL7 v3 ObligationPolicy or RefrainPolicy where there is one, else a word of ours.
	Code string `json:"code"`
	// Labels, Classes and Codes are what it is about.
	Labels  []string `json:"labels,omitempty"`
	Classes []string `json:"classes,omitempty"`
	Codes   []string `json:"codes,omitempty"`
	// Except are the labels that are not to be redacted, where all else is.
	Except   []string `json:"except,omitempty"`
	Citation string   `json:"citation,omitempty"`
	// Elements are what has to be documented or told.
	Elements []string   `json:"elements,omitempty"`
	Until    *time.Time `json:"until,omitempty"`
}

// The obligations. Those in capitals are of HL7 v3 ActCode (ObligationPolicy, RefrainPolicy).
const (
	ObligeRedact       = "REDACT"
	ObligeMask         = "MASK"
	ObligeMinimum      = "MINEC"
	ObligeDeidentify   = "DEID"
	ObligeNoRelink     = "NORELINK"
	ObligeNoRedisclose = "NORDSCLCD"
	ObligeAudit        = "AUDIT"
	ObligeLimited      = "limited-data-set"
	ObligeAccounting   = "accounting-of-disclosures"
	ObligeNotice       = "part2-notice"
	ObligeCopy         = "consent-copy"
	ObligeKeepLabels   = "labels-travel"
	ObligeDocument     = "document-emergency"
	ObligePrivacy      = "privacy-office-notice"
	ObligeTimeLimit    = "time-limit"
	ObligeJudgement    = "professional-judgement-recorded"
	ObligeTellWithheld = "suppressed"
	ObligePropagate    = "propagate-revocation"
)

// Stage is one question about each entry: of the consents for one purpose, of a law, of what was asked for. An entry
// passes if no rule that denies meets it, and one that permits does. Order never matters.
type Stage struct {
	// Name is what the stage is about: asked, consent, law.
	Name  string `json:"name"`
	Rules []Rule `json:"rules"`
}

// Rule permits or denies entries that meet its condition and none of its exceptions.
type Rule struct {
	Effect Effect      `json:"effect"`
	If     Condition   `json:"if,omitzero"`
	Unless []Condition `json:"unless,omitempty"`
	// Mask says that what is denied is masked, not removed.
	Mask bool `json:"mask,omitempty"`
	// Known says that a denial holds only for entries that are known to meet it: a mark that the law itself sets.
	Known  bool   `json:"known,omitempty"`
	Policy string `json:"policy,omitempty"`
	Basis  string `json:"basis,omitempty"`
}

// Condition is what an entry is compared with: all fields that say anything must match, each by one of its values.
// What cannot be told of an entry matches for a denial, and does not for a permit.
type Condition struct {
	Labels  []record.Coding      `json:"labels,omitempty"`
	Data    []record.ConsentData `json:"data,omitempty"` // by instance, author, encounter (FHIR consent-data-meaning)
	Period  *record.Period       `json:"period,omitempty"`
	Codes   []record.Coding      `json:"codes,omitempty"`
	Classes []record.Coding      `json:"classes,omitempty"`
	// Parts are further conditions, all of which must match as well: of an exception that holds only within another, or of classes
	// of two kinds (FHIR R5 provision.resourceType beside documentType).
	Parts []Condition `json:"parts,omitempty"`
}

// IsZero reports whether every entry meets the condition.
func (c *Condition) IsZero() bool {
	return len(c.Labels) == 0 && len(c.Data) == 0 && c.Period == nil && len(c.Codes) == 0 && len(c.Classes) == 0 &&
		len(c.Parts) == 0
}

// Count is how many entries are withheld, or masked, for a reason.
type Count struct {
	Reason ReasonCode `json:"reason"`
	Policy string     `json:"policy,omitempty"`
	Kind   string     `json:"kind,omitempty"`
	Masked bool       `json:"masked,omitempty"`
	Count  int        `json:"count"`
}
