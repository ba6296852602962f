package ccda

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// What goes wrong in a reckoning beside the writing comes up where it is needed, each time.
func TestReckoningFails(t *testing.T) {
	var r reckoning
	bad := func() { panic("bad") }
	done := make(chan bool)
	go func() {
		defer close(done)
		r.run(bad)
	}()
	<-done
	r.run(func() { t.Error("it is reckoned once") })
	for range 2 {
		require.PanicsWithValue(t, "bad", func() { r.need(func() {}) })
	}
	var well reckoning
	n := 0
	for range 2 {
		well.need(func() { n++ })
	}
	require.Equal(t, 1, n)
}
