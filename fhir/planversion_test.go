package fhir

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

// A name that several resources have leads to what the standard says, or nowhere: never to another patient (R4 2.36.4, Resolving
// references in Bundles).
func TestNamesOfSeveral(t *testing.T) {
	patient := func(name string) string {
		return `{"resourceType":"Patient","id":"p","name":[{"family":"` + name + `"}]}`
	}
	problem := func(text string) string {
		return `{"resourceType":"Condition","id":"` + text + `","code":{"text":"` + text + `"},"subject":{"reference":"Patient/p"}}`
	}
	at := func(url, resource string) string {
		if url == "" {
			return `{"resource":` + resource + `}`
		}
		return `{"fullUrl":"` + url + `","resource":` + resource + `}`
	}
	bundle := func(entries ...string) string {
		return `{"resourceType":"Bundle","type":"collection","entry":[` + strings.Join(entries, ",") + `]}`
	}
	const x, y = "http://x.example/fhir/", "http://y.example/fhir/"
	uuid := func(n int) string { return "urn:uuid:00000000-0000-4000-8000-00000000000" + strconv.Itoa(n) }
	newer := func(resource, meta string) string {
		return strings.Replace(resource, `"id"`, `"meta":{`+meta+`},"id"`, 1)
	}
	for name, c := range map[string]struct {
		input  string
		want   []string // the patient of each record, and what is said of them
		shared int
	}{
		"of two servers, the first":   {bundle(at(x+"Patient/p", patient("X")), at(y+"Patient/p", patient("Y")), at(x+"Condition/c", problem("flu"))), []string{"X flu", "Y"}, 0},
		"of two servers, the last":    {bundle(at(y+"Condition/c", problem("flu")), at(x+"Patient/p", patient("X")), at(y+"Patient/p", patient("Y"))), []string{"X", "Y flu"}, 0},
		"of another server":           {bundle(at(x+"Patient/p", patient("X")), at(y+"Condition/c", problem("flu"))), []string{"X", " flu"}, 0},
		"of three servers":            {bundle(at(x+"Patient/p", patient("X")), at(y+"Patient/p", patient("Y")), at("http://z.example/Condition/c", problem("flu"))), []string{"X", "Y", " flu"}, 0},
		"of an address and of none":   {bundle(at("", patient("X")), at(y+"Condition/c", problem("flu"))), []string{"X flu"}, 0},
		"of no server":                {bundle(at(uuid(1), patient("X")), at(uuid(2), patient("Y")), at(uuid(3), problem("flu"))), []string{"X", "Y", " flu"}, 2},
		"without addresses":           {bundle(at("", patient("X")), at("", patient("Y")), at("", problem("flu"))), []string{"X", "Y", " flu"}, 2},
		"the same twice":              {bundle(at("", patient("X")), at("", patient("X")), at("", problem("flu"))), []string{"X flu"}, 0},
		"of two Bundles":              {"[" + bundle(at("", patient("X")), at("", problem("flu"))) + "," + bundle(at("", patient("Y")), at("", problem("pox"))) + "]", []string{"X flu", "Y pox"}, 0},
		"of two Bundles, one newer":   {"[" + bundle(at("", newer(patient("X"), `"versionId":"1"`)), at("", problem("flu"))) + "," + bundle(at("", newer(patient("Y"), `"versionId":"2"`)), at("", problem("pox"))) + "]", []string{"X flu", "Y pox"}, 0},
		"the same in two Bundles":     {"[" + bundle(at("", patient("X")), at("", problem("flu"))) + "," + bundle(at("", patient("X")), at("", problem("pox"))) + "]", []string{"X flu pox"}, 0},
		"of lines, the later version": {newer(patient("X"), `"lastUpdated":"2024-02-01T01:00:00+02:00"`) + "\n" + newer(patient("Y"), `"lastUpdated":"2024-02-01T00:00:00Z"`) + "\n" + problem("flu"), []string{"Y flu"}, 0},
		"of lines":                    {patient("X") + "\n" + patient("Y") + "\n" + problem("flu"), []string{"X", "Y", " flu"}, 2},
		"versions of one address":     {bundle(at(x+"Patient/p", newer(patient("X"), `"versionId":"10"`)), at(x+"Patient/p/_history/9", newer(patient("Y"), `"versionId":"9"`)), at(x+"Condition/c", problem("flu"))), []string{"X flu"}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			recs, reps := imported(t, []byte(c.input))
			var got []string
			shared := 0
			for i, rec := range recs {
				s := ""
				if rec.Patient != nil {
					s = rec.Patient.Names[0].Family[0].Value
				}
				for _, p := range rec.Problems {
					s += " " + p.Code.Text
				}
				got, shared = append(got, s), shared+len(ofCode(reps[i], record.IssueSharedIdentifier.Code))
				require.Zero(t, reps[i].Counts.Unaccounted())
			}
			require.Equal(t, c.want, got)
			require.Equal(t, c.shared, shared)
		})
	}
}

