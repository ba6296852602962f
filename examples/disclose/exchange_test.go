package main

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"filippo.io/age"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"

	"github.com/portage-health/portage/audit"
	"github.com/portage-health/portage/audit/audittest"
	"github.com/portage-health/portage/audit/filelog"
	"github.com/portage-health/portage/audit/seal"
	"github.com/portage-health/portage/ccda"
	"github.com/portage-health/portage/consent"
	"github.com/portage-health/portage/fhir"
	"github.com/portage-health/portage/hl7v2"
	"github.com/portage-health/portage/record"
)

// logged verifies the log, and gives its events but for those that tell of the log itself.
func (d desk) logged(dir string, check filelog.Check) (out []*audit.Event) {
	d.t.Helper()
	check.Events = true
	_, err := filelog.Verify(d.t.Context(), dir, check)
	require.NoError(d.t, err)
	r, err := filelog.OpenReader(dir)
	require.NoError(d.t, err)
	for e, err := range r.Entries(d.t.Context(), 0) {
		require.NoError(d.t, err)
		b, err := e.Event.AppendJSON(nil)
		require.NoError(d.t, err)
		require.NotContains(d.t, string(b), secret)
		if e.Event.Kind != audit.KindStart && e.Event.Kind != audit.KindStop {
			out = append(out, e.Event)
		}
	}
	return out
}

// names are the files in the desk that a run may have written.
func (d desk) names() (out []string) {
	d.t.Helper()
	for _, n := range []string{"out", "out.jws", "out.jws.age", "decision.json", "preview.txt"} {
		if _, err := os.Lstat(filepath.Join(d.dir, n)); err == nil {
			out = append(out, n)
		}
	}
	return out
}

// key writes a private key in PEM, and gives its file and what verifies by it.
func (d desk) key() (string, *seal.JWSVerifier) {
	d.t.Helper()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(d.t, err)
	der, err := x509.MarshalPKCS8PrivateKey(private)
	require.NoError(d.t, err)
	id, err := seal.KeyID(public)
	require.NoError(d.t, err)
	v, err := seal.NewJWSVerifier(0, seal.Key{ID: id, Public: public})
	require.NoError(d.t, err)
	return d.file("key.pem", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))), v
}

// From consent to file with audit: what leaves is what leaves without, signed and encrypted; the log has intent and outcome.
func TestAuditedSignedEncrypted(t *testing.T) {
	d := newDesk(t)
	in, req, c := d.record("in.json", fhir.Exporter{}), d.file("req.json", want("TREAT", "")), d.file("c.json", withoutHIV)
	key, verifier := d.key()
	identity, err := age.GenerateX25519Identity()
	require.NoError(t, err)
	opened := func(text string) string {
		r, err := seal.OpenAge(t.Context(), strings.NewReader(text), identity)
		require.NoError(t, err)
		b, err := io.ReadAll(r)
		require.NoError(t, err)
		return string(b)
	}
	signature := func(name string) string {
		b, err := os.ReadFile(filepath.Join(d.dir, name))
		require.NoError(t, err)
		require.NoError(t, os.Remove(filepath.Join(d.dir, name)))
		return string(b)
	}
	secretKey, public, err := note.GenerateKey(rand.Reader, "audit.example.org")
	require.NoError(t, err)
	logKey, err := note.NewVerifier(public)
	require.NoError(t, err)
	dir, args := filepath.Join(d.dir, "log"), []string{"-consent", c, "-request", req, in}
	with := func(more ...string) []string {
		return append(append([]string{"-audit", dir, "-audit-key", d.file("log.key", secretKey+"\n")}, more...), args...)
	}

	code, plain, decision, preview := d.run(args...)
	require.Zero(t, code)
	code, out, decision2, preview2 := d.run(with()...)
	require.Zero(t, code)
	require.Equal(t, plain+decision+preview, out+decision2+preview2)
	events := d.logged(dir, filelog.Check{Key: logKey})
	require.Len(t, events, 2)
	require.Equal(t, audit.PhaseIntent, events[0].Phase)
	require.Equal(t, events[0].ID, events[1].Intent)
	require.Equal(t, audit.OutcomeSuccess, events[1].Outcome)
	require.Equal(t, int64(len(out)), events[1].Payload.Bytes)
	require.Equal(t, "Practitioner/2", events[1].Disclosure.Recipient.Reference)
	require.Equal(t, "Patient/ex-patient", events[1].Patient.Reference)
	require.Equal(t, []audit.Count{{Kind: "result", Why: string(consent.ReasonConsent), Count: 1}}, events[1].Decision.Withheld)

	code, out, _, _ = d.run(with("-sign", key)...)
	require.Zero(t, code)
	require.Equal(t, plain, out)
	sig := signature("out.jws")
	require.NoError(t, verifier.Verify(t.Context(), strings.NewReader(out), []byte(sig)))
	require.ErrorIs(t, verifier.Verify(t.Context(), strings.NewReader(out+" "), []byte(sig)), audit.ErrSignature)

	code, out, _, _ = d.run(with("-sign", key, "-encrypt", identity.Recipient().String())...)
	require.Zero(t, code)
	require.NotContains(t, out, "2339-0")
	require.Equal(t, plain, opened(out))
	require.NoError(t, verifier.Verify(t.Context(), strings.NewReader(plain), []byte(opened(signature("out.jws.age")))))
	require.Equal(t, []string{"out", "decision.json", "preview.txt"}, d.names())

	events = d.logged(dir, filelog.Check{Key: logKey})
	require.Len(t, events, 6)
	require.Nil(t, events[1].Payload.Signed)
	require.Equal(t, "EdDSA", events[5].Payload.Signed.Algorithm)
	require.Equal(t, "age", events[5].Payload.Encrypted.Algorithm)

	// Without a log; to a file of recipients.
	code, out, _, _ = d.run(append([]string{"-encrypt", d.file("to.txt", "# the clinic\n"+identity.Recipient().String()+"\n")}, args...)...)
	require.Zero(t, code)
	require.Equal(t, plain, opened(out))
}

