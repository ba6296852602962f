package portage_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/consent"
	"github.com/portage-health/portage/fhir"
	"github.com/portage-health/portage/record"
)

// inXML writes a resource of invented JSON in XML (R5 2.1.6.1): a member is an element, a list as many as it has, a
// scalar the attribute value. It knows no types, and of attributes no other than url of an extension.
func inXML(t *testing.T, text string) []byte {
	var b strings.Builder
	var element func(name string, v any)
	members := func(of map[string]any) {
		for _, name := range slices.Sorted(maps.Keys(of)) {
			if _, isName := of[name].(string); name == "resourceType" && isName {
				continue
			}
			element(name, of[name])
		}
	}
	element = func(name string, v any) {
		switch v := v.(type) {
		case []any:
			for _, x := range v {
				element(name, x)
			}
		case map[string]any:
			typ, isResource := v["resourceType"].(string)
			b.WriteString("<" + name)
			if url, ok := v["url"].(string); ok && name == "modifierExtension" {
				b.WriteString(` url="` + url + `"`)
				delete(v, "url")
			}
			b.WriteString(">")
			if isResource {
				b.WriteString("<" + typ + ">")
			}
			members(v)
			if isResource {
				b.WriteString("</" + typ + ">")
			}
			b.WriteString("</" + name + ">")
		case string:
			b.WriteString("<" + name + ` value="` + v + `"/>`)
		case bool:
			b.WriteString("<" + name + ` value="` + map[bool]string{true: "true", false: "false"}[v] + `"/>`)
		case json.Number:
			b.WriteString("<" + name + ` value="` + v.String() + `"/>`)
		default:
			require.Fail(t, "a null has no form in XML")
		}
	}
	var v map[string]any
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	require.NoError(t, d.Decode(&v))
	b.WriteString("<" + v["resourceType"].(string) + ` xmlns="http://hl7.org/fhir">`)
	members(v)
	b.WriteString("</" + v["resourceType"].(string) + ">")
	return []byte(b.String())
}

// said gives what a record holds in its fields, without what says where it was found.
func said(t *testing.T, rec *record.Record) string {
	text, err := record.Marshal(rec.Typed())
	require.NoError(t, err)
	var v any
	require.NoError(t, json.Unmarshal(text, &v))
	var strip func(any)
	strip = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			for _, made := range []string{"source", "sources", "created", "meta", "id"} {
				delete(v, made)
			}
			for _, x := range v {
				strip(x)
			}
		case []any:
			for _, x := range v {
				strip(x)
			}
		}
	}
	strip(v)
	text, err = json.Marshal(v)
	require.NoError(t, err)
	return string(text)
}

// A consent of R5 in XML says and decides what it says and decides in JSON.
func TestConsentOfR5InXML(t *testing.T) {
	chart := readFHIR(t, jacksChart(""))
	for _, tt := range twins {
		t.Run(tt.name, func(t *testing.T) {
			fromJSON, fromXML := readFHIR(t, []byte(consentR5(tt.r5))), readFHIR(t, inXML(t, consentR5(tt.r5)))
			require.Len(t, fromXML.Consents, 1)
			require.Equal(t, fhir.R5.String(), fromXML.Consents[0].Version)
			require.Equal(t, said(t, fromJSON), said(t, fromXML))
			require.Empty(t, fromXML.Carried)
			require.Equal(t, decisions(t, consent.OnFile(fromJSON), chart), decisions(t, consent.OnFile(fromXML), chart))
		})
	}
}

