package hl7v2

import (
	"slices"
	"strings"

	"github.com/portage-health/portage/record"
)

// medicineStages are the segments of one order of a medicine in their order: what was asked for, what the pharmacy made of it, and what came of that.
var medicineStages = []string{"RXO", "RXE", "RXG", "RXD", "RXA"}

// medicineSubject identifies the order of a medicine that a block tells of, by its number and the code of the medicine; "" where it has none.
// What was dispensed or given is told once: a block that has it is about that.
func (r *reader) medicineSubject(b *block) string {
	var service Segment
	for _, s := range b.segs {
		switch s.Name() {
		case "RXD", "RXG", "RXA":
			return ""
		case "RXO", "RXE":
			if !service.OK() {
				service = s
			}
		}
	}
	number := r.orderNumber(b.seg("ORC"))
	if !service.OK() || number == "" {
		return ""
	}
	code := first(service, 1)
	if service.Is("RXE") {
		code = first(service, 2)
	}
	if !code.says() {
		return ""
	}
	return medicineKey + number + "\x00" + code.at(1).peek() + "\x00" + code.at(2).peek()
}

const medicineKey = "medicine\x00"

// orderNumber is the filler's number of an order, else the placer's, within its authority.
func (r *reader) orderNumber(orc Segment) string {
	for _, field := range []int{3, 2} {
		if d := first(orc, field); d.at(1).peek() != "" {
			return r.numbered(d.at(1).peek(), datum{spanOf(d, 2), d.inner})
		}
	}
	return ""
}

// coversMedicine reports whether later messages say anew what a block says of a medicine. What the pharmacy made of an order says nothing anew of
// what was asked for.
func (t *telling) coversMedicine(b *block) bool {
	return slices.ContainsFunc(b.segs, func(s Segment) bool {
		return (s.Is("RXO") || s.Is("RXE")) && t.segments[s.Name()].OK()
	})
}

// stagesOf gives the numbers of an order, the filler's and the placer's, by which a later stage of it is known.
func stagesOf(ids []record.Identifier) (keys []string) {
	for i := range ids {
		x := &ids[i]
		if x.Value != "" && x.Absent == "" && (isType(x, "PLAC") || isType(x, "FILL")) {
			keys = append(keys, x.Type.Codings[0].Code+"\x00"+x.System+"\x00"+x.SystemAsSent+"\x00"+x.Assigner+"\x00"+x.Value)
		}
	}
	return keys
}

// stage is a medicine with the place of its segment among medicineStages.
type stage struct {
	rank int
	ref  record.Ref
}

// earlierStage finds the order of one of the same numbers that a medicine is a later stage of. What is given and what is dispensed follow what was
// ordered, and not one another.
func (r *reader) earlierStage(v *record.Medication, segment string) *record.Ref {
	rank := min(slices.Index(medicineStages, segment), 2)
	for _, key := range stagesOf(v.Identifiers) {
		for _, s := range slices.Backward(r.stages[key]) {
			if s.rank < rank {
				return &record.Ref{ID: s.ref.ID, Kind: s.ref.Kind}
			}
		}
	}
	return nil
}

// rememberStage keeps an order for its later stages.
func (r *reader) rememberStage(v *record.Medication, segment string, ids []record.Identifier) {
	rank := slices.Index(medicineStages, segment)
	if rank > 1 {
		return
	}
	if r.stages == nil {
		r.stages = map[string][]stage{}
	}
	for _, key := range stagesOf(ids) {
		r.stages[key] = append(r.stages[key], stage{rank, *v.EntryRef(record.KindMedication)})
	}
}

// joinMedicine adds what a block says of an order to what an earlier message began; false where there is none.
func (r *reader) joinMedicine(b *block, v *record.Medication) bool {
	if !strings.HasPrefix(b.key, medicineKey) {
		return false
	}
	if at, known := r.joined[b.key]; known && len(r.rec.Medications[at].Dosages) == 1 && len(v.Dosages) == 1 {
		d := clone(r.rec.Medications[at].Dosages[0])
		if merge(&d, &v.Dosages[0]) {
			r.rec.Medications[at].Dosages[0], v.Dosages = d, nil
		}
	}
	_, ok := join(r, b, "", r.rec.Medications, func(v *record.Medication) *record.Entry { return &v.Entry }, v)
	return ok
}