// With a log the decision, the exit status and the output are the same as without, whatever the format; a denial has one event.
func TestAuditedSameDecision(t *testing.T) {
	d := newDesk(t)
	in, req, c := d.record("in.json", fhir.Exporter{}), d.file("req.json", want("TREAT", "")), d.file("c.json", withoutHIV)
	tests := map[string]struct {
		args   []string
		code   int
		events int
		reason audit.Reason
	}{
		"HL7 v2":                {[]string{"-consent", c, "-request", req, "-to", "hl7v2", in}, exitOK, 2, ""},
		"C-CDA":                 {[]string{"-consent", c, "-request", req, "-to", "ccda", in}, exitOK, 2, ""},
		"own JSON, masked":      {[]string{"-consent", c, "-request", req, "-to", "record", "-mask", in}, exitOK, 2, ""},
		"from C-CDA":            {[]string{"-consent", c, "-request", req, d.record("in.xml", ccda.Exporter{})}, exitOK, 2, ""},
		"from HL7 v2":           {[]string{"-consent", c, "-request", req, "-unlabelled", "N", "-to", "ccda", d.record("in.hl7", hl7v2.Exporter{})}, exitOK, 2, ""},
		"from own JSON":         {[]string{"-consent", c, "-request", req, d.record("in.rec", record.JSONFormat().Exporter)}, exitOK, 2, ""},
		"no consent, no law":    {[]string{"-request", d.file("r1", want("HMARKT", "")), in}, exitDenied, 1, audit.ReasonConsent},
		"unreadable consent":    {[]string{"-request", req, "-consent", d.file("half.json", withoutHIV[:200]), in}, exitDenied, 1, audit.ReasonConsent},
		"unreadable rules":      {[]string{"-request", req, "-labels", d.file("bad", `{"rules":[{}]}`), in}, exitDenied, 1, audit.ReasonUndecided},
		"unreadable request":    {[]string{"-request", d.file("r3", want("TREAT", `,"labls":[]`)), in}, exitDenied, 1, audit.ReasonUndecided},
		"another patient":       {[]string{"-request", d.file("r8", strings.Replace(want("TREAT", ""), `"77"`, `"78"`, 1)), in}, exitDenied, 1, audit.ReasonConsent},
		"not de-identified":     {[]string{"-request", d.file("r9", want("HRESCH", `,"form":"de-identified"`)), in}, exitDenied, 1, audit.ReasonRedaction},
		"input that is none":    {[]string{"-request", req, d.file("in.txt", "no record at all")}, exitFailed, 1, audit.ReasonImport},
		"input that is nowhere": {[]string{"-request", req, filepath.Join(d.dir, "none")}, exitFailed, 1, audit.ReasonImport},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			d := desk{t, d.dir}
			code, out, decision, preview := d.run(tt.args...)
			require.Equal(t, tt.code, code)
			dir := filepath.Join(t.TempDir(), "log")
			code, out2, decision2, preview2 := d.run(append([]string{"-audit", dir}, tt.args...)...)
			require.Equal(t, tt.code, code)
			require.Equal(t, out+decision+preview, out2+decision2+preview2)
			events := d.logged(dir, filelog.Check{})
			require.Len(t, events, tt.events)
			require.Equal(t, tt.reason, events[len(events)-1].Reason)
			if tt.code == exitDenied {
				require.NotContains(t, d.names(), "out")
			}
		})
	}
}

