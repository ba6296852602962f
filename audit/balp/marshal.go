package balp

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/portage-health/portage/audit"
)

// Marshal gives the AuditEvent of an event, as compact JSON, and the profiles that it claims. It fails only for an event that
// is not valid.
func Marshal(e *audit.Event) (resource []byte, profiles []string, err error) {
	if err := e.Validate(); err != nil {
		return nil, nil, err
	}
	r := resourceOf(e)
	if profiles = claims(e, r); len(profiles) > 0 {
		r.Meta = &meta{Profile: profiles}
	}
	place(r, e)
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(r); err != nil {
		return nil, nil, err
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), profiles, nil
}

// Profiles gives the canonical URLs of the BALP profiles that the event's AuditEvent meets.
func Profiles(e *audit.Event) []string { return claims(e, resourceOf(e)) }

func resourceOf(e *audit.Event) *auditEvent {
	r := &auditEvent{ResourceType: "AuditEvent", ID: e.ID, Action: string(e.Action), Recorded: instant(e.Recorded), Outcome: e.Outcome.Code()}
	r.Type, r.Subtype = kindOf(e)
	said := codings(e.Subtypes)
	if e.Kind == audit.KindOther && len(said) > 0 {
		r.Type, said = said[0], said[1:]
	}
	for _, c := range said {
		if !slices.Contains(r.Subtype, c) {
			r.Subtype = append(r.Subtype, c)
		}
	}
	if !e.Period.IsZero() {
		r.Period = &period{Start: instant(e.Period.Start), End: instant(e.Period.End)}
	}
	if e.Outcome != audit.OutcomeSuccess {
		r.OutcomeDesc = e.Reason.Text()
	}
	r.Purpose = concepts(e.Purposes)
	for i := range e.Agents {
		r.Agent = append(r.Agent, agentOf(e.Kind, &e.Agents[i]))
	}
	if len(r.Agent) == 0 { // 1..*
		r.Agent = []agent{{Who: absent()}}
	}
	r.Source = source{Site: e.Source.Site, Type: codings(e.Source.Types), Observer: *absent()}
	if !e.Source.Observer.IsZero() {
		r.Source.Observer = *who(&e.Source.Observer)
	}
	r.Entity = entities(e)
	return r
}

func agentOf(kind audit.Kind, a *audit.Agent) agent {
	out := agent{Type: agentType(kind, a.Role), Role: concepts(a.Roles), Requestor: a.Requestor, Policy: a.Policies, Purpose: concepts(a.Purposes), AltID: a.AltID}
	if !a.IsZero() {
		out.Who = who(&a.Party)
	}
	if a.Role == audit.AgentUser {
		out.Name = a.Name
	}
	if a.Network != nil {
		out.Network = &network{Address: a.Network.Address, Type: string(a.Network.Type)}
	}
	return out
}

// policyConsent is the kind of a policy that is a patient's consent.
const policyConsent = "consent"

// entities gives the patient, what was touched, what the request was, and the consents a decision rests on.
func entities(e *audit.Event) []entity {
	var list []entity
	if p := e.Patient; p != nil {
		what := &reference{Reference: p.Reference, Type: "Patient"}
		if len(p.Identifiers) > 0 {
			what.Identifier = identifierOf(p.Identifiers[0])
		}
		list = append(list, entity{What: what, Type: &coding{System: systemEntity, Code: "1"}, Role: &coding{System: systemRole, Code: "1"}})
	}
	for i := range e.Entities {
		x := &e.Entities[i]
		one := entity{Type: &coding{System: systemEntity, Code: string(x.Type)}, Labels: codings(x.Labels), Query: x.Query}
		if x.Role != "" {
			one.Role = &coding{System: systemRole, Code: string(x.Role)}
		}
		if x.Lifecycle != "" {
			one.Lifecycle = &coding{System: systemStages, Code: string(x.Lifecycle)}
		}
		if x.Reference != "" || x.ID != (audit.Identifier{}) {
			one.What = &reference{Reference: x.Reference, Identifier: identifierOf(x.ID)}
		}
		list = append(list, one)
	}
	if e.Kind == audit.KindDecide && e.Decision != nil {
		for _, p := range e.Decision.Policies {
			if p.Kind != policyConsent {
				continue
			}
			list = append(list, entity{What: &reference{Identifier: &identifier{Value: p.ID}}, Type: &coding{System: systemTypes, Code: "Consent"}})
		}
		return list // the profile's list of entities is closed
	}
	if e.Request != "" {
		list = append(list, entity{What: &reference{Identifier: &identifier{Value: e.Request}}, Type: &coding{System: systemBALP, Code: "XrequestId"}})
	}
	return list
}

