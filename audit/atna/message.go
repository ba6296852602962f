package atna

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"strings"
	"time"

	"github.com/portage-health/portage/audit"
)

// ErrIntent says that an intent has no message: DICOM has no word for what is yet to be done.
var ErrIntent = errors.New("atna: an intent has no outcome, and no message")

// What of the schema of PS3.15 A.5.1 is written, in its order.

type message struct {
	XMLName     xml.Name      `xml:"AuditMessage"`
	Event       identity      `xml:"EventIdentification"`
	Participant []participant `xml:"ActiveParticipant"`
	Source      source        `xml:"AuditSourceIdentification"`
	Object      []object      `xml:"ParticipantObjectIdentification"`
}

type identity struct {
	Action      string  `xml:"EventActionCode,attr,omitempty"`
	DateTime    string  `xml:"EventDateTime,attr"`
	Outcome     string  `xml:"EventOutcomeIndicator,attr"`
	ID          coded   `xml:"EventID"`
	Type        []coded `xml:"EventTypeCode"`
	Description string  `xml:"EventOutcomeDescription,omitempty"`
	Purpose     []coded `xml:"PurposeOfUse"`
}

// coded is a coded value: a code, the name of its system, and its words.
type coded struct {
	Code   string `xml:"csd-code,attr"`
	System string `xml:"codeSystemName,attr"`
	Text   string `xml:"originalText,attr"`
}

type participant struct {
	UserID    string  `xml:"UserID,attr"`
	AltID     string  `xml:"AlternativeUserID,attr,omitempty"`
	Name      string  `xml:"UserName,attr,omitempty"`
	Requestor bool    `xml:"UserIsRequestor,attr"`
	Address   string  `xml:"NetworkAccessPointID,attr,omitempty"`
	Type      string  `xml:"NetworkAccessPointTypeCode,attr,omitempty"`
	Role      []coded `xml:"RoleIDCode"`
}

type source struct {
	Site string  `xml:"AuditEnterpriseSiteID,attr,omitempty"`
	ID   string  `xml:"AuditSourceID,attr"`
	Type []coded `xml:"AuditSourceTypeCode"`
}

type object struct {
	ID          string    `xml:"ParticipantObjectID,attr"`
	Type        string    `xml:"ParticipantObjectTypeCode,attr,omitempty"`
	Role        string    `xml:"ParticipantObjectTypeCodeRole,attr,omitempty"`
	Lifecycle   string    `xml:"ParticipantObjectDataLifeCycle,attr,omitempty"`
	Sensitivity string    `xml:"ParticipantObjectSensitivity,attr,omitempty"`
	IDType      coded     `xml:"ParticipantObjectIDTypeCode"`
	Name        *string   `xml:"ParticipantObjectName"`
	Query       string    `xml:"ParticipantObjectQuery,omitempty"`
	Detail      []pair    `xml:"ParticipantObjectDetail"`
	Description []sayings `xml:"ParticipantObjectDescription"`
}

type pair struct {
	Type  string `xml:"type,attr"`
	Value string `xml:"value,attr"` // base64
}

type sayings struct {
	Text string `xml:",chardata"`
}