// A consent under 42 CFR Part 2: the notice goes out with what it is about, or, where the format has no place for it, nothing does.
func TestAuditedNotice(t *testing.T) {
	d := newDesk(t)
	rec := chart()
	rec.Results[1].Labels[1].Coding.Code = consent.CodeUnderPart2
	var b bytes.Buffer
	_, err := fhir.Exporter{}.Export(t.Context(), rec, &b, record.ExportOptions{})
	require.NoError(t, err)
	in, req := d.file("in.json", b.String()), d.file("req.json", want("TREAT", ""))
	to := `,"actor":[{"role":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ParticipationType","code":"IRCP"}]},"reference":{"reference":"Practitioner/2"}}]`
	c := d.file("c.json", strings.Replace(agreed("c", to), `"policy":[{"uri":"http://example.org/policy"}]`,
		`"sourceReference":{"reference":"DocumentReference/form"},"policyRule":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"42CFRPart2"}]}`, 1))
	dir := filepath.Join(d.dir, "log")
	args := []string{"-consent", c, "-request", req, in}
	code, out, decision, _ := d.run(args...)
	require.Zero(t, code)
	require.Contains(t, decision, consent.ObligeNotice)
	code, out2, _, _ := d.run(append([]string{"-audit", dir}, args...)...)
	require.Zero(t, code)
	require.Equal(t, out, out2)
	require.Contains(t, out2, consent.Notice)
	require.Contains(t, out2, "75622-1")
	code, out, decision, _ = d.run(append([]string{"-audit", dir, "-to", "hl7v2"}, args...)...)
	require.Equal(t, exitDenied, code, "labels must travel, and HL7 v2 has no place for them")
	require.Empty(t, out)
	require.Contains(t, decision, "obligations")
	events := d.logged(dir, filelog.Check{})
	require.Len(t, events, 4)
	require.Contains(t, events[0].Decision.Obligations, consent.ObligeNotice)
	require.Equal(t, audit.ReasonConsent, events[3].Reason)
}

// Without its log nothing is written at all.
func TestAuditFailsClosed(t *testing.T) {
	d := newDesk(t)
	in, req, c := d.record("in.json", fhir.Exporter{}), d.file("req.json", want("TREAT", "")), d.file("c.json", withoutHIV)
	key, _ := d.key()
	failed := func(args ...string) {
		t.Helper()
		code, _, _, _ := d.run(args...)
		require.Equal(t, exitFailed, code)
		require.Empty(t, d.names())
	}
	args := []string{"-consent", c, "-request", req, in}
	failed(append([]string{"-audit", c}, args...)...) // a file
	failed(append([]string{"-audit", filepath.Join(c, "log")}, args...)...)
	if os.Getuid() != 0 {
		closed := filepath.Join(d.dir, "closed")
		require.NoError(t, os.Mkdir(closed, 0o500))
		failed(append([]string{"-audit", filepath.Join(closed, "log")}, args...)...)
	}
	dir := filepath.Join(d.dir, "log")
	held, err := filelog.Open(t.Context(), dir, filelog.Options{})
	require.NoError(t, err)
	failed(append([]string{"-audit", dir}, args...)...) // another writes it
	intent := audittest.Event(0)
	intent.Phase, intent.Outcome, intent.Intent, intent.Reason = audit.PhaseIntent, "", "", ""
	require.NoError(t, held.Append(t.Context(), intent))
	require.NoError(t, held.Close())
	failed(append([]string{"-audit", dir, "-audit-key", key}, args...)...)
	failed(append([]string{"-sign", c}, args...)...)
	failed(append([]string{"-encrypt", "age1nobody"}, args...)...)
	failed(append([]string{"-encrypt", filepath.Join(d.dir, "none")}, args...)...)

	// An intent that never got its outcome is closed when the log is opened again.
	code, _, _, _ := d.run(append([]string{"-audit", dir}, args...)...)
	require.Zero(t, code)
	events := d.logged(dir, filelog.Check{})
	require.Len(t, events, 4)
	require.Equal(t, audit.OutcomeUnknown, events[1].Outcome)
	require.Equal(t, intent.ID, events[1].Intent)

	// Nothing of it is acknowledged any more once a byte of the log is another.
	segment := filepath.Join(dir, "00000000000000000000.log")
	b, err := os.ReadFile(segment)
	require.NoError(t, err)
	b[len(b)/2] ^= 1
	require.NoError(t, os.WriteFile(segment, b, 0o600))
	for _, n := range d.names() {
		require.NoError(t, os.Remove(filepath.Join(d.dir, n)))
	}
	failed(append([]string{"-audit", dir}, args...)...)

	for _, wrong := range [][]string{{"-audit-key", key}, {"-sign", key, "-o", ""}} {
		code, _, _, _ := d.run(append(wrong, args...)...)
		require.Equal(t, exitUsage, code)
	}
}

