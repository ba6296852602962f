package fhir

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"flag"
	"fmt"
	"hash"
	"io"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

var large = flag.Bool("large", false, "read and write attachments of 500 MB and bulk data of 1 GB, and compare what two hands do with one for more records")

// noise gives n bytes that no compression would guess.
type noise struct {
	n, at int64
	sum   hash.Hash
}

func (x *noise) Read(p []byte) (int, error) {
	if x.at == x.n {
		return 0, io.EOF
	}
	p = p[:min(int64(len(p)), x.n-x.at)]
	for i := range p {
		v := uint64(x.at+int64(i)) * 0x9e3779b97f4a7c15
		p[i] = byte(v >> 40)
	}
	x.at += int64(len(p))
	x.sum.Write(p)
	return len(p), nil
}

// encoded gives a reader's content as base64.
func encoded(r io.Reader) io.Reader {
	out, in := io.Pipe()
	go func() {
		e := base64.NewEncoder(base64.StdEncoding, in)
		_, err := io.Copy(e, r)
		if err == nil {
			err = e.Close()
		}
		in.CloseWithError(err)
	}()
	return out
}

// peak watches the heap until it is stopped, and gives the most that was in use beside what was before.
func peak() (stop func() uint64) {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	before := m.HeapAlloc
	var most atomic.Uint64
	done, ended := make(chan bool), make(chan bool)
	go func() {
		defer close(ended)
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most.Store(max(most.Load(), m.HeapAlloc-min(before, m.HeapAlloc)))
			select {
			case <-done:
				return
			case <-time.After(2 * time.Millisecond):
			}
		}
	}()
	return func() uint64 { close(done); <-ended; return most.Load() }
}

// TestLargeAttachment: content of any size is read into the host's store and written from there.
func TestLargeAttachment(t *testing.T) {
	size := int64(48 << 20)
	if *large {
		size = 500 << 20
	}
	n := &noise{n: size, sum: sha256.New()}
	in := io.MultiReader(strings.NewReader(`{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Patient","id":"p"}},{"resource":{"resourceType":"DocumentReference","id":"d","status":"current",
		"subject":{"reference":"Patient/p"},"content":[{"attachment":{"contentType":"image/tiff","data":"`), encoded(n), strings.NewReader(`","title":"scan"}}]}}]}`))
	stop := peak()
	start := time.Now()
	var rec *record.Record
	for x, err := range (Importer{}).Import(t.Context(), record.Input{Reader: in}, record.ImportOptions{Attachments: record.AttachmentDir(t.TempDir())}) {
		require.NoError(t, err)
		require.Zero(t, x.Report.Counts.Unaccounted())
		rec = x.Record
	}
	require.Len(t, rec.Notes, 1)
	read := time.Since(start)

	// What is written is read as it is written.
	out, w := io.Pipe()
	go func() {
		_, err := Exporter{}.Export(t.Context(), rec, w, record.ExportOptions{Now: testOptions.Now})
		w.CloseWithError(err)
	}()
	var again *record.Record
	for x, err := range (Importer{}).Import(t.Context(), record.Input{Reader: out}, record.ImportOptions{Attachments: record.AttachmentDir(t.TempDir())}) {
		require.NoError(t, err)
		again = x.Record
	}
	took, most := time.Since(start), stop()
	t.Logf("%d MB: read in %v, written and read again in %v; at most %d MB of memory", size>>20, read, took-read, most>>20)
	require.Less(t, most, uint64(24<<20))
	for _, r := range []*record.Record{rec, again} {
		f, err := r.Notes[0].Contents[0].Attachment.Data.Open()
		require.NoError(t, err)
		sum := sha256.New()
		_, err = io.Copy(sum, f)
		require.NoError(t, err)
		require.NoError(t, f.Close())
		require.Equal(t, n.sum.Sum(nil), sum.Sum(nil))
	}
}

// TestStreamedAsHeld: with a store an input says what it says without.
func TestStreamedAsHeld(t *testing.T) {
	long := strings.Repeat("QUJD", 50)
	doc := func(data string) string {
		return `{"resourceType":"DocumentReference","id":"d","status":"current","content":[{"attachment":{"contentType":"a/b","data":"` + data + `","title":"data"}}]}`
	}
	for name, c := range map[string]struct {
		text  string
		taken int
	}{
		"large":            {doc(long), 1},
		"small":            {doc("QUJD"), 0},
		"solidus escaped":  {doc(long + `\/\/\/\/`), 1},
		"no base64":        {doc(long + ` & \"more\" é`), 0},
		"an escape":        {doc(long + `\u0041BCD`), 0},
		"spread":           {doc(long + "    " + long), 0},
		"another member":   {`{"resourceType":"Patient","id":"p","data ":"` + long + `","name":[{"family":"data","text":"` + long + `"}]}`, 0},
		"carried":          {`{"resourceType":"Binary","id":"b","contentType":"a/b","data":"` + long + `"}`, 1},
		"a value as name":  {`{"resourceType":"Patient","id":"p","name":[{"family":"data"},{"family":"` + long + `"}]}`, 0},
		"lines":            {doc(long) + "\n\n" + doc(long+long) + "\n" + `{"resourceType":"Patient","id":"p"}`, 2},
		"data that is not": {`{"resourceType":"Patient","id":"p","data":["` + long + `"],"photo":[{"data":"` + long + `"},{"data": "` + long + `"}]}`, 2},
		"broken off":       {doc(long)[:200], 0},
		"empty":            {"", 0},
	} {
		t.Run(name, func(t *testing.T) {
			read := func(o record.ImportOptions) (out []string) {
				for x, err := range (Importer{}).Import(t.Context(), record.Input{Reader: strings.NewReader(c.text)}, o) {
					if err != nil {
						return append(out, fmt.Sprint(err != nil))
					}
					for i := range x.Record.Sources {
						for j := range x.Record.Sources[i].Items {
							x.Record.Sources[i].Items[j].Text = ""
						}
					}
					for i := range x.Record.Carried {
						x.Record.Carried[i].Words = "" // content of this size is not looked at for words, but here all is small
					}
					for i := range x.Report.Issues {
						x.Report.Issues[i].Column = 0
					}
					text, err := record.Marshal(x.Record)
					require.NoError(t, err)
					var back bytes.Buffer
					_, err = Exporter{}.Export(t.Context(), x.Record, &back, record.ExportOptions{Now: testOptions.Now})
					require.NoError(t, err)
					out = append(out, strings.ReplaceAll(string(text), `\/`, "/"), fmt.Sprint(x.Report), back.String())
				}
				return out
			}
			store := &counting{}
			require.Equal(t, read(record.ImportOptions{}), read(record.ImportOptions{Attachments: store, Limits: record.Limits{Inline: 100}}))
			if c.taken > 0 {
				require.Equal(t, c.taken, store.n)
			}
		})
	}
}

// counting is a store in memory.
type counting struct{ n int }

func (c *counting) Put(r io.Reader) (record.Blob, error) {
	b, err := io.ReadAll(r)
	c.n++
	return heldBlob(b), err
}

type heldBlob []byte

func (b heldBlob) Open() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil }
