package portage_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/consent"
	"github.com/portage-health/portage/record"
)

// consentR4 and consentR5 are an invented consent in both versions, but for its rules.
func consentR4(provision string) string {
	return `{"resourceType":"Consent","id":"c","status":"active","scope":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/consentscope","code":"patient-privacy"}]},
		"category":[{"coding":[{"system":"http://loinc.org","code":"59284-0"}]}],"patient":{"reference":"Patient/ex-patient"},"dateTime":"2022-06-13","performer":[{"reference":"Patient/ex-patient"}],
		"policy":[{"uri":"https://clinic.example/policy"}],"provision":` + provision + `}`
}

func consentR5(rules string) string {
	return `{"resourceType":"Consent","id":"c","status":"active","category":[{"coding":[{"system":"http://loinc.org","code":"59284-0"}]}],
		"subject":{"reference":"Patient/ex-patient"},"date":"2022-06-13","grantor":[{"reference":"Patient/ex-patient"}],"policyBasis":{"url":"https://clinic.example/policy"},` + rules + `}`
}

func codingsOf(system, codes string) string {
	var list []string
	for _, c := range strings.Fields(codes) {
		list = append(list, fmt.Sprintf(`{"system":%q,"code":%q}`, system, c))
	}
	return "[" + strings.Join(list, ",") + "]"
}

var twins = func() []struct{ name, r4, r5 string } {
	purpose := func(c string) string { return `"purpose":` + codingsOf(record.SystemActReason, c) }
	label := func(c string) string { return `"securityLabel":` + codingsOf(record.SystemActCode, c) }
	const (
		restricted = `"securityLabel":[{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"R"}]`
		org        = `"actor":[{"role":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ParticipationType","code":"IRCP"}]},"reference":{"reference":"Organization/ex-organization"}}]`
		times      = `"period":{"start":"2022-06-13","end":"2027-06-13"}`
		data       = `"dataPeriod":{"start":"2022-01-01"}`
		glucose    = `"data":[{"meaning":"instance","reference":{"reference":"Observation/ex-glucose"}}]`
		access     = `"action":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/consentaction","code":"access"}]}]`
		loinc      = `"code":[{"coding":[{"system":"http://loinc.org","code":"29463-7"}]}]`
	)
	return []struct{ name, r4, r5 string }{
		{"all is permitted", `{"type":"permit"}`, `"decision":"permit"`},
		{"all is denied", `{"type":"deny"}`, `"decision":"deny"`},
		{"treatment alone", `{"type":"deny","provision":[{"type":"permit",` + purpose("TREAT") + `}]}`, `"decision":"deny","provision":[{` + purpose("TREAT") + `}]`},
		{"all but research", `{"type":"permit","provision":[{"type":"deny",` + purpose("HRESCH") + `}]}`, `"decision":"permit","provision":[{` + purpose("HRESCH") + `}]`},
		{"all but what is restricted", `{"type":"permit","provision":[{"type":"deny",` + restricted + `}]}`, `"decision":"permit","provision":[{` + restricted + `}]`},
		{"two exceptions", `{"type":"permit","provision":[{"type":"deny",` + label("ETHUD") + `},{"type":"deny",` + label("HIV") + `}]}`,
			`"decision":"permit","provision":[{` + label("ETHUD") + `},{` + label("HIV") + `}]`},
		{"an exception of the exception", `{"type":"permit","provision":[{"type":"deny",` + restricted + `,"provision":[{"type":"permit",` + label("PSY") + `,` + org + `}]}]}`,
			`"decision":"permit","provision":[{` + restricted + `,"provision":[{` + label("PSY") + `,` + org + `}]}]`},
		{"three deep", `{"type":"deny","provision":[{"type":"permit",` + purpose("TREAT") + `,"provision":[{"type":"deny",` + restricted + `,"provision":[{"type":"permit",` + label("HIV") + `}]}]}]}`,
			`"decision":"deny","provision":[{` + purpose("TREAT") + `,"provision":[{` + restricted + `,"provision":[{` + label("HIV") + `}]}]}]`},
		{"an actor", `{"type":"deny","provision":[{"type":"permit",` + org + `}]}`, `"decision":"deny","provision":[{` + org + `}]`},
		{"an actor who may not", `{"type":"permit","provision":[{"type":"deny",` + org + `}]}`, `"decision":"permit","provision":[{` + org + `}]`},
		{"for some years", `{"type":"deny","provision":[{"type":"permit",` + times + `}]}`, `"decision":"deny","provision":[{` + times + `}]`},
		{"what is new", `{"type":"deny","provision":[{"type":"permit",` + data + `}]}`, `"decision":"deny","provision":[{` + data + `}]`},
		{"one reading", `{"type":"permit","provision":[{"type":"deny",` + glucose + `}]}`, `"decision":"permit","provision":[{` + glucose + `}]`},
		{"to look at", `{"type":"deny","provision":[{"type":"permit",` + access + `}]}`, `"decision":"deny","provision":[{` + access + `}]`},
		{"one code", `{"type":"permit","provision":[{"type":"deny",` + loinc + `}]}`, `"decision":"permit","provision":[{` + loinc + `}]`},
		{"a kind of resource", `{"type":"permit","provision":[{"type":"deny","class":[{"system":"http://hl7.org/fhir/resource-types","code":"Observation"}]}]}`,
			`"decision":"permit","provision":[{"resourceType":[{"system":"http://hl7.org/fhir/resource-types","code":"Observation"}]}]`},
	}
}()

