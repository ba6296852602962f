package fhirproto_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/fhir/go/fhirversion"
	"github.com/google/fhir/go/jsonformat"
	dtpb "github.com/google/fhir/go/proto/google/fhir/proto/r4/core/datatypes_go_proto"
	bundlepb "github.com/google/fhir/go/proto/google/fhir/proto/r4/core/resources/bundle_and_contained_resource_go_proto"
	patientpb "github.com/google/fhir/go/proto/google/fhir/proto/r4/core/resources/patient_go_proto"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"github.com/portage-health/portage/fhir"
	"github.com/portage-health/portage/fhir/fhirproto"
	"github.com/portage-health/portage/record"
	"github.com/portage-health/portage/record/recordtest"
)

// read gives what the importer of package fhir makes of JSON, and fhirproto of a message.
func read(t testing.TB, text []byte, m proto.Message) (recs []*record.Record) {
	seq := (fhir.Importer{}).Import(t.Context(), record.Input{Bytes: text}, record.ImportOptions{})
	if m != nil {
		seq = fhirproto.Import(t.Context(), m, record.ImportOptions{})
	}
	for im, err := range seq {
		require.NoError(t, err)
		require.Zero(t, im.Report.Counts.Unaccounted())
		recs = append(recs, im.Record)
	}
	return recs
}

// same requires that two readings say the same, apart from the text that they were read from.
func same(t testing.TB, want, got []*record.Record, what any) {
	require.Len(t, got, len(want), what)
	for i := range want {
		require.Empty(t, record.Diff(want[i].Typed(), got[i].Typed(), record.IgnoreOrigins|record.IgnoreCarried), what)
		require.Len(t, got[i].Carried, len(want[i].Carried), what)
	}
}

// TestThereAndBack: a record that goes through the protos says what it says through JSON.
func TestThereAndBack(t *testing.T) {
	recs := []*record.Record{recordtest.Full()}
	for seed := range 10 {
		recs = append(recs, recordtest.Generate(uint64(seed), recordtest.Small))
	}
	for i, rec := range recs {
		b, rep, err := fhirproto.Export(t.Context(), rec, options)
		require.NoError(t, err)
		var text bytes.Buffer
		direct, err := fhir.Exporter{}.Export(t.Context(), rec, &text, options)
		require.NoError(t, err)
		require.Equal(t, direct, rep)
		same(t, read(t, text.Bytes(), nil), read(t, nil, b), i)
	}
}

// TestExamples: what jsonformat reads says the same to us by either way.
func TestExamples(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(shared(t), "corpus", "fhir", "us-core-610-examples", "*.json"))
	require.NoError(t, err)
	u, err := jsonformat.NewUnmarshaller("UTC", fhirversion.R4)
	require.NoError(t, err)
	n := 0
	for k, file := range files {
		if testing.Short() && k%10 != 0 {
			continue
		}
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		m, err := u.Unmarshal(text)
		if err != nil {
			continue // see TestStrictReaderOfCorpora
		}
		n++
		same(t, read(t, text, nil), read(t, nil, m), file)
	}
	t.Log(n, "examples")
}

// TestRefused: a resource that the protos cannot hold costs what they cannot hold of it.
func TestRefused(t *testing.T) {
	const text = `{"resourceType": "Bundle", "type": "collection", "entry": [
		{"resource": {"resourceType": "Patient", "id": "p", "nickname": "Quixotica"}},
		{"resource": {"resourceType": "Condition", "id": "c", "subject": {"reference": "Patient/p"}, "code": {"text": "ache"}}},
		{"resource": {"resourceType": "Sorcery", "id": "x", "spell": "Quixotica"}}]}`
	rec := read(t, []byte(text), nil)[0]
	b, rep, err := fhirproto.Export(t.Context(), rec, options)
	require.NoError(t, err)
	require.Len(t, b.GetEntry(), 2)
	require.Equal(t, "p", b.GetEntry()[0].GetResource().GetPatient().GetId().GetValue())
	require.Equal(t, "ache", b.GetEntry()[1].GetResource().GetCondition().GetCode().GetText().GetValue())
	var lost []string
	for _, i := range rep.Issues {
		if i.Code == record.IssueLost.Code {
			lost = append(lost, string(i.Severity)+" "+i.Path)
		}
		require.NotContains(t, fmt.Sprint(i), "Quixotica")
	}
	require.Equal(t, []string{"warning Bundle.entry[0].resource", "error Bundle.entry[2].resource"}, lost)
}

func TestNotR4(t *testing.T) {
	for _, m := range []proto.Message{nil, (*patientpb.Patient)(nil), &bundlepb.ContainedResource{}, &dtpb.HumanName{}} {
		for im, err := range fhirproto.Import(t.Context(), m, record.ImportOptions{}) {
			require.Nil(t, im)
			require.ErrorIs(t, err, fhirproto.ErrNotR4)
		}
	}
}

// TestErrorsHoldNoValues: what jsonformat says of a value stays there.
func TestErrorsHoldNoValues(t *testing.T) {
	m := &patientpb.Patient{Extension: []*dtpb.Extension{{Url: &dtpb.Uri{Value: "http://quixotica.example"}, Value: &dtpb.Extension_ValueX{}}},
		BirthDate: &dtpb.Date{ValueUs: 1, Timezone: "Quixotica"}}
	for im, err := range fhirproto.Import(t.Context(), m, record.ImportOptions{}) {
		require.Nil(t, im)
		require.ErrorIs(t, err, fhirproto.ErrUnwritable)
		require.False(t, strings.Contains(strings.ToLower(err.Error()), "quixotica"))
	}
}

func Example() {
	m := &patientpb.Patient{Id: &dtpb.Id{Value: "p1"}, Name: []*dtpb.HumanName{{Family: &dtpb.String{Value: "Orchard"}}}}
	for im, err := range fhirproto.Import(context.Background(), m, record.ImportOptions{}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		b, rep, err := fhirproto.Export(context.Background(), im.Record, record.ExportOptions{})
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(b.GetEntry()[0].GetResource().GetPatient().GetName()[0].GetFamily().GetValue(), rep.Counts.Lost)
	}
	// Output: Orchard 0
}
