// Package codes holds what the formats share about codes: the names of code
// systems and identifier systems (URI, OID, id of HL7 v2 table 0396), the small
// tables that may be embedded, HL7's maps between C-CDA and FHIR, the two-way
// value tables, and the grammar of UCUM.
//
// Everything is read-only and safe for concurrent use. Tables are indexed once,
// at their first use.
package codes
