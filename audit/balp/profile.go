package balp

import (
	"reflect"
	"slices"

	"github.com/portage-health/portage/audit"
)

const base = "https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit."

// The profiles.
const (
	ProfileDisclosureSource    = base + "PrivacyDisclosure.Source"
	ProfileDisclosureRecipient = base + "PrivacyDisclosure.Recipient"
	ProfileAuthZconsent        = base + "AuthZconsent"
	ProfileCreate              = base + "Create"
	ProfileRead                = base + "Read"
	ProfileUpdate              = base + "Update"
	ProfileDelete              = base + "Delete"
	ProfileQuery               = base + "Query"
	ProfilePatientCreate       = base + "PatientCreate"
	ProfilePatientRead         = base + "PatientRead"
	ProfilePatientUpdate       = base + "PatientUpdate"
	ProfilePatientDelete       = base + "PatientDelete"
	ProfilePatientQuery        = base + "PatientQuery"
)

// claims gives the profiles that a resource meets. What a profile fixes by the kind of event (type, subtype, the types of
// agents) is so by kindOf and agentType; what depends on what the event says is looked at here.
func claims(e *audit.Event, r *auditEvent) []string {
	f := facts{e: e, r: r}
	switch e.Kind {
	case audit.KindDisclose, audit.KindExport:
		if len(r.Subtype) > 0 && r.Subtype[0] == disclosed && e.Action == audit.ActionRead && r.Outcome != "" && f.patient() && len(r.Entity)+len(leftover(e)) > 1 &&
			f.system(audit.AgentSource) && f.system(audit.AgentDestination) && f.observes(audit.AgentSource) && f.atMostOne(audit.AgentCustodian) && f.atMostOne(audit.AgentAuthorizer) {
			return []string{ProfileDisclosureSource}
		}
	case audit.KindReceive:
		if e.Action == audit.ActionCreate && r.Outcome != "" && f.patient() && len(r.Entity)+len(leftover(e)) > 1 &&
			f.system(audit.AgentSource) && f.system(audit.AgentDestination) && f.observes(audit.AgentDestination) && f.atMostOne(audit.AgentCustodian) && f.atMostOne(audit.AgentAuthorizer) {
			return []string{ProfileDisclosureRecipient}
		}
	case audit.KindRead:
		return f.restful(audit.ActionRead, ProfileRead, ProfilePatientRead, f.data())
	case audit.KindCreate:
		return f.restful(audit.ActionCreate, ProfileCreate, ProfilePatientCreate, f.data())
	case audit.KindUpdate:
		return f.restful(audit.ActionUpdate, ProfileUpdate, ProfilePatientUpdate, f.data())
	case audit.KindQuery:
		return f.restful(audit.ActionExecute, ProfileQuery, ProfilePatientQuery, f.query())
	case audit.KindDelete:
		if f.system(audit.AgentApplication) && f.system(audit.AgentSource) {
			return f.always(audit.ActionDelete, ProfileDelete, ProfilePatientDelete, f.data())
		}
	case audit.KindDecide:
		if f.decision() {
			return []string{ProfileAuthZconsent}
		}
	}
	return nil
}

type facts struct {
	e *audit.Event
	r *auditEvent
}

// restful reports the profile of a passage between a client and a server, who are the event's source and destination.
func (f facts) restful(action audit.Action, plain, patient string, entities bool) []string {
	if !f.system(audit.AgentSource) || !f.system(audit.AgentDestination) {
		return nil
	}
	return f.always(action, plain, patient, entities)
}

func (f facts) always(action audit.Action, plain, patient string, entities bool) []string {
	if !entities || f.e.Action != action || f.e.Outcome != audit.OutcomeSuccess || !f.user() {
		return nil
	}
	if f.patient() {
		return []string{patient}
	}
	return []string{plain}
}

// patient reports whether the event is about one that FHIR can refer to.
func (f facts) patient() bool {
	return f.e.Patient != nil && (f.e.Patient.Reference != "" || len(f.e.Patient.Identifiers) > 0)
}

// only gives the one agent of a role, nil where there is none or more.
func (f facts) only(role audit.AgentRole) *audit.Agent {
	if !f.atMostOne(role) {
		return nil
	}
	return f.e.Agent(role)
}

func (f facts) atMostOne(role audit.AgentRole) bool {
	n := 0
	for i := range f.e.Agents {
		if f.e.Agents[i].Role == role {
			n++
			if f.e.Agents[i].IsZero() {
				return false
			}
		}
	}
	return n <= 1
}

// system reports whether there is one agent of a role, and it is a known one with an address on the network.
func (f facts) system(role audit.AgentRole) bool {
	a := f.only(role)
	return a != nil && !a.IsZero() && a.Network != nil
}

// observes reports whether it is the agent of a role that recorded the event (val-audit-source).
func (f facts) observes(role audit.AgentRole) bool {
	a := f.only(role)
	return a != nil && !f.e.Source.Observer.IsZero() && reflect.DeepEqual(who(&a.Party), who(&f.e.Source.Observer))
}

// user reports whether the user, where there is one, is as the RESTful profiles have it.
func (f facts) user() bool {
	a := f.e.Agent(audit.AgentUser)
	return a == nil || f.atMostOne(audit.AgentUser) && a.Requestor && a.Network == nil
}

// data reports whether there is one system object with a role of BALP's list (RestObjectRoles) that can be referred to.
func (f facts) data() bool {
	n, ok := 0, false
	for i := range f.r.Entity {
		if x := &f.r.Entity[i]; x.Type.System == systemEntity && x.Type.Code == "2" {
			n++
			ok = x.What != nil && x.Role != nil && (x.Role.Code == "3" || x.Role.Code == "4" || x.Role.Code == "20")
		}
	}
	return n == 1 && ok
}

// query reports whether there is one system object, and it is what was searched for.
func (f facts) query() bool {
	n, ok := 0, false
	for i := range f.r.Entity {
		if x := &f.r.Entity[i]; x.Type.System == systemEntity && x.Type.Code == "2" {
			n++
			ok = x.What == nil && x.Role != nil && x.Role.Code == "24" && len(x.Query) > 0 && x.Lifecycle == nil
		}
	}
	return n == 1 && ok
}

// decision reports whether a decision on consent has what BALP asks of it: client, user, their organization and the
// server that decided, each as bare as the profile wants them, and no entity but patient and consents.
func (f facts) decision() bool {
	client, user, org, server := f.only(audit.AgentApplication), f.only(audit.AgentUser), f.only(audit.AgentOrg), f.only(audit.AgentAuthServer)
	if client == nil || user == nil || org == nil || server == nil || !f.patient() || f.r.Outcome == "" || f.e.Action != audit.ActionExecute || f.e.Decision == nil || len(f.e.Entities) > 0 ||
		!slices.ContainsFunc(f.e.Decision.Policies, func(p audit.Policy) bool { return p.Kind == policyConsent }) {
		return false
	}
	bare := func(a *audit.Agent) bool { return len(a.Roles) == 0 && a.AltID == "" && !a.IsZero() }
	return bare(client) && client.Network != nil && len(client.Purposes) == 0 &&
		!user.IsZero() && user.Requestor && user.AltID == "" && user.Network == nil &&
		bare(org) && !org.Requestor && len(org.Policies) == 0 && org.Network == nil &&
		bare(server) && !server.Requestor && len(server.Policies) == 0 && server.Network == nil && len(server.Purposes) == 0 && f.observes(audit.AgentAuthServer)
}
