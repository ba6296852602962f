package ccda

import (
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// templateTimeInWords says that an observation, which hangs on a statement, tells
// when that was by words, or by the age of the patient then (FHIR onsetString,
// abatementAge, occurrenceString …): CDA's times are dates alone. What it tells
// stands as its code in words, so that who does not know it reads it there.
const templateTimeInWords = "1b0e2c1e-52a9-4c0e-9f0a-6d3c6f5b7a0a"

// timeInWords names one time of a statement: in words, and as an age.
type timeInWords struct{ words, age string }

var (
	whenItWas   = timeInWords{"When it was", "Age when it was"}
	whenItBegan = timeInWords{"When it began", "Age when it began"}
	whenItEnded = timeInWords{"When it ended", "Age when it ended"}
)

// isTimeInWords recognises one that says no more than that.
func (r *reader) isTimeInWords(obs tree.Node) bool {
	if obs.Name() != "observation" || !r.has(obs, templateTimeInWords) {
		return false
	}
	for c := range obs.Children() {
		switch c.Name() {
		case "", "templateId", "code", "statusCode", "value":
		default:
			return false
		}
	}
	return obs.Child("code").Attr("nullFlavor").Value() == "OTH" && !obs.Child("value").NextNamed().OK()
}

// timeOf is a time of a statement that may be told so: its name, and where it lands.
type timeOf struct {
	timeInWords
	field string
	p     *record.Period
}

// timeInWords reads it into one of the times of the statement. It is left to be
// carried where it names none of them, or one that is told already.
func (r *reader) timeInWords(rel, obs tree.Node, times ...timeOf) {
	words := obs.Child("code").Child("originalText")
	name := words.First()
	if !name.OK() || name.Kind() != tree.Text || name.Next().OK() || words.NextNamed().OK() {
		return
	}
	v := obs.Child("value")
	kind := localType(v.AttrNS(spaceXSI, "type"))
	for _, t := range times {
		switch said := name.Value(); {
		case said == t.words && kind == "ST" && t.p.Text == "" && !v.Attr("nullFlavor").OK():
		case said == t.age && kind == "PQ" && t.p.Age == nil:
		case said == t.age && kind == "IVL_PQ" && t.p.AgeRange == nil:
		default:
			continue
		}
		if !r.plain(obs, "EVN") || !r.relates(rel, false, "REFR") {
			return
		}
		r.templates(obs, templateTimeInWords)
		r.shape(obs, "OBS", "EVN")
		r.fixed(obs.Child("code"), "nullFlavor", "OTH")
		r.scaffold(name)
		r.fixed(obs.Child("statusCode"), "code", "completed")
		r.slot(rel, t.field, -1)
		switch kind {
		case "ST":
			r.scaffold(v.AttrNS(spaceXSI, "type"))
			t.p.Text = r.text(v)
		case "PQ":
			t.p.Age = r.quantity(v)
		default:
			t.p.AgeRange = r.rng(v)
		}
		return
	}
}

// takeWords takes from a period what no time of CDA can say.
func takeWords(p *record.Period) record.Period {
	words := record.Period{Text: p.Text, Age: p.Age, AgeRange: p.AgeRange}
	p.Text, p.Age, p.AgeRange = "", nil, nil
	return words
}

// timeInWordsOut writes what takeWords gave.
func (w *writer) timeInWordsOut(q timeInWords, field string, p *record.Period) {
	if p.Text == "" && p.Age == nil && p.AgeRange == nil {
		return
	}
	if p.Age != nil {
		w.tell(q.age, quantityWords(p.Age))
	}
	if p.AgeRange != nil {
		w.tell(q.age, wordsOfRange(p.AgeRange))
	}
	w.In(field, -1)
	if p.Text != "" {
		w.timeObservation(q.words, field)
		w.el("value")
		w.attr("xsi:type", "ST")
		w.text(take(&p.Text))
		w.end()
		w.end()
		w.end()
	}
	if p.Age != nil {
		w.timeObservation(q.age, field)
		w.quantityPtrTyped("value", "age", "PQ", &p.Age)
		w.end()
		w.end()
	}
	if p.AgeRange != nil {
		w.timeObservation(q.age, field)
		g := *p.AgeRange
		p.AgeRange = nil
		w.rangeOf("value", "ageRange", "IVL_PQ", &g)
		w.end()
		w.end()
	}
	w.Leave()
}

// timeObservation starts the observation of one, up to its value.
func (w *writer) timeObservation(name, field string) {
	w.relate("REFR", false, field, -1)
	w.el("observation")
	w.at("classCode", "OBS")
	w.at("moodCode", "EVN")
	w.leaf("templateId", "root", templateTimeInWords)
	w.el("code")
	w.at("nullFlavor", "OTH")
	w.words("originalText", name)
	w.end()
	w.completed()
}

// saidInTime is for a time that is not known and is told in words: the words alone are read.
var saidInTime = record.IssueLost.Because("the time is told in words, beside which the document says that no date is known")
