package balp_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/audit"
	"github.com/portage-health/portage/audit/audittest"
	"github.com/portage-health/portage/audit/balp"
)

var judge = flag.String("judge", "", "a folder into which an AuditEvent of every kind is written, for a judge")

var (
	records = audit.Party{Name: "Lakeside Records", ID: audit.Identifier{System: "https://ehr.example.org/devices", Value: "gw-1"}}
	county  = audit.Party{Name: "County Health Department", Reference: "Organization/county"}
	nurse   = audit.Party{Name: "Ines Aldover", ID: audit.Identifier{System: "https://ehr.example.org/users", Value: "u-7"}}
	onNet   = &audit.Network{Address: "records.example.org", Type: audit.NetworkName}
	onURI   = &audit.Network{Address: "https://county.example.org/fhir", Type: audit.NetworkURI}
	patient = &audit.Patient{Reference: "Patient/7001", Identifiers: []audit.Identifier{{System: "urn:oid:2.16.840.1.113883.19.5", Value: "MRN-7001"}}}
	source  = audit.Agent{Role: audit.AgentSource, Party: records, Network: onNet}
	dest    = audit.Agent{Role: audit.AgentDestination, Party: county, Network: onURI}
	user    = audit.Agent{Role: audit.AgentUser, Party: nurse, Requestor: true}
	object  = audit.Entity{Type: audit.EntityObject, Role: audit.RoleResource, Reference: "Observation/o1"}
)

// events gives an event of every kind that has all its profile asks for.
func events() map[string]*audit.Event {
	make := func(kind audit.Kind, entities []audit.Entity, agents ...audit.Agent) *audit.Event {
		return &audit.Event{ID: "ev-" + string(kind), Kind: kind, Action: kind.Action(), Recorded: audittest.Start, Outcome: audit.OutcomeSuccess,
			Patient: patient, Agents: agents, Entities: entities, Source: audit.Source{Observer: records}}
	}
	out := map[string]*audit.Event{
		balp.ProfileDisclosureSource: make(audit.KindDisclose, []audit.Entity{object}, source, dest, user, audit.Agent{Role: audit.AgentCustodian, Party: nurse}, audit.Agent{Role: audit.AgentAuthorizer, Party: audit.Party{Reference: "Patient/7001"}}),
		balp.ProfileDisclosureRecipient: make(audit.KindReceive, []audit.Entity{object}, audit.Agent{Role: audit.AgentSource, Party: county, Network: onURI},
			audit.Agent{Role: audit.AgentDestination, Party: records, Network: onNet}),
		balp.ProfilePatientRead:   make(audit.KindRead, []audit.Entity{object}, source, dest, user),
		balp.ProfilePatientCreate: make(audit.KindCreate, []audit.Entity{object}, source, dest, user),
		balp.ProfilePatientUpdate: make(audit.KindUpdate, []audit.Entity{object}, source, dest, user),
		balp.ProfilePatientDelete: make(audit.KindDelete, []audit.Entity{object}, source, audit.Agent{Role: audit.AgentApplication, Party: county, Network: onURI}, user),
		balp.ProfilePatientQuery:  make(audit.KindQuery, []audit.Entity{{Type: audit.EntityObject, Role: audit.RoleQuery, Query: []byte("Observation?patient=7001")}}, source, dest, user),
		balp.ProfileAuthZconsent: make(audit.KindDecide, nil, audit.Agent{Role: audit.AgentApplication, Party: county, Network: onURI}, user,
			audit.Agent{Role: audit.AgentOrg, Party: county}, audit.Agent{Role: audit.AgentAuthServer, Party: records}),
	}
	out[balp.ProfileDisclosureSource].Disclosure = &audit.Disclosure{Recipient: county, Basis: audit.BasisPublicHealth}
	out[balp.ProfileAuthZconsent].Decision = &audit.Decision{Outcome: "permit", Final: "permit", Policies: []audit.Policy{{Kind: "consent", ID: "c-1", Version: "2"}, {Kind: "law", ID: "us-hipaa"}}}
	for of, plain := range map[string]string{balp.ProfilePatientRead: balp.ProfileRead, balp.ProfilePatientCreate: balp.ProfileCreate, balp.ProfilePatientUpdate: balp.ProfileUpdate,
		balp.ProfilePatientDelete: balp.ProfileDelete, balp.ProfilePatientQuery: balp.ProfileQuery} {
		e := out[of].Clone()
		e.ID, e.Patient, e.Request = e.ID+"-plain", nil, "req-1"
		out[plain] = e
	}
	return out
}

