package ccda

import "github.com/portage-health/portage/record"

// The kinds of issues that Conform finds. docs/ccda-conformance.md lists them.
var (
	conformRequired = record.IssueKind{Code: "conform-required", Severity: record.SeverityError, Action: record.ActionNoted,
		Message: "the template requires an element that is not there, or is there too often", Advice: "give what the template requires, or a nullFlavor where it allows one"}
	conformFixed = record.IssueKind{Code: "conform-fixed", Severity: record.SeverityError, Action: record.ActionNoted,
		Message: "the template fixes a value here, which is another or is missing", Advice: "write the value that the template fixes, or do not claim the template"}
	conformTemplate = record.IssueKind{Code: "conform-template", Severity: record.SeverityError, Action: record.ActionNoted,
		Message: "a rule of the template does not hold here", Advice: "look the statement up in the guide by its number"}
	conformTemplateTwice = record.IssueKind{Code: "conform-template-twice", Severity: record.SeverityError, Action: record.ActionNoted,
		Message: "the element claims one template more than once", Advice: "write each template id once"}
	conformSection = record.IssueKind{Code: "conform-section", Severity: record.SeverityError, Action: record.ActionNoted,
		Message: "the type of document requires a section that is not there", Advice: "add the section, with a nullFlavor if there is nothing to say"}
	conformValueSet = record.IssueKind{Code: "conform-value-set", Severity: record.SeverityError, Action: record.ActionNoted,
		Message: "the code is not in the value set that the template binds here", Advice: "write a code of the value set, or a nullFlavor where allowed"}
	conformBothVersions = record.IssueKind{Code: "conform-both-versions", Severity: record.SeverityError, Action: record.ActionNoted,
		Message: "a template that R1.1 had too stands without the template id that R1.1 gave it", Advice: "write the template id twice, with the extension and without"}
	conformTemplateVersion = record.IssueKind{Code: "conform-template-version", Severity: record.SeverityWarning, Action: record.ActionNoted,
		Message: "no release of C-CDA has this template id", Advice: "correct its root or its extension"}
	conformNoTemplate = record.IssueKind{Code: "conform-no-template", Severity: record.SeverityWarning, Action: record.ActionNoted,
		Message: "the section, statement or product claims no template of C-CDA, so that a receiver may not know it", Advice: "write its template ids"}

	conformType = record.IssueKind{Code: "conform-type", Severity: record.SeverityError, Action: record.ActionNoted,
		Message: "the document's type is not what CDA R2 fixes", Advice: "write typeId as CDA R2 has it (CDA R2, 4.2.1.2)"}
	conformDocumentCode = record.IssueKind{Code: "conform-document-code", Severity: record.SeverityError, Action: record.ActionNoted,
		Message: "the code of the document is not that of the type whose template it claims", Advice: "write the code that the template fixes or allows"}
	conformSectionCode = record.IssueKind{Code: "conform-section-code", Severity: record.SeverityError, Action: record.ActionNoted,
		Message: "the code of the section is not that of the template that it claims", Advice: "write the code that the template fixes"}
	conformConcernCode = record.IssueKind{Code: "conform-concern-code", Severity: record.SeverityError, Action: record.ActionNoted,
		Message: "the code of the concern is not the one that its template fixes", Advice: "write CONC of HL7's ActClass"}
	conformName = record.IssueKind{Code: "conform-name", Severity: record.SeverityError, Action: record.ActionNoted,
		Message: "the patient has no name, or a name without a family name or a given name", Advice: "write the name, or a nullFlavor"}
	conformEmpty = record.IssueKind{Code: "conform-empty-part", Severity: record.SeverityError, Action: record.ActionNoted,
		Message: "a part of a name or an address is there and says nothing", Advice: "leave it out, or give it a nullFlavor"}
	conformPlainCode = record.IssueKind{Code: "conform-plain-code", Severity: record.SeverityError, Action: record.ActionNoted,
		Message: "a code whose system CDA fixes names a system or a display of its own", Advice: "write the code alone (CDA R2, datatype CS)"}

	conformCode = record.IssueKind{Code: "conform-code", Severity: record.SeverityError, Action: record.ActionNoted,
		Message: "the code system has no such code", Advice: "correct the code or its system at the source"}
	conformCodeForm = record.IssueKind{Code: "conform-code-form", Severity: record.SeverityError, Action: record.ActionNoted,
		Message: "no code of this system is written so (form, length or check digit)", Advice: "correct the code or its system at the source"}
	conformSystem = record.IssueKind{Code: "conform-code-system", Severity: record.SeverityError, Action: record.ActionNoted,
		Message: "the value set that the template binds here takes codes of another system", Advice: "write a code of the system that is bound"}
	conformRecommended = record.IssueKind{Code: "conform-recommended", Severity: record.SeverityWarning, Action: record.ActionNoted,
		Message: "the code is not in the value set that the template recommends here", Advice: "write a code of the value set if one fits"}
	conformNoSystem = record.IssueKind{Code: "conform-no-code-system", Severity: record.SeverityWarning, Action: record.ActionNoted,
		Message: "a code stands without its code system", Advice: "write @codeSystem"}
	conformUnknownSystem = record.IssueKind{Code: "conform-unknown-code-system", Severity: record.SeverityWarning, Action: record.ActionNoted,
		Message: "HL7 registers no code system by this identifier", Advice: "check the identifier; a system of your own stands better as a translation"}
	conformNullFlavor = record.IssueKind{Code: "conform-null-flavor", Severity: record.SeverityError, Action: record.ActionNoted,
		Message: "this is no nullFlavor", Advice: "write one of HL7's (NullFlavor)"}
	conformLanguage = record.IssueKind{Code: "conform-language", Severity: record.SeverityError, Action: record.ActionNoted,
		Message: "the language is not written as a language tag (RFC 5646)", Advice: "write a language tag, such as en-US"}
	conformUnit = record.IssueKind{Code: "conform-unit", Severity: record.SeverityWarning, Action: record.ActionNoted,
		Message: "the unit is no unit of UCUM, or none that is known here", Advice: "write the unit as UCUM has it, case and all"}
	conformVitalUnit = record.IssueKind{Code: "conform-vital-unit", Severity: record.SeverityWarning, Action: record.ActionNoted,
		Message: "a vital sign stands in a unit that the guide does not recommend for any", Advice: "write one of the recommended units"}
	conformPreferredSystem = record.IssueKind{Code: "conform-preferred-system", Severity: record.SeverityWarning, Action: record.ActionNoted,
		Message: "no coding here is of the system that ONC's scorecard looks for", Advice: "add a coding of RxNorm, CVX, LOINC or SNOMED CT, as fits"}

	conformTime = record.IssueKind{Code: "conform-time", Severity: record.SeverityError, Action: record.ActionNoted,
		Message: "this is no time as HL7 writes times", Advice: "write it as YYYYMMDDhhmmss with an offset, as far as it is known"}
	conformReversed = record.IssueKind{Code: "conform-reversed", Severity: record.SeverityError, Action: record.ActionNoted,
		Message: "the interval ends before it begins", Advice: "correct it at the source"}
	conformZone = record.IssueKind{Code: "conform-time-zone", Severity: record.SeverityWarning, Action: record.ActionNoted,
		Message: "a time with an hour has no offset", Advice: "write the offset if it is known"}
	conformLife = record.IssueKind{Code: "conform-outside-life", Severity: record.SeverityWarning, Action: record.ActionNoted,
		Message: "something that happened lies before the patient's birth or after the patient's death", Advice: "look at the source"}
	conformEncloses = record.IssueKind{Code: "conform-organizer-time", Severity: record.SeverityWarning, Action: record.ActionNoted,
		Message: "the time of an organizer does not enclose that of its member", Advice: "give the organizer the time from the first to the last of its members"}
	conformConcernTime = record.IssueKind{Code: "conform-concern-time", Severity: record.SeverityWarning, Action: record.ActionNoted,
		Message: "the status of a concern and its time disagree: an active one has no end, a completed one has", Advice: "correct the status or the time"}

	conformNarrative = record.IssueKind{Code: "conform-narrative", Severity: record.SeverityError, Action: record.ActionNoted,
		Message: "a section has entries and its narrative says nothing", Advice: "write the narrative: it is what a clinician reads"}
	conformDangling = record.IssueKind{Code: "conform-dangling-reference", Severity: record.SeverityError, Action: record.ActionNoted,
		Message: "a reference to the narrative points to nothing", Advice: "give the narrative the ID, or correct the reference"}
	conformUnlinked = record.IssueKind{Code: "conform-unlinked", Severity: record.SeverityWarning, Action: record.ActionNoted,
		Message: "an entry points to no part of the narrative of its section", Advice: "write text/reference"}
	conformSig = record.IssueKind{Code: "conform-sig", Severity: record.SeverityWarning, Action: record.ActionNoted,
		Message: "a medication has no sig of its own in the narrative of its section", Advice: "write a Medication Free Text Sig that points to it"}
	conformAnchor = record.IssueKind{Code: "conform-duplicate-anchor", Severity: record.SeverityError, Action: record.ActionNoted,
		Message: "an ID of the document stands twice", Advice: "make each ID unique"}
	conformIdentifier = record.IssueKind{Code: "conform-duplicate-id", Severity: record.SeverityWarning, Action: record.ActionNoted,
		Message: "two different statements have one identifier", Advice: "give each its own"}

	conformBirthTime = record.IssueKind{Code: "conform-birth-time", Severity: record.SeverityWarning, Action: record.ActionNoted,
		Message: "the time of birth is missing, or not as precise as a day", Advice: "write the day of birth"}
	conformSmoking = record.IssueKind{Code: "conform-smoking", Severity: record.SeverityWarning, Action: record.ActionNoted,
		Message: "a smoking status has another template, or another code, than Smoking Status - Meaningful Use", Advice: "write it by the template 2.16.840.1.113883.10.20.22.4.78 with one of its codes"}
	conformBirthSex = record.IssueKind{Code: "conform-birth-sex", Severity: record.SeverityWarning, Action: record.ActionNoted,
		Message: "the social history does not say the sex at birth by its template", Advice: "write a Birth Sex Observation, with nullFlavor UNK if it is not known"}
	conformProblemType = record.IssueKind{Code: "conform-problem-value", Severity: record.SeverityWarning, Action: record.ActionNoted,
		Message: "a problem's value is its type", Advice: "write the problem itself as the value"}
	conformAuthor = record.IssueKind{Code: "conform-author", Severity: record.SeverityWarning, Action: record.ActionNoted,
		Message: "neither the concern nor its observation has an author with a time", Advice: "write who last changed it, and when"}
	conformReaction = record.IssueKind{Code: "conform-reaction", Severity: record.SeverityWarning, Action: record.ActionNoted,
		Message: "an allergy has no Reaction Observation", Advice: "write one, with a nullFlavor if the reaction is not known"}
	conformEncounter = record.IssueKind{Code: "conform-encounter", Severity: record.SeverityWarning, Action: record.ActionNoted,
		Message: "the encounter of the header stands in no entry of the encounters section", Advice: "repeat it there under the same identifier"}
)

// conformKinds lists them, in the order of the page.
func conformKinds() []*record.IssueKind {
	return []*record.IssueKind{
		&conformRequired, &conformFixed, &conformTemplate, &conformTemplateTwice, &conformSection, &conformValueSet, &conformBothVersions, &conformTemplateVersion, &conformNoTemplate,
		&conformType, &conformDocumentCode, &conformSectionCode, &conformConcernCode, &conformName, &conformEmpty, &conformPlainCode,
		&conformCode, &conformCodeForm, &conformSystem, &conformRecommended, &conformNoSystem, &conformUnknownSystem, &conformNullFlavor, &conformLanguage, &conformUnit, &conformVitalUnit, &conformPreferredSystem,
		&conformTime, &conformReversed, &conformZone, &conformLife, &conformEncloses, &conformConcernTime,
		&conformNarrative, &conformDangling, &conformUnlinked, &conformSig, &conformAnchor, &conformIdentifier,
		&conformBirthTime, &conformSmoking, &conformBirthSex, &conformProblemType, &conformAuthor, &conformReaction, &conformEncounter,
	}
}
