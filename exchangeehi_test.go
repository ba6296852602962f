package portage_test

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage"
	"github.com/portage-health/portage/audit"
	"github.com/portage-health/portage/consent"
	"github.com/portage-health/portage/record"
	"github.com/portage-health/portage/record/recordtest"
)

// askFor makes requests that name a patient as the host does.
func askFor(_ context.Context, key string, _ *record.Record) (*portage.Outgoing, error) {
	out := treatment(nil)
	out.Request.Patient.Reference = "Patient/" + strings.TrimPrefix(key, "MRN-")
	return &out, nil
}

// byPatient denies the second patient, and withholds observations of the third.
var byPatient = consent.DeciderFunc(func(_ context.Context, r *consent.Request) (*consent.Decision, error) {
	d := permits()
	switch r.Patient.Reference {
	case "Patient/1":
		return &consent.Decision{Outcome: consent.Denied, Final: consent.Deny}, nil
	case "Patient/2":
		d.Residual = []consent.Stage{{Name: "consent", Rules: []consent.Rule{{Effect: consent.Permit},
			{Effect: consent.Deny, If: consent.Condition{Classes: []record.Coding{{System: "http://hl7.org/fhir/resource-types", Code: "Observation"}}}}}}}
	}
	return d, nil
})

func TestExportEHIAsksAndRemembers(t *testing.T) {
	const n = 6
	s := newScene(t)
	s.x.Decider = byPatient
	s.x.Signer = signs(func() ([]byte, error) { return []byte("signature"), nil })
	dir := filepath.Join(t.TempDir(), "export")
	res, err := s.x.ExportEHI(s.ctx, ehiExport(), dir, &invented{n: n, size: recordtest.Small}, askFor)
	require.NoError(t, err)
	require.Equal(t, n-1, res.Patients)
	require.Equal(t, 1, res.Withheld)
	require.Equal(t, 2, res.TablesWithheld)
	require.Zero(t, res.Failed)

	p, err := portage.OpenEHI(dir, portage.EHILimits{})
	require.NoError(t, err)
	require.NoError(t, p.Verify(t.Context()))
	require.Equal(t, n-1, p.Manifest.Patients)
	sig, err := p.ReadSignature("jws")
	require.NoError(t, err)
	require.Equal(t, "signature", string(sig))
	i := 0
	for got, err := range p.Records(t.Context(), "", nil, record.ImportOptions{}) {
		require.NoError(t, err)
		observed := len(got.Record.Results) + len(got.Record.Vitals) + len(got.Record.Social)
		if i == 1 { // the third patient is the second who leaves
			require.Zero(t, observed)
		} else {
			require.Positive(t, observed)
		}
		i++
	}
	require.NoDirExists(t, filepath.Join(dir, "parts/000001/0002/tables"))
	require.DirExists(t, filepath.Join(dir, "parts/000001/0001/tables"))

	intents, outcomes, denied := map[string]bool{}, 0, 0
	for _, e := range s.book.events {
		switch {
		case e.Phase == audit.PhaseIntent:
			intents[e.ID] = true
		case e.Phase == audit.PhaseOutcome:
			require.True(t, intents[e.Intent])
			require.Equal(t, audit.OutcomeSuccess, e.Outcome)
			if e.Kind == audit.KindExport {
				require.Equal(t, res.Manifest, e.Payload.Digest.Value)
			} else {
				require.NotEmpty(t, e.Entities)
			}
			outcomes++
		default:
			require.Equal(t, audit.OutcomeDenied, e.Outcome)
			denied++
		}
	}
	require.Len(t, intents, n) // n-1 patients and the whole
	require.Equal(t, n, outcomes)
	require.Equal(t, 1, denied)
}

// Where the log does not answer, nothing of a patient is written; the export goes on when it answers again.
func TestExportEHIWithoutLog(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "export")
	for _, phase := range []audit.Phase{audit.PhaseIntent, audit.PhaseOutcome} {
		s := newScene(t)
		taken := 0
		s.book.fail = func(e *audit.Event) error {
			if e.Kind == audit.KindDisclose && e.Phase == phase {
				if taken++; taken > 5 {
					return errTrouble
				}
			}
			return nil
		}
		_, err := s.x.ExportEHI(s.ctx, ehiExport(), dir, &invented{n: 12, size: recordtest.Small}, askFor)
		require.ErrorIs(t, err, portage.ErrAudit)
		require.NoFileExists(t, filepath.Join(dir, "manifest.json"))
		s.book.fail = nil
		_, err = s.x.Audit.Settle(t.Context())
		require.NoError(t, err)
		open, err := s.book.Pending(t.Context())
		require.NoError(t, err)
		require.Empty(t, open)
	}
	s := newScene(t)
	res, err := s.x.ExportEHI(s.ctx, ehiExport(), dir, &invented{n: 12, size: recordtest.Small}, askFor)
	require.NoError(t, err)
	require.Equal(t, 12, res.Patients)
	whole := filepath.Join(t.TempDir(), "whole")
	_, err = s.x.ExportEHI(s.ctx, ehiExport(), whole, &invented{n: 12, size: recordtest.Small}, askFor)
	require.NoError(t, err)
	require.Equal(t, tree(t, whole), tree(t, dir))
}