// What is claimed is met: by IHE's own words, element by element. And where one thing that a profile asks for is taken away, either
// the claim goes or nothing is amiss: there is no claim that does not hold.
func TestProfiles(t *testing.T) {
	rules := readFSH(t)
	for url, e := range events() {
		name := url[strings.LastIndex(url, "/")+1:]
		t.Run(name, func(t *testing.T) {
			require.NotNil(t, rules.profiles[name])
			require.NotEmpty(t, rules.all(name).rules)
			got, profiles, err := balp.Marshal(e)
			require.NoError(t, err)
			require.Equal(t, []string{url}, profiles)
			require.Empty(t, rules.faults(name, got), "%s", got)

			lost := 0
			less(reflect.ValueOf(e).Elem(), func(path string) {
				if e.Validate() != nil {
					return
				}
				got, profiles, err := balp.Marshal(e)
				require.NoError(t, err)
				if len(profiles) == 0 {
					lost++
					return
				}
				at := profiles[0][strings.LastIndex(profiles[0], "/")+1:]
				require.Empty(t, rules.faults(at, got), "without %s: %s", path, got)
			})
			require.NotZero(t, lost, "no claim ever went")
		})
	}
}

// The judge finds what is wrong: each of these breaks one rule of the profile.
func TestTheRulesFindFaults(t *testing.T) {
	rules := readFSH(t)
	good, _, err := balp.Marshal(events()[balp.ProfileDisclosureSource])
	require.NoError(t, err)
	const name = "IHE.BasicAudit.PrivacyDisclosure.Source"
	for old, new := range map[string]string{
		`"110106"`:                         `"110107"`,
		`"action":"R"`:                     `"action":"C"`,
		`"code":"disclose"`:                `"code":"report"`,
		`"outcome":"0",`:                   ``,
		`"code":"110153"`:                  `"code":"110150"`,
		`"code":"110152"`:                  `"code":"110154"`,
		`"network":{"address":"records.ex`: `"net":{"address":"records.ex`,
		`"type":"Patient"`:                 `"type":"Group"`,
		`"value":"gw-1"`:                   `"value":"gw-2"`,
	} {
		bad := bytes.Replace(good, []byte(old), []byte(new), 1)
		if old == `"type":"Patient"` {
			bad = bytes.Replace(bad, []byte(`"reference":"Patient/7001"`), []byte(`"reference":"Group/7001"`), -1)
		}
		require.NotEqual(t, string(good), string(bad), old)
		require.NotEmpty(t, rules.faults(name, bad), "%s", bad)
	}
	require.NotEmpty(t, rules.faults("IHE.BasicAudit.AuthZconsent", good))
	require.NotEmpty(t, rules.faults("IHE.BasicAudit.PatientRead", good))
}

// less takes away each part of an event in turn.
func less(v reflect.Value, f func(path string)) {
	var walk func(v reflect.Value, path string)
	walk = func(v reflect.Value, path string) {
		if v.IsZero() {
			return
		}
		if path != "" && v.CanSet() {
			was := reflect.New(v.Type()).Elem()
			was.Set(v)
			v.SetZero()
			f(path)
			v.Set(was)
		}
		switch v.Kind() {
		case reflect.Pointer:
			walk(v.Elem(), path)
		case reflect.Slice:
			if v.Type().Elem().Kind() == reflect.Uint8 {
				return
			}
			for i := range v.Len() {
				was := reflect.MakeSlice(v.Type(), 0, v.Len())
				was = reflect.AppendSlice(reflect.AppendSlice(was, v.Slice(0, i)), v.Slice(i+1, v.Len()))
				whole := reflect.New(v.Type()).Elem()
				whole.Set(v)
				v.Set(was)
				f(path + "[]")
				v.Set(whole)
				walk(v.Index(i), path+"[]")
			}
		case reflect.Struct:
			if v.Type() == reflect.TypeFor[time.Time]() {
				return
			}
			for i := range v.NumField() {
				walk(v.Field(i), path+"."+v.Type().Field(i).Name)
			}
		}
	}
	walk(v, "")
}

// Everything that an event says is in its AuditEvent: take any leaf away, and the resource is another.
func TestNothingOfAnEventIsLost(t *testing.T) {
	all := events()
	all["full"] = audittest.Full()
	for name, e := range all {
		whole, _, err := balp.Marshal(e)
		require.NoError(t, err)
		seen := 0
		less(reflect.ValueOf(e).Elem(), func(path string) {
			if e.Validate() != nil {
				return
			}
			seen++
			got, _, err := balp.Marshal(e)
			require.NoError(t, err)
			require.NotEqual(t, string(whole), string(got), "%s: %s", name, path)
		})
		require.Greater(t, seen, 10)
	}
}

