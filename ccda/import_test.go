package ccda

import (
	"bytes"
	"context"
	"flag"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
	"github.com/portage-health/portage/record/recordtest"
)

var update = flag.Bool("update", false, "write the golden files anew")

func read(t testing.TB, name string) []byte {
	data, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(t, err)
	return data
}

var own = []string{"full-r21.xml", "minimal.xml", "r11.xml", "odd.xml", "procedures.xml", "equipment.xml", "social.xml", "papers.xml", "imaging.xml", "unstructured.xml", "careplan.xml"}

func TestGolden(t *testing.T) {
	for _, name := range own {
		t.Run(name, func(t *testing.T) {
			rec, rep, err := Import(context.Background(), read(t, name), record.ImportOptions{})
			require.NoError(t, err)
			require.Zero(t, rep.Counts.Unaccounted())
			got, err := record.Marshal(rec)
			require.NoError(t, err)
			var b bytes.Buffer
			b.Write(got)
			b.WriteByte('\n')
			for _, i := range rep.Issues {
				if i.Code != record.IssueCarried.Code {
					b.WriteString(i.Code + " " + i.Path + "\n")
				}
			}
			file := filepath.Join("testdata", strings.TrimSuffix(name, ".xml")+".golden")
			if *update {
				require.NoError(t, os.WriteFile(file, b.Bytes(), 0o644))
			}
			want, err := os.ReadFile(file)
			require.NoError(t, err)
			require.Equal(t, string(want), b.String())
		})
	}
}

// Two imports of one input give the same bytes; a key changes every id.
func TestStable(t *testing.T) {
	data := read(t, "full-r21.xml")
	marshal := func(o record.ImportOptions) string {
		rec, _, err := Import(context.Background(), data, o)
		require.NoError(t, err)
		b, err := record.Marshal(rec)
		require.NoError(t, err)
		return string(b)
	}
	a := marshal(record.ImportOptions{})
	require.Equal(t, a, marshal(record.ImportOptions{}))
	rec, _, err := Import(context.Background(), data, record.ImportOptions{IDKey: []byte("a key of the host's")})
	require.NoError(t, err)
	require.NotContains(t, a, rec.Patient.ID)
}

// classifying is an Importer that tells what it counted each leaf as.
type classifying struct{ Importer }

func (classifying) Classify(_ context.Context, in record.Input, o record.ImportOptions) (map[int]recordtest.Class, error) {
	d, err := Parse(in.Bytes, o.Limits)
	if err != nil {
		return nil, err
	}
	r := d.reading(o)
	out := map[int]recordtest.Class{}
	for i, n := range numbered(in.Bytes, r.doc) {
		switch {
		case r.led.Taken(n.Index()):
			out[i] = recordtest.Mapped
		case r.led.Scaffolded(n.Index()):
			out[i] = recordtest.Scaffold
		default:
			out[i] = recordtest.Carried
		}
	}
	return out, nil
}

// numbered gives the leaves of d, which was read from data, by the numbers that they have where white space between elements
// counts too.
func numbered(data []byte, d *tree.Doc) iter.Seq2[int, tree.Node] {
	return func(yield func(int, tree.Node) bool) {
		whole, err := tree.ParseXML(data, tree.XMLOptions{WellKnown: map[string]string{"xsi": spaceXSI, "sdtc": spaceSDTC}})
		if err != nil {
			return
		}
		next, stop := iter.Pull(d.Leaves())
		defer stop()
		for n := range whole.Leaves() {
			if m, ok := next(); !ok || m.Offset() != n.Offset() || !yield(n.Index(), m) {
				return
			}
		}
	}
}

func TestConservation(t *testing.T) {
	for _, name := range own[:3] {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data := read(t, name)
			leaves, err := recordtest.XMLLeaves(data)
			require.NoError(t, err)
			recordtest.CheckImport(t, classifying{}, data, leaves, recordtest.ImportCheck{})
		})
	}
}

func TestErrors(t *testing.T) {
	for _, c := range []struct{ name, data, want string }{
		{"empty", "", "ccda: 1:1: there is no root element"},
		{"no XML", "MSH|^~\\&|", "ccda: 1:1: text before or after the root element"},
		{"cut short", "<ClinicalDocument xmlns=\"urn:hl7-org:v3\">\n <id", "ccda: 2:5: the document ends too early"},
		{"another root", "<Bundle xmlns=\"http://hl7.org/fhir\"/>", "ccda: 1:1: the root element is no ClinicalDocument of HL7 CDA R2"},
		{"another namespace", "<ClinicalDocument xmlns=\"urn:other\"/>", "ccda: 1:1: the root element is no ClinicalDocument of HL7 CDA R2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			rec, _, err := Import(context.Background(), []byte(c.data), record.ImportOptions{})
			require.EqualError(t, err, c.want)
			require.Nil(t, rec)
		})
	}
	_, _, err := Import(context.Background(), read(t, "full-r21.xml"), record.ImportOptions{Limits: record.Limits{Nodes: 100}})
	require.ErrorContains(t, err, "limit of nodes")
}

