package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/fhir"
	"github.com/portage-health/portage/internal/beside"
	"github.com/portage-health/portage/record"
	"github.com/portage-health/portage/record/recordtest"
)

// What crosses between C-CDA and FHIR and back, counted from the first document
// and the last alone. A fact is a code with what is said of it: its time, its
// value and unit, whether it is denied, and where it stands.

// crossing is one fact: where it stands (a section or a type of resource) and what it says.
type crossing struct{ where, what, fact string }

// statements of C-CDA, and the codes of those that only qualify others: the target holds them as elements of its own.
var (
	statementNames = []string{"observation", "act", "substanceAdministration", "procedure", "encounter", "supply"}
	qualifierCodes = []string{"33999-4", "445518008", "397659008", "76662-6", "416118004", "CONC", "48765-2", "29308-4", "48767-8"}
)

// ccdaCrossings gives the facts of a C-CDA document.
func ccdaCrossings(doc *element) (all []crossing) {
	var section func(s *element)
	section = func(s *element) {
		where := s.child("code").attr("code")
		for _, c := range s.Children {
			switch c.XMLName.Local {
			case "component":
				if sub := c.child("section"); sub != nil {
					section(sub)
				}
			case "entry":
				c.walk(func(e *element) {
					if slices.Contains(statementNames, e.XMLName.Local) {
						if f, ok := ccdaCrossing(e, where); ok {
							all = append(all, crossing{where, e.XMLName.Local, f})
						}
					}
				})
			}
		}
	}
	body := doc.child("component", "structuredBody")
	if body == nil {
		return nil
	}
	for _, c := range body.Children {
		if s := c.child("section"); s != nil {
			section(s)
		}
	}
	return all
}

func ccdaCrossing(e *element, where string) (string, bool) {
	code := e.child("code")
	if slices.Contains(qualifierCodes, code.attr("code")) {
		return "", false
	}
	main := code
	if product := first(e.child("consumable", "manufacturedProduct", "manufacturedMaterial", "code"), e.child("product", "manufacturedProduct", "manufacturedMaterial", "code")); product != nil {
		main = product
	}
	said := codesOf(main)
	value := e.child("value")
	if where == "48765-2" && len(codesOf(value)) > 0 {
		said = nil // of an allergy the value tells the kind: R2.1 fixes the code, R1.1 did not
	}
	said = append(said, codesOf(value)...)
	said = append(said, codesOf(e.child("participant", "participantRole", "playingEntity", "code"))...)
	if len(said) == 0 {
		return "", false
	}
	slices.Sort(said)
	f := strings.Join(said, ",")
	for _, t := range e.Children {
		if t.XMLName.Local != "effectiveTime" {
			continue
		}
		for _, part := range []string{"low", "high", "period"} {
			if v := t.child(part).attr("value"); v != "" {
				f += " " + part + " " + v + t.child(part).attr("unit")
			}
		}
		if v := t.attr("value"); v != "" {
			f += " at " + v
		}
	}
	if v := value.attr("value"); v != "" {
		f += " = " + v + " " + value.attr("unit")
	}
	if e.attr("negationInd") == "true" {
		f += " NOT"
	}
	status := e.child("statusCode").attr("code")
	if e.XMLName.Local == "act" && status == "completed" {
		status = "" // what a template fixes for an act of saying something
	}
	return f + " is " + status, true
}

func first(es ...*element) *element {
	for _, e := range es {
		if e != nil {
			return e
		}
	}
	return nil
}

func codesOf(e *element) (codes []string) {
	if e == nil {
		return nil
	}
	if c := e.attr("code"); c != "" {
		codes = append(codes, c)
	}
	for _, t := range e.Children {
		if c := t.attr("code"); t.XMLName.Local == "translation" && c != "" {
			codes = append(codes, c)
		}
	}
	return codes
}

// elements of FHIR resources that a fact is made of.
var (
	clinicalTypes = []string{"AllergyIntolerance", "Condition", "MedicationRequest", "MedicationStatement", "MedicationAdministration", "MedicationDispense",
		"Immunization", "Procedure", "Encounter", "Observation", "DiagnosticReport", "Goal", "CarePlan", "CareTeam", "ServiceRequest", "Device",
		"FamilyMemberHistory", "DocumentReference", "Specimen"}
	codeElements = []string{"code", "vaccineCode", "medicationCodeableConcept", "type", "description", "relationship"}
	timeElements = []string{"onset", "abatement", "recordedDate", "effective", "performed", "occurrence", "authoredOn", "period", "start", "date", "issued"}
)

