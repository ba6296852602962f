package hl7v2

import "github.com/portage-health/portage/record"

// results reads OBR with its OBX and SPM, or OBX that stand alone. The panel keeps the order of its observations.
func (r *reader) results(b *block) {
	obx, notes := b.commented("OBX")
	obr := b.seg("OBR")
	var panel *record.Panel
	if obr.OK() {
		p := r.panel(b, obr)
		panel = &p
	}
	for i, s := range obx {
		kind := record.KindResult
		if panel == nil {
			kind = record.KindObservation
		}
		code := first(s, 3).at(1).peek()
		if isVital(code, first(s, 3).at(3).peek()) {
			kind = record.KindVital
		}
		v := r.observation(s, notes[i], kind)
		v.Encounter = r.encounter
		if panel != nil {
			panel.Members = append(panel.Members, record.Ref{ID: v.ID, Kind: kind})
		}
		switch kind {
		case record.KindVital:
			r.rec.Vitals = append(r.rec.Vitals, v)
		case record.KindResult:
			r.rec.Results = append(r.rec.Results, v)
		default:
			r.rec.Observations = append(r.rec.Observations, v)
		}
	}
	if panel != nil {
		r.rec.ResultPanels = append(r.rec.ResultPanels, *panel)
	}
}

// isVital reports whether a code is one of LOINC's of the vital signs that US Core knows.
func isVital(code, system string) bool {
	if system != "LN" && system != "LOINC" {
		return false
	}
	switch code {
	case "85353-1", "9279-1", "8867-4", "2708-6", "59408-5", "8310-5", "8302-2", "9843-4", "29463-7", "39156-5", "85354-9", "8480-6", "8462-4", "8289-1", "59576-9", "77606-2":
		return true
	}
	return false
}

// panel reads OBR (OBR[DiagnosticReport]).
func (r *reader) panel(b *block, s Segment) record.Panel {
	ids := add(add([]record.Identifier(nil), typed(one(s, 3, r.entity), "FILL")), typed(one(s, 2, r.entity), "PLAC"))
	v := record.Panel{Entry: r.entry(record.KindResultPanel, s, ids...), Encounter: r.encounter}
	v.Code = r.conceptAt(s, 4)
	if end := r.timeOf(s, 8); !end.IsZero() {
		v.When = record.Period{Start: r.timeOf(s, 7), End: end}
	} else {
		v.When.At = r.timeOf(s, 7)
	}
	v.Issued = r.timePtr(s, 22)
	v.Status = r.status(first(s, 25), &reportStatus)
	if c := r.codedAt(s, 24, "74"); c != nil {
		v.Categories = append(v.Categories, *c)
	}
	v.RelevantInfo = r.words(first(s, 13))
	for i, x := range b.segs {
		if x == s {
			v.Notes = r.notes(b.notesAfter(i))
		}
	}
	return v
}