func TestDetect(t *testing.T) {
	f := Format()
	require.True(t, f.Detect(read(t, "full-r21.xml")[:1024]))
	require.True(t, f.Detect([]byte("<n1:ClinicalDocument xmlns:n1='urn:hl7-org:v3'>")))
	require.True(t, f.Detect([]byte("<\x00C\x00l\x00i\x00n\x00i\x00c\x00a\x00l\x00D\x00o\x00c\x00u\x00m\x00e\x00n\x00t\x00")))
	require.False(t, f.Detect([]byte(`{"resourceType":"Bundle"}`)))
}

// A document in another namespace prefix, or in none, reads the same.
func TestNamespaces(t *testing.T) {
	data := string(read(t, "r11.xml"))
	plain, _, err := Import(context.Background(), []byte(data), record.ImportOptions{})
	require.NoError(t, err)
	none := strings.Replace(data, ` xmlns="urn:hl7-org:v3"`, "", 1)
	bare, rep, err := Import(context.Background(), []byte(none), record.ImportOptions{})
	require.NoError(t, err)
	require.Zero(t, rep.Counts.Unaccounted())
	require.Equal(t, plain.Patient.Names, bare.Patient.Names)
	require.Equal(t, len(plain.Allergies), len(bare.Allergies))
}

// Every ClinicalDocument of the corpus converts, with nothing unaccounted for.
func TestCorpus(t *testing.T) {
	n := 0
	for _, f := range corpusFiles(t) {
		data, err := os.ReadFile(f)
		require.NoError(t, err)
		rec, rep, err := Import(context.Background(), data, record.ImportOptions{})
		if err != nil {
			continue
		}
		n++
		require.Zero(t, rep.Counts.Unaccounted(), f)
		sum := 0
		for i := range rec.Carried {
			sum += rec.Carried[i].Facts
			require.NotContains(t, rec.Carried[i].Path, " ", f)
		}
		require.Equal(t, rep.Counts.Carried, sum, f)
		_, err = record.Marshal(rec)
		require.NoError(t, err, f)
	}
	require.Greater(t, n, 200)
}

// A reader in place of bytes, through the interface.
func TestImporterReader(t *testing.T) {
	n := 0
	for got, err := range Format().Importer.Import(context.Background(), record.Input{Reader: bytes.NewReader(read(t, "minimal.xml"))}, record.ImportOptions{}) {
		require.NoError(t, err)
		require.Equal(t, "1999", got.Record.Patient.BirthTime.Value)
		n++
	}
	require.Equal(t, 1, n)
	for _, err := range (Importer{}).Import(context.Background(), record.Input{Reader: bytes.NewReader(read(t, "r11.xml"))}, record.ImportOptions{Limits: record.Limits{Bytes: 100}}) {
		require.ErrorContains(t, err, "limit of bytes")
	}
}

func FuzzImport(f *testing.F) {
	for _, name := range own {
		f.Add(read(f, name))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		limits := record.Limits{Bytes: 1 << 20, Depth: 64, Nodes: 50_000}
		rec, rep, err := Import(context.Background(), data, record.ImportOptions{Limits: limits})
		if err != nil {
			require.Nil(t, rec)
			return
		}
		require.Zero(t, rep.Counts.Unaccounted())
		for _, i := range rep.Issues {
			for step := range strings.SplitSeq(i.Path, "/") {
				name, _, _ := strings.Cut(strings.TrimPrefix(step, "@"), "[")
				require.True(t, name == "?" || name == "text()" || knownName(name), "a path holds what is no name of CDA's")
			}
		}
	})
}

func BenchmarkImport(b *testing.B) {
	data := read(b, "full-r21.xml")
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := Import(context.Background(), data, record.ImportOptions{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCorpus(b *testing.B) {
	var docs [][]byte
	n := 0
	for _, f := range corpusFiles(b) {
		data, err := os.ReadFile(f)
		require.NoError(b, err)
		if _, err := Parse(data, record.Limits{}); err == nil {
			docs, n = append(docs, data), n+len(data)
		}
	}
	b.SetBytes(int64(n))
	b.ReportAllocs()
	for b.Loop() {
		for _, data := range docs {
			_, _, _ = Import(context.Background(), data, record.ImportOptions{})
		}
	}
}
