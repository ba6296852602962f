package audit

import (
	"errors"
	"fmt"
	"time"
)

// ErrInvalid is what every error on an event that is not as it must be wraps.
var ErrInvalid = errors.New("audit: event is not valid")

// constant is a string that only a literal can be, so that no value of an event can become part of an error.
type constant string

// Error says what of an event is not as it must be: the path of the field, and what is wrong with it. It holds no value.
type Error struct {
	Path   string
	Reason string
}

// Error gives path and reason.
func (e *Error) Error() string {
	if e.Path == "" {
		return "audit: event " + e.Reason
	}
	return "audit: event: " + e.Path + ": " + e.Reason
}

// Unwrap gives ErrInvalid.
func (e *Error) Unwrap() error { return ErrInvalid }

func fault(path string, reason constant) error { return &Error{path, string(reason)} }

// Validate reports the first thing that is not as it must be in an event, as an *Error. An event is valid if its words
// are of their lists, its phase agrees with its outcome, a disclosure tells of whom and to whom on which basis, and its
// JSON form can be written and read again.
func (e *Event) Validate() error {
	_, err := e.AppendJSON(nil)
	return err
}

// The first and the last second of the years 1 to 9999, by UTC: what RFC 3339 can write. The zero time is the first.
const firstSecond, lastSecond = -62135596800, 253402300799

func (e *Event) check() error {
	switch {
	case e == nil:
		return fault("", "is missing")
	case !isID(e.ID):
		return fault("id", "is not an id: letters, digits, - and ., 64 at most")
	case !e.Kind.known():
		return fault("kind", "is not of its list")
	case e.Action != ActionCreate && e.Action != ActionRead && e.Action != ActionUpdate && e.Action != ActionDelete && e.Action != ActionExecute:
		return fault("action", "is not of its list")
	case e.Recorded.IsZero():
		return fault("recorded", "is missing")
	case e.Kind == KindOther && len(e.Subtypes) == 0:
		return fault("subtypes", "are missing, and nothing else says what it is")
	case !isWord(string(e.Reason), true):
		return fault("reason", "is not a word of small letters, digits and -")
	}
	if err := e.checkPhase(); err != nil {
		return err
	}
	var late error
	e.times(func(t *time.Time) {
		if at := t.Unix(); at < firstSecond || at > lastSecond {
			late = fault("", "has a time that cannot be written")
		}
	})
	if late != nil {
		return late
	}
	for i := range e.Agents {
		if err := e.Agents[i].check(i); err != nil {
			return err
		}
	}
	for i := range e.Entities {
		n := &e.Entities[i]
		switch {
		case n.Type != EntityPerson && n.Type != EntityObject && n.Type != EntityOrganization && n.Type != EntityOther:
			return fault(fmt.Sprintf("entities[%d].type", i), "is not of its list")
		case !isNumber(string(n.Role), 24), !isNumber(string(n.Lifecycle), 15):
			return fault(fmt.Sprintf("entities[%d]", i), "has a role or lifecycle that is not of its list")
		case n.Count < 0:
			return fault(fmt.Sprintf("entities[%d].count", i), "is negative")
		case !n.Digest.sound():
			return fault(fmt.Sprintf("entities[%d].digest", i), "is not a digest in hexadecimal")
		}
	}
	return e.checkParts()
}

func (e *Event) checkPhase() error {
	switch e.Outcome {
	case "", OutcomeSuccess, OutcomeFailure, OutcomeDenied, OutcomeCancelled, OutcomeUnknown:
	default:
		return fault("outcome", "is not of its list")
	}
	switch e.Phase {
	case PhaseIntent:
		if e.Outcome != "" || e.Intent != "" {
			return fault("phase", "is intent, and yet there is an outcome or another intent")
		}
	case PhaseOutcome:
		if !isID(e.Intent) || e.Intent == e.ID {
			return fault("intent", "is not the id of the intent")
		}
		if e.Outcome == "" {
			return fault("outcome", "is missing")
		}
	case PhaseWhole:
		if e.Outcome == "" {
			return fault("outcome", "is missing")
		}
		if e.Intent != "" {
			return fault("intent", "is named by what is not an outcome")
		}
	default:
		return fault("phase", "is not of its list")
	}
	return nil
}

