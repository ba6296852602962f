package fhir

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// What two sources of one patient call by one name stays two in what a merged record goes out as: what was written, done and said of the
// one leads to it and not to the other, in typed resources, pieces and lines.
func TestMergedNames(t *testing.T) {
	of := func(server, who, patient, org, more string) []byte {
		b := `{"resourceType":"Bundle","type":"collection","entry":[`
		all := []string{
			`{"resourceType":"Patient","id":"1","birthDate":"1950-01-02","name":[{"family":"Quill"}]}`,
			`{"resourceType":"Organization","id":"5","identifier":[{"system":"http://hl7.org/fhir/sid/us-npi","value":"1234567893"}],"name":"Ward"}`,
			`{"resourceType":"Practitioner","id":"1","name":[{"family":"` + who + `"}]}`,
			`{"resourceType":"Condition","id":"1","code":{"text":"ails ` + who + `"},"subject":{"reference":"Patient/1"},"asserter":{"reference":"Practitioner/1"},"recorder":{"reference":"Practitioner/9","display":"nobody"}}`,
			`{"resourceType":"Procedure","id":"1","status":"completed","code":{"text":"cut ` + who + `"},"subject":{"reference":"Patient/1"},"performer":[{"actor":{"reference":"Practitioner/1"},"onBehalfOf":{"reference":"Organization/5"}}],"reasonReference":[{"reference":"Condition/1"}]}`,
			`{"resourceType":"Basic","id":"1","code":{"text":"note ` + who + `"},"subject":{"reference":"Patient/1"},"author":{"reference":"Practitioner/1"},"modifierExtension":[{"url":"http://c.example/m","valueReference":{"reference":"Practitioner/9"}}],"extension":[{"url":"http://c.example/x","valueReference":{"reference":"Condition/1"}}]}`,
			`{"resourceType":"Media","id":"1","status":"completed","subject":{"reference":"Patient/1"},"content":{"title":"` + who + `","url":"http://c.example/p"},"partOf":[{"reference":"Procedure/1"}],"operator":{"reference":"Practitioner/1"}}`,
		}
		if more != "" {
			all = append(all, more)
		}
		for i, r := range all {
			r = strings.ReplaceAll(strings.ReplaceAll(r, "Patient/1", "Patient/"+patient), "Organization/5", "Organization/"+org)
			if strings.Contains(r, `"Patient"`) {
				r = strings.Replace(r, `"id":"1"`, `"id":"`+patient+`"`, 1)
			}
			r = strings.Replace(r, `"id":"5"`, `"id":"`+org+`"`, 1)
			if i > 0 {
				b += ","
			}
			b += `{`
			if server != "" {
				typ, _, _ := strings.Cut(r[len(`{"resourceType":"`):], `"`)
				_, id, _ := strings.Cut(r, `"id":"`)
				id, _, _ = strings.Cut(id, `"`)
				b += `"fullUrl":"` + server + typ + "/" + id + `",`
			}
			b += `"resource":` + r + `}`
		}
		return []byte(b + `]}`)
	}
	for _, servers := range [][2]string{{"", ""}, {"http://a.example/fhir/", "http://b.example/fhir/"}, {"http://a.example/fhir/", ""}} {
		for _, x := range []Exporter{{}, {Bundle: BundleCollection}, {Bundle: BundleTransaction}, {Form: NDJSON}} {
			for _, typed := range []bool{false, true} {
				t.Run(fmt.Sprint(servers, x.Bundle, x.Form, typed), func(t *testing.T) {
					a, _ := imported(t, of(servers[0], "Ames", "1", "5", ""))
					b, _ := imported(t, of(servers[1], "Bell", "77", "6", `{"resourceType":"Practitioner","id":"9","name":[{"family":"Crane"}]}`))
					require.Len(t, a, 1)
					require.Len(t, b, 1)
					rec, _, err := record.Merge(record.MergeOptions{}, a[0], b[0])
					require.NoError(t, err)
					var out bytes.Buffer
					o := testOptions
					o.TypedOnly = typed
					_, err = x.Export(t.Context(), rec, &out, o)
					require.NoError(t, err)
					all := outputOf(t, out.Bytes(), x.Form)
					notes, pictures := 0, 0
					for _, r := range all {
						who := ""
						switch r.typ {
						case "Basic":
							notes++
							who = strings.TrimPrefix(r.text("code.text"), "note ")
							require.Equal(t, "ails "+who, r.to(t, "extension.valueReference.reference").text("code.text"))
							require.Equal(t, who, r.to(t, "author.reference").text("name.family"))
							if never := r.to(t, "modifierExtension.valueReference.reference"); who == "Ames" {
								require.Nil(t, never, "nobody that the source holds")
							} else {
								require.Equal(t, "Crane", never.text("name.family"))
							}
						case "Media":
							pictures++
							who = r.text("content.title")
							require.Equal(t, "cut "+who, r.to(t, "partOf.reference").text("code.text"))
							require.Equal(t, who, r.to(t, "operator.reference").text("name.family"))
						case "Procedure":
							if org := r.to(t, "performer.onBehalfOf.reference"); org != nil || !typed {
								require.Equal(t, "Ward", org.text("name"))
							}
						case "Condition":
						default:
							continue
						}
						require.Equal(t, "Quill", r.to(t, "subject.reference").text("name.family"))
					}
					if !typed {
						require.Equal(t, 2, notes)
						require.Equal(t, 2, pictures)
					}
					back, _ := imported(t, out.Bytes())
					back = slices.DeleteFunc(back, func(r *record.Record) bool { return r.Patient == nil })
					require.Len(t, back, 1)
					r := back[0]
					nameOf := func(ref record.Ref) string {
						for _, d := range r.Practitioners {
							if d.ID == ref.ID {
								return d.Names[0].Family[0].Value
							}
						}
						for _, p := range r.Problems {
							if p.ID == ref.ID {
								return p.Code.Text
							}
						}
						return "?"
					}
					require.Len(t, r.Practitioners, 3)
					require.Len(t, r.Problems, 2)
					require.Len(t, r.Procedures, 2)
					for _, p := range r.Procedures {
						who := strings.TrimPrefix(p.Code.Text, "cut ")
						require.Equal(t, "ails "+who, nameOf(*p.Indications[0].Ref))
						require.Equal(t, who, nameOf(*p.Participants[0].Who))
					}
					for _, p := range r.Problems {
						for _, who := range p.Participants {
							if who.Who.Display == "nobody" && p.Code.Text == "ails Ames" {
								require.Empty(t, who.Who.ID)
							} else {
								require.NotEqual(t, "?", nameOf(*who.Who))
							}
						}
					}
				})
			}
		}
	}
}

