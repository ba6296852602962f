package audit_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/audit"
	"github.com/portage-health/portage/audit/audittest"
)

// BenchmarkAppendJSON writes an event, beside encoding/json writing its fields.
func BenchmarkAppendJSON(b *testing.B) {
	e := audittest.Event(1)
	type fields audit.Event // without the method
	room, err := e.AppendJSON(nil)
	require.NoError(b, err)
	b.Run("event", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			room, _ = e.AppendJSON(room[:0])
		}
	})
	b.Run("encoding/json", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _ = json.Marshal((*fields)(e))
		}
	})
}
