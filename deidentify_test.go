package portage_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/ccda"
	"github.com/portage-health/portage/consent/deid"
	"github.com/portage-health/portage/fhir"
	"github.com/portage-health/portage/hl7v2"
	"github.com/portage-health/portage/record"
	"github.com/portage-health/portage/record/recordtest"
)

// kindsOfIdentifier are the eighteen of 45 CFR 164.514(b)(2)(i) as people write them, with a number in each.
var kindsOfIdentifier = []struct {
	letter deid.Category
	form   string
}{
	{deid.Names, "Wilhelmina Zqx%05dq"}, {deid.Geography, "17 Zqx%05dq Street"}, {deid.Dates, "born on 1931-02-07 Zqx%05dq"}, {deid.Phones, "(206) 555-0142 Zqx%05dq"}, {deid.Faxes, "fax 206-555-0143 Zqx%05dq"},
	{deid.Emails, "zqx%05dq@mail.example"}, {deid.SSNs, "123-45-6789 Zqx%05dq"}, {deid.MRNs, "MRN 00417 Zqx%05dq"}, {deid.PlanNumbers, "member W123 Zqx%05dq"}, {deid.Accounts, "account Zqx%05dq 7"},
	{deid.Licenses, "licence D-9 Zqx%05dq"}, {deid.Vehicles, "plate ABC 123 Zqx%05dq"}, {deid.DeviceIDs, "(01)00844588003288 Zqx%05dq"}, {deid.URLs, "https://zqx%05dq.example/me"}, {deid.IPAddresses, "10.1.2.3 Zqx%05dq"},
	{deid.Biometrics, "finger print Zqx%05dq"}, {deid.Photos, "face Zqx%05dq.jpg"}, {deid.OtherUnique, "tattoo no. Zqx%05dq"},
}

var datePattern = regexp.MustCompile(`\b(19|20)[0-9]{2}(-[0-9]{2}(-[0-9]{2})?|[0-9]{2}([0-9]{2})?)`)

var templatePattern = regexp.MustCompile(`<templateId[^>]*>`)

var tokenPattern = regexp.MustCompile(`(?i)zqx[0-9]{5}q`)

// plantIdentifiers puts an identifier in every text of a record, the kinds in turn. What a limited data set may keep, it leaves alone.
func plantIdentifiers(rec *record.Record, turn int, limited bool) (planted int) {
	var walk func(v reflect.Value, field string)
	walk = func(v reflect.Value, field string) {
		switch v.Kind() {
		case reflect.Pointer:
			if !v.IsNil() {
				walk(v.Elem(), field)
			}
		case reflect.Slice:
			for i := range v.Len() {
				walk(v.Index(i), field)
			}
		case reflect.Struct:
			if d, ok := v.Addr().Interface().(*record.Data); ok {
				if !d.IsZero() {
					planted++
					*d = record.BytesData(fmt.Appendf(nil, kindsOfIdentifier[(planted+turn)%18].form, planted))
				}
				return
			}
			for i := range v.NumField() {
				// Ids stay, so that entries find one another: they are looked for by themselves.
				if f := v.Type().Field(i); f.IsExported() && !strings.Contains(f.Tag.Get("portage"), "made") && !(v.Type().Name() == "Ref" && f.Name == "ID") || f.Name == "Sources" || f.Name == "Carried" {
					walk(v.Field(i), v.Type().Name()+"."+f.Name)
				}
			}
		case reflect.String:
			switch field {
			case "Address.City", "Address.State", "Address.PostalCode":
				if limited {
					return
				}
			case "Source.ID", "Carried.Source", "Carried.Owner", "Source.Format", "Carried.Format", "Carried.Kind", "NarrativeNode.Kind", "Section.ID", "Coding.System", "Identifier.System":
				return // so that exporters go all their ways
			}
			if v.Len() > 0 && v.Type() == reflect.TypeFor[string]() {
				planted++
				v.SetString(fmt.Sprintf(kindsOfIdentifier[(planted+turn)%18].form, planted))
			}
		}
	}
	walk(reflect.ValueOf(rec).Elem(), "")
	return planted
}

