package audit

import (
	"cmp"
	"iter"
	"slices"
	"strings"
	"time"
)

// AccountingRequest is what an accounting of disclosures is asked for (45 CFR 164.528).
type AccountingRequest struct {
	// Patients are the identifiers of the individual, and References how the host refers to them: any of them will do.
	Patients   []Identifier
	References []string
	// Name is how the accounting addresses them. Holder is the covered entity that gives it, Contact whom they may ask.
	Name    string
	Holder  Party
	Contact string
	// At is the time of the request: it is never the wall clock. From and Until bound the period; From is at most six
	// years before At, and is that where it is zero. Until is At where it is zero.
	At, From, Until time.Time
	// Zone is where dates are dates; nil is UTC.
	Zone *time.Location
}

// Accounting is what the individual is given.
type Accounting struct {
	Name     string       `json:"name,omitempty"`
	Patient  []Identifier `json:"patient,omitempty"`
	Holder   Party        `json:"holder,omitzero"`
	Contact  string       `json:"contact,omitempty"`
	Made     string       `json:"made"` // dates as YYYY-MM-DD
	From     string       `json:"from"`
	Until    string       `json:"until"`
	Zone     string       `json:"zone"`
	Lines    []Accounted  `json:"disclosures"`
	Research []Protocol   `json:"research,omitempty"`
}

// Accounted is a disclosure, or several to one recipient for one purpose (45 CFR 164.528(b)(3)).
type Accounted struct {
	Date string `json:"date"` // of the first
	// Count and Last are there for several.
	Count       int      `json:"count,omitempty"`
	Last        string   `json:"last,omitempty"`
	Recipient   string   `json:"recipient"`
	Address     []string `json:"address,omitempty"`
	Description string   `json:"description,omitempty"`
	Purpose     string   `json:"purpose"`
	Basis       string   `json:"basis"`
	Citation    string   `json:"citation,omitempty"`
	Request     string   `json:"request,omitempty"`
	// Note says where it is not known whether, or how much of, the data arrived.
	Note string `json:"note,omitempty"`
}

// Protocol is a research protocol for which the individual's data may have been disclosed (45 CFR 164.528(b)(4)).
type Protocol struct {
	Name     string   `json:"name"`
	About    string   `json:"about,omitempty"`
	Criteria string   `json:"criteria,omitempty"`
	Types    []string `json:"types,omitempty"`
	First    string   `json:"first"`
	Last     string   `json:"last"`
	Sponsor  string   `json:"sponsor,omitempty"`
	Address  []string `json:"sponsorAddress,omitempty"`
	// Researcher is who got it.
	Researcher        string   `json:"researcher"`
	ResearcherAddress []string `json:"researcherAddress,omitempty"`
}

// Omitted tells the host what was left out of an accounting. It is not for the individual.
type Omitted struct {
	// Exempt counts disclosures by the paragraph that exempts them.
	Exempt []Count
	// Suppressed are the ids of those that an agency has asked to suppress at the time of the request (45 CFR 164.528(a)(2)).
	Suppressed []string
	// Unheld are the ids of those that ask to be suppressed though the law does not allow it for their basis, or no more:
	// they are accounted for.
	Unheld []string
}

// oralHold is for how long an oral statement suppresses (45 CFR 164.528(a)(2)(ii)(C)).
const oralHold = 30 * 24 * time.Hour

// Account makes an accounting of disclosures of the entries of a log. It holds the disclosures of one individual in memory, and nothing else of the log.
//
// What came to its end is accounted for, and so is what broke off after bytes had gone, and what nobody saw the end of,
// each with a note. What was denied, or failed before anything left, is no disclosure.
func Account(entries iter.Seq2[Entry, error], req AccountingRequest) (*Accounting, *Omitted, error) {
	if req.Zone == nil {
		req.Zone = time.UTC
	}
	six := req.At.In(req.Zone).AddDate(-6, 0, 0)
	if req.From.Before(six) {
		req.From = six
	}
	if req.Until.IsZero() || req.Until.After(req.At) {
		req.Until = req.At
	}
	q := Query{Patients: req.Patients, References: req.References, Intents: true}
	if len(q.Patients)+len(q.References) == 0 {
		return nil, nil, fault("patient", "of whom disclosures are to be accounted for is missing")
	}
	byID := map[string]*Event{}
	var order []string
	for e, err := range Select(entries, q) {
		if err != nil {
			return nil, nil, err
		}
		if e.Event.Disclosure == nil || byID[e.Event.ID] != nil {
			continue
		}
		byID[e.Event.ID] = e.Event
		order = append(order, e.Event.ID)
	}
	ended := map[string]bool{}
	for _, e := range byID {
		if e.Phase == PhaseOutcome {
			ended[e.Intent] = true
		}
	}
	acc := &Accounting{Name: req.Name, Patient: req.Patients, Holder: req.Holder, Contact: req.Contact, Zone: req.Zone.String(),
		Made: day(req.At, req.Zone), From: day(req.From, req.Zone), Until: day(req.Until, req.Zone)}
	omitted := &Omitted{}
	exempt := map[string]int64{}
	var list []*Event
	for _, id := range order {
		e := byID[id]
		when := e.When()
		if _, left := arrived(e); !left || e.Phase == PhaseIntent && ended[id] || when.Before(req.From) || when.After(req.Until) {
			continue
		}
		if citation, ok := e.Disclosure.Basis.Exempt(); ok {
			exempt[citation]++
			continue
		}
		if !e.Disclosure.SuppressUntil.IsZero() {
			if held(e, req.At) {
				omitted.Suppressed = append(omitted.Suppressed, id)
				continue
			}
			omitted.Unheld = append(omitted.Unheld, id)
		}
		list = append(list, e)
	}
	for citation, n := range exempt {
		omitted.Exempt = append(omitted.Exempt, Count{Kind: citation, Count: n})
	}
	slices.SortFunc(omitted.Exempt, func(a, b Count) int { return strings.Compare(a.Kind, b.Kind) })
	slices.SortStableFunc(list, func(a, b *Event) int { return cmp.Or(a.When().Compare(b.When()), strings.Compare(a.ID, b.ID)) })
	acc.lines(list, req.Zone)
	return acc, omitted, nil
}

