package main

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The promises of the project on its own documents, counted from source and
// output alone, by the standard library's decoders: nothing here shares code
// with the mapping.

// element is an XML element as the standard library reads it.
type element struct {
	XMLName  xml.Name
	Attrs    []xml.Attr `xml:",any,attr"`
	Children []*element `xml:",any"`
}

func (e *element) attr(name string) string {
	if e == nil {
		return ""
	}
	for _, a := range e.Attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func (e *element) child(path ...string) *element {
	for _, name := range path {
		var next *element
		if e != nil {
			for _, c := range e.Children {
				if c.XMLName.Local == name {
					next = c
					break
				}
			}
		}
		e = next
	}
	return e
}

func (e *element) walk(f func(*element)) {
	f(e)
	for _, c := range e.Children {
		c.walk(f)
	}
}

// readSections are the sections whose entries are read, by LOINC code.
var readSections = []string{"48765-2", "11450-4", "10160-0", "11369-6", "30954-2", "8716-3"}

// fact is what one statement of the source says.
type fact struct {
	code    string // of the substance, product, problem or test
	negated bool
	number  string
}

// facts collects the statements of the sections that are read.
func facts(doc *element) (all []fact) {
	doc.walk(func(s *element) {
		if s.XMLName.Local != "section" || !slices.Contains(readSections, s.child("code").attr("code")) {
			return
		}
		s.walk(func(e *element) {
			f := fact{negated: e.attr("negationInd") == "true"}
			switch e.XMLName.Local {
			case "substanceAdministration":
				f.code = e.child("consumable", "manufacturedProduct", "manufacturedMaterial", "code").attr("code")
			case "observation":
				switch code := e.child("code").attr("code"); code {
				case "33999-4", "SEV", "82606-5", "445518008": // answers that qualify another statement
					return
				default:
					f.code = code
				}
				if v := e.child("value"); v != nil {
					if n := v.attr("value"); decimal.MatchString(n) {
						f.number = n
					}
					if c := v.attr("code"); c != "" {
						f.code = c
					}
				}
				if c := e.child("participant", "participantRole", "playingEntity", "code").attr("code"); c != "" {
					f.code = c
				}
			default:
				return
			}
			// What is neither negated nor not negated is no statement: it is carried, with an error.
			if n := e.attr("negationInd"); n != "" && n != "true" && n != "false" {
				return
			}
			if f.code != "" && e.attr("nullFlavor") == "" && (e.attr("moodCode") == "EVN" || e.attr("moodCode") == "INT") {
				all = append(all, f)
			}
		})
	})
	return all
}

// resource is one resource of the output.
type resource map[string]any

func (r resource) json() string {
	b, _ := json.Marshal(map[string]any(r))
	return string(b)
}

var (
	// A reaction that did not happen has no place in FHIR but the record extension, with its assertion.
	denies   = regexp.MustCompile(`"refuted"|"not-done"|"not-taken"|"doNotPerform":true|no-known|716186003|160245001|No known|"valueString":"negated"`)
	dateTime = regexp.MustCompile(`^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)`)
	offset   = regexp.MustCompile(`(Z|[+-]\d\d:\d\d)$`)
	decimal  = regexp.MustCompile(`^[<>=]*-?\d+(\.\d+)?$`)
	hl7Time  = regexp.MustCompile(`^(\d{12})\d{0,2}(?:\.\d+)?([+-]\d{4})?$`)
)

func TestPromisesOnOwnDocuments(t *testing.T) {
	own, err := filepath.Glob("../../ccda/testdata/*.xml")
	require.NoError(t, err)
	require.NotEmpty(t, own)
	for _, path := range append(own, sample) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			data, err := os.ReadFile(path)
			require.NoError(t, err)
			doc := parse(t, data)
			status, out, log := call(t, "", "-now", "2024-02-01T00:00:00Z", path)
			require.Zero(t, status, log)
			bundle := resources(t, out)
			checkFacts(t, facts(doc), bundle)
			checkTimes(t, doc, bundle)
			checkIdentity(t, out)
		})
	}
}

// parse reads XML leniently about prefixes, as the project's odd documents need.
func parse(t *testing.T, data []byte) *element {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))))
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	doc := &element{}
	require.NoError(t, d.Decode(doc))
	return doc
}

func resources(t *testing.T, out string) (all []resource) {
	t.Helper()
	var b struct {
		Entry []struct{ Resource resource }
	}
	d := json.NewDecoder(strings.NewReader(out))
	d.UseNumber() // 4.10 is not 4.1
	require.NoError(t, d.Decode(&b))
	for _, e := range b.Entry {
		all = append(all, e.Resource)
	}
	return all
}

