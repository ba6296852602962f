package codes

import "github.com/portage-health/portage/record"

var nullFlavor = NewTable(
	Both("NI", record.AbsentNoInformation),
	Both("UNK", record.AbsentUnknown),
	Both("ASKU", record.AbsentAskedUnknown),
	Both("NAV", record.AbsentTemporarily),
	Both("NASK", record.AbsentNotAsked),
	Both("MSK", record.AbsentMasked),
	Both("NA", record.AbsentNotApplicable),
	Both("OTH", record.AbsentOther),
	Both("UNC", record.AbsentUnencoded),
	Both("INV", record.AbsentInvalid),
	Both("DER", record.AbsentDerived),
	Both("TRC", record.AbsentTrace),
	Both("QS", record.AbsentSufficient),
	Both("NINF", record.AbsentNegativeInfinity),
	Both("PINF", record.AbsentPositiveInfinity),
	Both("NP", record.AbsentNotPresent),
	// What FHIR alone tells apart (ConceptMap FC-DataAbsentReasonNullFlavor).
	OnlyFrom("UNK", record.AbsentAskedDeclined),
	OnlyFrom("NI", record.AbsentUnsupported),
	OnlyFrom("OTH", record.AbsentAsText),
	OnlyFrom("NAV", record.AbsentError),
	OnlyFrom("OTH", record.AbsentNotANumber),
	OnlyFrom("NASK", record.AbsentNotPerformed),
	OnlyFrom("OTH", record.AbsentNotPermitted),
)

var dataAbsentReason = NewTable(
	Both("unknown", record.AbsentUnknown),
	Both("asked-unknown", record.AbsentAskedUnknown),
	Both("temp-unknown", record.AbsentTemporarily),
	Both("not-asked", record.AbsentNotAsked),
	Both("asked-declined", record.AbsentAskedDeclined),
	Both("masked", record.AbsentMasked),
	Both("not-applicable", record.AbsentNotApplicable),
	Both("unsupported", record.AbsentUnsupported),
	Both("as-text", record.AbsentAsText),
	Both("error", record.AbsentError),
	Both("not-a-number", record.AbsentNotANumber),
	Both("negative-infinity", record.AbsentNegativeInfinity),
	Both("positive-infinity", record.AbsentPositiveInfinity),
	Both("not-performed", record.AbsentNotPerformed),
	Both("not-permitted", record.AbsentNotPermitted),
	// What CDA alone tells apart (ConceptMap CF-NullFlavorDataAbsentReason) …
	OnlyFrom("unknown", record.AbsentNoInformation),
	OnlyFrom("unsupported", record.AbsentOther),
	OnlyFrom("unsupported", record.AbsentTrace),
	OnlyFrom("unknown", record.AbsentNotPresent),
	// … and what that map leaves out but FHIR's own definitions cover.
	OnlyFrom("as-text", record.AbsentUnencoded),
	OnlyFrom("error", record.AbsentInvalid),
)

// NullFlavor pairs HL7 v3 NullFlavor codes (left; code system
// 2.16.840.1.113883.5.1008) with the record's reasons. Every reason of the
// record but AbsentExplicitNull has a NullFlavor; where it is a coarser one the
// pair is not two-way.
//
// HL7's map gives FHIR "unknown" the NullFlavor NI; here it is UNK, so that
// UNK survives the way through FHIR. Both say that the value is not known.
func NullFlavor() *Table[string, record.AbsentReason] { return &nullFlavor }

// DataAbsentReason pairs FHIR's data-absent-reason codes (left) with the
// record's reasons. AbsentDerived, AbsentSufficient and AbsentExplicitNull have
// none.
func DataAbsentReason() *Table[string, record.AbsentReason] { return &dataAbsentReason }
