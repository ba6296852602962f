package hl7v2

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/portage-health/portage/record"
)

// Why parts of a record are in no message, or not as they were. docs/hl7v2-export.md lists them.
var (
	// lost is for what HL7 v2 has no field for.
	lost = record.IssueLost.Because("HL7 v2 has no field for this in the message that the entry goes out in")
	// lostKind is for entries of a kind that no message has.
	lostKind = record.IssueLost.Because("HL7 v2 has no message for entries of this kind")
	// lostMention is for people, places and devices.
	lostMention = record.IssueLost.Because("HL7 v2 tells of a person, an organization, a place or a device only where an entry names it, and has no field for this there")
	// lostFilter is for what the options leave out.
	lostFilter = record.IssueLost.Because("no message of the types asked for has this")
	// lostOpposite is for what would read as its opposite.
	lostOpposite = record.IssueLost.Because("HL7 v2 could only say this as if it were so, or had been done; it is not written")
	// lostTaken is for medicines that the patient is said to take.
	lostTaken = record.IssueLost.Because("HL7 v2 orders, dispenses and gives medicines; no message says that a patient takes one")
)

// plan makes the messages: those that were sent before, in their order, then new ones.
func (w *sender) plan(ctx context.Context) error {
	used := map[string]bool{}
	var stating *record.Stating
	sources := w.sentSources()
	for _, x := range sources {
		if x.item == nil || w.opts.TypedOnly || x.item.Text == "" {
			continue
		}
		if stating == nil {
			stating = w.rec.StatingItems()
		}
		x.same = stating.StillItem(x.item) && w.hasAll(x.item)
	}
	for _, x := range sources {
		if err := ctx.Err(); err != nil {
			return err
		}
		if used[x.src.ID] || !w.wants(x.kind+"_"+x.event) {
			continue
		}
		used[x.src.ID] = true
		if x.same {
			w.out = append(w.out, outgoing{bytes: sentBytes(x.src, x.item), at: itemPlace(x.item.Path)})
			for _, id := range x.item.Entries {
				if at, ok := w.refs[id]; ok {
					w.verbatim[at], w.written[at] = true, true
				}
			}
			w.placeCarried(x.src.ID)
			continue
		}
		w.out = append(w.out, outgoing{})
		w.resend(x, len(w.out)-1)
	}
	err := w.fresh(ctx)
	w.around()
	return err
}

// around puts the headers and trailers of a file of messages back where all of it goes out as it was sent: their counts hold then.
func (w *sender) around() {
	if w.opts.TypedOnly || w.x.Framing != FramingNone || len(w.x.Messages) > 0 || len(w.out) == 0 {
		return
	}
	for i := range w.out {
		if w.out[i].m != nil || i > 0 && w.out[i].at <= w.out[i-1].at {
			return
		}
	}
	for i := range w.rec.Sources {
		src := &w.rec.Sources[i]
		if src.Format != formatName || len(src.Items) != 1 || len(src.Items[0].Entries) > 0 || !slices.Contains([]string{"FHS", "BHS", "BTS", "FTS"}, src.Items[0].Type) {
			continue
		}
		w.out = append(w.out, outgoing{bytes: sentBytes(src, &src.Items[0]), at: itemPlace(src.Items[0].Path)})
		w.placeCarried(src.ID)
	}
	slices.SortStableFunc(w.out, func(a, b outgoing) int { return cmp.Compare(a.at, b.at) })
}

// sentSource is a source that was a message.
type sentSource struct {
	src         *record.Source
	item        *record.Item
	header      int // in Provenances
	kind, event string
	structure   string
	same        bool
}

