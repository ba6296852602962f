package audit

import (
	"bytes"
	"encoding/json"
	"slices"
	"time"
)

// Version is the version of the JSON form of an event.
const Version = 1

// MaxEvent is how many bytes the JSON form of an event may have.
const MaxEvent = 1 << 20

// plain is Event without its methods; wire is what is read of it.
type plain Event

type wire struct {
	V int `json:"v"`
	*plain
}

// AppendJSON appends the JSON form of a valid event: one line without its end, members in the order of the fields, times
// in UTC, nothing escaped that need not be. There is one such form of an event, so that a digest of it stands for the event.
func (e *Event) AppendJSON(b []byte) ([]byte, error) {
	if err := e.check(); err != nil {
		return b, err
	}
	w := writer{b: append(b, '{')}
	e.members(&w)
	if w.illegible {
		return b, fault("", "has a text with control characters, or one that is not UTF-8")
	}
	out := append(w.b, '}')
	if len(out)-len(b) > MaxEvent {
		return b, fault("", "is larger than an event may be")
	}
	return out, nil
}

// MarshalJSON is AppendJSON for encoding/json.
func (e *Event) MarshalJSON() ([]byte, error) { return e.AppendJSON(nil) }

// UnmarshalJSON is Parse for encoding/json.
func (e *Event) UnmarshalJSON(data []byte) error {
	got, err := Parse(data)
	if err == nil {
		*e = *got
	}
	return err
}

// Parse reads the JSON form of an event. It takes that form alone, byte for byte as AppendJSON writes it: members that
// are unknown, doubled or in another order, blanks, and other ways to write a value are errors.
func Parse(data []byte) (*Event, error) {
	if len(data) > MaxEvent {
		return nil, fault("", "is larger than an event may be")
	}
	var e Event
	w := wire{plain: (*plain)(&e)}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&w); err != nil || w.plain == nil {
		return nil, fault("", "is not the JSON form of an event")
	}
	if w.V != Version {
		return nil, fault("v", "is a version of the JSON form that is not known here")
	}
	again, err := e.AppendJSON(nil)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(again, data) {
		return nil, fault("", "is not in the one form that its JSON has")
	}
	return &e, nil
}

// times calls f with each time of the event.
func (e *Event) times(f func(*time.Time)) {
	f(&e.Recorded)
	f(&e.Period.Start)
	f(&e.Period.End)
	if d := e.Decision; d != nil {
		f(&d.At)
		f(&d.ValidUntil)
	}
	if d := e.Disclosure; d != nil {
		f(&d.SuppressUntil)
		if r := d.Research; r != nil {
			f(&r.Period.Start)
			f(&r.Period.End)
		}
	}
}

// Clone gives a copy that shares nothing with the event.
func (e *Event) Clone() *Event {
	c := *e
	c.Subtypes, c.Purposes = slices.Clone(e.Subtypes), slices.Clone(e.Purposes)
	c.Agents, c.Entities = slices.Clone(e.Agents), slices.Clone(e.Entities)
	for i := range c.Agents {
		a := &c.Agents[i]
		a.Party = a.Party.clone()
		a.Roles, a.Purposes, a.Policies, a.Assurance = slices.Clone(a.Roles), slices.Clone(a.Purposes), slices.Clone(a.Policies), slices.Clone(a.Assurance)
		a.Network = clone(a.Network)
		if a.Organization != nil {
			p := a.Organization.clone()
			a.Organization = &p
		}
	}
	c.Source.Observer, c.Source.Types = e.Source.Observer.clone(), slices.Clone(e.Source.Types)
	if c.Patient = clone(e.Patient); c.Patient != nil {
		c.Patient.Identifiers = slices.Clone(c.Patient.Identifiers)
	}
	for i := range c.Entities {
		n := &c.Entities[i]
		n.Category, n.Labels, n.Query, n.Digest = slices.Clone(n.Category), slices.Clone(n.Labels), slices.Clone(n.Query), clone(n.Digest)
	}
	if c.Payload = clone(e.Payload); c.Payload != nil {
		p := c.Payload
		p.Digest, p.Signed, p.Encrypted, p.Counts, p.Issues = clone(p.Digest), clone(p.Signed), clone(p.Encrypted), slices.Clone(p.Counts), slices.Clone(p.Issues)
	}
	if c.Disclosure = clone(e.Disclosure); c.Disclosure != nil {
		d := c.Disclosure
		d.Recipient = d.Recipient.clone()
		if d.Research = clone(d.Research); d.Research != nil {
			d.Research.Sponsor, d.Research.Types = d.Research.Sponsor.clone(), slices.Clone(d.Research.Types)
		}
	}
	if c.Decision = clone(e.Decision); c.Decision != nil {
		d := c.Decision
		d.Reasons, d.Policies, d.Basis, d.Obligations = slices.Clone(d.Reasons), slices.Clone(d.Policies), slices.Clone(d.Basis), slices.Clone(d.Obligations)
		d.Withheld, d.Masked = slices.Clone(d.Withheld), slices.Clone(d.Masked)
	}
	c.Log = clone(e.Log)
	return &c
}

func (p Party) clone() Party {
	p.Address = slices.Clone(p.Address)
	return p
}

func clone[T any](p *T) *T {
	if p == nil {
		return nil
	}
	c := *p
	return &c
}
