// Command disclose lets out of a patient's record what the patient's consents and
// the law let out, and nothing else: it decides, takes out of the record what may
// not leave, and writes the rest in any format.
//
//	go run ./examples/disclose -request FILE [-consent FILE...] [-labels FILE] -to ccda|fhir|fhir-xml|ndjson|hl7v2|record -o FILE INPUT
//
// INPUT is a file in any of the formats, or - for standard input, that holds one
// patient. The request is JSON (docs/consent.md); the consents are FHIR Consents, alone or
// in Bundles. The decision (-decision) and a page that the patient can read
// (-preview) are written whatever was decided.
//
// With -audit DIR nothing leaves, and nothing is refused, that the audit log in DIR
// does not have; -sign KEY and -encrypt RECIPIENT seal what leaves. All three go
// through portage.Exchange.
//
// The exit status is 0 where something left, 3 where it was denied: nothing of
// the record is then written. It is 1 where the input could not be read or written,
// or the audit log did not take an event, 2 for a wrong call. A request, a consent or a rule that cannot be read is a denial.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"time"

	"github.com/portage-health/portage/ccda"
	"github.com/portage-health/portage/consent"
	"github.com/portage-health/portage/fhir"
	"github.com/portage-health/portage/hl7v2"
	"github.com/portage-health/portage/record"
)

// The exit statuses.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
	exitDenied = 3
)

// targets are the formats that can be written, by the names that -to knows.
var targets = map[string]record.Exporter{
	"ccda": ccda.Format().Exporter, "fhir": fhir.Format().Exporter, "fhir-xml": fhir.Exporter{Form: fhir.XML}, "ndjson": fhir.Exporter{Form: fhir.NDJSON},
	"hl7v2": hl7v2.Format().Exporter, "record": record.JSONFormat().Exporter,
}

const targetNames = "fhir, fhir-xml, ndjson, ccda, hl7v2, record"

// sources are the formats that can be read, in the order that detection tries them.
func sources() []record.Format {
	return []record.Format{ccda.Format(), record.JSONFormat(), fhir.Format(), hl7v2.Format()}
}

// settings are the flags as read.
type settings struct {
	consents                           files
	request, labels, from, to          string
	out, decision, preview, report     string
	deidKey                            string
	audit, auditKey, sign, encrypt     string
	audience                           consent.Audience
	threshold                          float64
	unlabelled                         string
	byDefault                          consent.Default
	combining                          consent.Combining
	mask, tell, subsume, emergencyOver bool
	now                                time.Time
	input                              string
}

// files is a flag that may be given several times.
type files []string

func (f *files) String() string     { return strings.Join(*f, " ") }
func (f *files) Set(s string) error { *f = append(*f, s); return nil }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	s, err := parseFlags(args, stderr)
	if err != nil {
		if err != flag.ErrHelp {
			fmt.Fprintln(stderr, "disclose:", err)
		}
		return exitUsage
	}
	x := &disclosure{settings: s, stdin: stdin, stdout: stdout, stderr: stderr}
	err = x.run(ctx)
	switch {
	case err != nil:
		fmt.Fprintln(stderr, "disclose:", err)
		return exitFailed
	case !x.decided.Permits():
		for _, r := range x.decided.Reasons {
			if !r.Warning {
				fmt.Fprintln(stderr, "disclose: denied:", r.Code)
			}
		}
		return exitDenied
	}
	return exitOK
}

