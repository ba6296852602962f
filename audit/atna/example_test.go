package atna_test

import (
	"fmt"

	"github.com/portage-health/portage/audit/atna"
	"github.com/portage-health/portage/audit/audittest"
)

// A disclosure as the frame that goes to an audit record repository.
func ExampleFrame() {
	frame, err := atna.Frame(audittest.Event(1), atna.Options{Hostname: "records.example.org", AppName: "portage", ProcID: "1"})
	if err != nil {
		panic(err)
	}
	fmt.Printf("%q…\n", frame[:205])
	// Output:
	// "<85>1 2026-03-02T09:30:01.123000Z records.example.org portage 1 DICOM+RFC3881 - \ufeff<AuditMessage><EventIdentification EventActionCode=\"R\" EventDateTime=\"2026-03-02T09:30:01.123Z\" EventOutcomeIndicator=\"0\">"…
}
