package fhir

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
	"github.com/portage-health/portage/record/recordtest"
)

// saidBy gives all that an import says: records and reports, with the work parted so. Nothing where the input is none.
func saidBy(t testing.TB, data []byte, h handing) string {
	t.Helper()
	d, err := parse(data, record.Limits{}, tree.BorrowJSON)
	if err != nil {
		return ""
	}
	defer d.tree.GiveBack()
	d.hands = h
	var b bytes.Buffer
	out := json.NewEncoder(&b)
	for rec, rep := range d.Import(record.ImportOptions{}) {
		require.NoError(t, out.Encode(rec))
		require.NoError(t, out.Encode(rep))
	}
	return b.String()
}

// parted are the ways to part the work: small blocks for one hand, for the other, in turns, and for who comes first.
var parted = []handing{{20, ownHand}, {20, helpHand}, {20, eachHand}, {20, anyHand}, {200, eachHand}, {1000, helpHand}, {}}

func requireParted(t testing.TB, data []byte, what string) {
	t.Helper()
	want := saidBy(t, data, handing{least: 1 << 30})
	for _, h := range parted {
		if got := saidBy(t, data, h); got != want {
			t.Fatalf("%s: with blocks of %d for %d the import says something else", what, h.least, h.who)
		}
	}
}

// TestHands: what is imported does not depend on who read what.
func TestHands(t *testing.T) {
	n := 3
	if *large {
		n = 40
	}
	for i := range uint64(n) {
		for _, x := range []Exporter{{}, {Bundle: BundleTransaction}, {Form: XML}, {Form: NDJSON}} {
			var out bytes.Buffer
			_, err := x.Export(t.Context(), recordtest.Generate(i, recordtest.Medium), &out, record.ExportOptions{Now: time.Unix(0, 0).UTC()})
			require.NoError(t, err)
			requireParted(t, out.Bytes(), fmt.Sprintf("generated %d, %v", i, x))
		}
	}
	for _, typedOnly := range []bool{false, true} {
		var out bytes.Buffer
		_, err := Exporter{}.Export(t.Context(), recordtest.Full(), &out, record.ExportOptions{Now: time.Unix(0, 0).UTC(), TypedOnly: typedOnly})
		require.NoError(t, err)
		requireParted(t, out.Bytes(), "full")
	}
}

// TestHandsOfCorpora is TestHands for what others wrote.
func TestHandsOfCorpora(t *testing.T) {
	for _, dir := range append([]string{"google-fhir-jsonformat", "smart-health-cards"}, roundTripCorpora...) {
		t.Run(dir, func(t *testing.T) {
			t.Parallel()
			var all bytes.Buffer // of many patients, and of none
			for _, file := range corpus(t, dir) {
				data, err := os.ReadFile(file)
				require.NoError(t, err)
				if len(data) > 1<<20 && testing.Short() {
					continue
				}
				requireParted(t, data, file)
				if json.Valid(data) && all.Len() < 4<<20 {
					require.NoError(t, json.Compact(&all, data))
					all.WriteByte('\n')
				}
			}
			requireParted(t, all.Bytes(), "all")
		})
	}
}

// TestHandsOfOnePatient is TestHands for large Bundles of one patient.
func TestHandsOfOnePatient(t *testing.T) {
	var all bytes.Buffer
	for _, file := range corpus(t, "bulk-10-patients") {
		if strings.HasSuffix(file, "log.ndjson") {
			continue
		}
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		all.Write(data)
	}
	for x, err := range (Importer{}).Import(t.Context(), record.Input{Bytes: all.Bytes()}, record.ImportOptions{}) {
		require.NoError(t, err)
		for _, o := range []record.ExportOptions{{}, {TypedOnly: true}} {
			var one bytes.Buffer
			_, err := (Exporter{Bundle: BundleCollection}).Export(t.Context(), x.Record, &one, o)
			require.NoError(t, err)
			requireParted(t, one.Bytes(), "a patient")
		}
	}
}

// manyOf gives a Bundle of a patient with n resources after another.
func manyOf(n int, resource func(i int) string) []byte {
	var b strings.Builder
	b.WriteString(`{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Patient","id":"p"}}`)
	for i := range n {
		fmt.Fprintf(&b, `,{"resource":%s}`, resource(i))
	}
	b.WriteString("]}")
	return []byte(b.String())
}

