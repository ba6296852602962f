// Package portage carries patient records from one system to another: C-CDA,
// FHIR R4 and HL7 v2, through one canonical record.
//
// Four verbs are the same in every format: Parse and Format know the wire,
// Import and Export know the meaning. Everything that enters is in the record,
// or carried beside it, or named in the report; everything in a record is in
// the output or named in the report.
//
// Formats are passed explicitly; an embedder who imports only what it uses pays
// for nothing else:
//
//	in, out := ccda.Format(), fhir.Format()
//	bundle, report, err := portage.ConvertBytes(ctx, document, in, out, portage.Options{})
package portage
