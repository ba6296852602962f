// Command ehi-export makes an export of electronic health information (45 CFR
// 170.315(b)(10)) of one patient or of all patients that a folder of mixed
// documents tells of, and reads such an export back.
//
//	go run ./examples/ehi-export -o DIR|FILE.zip [-patient SYSTEM|VALUE] [-audit DIR] [-report FILE] INPUT...
//	go run ./examples/ehi-export -verify DIR|FILE.zip [-digest HEX]
//	go run ./examples/ehi-export -pack DIR -o FILE.zip
//
// INPUT is a C-CDA document, a FHIR Bundle, HL7 v2 messages or a record, or a
// folder of such files, read recursively. Documents are put together as
// examples/stitch does it: where their patients have an identifier in common and
// nothing says that they are two people. With -one the caller says that all are of
// one patient; -patient exports the one patient who has that identifier.
//
// It goes through portage.Exchange: what leaves of each patient is what the patient's own request for access reaches (45 CFR
// 164.524), or what -request asks for; -audit DIR keeps the log.
//
// An export to a folder that was interrupted, even by kill -9, goes on when the same
// command is given again, and is the same to the byte in the end. -pack makes one zip of
// it when it is finished: the very zip that would have been written at once.
//
// -table NAME=FILE.csv adds a table of the host's own: its first column holds the
// identifier of the patient that a row is about, as SYSTEM|VALUE, and stays out.
//
// The exit status is 0 where all went well, 1 where an input, the export or the verification failed, 2 for a wrong call.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"time"

	"github.com/portage-health/portage"
	"github.com/portage-health/portage/ccda"
	"github.com/portage-health/portage/consent"
	"github.com/portage-health/portage/fhir"
	"github.com/portage-health/portage/hl7v2"
	"github.com/portage-health/portage/record"
)

// forms are what each record is written as beside its own JSON.
func forms() []portage.EHIForm {
	return []portage.EHIForm{
		{Name: "fhir", Extension: ".ndjson", MediaType: "application/fhir+ndjson", Version: "FHIR R4, US Core 6.1.0", Exporter: fhir.Exporter{Form: fhir.NDJSON}},
		{Name: "ccda", Extension: ".xml", MediaType: "application/hl7-sda+xml", Version: "C-CDA R2.1", Exporter: ccda.Exporter{}},
	}
}

// sources are the formats that can be read, in the order that detection tries them.
func sources() []record.Format {
	return []record.Format{ccda.Format(), record.JSONFormat(), fhir.Format(), hl7v2.Format()}
}

type settings struct {
	out, report    string
	verify, digest string
	pack           string
	patient        string
	one            bool
	tables         []string
	audit          string
	auditKey       string
	request        *consent.Request // nil for the patient's own
	export         portage.EHIExport
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
			fmt.Fprintln(stderr, "ehi-export:", err)
		}
		return 2
	}
	switch {
	case s.verify != "":
		err = verify(ctx, s, stdout)
	case s.pack != "":
		err = pack(ctx, s, stdout)
	default:
		err = s.run(ctx, inputs, stdout, stderr)
	}
	if err != nil {
		fmt.Fprintln(stderr, "ehi-export:", err)
		return 1
	}
	return 0
}