// A signature that has no place takes the output with it.
func TestSignatureWithoutPlace(t *testing.T) {
	d := newDesk(t)
	key, _ := d.key()
	dir := filepath.Join(d.dir, "log")
	require.NoError(t, os.Mkdir(filepath.Join(d.dir, "out.jws"), 0o700))
	code, out, _, _ := d.run("-audit", dir, "-sign", key, "-consent", d.file("c.json", withoutHIV), "-request", d.file("req.json", want("TREAT", "")), d.record("in.json", fhir.Exporter{}))
	require.Equal(t, exitFailed, code)
	require.Empty(t, out)
	events := d.logged(dir, filelog.Check{})
	require.Len(t, events, 2)
	require.Equal(t, audit.OutcomeFailure, events[1].Outcome)
	require.Equal(t, audit.ReasonDestination, events[1].Reason)
}

// sink is a log that fails when it is told to, and looks at what there is when it is told of an intent.
type sink struct {
	fail   audit.Phase
	look   func()
	events []*audit.Event
}

func (s *sink) Append(_ context.Context, events ...*audit.Event) error {
	for _, e := range events {
		if e.Phase == audit.PhaseIntent {
			s.look()
		}
		if e.Phase == s.fail {
			return errors.New("no room")
		}
		s.events = append(s.events, e.Clone())
	}
	return nil
}

type fullWriter struct{}

func (fullWriter) Write([]byte) (int, error) { return 0, syscall.ENOSPC }

// The intent comes before the first byte of anything; where the log does not take intent, outcome or denial, nothing stays.
func TestIntentFirst(t *testing.T) {
	d := newDesk(t)
	key, _ := d.key()
	name := func(n string) string { return filepath.Join(d.dir, n) }
	marketing, treatment, c, in := d.file("r1", want("HMARKT", "")), d.file("req.json", want("TREAT", "")), d.file("c.json", withoutHIV), d.record("in.json", fhir.Exporter{})
	for title, tt := range map[string]struct {
		fail    audit.Phase
		request string
		out     string
		stdout  io.Writer
		ok      bool
		names   []string
		last    audit.Reason
	}{
		"nothing fails":     {"none", treatment, name("out"), nil, true, []string{"out", "out.jws", "decision.json"}, ""},
		"the intent":        {audit.PhaseIntent, treatment, name("out"), nil, false, nil, ""},
		"the outcome":       {audit.PhaseOutcome, treatment, name("out"), nil, false, []string{"decision.json"}, ""},
		"a denial":          {audit.PhaseWhole, marketing, name("out"), nil, false, nil, ""},
		"no such directory": {"none", treatment, filepath.Join(d.dir, "none", "out"), nil, false, []string{"decision.json"}, audit.ReasonDestination},
		"a full disk":       {"none", treatment, "", fullWriter{}, false, []string{"decision.json"}, audit.ReasonFull},
	} {
		t.Run(title, func(t *testing.T) {
			d := desk{t, d.dir}
			for _, n := range d.names() {
				require.NoError(t, os.Remove(name(n)))
			}
			args := []string{"-consent", c, "-request", tt.request, "-o", tt.out, "-decision", name("decision.json"), "-audit", "unused"}
			if tt.out != "" {
				args = append(args, "-sign", key)
			}
			s, err := parseFlags(append(args, in), io.Discard)
			require.NoError(t, err)
			log := &sink{fail: tt.fail, look: func() { require.Empty(t, d.names()) }}
			x := &disclosure{settings: s, sink: log, stdout: tt.stdout}
			err = x.run(t.Context())
			if require.Equal(t, tt.ok, err == nil); err != nil {
				require.NotContains(t, err.Error(), secret)
			}
			require.Equal(t, tt.names, d.names())
			left, err := filepath.Glob(name(".disclose-*"))
			require.NoError(t, err)
			require.Empty(t, left)
			if tt.last != "" {
				require.Equal(t, tt.last, log.events[len(log.events)-1].Reason)
			}
		})
	}
}