// inOutput is a resource of an output; to finds what its references lead to, as R4 2.36.4 has it.
type inOutput struct {
	typ, id, server string
	n               tree.Node
	among           map[string][]*inOutput
}

func outputOf(t *testing.T, data []byte, form Form) (all []*inOutput) {
	among := map[string][]*inOutput{}
	add := func(n tree.Node, url string) {
		x := &inOutput{typ: stringOf(n, "resourceType"), id: stringOf(n, "id"), n: n, among: among}
		if base, ok := strings.CutSuffix(url, x.typ+"/"+x.id); ok {
			x.server = base
		}
		for _, name := range []string{url, x.typ + "/" + x.id} {
			among[name] = append(among[name], x)
		}
		all = append(all, x)
	}
	if form == NDJSON {
		for line := range bytes.Lines(data) {
			add(parsedOwn(line), "")
		}
	} else {
		for e := range items(parsedOwn(data), "entry") {
			add(e.Child("resource"), stringOf(e, "fullUrl"))
		}
	}
	for _, x := range all {
		require.Len(t, among[x.typ+"/"+x.id], 1, "%s/%s: each has a name of its own", x.typ, x.id)
	}
	return all
}

func (x *inOutput) text(path string) string {
	n := x.n
	for name := range strings.SplitSeq(path, ".") {
		if n = n.Child(name); n.Kind() == tree.Array {
			for v := range n.Children() {
				n = v
				break
			}
		}
	}
	return n.Value()
}

func (x *inOutput) to(t *testing.T, path string) *inOutput {
	ref := x.text(path)
	if found := x.among[ref]; strings.Contains(ref, ":") && len(found) == 1 {
		return found[0]
	}
	if found := x.among[x.server+ref]; x.server != "" && len(found) == 1 {
		return found[0]
	}
	if found := x.among[ref]; len(found) == 1 && (x.server == "" || found[0].server == "") {
		return found[0]
	}
	if found := x.among[lastTwo(ref)]; len(found) == 1 && found[0].server == "" {
		return found[0]
	}
	return nil
}

