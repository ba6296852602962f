package fhir

import (
	_ "embed"
	"strings"
	"sync"

	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// Which codes the value sets of required bindings have, derived by internal/gen from R4, US Core and HL7 Terminology.
//
//go:embed valuesets.txt
var boundText string

// boundCodes is what a value set takes of one system.
type boundCodes struct {
	system string
	codes  string // each with tabs around; "" where they are not held here
}

const valueSetStem = "http://hl7.org/fhir/ValueSet/"

// boundSets gives the value sets by their addresses; those of R4 without valueSetStem.
var boundSets = sync.OnceValue(func() map[string][]boundCodes {
	sets := map[string][]boundCodes{}
	name := ""
	for line := range strings.Lines(boundText) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case line[0] == '#':
		case line[0] == '@':
			name = line[1:]
		default:
			system, list, _ := strings.Cut(line, "\t")
			if rest, ok := strings.CutPrefix(system, "~c"); ok {
				system = "http://terminology.hl7.org/CodeSystem/" + rest
			} else if rest, ok := strings.CutPrefix(system, "~f"); ok {
				system = "http://hl7.org/fhir/" + rest
			}
			if list != "?" {
				list = "\t" + list + "\t"
			} else {
				list = ""
			}
			sets[name] = append(sets[name], boundCodes{system, list})
		}
	}
	return sets
})

type setQuestion struct {
	release           USCore
	set, system, code string
}

// inSet says whether a code is in a value set. system is "" where the element is a bare code.
func (c *checker) inSet(set, system, code string) record.Answer {
	q := setQuestion{c.release, set, system, code}
	a, ok := c.answers[q]
	if !ok {
		a = c.judge(set, system, code)
		if len(c.answers) < 10_000 {
			c.answers[q] = a
		}
	}
	return a
}

func (c *checker) judge(set, system, code string) record.Answer {
	groups, held := c.sets[set+"|"+c.release.String()]
	if !held {
		groups, held = c.sets[set]
	}
	answer := record.No
	if !held {
		answer = record.Unknown
	}
	for _, g := range groups {
		switch {
		case system != "" && system != g.system:
		case g.codes == "":
			answer = record.Unknown
		case strings.Contains(g.codes, "\t"+code+"\t"):
			return record.Yes
		}
	}
	if answer == record.Unknown {
		if !strings.Contains(set, "://") {
			set = valueSetStem + set
		}
		answer = c.ask(set, record.Coding{System: system, Code: code})
	}
	return answer
}

// bound checks a value by a required binding.
func (c *checker) bound(v tree.Node, t *elementType, set, rule string) {
	if c.has(v, t, set) == record.No {
		c.find(&conformCode, v, rule)
	}
}

// has says whether a code, Coding, CodeableConcept or Quantity has a code of a value set. Something without a code and
// with a reason why is not judged.
func (c *checker) has(v tree.Node, t *elementType, set string) record.Answer {
	switch t.name {
	case "Coding", "Quantity", "Age", "Count", "Duration", "Distance":
		code := stringOf(v, "code")
		if code == "" {
			if t.name == "Coding" && !v.Child("extension").OK() {
				return record.No
			}
			return record.Unknown
		}
		system := stringOf(v, "system")
		if system == "" {
			return record.No
		}
		return c.inSet(set, system, code)
	case "CodeableConcept":
		answer := record.No
		some := false
		for k := range items(v, "coding") {
			some = true
			switch c.has(k, c.table.typ("Coding"), set) {
			case record.Yes:
				return record.Yes
			case record.Unknown:
				answer = record.Unknown
			}
		}
		if !some && v.Child("extension").OK() {
			return record.Unknown
		}
		return answer
	}
	if t.kind == primitiveType && v.Kind() == tree.String && v.Value() != "" {
		return c.inSet(set, "", v.Value())
	}
	return record.Unknown
}

// thinnedSystems are code systems of HL7 that have lost codes since R4, which R4's resources may still have.
const thinnedSystems = " adverse-event-category adverse-event-causality-assess adverse-event-causality-method adverse-event-seriousness ex-diagnosis-on-admission " +
	"ex-revenue-center immunization-evaluation-dose-status-reason immunization-subpotent-reason study-type v2-0550 "

// coding checks a coding for itself: that its system is one, and has the code.
func (c *checker) coding(n tree.Node) {
	s := n.Child("system")
	system, code := stringOf(n, "system"), stringOf(n, "code")
	switch {
	case system == "":
		return
	case !strings.Contains(system, ":"):
		c.find(&conformFormat, s, "Coding.system") // an address, absolute (R4 2.24.0.5)
		return
	case code == "":
		return
	}
	if system == record.SystemUCUM {
		if codes.UCUM(code) == record.No {
			c.find(&conformUnit, n, "Coding.code")
		}
		return
	}
	if strings.HasPrefix(system, usCoreStem) && c.release > USCore311 {
		return // the codes held are those of 6.1.0
	}
	if isNoCodeOf(system, code) {
		c.find(&conformNoCode, n, "Coding.code")
	}
}

// isNoCodeOf reports whether a code system is known whole here and does not have a code.
func isNoCodeOf(system, code string) bool {
	return codes.Lacks(system, code) && !strings.Contains(thinnedSystems, " "+strings.TrimPrefix(system, termStem)+" ")
}

// unit checks the unit of a quantity.
func (c *checker) unit(n tree.Node) {
	if code := stringOf(n, "code"); code != "" && stringOf(n, "system") == record.SystemUCUM && codes.UCUM(code) == record.No {
		c.find(&conformUnit, n, "Quantity.code")
	}
}
