package consent

import (
	"strconv"

	"github.com/portage-health/portage/record"
)

// kindName is what a kind of the record is called, one and several.
type kindName struct{ one, many string }

func (k kindName) count(n int) string {
	if n == 1 {
		return "1 " + k.one
	}
	return strconv.Itoa(n) + " " + k.many
}

// kindWords are the kinds in plain words. A kind that is not here is not told of by itself.
var kindWords = map[string]kindName{
	record.KindAllergy:         {"entry on allergies or intolerances", "entries on allergies or intolerances"},
	record.KindProblem:         {"problem or diagnosis", "problems or diagnoses"},
	record.KindMedication:      {"medicine", "medicines"},
	record.KindImmunization:    {"vaccination", "vaccinations"},
	record.KindProcedure:       {"procedure", "procedures"},
	record.KindResult:          {"test result", "test results"},
	record.KindResultPanel:     {"report of tests", "reports of tests"},
	record.KindVital:           {"vital sign", "vital signs"},
	record.KindVitalPanel:      {"set of vital signs", "sets of vital signs"},
	record.KindSocial:          {"entry on life and habits", "entries on life and habits"},
	record.KindAssessment:      {"assessment", "assessments"},
	record.KindAssessmentPanel: {"set of assessments", "sets of assessments"},
	record.KindQuestionnaire:   {"filled-in questionnaire", "filled-in questionnaires"},
	record.KindForm:            {"blank form", "blank forms"},
	record.KindObservation:     {"other observation", "other observations"},
	record.KindEncounter:       {"visit or stay", "visits or stays"},
	record.KindGoal:            {"goal", "goals"},
	record.KindHealthConcern:   {"health concern", "health concerns"},
	record.KindCarePlan:        {"plan of care", "plans of care"},
	record.KindCareTeam:        {"care team", "care teams"},
	record.KindDevice:          {"device", "devices"},
	record.KindSupply:          {"supply", "supplies"},
	record.KindSpecimen:        {"sample", "samples"},
	record.KindNote:            {"note or document", "notes or documents"},
	record.KindCoverage:        {"insurance", "insurances"},
	record.KindAccount:         {"account", "accounts"},
	record.KindCharge:          {"charge", "charges"},
	record.KindClaim:           {"insurance claim", "insurance claims"},
	record.KindFamilyMember:    {"entry on the family's health", "entries on the family's health"},
	record.KindDirective:       {"advance directive", "advance directives"},
	record.KindAppointment:     {"appointment", "appointments"},
	record.KindOrder:           {"order", "orders"},
	record.KindImagingStudy:    {"imaging study", "imaging studies"},
	record.KindAdverseEvent:    {"adverse event", "adverse events"},
	record.KindConsent:         {"consent", "consents"},
	record.KindList:            {"list", "lists"},
	record.KindRelatedPerson:   {"related person", "related persons"},
	record.KindPractitioner:    {"person who gave care", "persons who gave care"},
	record.KindOrganization:    {"organization", "organizations"},
	record.KindLocation:        {"place", "places"},
	record.KindDocument:        {"document as a whole", "documents as wholes"},
	record.KindProvenance:      {"record of who did what", "records of who did what"},
}

// purposesInWords are purposes of HL7 v3 in plain words; one that is not here is called by what is above it.
var purposesInWords = map[string]string{
	"TREAT": "treatment and care", "ETREAT": "treatment in an emergency", "BTG": "treatment in an emergency, past the usual limits", "COC": "coordination of care",
	"CLINTRL": "a clinical trial", "POPHLTH": "the health of groups of patients", "HPAYMT": "payment for care", "COVERAGE": "insurance coverage",
	"ELIGDTRM": "finding out whether there is a right to benefits", "HOPERAT": "running the health service", "HQUALIMP": "making care better", "CAREMGT": "managing care",
	"PATSFTY": "the safety of patients", "HLEGAL": "legal matters", "PUBHLTH": "public health", "DISASTER": "help in a disaster", "THREAT": "averting a threat",
	"PATRQT": "the patient's own request", "FAMRQT": "a request of the family", "PWATRNY": "a request under a power of attorney", "SUPNWK": "a request of those who support the patient",
	"HRESCH": "research", "CLINTRCH": "clinical research", "HMARKT": "marketing",
}

