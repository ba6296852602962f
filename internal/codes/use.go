package codes

// The record's terms for uses are the union of CDA's and FHIR's codes: each
// code has a term of its own, so that it goes back to its own format as it
// came. Where a term belongs to the other format alone, the pair follows HL7's
// ConceptMaps of C-CDA on FHIR and is read one way only.

var addressUseCDA = NewTable(
	Both("H", "home"),
	Both("HP", "primary-home"),
	Both("HV", "vacation-home"),
	Both("WP", "work"),
	Both("DIR", "direct-work"),
	Both("PUB", "public-work"),
	Both("BAD", "bad"),
	Both("CONF", "confidential"),
	Both("TMP", "temporary"),
	Both("PHYS", "physical"),
	Both("PST", "postal"),
	OnlyTo("OLD", "old"), // in HL7 v3, not in CDA R2
	OnlyFrom("BAD", "old"),
	OnlyFrom("PST", "billing"),
)

var addressUseFHIR = NewTable(
	Both("home", "home"),
	Both("work", "work"),
	Both("temp", "temporary"),
	Both("old", "old"),
	Both("billing", "billing"),
	OnlyFrom("home", "primary-home"),
	OnlyFrom("home", "vacation-home"),
	OnlyFrom("work", "direct-work"),
	OnlyFrom("work", "public-work"),
	OnlyFrom("old", "bad"),
)

var telecomUseCDA = NewTable(
	Both("H", "home"),
	Both("HP", "primary-home"),
	Both("HV", "vacation-home"),
	Both("WP", "work"),
	Both("DIR", "direct-work"),
	Both("PUB", "public-work"),
	Both("BAD", "bad"),
	Both("CONF", "confidential"),
	Both("TMP", "temporary"),
	Both("AS", "answering-service"),
	Both("EC", "emergency"),
	Both("MC", "mobile"),
	Both("PG", "pager"),
	OnlyTo("OLD", "old"), // in HL7 v3, not in CDA R2
	OnlyFrom("BAD", "old"),
)

var telecomUseFHIR = NewTable(
	Both("home", "home"),
	Both("work", "work"),
	Both("temp", "temporary"),
	Both("old", "old"),
	Both("mobile", "mobile"),
	OnlyFrom("home", "primary-home"),
	OnlyFrom("home", "vacation-home"),
	OnlyFrom("work", "direct-work"),
	OnlyFrom("work", "public-work"),
	OnlyFrom("work", "answering-service"),
	OnlyFrom("mobile", "pager"),
	OnlyFrom("old", "bad"),
)

var nameUseCDA = NewTable(
	Both("L", "legal"),
	Both("C", "license"),
	Both("P", "pseudonym"),
	Both("A", "artist"),
	Both("I", "indigenous"),
	Both("R", "religious"),
	Both("ASGN", "assigned"),
	Both("OR", "official-registry"),
	Both("ABC", "alphabetic"),
	Both("IDE", "ideographic"),
	Both("SYL", "syllabic"),
	Both("SRCH", "search"),
	Both("PHON", "phonetic"),
	Both("SNDX", "soundex"),
	OnlyFrom("L", "usual"),
	OnlyFrom("L", "official"), // but see NameUseToCDA
	OnlyFrom("P", "nickname"),
	OnlyFrom("P", "anonymous"),
)

var nameUseFHIR = NewTable(
	Both("usual", "usual"),
	Both("official", "official"),
	Both("temp", "temporary"),
	Both("nickname", "nickname"),
	Both("anonymous", "anonymous"),
	Both("old", "old"),
	Both("maiden", "maiden"),
	OnlyFrom("usual", "legal"),
	OnlyFrom("official", "license"),
	OnlyFrom("anonymous", "pseudonym"), // but see NameUseToFHIR
)

// AddressUseCDA pairs the codes of CDA addr/@use (left; HL7 v3 AddressUse,
// 2.16.840.1.113883.5.1119) with the record's terms.
func AddressUseCDA() *Table[string, string] { return &addressUseCDA }

// AddressUseFHIR pairs the codes of FHIR Address.use (left) with the record's
// terms. "confidential", "physical" and "postal" have none: the last two are
// Address.type in FHIR.
func AddressUseFHIR() *Table[string, string] { return &addressUseFHIR }

// TelecomUseCDA pairs the codes of CDA telecom/@use (left; HL7 v3 AddressUse,
// 2.16.840.1.113883.5.1119) with the record's terms. C-CDA's header
// names HP, HV, WP and MC alone (value set 2.16.840.1.113883.11.20.9.20); HL7's
// map gives FHIR "home" HP there (see TelecomUse).
func TelecomUseCDA() *Table[string, string] { return &telecomUseCDA }

// TelecomUseFHIR pairs the codes of FHIR ContactPoint.use (left) with the
// record's terms. A pager is ContactPoint.system as well.
func TelecomUseFHIR() *Table[string, string] { return &telecomUseFHIR }

// NameUseCDA pairs the codes of CDA name/@use (left; HL7 v3 EntityNameUse,
// 2.16.840.1.113883.5.45) with the record's terms. "old", "maiden" and
// "temporary" have none: CDA says BR on the family name in their place, or a
// period of validity.
func NameUseCDA() *Table[string, string] { return &nameUseCDA }

// NameUseFHIR pairs the codes of FHIR HumanName.use (left) with the record's terms.
func NameUseFHIR() *Table[string, string] { return &nameUseFHIR }

// NameUseToFHIR gives FHIR HumanName.use for the record's term. callMe says that
// a part of the name has the qualifier CL: a pseudonym or an artist's name is
// then a nickname (ConceptMap CF-NameUse).
func NameUseToFHIR(term string, callMe bool) (use string, ok bool) {
	if callMe && (term == "pseudonym" || term == "artist") {
		return "nickname", true
	}
	return nameUseFHIR.From(term)
}

// NameUseToCDA gives CDA name/@use for the record's term. besideUsual says that
// the person has a name with use "usual" or "legal" too: the official name is
// then a license, else the legal name (ConceptMap FC-NameUse).
func NameUseToCDA(term string, besideUsual bool) (use string, ok bool) {
	if term == "official" && besideUsual {
		return "C", true
	}
	return nameUseCDA.From(term)
}
