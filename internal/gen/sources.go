package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// The folders of the sources, below the shared folder.
const (
	packageDir      = "oracles/fhir/packages"
	namingSystemDir = "spec/terminology/naming-systems"
	conceptMapDir   = "spec/ccda-on-fhir/maps"
)

// A pin names one FHIR package and the bytes it must have.
type pin struct{ name, version, sha256 string }

func (p pin) String() string { return p.name + " " + p.version }

// The packages, all CC0 by their own manifests.
var (
	tho        = pin{"hl7.terminology.r4", "7.0.1", "88e41f799298336c5cdf81d598d530e87780d44d7042b9f7bcf5bc07ce07495f"}
	r4         = pin{"hl7.fhir.r4.core", "4.0.1", "e9ef16eb3e28ebf86893a307fede081dfcae79de29f305f9a7371aa438277f2a"}
	usCore     = pin{"hl7.fhir.us.core", "6.1.0", "5ac27670a315b9abecb3b44b93d62a0ae245d975189ab1d9d79383e60eb5f70e"}
	usCore7    = pin{"hl7.fhir.us.core", "7.0.0", "5be6aad39777283b0aaabf41f912bc557d4d707e499fa34a8b247e8adb8ef926"}
	usCore8    = pin{"hl7.fhir.us.core", "8.0.0", "9aa6646d5bf9163427039a54d97b323bdbe5f5852e7d30f0aa4d370ffce012b2"}
	usCoreRace = pin{"hl7.fhir.us.core", "3.1.1", "9a08a26463ad09c10972bb6a81cac0f913b972ad24aa888720d7220fbdb1f2b4"}
)

// sources is everything the tables are made of.
type sources struct {
	packages      map[pin]*pkg
	namingSystems []namingSystem
	namingHash    string
	maps          []conceptMap
	mapsHash      string
}

// pkg is the terminology of one FHIR package.
type pkg struct {
	codeSystems []codeSystem
	valueSets   []valueSet
	structures  []structure
}

type codeSystem struct {
	ID            string
	URL           string
	Version       string
	Name, Title   string
	Status        string
	Content       string
	Copyright     string
	CaseSensitive *bool
	Identifier    []struct{ Value string }
	Concept       []concept
}

type concept struct {
	Code, Display string
	Property      []property
	Concept       []concept
}

type property struct {
	Code         string
	ValueCode    string
	ValueString  string
	ValueBoolean *bool
	ValueDate    string `json:"valueDateTime"`
}

type valueSet struct {
	ID         string
	URL        string
	Version    string
	Status     string
	Identifier []struct{ Value string }
	Compose    *struct {
		Inactive *bool
		Include  []include
		Exclude  []include
	}
}

type include struct {
	System   string
	Version  string
	Concept  []struct{ Code, Display string }
	Filter   []struct{ Property, Op, Value string }
	ValueSet []string
}

type structure struct {
	ID, URL, Name, Type, Kind, Derivation string
	BaseDefinition                        string
	Snapshot                              struct {
		Element []elementDefinition
	}
}

type elementDefinition struct {
	ID, Path         string
	SliceName        string
	Representation   []string
	Min              int
	Max              string
	ContentReference string
	Type             []elementType
	IsModifier       bool
	IsSummary        bool
	Binding          *binding
	Slicing          *struct {
		Rules         string
		Discriminator []struct{ Type, Path string }
	}
	Constraint []struct{ Key string }

	// Fixed is what fixed[x] or pattern[x] holds, Pattern whether it is a pattern.
	Fixed   json.RawMessage `json:"-"`
	Pattern bool            `json:"-"`
}

type binding struct {
	Strength  string
	ValueSet  string
	Extension []struct{ URL, ValueCanonical string }
}

