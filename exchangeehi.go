package portage

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/portage-health/portage/audit"
	"github.com/portage-health/portage/record"
)

// Ask makes the request for a patient of an export: what is to leave, and for whom. The record of what it gives is set by the Exchange.
type Ask func(ctx context.Context, key string, rec *record.Record) (*Outgoing, error)

// ErrEHIEncrypt says that only an export as one zip can be encrypted.
var ErrEHIEncrypt = errors.New("portage: an export in a folder cannot be encrypted; make it one zip")

// ExportEHI makes an export of electronic health information in a folder, in which
// there is of each patient what the decision lets pass. The log has an event for the
// whole, and for each patient an intent before anything of them is written and an
// outcome when that lasts. A patient of whom nothing may leave is counted in
// EHIResult.Withheld. The manifest is signed where the Exchange has a Signer.
//
// An export that goes on after an interruption asks only for patients whose part was not finished;
// what had been begun of them stays without outcome, until audit.Recorder.Settle closes it as unknown.
func (x *Exchange) ExportEHI(ctx context.Context, e EHIExport, dir string, source EHISource, ask Ask) (*EHIResult, error) {
	if x.Encrypter != nil {
		return &EHIResult{}, ErrEHIEncrypt
	}
	return x.exportEHI(ctx, e, ask, func(e EHIExport) (*EHIResult, error) { return e.Folder(ctx, dir, source) })
}

// WriteEHI is ExportEHI as one zip; see EHIExport.WriteZip. It is encrypted where the Exchange has an Encrypter. The
// events of patients are without outcome until the zip is whole.
func (x *Exchange) WriteEHI(ctx context.Context, e EHIExport, w io.Writer, source EHISource, ask Ask) (*EHIResult, error) {
	return x.exportEHI(ctx, e, ask, func(e EHIExport) (*EHIResult, error) {
		if x.Encrypter == nil {
			return e.WriteZip(ctx, w, source)
		}
		c, err := x.Encrypter.Encrypt(ctx, w)
		if err != nil {
			return &EHIResult{}, refuse(fmt.Errorf("portage: it cannot be encrypted: %w", err), audit.ReasonSeal)
		}
		e.closing = c.Close
		return e.WriteZip(ctx, c, source)
	})
}

func (x *Exchange) exportEHI(ctx context.Context, e EHIExport, ask Ask, run func(EHIExport) (*EHIResult, error)) (*EHIResult, error) {
	if !x.ready() || ask == nil {
		return &EHIResult{}, ErrNotReady
	}
	passage, err := x.begin(ctx, &audit.Event{Kind: audit.KindExport, Payload: &audit.Payload{Format: "ehi", Version: ehiVersion}})
	if err != nil {
		return &EHIResult{}, err
	}
	e.gate = func(ctx context.Context, key string, rec *record.Record) (*ehiPassage, error) {
		return x.pass(ctx, ask, key, rec)
	}
	if x.Signer != nil {
		e.seal = x.sealEHI
	}
	var res *EHIResult
	_, err = guarded(func() (struct{}, error) {
		var err error
		res, err = run(e)
		return struct{}{}, err
	})
	if res == nil {
		res = &EHIResult{}
	}
	outcome, reason := outcomeOf(err)
	payload := &audit.Payload{Format: "ehi", Version: ehiVersion, Bytes: res.Bytes, Counts: []audit.Count{{Kind: "patient", Count: int64(res.Patients)},
		{Kind: "failed", Count: int64(res.Failed)}, {Kind: "file", Count: int64(res.Files)}}}
	if res.Manifest != "" {
		payload.Digest = &audit.Digest{Algorithm: "sha256", Value: res.Manifest}
		if x.Signer != nil {
			payload.Signed = x.Signed
		}
	}
	if x.Encrypter != nil {
		payload.Encrypted = x.Encrypted
	}
	_, aerr := x.end(ctx, passage, audit.Result{Outcome: outcome, Reason: reason, Payload: payload})
	return res, errors.Join(err, aerr)
}

// pass decides on one patient of an export.
func (x *Exchange) pass(ctx context.Context, ask Ask, key string, rec *record.Record) (*ehiPassage, error) {
	out, err := guarded(func() (*Outgoing, error) { return ask(ctx, key, rec) })
	if err == nil && (out == nil || out.Request == nil) {
		err = ErrNotReady
	}
	if err != nil {
		return nil, hostFailed("a request cannot be made", err)
	}
	asked := *out
	asked.Record = rec
	p, err := x.decide(ctx, &asked)
	if err != nil {
		denied := errors.Is(err, ErrDenied)
		_, err = p.refused(ctx, err)
		switch {
		case errors.Is(err, ErrAudit), ctx.Err() != nil:
			return nil, err
		case denied:
			return &ehiPassage{}, nil
		}
		return nil, &hostError{err}
	}
	passage, err := x.begin(ctx, p.event())
	if err != nil {
		return nil, err
	}
	done := func(files []EHIFile, err error) error {
		outcome, reason := outcomeOf(err)
		var host *hostError
		if errors.As(err, &host) && reason == audit.ReasonDestination {
			reason = audit.ReasonExport
		}
		payload := &audit.Payload{Format: "ehi", Version: ehiVersion}
		var entities []audit.Entity
		if err == nil {
			payload.Counts, _, _ = countsOf(p.rec, nil)
			for _, f := range files {
				payload.Bytes += f.Bytes
				entities = append(entities, audit.Entity{Type: audit.EntityObject, Role: audit.RoleReport, Reference: f.Name,
					Category: []audit.Code{{Code: f.Kind}}, Digest: &audit.Digest{Algorithm: "sha256", Value: f.SHA256}})
			}
		}
		_, err = x.end(ctx, passage, audit.Result{Outcome: outcome, Reason: reason, Payload: payload, Entities: entities})
		return err
	}
	return &ehiPassage{rec: p.rec, whole: p.whole, bare: p.bare, labels: p.labels || p.notice, notice: p.notice, done: done}, nil
}

func (x *Exchange) sealEHI(ctx context.Context, manifest []byte) (name string, sig []byte, err error) {
	if name = x.SignatureName; name == "" {
		name = "jws"
	}
	sig, err = guarded(func() ([]byte, error) { return x.Signer.Sign(ctx, bytes.NewReader(manifest)) })
	if err == nil && (len(sig) == 0 || !ehiName(name)) {
		err = errors.New("portage: a signer gave nothing")
	}
	if err != nil {
		err = refuse(fmt.Errorf("portage: it cannot be signed: %w", err), audit.ReasonSeal)
	}
	return name, sig, err
}
