package fhir

import (
	"reflect"
	"slices"

	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// provenance reads a Provenance (R4 6.3): a statement of its own, or, where our
// exporter made it of them, the participants of the entries that it is on.
func (r *reader) provenance(n tree.Node) bool {
	if r.marked(n, "participants") {
		if r.participantsOf(n) {
			return true
		}
		r.giveBack(own(n))
	}
	p := record.Provenance{Entry: r.entry(n)}
	p.Targets = nonZeroRefs(r.refs(n, "target"))
	p.When = r.when(n, choice{dateTime: "occurredDateTime", period: "occurredPeriod"}, "when")
	p.Recorded = r.timePtr(n, "recorded")
	p.Policies = r.strs(n, "policy")
	p.Location = r.refPtr(n, "location")
	p.Reasons = r.concepts(n, "reason")
	p.Activity = r.conceptPtr(n, "activity")
	p.Agents = r.agents(n, nil)
	p.Entities = all(n, "entity", func(e tree.Node) record.ProvenanceEntity {
		v := record.ProvenanceEntity{Role: r.str(e, "role"), What: one(e, "what", r.ref), Agents: r.agents(e, nil)}
		addFields(r, e, &v)
		return v
	})
	p.Signatures = all(n, "signature", r.signature)
	add(r, &r.rec.Provenances, n, &p)
	return true
}

// participantsOf gives the entries that a Provenance of our exporter's is on their
// participants, who say all that the elements of the entries' own resources say of them.
func (r *reader) participantsOf(n tree.Node) bool {
	var on []*record.Entry
	for _, t := range objects(n, "target") {
		i, ok := r.plan.target(peek(t, "reference"), r.at)
		if !ok {
			return false
		}
		e := r.entryOf(r.plan.all[i].entryID)
		if e == nil {
			return false
		}
		on = append(on, e)
	}
	if len(on) == 0 {
		return false
	}
	x := &r.plan.all[r.at]
	r.made = append(r.made, x.entryID)
	when := r.when(n, choice{dateTime: "occurredDateTime", period: "occurredPeriod"}, "when")
	if t := r.time(n, "recorded"); !t.IsZero() {
		when = record.Period{At: t}
	}
	parts := r.agents(n, &when)
	for i, t := range objects(n, "target") {
		e := on[min(i, len(on)-1)]
		r.take(t.Child("reference"))
		rest := e.Participants
		if !r.told[e.ID] {
			rest = slices.DeleteFunc(slices.Clone(rest), func(p record.Participation) bool { return toldAmong(&p, parts) })
			e.Participants = nil
			r.told[e.ID] = true
		} else {
			rest = nil
		}
		e.Participants = append(append(e.Participants, parts...), rest...)
		r.made = append(r.made, e.ID)
	}
	return true
}

// toldAmong reports whether what an element says of who took part is among what a Provenance says.
func toldAmong(p *record.Participation, parts []record.Participation) bool {
	for i := range parts {
		o := &parts[i]
		same := p.Who == nil && o.Who == nil || p.Who != nil && o.Who != nil && p.Who.ID == o.Who.ID && p.Who.Display == o.Who.Display && reflect.DeepEqual(p.Who.Identifier, o.Who.Identifier)
		if p.Who != nil && o.Who == nil && o.OnBehalfOf != nil { // the organization acted itself
			same = p.Who.ID == o.OnBehalfOf.ID && p.Who.Display == o.OnBehalfOf.Display
		}
		if same && (p.Function == nil || reflect.DeepEqual(p.Function, o.Function)) && (p.When == nil || o.When != nil && p.When.At == o.When.At) {
			return true
		}
	}
	return false
}

// entryOf finds an entry of the record by its id. It is asked for when all entries are read.
func (r *reader) entryOf(id string) *record.Entry {
	if r.entries == nil {
		r.entries = map[string]*record.Entry{}
		for _, e := range r.rec.Entries() {
			r.entries[e.ID] = e
		}
	}
	return r.entries[id]
}

// agents reads an array of agents. when is the time of the one that is marked as timed.
func (r *reader) agents(n tree.Node, when *record.Period) (out []record.Participation) {
	for _, a := range objects(n, "agent") {
		if p := r.agent(a, when); record.CountLeavesOf(&p) > 0 {
			out = append(out, p)
		}
	}
	return out
}

func (r *reader) agent(n tree.Node, when *record.Period) record.Participation {
	p := record.Participation{}
	if c := object(n, "who"); c.OK() {
		if p = r.participation(c, ""); *p.Who == (record.Ref{}) {
			p.Who = nil
		}
	}
	if t := object(n, "type"); t.OK() {
		c := r.concept(t)
		if code := c.Code(systemParticipation); code != "" && !partTypes.TwoWay(code, roleOfConcept(&c)) {
			p.RoleAsSent = code // HL7 v3 ParticipationType has more kinds of parts than the record has terms
		}
		if p.Role = roleOfConcept(&c); p.Role == "" && p.RoleAsSent == "AUT" {
			p.Role = "author"
		}
		if p.RoleAsSent != "" && bareCode(&c, systemParticipation, p.RoleAsSent) {
			// It is all there.
		} else if p.Role == "" || p.RoleAsSent != "" || !bare(&c) {
			r.giveBack(t) // the record has the role alone
			r.takeRole(t, p.Role, p.RoleAsSent)
		}
	}
	for i, c := range objects(n, "role") {
		if i == 0 {
			f := r.concept(c)
			p.Function = &f
		}
	}
	if org := object(n, "onBehalfOf"); org.OK() {
		p.OnBehalfOf = r.refPtr(n, "onBehalfOf")
	}
	if when != nil && r.marked(n, "timed") {
		p.When = when
	}
	coded := p.RoleAsSent
	addFields(r, n, &p)
	if t := object(n, "type"); t.OK() && (extension(own(n), "role").OK() || extension(own(n), "roleAsSent").OK() && isParticipationType(p.RoleAsSent)) {
		want, ok := partTypes.From(p.Role) // the code for the role beside it
		r.compared(t, (ok || p.RoleAsSent != "") && peek(t.Child("coding").First(), "system") == systemParticipation && slices.Contains([]string{want, p.RoleAsSent}, peek(t.Child("coding").First(), "code")))
	}
	if code, ok := partTypes.From(p.Role); ok && code == coded && !extension(own(n), "roleAsSent").OK() {
		p.RoleAsSent = "" // our exporter's code for the role beside it
	}
	if p.Who != nil && p.OnBehalfOf == nil && r.marked(n, "itself") {
		p.OnBehalfOf, p.Who = p.Who, nil // the organization acted itself
	}
	return p
}

// takeRole takes the coding of a type that says the role.
func (r *reader) takeRole(t tree.Node, role, asSent string) {
	for _, k := range objects(t, "coding") {
		c := record.Concept{Codings: []record.Coding{{System: peek(k, "system"), Code: peek(k, "code")}}}
		if role != "" && roleOfConcept(&c) == role || asSent != "" && c.Code(systemParticipation) == asSent {
			r.take(k.Child("system"))
			r.take(k.Child("code"))
			if peek(k, "display") == agentDisplay(peek(k, "code")) && c.Codings[0].System != systemParticipation {
				r.scaffold(k.Child("display"))
			}
			return
		}
	}
}

// signature reads a Signature.
func (r *reader) signature(n tree.Node) record.Signature {
	v := record.Signature{
		Types: all(n, "type", r.coding), When: r.time(n, "when"), Who: r.refPtr(n, "who"), OnBehalfOf: r.refPtr(n, "onBehalfOf"),
		TargetFormat: r.str(n, "targetFormat"), Format: r.str(n, "sigFormat"),
	}
	if d := r.str(n, "data"); d != "" {
		v.Data = record.Base64Data(d)
	}
	addFields(r, n, &v)
	return v
}

// isOfParticipation reports whether a PractitionerRole is what our exporter makes
// of what a participation says beside who it is.
func isOfParticipation(n tree.Node) bool {
	return extension(own(n), "participation").Child("valueBoolean").Value() == "true"
}

// roleIn reads a PractitionerRole that our exporter made of a participation into that.
func (r *reader) roleIn(i int, p *record.Participation) {
	n := r.plan.all[i].n
	r.marked(n, "participation")
	r.take(object(n, "practitioner").Child("reference"))
	p.OnBehalfOf = r.refPtr(n, "organization")
	for k, c := range objects(n, "code") {
		if k == 0 {
			code := r.concept(c)
			p.Code = &code
		}
	}
	p.Specialty = r.concepts(n, "specialty")
	addFields(r, n, p)
	if owner := r.plan.all[r.at].entryID; !slices.Contains(r.parts[i], owner) {
		r.parts[i] = append(r.parts[i], owner)
	}
}