// fhirCrossings gives the facts of FHIR resources.
func fhirCrossings(rs []resource) (all []crossing) {
	for _, r := range rs {
		typ, _ := r["resourceType"].(string)
		if !slices.Contains(clinicalTypes, typ) {
			continue
		}
		if f, ok := fhirCrossing(r); ok {
			if typ == "Observation" && ofOther(r) {
				typ = "of another"
			}
			all = append(all, crossing{typ, typ, f})
		}
		parts, _ := r["component"].([]any)
		for _, p := range parts {
			if m, ok := p.(map[string]any); ok {
				if f, ok := fhirCrossing(m); ok {
					all = append(all, crossing{typ, "component", f})
				}
			}
		}
	}
	return all
}

// ofOther reports whether an observation is of a person who is not its subject.
func ofOther(r map[string]any) bool {
	list, _ := r["focus"].([]any)
	subject, _ := r["subject"].(map[string]any)
	for _, f := range list {
		m, _ := f.(map[string]any)
		ref, _ := m["reference"].(string)
		if (strings.HasPrefix(ref, "Patient/") || strings.HasPrefix(ref, "RelatedPerson/")) && ref != subject["reference"] {
			return true
		}
	}
	return false
}

func fhirCrossing(r map[string]any) (string, bool) {
	var codes []string
	for _, name := range codeElements {
		if codes = fhirCodes(r[name]); len(codes) > 0 {
			break
		}
	}
	if len(codes) == 0 {
		return "", false
	}
	f := strings.Join(codes, ",")
	for _, name := range slices.Sorted(maps.Keys(r)) {
		for _, t := range timeElements {
			if !strings.HasPrefix(name, t) || name == "startWhen" {
				continue
			}
			switch v := r[name].(type) {
			case string:
				f += " " + t + " " + strings.Replace(v, "Z", "+00:00", 1)
			case map[string]any:
				f += fmt.Sprint(" ", t, " ", v["start"], "/", v["end"], v["value"])
			}
			break
		}
		if rest, ok := strings.CutPrefix(name, "value"); ok {
			switch v := r[name].(type) {
			case map[string]any:
				if rest == "Quantity" {
					f += fmt.Sprint(" = ", v["comparator"], v["value"], " ", cmp.Or(text(v["code"]), text(v["unit"])))
				} else {
					f += " = " + strings.Join(fhirCodes(v), ",")
				}
			default:
				f += fmt.Sprint(" = ", v)
			}
		}
	}
	f += " " + strings.Join(fhirCodes(r["clinicalStatus"]), ",")
	if v := strings.Join(fhirCodes(r["verificationStatus"]), ","); v != "" && v != "confirmed" { // what C-CDA says is so unless it is denied or doubted
		f += " " + v
	}
	return f + fmt.Sprint(" is ", r["status"], r["lifecycleStatus"], " not ", r["doNotPerform"]), true
}

func text(v any) string {
	s, _ := v.(string)
	return s
}

func fhirCodes(v any) (codes []string) {
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			codes = append(codes, fhirCodes(x)...)
		}
	case map[string]any:
		list, _ := v["coding"].([]any)
		for _, x := range list {
			if m, ok := x.(map[string]any); ok && text(m["code"]) != "" {
				codes = append(codes, text(m["code"]))
			}
		}
		slices.Sort(codes)
	}
	return codes
}

// tally counts what came back.
type tally struct {
	sent, back map[string]int
	reasons    map[string]int
}

func newTally() *tally {
	return &tally{sent: map[string]int{}, back: map[string]int{}, reasons: map[string]int{}}
}

// add compares what went out with what came back of one input. It gives what did not.
func (s *tally) add(out, back []crossing) (lost []crossing) {
	left := map[crossing]int{}
	for _, c := range back {
		c.where = ""
		left[c]++
	}
	for _, c := range out {
		s.sent[c.where]++
		key := c
		key.where = ""
		if left[key] > 0 {
			left[key]--
			s.back[c.where]++
		} else {
			lost = append(lost, c)
		}
	}
	return lost
}

// share gives the part of the facts that came back, and logs the figures of each section.
func (s *tally) share(t *testing.T, title string) float64 {
	t.Helper()
	sent, back := 0, 0
	var b strings.Builder
	for _, where := range slices.Sorted(maps.Keys(s.sent)) {
		sent += s.sent[where]
		back += s.back[where]
		fmt.Fprintf(&b, "\n  %-28s %5d of %5d  %5.1f %%", where, s.back[where], s.sent[where], 100*float64(s.back[where])/float64(s.sent[where]))
	}
	for _, why := range slices.Sorted(maps.Keys(s.reasons)) {
		fmt.Fprintf(&b, "\n  reported where facts are lost: %6d × %s", s.reasons[why], why)
	}
	if sent == 0 {
		return 1
	}
	t.Logf("%s: %d of %d facts come back, %.2f %%%s", title, back, sent, 100*float64(back)/float64(sent), b.String())
	return float64(back) / float64(sent)
}

