package hl7v2

import "github.com/portage-health/portage/record"

// specimen writes SPM.
func (w *sender) specimen(v *record.Specimen) {
	if w.m.source != "" && isPath(&v.Entry, w.m.source, "OBR") {
		w.oldSpecimen(v)
		return
	}
	s := w.segment("SPM", v.ID, w.lineOf(&v.Entry, "SPM"))
	for i := range v.Identifiers {
		x := &v.Identifiers[i]
		switch {
		case x.Value == "":
		case isType(x, "PLAC"):
			w.entity(s.at(2).at(1), x)
			w.impliedType(x, "PLAC")
		case isType(x, "FILL"):
			w.entity(s.at(2).at(2), x)
			w.impliedType(x, "FILL")
		case isType(x, "SHIP") && !s.has(32):
			w.typedEntity(s.at(32), x, "SHIP")
		case untyped(x) && w.m.source == "" && !s.has(2):
			w.In("identifiers", i)
			w.Note(&typeByField, "type")
			w.Leave()
			w.entity(s.at(2).at(2), x)
		default:
			w.identifier(s.next(31), x)
		}
	}
	for i := range v.Parents {
		if x := v.Parents[i].Identifier; x != nil && v.Parents[i].ID == "" {
			at := s.next(3)
			if isType(x, "PLAC") {
				w.entity(at.at(1), x)
				w.impliedType(x, "PLAC")
			} else {
				w.entity(at.at(2), x)
				w.impliedType(x, "FILL")
			}
		}
	}
	w.coded(s.at(4), &v.Type, "487")
	w.concepts(s, 6, v.Additives, "371")
	w.conceptPtr(s.at(7), &v.Method, "488")
	if v.Site != nil {
		w.concept(s.at(8), &v.Site.Code)
		w.conceptPtr(s.at(9), &v.Site.Laterality, "")
	}
	w.conceptPtr(s.at(11), &v.Role, "369")
	w.quantity(s.at(12), v.Quantity)
	w.lines(s, 14, &v.Description)
	w.concepts(s, 15, v.Handling, "376")
	w.concepts(s, 16, v.RiskCodes, "489")
	w.time(s.at(17).at(1), &v.Collected.At)
	if !s.has(17) {
		w.dateRange(s.at(17), &v.Collected)
	}
	w.timePtr(s.at(18), &v.Received)
	switch v.Status.Code {
	case record.StatusAvailable:
		w.put(s.at(20), "Y")
		v.Status.Code, v.Status.AsSent = "", ""
	case record.StatusUnavailable:
		w.put(s.at(20), "N")
		v.Status.Code, v.Status.AsSent = "", ""
	}
	w.concepts(s, 21, v.RejectReasons, "490")
	w.concepts(s, 24, v.Conditions, "493")
	w.conceptPtr(s.at(27), &v.Container, "")
	if v.Accession != nil {
		w.fieldIdentifier(s.at(30), v.Accession, "ACSN")
	}
	w.notes(v.Notes, s)
}

// oldSpecimen writes what OBR says of a specimen before 2.5: OBR-14 and OBR-15.
func (w *sender) oldSpecimen(v *record.Specimen) {
	line := w.lineOf(&v.Entry, "OBR")
	for _, s := range w.m.segs {
		if s.name == "OBR" && s.line == line {
			w.timePtr(s.at(14), &v.Received)
			w.concept(s.at(15).at(1), &v.Type)
			if v.Site != nil {
				w.concept(s.at(15).at(4), &v.Site.Code)
			}
		}
	}
}