// What fails for a patient's sake has an outcome of its own, and the others go on where the host wants that.
func TestExportEHIFailure(t *testing.T) {
	s := newScene(t)
	e := ehiExport()
	e.KeepGoing = true
	third := recordtest.Generate(2, recordtest.Small).Patient.ID
	e.Forms[1].Exporter = failing{e.Forms[1].Exporter, func(rec *record.Record) error {
		if rec.Patient.ID == third {
			return errTrouble
		}
		return nil
	}}
	res, err := s.x.ExportEHI(s.ctx, e, filepath.Join(t.TempDir(), "export"), &invented{n: 4, size: recordtest.Small}, askFor)
	require.NoError(t, err)
	require.Equal(t, 1, res.Failed)
	failed := 0
	for _, e := range s.book.events {
		if e.Outcome == audit.OutcomeFailure {
			failed++
			require.Equal(t, audit.ReasonExport, e.Reason)
			require.Equal(t, "Patient/2", e.Patient.Reference)
		}
	}
	require.Equal(t, 1, failed)
}

// Neither originals nor tables leave beside a record that is de-identified, whatever its sources still say.
func TestExportEHIDeidentified(t *testing.T) {
	s := newScene(t)
	s.x.Decider = decides(permits(consent.ObligeDeidentify))
	s.x.Deidentifier = deidentify(func() (*record.Record, error) { return (&invented{size: recordtest.Small}).give(0).Record, nil })
	e := ehiExport()
	e.Tables[0].Judged = true
	dir := filepath.Join(t.TempDir(), "export")
	res, err := s.x.ExportEHI(s.ctx, e, dir, &invented{n: 2, size: recordtest.Small}, askFor)
	require.NoError(t, err)
	require.Equal(t, 2, res.Patients)
	for name := range tree(t, dir) {
		require.NotContains(t, name, "originals")
		require.NotContains(t, name, "tables")
	}
	require.Equal(t, audit.BasisDeidentified, s.book.events[1].Disclosure.Basis)
}

// One zip, encrypted and not; a folder cannot be encrypted.
func TestWriteEHI(t *testing.T) {
	s := newScene(t)
	var plain, sealed bytes.Buffer
	_, err := s.x.WriteEHI(s.ctx, ehiExport(), &plain, &invented{n: 2, size: recordtest.Small}, askFor)
	require.NoError(t, err)
	s.x.Encrypter = masking{}
	_, err = s.x.WriteEHI(s.ctx, ehiExport(), &sealed, &invented{n: 2, size: recordtest.Small}, askFor)
	require.NoError(t, err)
	back := sealed.Bytes()
	for i := range back {
		back[i] ^= 0x5a
	}
	require.True(t, bytes.Equal(plain.Bytes(), back))
	p, err := portage.OpenEHIZip(bytes.NewReader(back), int64(len(back)), portage.EHILimits{})
	require.NoError(t, err)
	require.NoError(t, p.Verify(t.Context()))
	_, err = s.x.ExportEHI(s.ctx, ehiExport(), t.TempDir(), &invented{n: 2}, askFor)
	require.ErrorIs(t, err, portage.ErrEHIEncrypt)

	s = newScene(t)
	_, err = s.x.WriteEHI(s.ctx, ehiExport(), writesOnly(1000), &invented{n: 2, size: recordtest.Small}, askFor)
	require.ErrorIs(t, err, errTrouble)
	for _, e := range s.book.events {
		require.NotEqual(t, audit.OutcomeSuccess, e.Outcome)
	}
	open, err := s.book.Pending(t.Context())
	require.NoError(t, err)
	require.Empty(t, open)
}

type limitedWriter struct{ left int }

func writesOnly(n int) *limitedWriter { return &limitedWriter{n} }

func (w *limitedWriter) Write(p []byte) (int, error) {
	if w.left -= len(p); w.left < 0 {
		return 0, errTrouble
	}
	return len(p), nil
}
