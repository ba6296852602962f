package balp_test

import (
	"fmt"

	"github.com/portage-health/portage/audit/audittest"
	"github.com/portage-health/portage/audit/balp"
)

// A disclosure as FHIR. It claims no profile, because nothing says who recorded it.
func ExampleMarshal() {
	resource, profiles, err := balp.Marshal(audittest.Event(1))
	if err != nil {
		panic(err)
	}
	fmt.Println(string(resource[:145]) + "…")
	fmt.Println(len(profiles), "profiles")
	// Output:
	// {"resourceType":"AuditEvent","id":"ev-000000000001","type":{"system":"http://dicom.nema.org/resources/ontology/DCM","code":"110106"},"subtype":[{…
	// 0 profiles
}
