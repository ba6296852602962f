package portage

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/portage-health/portage/audit"
	"github.com/portage-health/portage/consent"
	"github.com/portage-health/portage/record"
)

// Exchange is the one way out. It asks whether a record may leave, takes out what
// may not, and writes the rest; the intent is in the audit log before the first byte
// reaches the destination, and the outcome after the last. Whatever is not certain is
// a refusal: no decision, an obligation that nobody can carry out, a log that does not answer.
//
// Its fields must not change while it is used. It is safe for concurrent use if what it is made of is.
type Exchange struct {
	// Decider decides what may leave. It must be there.
	Decider consent.Decider
	// Audit remembers. It must be there, with a Sink.
	Audit *audit.Recorder
	// Unaudited is called where an event could not be recorded, with the event and the error. If it returns true, the host
	// answers for the event, and what it tells of goes on without being audited. Where it is nil, the answer is no.
	Unaudited func(ctx context.Context, e *audit.Event, err error) bool

	// Labeller marks entries before they are judged; its labels leave with them. Unlabelled are what the others are judged by.
	Labeller   consent.Labeller
	Unlabelled []record.Label
	// Tell marks documents that something was withheld from.
	Tell bool

	// Deidentifier carries out the obligation to de-identify, and requests for such a form. Where it is nil, they are refused.
	Deidentifier Deidentifier
	// Duties carry out the other obligations of a decision, by their codes; see docs/exchange.md for those that need none.
	Duties map[string]Duty

	// Conform, where there is one, checks what was written before it leaves. An issue that is an error refuses it.
	Conform func(ctx context.Context, data []byte) ([]record.Issue, error)
	// Signer, where there is one, signs what leaves, before it is encrypted; the signature goes to the destination under
	// the same name with a dot and SignatureName ("jws" where that is empty).
	Signer        audit.Signer
	SignatureName string
	// Encrypter, where there is one, encrypts what leaves, signatures too; EncryptedName ("age") is added to its names.
	Encrypter     audit.Encrypter
	EncryptedName string
	// Signed and Encrypted tell the log how: algorithm and key's id.
	Signed, Encrypted *audit.Seal

	// Options are those of every export.
	Options record.ExportOptions
	// Recheck is after how long a decision is made again while work goes on; 0 means 30 s. It is made again also when
	// its ValidUntil comes.
	Recheck time.Duration
	// MaxBytes bounds one output, which is held in memory until it is whole; 0 means 1 GiB.
	MaxBytes int64
	// Clock is time.Now where it is nil.
	Clock func() time.Time
}

// Deidentifier makes a record that identifies nobody, or, for consent.FormLimited,
// that is a limited data set (45 CFR 164.514). It does not change the record.
type Deidentifier interface {
	Deidentify(ctx context.Context, rec *record.Record, form consent.Form) (*record.Record, error)
}

// Duty carries out an obligation before a record leaves: it tells who has to be
// told, writes down what has to be documented. An error refuses the disclosure.
type Duty func(ctx context.Context, o consent.Obligation, out *Outgoing) error

// Attested is the Duty of a host that carries an obligation out by itself, and says so.
func Attested(context.Context, consent.Obligation, *Outgoing) error { return nil }

// Outgoing is a record that is to leave, and for whom.
type Outgoing struct {
	Record *record.Record
	// Request is put to the Decider. Where its Patient says nothing, it is the record's; where its At is zero, it is now.
	Request *consent.Request
	// Disclosure is what the accounting of disclosures is to tell; recipient and basis are taken from the request where they are not given.
	Disclosure audit.Disclosure
	// Agents are those who take part, beside requester and recipient, which come from the request.
	Agents []audit.Agent
	// Name is what its file is called at the destination, without extension: of a-z, 0-9, - and _, beginning with a letter,
	// and nothing of the patient's. Where it is empty, it is the place in the sequence, in six digits.
	Name string
	// RequestID and Trace are kept in the events.
	RequestID, Trace string
}

// Destination takes what leaves.
type Destination interface {
	// Open begins a file. Its name is Outgoing.Name or a number, and an extension. What is written
	// counts only once Close has returned nil. If the writer has an Abort method, that is called instead of Close
	// where what was written is not to count. The first byte of a disclosure is written after Open has returned; Open itself must send nothing of it.
	Open(ctx context.Context, name string) (io.WriteCloser, error)
}

// DestinationFunc is a function as a Destination.
type DestinationFunc func(ctx context.Context, name string) (io.WriteCloser, error)

// Open calls f.
func (f DestinationFunc) Open(ctx context.Context, name string) (io.WriteCloser, error) {
	return f(ctx, name)
}

// Disclosed is what became of one record.
type Disclosed struct {
	// Decision and Withheld are what was decided and carried out; Withheld is nil where nothing was.
	Decision *consent.Decision
	Withheld *consent.Withholding
	// Report is that of the export.
	Report *record.Report
	// Bytes and Digest (SHA-256, hex) are of what the destination took.
	Bytes  int64
	Digest string
	// Intent and Outcome are the ids of the events; "" where there is none.
	Intent, Outcome string
}

// Errors of an Exchange. None holds a value of a patient's; what a host's own code gave is wrapped.
var (
	ErrDenied        = errors.New("portage: consent or law does not permit it")
	ErrUndecided     = errors.New("portage: no decision could be had")
	ErrObligation    = errors.New("portage: an obligation of the decision cannot be carried out")
	ErrExpired       = errors.New("portage: the decision is no longer valid, or has changed")
	ErrOtherPatient  = errors.New("portage: the request is about another patient than the record")
	ErrNotConformant = errors.New("portage: what was written does not conform")
	ErrAudit         = errors.New("portage: the audit log did not take the event")
	ErrNotReady      = errors.New("portage: an exchange needs a decider, an audit log, a request and a record")
	ErrTooLarge      = errors.New("portage: the output is larger than the limit")
)

const (
	exchangeRecheck = 30 * time.Second
	exchangeBytes   = 1 << 30
)

func (x *Exchange) now() time.Time {
	if x.Clock != nil {
		return x.Clock()
	}
	return time.Now()
}

func (x *Exchange) ready() bool { return x.Decider != nil && x.Audit != nil && x.Audit.Sink != nil }
