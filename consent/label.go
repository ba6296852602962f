package consent

import (
	"strings"

	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/record"
)

// confidentialities is HL7 v3 Confidentiality from the least to the most restrictive.
const confidentialities = "ULMNRV"

// rank gives the place of a confidentiality; -1 for any other label.
func rank(c *record.Coding) int {
	if len(c.Code) != 1 || c.System != "" && c.System != record.SystemConfidentiality && codes.Canonical(c.System) != record.SystemConfidentiality {
		return -1
	}
	return strings.IndexByte(confidentialities, c.Code[0])
}

// labelParents are the sensitivities that a sensitivity is a case of (HL7 v3 ActInformationSensitivityPolicy).
var labelParents = [...]struct{ child, parent string }{
	{"ETHUD", "SUD"}, {"ETHUD", "ETH"}, {"OPIOIDUD", "SUD"}, {"OPIOIDUD", "ETH"}, {"SUD", "ETH"}, {"ETH", "SUD"},
	{"SUD", "BH"}, {"ETH", "BH"}, {"MH", "BH"}, {"PSY", "BH"}, {"PSYTHPN", "BH"}, {"COGN", "BH"}, {"DVD", "BH"}, {"EMOTDIS", "BH"},
	{"BH", "SPI"},                        // what the law protects specially
	{"SICKLE", "SCA"}, {"SCA", "SICKLE"}, // HL7's older code and its newer one
}

// ofLaw gives the sensitivity that all has which is under a law: a denial of that is one of it.
func ofLaw(c *record.Coding) *record.Coding {
	switch c.Code {
	case CodeUnderPart2:
		return &record.Coding{System: c.System, Code: "SUD"} // 42 CFR 2.12(a)(1): what identifies as having a substance use disorder
	case CodePsyNotes:
		return &record.Coding{System: c.System, Code: codePsychotherapy}
	}
	return c
}

// subsumes reports whether a sensitivity is a listed one or a case of it.
func subsumes(listed, code string) bool { return caseOf(listed, code, 4) }

func caseOf(listed, code string, steps int) bool {
	if listed == code {
		return true
	}
	for i := range labelParents {
		if p := &labelParents[i]; steps > 0 && p.child == code && caseOf(listed, p.parent, steps-1) {
			return true
		}
	}
	return false
}

// labelKind is what a label says.
type labelKind uint8

const (
	labelOther labelKind = iota // handling, purpose, integrity, compartment
	labelConfidentiality
	labelSensitivity
	labelLaw         // the data is under a law of its own
	labelRestriction // somebody asked that the data be kept back
	labelCourtesy
)

func kindOfLabel(kind string, c *record.Coding) labelKind {
	switch {
	case kind == LabelRestriction || c.System == tableAccess || c.System == tableReasons:
		return labelRestriction
	case kind == LabelCourtesy:
		return labelCourtesy
	case rank(c) >= 0:
		return labelConfidentiality
	case c.Code == CodeUnderPart2 || c.Code == CodePsyNotes || c.Code == CodeSelfPay || c.System == System:
		return labelLaw
	case kind == "sensitivity":
		return labelSensitivity
	case kind != "" && kind != "confidentiality":
		return labelOther
	case c.System == record.SystemActCode || c.System == "" || c.System == "urn:oid:2.16.840.1.113883.5.4":
		if isHandling(c.Code) {
			return labelOther
		}
		return labelSensitivity
	}
	return labelOther
}

// isHandling reports whether a code of HL7 v3 ActCode is an obligation, a refrain policy or a privacy law, not a sensitivity.
func isHandling(code string) bool {
	switch code {
	case "NORDSCLCD", "NOCOLLECT", "NODSCLCD", "NODSCLCDS", "NOINTEGRATE", "NOLIST", "NOMOU", "NOORGPOL", "NOPAT", "NOPERSISTP", "NORDSCLCDS", "NORDSLCD", "NORELINK", "NOREUSE", "NOVIP", "NOAUTH", "ORCON",
		"CPLYPOL", "CPLYCD", "CPLYCC", "CPLYCUI", "CPLYPRP", "PERSISTLABEL", "PRIVMARK", "REDACT", "MASK", "ENCRYPT", "ENCRYPTR", "ENCRYPTT", "ENCRYPTU", "AUDIT", "AUDTR", "AUTHEXCP", "DELAU", "DELREUSE", "DEID", "HPRVCYSM", "LIMIT", "MINEC",
		"PSEUD", "REDACTED", "MASKED", "HIPAAConsent", "HIPAANPP", "HIPAAROA", "HIPAAAuth", "HIPAAConsentCD", "TITLE38SECTION7332", "Title38Part1":
		return true
	}
	return false
}

