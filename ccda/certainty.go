package ccda

import (
	"reflect"
	"slices"

	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// findingContext asks how sure a problem or an allergy is. CDA R2 has no
// uncertaintyCode, and C-CDA on FHIR calls verificationStatus "not supported by
// target". FHIR binds that element to SNOMED CT's finding context, and so it is an
// observation of it that hangs on the statement. Who does not know it reads a
// finding that is true. What is refuted is negated, and what was entered in error nullified.
var findingContext = question{system: oidSNOMED, codes: []string{"408729009"}, displays: []string{"Finding context"}}

// verifications are FHIR's words for a doubt, by the list that has them
// (condition-ver-status, allergyintolerance-verification); presumed is the latter's since R5.
type verifications struct {
	system string
	words  []record.Verification
}

var (
	problemDoubts = verifications{"http://terminology.hl7.org/CodeSystem/condition-ver-status", []record.Verification{record.Unconfirmed, record.Provisional, record.Differential}}
	allergyDoubts = verifications{"http://terminology.hl7.org/CodeSystem/allergyintolerance-verification", []record.Verification{record.Unconfirmed, record.Presumed}}
)

var wordsOfDoubt = map[record.Verification]string{
	record.Unconfirmed: "Unconfirmed", record.Provisional: "Provisional", record.Differential: "Differential", record.Presumed: "Presumed",
}

// said gives the word as a concept of its list.
func (d *verifications) said(v record.Verification) record.Concept {
	oid, _ := codes.ToCDA(d.system)
	return record.Concept{Codings: []record.Coding{{System: d.system, SystemAsSent: oid, Code: string(v), Display: wordsOfDoubt[v]}}}
}

// isDoubt reports whether an observation says how sure that is on which it hangs,
// in FHIR's words, and nothing else.
func (r *reader) isDoubt(obs tree.Node, d *verifications) bool {
	if obs.Name() != "observation" || !r.asks(obs, &findingContext) || !isBarePart(obs) {
		return false
	}
	v := obs.Child("value")
	return !v.NextNamed().OK() && !v.Attr("nullFlavor").OK() && codes.FromCDA(v.Attr("codeSystem").Value()) == d.system && slices.Contains(d.words, record.Verification(v.Attr("code").Value()))
}

// doubt reads it, unless the statement is negated: a denial that is doubted is no doubt about the finding.
func (r *reader) doubt(rel, obs tree.Node, d *verifications, e *record.Entry, v *record.Verification, sent **record.Concept) {
	if e.Assertion != record.Affirmed {
		return
	}
	c := r.answered(rel, obs, &findingContext, true, "SUBJ")
	if c == nil {
		return
	}
	r.slot(rel, "verification", -1)
	*v = record.Verification(c.Codings[0].Code)
	if plain := d.said(*v); !reflect.DeepEqual(*c, plain) {
		*sent = c
	}
}

// doubtOut writes it, unless the statement is a denial.
func (w *writer) doubtOut(d *verifications, denied bool, v *record.Verification, sent **record.Concept) {
	if denied || !slices.Contains(d.words, *v) {
		return
	}
	c := d.said(*v)
	if *sent != nil {
		if len((*sent).Codings) == 0 || (*sent).Codings[0].System != d.system || (*sent).Codings[0].Code != string(*v) || (*sent).Absent != "" {
			return // what was sent is of another list: rest names both
		}
		c = **sent
		*sent = nil
	}
	*v = ""
	value := &c
	w.answer(&findingContext, "SUBJ", true, "verification", &value)
}
