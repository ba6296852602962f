// Command beam carries the records of a population as an Apache Beam pipeline: folders of C-CDA, FHIR or HL7 v2 in,
// FHIR NDJSON or de-identified tables out. The same conversion, consent and de-identification as elsewhere in Portage
// run in it; Beam gives out the work.
//
//	go run . -input DIR|GLOB[,…] -output DIR [-to ndjson|tables] [-consents GLOB[,…] -request FILE] [-key FILE] [-now TIME]
//
// -consents are FHIR Consents (JSON or NDJSON); each is applied to the charts of the patient that it is of. -request is
// what is asked, as docs/consent.md has it, for every patient; without it nothing is decided, and everything goes.
// What cannot be read, decided or written goes to dead-letters.ndjson with the input, the stage and a reason that
// holds no value of a patient's. Without -runner the pipeline runs in this process (prism), offline.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem/local"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/x/beamx"

	"github.com/portage-health/portage/consent"
)

var (
	input    = flag.String("input", "", "folders or globs of documents, messages and bundles, by commas")
	output   = flag.String("output", "", "folder that is written to")
	to       = flag.String("to", "ndjson", "ndjson, or tables: de-identified")
	consents = flag.String("consents", "", "globs of FHIR Consents, by commas")
	request  = flag.String("request", "", "file with what is asked (JSON of consent.Request, without patient)")
	byPolicy = flag.String("default", "", "the host's policy where a patient has said nothing: permit, deny, or lawful (none)")
	keyFile  = flag.String("key", "", "file with the secret that tables are made with, 16 bytes or more")
	now      = flag.String("now", "", "time of the run, RFC 3339; without it the clock's")
	shards   = flag.Int("shards", 1, "files of each type; one of them has to fit into a worker's memory")
)

func main() {
	flag.Parse()
	beam.Init()
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "beam:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	o, err := settings()
	if err != nil {
		return err
	}
	p, s := beam.NewPipelineWithRoot()
	pipeline(s, o)
	return beamx.Run(ctx, p)
}

// plan is what a run is to do.
type plan struct {
	Inputs, Consents []string
	Output           string
	Tables           bool
	Key              []byte
	Request          []byte
	Default          consent.Default
	Now              time.Time
	Shards           int
}

func settings() (plan, error) {
	o := plan{Output: *output, Tables: *to == "tables", Default: consent.Default(*byPolicy), Now: time.Now().UTC(), Shards: *shards}
	if *input == "" || *output == "" || *to != "ndjson" && *to != "tables" || o.Shards < 1 {
		return o, errors.New("-input, -output, and -to ndjson or tables are needed")
	}
	if *now != "" {
		t, err := time.Parse(time.RFC3339, *now)
		if err != nil {
			return o, errors.New("-now is not a time of RFC 3339")
		}
		o.Now = t
	}
	var err error
	if o.Inputs, err = globs(*input); err != nil {
		return o, err
	}
	if *consents != "" {
		if *request == "" {
			return o, errors.New("-consents say nothing without a -request")
		}
		if o.Consents, err = globs(*consents); err != nil {
			return o, err
		}
	}
	if *request != "" {
		if o.Request, err = os.ReadFile(*request); err != nil {
			return o, errors.New("-request cannot be read")
		}
		if _, err := consent.ReadRequest(strings.NewReader(string(o.Request))); err != nil {
			return o, err
		}
	}
	if o.Tables {
		if o.Key, err = os.ReadFile(*keyFile); err != nil {
			return o, errors.New("-to tables needs a -key")
		}
	}
	return o, nil
}

// globs gives the globs of a list: a local folder is every file in it, however deep.
func globs(list string) (out []string, err error) {
	for _, one := range strings.Split(list, ",") {
		info, err := os.Stat(one)
		if err != nil || !info.IsDir() {
			out = append(out, one)
			continue
		}
		err = filepath.WalkDir(one, func(path string, d os.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() {
				out = append(out, literal.Replace(path))
			}
			return err
		})
		if err != nil {
			return nil, errors.New("a folder cannot be read")
		}
	}
	return out, nil
}

// literal makes a glob of a path that matches that path alone.
var literal = strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`)
