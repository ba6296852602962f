package ccda

import (
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// templatesDone are acts that were done and are read as procedures beside the Procedure Activities.
var templatesDone = []string{
	"2.16.840.1.113883.10.20.22.4.131", // Intervention Act
	"2.16.840.1.113883.10.20.22.4.141", // Handoff Communication Participants
	"2.16.840.1.113883.10.20.22.4.20",  // Instruction
	"2.16.840.1.113883.10.20.22.4.118", // Substance Administered Act
}

const templateInstructionObservation = "2.16.840.1.113883.10.20.22.4.515"

// The codes of acts that hang on a medication: that its effect is watched, one of the times it was given (SNOMED CT).
const (
	snomedMonitoring     = "395170001"
	snomedAdministration = "416118004"
)

// snomedIntervention is the code of an intervention as such.
const snomedIntervention = "362956003"

// readInterventionEntry reads an entry that holds an act around what is done, or
// is to be done, to reach a goal (C-CDA R2.1 3.57 Intervention Act, 3.84 Planned
// Intervention Act): a procedure or an order by its mood, to which the acts in it are related.
func (r *reader) readInterventionEntry(entry tree.Node) []record.Ref {
	n := r.statement(entry)
	switch {
	case isPlanned(n):
		return r.readOrderEntry(entry)
	case n.Name() == "observation" && r.has(n, templateInstructionObservation):
		if !r.legibleObservation(n) {
			return nil
		}
		o := r.observation(kindObservation, n, []string{templateInstructionObservation})
		o.Kind = "instruction"
		r.rec.Observations = append(r.rec.Observations, o)
		return []record.Ref{{ID: o.ID, Kind: kindObservation}}
	case n.Name() == "act" && (r.hasAny(n, templatesDone) || r.bare(n, nil) && n.Child("code").Attr("code").Value() == snomedIntervention):
		if assertion, ok := r.procedureAssertion(n); ok {
			return []record.Ref{r.procedure(n, assertion)}
		}
		return nil
	}
	return r.readProcedureEntry(entry)
}
