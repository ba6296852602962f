package audit

import (
	"context"
	"errors"
	"io"
)

// Signer makes signatures beside what they are of. The keys are the host's.
type Signer interface {
	// Sign reads r to its end and gives a detached signature of exactly those bytes, complete in itself: it names its
	// algorithm, and which key made it. The bytes are not changed, and nothing of them is in the signature but a digest.
	//
	// It fails, and gives nothing, where r fails or ctx is over before the end of r. Errors hold nothing of the bytes, nor
	// of a key. It is safe for concurrent use.
	Sign(ctx context.Context, r io.Reader) (signature []byte, err error)
}

// Verifier checks what a Signer made.
type Verifier interface {
	// Verify reads r to its end and gives nil only if signature is of exactly those bytes, by a key and an algorithm that
	// the Verifier was told to accept: what the signature itself says of them is never enough. Any change of a bit of either
	// gives an error that wraps ErrSignature; another error says that it could not be checked. It is safe for concurrent use.
	Verify(ctx context.Context, r io.Reader, signature []byte) error
}

// Encrypter encrypts a stream for its recipients. The keys are the host's.
type Encrypter interface {
	// Encrypt gives a writer of plain bytes whose encrypted form is written to w. What is written may be held back until
	// Close; after Close w has all of it, and w itself is not closed. If Close is not called, or fails, what w has must not be
	// taken for whole by whoever decrypts it. Each call makes a key of its own. It is safe for concurrent use, the writers are not.
	Encrypt(ctx context.Context, w io.Writer) (io.WriteCloser, error)
}

// ErrSignature is what every error wraps that says that a signature is not of these bytes or not by an accepted key.
var ErrSignature = errors.New("audit: the signature is not of these bytes by an accepted key")