// leg converts inputs and gives, for each in its order, the outputs and the report.
func leg(t *testing.T, from, to string, typed bool, inputs ...string) []line {
	t.Helper()
	dir := t.TempDir()
	args := []string{"-from", from, "-to", to, "-now", "2026-01-01T00:00:00Z", "-jobs", "2", "-o", dir, "-report", filepath.Join(dir, "report.jsonl")}
	if typed {
		args = append(args, "-typed-only")
	}
	status, _, log := call(t, "", append(args, inputs...)...)
	require.Zero(t, status, log)
	return lines(t, filepath.Join(dir, "report.jsonl"))
}

func outputsOf(l line) []string {
	if len(l.Outputs) > 0 {
		return l.Outputs
	}
	return []string{l.Output}
}

// there and back: inputs through another format, and their facts before and after.
func cross(t *testing.T, title, from, via string, typed bool, inputs []string, facts func(t *testing.T, path string) []crossing, least float64) (others int) {
	t.Helper()
	s := newTally()
	to := from
	if from == "bulk" {
		to = "fhir"
	}
	forth := leg(t, from, via, typed, inputs...)
	var mid []string
	for i := range forth {
		mid = append(mid, outputsOf(forth[i])...)
	}
	reports := map[string]line{}
	for _, l := range leg(t, via, to, typed, mid...) {
		reports[l.Input] = l
	}
	for i, l := range forth {
		var back []crossing
		issues := slices.Clone(l.Issues)
		for _, m := range outputsOf(l) {
			issues = append(issues, reports[m].Issues...)
			for _, o := range outputsOf(reports[m]) {
				back = append(back, facts(t, o)...)
			}
		}
		// What C-CDA would tell as the patient's does not go through it.
		expected := facts(t, l.Input)
		expected = slices.DeleteFunc(expected, func(c crossing) bool {
			if c.where != "of another" {
				return false
			}
			require.False(t, slices.ContainsFunc(back, func(b crossing) bool { return b.fact == c.fact }), "%s %d: what is of another came back as the patient's", title, i)
			others++
			return true
		})
		lost := s.add(expected, back)
		if len(lost) == 0 {
			continue
		}
		// Nothing is lost in silence: what is not there is in the report of one of the two legs.
		named := false
		for _, x := range issues {
			switch x.Action {
			case "dropped", "altered", "withheld", "carried", "kept-as-text", "defaulted", "noted":
				named = true
				s.reasons[string(x.Code)]++
			}
		}
		require.True(t, named, "%s %d: facts are lost and no report says so", title, i)
		if os.Getenv("PORTAGE_SHOW") != "" {
			for _, c := range lost {
				code, _, _ := strings.Cut(c.fact, " ")
				near := slices.IndexFunc(back, func(b crossing) bool { return strings.HasPrefix(b.fact, code+" ") && b.fact != c.fact })
				was := "nothing of this code"
				if near >= 0 {
					was = back[near].fact
				}
				t.Logf("%s: lost %s: %s: %s; came back: %s", filepath.Base(l.Input), c.where, c.what, c.fact, was)
			}
		}
	}
	assert.GreaterOrEqual(t, s.share(t, title), least, title)
	return others
}

func ccdaFacts(t *testing.T, path string) []crossing {
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	return ccdaCrossings(parse(t, data))
}

func fhirFacts(t *testing.T, path string) []crossing {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		files, err := filepath.Glob(filepath.Join(path, "*.ndjson"))
		require.NoError(t, err)
		var all []crossing
		for _, f := range files {
			all = append(all, fhirFacts(t, f)...)
		}
		return all
	}
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	var rs []resource
	d := json.NewDecoder(strings.NewReader(string(data)))
	d.UseNumber()
	for d.More() {
		var r resource
		require.NoError(t, d.Decode(&r))
		rs = append(rs, r)
	}
	var all []resource
	for _, r := range rs {
		if r["resourceType"] != "Bundle" {
			all = append(all, r)
			continue
		}
		list, _ := r["entry"].([]any)
		for _, e := range list {
			m, _ := e.(map[string]any)
			if x, ok := m["resource"].(map[string]any); ok {
				all = append(all, x)
			}
		}
	}
	return fhirCrossings(all)
}