// filedStore holds consents with what is known of them.
type filedStore []consent.Filed

func (f filedStore) Consents(context.Context, *consent.Subject) ([]consent.Filed, error) {
	return f, nil
}

// decisions gives what consents on file show of a chart, for several askers, purposes and times.
func decisions(t *testing.T, filed []consent.Filed, chart *record.Record) (out []string) {
	t.Helper()
	other := consent.Party{Reference: "Practitioner/other", Groups: []consent.Party{}}
	ours := other
	ours.Organization = &consent.Party{Reference: "Organization/ex-organization"}
	for _, who := range []consent.Party{other, ours} {
		for _, purpose := range []string{"TREAT", "HRESCH", "HMARKT", "HPAYMT"} {
			for _, year := range []int{2021, 2026, 2030} {
				for _, std := range []consent.Default{consent.DefaultDeny, consent.DefaultPermit} {
					e := &consent.Evaluator{Store: filedStore(filed), Default: std}
					d := consent.Decide(t.Context(), e, &consent.Request{Patient: consent.Subject{Party: consent.Party{Reference: "Patient/ex-patient"}}, Requester: who, Jurisdiction: "US",
						At: time.Date(year, 3, 2, 0, 0, 0, 0, time.UTC), Purposes: []record.Coding{{System: record.SystemActReason, Code: purpose}}})
					out = append(out, fmt.Sprint(who.Organization != nil, purpose, year, std, ": ", d.Outcome, d.Final, visible(t, d, chart)))
				}
			}
		}
	}
	return out
}

// A consent of R5 decides as its twin of R4 does, when it is read and after it went out as R4 and came back.
func TestTwinsOfR5(t *testing.T) {
	chart := readFHIR(t, jacksChart(""))
	kinds := map[string]bool{}
	defer func() { require.Greater(t, len(kinds), 12, "they decide differently from one another") }()
	for _, tt := range twins {
		t.Run(tt.name, func(t *testing.T) {
			r4, r5 := readFHIR(t, []byte(consentR4(tt.r4))), readFHIR(t, []byte(consentR5(tt.r5)))
			require.Len(t, r5.Consents, 1)
			require.Equal(t, "R5", r5.Consents[0].Version)
			filed := consent.OnFile(r5)
			require.Len(t, filed, 1)
			require.False(t, filed[0].Unreadable)
			want := decisions(t, consent.OnFile(r4), chart)
			require.Equal(t, want, decisions(t, filed, chart))
			kinds[strings.Join(want, "\n")] = true

			back, text := throughFHIR(t, r5)
			require.Equal(t, want, decisions(t, consent.OnFile(back), chart))
			if strings.Contains(tt.r5, "provision") {
				require.NotContains(t, text, `"resourceType":"Consent"`, "no reader of R4 takes an exception for what is permitted")
			}
		})
	}
}