// labelAmong reports whether a label is one of a list, or a case of one.
func labelAmong(c *record.Coding, list []record.Coding) bool {
	for i := range list {
		l := &list[i]
		if sameCode(c, l) || c.Code != "" && subsumes(l.Code, c.Code) && sameSystem(l.System, c.System) {
			return true
		}
		// A denial of what is restricted is one of what is very restricted.
		if l.Code == "R" && c.Code == "V" && rank(l) >= 0 && rank(c) >= 0 {
			return true
		}
	}
	return false
}

// labels compares the labels of an entry with those of a rule. A denial matches if any label is listed. A permit matches
// by the confidentiality, or if it lists every sensitivity of the entry; what is demanded to be kept back it permits by the
// confidentiality alone, and whether a denial means that cannot be told.
func labelsMatch(list []record.Coding, labels []record.Label, e Effect) answer {
	wantsGrade, wantsSensitivity := false, false
	for i := range list {
		switch kindOfLabel("", &list[i]) {
		case labelConfidentiality:
			wantsGrade = true
		case labelSensitivity:
			wantsSensitivity = true
		}
	}
	top, covered, sensitive, demanded := -1, true, false, false
	for i := range labels {
		c := &labels[i].Coding
		switch k := kindOfLabel(labels[i].Kind, c); k {
		case labelConfidentiality:
			if r := rank(c); top < 0 || r > rank(&labels[top].Coding) {
				top = i
			}
			if e == Deny && labelAmong(c, list) {
				return yes
			}
		case labelSensitivity:
			sensitive = true
			in := labelAmong(c, list)
			if e == Deny && in {
				return yes
			}
			covered = covered && in
		case labelRestriction:
			if e == Deny && labelAmong(c, list) {
				return yes
			}
			demanded, covered = true, false
		case labelCourtesy:
			if e == Deny && labelAmong(c, list) {
				return yes
			}
		case labelLaw, labelOther:
			if labelAmong(c, list) || e == Deny && labelAmong(ofLaw(c), list) {
				return yes
			}
		}
	}
	if top < 0 && !sensitive {
		return unknown // nobody has judged it
	}
	if e == Deny {
		if wantsGrade && top < 0 || demanded || blankAmong(list) {
			return unknown
		}
		return no
	}
	if wantsGrade && top >= 0 && exactly(&labels[top].Coding, list) || wantsSensitivity && sensitive && covered {
		return yes
	}
	if wantsGrade && top < 0 {
		return unknown
	}
	return no
}

func exactly(c *record.Coding, list []record.Coding) bool {
	for i := range list {
		if sameCode(c, &list[i]) {
			return true
		}
	}
	return false
}

// isLabelled reports whether somebody has said how confidential or sensitive a thing is.
func isLabelled(labels []record.Label) bool {
	for i := range labels {
		if k := kindOfLabel(labels[i].Kind, &labels[i].Coding); k == labelConfidentiality || k == labelSensitivity {
			return true
		}
	}
	return false
}

// bySensitivity reports whether a thing is under a law that protects it for what it tells: nobody has to say that it is restricted.
func bySensitivity(labels []record.Label) bool {
	for i := range labels {
		switch labels[i].Coding.Code {
		case CodeUnderPart2, CodePsyNotes, CodeCounseling:
			return true
		}
	}
	return false
}

// restrictedAtLeast gives labels with R in place of whatever confidentiality is below it.
func restrictedAtLeast(labels []record.Label) []record.Label {
	r := record.Label{Kind: "confidentiality", Coding: record.Coding{System: record.SystemConfidentiality, Code: "R"}}
	out, graded := []record.Label{}, false
	for i := range labels {
		if n := rank(&labels[i].Coding); n < 0 || n >= rank(&r.Coding) {
			out, graded = append(out, labels[i]), graded || n >= 0
		}
	}
	if !graded {
		out = append(out, r)
	}
	return out
}

// labelsNamed gives the sensitivities that the provisions of a consent name: what says that HIV is not to be told of tells of it.
func labelsNamed(c *record.Consent) (out []record.Label) {
	var each func(list []record.Provision, depth int)
	each = func(list []record.Provision, depth int) {
		for i := range list {
			for _, k := range list[i].SecurityLabels {
				if kind := kindOfLabel("", &k); kind == labelSensitivity || kind == labelLaw {
					out = append(out, record.Label{Coding: k})
				}
			}
			if depth < maxDepth {
				each(list[i].Provisions, depth+1)
			}
		}
	}
	if c.Provision != nil {
		each([]record.Provision{*c.Provision}, 0)
	}
	each(c.Provisions, 0)
	return out
}
