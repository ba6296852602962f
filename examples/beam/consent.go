package main

import (
	"bytes"
	"context"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/fileio"

	"github.com/portage-health/portage/consent"
	"github.com/portage-health/portage/fhir"
	"github.com/portage-health/portage/record"
)

// consentFn reads a file of FHIR Consents. Each is emitted under every identifier of its patient. What cannot be read, or
// whose patient has no identifier here, is a dead letter, and where there is one of these no chart goes out: it may be
// the denial of any of them.
type consentFn struct{}

func (*consentFn) ProcessElement(ctx context.Context, f fileio.ReadableFile, emit func(string, []byte), dead func(Letter)) {
	name := f.Metadata.Path
	fail := func(reason string) {
		failures.Inc(ctx, 1)
		dead(Letter{Input: name, Stage: "consent", Reason: reason})
	}
	data, err := f.Read(ctx)
	if err != nil {
		fail("the file cannot be read")
		return
	}
	n := 0
	for got, err := range (fhir.Importer{}).Import(ctx, record.Input{Bytes: data}, record.ImportOptions{}) {
		if err != nil {
			fail(err.Error())
			return
		}
		for _, c := range consent.OnFile(got.Record) {
			n++
			keys := patientKeys(got.Record)
			if c.Patient != nil && c.Patient.Identifier != nil {
				keys = append(keys, key(*c.Patient.Identifier))
			}
			text, err := encode(ctx, got.Record)
			if err != nil {
				fail(err.Error())
				continue
			}
			if len(keys) == 0 {
				fail("whose consent it is cannot be told: its patient has no identifier")
			}
			for _, k := range keys {
				emit(k, text)
			}
		}
	}
	if n == 0 {
		fail("no consent is in it")
	}
}

// key is an identifier as what charts and consents are brought together by.
func key(id record.Identifier) string {
	system := id.System
	if system == "" {
		system = id.SystemAsSent
	}
	return system + "|" + id.Value
}

func patientKeys(rec *record.Record) (keys []string) {
	if rec.Patient != nil {
		for _, id := range rec.Patient.Identifiers {
			if id.Value != "" {
				keys = append(keys, key(id))
			}
		}
	}
	return keys
}

// ownerFn emits, for each identifier of a chart's patient, the key of the chart.
type ownerFn struct{}

func (*ownerFn) ProcessElement(chart string, text []byte, emit func(string, string)) {
	rec, err := decode(context.Background(), text)
	if err != nil {
		return // decideFn says so
	}
	for _, k := range patientKeys(rec) {
		emit(k, chart)
	}
}

// pairFn emits each consent under the key of each chart of its patient.
type pairFn struct{}

func (*pairFn) ProcessElement(_ string, charts func(*string) bool, filed func(*[]byte) bool, emit func(string, []byte)) {
	var texts [][]byte
	var text []byte
	for filed(&text) {
		texts = append(texts, text)
	}
	var chart string
	for charts(&chart) {
		for _, t := range texts {
			emit(chart, t)
		}
	}
}

// decideFn decides on a chart by the consents of its patient, and lets through what may go.
type decideFn struct {
	Request []byte
	Default string
	Now     time.Time
}

func (f *decideFn) ProcessElement(ctx context.Context, chart string, texts, filed func(*[]byte) bool, unread func(*Letter) bool, emit func(string, []byte), dead func(Letter)) {
	refuse := func(reason string) {
		failures.Inc(ctx, 1)
		denied.Inc(ctx, 1)
		dead(Letter{Input: chart, Stage: "decide", Reason: reason})
	}
	var text []byte
	if !texts(&text) {
		return // a consent alone
	}
	var l Letter
	if unread(&l) {
		refuse("a consent on file could not be read or is of nobody that is known: nothing goes out")
		return
	}
	rec, err := decode(ctx, text)
	if err != nil {
		refuse(err.Error())
		return
	}
	req, err := consent.ReadRequest(bytes.NewReader(f.Request))
	if err != nil {
		refuse("the request cannot be read")
		return
	}
	if req.At.IsZero() {
		req.At = f.Now
	}
	if p := rec.Patient; p != nil {
		req.Patient.Identifiers, req.Patient.ID, req.Patient.BirthDate, req.Patient.Deceased = p.Identifiers, p.ID, p.BirthTime, p.DeceasedTime
	}
	var all consent.FiledConsents
	var c []byte
	seen := map[string]bool{}
	for filed(&c) {
		if seen[string(c)] { // found by several identifiers
			continue
		}
		seen[string(c)] = true
		got, err := decode(ctx, c)
		if err != nil {
			refuse("a consent on file cannot be read")
			return
		}
		for _, one := range consent.OnFile(got) {
			one.Patient = nil // whose it is was told by its identifiers
			all = append(all, one)
		}
	}
	d := consent.Decide(ctx, &consent.Evaluator{Store: all, Default: consent.Default(f.Default)}, req)
	if !d.Permits() {
		refuse("consent or law does not permit it")
		return
	}
	left, w := consent.Redact(d, rec, consent.Redaction{})
	if left == nil {
		refuse("what had to be withheld could not be")
		return
	}
	withheld.Inc(ctx, int64(w.Total()))
	out, err := encode(ctx, left)
	if err != nil {
		refuse(err.Error())
		return
	}
	emit(chart, out)
}
