// Package match says whether two patients are one person: by identifiers and the
// authorities that assign them, and by comparing names, birth date, sex, address
// and telecom after Fellegi and Sunter (A Theory for Record Linkage, 1969).
//
// It never says "same" without an identifier that both have: what only looks
// alike, however much, is for a person to look at. Answers come with their
// reasons, which hold no value of a patient's. The rules and their weights stand
// in docs/matching.md.
package match
