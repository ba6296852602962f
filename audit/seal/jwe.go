package seal

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"io"

	"github.com/go-jose/go-jose/v4"
)

// MediaTypeGzip is the content type (cty) of a JWE whose payload was compressed before it was encrypted.
const MediaTypeGzip = "application/gzip"

var (
	keyAlgorithms = []jose.KeyAlgorithm{jose.ECDH_ES_A256KW, jose.RSA_OAEP_256}
	encryptions   = []jose.ContentEncryption{jose.A256GCM}
)

// JWE encrypts to public keys, in memory (RFC 7516): compact for one key, JSON for several. Keys are agreed by
// ECDH-ES+A256KW (P-256, P-384, P-521) or RSA-OAEP-256, content is A256GCM. What is large is better given to Age, which
// streams. It is safe for concurrent use.
type JWE struct {
	recipients []jose.Recipient
	compress   bool
	limit      int64
}

// JWEOptions steer a JWE. The zero value is right.
type JWEOptions struct {
	// Compress puts the payload through gzip first, and says so in cty. The length of what was compressed then tells of its content.
	Compress bool
	Limit    int64 // most bytes of a payload; 0 is 256 MB
}

// NewJWE makes an encrypter to keys.
func NewJWE(o JWEOptions, to ...Key) (*JWE, error) {
	if len(to) == 0 {
		return nil, ErrKey
	}
	e := &JWE{compress: o.Compress, limit: o.Limit}
	for _, k := range to {
		if _, err := algorithmOf(k.Public); err != nil {
			return nil, err
		}
		r := jose.Recipient{Key: k.Public, KeyID: k.ID}
		switch k.Public.(type) {
		case *ecdsa.PublicKey:
			r.Algorithm = jose.ECDH_ES_A256KW
		case *rsa.PublicKey:
			r.Algorithm = jose.RSA_OAEP_256
		default:
			return nil, ErrKey
		}
		e.recipients = append(e.recipients, r)
	}
	return e, nil
}

// MediaType gives application/jose.
func (e *JWE) MediaType() string { return MediaTypeJOSE }

// Encrypt returns a writer that encrypts what is written to it; the JWE goes to dst when it is closed.
func (e *JWE) Encrypt(ctx context.Context, dst io.Writer) (io.WriteCloser, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	w := &jweWriter{ctx: ctx, jwe: e, dst: dst}
	if e.compress {
		w.zip = gzip.NewWriter(&w.plain)
	}
	return w, nil
}

type jweWriter struct {
	ctx    context.Context
	jwe    *JWE
	dst    io.Writer
	plain  bytes.Buffer
	zip    *gzip.Writer
	n      int64
	closed bool
}

func (w *jweWriter) Write(p []byte) (int, error) {
	limit := w.jwe.limit
	if limit <= 0 {
		limit = maxBytes
	}
	if w.n += int64(len(p)); w.n > limit {
		return 0, ErrTooLarge
	}
	if w.zip != nil {
		return w.zip.Write(p)
	}
	return w.plain.Write(p)
}

func (w *jweWriter) Close() error {
	if w.closed {
		return nil
	}
	w.closed = true
	if err := w.ctx.Err(); err != nil {
		return err
	}
	opts := &jose.EncrypterOptions{}
	if w.zip != nil {
		if err := w.zip.Close(); err != nil {
			return err
		}
		opts = opts.WithContentType(MediaTypeGzip)
	}
	var enc jose.Encrypter
	var err error
	if len(w.jwe.recipients) == 1 {
		enc, err = jose.NewEncrypter(jose.A256GCM, w.jwe.recipients[0], opts)
	} else {
		enc, err = jose.NewMultiEncrypter(jose.A256GCM, w.jwe.recipients, opts)
	}
	if err != nil {
		return ErrKey
	}
	sealed, err := enc.Encrypt(w.plain.Bytes())
	if err != nil {
		return ErrKey
	}
	text := sealed.FullSerialize()
	if len(w.jwe.recipients) == 1 {
		if text, err = sealed.CompactSerialize(); err != nil {
			return ErrKey
		}
	}
	_, err = io.WriteString(w.dst, text)
	return err
}

// OpenJWE decrypts a JWE with a key. limit bounds what is read, and what a compressed payload may become; 0 is 256 MB.
func OpenJWE(ctx context.Context, r io.Reader, key crypto.PrivateKey, limit int64) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if limit <= 0 {
		limit = maxBytes
	}
	text, err := readAll(r, 2*limit+maxSignature) // base64, and the header
	if err != nil {
		return nil, err
	}
	parse := jose.ParseEncryptedCompact
	if len(text) > 0 && text[0] == '{' {
		parse = jose.ParseEncryptedJSON
	}
	sealed, err := parse(string(text), keyAlgorithms, encryptions)
	if err != nil {
		return nil, ErrSealed
	}
	_, header, plain, err := sealed.DecryptMulti(key)
	if err != nil {
		return nil, ErrSealed
	}
	if cty, _ := header.ExtraHeaders[jose.HeaderContentType].(string); cty != MediaTypeGzip {
		if int64(len(plain)) > limit {
			return nil, ErrTooLarge
		}
		return plain, nil
	}
	z, err := gzip.NewReader(bytes.NewReader(plain))
	if err != nil {
		return nil, ErrSealed
	}
	out, err := readAll(z, limit)
	if err != nil && err != ErrTooLarge {
		err = ErrSealed
	}
	return out, err
}
