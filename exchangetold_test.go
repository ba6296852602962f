package portage_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage"
	"github.com/portage-health/portage/audit"
	"github.com/portage-health/portage/consent"
	"github.com/portage-health/portage/fhir"
	"github.com/portage-health/portage/record"
	"github.com/portage-health/portage/record/recordtest"
)

// What the destination has is what the log says: bytes, digest and counts; the signature is of the plain bytes.
func TestDiscloseTellsWhatLeft(t *testing.T) {
	s := newScene(t)
	var signed []byte
	s.x.Signer = signerFunc(func(b []byte) []byte { signed = b; return []byte("signature") })
	res, err := s.x.Disclose(s.ctx, s.out, s.to, s.dest)
	require.NoError(t, err)
	require.Equal(t, []string{"000001.json", "000001.json.jws"}, s.dest.names)
	require.Equal(t, signed, s.dest.files["000001.json"].Bytes())
	require.Equal(t, "signature", s.dest.files["000001.json.jws"].String())
	sum := sha256.Sum256(append(bytes.Clone(signed), "signature"...))
	last := s.book.events[1]
	require.Equal(t, hex.EncodeToString(sum[:]), last.Payload.Digest.Value)
	require.Equal(t, res.Digest, last.Payload.Digest.Value)
	require.Equal(t, int64(len(signed)+len("signature")), last.Payload.Bytes)
	counts := map[string]int64{}
	for _, c := range last.Payload.Counts {
		counts[c.Kind] = c.Count
	}
	require.Positive(t, counts["result"])
	require.Equal(t, int64(len(s.out.Record.Results)), counts["result"])
	require.Equal(t, audit.BasisTreatment, last.Disclosure.Basis)
	require.Equal(t, "Practitioner/17", last.Disclosure.Recipient.Reference)

	s = newScene(t)
	s.x.Encrypter = masking{}
	_, err = s.x.Disclose(s.ctx, s.out, s.to, s.dest)
	require.NoError(t, err)
	require.Equal(t, []string{"000001.json.age"}, s.dest.names)
	require.NotContains(t, s.dest.files["000001.json.age"].String(), "resourceType")
}

// What is withheld does not leave, and the log tells of it by kind and reason alone.
func TestDiscloseWithholds(t *testing.T) {
	s := newScene(t)
	s.out = treatment(readFHIR(t, jacksChart("")))
	d := permits()
	d.Residual = []consent.Stage{{Name: "consent", Rules: []consent.Rule{
		{Effect: consent.Permit}, {Effect: consent.Deny, If: consent.Condition{Labels: []record.Coding{{System: record.SystemActCode, Code: "HIV"}}}}}}}
	s.x.Decider = decides(d)
	_, err := s.x.Disclose(s.ctx, s.out, s.to, s.dest)
	require.NoError(t, err)
	out := s.dest.files["000001.json"].String()
	require.NotContains(t, out, "75622-1")
	require.Contains(t, out, "2339-0")
	n := int64(0)
	for _, c := range s.book.events[0].Decision.Withheld {
		n += c.Count
	}
	require.Equal(t, int64(1), n)
}

// The log names the laws that a decision was made by, and the consents that had a say, with their versions; not those of others, or that are over.
func TestLogNamesWhatHadASay(t *testing.T) {
	s := newScene(t)
	of := func(id, when string, status record.StatusCode, actors ...record.ConsentActor) record.Consent {
		return record.Consent{Entry: record.Entry{ID: id, Assertion: record.Affirmed, Status: record.Status{Code: status}}, Decision: "permit", When: &record.Time{Value: when}, Provision: &record.Provision{Actors: actors}}
	}
	s.x.Decider = &consent.Evaluator{Store: consent.Consents{
		of("given", "2021-05-06", record.StatusActive),
		of("another's", "2021-05-07", record.StatusActive, record.ConsentActor{Ref: &record.Ref{AsSent: "Practitioner/99"}}),
		of("draft", "2021-05-08", "draft"),
	}}
	_, err := s.x.Disclose(s.ctx, s.out, s.to, s.dest)
	require.NoError(t, err)
	var consents, others []audit.Policy
	for _, p := range s.book.events[0].Decision.Policies {
		if p.Kind == "consent" {
			consents = append(consents, p)
		} else {
			others = append(others, p)
		}
	}
	require.Equal(t, []audit.Policy{{ID: "given", Version: "2021-05-06", Kind: "consent"}}, consents)
	require.NotEmpty(t, others)
}

