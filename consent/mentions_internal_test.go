package consent

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A text is found to mention a word exactly where it holds one.
func TestMentions(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	text := func(most int) string {
		b := make([]byte, r.IntN(most+1))
		for i := range b {
			b[i] = "abc-"[r.IntN(4)]
		}
		return string(b)
	}
	for range 20_000 {
		words := make([]string, r.IntN(6))
		for i := range words {
			words[i] = text(5)
		}
		in, want := text(12), false
		for _, w := range words {
			want = want || w != "" && strings.Contains(in, w)
		}
		require.Equal(t, want, mentionsOf(words).in(in), "%q in %q", words, in)
	}
}