// place puts what has no element of its own into details.
func place(r *auditEvent, e *audit.Event) {
	left := leftover(e)
	if len(left) == 0 {
		return
	}
	for i := range r.Entity {
		if t := r.Entity[i].Type; e.Kind == audit.KindDecide && t != nil && t.System == systemTypes {
			r.Entity[i].Detail = left
			return
		}
	}
	more := entity{Type: &coding{System: systemEntity, Code: "4"}, Detail: left}
	if e.Disclosure != nil {
		more.Description = e.Disclosure.Description
	}
	r.Entity = append(r.Entity, more)
}

// leftover gives the leaves that no element says as they are.
func leftover(e *audit.Event) []detail {
	var list []detail
	for _, l := range e.Leaves() {
		if !hasElement(e, l.Path) {
			list = append(list, detail{Type: l.Path, Value: l.Value})
		}
	}
	return list
}

// hasElement reports whether an element of AuditEvent says this leaf of the event as it is.
func hasElement(e *audit.Event, path string) bool {
	plain := unnumbered(path)
	switch {
	case plain == "id", plain == "action", strings.HasPrefix(plain, "purposes[]"), plain == "recorded", plain == "period.start", plain == "period.end",
		plain == "source.site", strings.HasPrefix(plain, "source.types[]"), strings.HasPrefix(plain, "subtypes[]"):
		return true
	case plain == "patient.reference", path == "patient.identifiers[0].system", path == "patient.identifiers[0].value":
		return true
	case plain == "disclosure.description":
		return e.Kind != audit.KindDecide
	case plain == "request":
		return e.Kind != audit.KindDecide
	}
	for _, p := range []string{"agents[].", "source.observer."} {
		if rest, ok := strings.CutPrefix(plain, p); ok {
			switch rest {
			case "id.system", "id.value", "reference", "name":
				return true
			}
			if p == "agents[]." {
				switch rest {
				case "altId", "requestor", "network.address", "network.type", "policies[]":
					return true
				}
				return strings.HasPrefix(rest, "roles[]") || strings.HasPrefix(rest, "purposes[]")
			}
		}
	}
	if rest, ok := strings.CutPrefix(plain, "entities[]."); ok {
		switch rest {
		case "type", "role", "id.system", "id.value", "reference", "query", "lifecycle":
			return true
		}
		return strings.HasPrefix(rest, "labels[]")
	}
	return false
}

// unnumbered is a path without the numbers of its elements.
func unnumbered(path string) string {
	var b strings.Builder
	for i := 0; i < len(path); i++ {
		b.WriteByte(path[i])
		if path[i] == '[' {
			for i+1 < len(path) && path[i+1] != ']' {
				i++
			}
		}
	}
	return b.String()
}

// who refers to a party: its reference, its identifier, its name.
func who(p *audit.Party) *reference {
	return &reference{Reference: p.Reference, Identifier: identifierOf(p.ID), Display: p.Name}
}

// absent is a reference that R4 requires to what the event does not know.
func absent() *reference {
	return &reference{Extension: []extension{{URL: "http://hl7.org/fhir/StructureDefinition/data-absent-reason", Code: "unknown"}}}
}

func identifierOf(id audit.Identifier) *identifier {
	if id == (audit.Identifier{}) {
		return nil
	}
	return &identifier{System: id.System, Value: id.Value}
}

func codings(list []audit.Code) []coding {
	var out []coding
	for _, c := range list {
		out = append(out, coding{System: c.System, Version: c.Version, Code: c.Code, Display: c.Display})
	}
	return out
}

func concepts(list []audit.Code) []concept {
	var out []concept
	for _, c := range codings(list) {
		out = append(out, concept{Coding: []coding{c}})
	}
	return out
}

func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}
