// Package ccda reads C-CDA documents (HL7 Consolidated CDA R1.1, R2.1, 3.0 and
// later, on CDA R2 with the SDTC extensions) into the canonical record, and
// those that follow no release as far as their codes and shapes speak.
//
// Parse reads the XML, Import makes the record; each does one thing, and the
// function Import does both. Every attribute and every text of a document ends
// in one of three ways, which the report counts: in a typed field of the record;
// as scaffold, which only says how a document is built and was checked against
// what the template fixes; or carried verbatim beside the record, with an issue
// that names its place. Nothing of the document's own text stands in an issue, an error or an id.
//
// Two mentions of a person, an organization, a device or a place are one when
// they share an identifier, and never by name alone. An identifier that people
// of different names share identifies none of them.
//
// The texts of a record point into the bytes that were read. Those must not be
// changed as long as the record is in use.
package ccda