// What a source has a later version of, or has deleted, is carried and never read as what holds; it stands again in a history alone
// (R4 3.1.0.11).
func TestVersionsOfOne(t *testing.T) {
	const url = "http://x.example/fhir/Condition/c"
	version := func(text, meta string) string {
		return `{"resourceType":"Condition","id":"c","meta":{` + meta + `},"code":{"text":"` + text + `"},"subject":{"reference":"Patient/p"}}`
	}
	entry := func(resource, method, response string) string {
		if resource != "" {
			resource = `"resource":` + resource + `,`
		}
		return `{"fullUrl":"` + url + `",` + resource + `"request":{"method":"` + method + `","url":"Condition/c"},"response":{` + response + `"status":"200"}}`
	}
	for name, c := range map[string]struct {
		typ  string
		list []string
		want []string
	}{
		"newest first":                     {"history", []string{entry(version("no cancer", ""), "PUT", ""), entry(version("cancer", ""), "POST", "")}, []string{"no cancer"}},
		"newest last, by its number":       {"history", []string{entry(version("cancer", `"versionId":"9"`), "POST", ""), entry(version("no cancer", `"versionId":"10"`), "PUT", "")}, []string{"no cancer"}},
		"newest last, by its time":         {"history", []string{entry(version("cancer", ""), "POST", `"lastModified":"2024-01-01T00:00:00Z",`), entry(version("no cancer", ""), "PUT", `"lastModified":"2024-01-01T00:00:00-01:00",`)}, []string{"no cancer"}},
		"deleted":                          {"history", []string{entry("", "DELETE", ""), entry(version("no cancer", ""), "PUT", ""), entry(version("cancer", ""), "POST", "")}, nil},
		"deleted, and made again":          {"history", []string{entry(version("no cancer", ""), "PUT", ""), entry("", "DELETE", ""), entry(version("cancer", ""), "POST", "")}, []string{"no cancer"}},
		"deleted, and made again, by time": {"history", []string{entry(version("cancer", `"lastUpdated":"2024-01-01T00:00:00Z"`), "POST", ""), entry("", "DELETE", `"lastModified":"2024-01-02T00:00:00Z",`), entry(version("no cancer", `"lastUpdated":"2024-01-03T00:00:00Z"`), "PUT", "")}, []string{"no cancer"}},
		"to be deleted":                    {"transaction", []string{entry(version("cancer", ""), "DELETE", "")}, nil},
		"to be made":                       {"transaction", []string{entry(version("cancer", ""), "PUT", "")}, []string{"cancer"}},
		"in a collection":                  {"collection", []string{entry(version("cancer", `"versionId":"1"`), "POST", ""), entry(version("no cancer", `"versionId":"2"`), "PUT", "")}, []string{"no cancer"}},
		"nobody knows which":               {"collection", []string{entry(version("cancer", ""), "POST", ""), entry(version("no cancer", ""), "PUT", "")}, []string{"cancer", "no cancer"}},
	} {
		for _, xml := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				data := []byte(`{"resourceType":"Bundle","type":"` + c.typ + `","entry":[{"fullUrl":"http://x.example/fhir/Patient/p","resource":{"resourceType":"Patient","id":"p"}},` +
					`{"fullUrl":"http://x.example/fhir/Observation/o","resource":{"resourceType":"Procedure","id":"o","status":"completed","code":{"text":"biopsy"},"subject":{"reference":"Patient/p"},"reasonReference":[{"reference":"Condition/c"}]}},` + strings.Join(c.list, ",") + `]}`)
				sent := data
				if xml {
					sent = mustXML(t, data)
				}
				recs, reps := imported(t, sent)
				require.Len(t, recs, 1)
				rec := recs[0]
				require.Zero(t, reps[0].Counts.Unaccounted())
				var got []string
				for _, p := range rec.Problems {
					got = append(got, p.Code.Text)
				}
				require.Equal(t, c.want, got)
				past, paths := 0, []string{}
				for _, x := range rec.Carried {
					if x.Superseded {
						past, paths = past+1, append(paths, x.Path)
					}
				}
				held := strings.Count(string(data), `"Condition","id"`)
				require.Equal(t, held-len(c.want), past)
				require.Len(t, ofCode(reps[0], record.IssueSuperseded.Code), past)
				ref := rec.Procedures[0].Indications[0].Ref
				require.Equal(t, len(c.want) == 1, ref.ID != "", "a reference leads to what there is")
				if len(c.want) == 1 {
					require.Equal(t, rec.Problems[0].ID, ref.ID)
				}
				// It comes back in its own history, and in no other Bundle.
				for form, asSent := range map[BundleType]bool{BundleAsSent: true, BundleCollection: false} {
					var out bytes.Buffer
					rep, err := Exporter{Bundle: form}.Export(t.Context(), rec, &out, record.ExportOptions{Now: testOptions.Now})
					require.NoError(t, err)
					require.Equal(t, asSent && past > 0 || len(c.want) == 2 || len(c.want) == 1 && c.want[0] == "cancer", strings.Contains(out.String(), `"cancer"`), out.String())
					var left []string
					for _, i := range ofCode(rep, record.IssueExportCarried.Code) {
						if slices.Contains(paths, i.Path) {
							left = append(left, i.Path)
						}
					}
					if asSent {
						require.Empty(t, left)
					} else {
						require.ElementsMatch(t, paths, left)
					}
				}
			})
		}
	}
}