// sharedCorpus gives the files of a corpus, a few of them where the test is to be short.
func sharedCorpus(t *testing.T, dir, ext string) (all []string) {
	require.NoError(t, filepath.WalkDir(beside.Shared(t, "corpus", dir), func(p string, d os.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() && strings.EqualFold(filepath.Ext(p), ext) {
			all = append(all, p)
		}
		return err
	}))
	if testing.Short() {
		var some []string
		for i := 0; i < len(all); i += 10 {
			some = append(some, all[i])
		}
		return some
	}
	return all
}

// The parts of coded facts that must come back: of real documents, and of those
// that are made of what the other format has no element for (docs/fhir-to-ccda.md, What crosses).
const (
	atLeast   = 0.97
	ofOddOnes = 0.90
	ofUSCore  = 0.99
)

func TestCrossOwnDocuments(t *testing.T) {
	own, err := filepath.Glob("../../ccda/testdata/*.xml")
	require.NoError(t, err)
	for _, typed := range []bool{false, true} {
		cross(t, "C-CDA → FHIR → C-CDA, own documents, typed only "+strconv.FormatBool(typed), "ccda", "fhir", typed, append(own, sample), ccdaFacts, ofOddOnes)
	}
}

func TestCrossCorpusOfCCDA(t *testing.T) {
	for _, dir := range []string{"vendors", "r1.1"} {
		t.Run(dir, func(t *testing.T) {
			files := sharedCorpus(t, filepath.Join("ccda", dir), ".xml")
			for _, typed := range []bool{false, true} {
				cross(t, "C-CDA → FHIR → C-CDA, "+dir+", typed only "+strconv.FormatBool(typed), "ccda", "fhir", typed, files, ccdaFacts, atLeast)
			}
		})
	}
}

func TestCrossCorpusOfFHIR(t *testing.T) {
	files := sharedCorpus(t, "fhir/us-core-610-examples", ".json")
	for _, typed := range []bool{false, true} {
		cross(t, "FHIR → C-CDA → FHIR, US Core examples, typed only "+strconv.FormatBool(typed), "fhir", "ccda", typed, files, fhirFacts, ofUSCore)
	}
	if testing.Short() {
		return
	}
	cases := sharedCorpus(t, "fhir/fhir-test-cases-r4-examples", ".json")
	official := sharedCorpus(t, "fhir/r4-official-examples-json", ".json")
	for _, typed := range []bool{false, true} {
		cross(t, "FHIR → C-CDA → FHIR, test cases, typed only "+strconv.FormatBool(typed), "fhir", "ccda", typed, cases, fhirFacts, 0.99)
		others := cross(t, "FHIR → C-CDA → FHIR, R4's examples, typed only "+strconv.FormatBool(typed), "fhir", "ccda", typed, official, fhirFacts, 0.98)
		require.Equal(t, 1, others, "the mother's training")
	}
	bulk := beside.Shared(t, "corpus", "fhir", "bulk-10-patients")
	cross(t, "FHIR → C-CDA → FHIR, bulk", "bulk", "ccda", true, []string{bulk}, fhirFacts, 0.999)
}

func TestCrossGenerated(t *testing.T) {
	n := 40
	if testing.Short() {
		n = 5
	}
	dir := t.TempDir()
	var asFHIR, asRecord []string
	for seed := range n {
		rec := recordtest.Generate(uint64(seed), recordtest.Small)
		var b strings.Builder
		_, err := (&fhir.Exporter{}).Export(t.Context(), rec, &b, record.ExportOptions{})
		require.NoError(t, err)
		p := filepath.Join(dir, "p"+strconv.Itoa(seed)+".json")
		write(t, p, b.String())
		asFHIR = append(asFHIR, p)
		var r strings.Builder
		_, err = record.JSONFormat().Exporter.Export(t.Context(), rec, &r, record.ExportOptions{})
		require.NoError(t, err)
		p = filepath.Join(dir, "r"+strconv.Itoa(seed)+".json")
		write(t, p, r.String())
		asRecord = append(asRecord, p)
	}
	var asCCDA []string
	for _, l := range leg(t, "record", "ccda", false, asRecord...) {
		asCCDA = append(asCCDA, l.Output)
	}
	for _, typed := range []bool{false, true} {
		cross(t, "FHIR → C-CDA → FHIR, generated, typed only "+strconv.FormatBool(typed), "fhir", "ccda", typed, asFHIR, fhirFacts, atLeast)
		cross(t, "C-CDA → FHIR → C-CDA, generated, typed only "+strconv.FormatBool(typed), "ccda", "fhir", typed, asCCDA, ccdaFacts, atLeast)
	}
}