// sentSources finds the messages that the record came from, by the entries that their headers became.
func (w *sender) sentSources() (out []*sentSource) {
	bySource := map[string]int{}
	for i := range w.rec.Provenances {
		for _, o := range w.rec.Provenances[i].Origins {
			if _, known := bySource[o.Source]; o.Path == "MSH" && !known {
				bySource[o.Source] = i
			}
		}
	}
	for i := range w.rec.Sources {
		src := &w.rec.Sources[i]
		at, ok := bySource[src.ID]
		if src.Format != formatName || !ok {
			continue
		}
		x := &sentSource{src: src, header: at}
		x.kind, x.event, x.structure = typeOf(&w.rec.Provenances[at])
		if len(src.Items) > 0 {
			x.item = &src.Items[0]
		}
		if x.kind == "ADT" && slices.Contains([]string{"A17", "A24", "A37"}, x.event) && x.item == nil {
			continue // means nothing without the other patient
		}
		out = append(out, x)
	}
	return out
}

// hasAll reports whether the record still has every entry of an item.
func (w *sender) hasAll(it *record.Item) bool {
	for _, id := range it.Entries {
		if _, ok := w.refs[id]; !ok {
			return false
		}
	}
	return true
}

// placeCarried notes that what was carried from a source is in the output.
func (w *sender) placeCarried(source string) {
	for i := range w.rec.Carried {
		if c := &w.rec.Carried[i]; c.Format == formatName && c.Source == source {
			w.placed[i] = true
		}
	}
}

// entriesFrom gives the entries that a source told of and that were not written yet, by the kinds of the record's lists.
func (w *sender) entriesFrom(source string) map[string][]int {
	out := map[string][]int{}
	counts := map[string]int{}
	for kind, e := range w.rec.Entries() {
		i := counts[kind]
		counts[kind]++
		if kind != record.KindPatient && !w.written[entryAt{kind, i}] && len(e.Origins) > 0 && e.Origins[0].Source == source {
			out[kind] = append(out[kind], i)
		}
	}
	return out
}

// resend writes a message of a source anew.
func (w *sender) resend(x *sentSource, at int) {
	m := &messageOut{kind: x.kind, event: x.event, structure: x.structure, source: x.src.ID, version: x.src.Version}
	w.begin(m)
	w.forms = w.readForms(x.src.ID)
	w.here = w.entriesFrom(x.src.ID)
	head := w.copyOf(record.KindProvenance, x.header).(*record.Provenance)
	w.At("provenances", x.header, func() { w.header(head) })
	w.finishEntry(record.KindProvenance, x.header)
	w.body()
	slices.SortStableFunc(m.segs, func(a, b *segmentOut) int { return cmp.Compare(a.order, b.order) })
	w.number1(m)
	if !w.opts.TypedOnly {
		w.overlay(m)
	}
	w.out[at].m = m
}

func (w *sender) begin(m *messageOut) {
	w.m = m
	w.copies = map[entryAt]any{}
	w.forms = nil
	w.here = map[string][]int{}
}

// entriesHere gives the entries of a kind that the message at hand tells of and that are not written yet.
func (w *sender) entriesHere(kind string) []int { return w.here[kind] }

// body writes all that the message at hand tells of.
func (w *sender) body() {
	if list := w.here[record.KindEncounter]; len(list) == 1 {
		w.m.encounter = w.rec.Encounters[list[0]].ID
	}
	for _, i := range w.here[record.KindDevice] {
		if isPath(&w.rec.Devices[i].Entry, w.m.source, "SFT") {
			w.one(record.KindDevice, i)
		}
	}
	for _, i := range w.here[record.KindProvenance] {
		if isPath(&w.rec.Provenances[i].Entry, w.m.source, "EVN") {
			v := w.copyOf(record.KindProvenance, i).(*record.Provenance)
			w.At("provenances", i, func() { w.event(v) })
			w.finishEntry(record.KindProvenance, i)
		}
	}
	w.person1()
	for _, kind := range bodyKinds {
		for _, i := range w.here[kind] {
			w.one(kind, i)
		}
		if kind == record.KindEncounter {
			w.circumstances()
		}
	}
}

