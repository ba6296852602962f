package recordtest

import (
	_ "embed"
	"strings"
	"sync"

	"github.com/portage-health/portage/record"
)

// The values that Full takes, by "Type.Field" of the record.
var (
	//go:embed concepts.txt
	conceptText string
	//go:embed strings.txt
	stringText string
	//go:embed refs.txt
	refText string
)

// tables are the three lists, read once.
var tables = sync.OnceValue(func() (t struct {
	concepts map[string][]record.Coding
	words    map[string][]string
	refs     map[string]string
}) {
	t.concepts, t.words, t.refs = map[string][]record.Coding{}, map[string][]string{}, map[string]string{}
	for key, vals := range rows(conceptText) {
		for _, v := range vals {
			t.concepts[key] = append(t.concepts[key], codingOf(v))
		}
	}
	for key, vals := range rows(stringText) {
		t.words[key] = vals
	}
	for key, vals := range rows(refText) {
		t.refs[key] = vals[0]
	}
	return t
})

func rows(text string) map[string][]string {
	m := map[string][]string{}
	for line := range strings.Lines(text) {
		key, rest, ok := strings.Cut(strings.TrimSpace(line), " | ")
		if ok {
			m[key] = strings.Split(rest, " ; ")
		}
	}
	return m
}

// abbreviations are short names of code systems in the lists.
var abbreviations = map[string]string{
	"L": record.SystemLOINC, "S": record.SystemSNOMED, "R": record.SystemRxNorm, "C": record.SystemCVX,
	"M": record.SystemMVX, "U": record.SystemUNII, "I": record.SystemICD10CM, "P": record.SystemCPT, "UC": record.SystemUCUM,
	"N":  "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl",
	"D":  "http://dicom.nema.org/resources/ontology/DCM",
	"AC": record.SystemActCode, "AR": record.SystemActReason, "CF": record.SystemConfidentiality, "RC": record.SystemRoleCode,
	"AG": record.SystemAdministrativeSex, "MS": record.SystemMaritalStatus, "RA": record.SystemReligion, "RE": record.SystemRaceEthnicity,
	"AC2": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue",
	"OI":  "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation",
	"OC":  "http://terminology.hl7.org/CodeSystem/observation-category",
	"GTS": "http://terminology.hl7.org/CodeSystem/v3-GTSAbbreviation",
}

// codingOf reads "system code display".
func codingOf(text string) record.Coding {
	system, rest, _ := strings.Cut(text, " ")
	code, display, _ := strings.Cut(rest, " ")
	if full, ok := abbreviations[system]; ok {
		system = full
	}
	return record.Coding{System: system, Code: code, Display: display}
}

// conceptOf makes a concept of "system code display" and further ones.
func conceptOf(texts ...string) record.Concept {
	var c record.Concept
	for _, t := range texts {
		c.Codings = append(c.Codings, codingOf(t))
	}
	return c
}
