package record

// mergeRule says, for one list of the record, which entries of different sources
// are one statement. Entries that share a usable identifier, or one of whose keys
// agrees, are compared: where a field of apart differs they are two things, where
// any other differs they contradict each other. What only words say differently is
// neither.
type mergeRule struct {
	list string // JSON name of the list
	kind string // of its entries
	// keys are the fields that say what it is about: a concept, a text, or a product's.
	keys []string
	// when is the field that says when it was, by which entries of one code are told apart.
	when string
	// apart are further fields by which entries of one code are told apart.
	apart []string
	// whole are lists that count as one value: another element is another value.
	whole []string
	// closely lists are values that contradict only where both were at one minute, or share an identifier.
	closely []string
	// also are fields of which at least one must agree beside the key: people are never one by name alone.
	also []string
	// telling says that entries of one id are one, however they are told: the newest telling stands.
	telling bool
	// exact says that any difference makes two of them.
	exact bool
	// choice are lists that contradict each other where they have nothing in common.
	choice []string
	// lasting says that it is with the patient for a time: that it is over contradicts that it is not, and
	// whoever denies it contradicts all who affirm it. Contradictions are named also between what one authority numbers differently.
	lasting bool
	// recurs says that it happens at a time, and again: what has no date is none of those that have one.
	recurs bool
}