// A consent of R5 says to whom and how long; R4's has no element for it, and a reader of R4 is not told of a permit without.
func TestBoundsOfR5(t *testing.T) {
	chart := readFHIR(t, jacksChart(""))
	for name, rules := range map[string]string{
		"grantee": `"decision":"permit","grantee":[{"reference":"Organization/ex-organization"}]`,
		"period":  `"decision":"permit","period":{"end":"2025-01-01"}`,
	} {
		t.Run(name, func(t *testing.T) {
			rec := readFHIR(t, []byte(consentR5(rules)))
			before := decisions(t, consent.OnFile(rec), chart)
			require.NotEqual(t, decisions(t, consent.OnFile(readFHIR(t, []byte(consentR5(`"decision":"permit"`)))), chart), before)
			back, text := throughFHIR(t, rec)
			require.NotContains(t, text, `"resourceType":"Consent"`)
			require.Equal(t, before, decisions(t, consent.OnFile(back), chart))
		})
	}
}

// What is not understood of a consent of R5 leaves it unreadable, and it denies what the patient may deny.
func TestUnreadableR5(t *testing.T) {
	chart := readFHIR(t, jacksChart(""))
	nothing := decisions(t, consent.OnFile(readFHIR(t, []byte(consentR4(`{"type":"permit","modifierExtension":[{"url":"https://clinic.example/turned","valueBoolean":true}]}`)))), chart)
	permit := decisions(t, consent.OnFile(readFHIR(t, []byte(consentR4(`{"type":"permit"}`)))), chart)
	require.NotEqual(t, nothing, permit)
	for name, rules := range map[string]string{
		"a modifier":                    `"decision":"permit","modifierExtension":[{"url":"https://clinic.example/turned","valueBoolean":true}]`,
		"a modifier of a provision":     `"decision":"permit","provision":[{"purpose":[{"code":"HMARKT"}],"modifierExtension":[{"url":"https://clinic.example/turned","valueBoolean":true}]}]`,
		"rules of its own":              `"decision":"permit","implicitRules":"https://clinic.example/rules"`,
		"an unknown decision":           `"decision":"perhaps"`,
		"no decision":                   `"provision":[{"purpose":[{"code":"HMARKT"}]}]`,
		"an element of R4":              `"decision":"permit","provision":[{"type":"deny","purpose":[{"code":"HMARKT"}]}]`,
		"both versions at once":         `"decision":"permit","policyRule":{"coding":[{"code":"OPTOUT"}]}`,
		"an unknown element":            `"decision":"permit","provision":[{"purpose":[{"code":"HMARKT"}],"unless":"asked"}]`,
		"a purpose that is no list":     `"decision":"deny","provision":[{"purpose":{"code":"TREAT"}}]`,
		"a purpose that is no coding":   `"decision":"deny","provision":[{"purpose":["TREAT"]}]`,
		"an exception of everything":    `"decision":"deny","provision":[{}]`,
		"an empty exception":            `"decision":"deny","provision":[{"purpose":[]}]`,
		"an expression elsewhere":       `"decision":"deny","provision":[{"expression":{"reference":"https://clinic.example/cql"}}]`,
		"a grantee that is no list":     `"decision":"permit","grantee":{"reference":"Organization/ex-organization"}`,
		"provisions that are no list":   `"decision":"permit","provision":{"purpose":[{"code":"HMARKT"}]}`,
		"a primitive with an extension": `"decision":"permit","_decision":{"extension":[{"url":"https://clinic.example/x","valueBoolean":true}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			rec := readFHIR(t, []byte(consentR5(rules)))
			require.Equal(t, nothing, decisions(t, consent.OnFile(rec), chart))
			_, text := throughFHIR(t, rec)
			require.NotContains(t, text, `"permit"`)
		})
	}
	// A word on care says nothing of what may be disclosed, nor does a consent that is not in force.
	for name, edit := range map[string][2]string{
		"advance directive": {`"code":"59284-0"`, `"code":"acd"`},
		"not done":          {`"status":"active"`, `"status":"not-done"`},
		"draft":             {`"status":"active"`, `"status":"draft"`},
		"of another":        {`"subject":{"reference":"Patient/ex-patient"}`, `"subject":{"reference":"Group/g"}`},
	} {
		t.Run(name, func(t *testing.T) {
			got := decisions(t, consent.OnFile(readFHIR(t, []byte(strings.Replace(consentR5(`"decision":"permit"`), edit[0], edit[1], 1)))), chart)
			require.NotEqual(t, permit, got)
			for i := range got {
				if strings.Contains(got[i], string(consent.DefaultDeny)) {
					require.NotContains(t, got[i], "glucose")
				}
			}
		})
	}
}
