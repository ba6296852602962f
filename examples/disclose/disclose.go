package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/portage-health/portage"
	"github.com/portage-health/portage/audit"
	"github.com/portage-health/portage/consent"
	"github.com/portage-health/portage/consent/deid"
	"github.com/portage-health/portage/fhir"
	"github.com/portage-health/portage/record"
)

// disclosure is one run: what was asked, what was decided, and what leaves.
type disclosure struct {
	*settings
	stdin  io.Reader
	stdout io.Writer
	stderr io.Writer
	sink   audit.Sink // in place of the log of -audit

	decider  consent.Decider // what decided; nil where nobody was asked
	req      *consent.Request
	decided  *consent.Decision
	rules    consent.Redaction
	redacted *record.Record
	withheld *consent.Withholding
	reports  []line
}

// line is one line of the report.
type line struct {
	Input  string         `json:"input,omitempty"`
	Output string         `json:"output,omitempty"`
	Counts record.Counts  `json:"counts"`
	Issues []record.Issue `json:"issues,omitempty"`
}

// run decides first, and reads the record only for what may leave. Nothing is written before all of it is there.
func (x *disclosure) run(ctx context.Context) error {
	if x.audit != "" || x.sign != "" || x.encrypt != "" {
		return x.exchange(ctx)
	}
	x.decided = x.decide(ctx)
	var out []byte
	if x.decided.Permits() {
		rec, err := x.read(ctx)
		if err != nil {
			return err
		}
		if out, err = x.leave(ctx, rec); err != nil {
			return err
		}
	}
	if err := x.told(); err != nil {
		return err
	}
	if !x.decided.Permits() {
		return nil
	}
	return x.deliver(out)
}

// decide asks the evaluator. Whatever it needs that cannot be read makes it a denial.
func (x *disclosure) decide(ctx context.Context) *consent.Decision {
	var err error
	if x.req, err = readRequest(x.request); err != nil {
		return denied(nil, consent.ReasonInvalid, "request")
	}
	if x.rules, err = x.redaction(); err != nil {
		return denied(x.req, consent.ReasonFailed, "labels")
	}
	filed, err := x.consentsOnFile(ctx)
	if err != nil {
		return denied(x.req, consent.ReasonUnreadable, "consent")
	}
	e := &consent.Evaluator{Store: filed, Default: x.byDefault, Combining: x.combining, Mask: x.mask, Subsume: x.subsume, EmergencyOverride: x.emergencyOver}
	x.decider = e
	return consent.Decide(ctx, e, x.req)
}

// denied is a denial that no evaluator made.
func denied(req *consent.Request, why consent.ReasonCode, what string) *consent.Decision {
	d := &consent.Decision{Outcome: consent.Denied, Final: consent.Deny, Reasons: []consent.Reason{{Code: why, Element: what}}, Exception: &consent.Exception{}}
	if req != nil {
		d.At = req.At
	}
	return d
}

func readRequest(name string) (*consent.Request, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return consent.ReadRequest(f)
}

// consentsOnFile reads the files of consents. A file without any is an error: it may hold one that nobody understood.
func (x *disclosure) consentsOnFile(ctx context.Context) (consent.FiledConsents, error) {
	var all consent.FiledConsents
	for _, name := range x.consents {
		data, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		n := len(all)
		for got, err := range (fhir.Importer{}).Import(ctx, record.Input{Bytes: data}, record.ImportOptions{}) {
			if err != nil {
				return nil, err
			}
			all = append(all, consent.OnFile(got.Record)...)
		}
		if len(all) == n {
			return nil, errors.New("a file of consents without a consent")
		}
	}
	for i := range all {
		// Whose a consent is counts where that can be told; else it is the patient's, by the call.
		if p := all[i].Patient; p != nil && !x.req.Patient.Comparable(p) {
			all[i].Patient = nil
		}
	}
	return all, nil
}

// redaction is how what is decided is carried out.
func (x *disclosure) redaction() (consent.Redaction, error) {
	how := consent.Redaction{Tell: x.tell}
	if x.unlabelled != "" {
		how.Unlabelled = []record.Label{{Kind: "confidentiality", Coding: record.Coding{System: record.SystemConfidentiality, Code: x.unlabelled}}}
	}
	if x.labels == "" {
		return how, nil
	}
	f, err := os.Open(x.labels)
	if err != nil {
		return how, err
	}
	defer f.Close()
	set, err := consent.ReadRules(f)
	if err != nil {
		return how, err
	}
	how.Labeller = consent.NewRules(x.threshold, false, set)
	return how, nil
}

// read gives the record that the input holds.
func (x *disclosure) read(ctx context.Context) (*record.Record, error) {
	data, err := x.bytes()
	if err != nil {
		return nil, errors.New("INPUT cannot be read")
	}
	var from record.Format
	if x.from == "auto" {
		var ok bool
		if from, ok = portage.Detect(data, sources()...); !ok {
			return nil, portage.ErrUnknownFormat
		}
	} else {
		for _, f := range sources() {
			if f.Name == x.from {
				from = f
			}
		}
	}
	var rec *record.Record
	l := line{Input: x.input}
	for got, err := range from.Importer.Import(ctx, record.Input{Bytes: data}, record.ImportOptions{}) {
		if err != nil {
			return nil, err
		}
		if rec != nil {
			return nil, portage.ErrManyRecord
		}
		rec, l.Counts, l.Issues = got.Record, got.Report.Counts, got.Report.Issues
	}
	if rec == nil {
		return nil, portage.ErrNoRecord
	}
	x.reports = append(x.reports, l)
	return rec, nil
}

