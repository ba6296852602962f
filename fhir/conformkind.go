package fhir

import "github.com/portage-health/portage/record"

func conformKind(code string, s record.Severity, message, advice string) record.IssueKind {
	return record.IssueKind{Code: code, Severity: s, Action: record.ActionNoted, Message: message, Advice: advice}
}

// The kinds of issues that Conform finds. docs/fhir-conform.md lists them.
var (
	conformResource = conformKind("fhir-resource", record.SeverityError,
		"R4 has no resource of this type", "write a resource of R4; a document of another release is not checked")
	conformElement = conformKind("fhir-element", record.SeverityError,
		"R4 has no such element here", "leave it out, or write it as an extension")
	conformType = conformKind("fhir-json-type", record.SeverityError,
		"the element's JSON type is not the one that its FHIR type has", "write text as strings, numbers and booleans bare, the rest as objects (R4 2.6.2)")
	conformArray = conformKind("fhir-array", record.SeverityError,
		"an element that may repeat is no array, or one that may not is", "write an array where the most is *, and nowhere else (R4 2.6.2.1)")
	conformEmpty = conformKind("fhir-empty", record.SeverityError,
		"an element is there and says nothing (ele-1)", "leave it out, or say with an extension why it is absent")
	conformChoice = conformKind("fhir-two-choices", record.SeverityError,
		"an element that has one of several types stands there with two", "write one of them (R4 2.24.0.1.1)")
	conformRequired = conformKind("fhir-required", record.SeverityError,
		"R4 requires an element that is not there", "write it, or its data-absent-reason")
	conformFormat = conformKind("fhir-format", record.SeverityError,
		"this is not written as its primitive type is", "write it as R4 2.24.0.1 has it; leave out what is not known")
	conformCode = conformKind("fhir-code", record.SeverityError,
		"the code is not in the value set that is bound here", "write a code of the value set (R4 4.1.5)")
	conformRecommended = conformKind("fhir-recommended-code", record.SeverityInfo,
		"none of the codes is in the value set that is to be used here where it has a fitting one", "write a code of the value set if one fits")
	conformNoCode = conformKind("fhir-no-such-code", record.SeverityError,
		"the code system has no such code", "correct the code or its system at the source")
	conformUnit = conformKind("fhir-unit", record.SeverityError,
		"the unit is no unit of UCUM", "write the unit as UCUM has it, case and all; or without system and code")

	conformTarget = conformKind("fhir-target", record.SeverityError,
		"the reference is to a resource of a type that may not stand here", "refer to a resource of a type that the element allows")
	conformReference = conformKind("fhir-reference", record.SeverityError,
		"a reference points to nothing in this document, and can point to nothing outside", "add the resource, or say whom you mean by identifier or display")
	conformElsewhere = conformKind("fhir-reference-elsewhere", record.SeverityInfo,
		"a reference points to a resource that is not here", "nothing, if the receiver can reach it")
	conformReferenceForm = conformKind("fhir-reference-form", record.SeverityError,
		"this is no reference to a resource", "write Type/id, an absolute URL, urn:uuid: or # and the id of a contained resource (R4 2.3.0.1)")
	conformContained = conformKind("fhir-contained", record.SeverityError,
		"a contained resource breaks the rules for them", "look the rule up by its number (R4, DomainResource)")
	conformFullURL = conformKind("fhir-full-url", record.SeverityError,
		"the fullUrl is none, or is not that of the resource beside it", "write an absolute URL that ends in type and id, or urn:uuid: (R4 2.36.4)")
	conformDuplicate = conformKind("fhir-duplicate-id", record.SeverityError,
		"two things have one id", "make each id unique where it counts")
	conformInvariant = conformKind("fhir-invariant", record.SeverityError,
		"a rule of the standard or of the profile does not hold here", "look the rule up by its number")
	conformAdvice = conformKind("fhir-invariant-advice", record.SeverityWarning,
		"a rule that the standard or the profile recommends does not hold here", "look the rule up by its number")
	conformNarrative = conformKind("fhir-narrative", record.SeverityError,
		"the narrative holds what no narrative may, or nothing", "write a div of XHTML with basic formatting and some content (R4 2.4.1)")

	conformProfileUnknown = conformKind("fhir-profile-unknown", record.SeverityInfo,
		"the resource claims a profile that is not known here, or a release of it; it was not checked by it", "check it with a tool that knows the profile")
	conformProfileType = conformKind("fhir-profile-type", record.SeverityError,
		"the resource claims a profile of another type of resource", "correct meta.profile")
	conformProfileRequired = conformKind("fhir-profile-required", record.SeverityError,
		"the profile requires an element that is not there", "write it, or its data-absent-reason, or do not claim the profile")
	conformProfileMost = conformKind("fhir-profile-most", record.SeverityError,
		"the profile does not allow so many of this element", "write fewer, or do not claim the profile")
	conformProfileFixed = conformKind("fhir-profile-value", record.SeverityError,
		"the profile fixes a value here, which is another", "write the value that the profile fixes, or do not claim the profile")
	conformProfileKind = conformKind("fhir-profile-choice", record.SeverityError,
		"the profile does not allow a value of this type here", "write a value of a type that the profile allows, or do not claim the profile")
	conformTooMany = conformKind("fhir-too-many", record.SeverityWarning,
		"there are more findings than are listed", "correct those that are and check again")
)

// conformKinds lists them, in the order of the page.
func conformKinds() []*record.IssueKind {
	return []*record.IssueKind{
		&conformResource, &conformElement, &conformType, &conformArray, &conformEmpty, &conformChoice, &conformRequired, &conformFormat,
		&conformCode, &conformRecommended, &conformNoCode, &conformUnit,
		&conformTarget, &conformReference, &conformElsewhere, &conformReferenceForm, &conformContained, &conformFullURL, &conformDuplicate,
		&conformInvariant, &conformAdvice, &conformNarrative,
		&conformProfileUnknown, &conformProfileType, &conformProfileRequired, &conformProfileMost, &conformProfileFixed, &conformProfileKind,
		&conformTooMany,
	}
}