func TestEveryKindHasAType(t *testing.T) {
	kinds := []audit.Kind{audit.KindDisclose, audit.KindReceive, audit.KindExport, audit.KindRead, audit.KindQuery, audit.KindCreate, audit.KindUpdate, audit.KindDelete, audit.KindMerge,
		audit.KindDecide, audit.KindConsent, audit.KindOther, audit.KindStart, audit.KindStop, audit.KindConfigure, audit.KindPrivilege, audit.KindVerify, audit.KindRepair, audit.KindRetire,
		audit.KindAccess, audit.KindAccount}
	told := map[string]audit.Kind{}
	for _, k := range kinds {
		e := audittest.Full()
		e.ID, e.Kind, e.Action = "ev-"+string(k), k, k.Action()
		if k == audit.KindOther {
			e.Subtypes = []audit.Code{{System: "https://ehr.example.org/events", Code: "print"}}
		}
		got, _, err := balp.Marshal(e)
		require.NoError(t, err, k)
		var r struct{ Type, Subtype json.RawMessage }
		require.NoError(t, json.Unmarshal(got, &r))
		key := string(r.Type) + string(r.Subtype)
		if k != audit.KindExport { // a whole export that is disclosed is a disclosure
			require.NotContains(t, told, key, "%s is told as %s", k, told[key])
		}
		told[key] = k
		if *judge != "" {
			require.NoError(t, os.WriteFile(filepath.Join(*judge, "auditevent-"+string(k)+".json"), got, 0o600))
		}
	}
	if *judge == "" {
		return
	}
	for url, e := range events() {
		got, _, err := balp.Marshal(e)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(*judge, "auditevent-"+url[strings.LastIndex(url, "/")+1:]+".json"), got, 0o600))
	}
}

// What R4 requires and nobody knows goes out as absent.
func TestNothingIsMadeUp(t *testing.T) {
	e := &audit.Event{ID: "ev-1", Kind: audit.KindRead, Action: audit.ActionRead, Recorded: audittest.Start, Outcome: audit.OutcomeUnknown, Reason: audit.ReasonNoOutcome}
	got, profiles, err := balp.Marshal(e)
	require.NoError(t, err)
	require.Empty(t, profiles)
	require.JSONEq(t, `{"resourceType":"AuditEvent","id":"ev-1","type":{"system":"http://terminology.hl7.org/CodeSystem/audit-event-type","code":"rest"},
		"subtype":[{"system":"http://hl7.org/fhir/restful-interaction","code":"read"}],"action":"R","recorded":"2026-03-02T09:30:00.123Z","outcome":"8","outcomeDesc":"no outcome was recorded; whether the data arrived is not known",
		"agent":[{"who":{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"unknown"}]},"requestor":false}],
		"source":{"observer":{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"unknown"}]}},
		"entity":[{"type":{"system":"http://terminology.hl7.org/CodeSystem/audit-entity-type","code":"4"},
			"detail":[{"type":"kind","valueString":"read"},{"type":"outcome","valueString":"unknown"},{"type":"reason","valueString":"no-outcome-recorded"}]}]}`, string(got))
	intent := audittest.Intent(1)
	got, profiles, err = balp.Marshal(intent)
	require.NoError(t, err)
	require.Empty(t, profiles, "an intent has no outcome yet, and every profile wants one")
	require.NotContains(t, string(got), `"outcome":`)
	_, _, err = balp.Marshal(&audit.Event{})
	require.Error(t, err)
}

func TestSink(t *testing.T) {
	var out bytes.Buffer
	s := balp.NewSink(&out)
	require.NoError(t, s.Append(t.Context(), audittest.Event(1), audittest.Event(2)))
	require.NoError(t, s.Append(t.Context(), audittest.Event(3)))
	require.Error(t, s.Append(t.Context(), audittest.Event(4), &audit.Event{}))
	lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	require.Len(t, lines, 3, "a call with an event that is not valid leaves nothing")
	for i, line := range lines {
		want, _, err := balp.Marshal(audittest.Event(i + 1))
		require.NoError(t, err)
		require.Equal(t, string(want), line)
	}
	bad := balp.NewSink(failing{})
	require.ErrorIs(t, bad.Append(t.Context(), audittest.Event(1)), audit.ErrBroken)
	require.ErrorIs(t, bad.Append(t.Context(), audittest.Event(1)), audit.ErrBroken)
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errors.New("full") }

// medium is a writer that can fail from some time on.
type medium struct {
	bytes.Buffer
	broken bool
}

func (m *medium) Write(p []byte) (int, error) {
	if m.broken {
		n, _ := m.Buffer.Write(p[:len(p)/2])
		return n, io.ErrShortWrite
	}
	return m.Buffer.Write(p)
}

// AuditEvents hold what a receiver asks for, and are no store of events: nobody reads an audit.Event back from them. The sink is held
// to the contract by its bytes.
func TestSinkByItsBytes(t *testing.T) {
	audittest.Run(t, func(*testing.T) audittest.Subject {
		m := new(medium)
		return audittest.Subject{Sink: balp.NewSink(m), Break: func() { m.broken = true },
			Written: func() ([]byte, error) { return m.Bytes(), nil },
			Words: func(e *audit.Event) ([]byte, error) {
				line, _, err := balp.Marshal(e)
				return append(line, '\n'), err
			}}
	})
}
