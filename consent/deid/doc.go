// Package deid takes out of a record what tells who it is about: by the Safe Harbor method of 45 CFR 164.514(b)(2), as a
// limited data set of 164.514(e), or with dates moved by a secret number of days, which is neither.
//
// What becomes of each field of a record is a table (Rules, docs/deid.md): what is not named there goes. Coded values,
// quantities with their units, assertions, statuses and years stay; free text, narrative, attachments, carried pieces and
// everything from a source's own bytes go. A host may bring a Scrubber for free text. Nothing is ever turned round: what
// could change the meaning of an entry and cannot stay takes the entry with it, and a value that is taken away says that
// it is masked.
//
// Table and Tally are for counts of patients: small cells are suppressed, and others with them, so that nobody can reckon
// them from the totals.
//
// Nothing here reads a clock, and nothing is random: the same record, options and key give the same result. What is
// made by these methods is not safe by itself: 164.514(b)(2)(ii) asks the host too that it does not know otherwise.
package deid
