// Package fhir writes the canonical record as FHIR R4 (4.0.1) by the profiles
// of US Core 6.1.0: one Bundle a record.
//
// What FHIR has an element for goes there. What HL7 has an extension for goes
// into that. What is left goes, by its name in the record, into one extension of ours
// (docs/fhir-extensions.md), or is counted as lost and named in the report with its reason.
package fhir
