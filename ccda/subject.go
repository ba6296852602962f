package ccda

import (
	"slices"
	"strings"

	"github.com/portage-health/portage/internal/tree"
)

// extent is what a coded element speaks of: one thing, the whole kind, nothing …
// It decides what a negation means: "no allergy to penicillin" is not "no allergy".
type extent uint8

const (
	extentNothing     extent = iota // there is no element, or a nullFlavor alone
	extentAll                       // the whole kind: substance, drug, problem, vaccine
	extentNone                      // a code that says by itself that there is none
	extentUnknown                   // a code that says by itself that it is not known
	extentOne                       // one thing
	extentNoneInWords               // words without a code that say that there is none
	extentUnclear                   // words without a code, or codes that disagree
)

// extents are the codes of one kind of statement that do not name one thing.
type extents struct{ all, none, unknown []string }

const oidCVX = "2.16.840.1.113883.12.292"

// SNOMED CT and LOINC codes; CVX where the code is one of CVX's.
var (
	allergenExtents = extents{
		all: []string{
			"105590001", // substance
			"410942007", // drug or medicament
			"373873005", // pharmaceutical or biologic product
			"763158003", // medicinal product
			"762766007", // edible substance
			"255620007", // food
			"115668003", // biological substance
			"413477004", // allergen or pseudoallergen
		},
		none: noKnownAllergyCodes,
	}
	allergyExtents = extents{
		all: []string{
			"419199007", "416098002", "414285001", "426232007", "106190000", // allergy: to substance, drug, food, environment; any
			"420134006", "418038007", "419511003", "418471000", // propensity to adverse reaction: any, to substance, drug, food
			"59037007", "235719002", "782197009", // intolerance: drug, food, substance
			"609328004", "609433001", // allergic, hypersensitivity disposition
			"161045001", "282100009",
		},
		none: noKnownAllergyCodes,
	}
	noKnownAllergyCodes = []string{
		"716186003", "160244002", // no known allergy
		"409137002",               // drug
		"429625007",               // food
		"428607008",               // environment
		"1003774007", "716184000", // latex
		"716220001", // animal
		"428197003", // insect
	}
	problemExtents = extents{
		all: []string{
			"55607006", "75326-9", // problem
			"64572001", "75323-6", // disease, condition
			"404684003", "75321-0", // clinical finding
			"282291009", "29308-4", // diagnosis
			"409586006", "75322-8", // complaint
			"418799008", "75325-1", // symptom
			"248536006", "75310-3",
		},
		none: []string{"160245001"}, // no current problems or disability
	}
	medicationExtents = extents{
		all:     []string{"410942007", "373873005", "763158003", "105590001"},
		none:    []string{"787481004", "182849000"}, // no known medications, no drug therapy prescribed
		unknown: []string{"182904002"},              // drug treatment unknown
	}
	vaccineExtents = extents{
		all:     []string{"71181003", "787859002", "398827000", "410942007", "373873005"},
		unknown: []string{"998"}, // CVX: no vaccine administered; real documents give it a lot number
	}
)

// beside gives what two codes of one thing say together.
func (e extent) beside(other extent) extent {
	switch {
	case other == extentNothing || other == e:
		return e
	case e == extentNone || other == extentNone:
		return extentNone
	case e == extentNothing:
		return other
	}
	return extentUnclear
}

// extentOf looks at a coded element, its translations and the name beside it. It marks nothing.
func (r *reader) extentOf(n tree.Node, x *extents, names ...tree.Node) extent {
	if !n.OK() && len(names) == 0 {
		return extentNothing
	}
	main := extentOfCode(n, x)
	for t := n.Child("translation"); t.OK(); t = t.NextNamed() {
		main = main.beside(extentOfCode(t, x))
	}
	if main != extentNothing {
		return main
	}
	words, dangling := r.wordsOf(n)
	for _, name := range names {
		if words == "" {
			words = strings.TrimSpace(name.Text())
		}
	}
	switch flavor := n.Attr("nullFlavor").Value(); {
	case saysNone(words):
		return extentNoneInWords
	case isSomething(flavor):
		return extentOne
	case words == "" && !dangling:
		return extentNothing
	}
	return extentUnclear
}

// isSomething knows the nullFlavors of what there is (HL7 v3 NullFlavor): the code system has no code for it, or it is withheld from who reads.
func isSomething(flavor string) bool { return flavor == "OTH" || flavor == "UNC" || flavor == "MSK" }

// extentOfEntity looks at a substance or product: one that is null as a whole may be a thing for all that.
func (r *reader) extentOfEntity(n tree.Node, x *extents) extent {
	e := r.extentOf(n.Child("code"), x, n.Child("name"))
	if e == extentNothing && isSomething(n.Attr("nullFlavor").Value()) {
		return extentUnclear
	}
	return e
}

// wordsOf looks at the words of a coded element: its own, its original text, or
// what that points to. dangling says that they are pointed to and not found.
func (r *reader) wordsOf(n tree.Node) (words string, dangling bool) {
	if words = strings.TrimSpace(n.DeepText()); words != "" {
		return words, false
	}
	for _, x := range [...]tree.Node{n.Child("originalText"), n} {
		if ref := x.Child("reference").Attr("value"); ref.OK() {
			target := r.anchor(strings.TrimPrefix(ref.Value(), "#"))
			words, said := r.saidAt(target)
			return words, !said || !target.OK()
		}
	}
	return "", false
}

// saysNone knows the phrases that say of the whole kind that there is none, and nothing else.
func saysNone(words string) bool {
	w := strings.ToLower(strings.TrimRight(strings.Join(strings.Fields(words), " "), ". "))
	switch w {
	case "nka", "nkda", "none known", "none", "no known allergies", "no known allergy", "no known drug allergies", "no known drug allergy",
		"no known medication allergies", "no known food allergies", "no known environmental allergies", "no allergies",
		"no known problems", "no known active problems", "no active problems", "no problems", "no current problems", "no known medications",
		"no known current medications", "no medications", "no current medications", "no known immunizations", "no immunizations",
		"no known immunization history", "no known procedures", "no procedures", "no known surgical history":
		return true
	}
	return false
}

func extentOfCode(n tree.Node, x *extents) extent {
	code := n.Attr("code").Value()
	if code == "" {
		return extentNothing
	}
	switch system := n.Attr("codeSystem").Value(); system {
	case "", oidSNOMED, oidLOINC, oidCVX:
		switch {
		case slices.Contains(x.all, code):
			return extentAll
		case slices.Contains(x.none, code):
			return extentNone
		case slices.Contains(x.unknown, code):
			return extentUnknown
		}
	}
	return extentOne
}
