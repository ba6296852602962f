package audittest_test

import (
	"testing"

	"github.com/portage-health/portage/audit"
	"github.com/portage-health/portage/audit/audittest"
)

// A host's own sink is run through the suite in a test.
func ExampleRun() {
	_ = func(t *testing.T) {
		audittest.Run(t, func(*testing.T) audittest.Subject {
			sink := new(audit.Memory)
			return audittest.Subject{Sink: sink, Read: func() ([]*audit.Event, error) { return sink.Events(), nil }}
		})
	}
	// Output:
}
