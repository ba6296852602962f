package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"github.com/portage-health/portage"
	"github.com/portage-health/portage/audit"
	"github.com/portage-health/portage/audit/filelog"
	"github.com/portage-health/portage/consent"
	"github.com/portage-health/portage/record"
)

// exchange is the one door out: it decides on each patient, and tells the log.
func (s *settings) exchange(ctx context.Context, stderr io.Writer) (ex *portage.Exchange, done func(), err error) {
	sink, done, err := s.book(ctx, stderr)
	if err != nil {
		return nil, nil, err
	}
	return &portage.Exchange{Decider: s.decider(), Audit: &audit.Recorder{Sink: sink}, Options: s.export.Options}, done, nil
}

// decider is the default evaluator under the law of the United States, with no consents on file: what the patient asks
// for themselves leaves even against a denial of theirs (45 CFR 164.524(a)(1)), but for psychotherapy notes, SUD counseling
// notes and what was compiled for litigation, where they are labelled so.
func (s *settings) decider() consent.Decider { return &consent.Evaluator{} }

// errNobody is for records that cannot be given to their patient.
var errNobody = errors.New("the record names no patient: nobody can ask for it as theirs")

// ask makes the request for one patient: the one of -request, or the patient's own for access (45 CFR 164.524).
func (s *settings) ask(_ context.Context, _ string, rec *record.Record) (*portage.Outgoing, error) {
	p := rec.Patient
	if p == nil {
		return nil, errNobody
	}
	self := consent.Party{ID: p.ID, Identifiers: p.Identifiers, Kind: record.KindPatient}
	req := consent.Request{Requester: self, Purposes: []record.Coding{{System: record.SystemActReason, Code: "PATRQT"}}, Jurisdiction: "US",
		At: s.export.Options.Now} // zero for the wall clock
	if s.request != nil {
		req = *s.request
	}
	req.Patient = consent.Subject{Party: self, BirthDate: p.BirthTime, Deceased: p.DeceasedTime}
	out := &portage.Outgoing{Request: &req}
	if s.request == nil {
		out.Disclosure.Citation = "45 CFR 164.524"
	}
	return out, nil
}

// readRequest reads the request of -request, in which the patient is not named.
func readRequest(name string) (*consent.Request, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, errors.New("the request of -request cannot be read")
	}
	defer f.Close()
	req, err := consent.ReadRequest(f)
	switch {
	case err != nil:
		return nil, fmt.Errorf("-request: %w", err)
	case !reflect.DeepEqual(req.Patient, consent.Subject{}):
		return nil, errors.New("-request says something of a patient: it is asked of each")
	}
	return req, nil
}

// unlogged stands in where no -audit was asked for.
type unlogged struct{}

func (unlogged) Append(context.Context, ...*audit.Event) error { return nil }

// book opens the audit log. Intents that an earlier run left without an outcome are closed as unknown by that.
func (s *settings) book(ctx context.Context, stderr io.Writer) (sink audit.Sink, done func(), err error) {
	if s.audit == "" {
		return unlogged{}, func() {}, nil
	}
	var opt filelog.Options
	if s.auditKey != "" {
		text, err := os.ReadFile(s.auditKey)
		if err != nil {
			return nil, nil, errors.New("the key of -audit-key cannot be read")
		}
		if opt.Key, err = note.NewSigner(strings.TrimSpace(string(text))); err != nil {
			return nil, nil, errors.New("-audit-key holds no key that signs checkpoints")
		}
		if have, err := os.ReadDir(s.audit); err != nil || len(have) == 0 {
			opt.Name = opt.Key.Name() // a new log is called as its key is
		}
	}
	log, err := filelog.Open(ctx, s.audit, opt)
	if err != nil {
		return nil, nil, fmt.Errorf("-audit: %w", err)
	}
	return log, func() {
		if err := log.Close(); err != nil { // what was acknowledged is on the disk
			fmt.Fprintln(stderr, "ehi-export: closing the audit log:", err)
		}
	}, nil
}
