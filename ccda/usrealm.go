package ccda

import (
	"slices"
	"strings"

	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/record"
)

// The US Realm datatypes (C-CDA R2.1, 5.1 to 5.4), which the header of a
// conformant document follows. What a part of them requires and the record does
// not have stands there with a nullFlavor; each such part is in the report.

// part gives the part of the header that is being written: author, custodian, recordTarget …; "" in the body.
func (w *writer) part() string {
	if len(w.open) < 2 || w.open[0].name != "ClinicalDocument" || w.open[1].name == "component" {
		return ""
	}
	return w.open[1].name
}

// within gives the name of the element that the one being written lies in.
func (w *writer) within() string { return w.open[len(w.open)-1].name }

// fieldedAddress reports whether an address here is a US Realm Address (AD.US.FIELDED, 5.2).
func (w *writer) fieldedAddress() bool {
	if !w.strict {
		return false
	}
	if w.fielded {
		return true
	}
	switch w.part() {
	case "":
		return w.ofAuthor()
	case "recordTarget", "author", "dataEnterer", "informant", "legalAuthenticator", "authenticator", "custodian":
		switch w.within() {
		case "patientRole", "guardian", "providerOrganization", "assignedAuthor", "assignedEntity", "representedCustodianOrganization":
			return true
		}
	}
	return false
}

// ofAuthor reports whether what is being written lies in the author of an entry, or in the organization of one.
func (w *writer) ofAuthor() bool {
	n := len(w.open)
	return w.within() == "assignedAuthor" || n > 1 && w.within() == "representedOrganization" && w.open[n-2].name == "assignedAuthor"
}

// usAddress makes an address fielded: street, city, and, where the country is
// the US or none is named, state and postal code (CONF:81-7291 to 81-10025).
func (w *writer) usAddress(a *record.Address) {
	if len(a.Unstructured) > 0 || a.Text != "" && onlyText(a) {
		// Words beside the parts become lines of their own (CONF:81-7296).
		lines := slices.Clone(a.Lines)
		if len(a.Unstructured) > 0 {
			w.Note(&altered, "unstructured")
			lines = append(lines, a.Unstructured...)
			a.Unstructured = nil
		} else {
			w.Note(&altered, "text")
			lines = append(lines, a.Text)
			a.Text = ""
		}
		a.Lines = lines
	}
	if len(a.Lines) > 4 {
		w.Note(&altered, "lines")
		a.Lines = append(slices.Clone(a.Lines[:3]), strings.Join(a.Lines[3:], ", "))
	}
	have := func(kind string) bool {
		return slices.ContainsFunc(a.Parts, func(p record.AddressPart) bool { return p.Kind == kind })
	}
	if a.City != "" && have("city") {
		parts := a.Parts[:0:0]
		for i := range a.Parts {
			if p := a.Parts[i]; p.Kind == "city" {
				w.In("parts", i)
				w.Drop("", &p, &withheld)
				w.Leave()
			} else {
				parts = append(parts, p)
			}
		}
		a.Parts = parts
	}
	if a.Absent != "" {
		return
	}
	lack := func(kind, leaf, value string) {
		if value == "" && !have(kind) {
			w.Note(&issueRequired, leaf)
			a.Parts = append(slices.Clone(a.Parts), record.AddressPart{Kind: kind, Absent: record.AbsentNoInformation})
		}
	}
	if len(a.Lines) == 0 {
		lack("streetAddressLine", "lines", "")
	}
	lack("city", "city", a.City)
	if a.Country == "" || a.Country == "US" || a.Country == "USA" {
		lack("state", "state", a.State)
		lack("postalCode", "postalCode", a.PostalCode)
	}
}

func onlyText(a *record.Address) bool {
	return len(a.Unstructured) == 0 && len(a.Lines) == 0 && a.City == "" && a.State == "" && a.PostalCode == "" && a.Country == "" && len(a.Parts) == 0
}