// Marshal gives the audit message of an event, as XML in UTF-8 without a declaration. It gives ErrIntent for an intent,
// and fails for an event that is not valid.
func Marshal(e *audit.Event) ([]byte, error) {
	if err := e.Validate(); err != nil {
		return nil, err
	}
	if e.Phase == audit.PhaseIntent {
		return nil, ErrIntent
	}
	var out bytes.Buffer
	if err := xml.NewEncoder(&out).Encode(messageOf(e)); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

func messageOf(e *audit.Event) *message {
	m := &message{Event: identity{Action: string(e.Action), DateTime: e.Recorded.UTC().Format(time.RFC3339Nano), Outcome: e.Outcome.Code(), Purpose: codes(e.Purposes)}}
	m.Event.ID, m.Event.Type = kindOf(e)
	m.Event.Type = append(m.Event.Type, codes(e.Subtypes)...)
	if e.Outcome != audit.OutcomeSuccess {
		m.Event.Description = e.Reason.Text()
	}
	for i := range e.Agents {
		m.Participant = append(m.Participant, participantOf(&e.Agents[i]))
	}
	if len(m.Participant) == 0 { // 1..*; UserID is mandatory and may be empty
		m.Participant = []participant{{}}
	}
	m.Source = source{Site: e.Source.Site, ID: first(e.Source.Observer.ID.Value, e.Source.Observer.Reference, e.Source.Observer.Name), Type: codes(e.Source.Types)}
	m.Object = objects(e)
	if left := leftover(e); len(left) > 0 {
		m.Object = append(m.Object, object{ID: e.ID, Type: string(audit.EntityOther), IDType: idEvent, Detail: left})
	}
	return m
}

func participantOf(a *audit.Agent) participant {
	p := participant{UserID: first(a.ID.Value, a.Reference, a.Name), AltID: a.AltID, Name: a.Name, Requestor: a.Requestor}
	if a.Network != nil {
		p.Address, p.Type = a.Network.Address, string(a.Network.Type)
	}
	if r, ok := roleOf[a.Role]; ok {
		p.Role = []coded{r}
	}
	p.Role = append(p.Role, codes(a.Roles)...)
	return p
}

// The types of ids of objects (PS3.15 A.5.2.6, RFC 3881 5.5.4).
var (
	idPatient = coded{"2", "RFC-3881", "Patient Number"}
	idReport  = coded{"9", "RFC-3881", "Report Number"}
	idQuery   = coded{"10", "RFC-3881", "Search Criteria"}
	idURI     = coded{"12", "RFC-3881", "URI"}
	idRequest = coded{"XrequestId", "IHE BALP", "X-Request-Id"}
	idEvent   = coded{"audit-event", "Portage", "Audit Event"}
)

func objects(e *audit.Event) []object {
	var list []object
	if p := e.Patient; p != nil {
		// One object an identifier: which assigning authority it is of stands with it (PID-3 form of IHE).
		for _, id := range p.Identifiers {
			list = append(list, object{ID: id.Value + under(id.System), Type: string(audit.EntityPerson), Role: string(audit.RolePatient), IDType: idPatient})
		}
		if p.Reference != "" {
			list = append(list, object{ID: p.Reference, Type: string(audit.EntityPerson), Role: string(audit.RolePatient), IDType: idURI})
		}
	}
	for i := range e.Entities {
		x := &e.Entities[i]
		o := object{ID: first(x.ID.Value, x.Reference), Type: string(x.Type), Role: string(x.Role), Lifecycle: string(x.Lifecycle), IDType: idURI, Query: base64.StdEncoding.EncodeToString(x.Query)}
		switch {
		case len(x.Query) > 0:
			o.IDType = idQuery
		case x.Role == audit.RoleReport:
			o.IDType = idReport
		}
		var labels []string
		for _, l := range x.Labels {
			labels = append(labels, l.Code)
		}
		o.Sensitivity = strings.Join(labels, " ")
		list = append(list, o)
	}
	if e.Request != "" {
		list = append(list, object{ID: e.Request, Type: string(audit.EntityObject), IDType: idRequest})
	}
	return list
}

// under gives an identifier's authority as IHE writes it beside a patient's number: ^^^&1.2.3&ISO for an OID, else the URI.
func under(system string) string {
	if system == "" {
		return ""
	}
	if oid, ok := strings.CutPrefix(system, "urn:oid:"); ok {
		return "^^^&" + oid + "&ISO"
	}
	return "^^^&" + system + "&URI"
}

func first(list ...string) string {
	for _, s := range list {
		if s != "" {
			return s
		}
	}
	return ""
}

func codes(list []audit.Code) []coded {
	var out []coded
	for _, c := range list {
		out = append(out, coded{c.Code, first(c.System, "unknown"), first(c.Display, c.Code)})
	}
	return out
}

// leftover gives the leaves that no attribute of the message says alone and as they are.
func leftover(e *audit.Event) []pair {
	var list []pair
	for _, l := range e.Leaves() {
		if !said(l.Path) {
			list = append(list, pair{l.Path, base64.StdEncoding.EncodeToString([]byte(l.Value))})
		}
	}
	return list
}

// said reports whether an attribute of the message says a leaf alone and as it is. What only goes into a word with others is kept besides.
func said(path string) bool {
	switch path {
	case "id", "action", "recorded", "request", "source.site", "patient.reference":
		return true
	}
	if rest, ok := after(path, "agents["); ok {
		switch rest {
		case "altId", "name", "requestor", "network.address", "network.type", "id.value":
			return true
		}
	}
	if rest, ok := after(path, "entities["); ok {
		switch rest {
		case "type", "role", "lifecycle", "query", "id.value":
			return true
		}
	}
	if rest, ok := after(path, "patient.identifiers["); ok {
		return rest == "value" || rest == "system"
	}
	return false
}

// after gives what follows the number of an element of a list.
func after(path, list string) (string, bool) {
	rest, ok := strings.CutPrefix(path, list)
	if !ok {
		return "", false
	}
	_, rest, ok = strings.Cut(rest, "].")
	return rest, ok
}
