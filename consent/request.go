package consent

import (
	"time"

	"github.com/portage-health/portage/record"
)

// Request is what a host asks: may this of that patient go to them, for this.
// Who somebody is, which roles they have and what they may claim is attested by
// the host; a Decider only compares it.
type Request struct {
	Patient   Subject `json:"patient"`
	Requester Party   `json:"requester"`
	// Recipient is who gets it, where that is not the requester.
	Recipient *Party `json:"recipient,omitempty"`
	// Intermediary is an exchange that passes it on to recipients (42 CFR 2.11, intermediary).
	Intermediary *Party `json:"intermediary,omitempty"`
	// Purposes are HL7 v3 PurposeOfUse, TEFCA exchange purposes or the host's own codes. Each must be permitted.
	Purposes []record.Coding `json:"purposes,omitempty"`
	// Action is a code of FHIR consentaction, or query, push, revoke. None means that data is asked for.
	Action record.Coding `json:"action,omitzero"`
	// Categories are the kinds of content asked for: FHIR resource types or kinds of the record. None means all.
	Categories []record.Coding `json:"categories,omitempty"`
	// Labels are the labels of what is asked for. None means whatever its labels are.
	Labels []record.Coding `json:"labels,omitempty"`
	// Form is in which form it is to leave.
	Form Form `json:"form,omitempty"`

	Emergency  *Emergency  `json:"emergency,omitempty"`
	LegalClaim *LegalClaim `json:"legalClaim,omitempty"`
	Agreement  *Agreement  `json:"agreement,omitempty"`

	// Jurisdiction is where the disclosure takes place, as ISO 3166 (US, US-WA).
	Jurisdiction string `json:"jurisdiction,omitempty"`
	// Sale says that the discloser is paid for the data (45 CFR 164.502(a)(5)(ii)).
	Sale bool `json:"sale,omitempty"`
	// Remuneration says that the discloser is paid by a third party for the communication (45 CFR 164.508(a)(3)(ii)).
	Remuneration bool `json:"remuneration,omitempty"`
	// ReceivedUnder is a code of the law of a consent that the data itself was received under (42CFRPart2).
	ReceivedUnder []record.Coding `json:"receivedUnder,omitempty"`
	// At is the time of the decision. It is never the wall clock.
	At time.Time `json:"at"`
}

// Form is how far what leaves identifies the patient.
type Form string

// The forms.
const (
	FormIdentified   Form = ""
	FormLimited      Form = "limited"       // limited data set (45 CFR 164.514(e))
	FormDeidentified Form = "de-identified" // 45 CFR 164.514(a)-(b)
)

// Subject is the patient, with what the host knows of who may speak for them.
type Subject struct {
	Party
	BirthDate record.Time `json:"birthDate,omitzero"`
	Deceased  record.Time `json:"deceased,omitzero"`
	// Capacity is whether the patient can decide: has, lacks, or "" where nobody said.
	Capacity        Capacity         `json:"capacity,omitempty"`
	Representatives []Representative `json:"representatives,omitempty"`
	// OwnCare are labels or codes of care that a minor lawfully consented to alone (45 CFR 164.502(g)(3)(i)).
	OwnCare []record.Coding `json:"ownCare,omitempty"`
}

// Capacity is whether somebody can decide for themselves.
type Capacity string

// The capacities.
const (
	CapacityUnknown Capacity = ""
	CapacityHas     Capacity = "has"
	CapacityLacks   Capacity = "lacks"
)

// Representative is somebody who may speak for the patient, as far as their authority goes.
type Representative struct {
	Party
	Authority Authority `json:"authority,omitempty"`
	// Verified says that the host has seen evidence of the authority (45 CFR 164.514(h)); Evidence names it.
	Verified bool   `json:"verified,omitempty"`
	Evidence string `json:"evidence,omitempty"`
	// Categories limit the authority to kinds of content (45 CFR 164.502(g)(1)). None means all.
	Categories []record.Coding `json:"categories,omitempty"`
	// MayRevoke says that the patient allowed them to revoke consents.
	MayRevoke bool `json:"mayRevoke,omitempty"`
	// Endangers is the decision of a professional that to treat them as representative could endanger the patient
	// (45 CFR 164.502(g)(5)); DecidedBy is who decided so.
	Endangers bool   `json:"endangers,omitempty"`
	DecidedBy string `json:"decidedBy,omitempty"`
}