// Two exports of one server, the second with a change, are not two of everything: what says the same goes out once.
func TestMergedExportsOfOneServer(t *testing.T) {
	of := func(server, dose string) []byte {
		url := func(name string) string {
			if server == "" {
				return ""
			}
			return `"fullUrl":"` + server + name + `",`
		}
		return []byte(`{"resourceType":"Bundle","type":"collection","entry":[
{` + url("Patient/1") + `"resource":{"resourceType":"Patient","id":"1","birthDate":"1950-01-02","name":[{"family":"Quill"}]}},
{` + url("MedicationStatement/2") + `"resource":{"resourceType":"MedicationStatement","id":"2","status":"active","medicationCodeableConcept":{"text":"salt ` + dose + `"},"subject":{"reference":"Patient/1"}}},
{` + url("Basic/3") + `"resource":{"resourceType":"Basic","id":"3","code":{"text":"of the person"},"subject":{"reference":"Patient/1"}}},
{` + url("Basic/4") + `"resource":{"resourceType":"Basic","id":"4","code":{"text":"of the medicine"},"subject":{"reference":"MedicationStatement/2"}}}]}`)
	}
	for _, server := range []string{"", "http://a.example/fhir/"} {
		a, _ := imported(t, of(server, "one"))
		b, _ := imported(t, of(server, "two"))
		rec, _, err := record.Merge(record.MergeOptions{}, a[0], b[0])
		require.NoError(t, err)
		require.Len(t, rec.Medications, 2)
		for _, x := range []Exporter{{}, {Bundle: BundleTransaction}, {Form: NDJSON}} {
			var out bytes.Buffer
			o := testOptions
			o.TypedOnly = false
			rep, err := x.Export(t.Context(), rec, &out, o)
			require.NoError(t, err)
			for _, i := range ofCode(rep, record.IssueExportCarried.Code) { // of a Bundle
				require.NotContains(t, i.Path, ".resource.")
			}
			counts := map[string]int{}
			said := map[string]bool{}
			for _, r := range outputOf(t, out.Bytes(), x.Form) {
				counts[r.typ]++
				if r.text("code.text") == "of the medicine" {
					said[r.to(t, "subject.reference").text("medicationCodeableConcept.text")] = true
				}
			}
			require.Equal(t, map[string]int{"Patient": 1, "MedicationStatement": 2, "Basic": 3}, counts)
			require.Equal(t, map[string]bool{"salt one": true, "salt two": true}, said)
		}
	}
}

// What resources of several sources contain and is one stands by itself.
func TestMergedContained(t *testing.T) {
	of := func(what, more string) []byte {
		return []byte(`{"resourceType":"Bundle","type":"collection","entry":[
{"resource":{"resourceType":"Patient","id":"1","birthDate":"1950-01-02","name":[{"family":"Quill"}]}},` + more + `
{"resource":{"resourceType":"Condition","id":"2","contained":[{"resourceType":"Practitioner","id":"p","identifier":[{"system":"http://hl7.org/fhir/sid/us-npi","value":"1234567893"}],"name":[{"family":"Ames"}]}],
"code":{"text":"` + what + `"},"subject":{"reference":"Patient/1"},"asserter":{"reference":"#p"}}}]}`)
	}
	alone := `{"resource":{"resourceType":"Practitioner","id":"8","identifier":[{"system":"http://hl7.org/fhir/sid/us-npi","value":"1234567893"}],"name":[{"family":"Ames"}]}},` +
		`{"resource":{"resourceType":"Procedure","id":"5","status":"completed","code":{"text":"cut"},"subject":{"reference":"Patient/1"},"performer":[{"actor":{"reference":"Practitioner/8"}}]}},`
	for _, more := range []string{"", alone} {
		for _, typed := range []bool{false, true} {
			a, _ := imported(t, of("one", ""))
			b, _ := imported(t, of("two", more))
			rec, _, err := record.Merge(record.MergeOptions{}, a[0], b[0])
			require.NoError(t, err)
			for _, x := range []Exporter{{}, {Bundle: BundleTransaction}, {Form: NDJSON}} {
				var out bytes.Buffer
				o := testOptions
				o.TypedOnly = typed
				_, err := x.Export(t.Context(), rec, &out, o)
				require.NoError(t, err)
				back, _ := imported(t, out.Bytes())
				require.Len(t, back, 1)
				r := back[0]
				nameOf := func(ref *record.Ref) string {
					for _, d := range r.Practitioners {
						if d.ID == ref.ID {
							return d.Names[0].Family[0].Value
						}
					}
					return "?"
				}
				require.Len(t, r.Problems, 2)
				for i := range r.Problems {
					require.NotEmpty(t, r.Problems[i].Participants)
					for _, p := range r.Problems[i].Participants {
						require.Equal(t, "Ames", nameOf(p.Who))
					}
				}
				for i := range r.Procedures {
					require.Equal(t, "Ames", nameOf(r.Procedures[i].Participants[0].Who))
				}
			}
		}
	}
}

