package ccda

import "github.com/portage-health/portage/record"

// statusUnsatisfactory is FHIR's word for a specimen that cannot be used.
const statusUnsatisfactory record.StatusCode = "unsatisfactory"

// specimenState asks whether a specimen is there and fit for use (FHIR
// Specimen.status; of HL7 v2: SPM-20). CDA's specimen has no status, and that of its
// collection is of the taking. The words are those that can be said of a specimen
// that was taken: one entered in error was not.
var specimenState = statePart{statusObservation, "http://hl7.org/fhir/specimen-status",
	map[record.StatusCode]string{record.StatusAvailable: "Available", record.StatusUnavailable: "Unavailable", statusUnsatisfactory: "Unsatisfactory"}}

// saysState reports whether a status is one of them, and nothing else.
func saysState(s *record.Status) bool { return specimenState.says(s) }
