package hl7v2

import "github.com/portage-health/portage/record"

// The kinds of issues that Conform finds beside those of package record. docs/hl7v2.md lists them.
var (
	conformSegment = record.IssueKind{Code: "v2-segment-missing", Severity: record.SeverityError, Action: record.ActionNoted,
		Message: "the structure of the message requires a segment that is not there", Advice: "send the segment"}
	conformSegmentUsual = record.IssueKind{Code: "v2-segment-expected", Severity: record.SeverityWarning, Action: record.ActionNoted,
		Message: "the structure of the message requires a segment that many senders leave out", Advice: "send the segment"}
	conformOrder = record.IssueKind{Code: "v2-segment-order", Severity: record.SeverityWarning, Action: record.ActionNoted,
		Message: "the structure of the message has the segment elsewhere, or fewer of them", Advice: "send segments in the order of the structure"}
	conformUnexpected = record.IssueKind{Code: "v2-segment-unexpected", Severity: record.SeverityWarning, Action: record.ActionNoted,
		Message: "the structure of the message has no place for the segment", Advice: "send it in a message that has one, or in a Z segment"}
	conformField = record.IssueKind{Code: "v2-field-missing", Severity: record.SeverityError, Action: record.ActionNoted,
		Message: "a required field, or a required part of one, has no value", Advice: "send the value"}
	conformTooMany = record.IssueKind{Code: "v2-field-repeats", Severity: record.SeverityWarning, Action: record.ActionNoted,
		Message: "a field that may not repeat does", Advice: "send one value, or the others where the standard has a place for them"}
	conformLength = record.IssueKind{Code: "v2-too-long", Severity: record.SeverityWarning, Action: record.ActionNoted,
		Message: "a value is longer than its datatype allows in this version", Advice: "shorten it, or send a version from 2.7 on"}
	conformDatatype = record.IssueKind{Code: "v2-datatype", Severity: record.SeverityError, Action: record.ActionNoted,
		Message: "the value is not of the form that its datatype has: a number, a date or a time", Advice: "correct it at the source"}
	conformTable = record.IssueKind{Code: "v2-table", Severity: record.SeverityError, Action: record.ActionNoted,
		Message: "the code is not in the HL7 table of the field", Advice: "send a code of the table"}
	conformType = record.IssueKind{Code: "v2-message-type", Severity: record.SeverityWarning, Action: record.ActionNoted,
		Message: "the type of the message is not known here: its segments are not grouped", Advice: "nothing, if the message is your own"}
	conformStructure = record.IssueKind{Code: "v2-message-structure", Severity: record.SeverityWarning, Action: record.ActionNoted,
		Message: "MSH-9.3 names another structure than the event has; that of the event was used", Advice: "correct MSH-9.3 (table 0354)"}
	conformVersion = record.IssueKind{Code: "v2-version", Severity: record.SeverityWarning, Action: record.ActionNoted,
		Message: "MSH-12 names no version of HL7 from 2.1 to 2.9", Advice: "correct MSH-12 (table 0104)"}
	conformDelimiters = record.IssueKind{Code: "v2-delimiters", Severity: record.SeverityWarning, Action: record.ActionRepaired,
		Message: "MSH-2 is not as HL7 has it: a character is doubled, or some are missing", Advice: "send ^~\\&"}
	conformCase = record.IssueKind{Code: "v2-segment-case", Severity: record.SeverityWarning, Action: record.ActionRepaired,
		Message: "the name of a segment is not in capitals; it was read as if it were", Advice: "send it in capitals"}
	conformEscape = record.IssueKind{Code: "v2-escape", Severity: record.SeverityWarning, Action: record.ActionKeptAsText,
		Message: "an escape character begins no escape sequence; it stands for itself", Advice: "send \\E\\ where the character itself is meant"}

	conformValue = record.IssueKind{Code: "v2-guide-value", Severity: record.SeverityError, Action: record.ActionNoted,
		Message: "the guide fixes a value here, which is another", Advice: "send what the guide fixes"}
	conformGuideField = record.IssueKind{Code: "v2-guide-missing", Severity: record.SeverityError, Action: record.ActionNoted,
		Message: "the guide requires a segment, a field or a part of one that has no value", Advice: "send the value"}
	conformGuideForbidden = record.IssueKind{Code: "v2-guide-forbidden", Severity: record.SeverityError, Action: record.ActionNoted,
		Message: "the guide allows no value here", Advice: "leave it out"}
	conformGuideExpected = record.IssueKind{Code: "v2-guide-expected", Severity: record.SeverityWarning, Action: record.ActionNoted,
		Message: "the guide requires a value where one is known", Advice: "send it if you have it"}
)

// ConformKinds lists the kinds that only Conform of this package finds, in the order of docs/hl7v2.md.
func ConformKinds() []record.IssueKind {
	return []record.IssueKind{
		conformSegment, conformSegmentUsual, conformOrder, conformUnexpected, conformField, conformTooMany, conformLength, conformDatatype,
		conformTable, conformType, conformStructure, conformVersion, conformDelimiters, conformCase, conformEscape,
		conformValue, conformGuideField, conformGuideForbidden, conformGuideExpected,
	}
}
