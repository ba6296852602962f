package record

// Form is a form as it is to be filled in: its questions and what may be answered
// to them (FHIR Questionnaire). It is of no patient; what somebody answered is a
// QuestionnaireResponse.
type Form struct {
	Entry
	URL          string        `json:"url,omitempty"` // canonical URL
	Version      string        `json:"version,omitempty"`
	Name         string        `json:"name,omitempty"` // for machines
	Title        string        `json:"title,omitempty"`
	DerivedFrom  []string      `json:"derivedFrom,omitempty"` // canonical URLs of other forms
	Experimental *bool         `json:"experimental,omitempty"`
	SubjectTypes []string      `json:"subjectTypes,omitempty"` // FHIR resource types that it can be answered for
	When         *Time         `json:"when,omitempty"`         // when it was last changed by its publisher
	Publisher    string        `json:"publisher,omitempty"`
	Contacts     []FormContact `json:"contacts,omitempty"`
	Description  string        `json:"description,omitempty"`
	Uses         []FormUse     `json:"uses,omitempty"`
	// Jurisdictions are where it is meant to be used.
	Jurisdictions []Concept  `json:"jurisdictions,omitempty"`
	Purpose       string     `json:"purpose,omitempty"`
	Copyright     string     `json:"copyright,omitempty"`
	Approved      *Time      `json:"approved,omitempty"`
	Reviewed      *Time      `json:"reviewed,omitempty"`
	Effective     *Period    `json:"effective,omitempty"`
	Codes         []Coding   `json:"codes,omitempty"` // what the form as a whole is about
	Items         []FormItem `json:"items,omitempty"`
}

// FormContact is whom to ask about a form (FHIR ContactDetail).
type FormContact struct {
	Name     string    `json:"name,omitempty"`
	Telecoms []Telecom `json:"telecoms,omitempty"`
}

// FormUse is a setting that a form is meant for (FHIR UsageContext).
type FormUse struct {
	Code  Coding `json:"code,omitzero"`
	Value Value  `json:"value,omitzero"`
}

// FormItem is a question of a form, a text to show, or a group of them.
type FormItem struct {
	LinkID     string   `json:"linkId,omitempty"`
	Definition string   `json:"definition,omitempty"`
	Codes      []Coding `json:"codes,omitempty"`
	Prefix     string   `json:"prefix,omitempty"` // "1(a)", "2.5.3"
	Text       string   `json:"text,omitempty"`
	// Type is group, display, or what a question is answered with.
	Type string `json:"type,omitempty"`
	// Control is how it is to be shown (FHIR questionnaire-itemControl).
	Control *Concept `json:"control,omitempty"`
	// EnableWhen are the conditions under which it is asked; without EnableBehavior there is one.
	EnableWhen     []FormCondition `json:"enableWhen,omitempty"`
	EnableBehavior string          `json:"enableBehavior,omitempty"`
	Required       *bool           `json:"required,omitempty"`
	Repeats        *bool           `json:"repeats,omitempty"`
	ReadOnly       *bool           `json:"readOnly,omitempty"`
	MaxLength      string          `json:"maxLength,omitempty"`
	AnswerValueSet string          `json:"answerValueSet,omitempty"` // canonical URL
	AnswerOptions  []FormOption    `json:"answerOptions,omitempty"`
	Initial        []Value         `json:"initial,omitempty"`
	Items          []FormItem      `json:"items,omitempty"`
}

// FormCondition is an answer to another question that makes an item be asked.
type FormCondition struct {
	Question string `json:"question,omitempty"` // FormItem.LinkID
	Operator string `json:"operator,omitempty"`
	Answer   Value  `json:"answer,omitzero"`
}

// FormOption is one of the answers that a question allows.
type FormOption struct {
	Value  Value  `json:"value,omitzero"`
	Prefix string `json:"prefix,omitempty"` // FHIR questionnaire-optionPrefix
	// Score is what the answer counts for (FHIR ordinalValue).
	Score           string `json:"score,omitempty"`
	InitialSelected *bool  `json:"initialSelected,omitempty"`
}

// Canonical is how others refer to the form: its URL, with the version where it has one.
func (f *Form) Canonical() string {
	if f.URL == "" || f.Version == "" {
		return f.URL
	}
	return f.URL + "|" + f.Version
}
