// Command stitch strings together what several systems know of patients:
// documents, bundles and messages in any of the formats become one record a
// patient, with every source kept, and each record is written as one output.
//
//	go run ./examples/stitch -to ccda|fhir|ndjson|record -o DIR [-report FILE] INPUT...
//
// INPUT is a file or a folder (read recursively). Two inputs are put together only
// where their patients have an identifier in common and nothing says that they are
// two people; whom a person must look at is named in the report. With -one the
// caller says that all inputs are of one patient.
//
// The report has one JSON object a line: for each input what its import said,
// for each output which inputs it was made of, what was stated by several of them,
// and where they contradict each other, and for each pair of patients that a
// person must look at, why. It holds no value of a patient's.
//
// The exit status is 0 where all went well, 1 where an input or an output failed, 2 for a wrong call.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"

	"github.com/portage-health/portage/ccda"
	"github.com/portage-health/portage/fhir"
	"github.com/portage-health/portage/hl7v2"
	"github.com/portage-health/portage/record"
)

// target is an output format by the name that -to knows.
type target struct {
	exporter  record.Exporter
	extension string
}

var targets = map[string]target{
	"ccda":   {ccda.Format().Exporter, ".xml"},
	"fhir":   {fhir.Format().Exporter, ".json"},
	"ndjson": {fhir.Exporter{Form: fhir.NDJSON}, ".ndjson"},
	"record": {record.JSONFormat().Exporter, ".json"},
}

// sources are the formats that can be read, in the order that detection tries them.
func sources() []record.Format {
	return []record.Format{ccda.Format(), record.JSONFormat(), fhir.Format(), hl7v2.Format()}
}

type settings struct {
	to     target
	out    string
	report string
	one    bool
	now    time.Time
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	s, inputs, err := parseFlags(args, stderr)
	if err != nil {
		if err != flag.ErrHelp {
			fmt.Fprintln(stderr, "stitch:", err)
		}
		return 2
	}
	failed, err := stitch(ctx, s, inputs, stdout)
	switch {
	case err != nil:
		fmt.Fprintln(stderr, "stitch:", err)
		return 1
	case failed > 0:
		fmt.Fprintf(stderr, "stitch: %d failed; the report says which\n", failed)
		return 1
	}
	return 0
}

func parseFlags(args []string, stderr io.Writer) (*settings, []string, error) {
	fs := flag.NewFlagSet("stitch", flag.ContinueOnError)
	fs.SetOutput(stderr)
	s := &settings{}
	to := fs.String("to", "fhir", "format of the outputs: ccda, fhir, ndjson, record")
	fs.StringVar(&s.out, "o", "", "folder that receives one output file a patient")
	fs.StringVar(&s.report, "report", "", "file that receives the report, one JSON object a line")
	fs.BoolVar(&s.one, "one", false, "all inputs are of one patient, on your word")
	now := fs.String("now", "", "RFC 3339 time to write as the moment of making; without it, the wall clock")
	if err := fs.Parse(args); err != nil {
		return nil, nil, err
	}
	var ok bool
	if s.to, ok = targets[*to]; !ok {
		return nil, nil, fmt.Errorf("-to %q is not one of ccda, fhir, ndjson, record", *to)
	}
	if s.out == "" || fs.NArg() == 0 {
		return nil, nil, fmt.Errorf("-o DIR and at least one INPUT are needed; see -help")
	}
	s.now = time.Now()
	if *now != "" {
		at, err := time.Parse(time.RFC3339, *now)
		if err != nil {
			return nil, nil, fmt.Errorf("-now is not an RFC 3339 time")
		}
		s.now = at
	}
	return s, fs.Args(), nil
}
