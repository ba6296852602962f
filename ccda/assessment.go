package ccda

import (
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// assessments are the organizers of functional and mental status.
var assessments = panelKind{
	panel: kindAssessmentPanel, member: kindAssessment,
	templates: []string{
		"2.16.840.1.113883.10.20.22.4.66", // Functional Status Organizer
		"2.16.840.1.113883.10.20.22.4.75", // Mental Status Organizer
	},
	observations: append(assessmentTemplates(), templatesSocial...),
}

// assessmentPart reads what hangs on a member of such an organizer.
func (r *reader) assessmentPart(o *record.Observation, obs tree.Node) {
	if f := r.findingOf(obs); f != nil {
		o.Kind = f.kind
	}
	r.findingParts(o, obs)
}

func assessmentTemplates() (out []string) {
	for i := range findings {
		if findings[i].section == assessmentSection {
			out = append(out, findings[i].template)
		}
	}
	return out
}

// readAssessmentEntry reads an entry that holds a Functional or Mental Status
// Organizer, or one observation of what the patient can do.
func (r *reader) readAssessmentEntry(entry tree.Node) []record.Ref {
	st := r.statement(entry)
	if st.Name() != "organizer" {
		return r.readFindingEntry(assessmentSection, entry)
	}
	k := assessments
	k.section, k.more = r.sectionCode(), moreAssessment
	return r.readPanelEntry(entry, &k, &r.rec.AssessmentPanels, &r.rec.Assessments)
}
