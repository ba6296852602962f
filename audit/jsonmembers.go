package audit

// The members of each object of an event's JSON form, in the order of the fields.

func (e *Event) members(w *writer) {
	w.number("v", Version)
	w.must("id", e.ID)
	w.may("phase", string(e.Phase))
	w.may("intent", e.Intent)
	w.must("kind", string(e.Kind))
	w.must("action", string(e.Action))
	objects(w, "subtypes", e.Subtypes, (*Code).members)
	w.time("recorded", e.Recorded)
	e.Period.member(w)
	w.may("outcome", string(e.Outcome))
	w.may("reason", string(e.Reason))
	objects(w, "purposes", e.Purposes, (*Code).members)
	objects(w, "agents", e.Agents, (*Agent).members)
	if !e.Source.IsZero() {
		object(w, "source", &e.Source, (*Source).members)
	}
	optional(w, "patient", e.Patient, (*Patient).members)
	objects(w, "entities", e.Entities, (*Entity).members)
	optional(w, "payload", e.Payload, (*Payload).members)
	optional(w, "disclosure", e.Disclosure, (*Disclosure).members)
	optional(w, "decision", e.Decision, (*Decision).members)
	w.may("request", e.Request)
	w.may("trace", e.Trace)
	optional(w, "log", e.Log, (*LogState).members)
}

// member writes the period as the member that it is wherever there is one.
func (p *Period) member(w *writer) {
	if !p.IsZero() {
		object(w, "period", p, (*Period).members)
	}
}

func (p *Period) members(w *writer) {
	w.when("start", p.Start)
	w.when("end", p.End)
}

func (s *LogState) members(w *writer) {
	w.may("name", s.Name)
	w.count("size", s.Size)
	w.may("root", s.Root)
	w.may("segment", s.Segment)
	w.count("offset", s.Offset)
	w.count("bytes", s.Bytes)
	w.count("first", s.First)
	w.count("count", s.Count)
}

func (c *Code) members(w *writer) {
	w.may("system", c.System)
	w.must("code", c.Code)
	w.may("version", c.Version)
	w.may("display", c.Display)
}

func (i *Identifier) members(w *writer) {
	w.may("system", i.System)
	w.must("value", i.Value)
}

func (i *Identifier) member(w *writer) {
	if *i != (Identifier{}) {
		object(w, "id", i, (*Identifier).members)
	}
}

func (p *Patient) members(w *writer) {
	objects(w, "identifiers", p.Identifiers, (*Identifier).members)
	w.may("reference", p.Reference)
}

func (p *Party) members(w *writer) {
	p.ID.member(w)
	w.may("reference", p.Reference)
	w.may("altId", p.AltID)
	w.may("name", p.Name)
	w.texts("address", p.Address)
}

func (a *Agent) members(w *writer) {
	w.must("role", string(a.Role))
	a.Party.members(w)
	w.flag("requestor", a.Requestor)
	objects(w, "roles", a.Roles, (*Code).members)
	optional(w, "organization", a.Organization, (*Party).members)
	optional(w, "network", a.Network, (*Network).members)
	objects(w, "purposes", a.Purposes, (*Code).members)
	w.texts("policies", a.Policies)
	objects(w, "assurance", a.Assurance, (*Code).members)
}

func (n *Network) members(w *writer) {
	w.must("address", n.Address)
	w.must("type", string(n.Type))
}

func (s *Source) members(w *writer) {
	w.may("site", s.Site)
	if !s.Observer.IsZero() {
		object(w, "observer", &s.Observer, (*Party).members)
	}
	objects(w, "types", s.Types, (*Code).members)
}

func (n *Entity) members(w *writer) {
	w.must("type", string(n.Type))
	w.may("role", string(n.Role))
	n.ID.member(w)
	w.may("reference", n.Reference)
	w.may("version", n.Version)
	objects(w, "category", n.Category, (*Code).members)
	objects(w, "labels", n.Labels, (*Code).members)
	w.base64("query", n.Query)
	w.may("lifecycle", string(n.Lifecycle))
	w.count("count", n.Count)
	optional(w, "digest", n.Digest, (*Digest).members)
}

func (p *Payload) members(w *writer) {
	w.may("format", p.Format)
	w.may("version", p.Version)
	w.may("mediaType", p.MediaType)
	w.count("bytes", p.Bytes)
	optional(w, "digest", p.Digest, (*Digest).members)
	objects(w, "counts", p.Counts, (*Count).members)
	w.count("lost", p.Lost)
	objects(w, "issues", p.Issues, (*Count).members)
	optional(w, "signed", p.Signed, (*Seal).members)
	optional(w, "encrypted", p.Encrypted, (*Seal).members)
}

func (s *Seal) members(w *writer) {
	w.must("algorithm", s.Algorithm)
	w.may("key", s.Key)
}

func (d *Digest) members(w *writer) {
	w.must("algorithm", d.Algorithm)
	w.must("value", d.Value)
}

func (c *Count) members(w *writer) {
	w.must("kind", c.Kind)
	w.may("why", c.Why)
	w.number("count", c.Count)
}

func (d *Disclosure) members(w *writer) {
	object(w, "recipient", &d.Recipient, (*Party).members)
	w.may("description", d.Description)
	w.may("purpose", d.Purpose)
	w.may("request", d.Request)
	w.must("basis", string(d.Basis))
	w.may("citation", d.Citation)
	w.when("suppressUntil", d.SuppressUntil)
	w.may("suppressedBy", d.SuppressedBy)
	w.flag("oral", d.Oral)
	optional(w, "research", d.Research, (*Research).members)
}

func (r *Research) members(w *writer) {
	w.must("protocol", r.Protocol)
	w.may("about", r.About)
	if !r.Sponsor.IsZero() {
		object(w, "sponsor", &r.Sponsor, (*Party).members)
	}
	w.may("criteria", r.Criteria)
	w.texts("types", r.Types)
	r.Period.member(w)
}

func (d *Decision) members(w *writer) {
	w.may("id", d.ID)
	w.must("outcome", d.Outcome)
	w.must("final", d.Final)
	w.texts("reasons", d.Reasons)
	objects(w, "policies", d.Policies, (*Policy).members)
	w.texts("basis", d.Basis)
	w.texts("obligations", d.Obligations)
	objects(w, "withheld", d.Withheld, (*Count).members)
	objects(w, "masked", d.Masked, (*Count).members)
	w.when("at", d.At)
	w.when("validUntil", d.ValidUntil)
	w.flag("emergency", d.Emergency)
}

func (p *Policy) members(w *writer) {
	w.may("kind", p.Kind)
	w.must("id", p.ID)
	w.may("version", p.Version)
}