// TestHandsWhereOrderCounts holds inputs in which what a resource becomes depends on those before it.
func TestHandsWhereOrderCounts(t *testing.T) {
	own := func(inner string) string {
		return `"extension":[{"url":"` + extRecord + `","extension":[` + inner + `]}]`
	}
	for name, data := range map[string][]byte{
		"readings with one id": manyOf(60, func(i int) string {
			return fmt.Sprintf(`{"resourceType":"Observation","id":"o%d","status":"final","code":{"text":"pressure"},"subject":{"reference":"Patient/p"},"component":[
				{"code":{"text":"high"},"valueInteger":1},{%s,"code":{"text":"low"},"valueInteger":2}]}`, i, own(`{"url":"id","valueString":"11111111-1111-4111-8111-11111111111`+fmt.Sprint(i%7)+`"}`))
		}),
		"a medicine of many with fields of its own": manyOf(60, func(i int) string {
			if i == 40 {
				return `{"resourceType":"Medication","id":"m",` + own(`{"url":"name","valueString":"invented"}`) + `,"code":{"text":"something"}}`
			}
			return fmt.Sprintf(`{"resourceType":"MedicationRequest","id":"r%d","status":"active","intent":"order","subject":{"reference":"Patient/p"},"medicationReference":{"reference":"Medication/m"}}`, i)
		}),
		"a medicine of many": manyOf(60, func(i int) string {
			if i == 20 {
				return `{"resourceType":"Medication","id":"m","code":{"text":"something"},"amount":{"numerator":{"value":1}},"unheard":"of"}`
			}
			return fmt.Sprintf(`{"resourceType":"MedicationRequest","id":"r%d","status":"active","intent":"order","subject":{"reference":"Patient/p"},"medicationReference":{"reference":"Medication/m"}}`, i)
		}),
		"two patients of one record": manyOf(60, func(i int) string {
			if i == 50 {
				return `{"resourceType":"Patient","id":"p","birthDate":"1970"}`
			}
			return fmt.Sprintf(`{"resourceType":"Condition","id":"c%d","code":{"text":"something"},"subject":{"reference":"Patient/p"},"modifierExtension":[{"url":"http://example.org/%d"}]}`, i, i)
		}),
		"others' resources and odd ones": manyOf(60, func(i int) string {
			return fmt.Sprintf(`{"resourceType":"Condition","id":"c%d","code":{"text":"something"},"subject":{"reference":"Patient/%d"},"contained":[{"resourceType":"Patient","id":"x"}],"onsetAge":[%d]}`, i, i%2, i)
		}),
		"nobody's": []byte(strings.Replace(string(manyOf(60, func(i int) string {
			return fmt.Sprintf(`{"resourceType":"Procedure","id":"c%d","status":"completed","subject":{"reference":"Patient/%d","display":"x"}}`, i, 7)
		})), `{"resourceType":"Patient","id":"p"}`, `{"resourceType":"Location","id":"p"}`, 1)),
	} {
		requireParted(t, data, name)
	}
}

// TestHandsFail: what one of the hands fails of comes up where the import was called.
func TestHandsFail(t *testing.T) {
	bad := errors.New("bad")
	for _, who := range []hand{anyHand, ownHand, helpHand, eachHand} {
		for at := range 8 {
			if who == anyHand && at != 0 {
				continue
			}
			done := make([]bool, 8)
			do := func(i int, _ *block) {
				if done[i] = true; i == at {
					panic(bad)
				}
			}
			require.PanicsWithValue(t, bad, func() { twoHands(make([]block, 8), who, do, do) })
		}
	}
}

// TestFieldsOfBlocks: every field of a record that reading sets is joined.
func TestFieldsOfBlocks(t *testing.T) {
	for i := range reflect.TypeFor[record.Record]().NumField() {
		f := reflect.TypeFor[record.Record]().Field(i)
		switch f.Name {
		case "Patient": // of one resource alone
		case "Subject", "Merging": // nobody's where records are parted; nobody's on import
		default:
			require.Equal(t, reflect.Slice, f.Type.Kind(), f.Name)
		}
	}
	for list, name := range roomyFields {
		_, ok := reflect.TypeFor[record.Record]().FieldByName(name)
		require.True(t, ok, list)
	}
}

// TestJoinedLists: lists are joined where they are, moved up, or moved elsewhere.
func TestJoinedLists(t *testing.T) {
	for name, fill := range map[string][3]int{"all": {3, 4, 3}, "fewer": {1, 4, 2}, "none": {0, 0, 3}, "more": {3, 6, 1}, "more than all": {9, 9, 9}, "empty": {}} {
		room := make([]int, 0, 10)
		var lists []reflect.Value
		var want []int
		for i, at := range []int{0, 3, 7} {
			l := room[at:at:min(at+4, 10)]
			if i == 0 {
				l = room[at:at:3]
			}
			for k := range fill[i] {
				l = append(l, 100*i+k)
			}
			if want = append(want, l...); len(l) > 0 {
				lists = append(lists, reflect.ValueOf(l))
			}
		}
		if len(lists) > 0 {
			joinLists(reflect.ValueOf(&room).Elem(), lists)
		}
		require.ElementsMatch(t, want, room, name)
		require.Equal(t, fmt.Sprint(want), fmt.Sprint(room), name)
	}
}

// TestLineThatIsNoResource: its path is its place among the lines, whatever was read before it.
func TestLineThatIsNoResource(t *testing.T) {
	_, reps := imported(t, []byte("{\"resourceType\":\"Patient\",\"id\":\"p\"}\n{\"odd\":1}\n{\"resourceType\":\"Basic\",\"id\":\"b\"}\n"))
	require.Len(t, reps, 1)
	var paths []string
	for _, i := range reps[0].Issues {
		paths = append(paths, i.Path)
	}
	require.Contains(t, paths, "[1]")
}
