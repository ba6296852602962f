// Package record is the canonical patient record: what every format is read
// into and written from. One Record is one patient. It holds a slice for each
// clinical concept and shared leaves (Concept, Time, Quantity, Identifier …)
// that keep what the source said as the source said it.
//
// The package knows no format and imports the standard library only.
package record