// usName makes a name one of parts, or a text and nothing else (PN.US.FIELDED,
// 5.1.1); the patient's is one of parts, with one family name (PTN.US.FIELDED, 5.1).
func (w *writer) usName(x *record.Name) {
	patient := w.within() == "patient"
	parts := len(x.Prefixes)+len(x.Given)+len(x.Family)+len(x.Suffixes) > 0
	if x.Absent != "" && !(patient && x.Text != "") {
		return
	}
	switch {
	case x.Text == "":
	case parts:
		if x.String() == x.Text {
			w.Note(&altered, "text")
			x.Text = ""
		} else {
			w.DropString("text", take(&x.Text), &withheld)
		}
	case patient:
		// There is no part for a name as a whole. Which of its words are the family name nobody says: all stand there.
		w.Note(&altered, "text")
		x.Family = []record.NamePart{{Value: take(&x.Text)}}
		parts = true
	default:
		if x.Period != nil {
			w.Drop("period", x.Period, &withheld)
			x.Period = nil
		}
		return
	}
	if x.Absent != "" {
		return
	}
	nothing := []record.NamePart{{Absent: record.AbsentNoInformation}}
	if len(x.Given) == 0 {
		w.Note(&issueRequired, "given")
		x.Given = nothing
	}
	switch {
	case len(x.Family) == 0:
		w.Note(&issueRequired, "family")
		x.Family = nothing
	case len(x.Family) > 1 && patient:
		w.oneFamily(x)
	}
}

// oneFamily makes one part of several family names (CONF:81-7159): those in use
// are joined; one that is qualified as something else (at birth, by marriage) is withheld.
func (w *writer) oneFamily(x *record.Name) {
	plain := func(p *record.NamePart) bool { return p.Value != "" && len(p.Qualifiers) == 0 }
	inUse := slices.ContainsFunc(x.Family, func(p record.NamePart) bool { return plain(&p) })
	var one record.NamePart
	for i := range x.Family {
		p := x.Family[i]
		switch {
		case one.Value == "" && (plain(&p) || !inUse && p.Value != ""):
			one = p
		case plain(&p):
			w.Note(&altered, "family")
			one.Value += " " + p.Value
		default:
			w.In("family", i)
			w.Drop("", &p, &withheld)
			w.Leave()
		}
	}
	if one.Value == "" {
		one.Absent = record.AbsentNoInformation
	}
	x.Family = []record.NamePart{one}
}

// toTheDay reports whether a time in this element must be precise to the day (5.3, 5.4).
func (w *writer) toTheDay() bool {
	if !w.strict {
		return false
	}
	part := w.part()
	if part == "" && len(w.open) == 1 {
		return w.open[0].name == "ClinicalDocument"
	}
	switch part {
	case "author", "legalAuthenticator", "authenticator":
		return len(w.open) == 2
	case "componentOf":
		return len(w.open) == 3
	case "documentationOf":
		return w.within() == "serviceEvent"
	}
	return false
}

// precise withholds a time that is less precise than to the day where the template demands that.
func (w *writer) precise(leaf string, t *record.Time) {
	if t.Value == "" || len(t.Value) >= len("2006-01-02") {
		return
	}
	w.DropString(join(leaf, "value"), t.Value, &withheld)
	if t.Value, t.AsSent = "", ""; t.Absent == "" {
		t.Absent = record.AbsentUnknown
	}
}

// needs writes an element that a role of the header requires and nobody has
// given (C-CDA R2.1 US Realm Header): n is how many there are.
func (w *writer) needs(role, name, leaf string, n int) {
	if n > 0 || !w.strict {
		return
	}
	required := false
	switch w.part() {
	case "":
		required = w.introduced && role == "assignedAuthor" || w.procedure && w.release >= R30 && w.performs(role)
	case "author", "dataEnterer", "legalAuthenticator":
		required = role == "assignedAuthor" || role == "assignedEntity"
	case "participant":
		required = name == "telecom" && w.callback
	}
	if required {
		w.require(name, leaf, "NI")
	}
}

// performs reports whether a role is that of one who performs a Procedure Activity
// Procedure, who since 3.0 can be reached (CONF:1098-7731, 1098-7732).
func (w *writer) performs(role string) bool {
	n := len(w.open)
	return role == "assignedEntity" && n >= 3 && w.open[n-2].name == "performer" && w.open[n-3].name == "procedure"
}