// checkFacts looks for each statement: its code in some resource, its number in
// the same one, and a negated one in a resource that denies.
func checkFacts(t *testing.T, all []fact, bundle []resource) {
	t.Helper()
	for _, f := range all {
		var found, whole, denied, asserted bool
		number := regexp.MustCompile(`"value\w*":"?` + regexp.QuoteMeta(strings.TrimLeft(f.number, "<>=")))
		for _, r := range bundle {
			if k := r["resourceType"]; k == "Composition" || k == "Provenance" {
				continue
			}
			s := r.json()
			if !strings.Contains(s, `"code":"`+f.code+`"`) {
				continue
			}
			found = true
			whole = whole || f.number == "" || number.MatchString(s)
			if denies.MatchString(s) {
				denied = true
			} else {
				asserted = true
			}
		}
		if !f.negated {
			require.True(t, found, "a statement about %s is gone", f.code)
			require.True(t, whole, "the number of %s is not with its code", f.code)
			continue
		}
		others := slices.ContainsFunc(all, func(o fact) bool { return o.code == f.code && !o.negated })
		require.False(t, asserted && !denied && !others, "the negation of %s is inverted", f.code)
	}
}

// checkTimes looks for times of day and zones that the source does not have.
func checkTimes(t *testing.T, doc *element, bundle []resource) {
	t.Helper()
	zoned, bare, hours := map[string]bool{}, map[string]bool{}, map[string]bool{}
	doc.walk(func(e *element) {
		v := e.attr("value")
		if m := hl7Time.FindStringSubmatch(v); m != nil {
			hours[m[1][:8]] = true
			if m[2] != "" {
				zoned[m[1]] = true
			} else {
				bare[m[1]] = true
			}
		}
		if len(v) >= 10 && v[:8] == strings.Map(digits, v[:8]) {
			hours[v[:8]] = true
		}
	})
	var see func(x any)
	see = func(x any) {
		switch x := x.(type) {
		case map[string]any:
			for _, v := range x {
				see(v)
			}
		case []any:
			for _, v := range x {
				see(v)
			}
		case string:
			if m := dateTime.FindStringSubmatch(x); m != nil {
				day := m[1] + m[2] + m[3]
				require.True(t, hours[day], "a time of day was invented")
				at := day + m[4] + m[5]
				// A time as it was sent, in its extension, has no zone.
				require.False(t, offset.MatchString(x) && bare[at] && !zoned[at], "a zone was invented")
			}
		}
	}
	for _, r := range bundle {
		see(map[string]any(r))
	}
}

func digits(r rune) rune {
	if r >= '0' && r <= '9' {
		return r
	}
	return -1
}

func familyName(r resource) string {
	b, _ := json.Marshal(r["name"])
	if m := regexp.MustCompile(`"family":"([^"]*)"`).FindSubmatch(b); m != nil {
		return string(m[1])
	}
	return ""
}

// checkIdentity looks for ids given twice, references that point nowhere, and
// one practitioner as many.
func checkIdentity(t *testing.T, out string) {
	t.Helper()
	var b struct {
		Entry []struct {
			FullURL  string `json:"fullUrl"`
			Resource resource
		}
	}
	require.NoError(t, json.Unmarshal([]byte(out), &b))
	urls, people := map[string]bool{}, map[string]bool{}
	for _, e := range b.Entry {
		require.False(t, urls[e.FullURL], "one id for two resources")
		urls[e.FullURL] = true
		if e.Resource["resourceType"] != "Practitioner" {
			continue
		}
		ids, _ := e.Resource["identifier"].([]any)
		for _, x := range ids {
			i, _ := x.(map[string]any)
			system, _ := i["system"].(string)
			value, _ := i["value"].(string)
			if value == "" {
				continue
			}
			// One identifier on people of different names identifies nobody: they are kept apart, and the report says so.
			key := system + "|" + value + "|" + familyName(e.Resource)
			require.False(t, people[key], "one practitioner as two")
			people[key] = true
		}
	}
	for _, m := range regexp.MustCompile(`"reference":"([^"]*)"`).FindAllStringSubmatch(out, -1) {
		require.True(t, urls[m[1]] || strings.HasPrefix(m[1], "#") || strings.HasPrefix(m[1], "http"), "a reference points nowhere")
	}
}
