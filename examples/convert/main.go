// Command convert reads patient records in one format and writes them in
// another, through the canonical record, and says what it could not carry.
//
//	go run ./examples/convert [flags] INPUT...
//
// INPUT is a file, a folder (read recursively) or - for standard input.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"time"

	"github.com/portage-health/portage"
	"github.com/portage-health/portage/ccda"
	"github.com/portage-health/portage/record"
)

// settings are the flags as read.
type settings struct {
	from   string
	to     target
	out    string
	report string
	jobs   int
	opts   portage.Options
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run does the whole work and gives the exit status: 0 all converted, 1 at least one failed, 2 usage.
func run(ctx context.Context, args []string, stdin io.Reader, stdout io.Writer, stderr *os.File) int {
	s, names, err := parseFlags(args, stderr)
	if err != nil {
		if err != flag.ErrHelp {
			fmt.Fprintln(stderr, "convert:", err)
		}
		return 2
	}
	inputs, err := gatherAll(s, names)
	if err != nil {
		fmt.Fprintln(stderr, "convert:", err)
		return 2
	}
	if s.out == "" && len(inputs) != 1 {
		fmt.Fprintln(stderr, "convert: several inputs need -o FOLDER")
		return 2
	}
	plan(inputs, s.out, s.to.extension)
	failed, err := convertAll(ctx, inputs, s, stdin, stdout, stderr)
	if err != nil {
		fmt.Fprintln(stderr, "convert:", err)
		return 2
	}
	if failed > 0 {
		return 1
	}
	return 0
}

func parseFlags(args []string, stderr io.Writer) (*settings, []string, error) {
	fs := flag.NewFlagSet("convert", flag.ContinueOnError)
	fs.SetOutput(stderr)
	s := &settings{}
	from := fs.String("from", "auto", "format of the inputs: auto, "+sourceNames()+"; bulk: each INPUT is a folder of NDJSON files that belong together")
	to := fs.String("to", "fhir", "format of the outputs: "+targetNames())
	fs.StringVar(&s.out, "o", "", "where the output goes: a file for one input, a folder for several")
	fs.StringVar(&s.report, "report", "", "file that receives the report, one JSON object a line for each input")
	fs.IntVar(&s.jobs, "jobs", runtime.GOMAXPROCS(0), "how many inputs at once")
	mode := fs.String("mode", "", "for -to ccda: faithful or conformant")
	release := fs.String("release", "", "for -to ccda: the release of C-CDA whose templates are claimed: 2.1, 3.0 or 4.0")
	typed := fs.Bool("typed-only", false, "leave out everything carried")
	now := fs.String("now", "", "RFC 3339 time to write as the moment of making; without it, the wall clock")
	if err := fs.Parse(args); err != nil {
		return nil, nil, err
	}
	if fs.NArg() == 0 {
		return nil, nil, fmt.Errorf("no INPUT named; see -help")
	}
	if s.jobs < 1 {
		return nil, nil, fmt.Errorf("-jobs must be at least 1")
	}
	if *from != "auto" && *from != bulkName {
		if _, ok := source(*from); !ok {
			return nil, nil, fmt.Errorf("-from %q is not one of auto, %s", *from, sourceNames())
		}
	}
	s.from = *from
	t, ok := targetNamed(*to)
	if !ok {
		return nil, nil, fmt.Errorf("-to %q is not one of %s", *to, targetNames())
	}
	s.to = t
	if *mode != "" || *release != "" {
		x, err := ccdaExporter(*mode, *release)
		if err != nil {
			return nil, nil, err
		}
		if s.to.name != "ccda" {
			return nil, nil, fmt.Errorf("-mode and -release are for -to ccda only")
		}
		s.to.exporter = x
	}
	s.opts.Export = record.ExportOptions{TypedOnly: *typed, Now: time.Now()}
	if *now != "" {
		at, err := time.Parse(time.RFC3339, *now)
		if err != nil {
			return nil, nil, fmt.Errorf("-now is not an RFC 3339 time")
		}
		s.opts.Export.Now = at
	}
	return s, fs.Args(), nil
}

// ccdaExporter gives the exporter that -mode and -release ask for.
func ccdaExporter(mode, release string) (ccda.Exporter, error) {
	var x ccda.Exporter
	switch mode {
	case "", "faithful":
	case "conformant":
		x.Mode = ccda.Conformant
	default:
		return x, fmt.Errorf("-mode %q is not one of faithful, conformant", mode)
	}
	switch release {
	case "", "2.1":
	case "3.0":
		x.Release = ccda.R30
	case "4.0":
		x.Release = ccda.R40
	default:
		return x, fmt.Errorf("-release %q is not one of 2.1, 3.0, 4.0", release)
	}
	return x, nil
}