func (x *disclosure) bytes() ([]byte, error) {
	if x.input == "-" {
		return io.ReadAll(x.stdin)
	}
	return os.ReadFile(x.input)
}

// redact takes out of a record what may not leave: all of it where it is another patient's than the one that was asked for.
func (x *disclosure) redact(rec *record.Record) {
	if x.req.Patient.Contradicts(rec.Patient) {
		x.decided = denied(x.req, consent.ReasonPatient, "patient")
		return
	}
	if x.rules.Labeller != nil {
		rec = consent.Label(rec, x.rules.Labeller) // what leaves bears its labels
	}
	x.redacted, x.withheld = consent.Redact(x.decided, rec, x.rules)
	if x.redacted == nil {
		x.decided = denied(x.req, consent.ReasonFailed, "redaction")
		return
	}
	x.decided = consent.Bound(x.decided, x.redacted) // by what leaves: what binds the withheld would tell of it
	x.decided.Withhold(x.withheld)
}

// leave makes what leaves of a record.
func (x *disclosure) leave(ctx context.Context, rec *record.Record) ([]byte, error) {
	if x.redact(rec); !x.decided.Permits() {
		return nil, nil
	}
	form := x.req.Form
	switch {
	case x.decided.Owes(consent.ObligeDeidentify):
		form = consent.FormDeidentified
	case form == consent.FormIdentified && x.decided.Owes(consent.ObligeLimited):
		form = consent.FormLimited
	}
	if form != consent.FormIdentified {
		var err error
		if x.redacted, err = x.Deidentify(ctx, x.redacted, form); err != nil {
			x.redacted, x.withheld = nil, nil
			return nil, nil
		}
	}
	var out bytes.Buffer
	if _, err := (reporting{x}).Export(ctx, x.redacted, &out, record.ExportOptions{Now: x.now}); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// reporting is the exporter that was asked for; what it wrote, and what it said of it, is told of.
type reporting struct{ *disclosure }

func (x reporting) Export(ctx context.Context, rec *record.Record, w io.Writer, opt record.ExportOptions) (*record.Report, error) {
	rep, err := targets[x.to].Export(ctx, rec, w, opt)
	if err == nil {
		x.redacted = rec
		x.reports = append(x.reports, line{Output: x.out, Counts: rep.Counts, Issues: rep.Issues})
	}
	return rep, err
}

// Deidentify gives a record in the form that was asked for, or that the decision obliges to. What cannot be made so is denied.
func (x *disclosure) Deidentify(ctx context.Context, rec *record.Record, form consent.Form) (*record.Record, error) {
	out, err := x.deidentified(ctx, rec, form)
	if err != nil {
		x.decided = denied(x.req, consent.ReasonFailed, "de-identification")
	}
	return out, err
}

func (x *disclosure) deidentified(ctx context.Context, rec *record.Record, form consent.Form) (*record.Record, error) {
	opt := deid.Options{At: x.req.At, DataSet: "disclosure", Method: deid.SafeHarbor}
	if a := x.req.Agreement; a != nil {
		opt.Agreement, opt.DataSet = a.ID, "disclosure under "+a.ID
	}
	if form == consent.FormLimited {
		opt.Method = deid.LimitedDataSet
	}
	var err error
	if opt.Key, err = os.ReadFile(x.deidKey); err != nil {
		return nil, errors.New("-deid-key FILE is needed")
	}
	code := rand.Text() // no two patients share one, and it is made of nothing that is known of them (45 CFR 164.514(c))
	opt.Code = func(*record.Record) (string, error) { return code, nil }
	d, err := deid.New(opt)
	if err != nil {
		return nil, err
	}
	out, _, err := d.Record(ctx, rec)
	return out, err
}

// told writes the decision, the preview and the report.
func (x *disclosure) told() error {
	if x.decision != "" {
		b, err := json.MarshalIndent(x.decided, "", "  ")
		if err != nil {
			return err
		}
		if err := put(x.decision, append(b, '\n')); err != nil {
			return err
		}
	}
	if x.preview != "" {
		p := consent.NewPreview(x.decided, x.req, x.redacted, x.withheld, consent.PreviewOptions{Audience: x.audience})
		text := p.Text()
		if e := strings.ToLower(filepath.Ext(x.preview)); e == ".html" || e == ".htm" {
			text = p.HTML()
		}
		if err := put(x.preview, []byte(text)); err != nil {
			return err
		}
	}
	if x.report == "" {
		return nil
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	for _, l := range x.reports {
		if err := enc.Encode(l); err != nil {
			return err
		}
	}
	return put(x.report, b.Bytes())
}

// deliver hands over what leaves.
func (x *disclosure) deliver(out []byte) error {
	if x.out == "" {
		_, err := x.stdout.Write(out)
		return err
	}
	return put(x.out, out)
}

// put writes a file whole or not at all.
func put(name string, data []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(name), ".disclose-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(f.Name())
		}
	}()
	if _, err = f.Write(data); err != nil {
		f.Close()
		return err
	}
	if err = f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}
