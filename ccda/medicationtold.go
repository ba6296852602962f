package ccda

import (
	"strings"

	"github.com/portage-health/portage/record"
)

// nameOfProduct gives the words for a product: those of its code, or its name where it has none.
func nameOfProduct(p *record.Product) string {
	if p.Name != "" && p.Code.IsZero() {
		return p.Name
	}
	return wordsOf(&p.Code)
}

// tellMedication tells of a medication in the narrative: what, whether, how, when.
func (w *writer) tellMedication(x *record.Medication, whole *record.Dosage) {
	if w.row == nil {
		return
	}
	name := nameOfProduct(&x.Product)
	switch {
	case x.Assertion == record.NoneKnown:
		name = "No known medications"
	case x.Assertion == record.NotKnown:
		name = "Medications: not known"
	case x.Status.Code == record.StatusRefused:
		name = "Refused, not given: " + name
	case x.Status.Code == record.StatusNotDone:
		name = "Not given: " + name
	case x.DoNotPerform != nil && *x.DoNotPerform, x.Assertion == record.Negated && x.Mode != record.ModeEvent:
		name = "Not to be taken: " + name
	case x.Assertion == record.Negated:
		name = "Does not take: " + name
	}
	w.tell("Medication", name)
	w.tell("Directions", x.Sig)
	steps := x.Dosages
	if whole != nil {
		w.tell("Dose", wordsOfDosage(whole))
		steps = steps[1:]
	}
	for i := range steps {
		w.tell("Dose", wordsOfDosage(&steps[i]))
	}
	w.tell("Dates", wordsOfPeriod(&x.Taken))
	if x.Mode != record.ModeEvent {
		w.tell("Intent", string(x.Mode))
	}
	w.tellStatus(&x.Status)
	w.tellIndications(x.Indications)
	for i := range x.Instructions {
		w.tell("Instructions", x.Instructions[i].Text)
	}
	w.tellPeople(x.Participants)
}

// wordsOfDosage tells a dosage in words.
func wordsOfDosage(d *record.Dosage) string {
	var out []string
	add := func(s string) {
		if s != "" {
			out = append(out, s)
		}
	}
	add(d.Text)
	add(wordsOfAmount(d.Dose))
	add(wordsOf(d.Route))
	for i := range d.Site {
		add(wordsOf(&d.Site[i]))
	}
	if d.When != nil {
		add(wordsOfPeriod(d.When))
	}
	for i := range d.Timings {
		add(wordsOfTiming(&d.Timings[i]))
	}
	if s := wordsOfAmount(d.Rate); s != "" {
		add("at " + s)
	}
	if d.AsNeeded != nil && *d.AsNeeded || len(d.AsNeededFor) > 0 {
		add("as needed")
	}
	for i := range d.AsNeededFor {
		add("for " + wordsOf(&d.AsNeededFor[i]))
	}
	if m := d.MaxPerPeriod; m != nil {
		add("at most " + wordsOfRatio(m))
	}
	return strings.Join(out, ", ")
}

func wordsOfAmount(a *record.Amount) string {
	switch {
	case a == nil:
	case a.Quantity != nil:
		return wordsOfQuantity(a.Quantity)
	case a.Range != nil:
		return wordsOfRange(a.Range)
	case a.Ratio != nil:
		return wordsOfRatio(a.Ratio)
	}
	return ""
}

func wordsOfRange(g *record.Range) string {
	low, high := wordsOfQuantity(g.Low), wordsOfQuantity(g.High)
	switch {
	case low != "" && high != "":
		return low + " to " + high
	case low != "":
		return "at least " + low
	case high != "":
		return "at most " + high
	}
	return wordsOfQuantity(g.Center)
}

func wordsOfRatio(r *record.Ratio) string {
	return wordsOfQuantity(r.Numerator) + " per " + wordsOfQuantity(r.Denominator)
}

// wordsOfTiming tells when something is taken.
func wordsOfTiming(t *record.Timing) string {
	var out []string
	add := func(s string) {
		if s != "" {
			out = append(out, s)
		}
	}
	if t.Operator == "E" { // what is taken out of the set before it (HL7 v3 SetOperator)
		add("except")
	}
	add(t.Text)
	add(wordsOf(t.Code))
	if t.Bounds != nil {
		add(wordsOfPeriod(t.Bounds))
	}
	for i := range t.Events {
		add("on " + wordsOfTime(&t.Events[i]))
	}
	often := t.Frequency
	if t.FrequencyMax != "" {
		often += " to " + t.FrequencyMax
	}
	period := t.Period
	if t.PeriodMax != "" {
		period += " to " + t.PeriodMax
	}
	if t.PeriodUnit != "" {
		period += " " + t.PeriodUnit
	}
	switch {
	case period != "" && often != "":
		add(often + " times per " + period)
	case period != "":
		add("every " + period)
	case often != "":
		add(often + " times")
	}
	if t.Operator == "E" && t.Phase != nil {
		add(wordsOfPeriod(t.Phase))
	}
	for _, d := range t.DaysOfWeek {
		add("on " + d)
	}
	for _, c := range t.TimesOfDay {
		add("at " + c)
	}
	for _, e := range t.When {
		s := "at " + e
		if o := wordsOfQuantity(t.Offset); o != "" {
			s += ", " + o + " off"
		} else if t.OffsetRange != nil {
			s += ", " + wordsOfRange(t.OffsetRange) + " off"
		}
		add(s)
	}
	if t.Count != "" {
		add(t.Count + " times in all")
	}
	if t.BoundsDuration != nil {
		add("for " + wordsOfQuantity(t.BoundsDuration))
	}
	return strings.Join(out, " ")
}