// Authority is what somebody speaks for a patient by.
type Authority string

// The authorities.
const (
	AuthorityParent    Authority = "parent"
	AuthorityGuardian  Authority = "guardian"
	AuthorityPower     Authority = "power-of-attorney"
	AuthorityExecutor  Authority = "executor"
	AuthorityNextOfKin Authority = "next-of-kin"
	AuthoritySpouse    Authority = "spouse"
	AuthorityDelegate  Authority = "delegate"
)

// Emergency is the claim that data is needed at once. The host attests that the requester may make it.
type Emergency struct {
	DeclaredBy Party      `json:"declaredBy,omitzero"`
	Reason     string     `json:"reason,omitempty"`
	Until      *time.Time `json:"until,omitempty"`
}

// LegalClaim is the claim that law requires or permits the disclosure without the patient's consent.
type LegalClaim struct {
	// Kind is a word of the law's data: public-health, required-by-law, subpoena, court-order, irb-waiver, serious-threat, involved-in-care …
	Kind     string `json:"kind"`
	Citation string `json:"citation,omitempty"`
	// Evidence is what the host has seen.
	Evidence []Evidence `json:"evidence,omitempty"`
	// Categories and Codes are what the claim reaches.
	Categories []record.Coding `json:"categories,omitempty"`
	Codes      []record.Coding `json:"codes,omitempty"`
	// AgainstPatient says that it is for a proceeding against the patient (42 CFR 2.12(d)).
	AgainstPatient bool `json:"againstPatient,omitempty"`
}

// Evidence is a thing that the host has seen: its kind, a word of the law's data, and where it is kept.
type Evidence struct {
	Kind      string `json:"kind"`
	Reference string `json:"reference,omitempty"`
}

// Agreement is a data-sharing agreement between discloser and recipient.
type Agreement struct {
	ID   string `json:"id"`
	Kind string `json:"kind"` // data-use, business-associate, tefca, qualified-service-organization
}

// To gives who gets what is asked for.
func (r *Request) To() *Party {
	if r.Recipient != nil {
		return r.Recipient
	}
	return &r.Requester
}

// invalid names what of a request is a word of no list; "" where nothing is. A word that is not known may have been meant for
// one that withholds.
func (r *Request) invalid() string {
	switch r.Form {
	case FormIdentified, FormLimited, FormDeidentified:
	default:
		return "form"
	}
	switch r.Action.Code {
	case "":
		if r.Action.System != "" || r.Action.Display != "" || r.Action.Text != "" {
			return "action"
		}
	case "collect", "access", "use", "disclose", "correct", "query", "push", "revoke":
	default:
		return "action"
	}
	if !isPlace(r.Jurisdiction) {
		return "jurisdiction"
	}
	switch r.Patient.Capacity {
	case CapacityUnknown, CapacityHas, CapacityLacks:
	default:
		return "capacity"
	}
	for _, p := range [4]*Party{&r.Patient.Party, &r.Requester, r.Recipient, r.Intermediary} {
		if !p.hasKind() {
			return "kind"
		}
	}
	for i := range r.Patient.Representatives {
		if !r.Patient.Representatives[i].hasKind() {
			return "kind"
		}
		switch r.Patient.Representatives[i].Authority {
		case "", AuthorityParent, AuthorityGuardian, AuthorityPower, AuthorityExecutor, AuthorityNextOfKin, AuthoritySpouse, AuthorityDelegate:
		default:
			return "authority"
		}
	}
	return ""
}

// isPlace reports whether a place is written as in ISO 3166: US, US-WA. A law holds nowhere that is written otherwise.
func isPlace(s string) bool {
	for i := range s {
		letter := s[i] >= 'A' && s[i] <= 'Z'
		switch {
		case i < 2 && letter, i == 2 && s[i] == '-' && len(s) > 3, i > 2 && i < 6 && (letter || s[i] >= '0' && s[i] <= '9'):
		default:
			return false
		}
	}
	return len(s) != 1
}