// permitWords are what lets something leave.
var permitWords = map[ReasonCode]string{
	ReasonConsent:   "You have agreed to this.",
	ReasonLaw:       "The law allows this, or asks for it.",
	ReasonDefault:   "This is the rule here where a patient has said nothing else.",
	ReasonEmergency: "There is an emergency. That the record was opened for it is noted and looked at afterwards.",
	ReasonNotPHI:    "The patient died more than 50 years ago.",
}

// denialWords are why nothing leaves.
var denialWords = map[ReasonCode]string{
	ReasonConsent:       "You have said that this is not to be shared.",
	ReasonDefault:       "Nothing is shared here without consent, and there is none for this.",
	ReasonNotAuthorized: "This needs your written authorization, and there is none.",
	ReasonDefective:     "The authorization for this lacks something that the law asks for.",
	ReasonPurpose:       "What was agreed to does not cover all that it was asked for.",
	ReasonNoPurpose:     "Nobody said what it is for.",
	ReasonUnknown:       "It is not known what the stated purpose means.",
	ReasonPushOnly:      "For this purpose information may be sent, but not asked for.",
	ReasonAllWithheld:   "All that was asked for is kept back.",
	ReasonUnreadable:    "A consent on file cannot be read, so that nobody can say what it forbids.",
	ReasonUnverified:    "Nobody has checked whether who speaks for you may do so.",
	ReasonEndangerment:  "A professional has decided that this could do harm.",
	ReasonPatient:       "The record is somebody else's than the one that was asked for.",
	ReasonWhose:         "Nobody can tell whether a consent on file is yours.",
	ReasonJustification: "An emergency was claimed without saying why.",
	ReasonEmergencyOver: "The emergency is over.",
	ReasonAssurance:     "A legal demand lacks the assurances that it needs.",
	ReasonEvidence:      "A legal demand lacks the evidence that it needs.",
	ReasonStale:         "A newer version of a consent has to be fetched first.",
	ReasonInvalid:       "The request was not well formed.",
	ReasonFailed:        "It could not be decided, and then nothing is shared.",
}

// withheldOrder and withheldWords are why an entry stays.
var (
	withheldOrder = []ReasonCode{ReasonConsent, ReasonLaw, ReasonUnlabelled, ReasonNotAsked, ReasonUnjudged, ReasonOnlyForThem, ReasonFailed}
	withheldWords = map[ReasonCode]string{
		ReasonConsent:     "your choices keep this back.",
		ReasonLaw:         "the law gives this special protection.",
		ReasonUnlabelled:  "nobody has said how sensitive this is.",
		ReasonNotAsked:    "this was not asked for.",
		ReasonUnjudged:    "this cannot be judged.",
		ReasonOnlyForThem: "this is about what is kept back.",
		ReasonFailed:      "this could not be decided.",
	}
)

// dutyWords are obligations.
var dutyWords = map[string]string{
	ObligeMinimum:      "No more than is needed for the purpose may be used.",
	ObligeDeidentify:   "All that could tell who the patient is has to be taken out first.",
	ObligeNoRelink:     "Nobody may try to find out who the patient is.",
	ObligeLimited:      "Names, contact data and numbers have to be taken out first, and an agreement on the use of the data holds.",
	ObligeNoRedisclose: "Who gets it may not pass it on.",
	ObligeNotice:       "A notice goes with it that federal law protects records on the treatment of substance use.",
	ObligeCopy:         "A copy of the consent, or what it says, goes with it.",
	ObligeKeepLabels:   "The marks on how sensitive it is go with it.",
	ObligeAccounting:   "It will be in the list of disclosures that the patient can ask for.",
	ObligeAudit:        "That it was shared is recorded.",
	ObligePrivacy:      "The privacy office is told.",
	ObligeTimeLimit:    "It holds only for as long as the emergency lasts.",
	ObligeDocument:     "Who got it, when, and for which emergency has to be written down at once.",
	ObligeJudgement:    "The professional judgement that it rests on has to be written down.",
}