// mergeRules are the rules, in the order in which the lists are merged: what others refer to first.
var mergeRules = []mergeRule{
	{list: "organizations", kind: KindOrganization, keys: []string{"names"}, also: []string{"telecoms", "addresses"}},
	{list: "locations", kind: KindLocation, keys: []string{"names"}, also: []string{"telecoms", "addresses"}},
	{list: "practitioners", kind: KindPractitioner, keys: []string{"names"}, also: []string{"telecoms", "addresses"}},
	{list: "relatedPersons", kind: KindRelatedPerson, keys: []string{"names"}, also: []string{"telecoms", "addresses", "relationships", "class"}, apart: []string{"birthTime"}},
	{list: "devices", kind: KindDevice, keys: []string{"udi", "types"}, when: "used", apart: []string{"use", "sites", "serial", "lot", "model"}},
	{list: "specimens", kind: KindSpecimen, keys: []string{"type"}, when: "collected", apart: []string{"accession", "site"}},
	{list: "allergies", kind: KindAllergy, keys: []string{"substance"}, lasting: true},
	{list: "problems", kind: KindProblem, keys: []string{"code"}, when: "onset", apart: []string{"use", "bodySites"}, whole: []string{"stages"}, lasting: true},
	{list: "medications", kind: KindMedication, keys: []string{"product"}, when: "taken", apart: []string{"mode", "authoredOn"}, whole: []string{"dosages"}, choice: []string{"preconditions"}, lasting: true},
	{list: "immunizations", kind: KindImmunization, keys: []string{"product"}, when: "when", apart: []string{"mode"}, choice: []string{"sites"}, recurs: true},
	{list: "procedures", kind: KindProcedure, keys: []string{"code"}, when: "when", apart: []string{"mode", "bodySites", "modifiers", "class"}, whole: []string{"values"}, choice: []string{"methods", "approaches"}, recurs: true},
	{list: "results", kind: KindResult, keys: []string{"code"}, when: "when", apart: []string{"subId", "bodySites", "methods", "focus", "specimens"}, whole: []string{"values", "components"}, closely: []string{"values", "components", "status", "interpretations"}, choice: []string{"interpretations"}, recurs: true},
	{list: "vitals", kind: KindVital, keys: []string{"code"}, when: "when", apart: []string{"subId", "bodySites", "methods", "focus"}, whole: []string{"values", "components"}, closely: []string{"values", "components", "status", "interpretations"}, choice: []string{"interpretations"}, recurs: true},
	{list: "social", kind: KindSocial, keys: []string{"code"}, when: "when", apart: []string{"subId", "bodySites", "methods", "focus"}, whole: []string{"values", "components"}, closely: []string{"values", "components", "status", "interpretations"}, choice: []string{"interpretations"}, recurs: true},
	{list: "assessments", kind: KindAssessment, keys: []string{"code"}, when: "when", apart: []string{"subId", "bodySites", "methods", "focus"}, whole: []string{"values", "components"}, closely: []string{"values", "components", "status", "interpretations"}, choice: []string{"interpretations"}, recurs: true},
	{list: "observations", kind: KindObservation, keys: []string{"code"}, when: "when", apart: []string{"subId", "bodySites", "methods", "focus"}, whole: []string{"values", "components"}, closely: []string{"values", "components", "status", "interpretations"}, choice: []string{"interpretations"}, recurs: true},
	{list: "resultPanels", kind: KindResultPanel, keys: []string{"code"}, when: "when", apart: []string{"accession", "members", "conclusion"}, closely: []string{"status"}, recurs: true},
	{list: "vitalPanels", kind: KindVitalPanel, keys: []string{"code"}, when: "when", apart: []string{"members"}, closely: []string{"status"}, recurs: true},
	{list: "assessmentPanels", kind: KindAssessmentPanel, keys: []string{"code"}, when: "when", apart: []string{"members"}, closely: []string{"status"}, recurs: true},
	{list: "encounters", kind: KindEncounter, keys: []string{"types", "class"}, when: "when", apart: []string{"class", "types", "mode"}, recurs: true},
	{list: "orders", kind: KindOrder, keys: []string{"code"}, when: "when", apart: []string{"mode", "placer", "filler", "authoredOn", "kind", "bodySites", "details"}, whole: []string{"timings", "values"}, recurs: true},
	{list: "appointments", kind: KindAppointment, keys: []string{"service", "type", "description"}, when: "when", apart: []string{"mode"}, recurs: true},
	{list: "goals", kind: KindGoal, keys: []string{"code"}, when: "start", apart: []string{"due"}, whole: []string{"targets", "values"}},
	{list: "healthConcerns", kind: KindHealthConcern, keys: []string{"code"}, when: "when", apart: []string{"risk"}},
	{list: "familyHistory", kind: KindFamilyMember, keys: []string{"relationship"}, also: []string{"name", "birthTime", "relatedIdentifiers", "conditions"}, apart: []string{"name", "sex", "birthTime"}},
	{list: "directives", kind: KindDirective, keys: []string{"type"}, when: "when", whole: []string{"values"}},
	{list: "coverages", kind: KindCoverage, keys: []string{"memberId", "subscriberId", "type"}, when: "when", apart: []string{"memberId", "subscriberId", "payors"}},
	{list: "imagingStudies", kind: KindImagingStudy, keys: []string{"studyUid", "accession"}, apart: []string{"studyUid", "accession"}},
	{list: "adverseEvents", kind: KindAdverseEvent, keys: []string{"event"}, when: "when", apart: []string{"actuality"}, recurs: true},
	{list: "supplies", kind: KindSupply, keys: []string{"code", "product"}, when: "when", apart: []string{"mode"}, recurs: true},
	{list: "notes", kind: KindNote, keys: []string{"type", "title"}, when: "when", apart: []string{"title", "description", "written", "contents"}, whole: []string{"contents"}, recurs: true},
	{list: "questionnaires", kind: KindQuestionnaire, keys: []string{"questionnaire", "title"}, apart: []string{"when", "questionnaire"}, whole: []string{"items"}},
	{list: "careTeams", kind: KindCareTeam, keys: []string{"name", "code", "categories"}, when: "when", apart: []string{"name"}},
	{list: "carePlans", kind: KindCarePlan, keys: []string{"title", "description", "categories"}, when: "when", apart: []string{"title", "description"}},
	{list: "lists", kind: KindList, keys: []string{"code", "title"}, exact: true},
	{list: "forms", kind: KindForm, exact: true},
	{list: "accounts", kind: KindAccount, exact: true},
	{list: "charges", kind: KindCharge, exact: true},
	{list: "claims", kind: KindClaim, exact: true},
	{list: "consents", kind: KindConsent, exact: true},
	{list: "documents", kind: KindDocument, exact: true, telling: true, whole: []string{"sections", "body"}},
	{list: "provenances", kind: KindProvenance, exact: true},
}

// besides are fields of Entry that never make two statements different: who had a
// part in them, how they are told, what is linked to them.
var besides = map[string]bool{
	"identifiers": true, "narrative": true, "notes": true, "participants": true, "relations": true, "labels": true,
	"preferences": true, "language": true, "recorded": true, "updated": true, "section": true, "origins": true, "id": true,
	"encounter": true, "absent": true, "concern": true,
}
