package record

// QuestionnaireResponse is a form filled in (FHIR QuestionnaireResponse; C-CDA Assessment Scale with Supporting Observations).
type QuestionnaireResponse struct {
	Entry
	Questionnaire string              `json:"questionnaire,omitempty"`                     // canonical URL
	Form          *Ref                `json:"form,omitempty" portage:"form=Questionnaire"` // the form, where the record holds it
	Title         string              `json:"title,omitempty"`
	When          *Time               `json:"when,omitempty"`
	Encounter     *Ref                `json:"encounter,omitempty"`
	Subject       *Ref                `json:"subject,omitempty"`
	BasedOn       []Ref               `json:"basedOn,omitempty"`
	PartOf        []Ref               `json:"partOf,omitempty"`
	Items         []QuestionnaireItem `json:"items,omitempty"`
}

// QuestionnaireItem is a question with its answers, or a group of them.
type QuestionnaireItem struct {
	LinkID     string                `json:"linkId,omitempty"`
	Definition string                `json:"definition,omitempty"`
	Text       string                `json:"text,omitempty"`
	Answers    []QuestionnaireAnswer `json:"answers,omitempty"`
	Items      []QuestionnaireItem   `json:"items,omitempty"`
}

// QuestionnaireAnswer is one answer and what was asked because of it.
type QuestionnaireAnswer struct {
	Value Value               `json:"value,omitzero"`
	Items []QuestionnaireItem `json:"items,omitempty"`
}