// A Bundle of two servers that goes out in another form has no name twice.
func TestNamesOfTwoServers(t *testing.T) {
	data := []byte(`{"resourceType":"Bundle","type":"collection","entry":[
{"fullUrl":"http://a.example/Patient/1","resource":{"resourceType":"Patient","id":"1","name":[{"family":"Quill"}]}},
{"fullUrl":"http://a.example/Practitioner/1","resource":{"resourceType":"Practitioner","id":"1","name":[{"family":"Ames"}]}},
{"fullUrl":"http://b.example/Practitioner/1","resource":{"resourceType":"Practitioner","id":"1","name":[{"family":"Bell"}]}},
{"fullUrl":"http://a.example/Condition/2","resource":{"resourceType":"Condition","id":"2","code":{"text":"Ames"},"subject":{"reference":"Patient/1"},"asserter":{"reference":"Practitioner/1"}}},
{"fullUrl":"http://a.example/Basic/2","resource":{"resourceType":"Basic","id":"2","code":{"text":"Ames"},"subject":{"reference":"Patient/1"},"author":{"reference":"Practitioner/1"}}},
{"fullUrl":"http://b.example/Basic/3","resource":{"resourceType":"Basic","id":"3","code":{"text":"Bell"},"subject":{"reference":"http://a.example/Patient/1"},"author":{"reference":"Practitioner/1"}}},
{"fullUrl":"http://b.example/Condition/3","resource":{"resourceType":"Condition","id":"3","code":{"text":"Bell"},"subject":{"reference":"http://a.example/Patient/1"},"asserter":{"reference":"Practitioner/1"}}}]}`)
	recs, _ := imported(t, data)
	require.Len(t, recs, 1)
	for _, typed := range []bool{false, true} {
		for _, x := range []Exporter{{Bundle: BundleCollection}, {Bundle: BundleTransaction}, {Form: NDJSON}} {
			var out bytes.Buffer
			o := testOptions
			o.TypedOnly = typed
			_, err := x.Export(t.Context(), recs[0], &out, o)
			require.NoError(t, err)
			seen := 0
			for _, r := range outputOf(t, out.Bytes(), x.Form) {
				switch r.typ {
				case "Basic":
					require.Equal(t, r.text("code.text"), r.to(t, "author.reference").text("name.family"))
					seen++
				case "Condition":
					require.Equal(t, r.text("code.text"), r.to(t, "asserter.reference").text("name.family"))
					seen++
				}
			}
			require.Equal(t, map[bool]int{false: 4, true: 2}[typed], seen)
		}
	}
}

// Who is contained in a resource that is written anew stands by himself: a Provenance tells what he did, and what is carried of the
// resource leads to him.
func TestContainedWrittenAnew(t *testing.T) {
	recs, _ := imported(t, []byte(`{"resourceType":"Bundle","type":"collection","entry":[
{"resource":{"resourceType":"Patient","id":"1","name":[{"family":"Quill"}]}},
{"resource":{"resourceType":"Condition","id":"2","contained":[{"resourceType":"Practitioner","id":"p","name":[{"family":"Ames"}]}],
"extension":[{"url":"http://c.example/x","valueReference":{"reference":"#p"}}],
"code":{"text":"one"},"subject":{"reference":"Patient/1"},"asserter":{"reference":"#p"}}}]}`))
	rec := recs[0]
	rec.Problems[0].Code.Text = "two"
	for _, typed := range []bool{false, true} {
		var out bytes.Buffer
		o := testOptions
		o.TypedOnly = typed
		_, err := Export(t.Context(), rec, &out, o)
		require.NoError(t, err)
		seen := map[string]int{}
		for _, r := range outputOf(t, out.Bytes(), JSON) {
			seen[r.typ]++
			switch r.typ {
			case "Condition":
				require.Equal(t, "two", r.text("code.text"))
				require.Equal(t, "Ames", r.to(t, "asserter.reference").text("name.family"))
				if !typed {
					require.Equal(t, "Ames", r.to(t, "extension.valueReference.reference").text("name.family"))
				}
			case "Provenance":
				require.Equal(t, "Ames", r.to(t, "agent.who.reference").text("name.family"))
				require.Equal(t, "two", r.to(t, "target.reference").text("code.text"))
			}
		}
		require.Equal(t, map[string]int{"Patient": 1, "Condition": 1, "Practitioner": 1, "Provenance": 1}, seen)
		back, _ := imported(t, out.Bytes())
		require.Len(t, back[0].Problems[0].Participants, 1)
	}
}
