package audit_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/audit"
	"github.com/portage-health/portage/audit/audittest"
)

func TestLeaves(t *testing.T) {
	e := audittest.Full()
	got := map[string]string{}
	for _, l := range e.Leaves() {
		require.NotContains(t, got, l.Path)
		got[l.Path] = l.Value
	}
	require.Equal(t, "ev-000000000002", got["id"])
	require.Equal(t, "records.example.org", got["agents[0].network.address"])
	require.Equal(t, "true", got["agents[0].requestor"])
	require.Equal(t, "Duluth MN 55802", got["agents[1].address[1]"])
	require.Equal(t, "48123", got["payload.bytes"])
	require.NotContains(t, got, "v")
	// Each leaf that is cleared is one less.
	e.Payload.Bytes = 0
	require.Len(t, e.Leaves(), len(got)-1)
	require.Empty(t, (&audit.Event{}).Leaves())
}
