package audit

import "time"

// Disclosure is what the accounting of disclosures needs to know of one (45 CFR 164.528(b)(2)).
type Disclosure struct {
	// Recipient is the person or organization that got it, by name and, where known, address.
	Recipient Party `json:"recipient"`
	// Description says in brief what was disclosed, by kinds and never by content. Where it is empty, the counts of the
	// payload are told instead.
	Description string `json:"description,omitempty"`
	// Purpose says in brief why, so that the patient understands the basis; or Request refers to the written request.
	Purpose string `json:"purpose,omitempty"`
	Request string `json:"request,omitempty"`
	// Basis is what permits it. It decides whether it is accounted for.
	Basis    Basis  `json:"basis"`
	Citation string `json:"citation,omitempty"` // 45 CFR 164.512(b)(1)(i)
	// SuppressUntil is until when a health oversight agency or a law enforcement official has asked that the patient
	// not be told (45 CFR 164.528(a)(2)); SuppressedBy refers to their statement, Oral says that it was not in writing:
	// then it holds thirty days at most, counted from when the event was recorded.
	SuppressUntil time.Time `json:"suppressUntil,omitzero"`
	SuppressedBy  string    `json:"suppressedBy,omitempty"`
	Oral          bool      `json:"oral,omitempty"`
	// Research is there where data of fifty or more individuals went to a protocol (45 CFR 164.528(b)(4)).
	Research *Research `json:"research,omitempty"`
}

// Research is a protocol that records of many were disclosed to. The law asks for the telephone numbers of sponsor and
// researcher too: they are the last lines of their addresses (45 CFR 164.528(b)(4)(i)(E)).
type Research struct {
	Protocol string   `json:"protocol"` // its name
	About    string   `json:"about,omitempty"`
	Sponsor  Party    `json:"sponsor,omitzero"`
	Criteria string   `json:"criteria,omitempty"`
	Types    []string `json:"types,omitempty"` // of information
	Period   Period   `json:"period,omitzero"`
}

// Basis is what permits a disclosure.
type Basis string

// The bases. Those that 45 CFR 164.528(a)(1) exempts are not accounted for; see Basis.Exempt.
const (
	BasisTreatment     Basis = "treatment"         // 164.506(c)
	BasisPayment       Basis = "payment"           // 164.506(c)
	BasisOperations    Basis = "operations"        // 164.506(c)
	BasisIndividual    Basis = "individual"        // to the individual or a representative: 164.502(a)(1)(i)
	BasisIncidental    Basis = "incidental"        // 164.502(a)(1)(iii)
	BasisAuthorization Basis = "authorization"     // 164.508
	BasisDirectory     Basis = "directory"         // facility directory, persons involved in care, notification: 164.510
	BasisNational      Basis = "national-security" // 164.512(k)(2)
	BasisCustody       Basis = "custody"           // correctional institutions, law enforcement in custody: 164.512(k)(5)
	BasisLimited       Basis = "limited-data-set"  // 164.514(e)
	BasisDeidentified  Basis = "de-identified"     // no longer protected health information: 164.514(a)
	BasisSecretary     Basis = "secretary"         // compliance investigation: 164.502(a)(2)(ii)
	BasisLaw           Basis = "required-by-law"   // 164.512(a)
	BasisPublicHealth  Basis = "public-health"     // 164.512(b)
	BasisAbuse         Basis = "abuse"             // abuse, neglect, domestic violence: 164.512(c)
	BasisOversight     Basis = "oversight"         // 164.512(d)
	BasisJudicial      Basis = "judicial"          // 164.512(e)
	BasisEnforcement   Basis = "law-enforcement"   // 164.512(f)
	BasisDecedent      Basis = "decedent"          // coroners, funeral directors: 164.512(g)
	BasisDonation      Basis = "donation"          // organs, eyes, tissue: 164.512(h)
	BasisResearch      Basis = "research"          // 164.512(i)
	BasisThreat        Basis = "serious-threat"    // 164.512(j)
	BasisGovernment    Basis = "government"        // military, veterans, other of 164.512(k)
	BasisCompensation  Basis = "workers-comp"      // 164.512(l)
	BasisImproper      Basis = "improper"          // none: it should not have happened, and is accounted for
	BasisOther         Basis = "other"             // the host's Citation says which
)

// Exempt reports whether disclosures on this basis are left out of the accounting, and by which paragraph. What is not
// known is accounted for.
func (b Basis) Exempt() (citation string, ok bool) {
	switch b {
	case BasisTreatment, BasisPayment, BasisOperations:
		return "45 CFR 164.528(a)(1)(i)", true
	case BasisIndividual:
		return "45 CFR 164.528(a)(1)(ii)", true
	case BasisIncidental:
		return "45 CFR 164.528(a)(1)(iii)", true
	case BasisAuthorization:
		return "45 CFR 164.528(a)(1)(iv)", true
	case BasisDirectory:
		return "45 CFR 164.528(a)(1)(v)", true
	case BasisNational:
		return "45 CFR 164.528(a)(1)(vi)", true
	case BasisCustody:
		return "45 CFR 164.528(a)(1)(vii)", true
	case BasisLimited:
		return "45 CFR 164.528(a)(1)(viii)", true
	case BasisDeidentified:
		return "45 CFR 164.502(d)(2)", true
	}
	return "", false
}
