package audit_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/audit"
	"github.com/portage-health/portage/audit/audittest"
)

// FuzzParse: what is read is valid, and is written again as the same bytes.
func FuzzParse(f *testing.F) {
	for _, e := range []*audit.Event{audittest.Full(), audittest.Event(1), audittest.Intent(2), audittest.Outcome(3, 2)} {
		data, err := e.AppendJSON(nil)
		require.NoError(f, err)
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		e, err := audit.Parse(data)
		if err != nil {
			require.ErrorIs(t, err, audit.ErrInvalid)
			return
		}
		again, err := e.AppendJSON(nil)
		require.NoError(t, err)
		require.Equal(t, string(data), string(again))
	})
}