// needsPerson reports whether a role of the header must have a person in it.
func (w *writer) needsPerson(role string) bool {
	if !w.strict {
		return false
	}
	switch w.part() {
	case "":
		return w.introduced && role == "assignedAuthor"
	case "author":
		return role == "assignedAuthor"
	case "dataEnterer", "legalAuthenticator":
		return role == "assignedEntity"
	case "informationRecipient":
		return w.typ.typ == ReferralNote
	case "documentationOf":
		return w.namedPerformer
	case "participant":
		return w.callback || w.indirect
	}
	return false
}

// person writes the person in a role, with what f writes; one without a name where the header requires somebody.
func (w *writer) person(role string, names int, f func()) {
	must := w.needsPerson(role)
	if names == 0 && !must && f == nil {
		return
	}
	w.el(personElement(role))
	if names == 0 && w.strict && (w.part() != "" || must) {
		w.require("name", "names", "NI")
	}
	if f != nil {
		f()
	}
	w.end()
}

// cs writes a CS: a code alone (CDA R2 CS). What a concept says beside its first code has no place there.
func (w *writer) cs(name, leaf string, c **record.Concept) {
	if *c == nil {
		return
	}
	x := **c
	*c = nil
	w.el(name)
	if len(x.Codings) > 0 {
		codings := slices.Clone(x.Codings)
		if isCS(codings[0].Code) {
			w.at("code", take(&codings[0].Code))
		}
		x.Codings = codings
	}
	w.nullFlavor(leaf+".absent", &x.Absent)
	w.end()
	if !x.IsZero() {
		w.Drop(leaf, &x, &lost)
	}
}

// allowed reports whether the schema has a code in a closed list.
func allowed(code, list string) bool {
	for c := range strings.FieldsSeq(list) {
		if c == code {
			return true
		}
	}
	return false
}

// Closed lists of the schema (CDA R2 voc.xsd).
const (
	nameUses             = "A ABC ASGN C I IDE L P PHON R SNDX SRCH SYL"
	addressUses          = "ABC BAD DIR H HP HV IDE PHYS PST PUB SYL TMP WP"
	telecomUses          = "AS BAD DIR EC H HP HV MC PG PUB TMP WP"
	namePartQualifiers   = "AC AD BR CL IN LS NB PR SP TITLE VV"
	mutualClasses        = "AGNT ASSIGNED CAREGIVER CASESBJ CIT COMPAR CON COVPTY CRINV CRSPNSR ECON EMP GUAR GUARD INVSBJ LIC MIL NOK NOT PAT PAYEE PAYOR POLHOLD PROV PRS QUAL RESBJ SGNOFF SPNSR STD UNDWRT"
	roleClasses          = "ACCESS ACTI ACTM ADTV AGNT ALQT ASSIGNED BASE BIRTHPL CAREGIVER CASESBJ CIT COLR COMPAR CON CONT COVPTY CRINV CRSPNSR DSDLOC DST ECON EMP EXPR FLVR GEN GRIC GUAR GUARD HLD HLTHCHRT IACT IDENT INGR INST INVSBJ ISDLOC ISLT LIC LOCE MANU MBR MIL MNT NOK NOT OWN PART PAT PAYEE PAYOR POLHOLD PROV PRS PRSV QUAL RESBJ RET RGPR ROL SDLOC SGNOFF SPEC SPNSR STBL STD STOR SUBS SUBY TERR THER UNDWRT WRTE"
	encounterParticipant = "ADM ATND CON DIS REF"
	participationTypes   = "ADM ATND AUT AUTHEN BBY BEN CALLBCK CON COV CSM CST DEV DIR DIS DIST DON DST ELOC ENT ESC HLD IND INF IRCP LA LOC NOT NRD ORG PPRF PRCP PRD PRF RCT RCV RDV REF REFB REFT RESP RML SBJ SPC SPRF TRC VIA VRF WIT"
)

// useList gives the codes of @use that the schema allows for a table.
func useList(t *codes.Table[string, string]) string {
	switch t {
	case codes.NameUseCDA():
		return nameUses
	case codes.AddressUseCDA():
		return addressUses
	}
	return telecomUses
}