// bodyKinds are the kinds of entries in the order of the segments of most messages. A panel is written with its order, an observation
// with its panel: those that nothing else wrote stand alone.
var bodyKinds = []string{
	record.KindCareTeam, record.KindRelatedPerson, record.KindEncounter,
	record.KindOrder, record.KindResultPanel, record.KindVitalPanel, record.KindAssessmentPanel, record.KindMedication, record.KindImmunization, record.KindNote, record.KindAppointment,
	record.KindResult, record.KindVital, record.KindSocial, record.KindAssessment, record.KindObservation, record.KindSpecimen,
	record.KindAllergy, record.KindProblem, record.KindGoal, record.KindCharge, record.KindProcedure, record.KindCoverage, record.KindAccount,
}

// person1 writes PID and what belongs to it. The patient's leaves are counted at the first.
func (w *sender) person1() {
	if w.rec.Patient == nil {
		return
	}
	if w.m.source != "" && !isPath(&w.rec.Patient.Entry, w.m.source, "PID") {
		return
	}
	v := w.patientLeft
	quiet := w.Quiet
	w.patientNow, w.patientQuiet = nil, false
	if w.patientDone || w.verbatim[entryAt{record.KindPatient, -1}] {
		c := clone(*w.rec.Patient)
		v = &c
		w.Quiet = true
	} else if v == nil {
		c := clone(*w.rec.Patient)
		v = &c
		w.patientLeft = v
	}
	w.written[entryAt{record.KindPatient, -1}] = true
	w.At("patient", -1, func() {
		w.patient(v)
		if k := w.m.kind; k == "ADT" && slices.ContainsFunc(v.Links, func(l record.PatientLink) bool { return isMerge(&l) }) && isMergeEvent(w.m.event) {
			w.merged(v)
			if w.patientLeft != nil {
				w.patientLeft.Links = v.Links
			}
		}
	})
	w.patientDone = true
	w.patientNow, w.patientQuiet = v, w.Quiet
	if left := w.patientLeft; left != nil && left != v && w.m.tellsAll() {
		left.Restrictions, left.Labels = v.Restrictions, v.Labels
	}
	w.Quiet = quiet
}

// isMergeEvent reports whether an event of ADT says that one patient was another.
func isMergeEvent(event string) bool {
	m := adt[event]
	return m.level == "patient" && (m.kind == EventMerge || m.kind == EventChangeID)
}

// copyOf gives the copy of an entry of which the message at hand clears what it writes.
func (w *sender) copyOf(kind string, i int) any {
	at := entryAt{kind, i}
	if v := w.copies[at]; v != nil {
		return v
	}
	v := w.newCopy(kind, i)
	w.copies[at] = v
	return v
}

// one writes one entry of the message at hand, unless it was written with another.
func (w *sender) one(kind string, i int) {
	if w.written[entryAt{kind, i}] {
		return
	}
	if why := w.unsayable(kind, i); why != nil {
		w.withhold(kind, i, why)
		return
	}
	w.At(w.listOf(kind), i, func() { w.entry(kind, i) })
	w.finishEntry(kind, i)
}

// number1 numbers the segments whose first field counts them.
func (w *sender) number1(m *messageOut) {
	c := counter{}
	all := map[string]int{}
	for _, s := range m.segs {
		all[s.name]++
	}
	sent := map[string][]string{}
	for _, f := range w.formsOf("", "") {
		if name, _, _ := strings.Cut(f.path, "-"); m.source != "" && len(strings.Fields(f.data)) == all[name] {
			sent[name] = strings.Fields(f.data)
		}
	}
	for _, s := range m.segs {
		n := itoa(c.next(s.name))
		if list := sent[s.name]; len(list) > 0 {
			if n, sent[s.name] = list[0], list[1:]; n == "-" {
				continue
			}
		}
		if slices.Contains(numbered, s.name) && !s.has(1) {
			w.put(s.at(1), n)
		}
	}
}