// The log holds nothing of a record that is full of planted words, however it is disclosed or received.
func TestExchangeLogHoldsNoMarkers(t *testing.T) {
	rec, plants := recordtest.Markers()
	require.NotEmpty(t, plants)
	s := newScene(t)
	s.out = treatment(rec)
	_, err := s.x.Disclose(s.ctx, s.out, s.to, s.dest)
	require.NoError(t, err)
	require.NotEmpty(t, s.dest.files)
	s.to.Exporter = failing{s.to.Exporter, func(*record.Record) error { return errTrouble }}
	_, err = s.x.Disclose(s.ctx, s.out, s.to, s.dest)
	require.Error(t, err)
	for _, d := range []consent.Default{consent.DefaultLawful, "permit", "deny"} {
		s.x.Decider = &consent.Evaluator{Store: consent.Consents(rec.Consents), Default: d} // by the law and the record's own consents
		_, _ = s.x.Disclose(s.ctx, s.out, fhir.Format(), s.dest)
	}

	text, err := record.Marshal(rec)
	require.NoError(t, err)
	n := 0
	for _, err := range s.x.Receive(s.ctx, portage.Incoming{Input: record.Input{Bytes: text}}, record.JSONFormat()) {
		require.NoError(t, err)
		n++
	}
	require.Equal(t, 1, n)
	for _, e := range s.book.events {
		if e.Kind == audit.KindReceive {
			e.Patient = nil // whose it is, is told by the identifiers that it came with
		}
		b, err := e.AppendJSON(nil)
		require.NoError(t, err)
		recordtest.NoMarkers(t, string(b))
	}
	require.GreaterOrEqual(t, len(s.book.events), 10)
}

// A sequence: each record has its own decision and events; one that is refused does not stop the others.
func TestDiscloseAll(t *testing.T) {
	s := newScene(t)
	refused := recordtest.Generate(1, recordtest.Small).Patient.ID
	s.x.Decider = consent.DeciderFunc(func(_ context.Context, r *consent.Request) (*consent.Decision, error) {
		if r.Patient.ID == refused {
			return nil, errTrouble
		}
		return permits(), nil
	})
	all := func(yield func(*portage.Outgoing, error) bool) {
		for seed := range uint64(4) {
			o := treatment(recordtest.Generate(seed, recordtest.Small))
			o.Request.Patient = consent.Subject{} // the record's
			if !yield(&o, nil) {
				return
			}
		}
	}
	var errs []error
	for _, err := range s.x.DiscloseAll(s.ctx, all, s.to, s.dest) {
		errs = append(errs, err)
	}
	require.Len(t, errs, 4)
	require.ErrorIs(t, errs[1], portage.ErrUndecided)
	require.NoError(t, errors.Join(errs[0], errs[2], errs[3]))
	require.Equal(t, []string{"000001.json", "000003.json", "000004.json"}, s.dest.names)
	require.Len(t, s.book.events, 7)

	s.book.fail = func(*audit.Event) error { return errTrouble }
	n := 0
	for _, err := range s.x.DiscloseAll(s.ctx, all, s.to, s.dest) {
		require.ErrorIs(t, err, portage.ErrAudit)
		n++
	}
	require.Equal(t, 1, n, "without a log nothing goes on")
}

// A folder as destination: whole files only, nothing overwritten, names that lead nowhere else.
func TestFolderDestination(t *testing.T) {
	dir := t.TempDir() + "/out"
	s := newScene(t)
	_, err := s.x.Disclose(s.ctx, s.out, s.to, portage.FolderDestination(dir))
	require.NoError(t, err)
	require.Len(t, tree(t, dir), 1)
	_, err = s.x.Disclose(s.ctx, s.out, s.to, portage.FolderDestination(dir))
	require.Error(t, err, "nothing is overwritten")
	d := portage.FolderDestination(dir)
	for _, name := range []string{"../x", "/x", "a/../../x", ".x", "A", ""} {
		_, err := d.Open(t.Context(), name)
		require.Error(t, err, "%q", name)
	}
	f, err := d.Open(t.Context(), "half.json")
	require.NoError(t, err)
	_, err = io.WriteString(f, strings.Repeat("x", 10))
	require.NoError(t, err)
	require.NoError(t, f.(interface{ Abort() error }).Abort())
	require.Len(t, tree(t, dir), 1)
}
