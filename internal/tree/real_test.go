package tree

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func eachFile(t *testing.T, dir string, do func(path string, data []byte)) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(shared(t, dir), func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err == nil {
			do(path, data)
		}
		return err
	}))
}

func TestRealXML(t *testing.T) {
	read, repaired := 0, 0
	for _, dir := range []string{"corpus/ccda", "corpus/fhir"} {
		eachFile(t, dir, func(path string, data []byte) {
			if !strings.EqualFold(filepath.Ext(path), ".xml") {
				return
			}
			d, err := ParseXML(data, XMLOptions{WellKnown: wellKnown})
			if err != nil {
				_, standard := standardEvents(data)
				if standard == nil {
					var syntax *SyntaxError
					require.ErrorAs(t, err, &syntax)
					require.True(t, stricterXML(data, syntax), "%s: %v", path, err)
				}
				return
			}
			read++
			checkTree(t, d)
			if len(d.Repairs()) > 0 {
				repaired++
			} else {
				want, err := standardEvents(d.Source())
				require.NoError(t, err, path)
				got := events(d)
				require.Len(t, got, len(want), path)
				for i := range want {
					if want[i] != got[i] {
						t.Fatalf("%s: event %d: %s, want %s", path, i, got[i], want[i])
					}
				}
			}
			for i := 0; i < d.Len(); i += 1 + d.Len()/50 {
				if n := d.Node(i); n.Kind() == Element {
					part, err := ParseXML(n.Fragment(), XMLOptions{})
					require.NoError(t, err, "%s: %s", path, n.Path(nil))
					require.Equal(t, show(n), show(part.Root()), path)
				}
			}
		})
	}
	t.Logf("%d documents read, %d of them repaired", read, repaired)
	require.Greater(t, read, 800)
}

func TestRealJSON(t *testing.T) {
	read := 0
	eachFile(t, "corpus/fhir", func(path string, data []byte) {
		var docs [][]byte
		switch filepath.Ext(path) {
		case ".ndjson":
			docs = bytes.Split(bytes.TrimSpace(data), []byte("\n"))
		case ".json", ".smart-health-card":
			docs = [][]byte{data}
		}
		var p Parser
		for _, doc := range docs {
			d, err := ParseJSON(doc, Limits{})
			want, standard := standardJSON(doc)
			if err != nil {
				if standard == nil {
					var syntax *SyntaxError
					require.ErrorAs(t, err, &syntax)
					require.True(t, stricterJSON(syntax), "%s: %v", path, err)
				}
				continue
			}
			read++
			require.NoError(t, standard, path)
			checkTree(t, d)
			if got := show(d.Root()); want != got {
				t.Fatalf("%s: content differs from that of encoding/json", path)
			}
			again, err := p.JSON(doc)
			require.NoError(t, err)
			if got := show(again.Root()); want != got {
				t.Fatalf("%s: content differs in a Parser used again", path)
			}
		}
	})
	t.Logf("%d texts read", read)
	require.Greater(t, read, 1000)
}

// standardJSON reads with encoding/json and writes what it reads as show does.
func standardJSON(data []byte) (string, error) {
	if !json.Valid(data) {
		return "", errInvalid
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	return standardValue(dec)
}
