package hl7v2

import (
	"slices"
	"strings"

	"github.com/portage-health/portage/record"
)

// allergy reads AL1 (AL1[AllergyIntolerance]). AL1 has no status: that the allergy is active is not said, and so is left out.
func (r *reader) allergy(s Segment) {
	if deniesPart(first(s, 3)) && !snomedDenial(first(s, 3)) {
		r.issue(&record.IssueNegationUnclear, s.Field(3).span)
		return
	}
	v := record.Allergy{Entry: r.entry(record.KindAllergy, s)}
	v.Kind = value(r.codedAt(s, 2, "127"))
	v.Substance = r.conceptAt(s, 3)
	r.reactions(s, &v)
	v.Onset.Start = r.timeOf(s, 6)
	r.noneKnown(&v)
	r.rec.Allergies = append(r.rec.Allergies, v)
}

// reactions reads severity and reactions: each repetition of field 5 is one manifestation of what happened.
func (r *reader) reactions(s Segment, v *record.Allergy) {
	v.Severity = r.codedAt(s, 4, "128")
	for d := range all(s, 5) {
		if c, ok := r.concept(d); ok {
			v.Reactions = append(v.Reactions, record.Reaction{Manifestations: []record.Concept{c}})
		}
	}
}

// noneKnown turns what a code or the words say is no allergy at all into the statement that none is known.
func (r *reader) noneKnown(v *record.Allergy) {
	for _, c := range v.Substance.Codings {
		if c.System == record.SystemSNOMED && slices.Contains(noneCodes, c.Code) || strings.EqualFold(c.Code, "NKA") || deniesAll(c.Display) {
			v.Assertion = record.NoneKnown
		}
	}
	if deniesAll(v.Substance.Text) {
		v.Assertion = record.NoneKnown
	}
}

// deniesAll reports whether words are those for no known allergy at all.
func deniesAll(v string) bool {
	v = strings.TrimSuffix(strings.TrimSpace(v), ".")
	return strings.EqualFold(v, "nka") || strings.EqualFold(v, "no known allergies") || strings.EqualFold(v, "no known allergy")
}

// deniesPart reports whether a substance is the denial of some kind of allergy in words or local codes: it is no substance, and no
// statement about all allergies.
func deniesPart(d datum) bool {
	all, code := false, false
	for _, n := range []int{1, 2, 4, 5, 9} {
		v := strings.ToLower(strings.TrimSpace(d.at(n).peek()))
		word, _, _ := strings.Cut(strings.ReplaceAll(v, "-", " "), " ")
		switch {
		case deniesAll(v):
			all = true
		case word == "nkda", word == "nkfa", word == "nkma", v == "none", v == "none known", v == "denies", v == "no known", v == "no allergies", strings.HasPrefix(v, "no known "):
			return true
		case slices.Contains(noneCodes, v):
			code = true // of a code system that is not named as SNOMED CT
		}
	}
	return code && !all
}

// adverse reads IAM (IAM[AllergyIntolerance]). Action code D takes the statement back.
func (r *reader) adverse(s Segment) {
	if deniesPart(first(s, 3)) && !snomedDenial(first(s, 3)) {
		r.issue(&record.IssueNegationUnclear, s.Field(3).span)
		return
	}
	var ids []record.Identifier
	ids = add(ids, one(s, 7, r.entity))
	v := record.Allergy{Entry: r.entry(record.KindAllergy, s, ids...)}
	v.Kind = value(r.codedAt(s, 2, "127"))
	v.Substance = r.conceptAt(s, 3)
	r.reactions(s, &v)
	if action := first(s, 6); action.peek() == "D" {
		r.text(action)
		v.Verification = record.EnteredInError
	}
	v.Onset.Start = r.timeOf(s, 11)
	if v.Onset.Start.IsZero() {
		v.Onset.Text = r.words(first(s, 12))
	}
	v.Recorded = r.timePtr(s, 13)
	if c := r.codedAt(s, 17, "438"); c != nil {
		switch c.Codings {
		case nil:
		default:
			switch c.Codings[0].Code {
			case "C":
				v.Verification = record.Confirmed
			case "S", "U", "P":
				v.Verification = record.Unconfirmed
			case "E":
				v.Verification = record.EnteredInError
			case "I":
				v.Clinical.Code = "inactive"
			}
		}
		v.VerificationAsSent = c
	}
	if c := r.codedAt(s, 27, ""); c != nil {
		v.Substance.Codings = append(v.Substance.Codings, c.Codings...)
		if v.Substance.Text == "" {
			v.Substance.Text = c.Text
		} else if c.Text != "" {
			r.giveBack(first(s, 27).at(9))
		}
	}
	if n := one(s, 14, r.name); n != nil {
		ref := r.practitionerOf(first(s, 14), nil, *n)
		p := record.Participation{Role: "informant", Who: &ref, Code: r.codedAt(s, 15, "63")}
		v.Participants = append(v.Participants, p)
	}
	r.noneKnown(&v)
	r.rec.Allergies = append(r.rec.Allergies, v)
}

// snomedDenial reports whether a code of SNOMED CT says of which kind none is known.
func snomedDenial(d datum) bool {
	for _, n := range []int{1, 4, 10} {
		if slices.Contains(noneCodes, d.at(n).peek()) && systemOf(d.at(n+2).peek()) == record.SystemSNOMED {
			return true
		}
	}
	return false
}