// inEveryFormat gives a record in the bytes of every format.
func inEveryFormat(t *testing.T, rec *record.Record) map[string]string {
	t.Helper()
	out := map[string]string{"record": recordJSON(t, rec)}
	for name, x := range map[string]record.Exporter{"ccda": ccda.Exporter{}, "ccda, conformant": ccda.Exporter{Mode: ccda.Conformant}, "fhir": fhir.Exporter{}, "fhir, xml": fhir.Exporter{Form: fhir.XML}, "fhir, ndjson": fhir.Exporter{Form: fhir.NDJSON}, "hl7v2": hl7v2.Exporter{}} {
		var b bytes.Buffer
		_, err := x.Export(t.Context(), rec, &b, record.ExportOptions{Now: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)})
		require.NoError(t, err, name)
		require.NotEmpty(t, b.Bytes(), name)
		out[name] = b.String()
	}
	return out
}

func deidentified(t *testing.T, opt deid.Options, rec *record.Record) (*record.Record, deid.Statement) {
	t.Helper()
	opt.Key, opt.At = []byte("a key that only the host has"), time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	if opt.Method == deid.SafeHarbor {
		opt.Code = func(*record.Record) (string, error) { return "17", nil }
	}
	d, err := deid.New(opt)
	require.NoError(t, err)
	out, st, err := d.Record(t.Context(), rec)
	require.NoError(t, err)
	return out, st
}

var methodsOfDeid = []deid.Options{{}, {Method: deid.LimitedDataSet}, {Method: deid.LimitedDataSet, Pseudonyms: true}, {Method: deid.DateShift}, {Method: deid.DateShift, Pseudonyms: true}}

// Identifiers of all kinds, in every text that a record has: none is in the bytes of any format, nor is an old id.
func TestIdentifiersInNoFormat(t *testing.T) {
	for i, opt := range methodsOfDeid {
		for turn := range 18 {
			if turn > 0 && (testing.Short() || opt.Pseudonyms || opt.Method != deid.SafeHarbor && turn > 2) {
				break
			}
			rec := recordtest.Full()
			n := plantIdentifiers(rec, turn, opt.Method == deid.LimitedDataSet)
			require.Greater(t, n, 5000)
			if turn == 0 && i == 0 {
				for name, text := range inEveryFormat(t, rec) {
					require.Regexp(t, tokenPattern, text, "nothing was planted in %s", name)
				}
			}
			out, st := deidentified(t, opt, rec)
			formats := inEveryFormat(t, out)
			for name, text := range formats {
				if found := tokenPattern.FindString(text); found != "" {
					t.Fatalf("%s, %s: %s stays, near %q", st.Method, name, found, text[max(0, strings.Index(text, found)-120):strings.Index(text, found)+20])
				}
				for _, number := range []string{"123-45-6789", "555-0142", "00844588003288", "10.1.2.3 ", "1931-02-07", "19310207"} {
					require.NotContains(t, text, number, name)
				}
				if turn > 0 {
					continue
				}
				for _, e := range rec.Entries() {
					require.NotContains(t, text, e.ID, name)
				}
			}
		}
	}
}

// By Safe Harbor no date of the full record is in the bytes of any format, whole or as a month.
func TestDatesInNoFormat(t *testing.T) {
	rec := recordtest.Full()
	out, _ := deidentified(t, deid.Options{}, rec)
	dates := map[string]bool{}
	var walk func(v reflect.Value)
	walk = func(v reflect.Value) {
		switch v.Kind() {
		case reflect.Pointer:
			if !v.IsNil() {
				walk(v.Elem())
			}
		case reflect.Slice:
			for i := range v.Len() {
				walk(v.Index(i))
			}
		case reflect.Struct:
			if at, ok := v.Addr().Interface().(*record.Time); ok && len(at.Value) >= 7 {
				dates[at.Value[:min(10, len(at.Value))]] = true
			}
			for i := range v.NumField() {
				if v.Type().Field(i).IsExported() {
					walk(v.Field(i))
				}
			}
		}
	}
	walk(reflect.ValueOf(rec).Elem())
	require.Greater(t, len(dates), 10)
	for name, text := range inEveryFormat(t, out) {
		text = templatePattern.ReplaceAllString(text, "") // its version is a date too
		for _, at := range datePattern.FindAllStringIndex(text, -1) {
			d := text[at[0]:at[1]]
			iso := d
			if !strings.Contains(d, "-") {
				iso = strings.TrimSuffix(d[:4]+"-"+d[4:6]+"-"+d[6:], "-")
			}
			if dates[iso] {
				t.Errorf("%s: a date stays, near %q", name, text[max(0, at[0]-100):at[1]])
				break
			}
		}
	}
}

