package seal

import (
	"context"
	"io"
	"strings"

	"filippo.io/age"
)

// MediaTypeAge is how files of age are named in manifests: the format has no registered media type.
const MediaTypeAge = "application/vnd.age"

// Age encrypts packages of any size to age recipients (age-encryption.org/v1), as a stream. It is safe for concurrent use.
type Age struct{ recipients []age.Recipient }

// NewAge makes an encrypter to recipients.
func NewAge(to ...age.Recipient) (*Age, error) {
	if len(to) == 0 {
		return nil, ErrKey
	}
	return &Age{recipients: append([]age.Recipient(nil), to...)}, nil
}

// ReadAge makes an encrypter to recipients in text, one on a line (age1…); lines that begin with # are comments.
func ReadAge(text string) (*Age, error) {
	to, err := age.ParseRecipients(strings.NewReader(text))
	if err != nil {
		return nil, ErrKey
	}
	return NewAge(to...)
}

// MediaType gives application/vnd.age.
func (e *Age) MediaType() string { return MediaTypeAge }

// Encrypt returns a writer that encrypts what is written to it. What dst holds is whole only once it was closed without an error.
func (e *Age) Encrypt(ctx context.Context, dst io.Writer) (io.WriteCloser, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	w, err := age.Encrypt(dst, e.recipients...)
	if err != nil {
		return nil, err
	}
	return &ageWriter{ctx: ctx, w: w}, nil
}

type ageWriter struct {
	ctx context.Context
	w   io.WriteCloser
}

func (w *ageWriter) Write(p []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	return w.w.Write(p)
}

// Close ends the file. Once ctx is over it does not: a file of age without its end cannot be taken for a whole one.
func (w *ageWriter) Close() error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	return w.w.Close()
}

// OpenAge gives what a file of age holds, as a stream. Each piece that is read was checked; that there is an end shows
// only when it is reached, as io.EOF: until then it is a part.
func OpenAge(ctx context.Context, r io.Reader, identities ...age.Identity) (io.Reader, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	out, err := age.Decrypt(r, identities...)
	if err != nil {
		return nil, ErrSealed
	}
	return &ageReader{ctx: ctx, r: out}, nil
}

type ageReader struct {
	ctx context.Context
	r   io.Reader
}

func (r *ageReader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := r.r.Read(p)
	if err != nil && err != io.EOF {
		err = ErrSealed
	}
	return n, err
}
