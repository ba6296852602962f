package consenttest_test

import (
	"fmt"

	"github.com/portage-health/portage/consent/consenttest"
)

// There are 129 rows. A host's test runs its Decider through them: consenttest.Run(t, setup).
func ExampleRows() {
	names := consenttest.Rows()
	fmt.Println(len(names), names[0], names[len(names)-1])
	// Output: 129 A1 J15
}