// arrived reports whether something left, and what there is to say on how it ended.
func arrived(e *Event) (note string, left bool) {
	switch e.Outcome {
	case OutcomeSuccess:
		return "", true
	case OutcomeUnknown, "":
		return "It is not known whether this disclosure was completed.", true
	case OutcomeFailure, OutcomeCancelled:
		if e.Payload != nil && e.Payload.Bytes > 0 {
			return "This disclosure was interrupted; a part of the information may have been received.", true
		}
	}
	return "", false
}

// held reports whether the law lets an agency keep this disclosure from the individual at a time.
func held(e *Event, at time.Time) bool {
	d := e.Disclosure
	if d.Basis != BasisOversight && d.Basis != BasisEnforcement {
		return false
	}
	until := d.SuppressUntil
	if limit := e.Recorded.Add(oralHold); d.Oral && limit.Before(until) {
		until = limit
	}
	return at.Before(until)
}

// lines makes the lines of disclosures in order of time.
func (a *Accounting) lines(list []*Event, zone *time.Location) {
	a.Lines = []Accounted{}
	several, protocols := map[string]int{}, map[string]int{}
	for _, e := range list {
		d, date := e.Disclosure, day(e.When(), zone)
		note, _ := arrived(e)
		if r := d.Research; r != nil {
			key := strings.Join([]string{r.Protocol, name(r.Sponsor), name(d.Recipient)}, "\x00")
			if i, ok := protocols[key]; ok {
				a.Research[i].Last = date
				continue
			}
			protocols[key] = len(a.Research)
			a.Research = append(a.Research, Protocol{Name: r.Protocol, About: r.About, Criteria: r.Criteria, Types: r.Types, First: date, Last: date,
				Sponsor: name(r.Sponsor), Address: r.Sponsor.Address, Researcher: name(d.Recipient), ResearcherAddress: d.Recipient.Address})
			continue
		}
		line := Accounted{Date: date, Recipient: name(d.Recipient), Address: d.Recipient.Address, Description: Describe(e), Purpose: purpose(e),
			Basis: d.Basis.Text(), Citation: d.Citation, Request: d.Request, Note: note}
		// Only disclosures under 164.512 and to the Secretary may be told together, and only what ended alike.
		key := strings.Join([]string{name(d.Recipient), d.Recipient.ID.System, d.Recipient.ID.Value, line.Purpose, string(d.Basis), d.Citation}, "\x00")
		if i, ok := several[key]; ok && note == "" && d.Basis.repeats() {
			a.Lines[i].Count, a.Lines[i].Last = max(a.Lines[i].Count, 1)+1, date
			continue
		}
		if note == "" && d.Basis.repeats() {
			several[key] = len(a.Lines)
		}
		a.Lines = append(a.Lines, line)
	}
}

// purpose says why, in the host's words, else by the codes of the event.
func purpose(e *Event) string {
	if e.Disclosure.Purpose != "" {
		return e.Disclosure.Purpose
	}
	var out []string
	for _, c := range e.Purposes {
		out = append(out, cmp.Or(c.Display, c.Code))
	}
	return cmp.Or(strings.Join(out, ", "), e.Disclosure.Basis.Text())
}

// repeats reports whether several disclosures on this basis may be told together.
func (b Basis) repeats() bool {
	switch b {
	case BasisSecretary, BasisLaw, BasisPublicHealth, BasisAbuse, BasisOversight, BasisJudicial, BasisEnforcement, BasisDecedent, BasisDonation,
		BasisResearch, BasisThreat, BasisGovernment, BasisCompensation:
		return true
	}
	return false
}

// Text says a basis in words that a patient can read.
func (b Basis) Text() string {
	switch b {
	case BasisTreatment:
		return "treatment"
	case BasisPayment:
		return "payment"
	case BasisOperations:
		return "health care operations"
	case BasisIndividual:
		return "given to you or your representative"
	case BasisIncidental:
		return "incidental to a permitted use"
	case BasisAuthorization:
		return "you authorized it"
	case BasisDirectory:
		return "facility directory or persons involved in your care"
	case BasisNational:
		return "national security or intelligence"
	case BasisCustody:
		return "correctional institution or law enforcement custody"
	case BasisLimited:
		return "limited data set"
	case BasisDeidentified:
		return "information that no longer identifies you"
	case BasisSecretary:
		return "investigation of compliance by the Department of Health and Human Services"
	case BasisLaw:
		return "required by law"
	case BasisPublicHealth:
		return "public health"
	case BasisAbuse:
		return "report of abuse, neglect or domestic violence"
	case BasisOversight:
		return "health oversight"
	case BasisJudicial:
		return "judicial or administrative proceeding"
	case BasisEnforcement:
		return "law enforcement"
	case BasisDecedent:
		return "coroner, medical examiner or funeral director"
	case BasisDonation:
		return "donation of organs, eyes or tissue"
	case BasisResearch:
		return "research"
	case BasisThreat:
		return "prevention of a serious threat to health or safety"
	case BasisGovernment:
		return "specialized government function"
	case BasisCompensation:
		return "workers' compensation"
	case BasisImproper:
		return "this disclosure should not have happened"
	}
	return "other"
}

func day(t time.Time, zone *time.Location) string { return t.In(zone).Format(time.DateOnly) }