// UnmarshalJSON reads fixed[x] and pattern[x] under one name.
func (e *elementDefinition) UnmarshalJSON(data []byte) error {
	type plain elementDefinition
	if err := json.Unmarshal(data, (*plain)(e)); err != nil {
		return err
	}
	if !bytes.Contains(data, []byte(`"fixed`)) && !bytes.Contains(data, []byte(`"pattern`)) {
		return nil
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(data, &all); err != nil {
		return err
	}
	for name, v := range all {
		if rest, ok := strings.CutPrefix(name, "pattern"); ok && rest != "" {
			e.Fixed, e.Pattern = v, true
		} else if rest, ok := strings.CutPrefix(name, "fixed"); ok && rest != "" {
			e.Fixed = v
		}
	}
	return nil
}

type elementType struct {
	Code          string
	Profile       []string
	TargetProfile []string
	Extension     []struct{ URL, ValueURL string }
}

type xmlValue struct {
	Value string `xml:"value,attr"`
}

type namingSystem struct {
	ID       xmlValue `xml:"id"`
	Name     xmlValue `xml:"name"`
	Status   xmlValue `xml:"status"`
	Kind     xmlValue `xml:"kind"`
	UniqueID []struct {
		Type      xmlValue `xml:"type"`
		Value     xmlValue `xml:"value"`
		Preferred xmlValue `xml:"preferred"`
	} `xml:"uniqueId"`
}

// conceptMap is one ConceptMap of the C-CDA on FHIR guide.
type conceptMap struct {
	ID      string
	Version string
	Source  string // the source code system
	Target  string
	Rows    []mapRow
}

// mapRow is one target of one source code; Target is empty where HL7 says unmatched.
type mapRow struct {
	SourceSystem, Source       string
	TargetSystem, Target       string
	Equivalence                string
	SourceDisplay, TargetLabel string
}

func readSources(shared string) (*sources, error) {
	s := &sources{packages: map[pin]*pkg{}}
	for _, p := range []pin{tho, r4, usCore, usCoreRace, usCore7, usCore8} {
		got, err := readPackage(filepath.Join(shared, filepath.FromSlash(packageDir)), p)
		if err != nil {
			return nil, err
		}
		s.packages[p] = got
	}
	var err error
	s.namingHash, err = eachFile(filepath.Join(shared, filepath.FromSlash(namingSystemDir)), func(name string, data []byte) error {
		if !strings.HasSuffix(name, ".xml") {
			return nil
		}
		var n namingSystem
		if err := xml.Unmarshal(data, &n); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		s.namingSystems = append(s.namingSystems, n)
		return nil
	})
	if err != nil {
		return nil, err
	}
	s.mapsHash, err = eachFile(filepath.Join(shared, filepath.FromSlash(conceptMapDir)), func(name string, data []byte) error {
		m, err := readConceptMap(name, data)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if m != nil {
			s.maps = append(s.maps, *m)
		}
		return nil
	})
	return s, err
}

// eachFile reads a folder's files in the order of their names, and gives the
// SHA-256 over name and content of all of them.
func eachFile(dir string, do func(name string, data []byte) error) (string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return "", err
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	sum := sha256.New()
	for _, e := range entries {
		if e.IsDir() {
			continue
		}
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return "", err
		}
		fmt.Fprintf(sum, "%s\x00%d\x00", e.Name(), len(data))
		sum.Write(data)
		if err := do(e.Name(), data); err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

func readPackage(dir string, p pin) (*pkg, error) {
	data, err := os.ReadFile(filepath.Join(dir, p.name+"-"+p.version+".tgz"))
	if err != nil {
		return nil, err
	}
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != p.sha256 {
		return nil, fmt.Errorf("%s: SHA-256 is not the pinned one", p)
	}
	zr, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	out := &pkg{}
	for tr := tar.NewReader(zr); ; {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if path.Dir(h.Name) != "package" || !strings.HasSuffix(h.Name, ".json") {
			continue
		}
		kind, _, _ := strings.Cut(path.Base(h.Name), "-")
		switch kind {
		case "CodeSystem":
			err = decodeInto(tr, &out.codeSystems)
		case "ValueSet":
			err = decodeInto(tr, &out.valueSets)
		case "StructureDefinition":
			err = decodeInto(tr, &out.structures)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", p, h.Name, err)
		}
	}
	slices.SortFunc(out.codeSystems, func(a, b codeSystem) int { return strings.Compare(a.URL+"\x00"+a.ID, b.URL+"\x00"+b.ID) })
	slices.SortFunc(out.valueSets, func(a, b valueSet) int { return strings.Compare(a.URL+"\x00"+a.ID, b.URL+"\x00"+b.ID) })
	slices.SortFunc(out.structures, func(a, b structure) int { return strings.Compare(a.URL+"\x00"+a.ID, b.URL+"\x00"+b.ID) })
	return out, nil
}

func decodeInto[T any](r io.Reader, to *[]T) error {
	var v T
	if err := json.NewDecoder(r).Decode(&v); err != nil {
		return err
	}
	*to = append(*to, v)
	return nil
}

// header is the comment at the head of a generated text: what made it, of what.
func header(w *bytes.Buffer, comment, what string, src *sources, pins []pin, naming, maps bool) {
	fmt.Fprintf(w, "%s Code generated by internal/gen; DO NOT EDIT.\n%s\n%s %s\n%s\n%s Sources (SHA-256):\n", comment, comment, comment, what, comment, comment)
	for _, p := range pins {
		fmt.Fprintf(w, "%s   %s-%s.tgz  %s\n", comment, p.name, p.version, p.sha256)
	}
	if naming {
		fmt.Fprintf(w, "%s   HL7 Terminology NamingSystem resources (%d)  %s\n", comment, len(src.namingSystems), src.namingHash)
	}
	if maps {
		fmt.Fprintf(w, "%s   C-CDA on FHIR ConceptMap resources (%d)  %s\n", comment, len(src.maps), src.mapsHash)
	}
}