// Sources as they are sent: what stands in extensions, narrative, notes, attachments, displays, units, statuses and segments of a site's
// own is in the bytes of no format.
func TestIdentifiersOfSourcesInNoFormat(t *testing.T) {
	n := 0
	next := func() string { n++; return fmt.Sprintf(kindsOfIdentifier[n%18].form, n) }
	word := func() string { n++; return fmt.Sprintf("Zqx%05dq", n) }
	for range 18 {
		n++ // every place gets every kind
		pid := word()
		bundle := `{"resourceType":"Bundle","type":"collection","id":"` + word() + `","identifier":{"system":"urn:oid:1.2.3","value":"` + next() + `"},"entry":[{"fullUrl":"http://h.example/Patient/` + pid + `","resource":{"resourceType":"Patient","id":"` + pid + `","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\"><p id=\"` + word() + `\">` + next() + `</p></div>"},
			"extension":[{"url":"http://example.org/vehicle","valueString":"` + next() + `"}],"identifier":[{"system":"http://` + word() + `.example/mrn","value":"` + next() + `","assigner":{"display":"` + next() + `"}}],
			"name":[{"text":"` + next() + `","family":"` + next() + `"}],"telecom":[{"system":"phone","value":"` + next() + `"},{"system":"url","value":"` + next() + `"}],"birthDate":"1970-05-05","gender":"female",
			"address":[{"line":["` + next() + `"],"city":"` + next() + `","postalCode":"98052","state":"WA"}],"photo":[{"contentType":"image/jpeg","title":"` + next() + `","url":"` + next() + `","data":"` + base64.StdEncoding.EncodeToString([]byte(word())) + `"}],
			"contact":[{"name":{"text":"` + next() + `"}}]}},
			{"fullUrl":"http://h.example/Observation/o","resource":{"resourceType":"Observation","id":"o","meta":{"source":"http://` + word() + `.example"},"status":"final","contained":[{"resourceType":"Practitioner","id":"d","name":[{"text":"` + next() + `"}]}],"performer":[{"reference":"#d","display":"` + next() + `"}],
			"extension":[{"url":"http://example.org/x","extension":[{"url":"y","valueString":"` + next() + `"}]}],"code":{"coding":[{"system":"http://loinc.org","code":"2339-0","display":"` + next() + `"},{"system":"http://` + word() + `.example","code":"GLU","display":"` + next() + `"}],"text":"` + next() + `"},
			"subject":{"reference":"Patient/` + pid + `","display":"` + next() + `"},"valueQuantity":{"value":95,"unit":"` + next() + `","system":"http://unitsofmeasure.org","code":"mg/dL"},"note":[{"text":"` + next() + `"}],"component":[{"code":{"text":"` + next() + `"},"valueString":"` + next() + `"}]}},
			{"fullUrl":"http://h.example/DocumentReference/f","resource":{"resourceType":"DocumentReference","id":"f","status":"current","subject":{"reference":"Patient/` + pid + `"},"description":"` + next() + `","content":[{"attachment":{"contentType":"application/pdf","url":"file:///` + word() + `.pdf","title":"` + next() + `","hash":"` + base64.StdEncoding.EncodeToString([]byte(word())) + `","data":"` + base64.StdEncoding.EncodeToString([]byte(word())) + `"}}]}},
			{"fullUrl":"http://h.example/Basic/b","resource":{"resourceType":"Basic","id":"b","subject":{"reference":"Patient/` + pid + `"},"code":{"text":"` + next() + `"},"identifier":[{"value":"` + next() + `"}]}}]}`
		document := `<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:sdtc="urn:hl7-org:sdtc" xmlns:x="urn:x">
			<realmCode code="US"/><typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/><templateId root="2.16.840.1.113883.10.20.22.1.1" extension="2015-08-01"/><id root="1.2.3.4" extension="` + next() + `"/><code code="34133-9" codeSystem="2.16.840.1.113883.6.1"/><title>` + next() + `</title><effectiveTime value="20260301"/><x:site>` + next() + `</x:site>
			<confidentialityCode code="N" codeSystem="2.16.840.1.113883.5.25"/><recordTarget><patientRole><id root="1.2.3.4" extension="` + next() + `"/><addr><streetAddressLine>` + next() + `</streetAddressLine></addr><telecom value="tel:` + word() + `"/><patient><name><given>` + next() + `</given></name><birthTime value="19700505"/></patient></patientRole></recordTarget>
			<author><time value="20260301"/><assignedAuthor><id root="2.16.840.1.113883.4.6" extension="` + word() + `"/><assignedPerson><name><family>` + next() + `</family></name></assignedPerson><representedOrganization><name>` + next() + `</name></representedOrganization></assignedAuthor></author>
			<component><structuredBody><component><section><templateId root="2.16.840.1.113883.10.20.22.2.5.1" extension="2015-08-01"/><code code="11450-4" codeSystem="2.16.840.1.113883.6.1" displayName="` + next() + `"/><title>` + next() + `</title>
			<text><paragraph ID="` + word() + `">` + next() + `</paragraph><table><tbody><tr ID="p1"><td>` + next() + `</td></tr></tbody></table></text>` + problem("1", "38341003", next(), "p1", `<text>`+next()+`</text>`) + `</section></component></structuredBody></component></ClinicalDocument>`
		message := "MSH|^~\\&|LAB|" + word() + "|EHR|HOSP|20260301100000||ORU^R01^ORU_R01|" + word() + "|P|2.5.1\rPID|1||" + word() + "^^^" + word() + "^MR||" + next() + "^Jack||19700505|M|||" + next() + "^^Redmond^WA^98052||" + next() + "|||||" + word() + "|" + next() + "\rNK1|1|" + next() + "\rZPI|1|" + next() + "\r" +
			"OBR|1||" + word() + "^LAB|24323-8^" + next() + "^LN|||20260301090000|||||||||" + word() + "^" + next() + "\rOBX|1|NM|2339-0^" + next() + "^LN||95|mg/dL|" + next() + "|N|||F|||20260301\rNTE|1||" + next() + "\rOBX|2|ST|99LOC^" + next() + "^L||" + next() + "|" + next() + "|||||F\r"
		var recs []*record.Record
		recs = append(recs, readFHIR(t, []byte(bundle)))
		cda, _, err := ccda.Import(t.Context(), []byte(document), record.ImportOptions{})
		require.NoError(t, err)
		recs = append(recs, cda)
		for got, err := range (hl7v2.Importer{}).Import(t.Context(), record.Input{Bytes: []byte(message)}, record.ImportOptions{}) {
			require.NoError(t, err)
			recs = append(recs, got.Record)
		}
		require.Len(t, recs, 3)
		merged, _, err := record.Merge(record.MergeOptions{}, recs...)
		require.NoError(t, err)
		for i, rec := range append(recs, merged) {
			require.Regexp(t, tokenPattern, recordJSON(t, rec))
			for _, opt := range methodsOfDeid {
				if opt.Method == deid.LimitedDataSet && i != 1 {
					continue // of the towns that are planted, a limited data set keeps what there is
				}
				out, st := deidentified(t, opt, rec)
				for name, text := range inEveryFormat(t, out) {
					require.NotRegexp(t, tokenPattern, text, "%s, %s", st.Method, name)
					for k := 1; k <= n; k++ { // as base64
						if k > n-200 {
							require.NotContains(t, text, base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "Zqx%05dq", k)), name)
						}
					}
					want := []string{"2339-0", "38341003", "2339-0", "2339-0"}[i]
					require.Contains(t, text, want, "%s, %s", st.Method, name)
				}
			}
		}
	}
}