// What is not understood of a consent of R5 denies in XML too.
func TestUnreadableR5InXML(t *testing.T) {
	chart := readFHIR(t, jacksChart(""))
	nothing := decisions(t, consent.OnFile(readFHIR(t, []byte(consentR4(`{"type":"permit","modifierExtension":[{"url":"https://clinic.example/turned","valueBoolean":true}]}`)))), chart)
	for name, rules := range map[string]string{
		"a modifier":                 `"decision":"permit","modifierExtension":[{"url":"https://clinic.example/turned","valueBoolean":true}]`,
		"a modifier of a provision":  `"decision":"permit","provision":[{"purpose":[{"code":"HMARKT"}],"modifierExtension":[{"url":"https://clinic.example/turned","valueBoolean":true}]}]`,
		"rules of its own":           `"decision":"permit","implicitRules":"https://clinic.example/rules"`,
		"an unknown decision":        `"decision":"perhaps"`,
		"two decisions":              `"decision":["permit","deny"]`,
		"no decision":                `"provision":[{"purpose":[{"code":"HMARKT"}]}]`,
		"an element of R4":           `"decision":"permit","provision":[{"type":"deny","purpose":[{"code":"HMARKT"}]}]`,
		"an element of R4, deeper":   `"decision":"permit","provision":[{"purpose":[{"code":"HMARKT"}],"provision":[{"class":[{"code":"Observation"}]}]}]`,
		"both versions at once":      `"decision":"permit","policyRule":{"coding":[{"code":"OPTOUT"}]}`,
		"both, with a provision":     `"decision":"permit","scope":{"text":"privacy"},"provision":[{"purpose":[{"code":"HMARKT"}]}]`,
		"an unknown element":         `"decision":"permit","provision":[{"purpose":[{"code":"HMARKT"}],"unless":"asked"}]`,
		"an unknown element, deeper": `"decision":"permit","provision":[{"purpose":[{"code":"HMARKT"}],"provision":[{"purpose":[{"code":"TREAT"}],"provision":[{"purpose":[{"code":"HPAYMT"}],"unless":"asked"}]}]}]`,
		"an unknown element of all":  `"decision":"permit","unless":{"text":"asked"}`,
		"an exception of everything": `"decision":"deny","provision":[{}]`,
		"an exception within":        `"decision":"permit","provision":[{"purpose":[{"code":"TREAT"}],"provision":[{}]}]`,
		"an expression elsewhere":    `"decision":"deny","provision":[{"expression":{"reference":"https://clinic.example/cql"}}]`,
		"two periods":                `"decision":"deny","provision":[{"period":[{"end":"2020"},{"end":"2021"}]}]`,
		"two subjects":               `"decision":"permit","subject":[{"reference":"Patient/ex-patient"},{"reference":"Patient/other"}]`,
	} {
		t.Run(name, func(t *testing.T) {
			text := consentR5(rules)
			if strings.Contains(rules, `"subject"`) {
				text = strings.Replace(text, `"subject":{"reference":"Patient/ex-patient"},`, "", 1)
			}
			xml := inXML(t, text)
			require.Equal(t, nothing, decisions(t, consent.OnFile(readFHIR(t, xml)), chart), "XML")
			require.Equal(t, nothing, decisions(t, consent.OnFile(readFHIR(t, []byte(text))), chart), "JSON")
		})
	}
	plain := string(inXML(t, consentR5(`"decision":"permit"`)))
	for name, edit := range map[string][2]string{
		"an extension of a primitive": {`<decision value="permit"/>`, `<decision value="permit"><extension url="https://clinic.example/x"><valueBoolean value="true"/></extension></decision>`},
		"an id of a primitive":        {`<decision value="permit"/>`, `<decision id="x" value="permit"/>`},
		"text":                        {`<decision value="permit"/>`, `<decision value="permit"/>but not to all`},
		"another namespace":           {`<decision value="permit"/>`, `<decision value="permit"/><x:unless xmlns:x="https://clinic.example/" value="asked"/>`},
		"an attribute":                {`<decision value="permit"/>`, `<decision value="permit" unless="asked"/>`},
	} {
		t.Run(name, func(t *testing.T) {
			require.Contains(t, plain, edit[0])
			require.Equal(t, nothing, decisions(t, consent.OnFile(readFHIR(t, []byte(strings.Replace(plain, edit[0], edit[1], 1)))), chart))
		})
	}
}

// An unknown element within what an exception is about costs that element, which is carried; what is left of the exception
// permits nothing, and excepts from a permit all that it may be about.
func TestPartUnknownOfR5InXML(t *testing.T) {
	chart := readFHIR(t, jacksChart(""))
	treat := `"purpose":[{"system":"` + record.SystemActReason + `","code":"TREAT"}]`
	for name, provision := range map[string]string{
		"a purpose":             `"purpose":[{"kode":"TREAT"}]`,
		"one purpose of two":    strings.TrimSuffix(treat, "]") + `,{"kode":"HPAYMT"}]`,
		"a label beside":        treat + `,"securityLabel":[{"kode":"R"}]`,
		"an action beside":      treat + `,"action":[{"coding":[{"kode":"disclose"}]}]`,
		"a period beside":       treat + `,"period":{"begin":"2050"}`,
		"a data period beside":  treat + `,"dataPeriod":{"begin":"2050"}`,
		"an actor beside":       treat + `,"actor":[{"who":{"reference":"Organization/x"}}]`,
		"data beside":           treat + `,"data":[{"what":{"reference":"Observation/x"}}]`,
		"a resource beside":     treat + `,"resourceType":[{"kode":"Observation"}]`,
		"in an exception of it": treat + `,"provision":[{"securityLabel":[{"kode":"R"}]}]`,
	} {
		t.Run(name, func(t *testing.T) {
			for _, decision := range []string{"permit", "deny"} {
				text := consentR5(`"decision":"` + decision + `","provision":[{` + provision + `}]`)
				fromJSON, fromXML := readFHIR(t, []byte(text)), readFHIR(t, inXML(t, text))
				require.Equal(t, said(t, fromJSON), said(t, fromXML))
				require.Len(t, fromXML.Consents, 1)
				require.Len(t, fromXML.Carried, 1)
				got := decisions(t, consent.OnFile(fromXML), chart)
				require.Equal(t, decisions(t, consent.OnFile(fromJSON), chart), got)
				for _, d := range got {
					if strings.Contains(d, "TREAT2026") || strings.Contains(d, "TREAT2030") {
						require.True(t, strings.HasSuffix(d, ": denydenydeny"), d)
					}
				}
			}
		})
	}
}
