// Package recordtest helps to test whatever reads and writes records: a record
// that fills every field there is, invented patients of any size, planted
// markers that must not leak, and checks that nothing is lost in silence.
//
// All patients are invented. Codes are real where they name a thing that the
// standards name; what they are said of is not.
package recordtest