func parseFlags(args []string, stderr io.Writer) (*settings, error) {
	fs := flag.NewFlagSet("disclose", flag.ContinueOnError)
	fs.SetOutput(stderr)
	s := &settings{}
	fs.Var(&s.consents, "consent", "file of the patient's FHIR Consents; may be given several times, or once with several files where another flag follows")
	fs.StringVar(&s.request, "request", "", "file with the request as JSON")
	fs.StringVar(&s.labels, "labels", "", "file with sensitivity rules as JSON")
	fs.Float64Var(&s.threshold, "threshold", 0.5, "for -labels: how sure a code has to be to bring its label, 0 to 1")
	fs.StringVar(&s.unlabelled, "unlabelled", "", "confidentiality of what nobody has labelled (N, R …); without it, that is withheld wherever a rule asks for labels")
	fs.StringVar(&s.from, "from", "auto", "format of INPUT: auto, ccda, fhir, hl7v2, record")
	fs.StringVar(&s.to, "to", "fhir", "format of the output: "+targetNames)
	fs.StringVar(&s.out, "o", "", "file that receives the output; without it, standard output")
	fs.StringVar(&s.decision, "decision", "", "file that receives the decision as JSON")
	fs.StringVar(&s.preview, "preview", "", "file that receives what is shared in plain words: a page of HTML if it ends in .html, else text")
	audience := fs.String("audience", "patient", "who reads the preview: patient, representative, recipient")
	fs.StringVar(&s.report, "report", "", "file that receives what reading and writing said, one JSON object a line")
	fs.StringVar(&s.deidKey, "deid-key", "", "file with a secret of 16 bytes or more, for what has to be de-identified (form of the request, obligations)")
	byDefault := fs.String("default", "lawful", "where no consent says anything: lawful, permit, deny, break-glass")
	combining := fs.String("combining", "newest", "how several consents become one answer: newest, deny-overrides")
	fs.BoolVar(&s.mask, "mask", false, "mask what is withheld instead of taking it out")
	fs.BoolVar(&s.tell, "tell", false, "mark documents that something was withheld from")
	fs.BoolVar(&s.subsume, "subsume", false, "let a permit of a purpose cover those below it in HL7 v3")
	fs.BoolVar(&s.emergencyOver, "emergency-override", false, "let an attested emergency pass over a denial")
	fs.StringVar(&s.audit, "audit", "", "directory of the audit log, made where there is none: nothing leaves before it has the intent")
	fs.StringVar(&s.auditKey, "audit-key", "", "for -audit: file with the key that signs checkpoints (PRIVATE+KEY+…, as golang.org/x/mod/sumdb/note has them)")
	fs.StringVar(&s.sign, "sign", "", "file with a private key in PEM: a detached JWS goes to the name of -o and .jws")
	fs.StringVar(&s.encrypt, "encrypt", "", "recipient (age1…) or a file of recipients that the output is encrypted for by age")
	now := fs.String("now", "", "RFC 3339 time to write as the moment of making; without it, the wall clock")
	if err := fs.Parse(spread(args)); err != nil {
		return nil, err
	}
	if s.request == "" || fs.NArg() != 1 {
		return nil, fmt.Errorf("-request FILE and one INPUT are needed; see -help")
	}
	s.input = fs.Arg(0)
	if _, ok := targets[s.to]; !ok {
		return nil, fmt.Errorf("-to %q is not one of %s", s.to, targetNames)
	}
	if s.from != "auto" && !slices.ContainsFunc(sources(), func(f record.Format) bool { return f.Name == s.from }) {
		return nil, fmt.Errorf("-from %q is not one of auto, ccda, fhir, hl7v2, record", s.from)
	}
	switch {
	case s.auditKey != "" && s.audit == "":
		return nil, fmt.Errorf("-audit-key needs -audit DIR")
	case s.sign != "" && s.out == "":
		return nil, fmt.Errorf("-sign needs -o FILE, beside which the signature goes")
	}
	switch *audience {
	case "patient":
	case "representative", "recipient":
		s.audience = consent.Audience(*audience)
	default:
		return nil, fmt.Errorf("-audience %q is not one of patient, representative, recipient", *audience)
	}
	switch *byDefault {
	case "lawful":
	case "permit", "deny", "break-glass":
		s.byDefault = consent.Default(*byDefault)
	default:
		return nil, fmt.Errorf("-default %q is not one of lawful, permit, deny, break-glass", *byDefault)
	}
	switch *combining {
	case "newest":
	case "deny-overrides":
		s.combining = consent.DenyOverrides
	default:
		return nil, fmt.Errorf("-combining %q is not one of newest, deny-overrides", *combining)
	}
	if !(s.threshold >= 0 && s.threshold <= 1) {
		return nil, fmt.Errorf("-threshold is not a number from 0 to 1")
	}
	s.now = time.Now()
	if *now != "" {
		at, err := time.Parse(time.RFC3339, *now)
		if err != nil {
			return nil, fmt.Errorf("-now is not an RFC 3339 time")
		}
		s.now = at
	}
	return s, nil
}

// spread writes -consent A B -x as -consent A -consent B -x: a flag may have several files as long as another flag follows them.
func spread(args []string) (out []string) {
	for i := 0; i < len(args); i++ {
		out = append(out, args[i])
		if args[i] != "-consent" && args[i] != "--consent" {
			continue
		}
		end := i + 1
		for end < len(args) && (args[end] == "-" || !strings.HasPrefix(args[end], "-")) {
			end++
		}
		if end == len(args) {
			end = min(i+2, end) // what follows is INPUT
		}
		for k := i + 1; k < end; k++ {
			if k > i+1 {
				out = append(out, "-consent")
			}
			out = append(out, args[k])
		}
		i = end - 1
	}
	return out
}