// Very many versions, deletions and shared names cost no more than their number.
func TestVeryManyVersions(t *testing.T) {
	var b strings.Builder
	b.WriteString(`{"resourceType":"Bundle","type":"history","entry":[{"fullUrl":"http://x.example/fhir/Patient/p","resource":{"resourceType":"Patient","id":"p"}}`)
	const n = 20000
	for i := range n {
		b.WriteString(`,{"fullUrl":"http://x.example/fhir/Condition/c","resource":{"resourceType":"Condition","id":"c","code":{"text":"` + strconv.Itoa(i) + `"},"subject":{"reference":"Patient/p"}}}`)
		b.WriteString(`,{"fullUrl":"http://x.example/fhir/Condition/d` + strconv.Itoa(i%7) + `","request":{"method":"DELETE","url":"Condition/d` + strconv.Itoa(i%7) + `"}}`)
		b.WriteString(`,{"resource":{"resourceType":"Procedure","id":"s","status":"completed","code":{"text":"` + strconv.Itoa(i) + `"},"subject":{"reference":"Patient/p"}}}`)
	}
	b.WriteString(`]}`)
	recs, reps := imported(t, []byte(b.String()))
	require.Len(t, recs, 1)
	require.Len(t, recs[0].Problems, 1)
	require.Equal(t, "0", recs[0].Problems[0].Code.Text)
	require.Len(t, recs[0].Procedures, 1)
	require.Len(t, ofCode(reps[0], record.IssueSuperseded.Code), 2*n-2)
}
