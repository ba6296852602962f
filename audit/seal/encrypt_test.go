package seal_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"io"
	"strings"
	"testing"

	"filippo.io/age"
	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/audit/seal"
)

// encrypter is what JWE and Age have in common.
type encrypter interface {
	Encrypt(ctx context.Context, dst io.Writer) (io.WriteCloser, error)
}

func sealed(t testing.TB, e encrypter, data []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := e.Encrypt(t.Context(), &out)
	require.NoError(t, err)
	for part := range chunks(data) {
		_, err = w.Write(part)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return out.Bytes()
}

// chunks gives data in pieces of odd sizes.
func chunks(data []byte) func(func([]byte) bool) {
	return func(yield func([]byte) bool) {
		for n := 1; len(data) > 0; n = n*3 + 1 {
			n = min(n, len(data))
			if !yield(data[:n]) {
				return
			}
			data = data[n:]
		}
	}
}

func TestJWE(t *testing.T) {
	data := bytes.Repeat([]byte(marker+" "), 5000)
	all := keys(t)
	for _, name := range []string{"ES256", "ES384", "ES512", "PS256"} {
		for _, compress := range []bool{false, true} {
			key := all[name]
			e, err := seal.NewJWE(seal.JWEOptions{Compress: compress}, publicOf(t, key))
			require.NoError(t, err)
			text := sealed(t, e, data)
			require.Equal(t, 4, bytes.Count(text, []byte(".")), "the compact form")
			require.NotContains(t, string(text), marker)
			got, err := seal.OpenJWE(t.Context(), bytes.NewReader(text), key, 0)
			require.NoError(t, err)
			require.Equal(t, data, got)
			_, err = seal.OpenJWE(t.Context(), bytes.NewReader(text), keys(t)[name], 0)
			require.Equal(t, seal.ErrSealed, err)
			// The library's own cap on what inflates would stop honest records; ours is the host's.
			_, err = seal.OpenJWE(t.Context(), bytes.NewReader(text), key, int64(len(data)-1))
			require.Equal(t, seal.ErrTooLarge, err)
		}
	}
	both, err := seal.NewJWE(seal.JWEOptions{}, publicOf(t, all["ES256"]), publicOf(t, all["PS256"]))
	require.NoError(t, err)
	text := sealed(t, both, data)
	for _, name := range []string{"ES256", "PS256"} {
		got, err := seal.OpenJWE(t.Context(), bytes.NewReader(text), all[name], 0)
		require.NoError(t, err)
		require.Equal(t, data, got)
	}
	_, err = seal.NewJWE(seal.JWEOptions{}, publicOf(t, all["EdDSA"]))
	require.Equal(t, seal.ErrKey, err)
	_, err = seal.NewJWE(seal.JWEOptions{})
	require.Equal(t, seal.ErrKey, err)
}

func TestJWELimits(t *testing.T) {
	key := p256(t)
	e, err := seal.NewJWE(seal.JWEOptions{Limit: 4}, publicOf(t, key))
	require.NoError(t, err)
	w, err := e.Encrypt(t.Context(), io.Discard)
	require.NoError(t, err)
	_, err = w.Write([]byte("12345"))
	require.Equal(t, seal.ErrTooLarge, err)
	ctx, cancel := context.WithCancel(t.Context())
	var out bytes.Buffer
	w, err = e.Encrypt(ctx, &out)
	require.NoError(t, err)
	cancel()
	require.ErrorIs(t, w.Close(), context.Canceled)
	require.Zero(t, out.Len(), "nothing left after the end of the caller's wish")
}

// A bomb: little that becomes much. It is stopped at the limit, whichever layer inflates.
func TestJWEBombs(t *testing.T) {
	key := p256(t)
	e, err := seal.NewJWE(seal.JWEOptions{Compress: true}, publicOf(t, key))
	require.NoError(t, err)
	bomb := sealed(t, e, make([]byte, 32<<20))
	require.Less(t, len(bomb), 64<<10)
	_, err = seal.OpenJWE(t.Context(), bytes.NewReader(bomb), key, 1<<20)
	require.Equal(t, seal.ErrTooLarge, err)

	enc, err := jose.NewEncrypter(jose.A256GCM, jose.Recipient{Algorithm: jose.ECDH_ES_A256KW, Key: &key.PublicKey}, &jose.EncrypterOptions{Compression: jose.DEFLATE})
	require.NoError(t, err)
	obj, err := enc.Encrypt(make([]byte, 32<<20))
	require.NoError(t, err)
	text, err := obj.CompactSerialize()
	require.NoError(t, err)
	_, err = seal.OpenJWE(t.Context(), strings.NewReader(text), key, 1<<20)
	require.Error(t, err)
}

func TestJWEFlippedBits(t *testing.T) {
	key := p256(t)
	e, err := seal.NewJWE(seal.JWEOptions{}, publicOf(t, key))
	require.NoError(t, err)
	data := []byte(marker)
	text := sealed(t, e, data)
	for i := range len(text) * 8 {
		bad := bytes.Clone(text)
		bad[i/8] ^= 1 << (i % 8)
		got, err := seal.OpenJWE(t.Context(), bytes.NewReader(bad), key, 0)
		if err == nil { // the unused bits in the last letter of a part of base64
			require.Equal(t, data, got)
			require.True(t, sameParts(text, bad), "bit %d", i)
		} else {
			require.Equal(t, seal.ErrSealed, err)
		}
	}
}

// sameParts reports whether two compact texts stand for the same bytes.
func sameParts(a, b []byte) bool {
	x, y := strings.Split(string(a), "."), strings.Split(string(b), ".")
	if len(x) != len(y) {
		return false
	}
	for i := range x {
		p, _ := base64.RawURLEncoding.DecodeString(x[i])
		q, _ := base64.RawURLEncoding.DecodeString(y[i])
		if !bytes.Equal(p, q) {
			return false
		}
	}
	return true
}

func TestAge(t *testing.T) {
	id, err := age.GenerateX25519Identity()
	require.NoError(t, err)
	e, err := seal.ReadAge("# the county\n" + id.Recipient().String() + "\n")
	require.NoError(t, err)
	data := make([]byte, 300<<10)
	_, _ = rand.Read(data)
	copy(data[1000:], marker)
	text := sealed(t, e, data)
	require.NotContains(t, string(text), marker)
	r, err := seal.OpenAge(t.Context(), bytes.NewReader(text), id)
	require.NoError(t, err)
	got, err := io.ReadAll(r)
	require.NoError(t, err)
	require.True(t, bytes.Equal(data, got))

	other, err := age.GenerateX25519Identity()
	require.NoError(t, err)
	_, err = seal.OpenAge(t.Context(), bytes.NewReader(text), other)
	require.Equal(t, seal.ErrSealed, err)
	for _, n := range []int{1, 64 << 10, len(text) - 1} { // cut short, it is never taken for whole
		if r, err := seal.OpenAge(t.Context(), bytes.NewReader(text[:n]), id); err == nil {
			_, err = io.ReadAll(r)
			require.Equal(t, seal.ErrSealed, err)
		}
	}
	for i := 0; i < len(text)*8; i += 997 {
		bad := bytes.Clone(text)
		bad[i/8] ^= 1 << (i % 8)
		r, err := seal.OpenAge(t.Context(), bytes.NewReader(bad), id)
		if err == nil {
			_, err = io.ReadAll(r)
		}
		require.Equal(t, seal.ErrSealed, err, "bit %d", i)
	}
	_, err = seal.ReadAge(marker)
	require.Equal(t, seal.ErrKey, err)
	_, err = seal.NewAge()
	require.Equal(t, seal.ErrKey, err)

	ctx, cancel := context.WithCancel(t.Context())
	var out bytes.Buffer
	w, err := e.Encrypt(ctx, &out)
	require.NoError(t, err)
	_, err = w.Write(data)
	require.NoError(t, err)
	cancel()
	require.ErrorIs(t, w.Close(), context.Canceled)
	if r, err := seal.OpenAge(t.Context(), &out, id); err == nil {
		_, err = io.ReadAll(r)
		require.Equal(t, seal.ErrSealed, err, "what was called off is never whole")
	}
}

func FuzzOpen(f *testing.F) {
	key := p256(f)
	e, err := seal.NewJWE(seal.JWEOptions{Compress: true}, publicOf(f, key))
	require.NoError(f, err)
	id, err := age.GenerateX25519Identity()
	require.NoError(f, err)
	a, err := seal.NewAge(id.Recipient())
	require.NoError(f, err)
	data := []byte("data of an invented patient")
	f.Add(sealed(f, e, data))
	f.Add(sealed(f, a, data))
	f.Fuzz(func(t *testing.T, in []byte) {
		// Anybody may encrypt to a public key, so what opens is anything; it stays within the limit, and errors tell nothing.
		const limit = 1 << 16
		got, err := seal.OpenJWE(t.Context(), bytes.NewReader(in), key, limit)
		require.LessOrEqual(t, len(got), limit)
		if err != nil {
			require.Contains(t, []error{seal.ErrSealed, seal.ErrTooLarge}, err)
		}
		if r, err := seal.OpenAge(t.Context(), bytes.NewReader(in), id); err == nil {
			if _, err := io.Copy(io.Discard, io.LimitReader(r, limit)); err != nil {
				require.Equal(t, seal.ErrSealed, err)
			}
		} else {
			require.Equal(t, seal.ErrSealed, err)
		}
	})
}
