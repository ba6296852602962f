package portage

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"
)

// EHIManifest is the manifest of an export (manifest.json). It names every file
// there is, those of the parts by the manifests of these.
type EHIManifest struct {
	Version       string         `json:"portageEHI"` // 1
	Made          time.Time      `json:"made"`
	Basis         string         `json:"basis"`
	Documentation string         `json:"documentation"`
	Producer      string         `json:"producer,omitempty"`
	Forms         []EHIFormCount `json:"forms"`
	Tables        []string       `json:"tables,omitempty"`
	Patients      int            `json:"patients"`
	// Failed counts patients who are not in the export because they could not be read or written.
	Failed int `json:"failed,omitempty"`
	Parts  int `json:"parts"`
	// Count and Bytes are of all files of all parts.
	Count int   `json:"count"`
	Bytes int64 `json:"bytes"`
	// Files are the documentation, and of each part its manifest and, where it is one, its zip.
	Files []EHIFile `json:"files"`
}

// EHIFormCount is a form with the sums of what it holds and what it could not express.
type EHIFormCount struct {
	Name      string `json:"name"`
	MediaType string `json:"mediaType"`
	Version   string `json:"version,omitempty"`
	Exported  int    `json:"exported"` // leaves of the records
	Lost      int    `json:"lost"`     // leaves that it has no place for; each is in a report
}

// EHIPart is the manifest of a part (parts/NNNNNN.json).
type EHIPart struct {
	Version  string         `json:"portageEHIPart"` // 1
	Part     int            `json:"part"`
	Failed   int            `json:"failed,omitempty"`
	Forms    []EHIFormCount `json:"forms"`
	Patients []EHIFolder    `json:"patients"`
	// Zip is the file that holds the others, where they are in one.
	Zip *EHIFile `json:"zip,omitempty"`
}

// EHIFolder is what there is of one patient.
type EHIFolder struct {
	Folder string    `json:"folder"`
	Files  []EHIFile `json:"files"`
}

// EHIFile is one file, with its name from the top of the export.
type EHIFile struct {
	Name      string `json:"name"`
	Kind      string `json:"kind"` // record, report, original, attachment, table, documentation, part, zip, or the name of a form
	MediaType string `json:"mediaType"`
	Bytes     int64  `json:"bytes"`
	SHA256    string `json:"sha256"`
	// Source is the id of the record's source that an original is of.
	Source string `json:"source,omitempty"`
}

const (
	ehiVersion      = "1"
	ehiBasis        = "45 CFR 170.315(b)(10)"
	ehiManifestName = "manifest.json"
	ehiJournalName  = "journal.ndjson"
	ehiPartsName    = "parts"
)

var errEHIManifest = errors.New("portage: a manifest of the export is not as it should be")

func ehiPartName(n int) string { return fmt.Sprintf("%s/%06d", ehiPartsName, n) }

// marshalEHI writes a manifest.
func marshalEHI(v any) ([]byte, error) {
	b, err := json.MarshalIndent(v, "", " ")
	return append(b, '\n'), err
}

func (m *EHIManifest) check() error {
	if m.Version != ehiVersion || m.Parts < 0 || m.Patients < 0 {
		return errEHIManifest
	}
	for i := range m.Files {
		if err := m.Files[i].check(""); err != nil {
			return err
		}
	}
	return nil
}

func (p *EHIPart) check(n int) error {
	if p.Version != ehiVersion || p.Part != n {
		return errEHIManifest
	}
	dir := ehiPartName(n) + "/"
	for _, f := range p.Patients {
		if strings.ContainsAny(f.Folder, "/\\") || f.Folder == "" {
			return errEHIManifest
		}
		for i := range f.Files {
			if err := f.Files[i].check(dir + f.Folder + "/"); err != nil {
				return err
			}
		}
	}
	if p.Zip != nil && p.Zip.Name != ehiPartName(n)+".zip" {
		return errEHIManifest
	}
	return nil
}

// check refuses a name that leads anywhere else, and a digest that is none.
func (f *EHIFile) check(under string) error {
	b, err := hex.DecodeString(f.SHA256)
	if err != nil || len(b) != 32 || f.Bytes < 0 || !strings.HasPrefix(f.Name, under) || !ehiPath(f.Name) {
		return errEHIManifest
	}
	return nil
}

// ehiPath reports whether a name leads from the top of an export to a file in it, on every system.
func ehiPath(name string) bool {
	if !fs.ValidPath(name) || name == "." || len(name) > 255 {
		return false
	}
	for part := range strings.SplitSeq(name, "/") {
		if strings.HasPrefix(part, ".") || strings.HasSuffix(part, ".") {
			return false
		}
		for _, c := range []byte(part) {
			if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '.' && c != '-' && c != '_' {
				return false
			}
		}
	}
	return true
}

// unmarshalEHI reads a manifest and nothing else.
func unmarshalEHI(data []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil || d.More() {
		return errEHIManifest // without the words of the decoder, which may be those of the file
	}
	return nil
}

// add sums up another count of the same forms.
func addForms(to, of []EHIFormCount) {
	for i := range to {
		for _, c := range of {
			if c.Name == to[i].Name {
				to[i].Exported += c.Exported
				to[i].Lost += c.Lost
			}
		}
	}
}
