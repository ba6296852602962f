package portage_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage"
	"github.com/portage-health/portage/audit"
	"github.com/portage-health/portage/fhir"
	"github.com/portage-health/portage/record"
)

// Receiving: the intent before the input is read, an event a patient before the caller has the record, the outcome at the end.
func TestReceive(t *testing.T) {
	bundle := jacksChart("")
	read := func(s *scene, in record.Input, from record.Format) (n int, err error) {
		for _, e := range s.x.Receive(s.ctx, portage.Incoming{Input: in, From: audit.Party{Name: "Lakeside"}}, from) {
			if e != nil {
				return n, e
			}
			n++
			last := s.book.events[len(s.book.events)-1]
			if last.Patient == nil || last.Outcome != audit.OutcomeSuccess {
				return n, errors.New("the caller has a record that the log does not know of")
			}
		}
		return n, nil
	}
	s := newScene(t)
	n, err := read(s, record.Input{Reader: bytes.NewReader(bundle)}, fhir.Format())
	require.NoError(t, err)
	require.Equal(t, 1, n)
	require.Len(t, s.book.events, 3)
	sum := sha256.Sum256(bundle)
	require.Equal(t, hex.EncodeToString(sum[:]), s.book.events[2].Payload.Digest.Value)
	require.Equal(t, audit.OutcomeSuccess, s.book.events[2].Outcome)
	require.Equal(t, "Lakeside", s.book.events[2].Agents[0].Name)

	s = newScene(t)
	_, err = read(s, record.Input{Bytes: []byte("{")}, fhir.Format())
	require.Error(t, err)
	require.Len(t, s.book.events, 2)
	require.Equal(t, audit.ReasonImport, s.book.events[1].Reason)

	s = newScene(t)
	s.book.fail = func(*audit.Event) error { return errTrouble }
	asked := false
	_, err = read(s, record.Input{Reader: readerFunc(func([]byte) (int, error) { asked = true; return 0, io.EOF })}, fhir.Format())
	require.ErrorIs(t, err, portage.ErrAudit)
	require.False(t, asked, "the input was read before its intent was in the log")

	s = newScene(t)
	s.book.fail = func(e *audit.Event) error {
		if e.Phase == audit.PhaseWhole {
			return errTrouble
		}
		return nil
	}
	n, err = read(s, record.Input{Bytes: bundle}, fhir.Format())
	require.ErrorIs(t, err, portage.ErrAudit)
	require.Zero(t, n)
	require.Equal(t, audit.ReasonAudit, s.book.events[1].Reason)

	s = newScene(t)
	for range s.x.Receive(s.ctx, portage.Incoming{Input: record.Input{Bytes: bundle}}, fhir.Format()) {
		break
	}
	require.Equal(t, audit.OutcomeCancelled, s.book.events[2].Outcome)
}

// An export that came in is received like any other input.
func TestReceiveEHI(t *testing.T) {
	p, err := portage.OpenEHI(exported(t, ehiExport(), 3), portage.EHILimits{})
	require.NoError(t, err)
	require.NoError(t, p.Verify(t.Context()))
	s := newScene(t)
	n := 0
	for got, err := range s.x.Receive(s.ctx, portage.Incoming{RequestID: p.Digest}, record.Format{Name: "ehi", Importer: p}) {
		require.NoError(t, err)
		require.NotNil(t, got.Record.Patient)
		n++
	}
	require.Equal(t, 3, n)
	require.Len(t, s.book.events, 5)
	require.Equal(t, audit.OutcomeSuccess, s.book.events[4].Outcome)
	require.Nil(t, s.book.events[4].Payload.Digest)
	require.Equal(t, p.Digest, s.book.events[4].Request)
}