func parseFlags(args []string, stderr io.Writer) (*settings, []string, error) {
	fs := flag.NewFlagSet("ehi-export", flag.ContinueOnError)
	fs.SetOutput(stderr)
	s := &settings{export: portage.EHIExport{Forms: forms(), Producer: "Portage ehi-export"}}
	fs.StringVar(&s.out, "o", "", "folder that receives the export, or a file that ends in .zip")
	fs.StringVar(&s.verify, "verify", "", "export to read back and verify")
	fs.StringVar(&s.pack, "pack", "", "finished export in a folder to make one zip of, which -o names")
	fs.StringVar(&s.digest, "digest", "", "with -verify, the SHA-256 that manifest.json must have")
	fs.StringVar(&s.report, "report", "", "file that receives the report, one JSON object a line")
	fs.StringVar(&s.patient, "patient", "", "SYSTEM|VALUE of the one patient to export")
	fs.BoolVar(&s.one, "one", false, "all inputs are of one patient, on your word")
	fs.StringVar(&s.export.Documentation, "documentation", "https://example.org/ehi-export", "public address where dictionary.html is published")
	fs.BoolVar(&s.export.Zip, "zip", false, "make a zip of each part")
	fs.IntVar(&s.export.PartSize, "part", 0, "patients of a part; 0 for 64")
	fs.IntVar(&s.export.Jobs, "jobs", 0, "parts that are worked at together; 0 for as many as there are cores")
	fs.BoolVar(&s.export.KeepGoing, "keep-going", false, "count a patient who cannot be written as failed, and go on")
	fs.Func("table", "NAME=FILE.csv of the host's own; may be given several times", func(v string) error { s.tables = append(s.tables, v); return nil })
	fs.StringVar(&s.audit, "audit", "", "folder of the audit log (a file log), which is made where it is not there")
	fs.StringVar(&s.auditKey, "audit-key", "", "with -audit, file with the key that signs its checkpoints")
	request := fs.String("request", "", "file with the consent.Request to decide on for each patient; without it, the patient's own for access")
	now := fs.String("now", "", "RFC 3339 time of the export; without it, the wall clock")
	if err := fs.Parse(args); err != nil {
		return nil, nil, err
	}
	if s.verify != "" {
		if s.out != "" || fs.NArg() > 0 {
			return nil, nil, errors.New("-verify takes neither -o nor INPUT")
		}
		return s, nil, nil
	}
	if s.pack != "" {
		if !strings.HasSuffix(s.out, ".zip") || fs.NArg() > 0 {
			return nil, nil, errors.New("-pack takes -o FILE.zip and no INPUT")
		}
		return s, nil, nil
	}
	if s.out == "" || fs.NArg() == 0 {
		return nil, nil, errors.New("-o and at least one INPUT are needed; see -help")
	}
	if s.auditKey != "" && s.audit == "" {
		return nil, nil, errors.New("-audit-key goes with -audit")
	}
	if *request != "" {
		req, err := readRequest(*request)
		if err != nil {
			return nil, nil, err
		}
		s.request = req
	}
	if *now != "" {
		at, err := time.Parse(time.RFC3339, *now)
		if err != nil {
			return nil, nil, errors.New("-now is not an RFC 3339 time")
		}
		s.export.Options.Now = at
	}
	for _, t := range s.tables {
		name, file, _ := strings.Cut(t, "=")
		table, err := readTable(name, file)
		if err != nil {
			return nil, nil, err
		}
		s.export.Tables = append(s.export.Tables, table)
	}
	return s, fs.Args(), nil
}

// run makes the export.
func (s *settings) run(ctx context.Context, names []string, stdout, stderr io.Writer) error {
	files, err := gather(names)
	if err != nil {
		return err
	}
	ex, done, err := s.exchange(ctx, stderr)
	if err != nil {
		return err
	}
	defer done()
	chart := &charts{one: s.one, patient: s.patient}
	for _, f := range files {
		if err := ctx.Err(); err != nil {
			return err
		}
		chart.look(ctx, f)
	}
	if err := chart.group(); err != nil {
		return err
	}
	s.export.Progress = func(p portage.EHIProgress) { fmt.Fprintf(stderr, "\r%d patients, %d files", p.Patients, p.Files) }
	res, err := s.write(ctx, ex, chart)
	fmt.Fprintln(stderr)
	if e := s.tell(chart, res); err == nil {
		err = e
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%d inputs, %d patients, %d files, %d bytes, %d parts (%d of them before)\nmanifest %s\n",
		len(files), res.Patients, res.Files, res.Bytes, res.Parts, res.Resumed, res.Manifest)
	if res.Withheld > 0 {
		fmt.Fprintf(stdout, "%d patients withheld\n", res.Withheld)
	}
	if n := chart.failed(); n > 0 || res.Failed > 0 {
		return fmt.Errorf("%d inputs and %d patients failed; the report says which", n, res.Failed)
	}
	return nil
}

// write makes a folder, or a zip that has its name only when it is whole.
func (s *settings) write(ctx context.Context, ex *portage.Exchange, source portage.EHISource) (*portage.EHIResult, error) {
	if !strings.HasSuffix(s.out, ".zip") {
		return ex.ExportEHI(ctx, s.export, s.out, source, s.ask)
	}
	res := &portage.EHIResult{}
	return res, whole(s.out, func(w io.Writer) (err error) {
		res, err = ex.WriteEHI(ctx, s.export, w, source, s.ask)
		return err
	})
}

// whole writes a file that has its name only when all of it is there.
func whole(name string, write func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".ehi-export-")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	if err = write(f); err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	return err
}

// tell writes the report.
func (s *settings) tell(c *charts, res *portage.EHIResult) error {
	if s.report == "" {
		return nil
	}
	f, err := os.OpenFile(s.report, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	enc := json.NewEncoder(f)
	for _, l := range c.lines() {
		err = errors.Join(err, enc.Encode(l))
	}
	for _, e := range res.Failures {
		err = errors.Join(err, enc.Encode(line{Status: "error", Error: e.Error()}))
	}
	return errors.Join(err, f.Close())
}