func (e *Event) checkParts() error {
	if e.Patient != nil && len(e.Patient.Identifiers) == 0 && e.Patient.Reference == "" {
		return fault("patient", "has neither identifier nor reference")
	}
	if p := e.Payload; p != nil {
		if p.Bytes < 0 || p.Lost < 0 || !counted(p.Counts) || !counted(p.Issues) {
			return fault("payload", "has a negative count")
		}
		if !p.Digest.sound() {
			return fault("payload.digest", "is not a digest in hexadecimal")
		}
	}
	if d := e.Decision; d != nil && (!counted(d.Withheld) || !counted(d.Masked)) {
		return fault("decision", "has a negative count")
	}
	if e.Kind == KindDisclose && (e.Patient == nil || e.Disclosure == nil) {
		return fault("disclosure", "does not tell of whom and to whom")
	}
	if d := e.Disclosure; d != nil {
		if e.Patient == nil {
			return fault("patient", "is missing, and something of theirs was disclosed")
		}
		if d.Recipient.IsZero() {
			return fault("disclosure.recipient", "is missing")
		}
		if !d.Basis.known() {
			return fault("disclosure.basis", "is not of its list")
		}
	}
	return nil
}

func (a *Agent) check(i int) error {
	switch a.Role {
	case AgentSource, AgentDestination, AgentUser, AgentApplication, AgentOrg, AgentCustodian, AgentAuthorizer, AgentAuthServer, AgentMedia:
	default:
		return fault(fmt.Sprintf("agents[%d].role", i), "is not of its list")
	}
	if n := a.Network; n != nil && (n.Address == "" || !isNumber(string(n.Type), 5) || n.Type == "") {
		return fault(fmt.Sprintf("agents[%d].network", i), "has no address or a type that is not of its list")
	}
	return nil
}

func (k Kind) known() bool {
	switch k {
	case KindDisclose, KindReceive, KindExport, KindRead, KindQuery, KindCreate, KindUpdate, KindDelete, KindMerge, KindDecide, KindConsent, KindOther,
		KindStart, KindStop, KindConfigure, KindPrivilege, KindVerify, KindRepair, KindRetire, KindAccess, KindAccount:
		return true
	}
	return false
}

func (b Basis) known() bool {
	switch b {
	case BasisTreatment, BasisPayment, BasisOperations, BasisIndividual, BasisIncidental, BasisAuthorization, BasisDirectory, BasisNational, BasisCustody,
		BasisLimited, BasisDeidentified, BasisSecretary, BasisLaw, BasisPublicHealth, BasisAbuse, BasisOversight, BasisJudicial, BasisEnforcement,
		BasisDecedent, BasisDonation, BasisResearch, BasisThreat, BasisGovernment, BasisCompensation, BasisImproper, BasisOther:
		return true
	}
	return false
}

func (d *Digest) sound() bool {
	if d == nil {
		return true
	}
	for _, c := range []byte(d.Value) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return d.Algorithm != "" && d.Value != "" && len(d.Value)%2 == 0
}

func counted(list []Count) bool {
	for i := range list {
		if list[i].Count < 0 {
			return false
		}
	}
	return true
}

func isID(s string) bool {
	for _, c := range []byte(s) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && c != '-' && c != '.' {
			return false
		}
	}
	return s != "" && len(s) <= 64
}

func isWord(s string, empty bool) bool {
	for _, c := range []byte(s) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'z') && c != '-' {
			return false
		}
	}
	return (empty || s != "") && len(s) <= 64
}

// isNumber reports whether s is "" or a number of a list that goes from 1 to most.
func isNumber(s string, most int) bool {
	if s == "" {
		return true
	}
	n := 0
	for _, c := range []byte(s) {
		if c < '0' || c > '9' || len(s) > 2 {
			return false
		}
		n = n*10 + int(c-'0')
	}
	return n >= 1 && n <= most && s[0] != '0'
}
