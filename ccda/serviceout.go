package ccda

import (
	"slices"

	"github.com/portage-health/portage/record"
)

// services writes the acts that the document is about.
func (w *writer) services(d *record.Document) {
	list := d.Services
	d.Services = nil
	imaging := w.typ.typ == DiagnosticImagingReport && w.findings() != nil
	one := w.typ.oneService && (w.strict || imaging)
	chosen := 0
	if one {
		for i := range list {
			if list[i].Class == w.typ.service {
				chosen = i
				break
			}
		}
	}
	for i := range list {
		w.In("services", i)
		if w.toldInSection(&list[i]) {
			w.Leave()
			continue // see servicesOf
		}
		if one && i != chosen && imaging && isContext(&list[i]) {
			w.contexts = append(w.contexts, i)
		} else if w.strict && one && i != chosen {
			w.Drop("", &list[i], &withheld) // there is exactly one (CONF:1198-8452, 1198-8416, 1198-31570, 1198-31901)
		} else {
			w.service(list[i])
		}
		w.Leave()
	}
	if len(list) == 0 && w.strict && w.typ.service != "" && w.typ.typ != ProgressNote {
		w.Note(&issueRequired, "services")
		quiet := w.Quiet
		w.Quiet = true
		w.service(record.ServiceEvent{Class: w.typ.service})
		w.Quiet = quiet
	}
}

// toldInSection reports whether a service stands in a section, as the source had it.
func (w *writer) toldInSection(s *record.ServiceEvent) bool {
	return !w.strict && w.native && s.Section != "" && hasSection(w.out, s.Section)
}

func hasSection(list []*sectionOut, id string) bool {
	for _, s := range list {
		if s.src != nil && s.src.ID == id || hasSection(s.subs, id) {
			return true
		}
	}
	return false
}

// servicesOf writes the acts that a section tells of, beside those of the header (C-CDA R2.1 Procedure Context).
func (w *writer) servicesOf(section string) {
	if len(w.rec.Documents) == 0 {
		return
	}
	list := w.rec.Documents[0].Services
	for i := range list {
		s := list[i]
		if s.Section != section || !w.toldInSection(&s) {
			continue
		}
		w.At("documents", 0, func() {
			w.In("services", i)
			w.line()
			w.el("entry")
			w.slot("services", i)
			w.at("typeCode", "DRIV")
			w.el("act")
			w.at("classCode", take(&s.Class))
			w.at("moodCode", "EVN")
			w.template(templateProcedureContext)
			w.identifiers("id", "identifiers", &s.Identifiers)
			w.conceptPtr("code", "code", &s.Code)
			w.period("effectiveTime", "when", &s.When)
			w.participants(&s.Participants)
			w.end()
			w.end()
			w.rest(&s)
			w.Leave()
		})
	}
}

// findings gives the section of an imaging report that says what was found, by the code that R2.1 has or DICOM's.
func (w *writer) findings() *sectionOut {
	for _, s := range w.out {
		if c := s.code(); c == loincFindings || c == dicomFindings {
			return s
		}
	}
	return nil
}

// isContext reports whether an act that an imaging report is about can stand
// beside the one of its header, in the body (see procedureContexts).
func isContext(s *record.ServiceEvent) bool {
	return s.Class == "ACT" && s.Status == nil && s.Code != nil
}

// procedureContexts writes the further acts that an imaging report is about: its
// header has one (CONF:1198-8416), the others are entries of the findings (C-CDA
// R2.1 Procedure Context). The contrary of reader.procedureContext.
func (w *writer) procedureContexts(s *sectionOut) {
	for k, i := range w.contexts {
		row := ""
		if k < len(s.contexts) {
			row = s.contexts[k]
		}
		w.At("documents", 0, func() {
			w.In("services", i)
			x := w.rec.Documents[0].Services[i]
			w.ownEntry(func() {
				w.el("act")
				w.at("classCode", take(&x.Class))
				w.at("moodCode", "EVN")
				w.template(templateProcedureContext)
				w.identifiers("id", "identifiers", &x.Identifiers)
				w.conceptPtr("code", "code", &x.Code)
				w.pointTo(row)
				w.period("effectiveTime", "when", &x.When)
				w.participants(&x.Participants)
				w.end()
			})
			w.rest(&x)
		})
	}
	w.contexts = nil
}

// tellContexts tells of them in the narrative of the findings.
func (w *writer) tellContexts(s *sectionOut) {
	if !w.strict {
		return
	}
	for _, i := range w.contexts {
		x := &w.rec.Documents[0].Services[i]
		w.beginRow(s)
		w.tell("Procedure", wordsOf(x.Code))
		w.tell("When", wordsOfPeriod(&x.When))
		w.tellPeople(x.Participants)
		s.contexts = append(s.contexts, w.row.anchor())
		w.row = nil
	}
}

func (w *writer) service(s record.ServiceEvent) {
	named := w.strict && w.typ.typ == CarePlan && (!s.When.End.IsZero() || !s.When.At.IsZero()) // CONF:1198-31905
	w.line()
	w.el("documentationOf")
	if w.strict && s.Status != nil {
		w.Drop("status", s.Status, &withheld) // the schema has no sdtc:statusCode there
		s.Status = nil
	}
	w.cs("sdtc:statusCode", "status", &s.Status)
	w.el("serviceEvent")
	if class := w.typ.service; w.strict && class != "" && s.Class != class && w.typ.typ != DiagnosticImagingReport {
		// The template fixes the class of what the document is about (CONF:1198-8453, 1198-26420, 1198-31572).
		if s.Class != "" {
			w.Note(&altered, "class")
		} else {
			w.Note(&issueRequired, "class")
		}
		s.Class = class
	} else if w.strict && s.Class == "" {
		w.Note(&issueRequired, "class")
		s.Class = "ACT" // the schema demands a class: any act
	}
	w.at("classCode", take(&s.Class))
	if w.strict && w.typ.typ == ProgressNote {
		w.leaf("templateId", "root", templateServiceNote) // CONF:1198-9480
	}
	w.identifiers("id", "identifiers", &s.Identifiers)
	if s.Code == nil && w.release >= R30 && (w.typ.typ == OperativeNote || w.typ.typ == ProcedureNote) {
		w.require("code", "code", "NI")
	}
	w.conceptPtr("code", "code", &s.Code)
	w.serviceTime(&s)
	w.performers(&s, named)
	w.end()
	w.end()
	w.rest(&s)
}

// serviceTime writes when a service took place. The header demands when it began
// (CONF:1198-14838), several types of document when it ended.
func (w *writer) serviceTime(s *record.ServiceEvent) {
	if !w.strict {
		w.period("effectiveTime", "when", &s.When)
		return
	}
	p := &s.When
	if !p.At.IsZero() && p.Start.IsZero() && p.End.IsZero() && p.At.Absent == "" {
		// A point in time is the interval that begins and ends there.
		w.Note(&altered, "when.at")
		p.Start, p.End = p.At, p.At
		p.At = record.Time{}
	} else if !p.At.IsZero() {
		w.Drop("when.at", &p.At, &withheld)
		p.At = record.Time{}
	}
	w.plainPeriod("when", p)
	if p.Start.IsZero() {
		w.absentStart(p)
	}
	w.DropString("when.absent", string(p.Absent), &withheld)
	p.Absent = ""
	if w.typ.serviceEnd && p.End.IsZero() && p.Width == nil {
		w.Note(&issueRequired, "when.end")
		p.End.Absent = record.AbsentNoInformation
	}
	w.period("effectiveTime", "when", p)
}

// absentStart says of a period's beginning, which is required, why it is not there: for the reason of the whole.
func (w *writer) absentStart(p *record.Period) {
	if p.Start.Absent = p.Absent; p.Absent != "" {
		w.Note(&altered, "when")
	} else {
		w.Note(&issueRequired, "when")
		p.Start.Absent = record.AbsentNoInformation
	}
	p.Absent = ""
}

// performers writes who performed a service, and those whom the type of document demands.
func (w *writer) performers(s *record.ServiceEvent, named bool) {
	list := slices.Clone(s.Participants)
	s.Participants = nil
	demanded := ""
	if w.strict {
		switch w.typ.typ {
		case ProcedureNote, OperativeNote:
			demanded = "PPRF" // CONF:1198-8520, 1198-8489
		case TransferSummary:
			demanded = "PRF" // CONF:1198-31574
		case CarePlan:
			if w.release >= R30 {
				demanded = "PRF"
			}
		}
		w.namedPerformer = named || w.typ.typ == CarePlan && w.release >= R30
	}
	met, first := demanded == "", true
	for i := range list {
		p := list[i]
		w.In("participants", i)
		code := typeCodeOf("performer", &p)
		if w.strict && w.typ.typ == CCD && code != "PRF" {
			w.Note(&altered, "role") // CONF:1198-8458
			p.Role, p.RoleAsSent, code = "performer", "", "PRF"
		}
		switch {
		case code != demanded || demanded == "PRF":
			met = met || code == demanded
		case first:
			met, first = true, false
			if w.typ.typ == OperativeNote && p.Code == nil {
				p.Code = &record.Concept{Absent: record.AbsentNoInformation} // CONF:1198-8490
				w.Note(&issueRequired, "code")
			}
		default:
			w.Note(&altered, "role") // one is the primary performer
			p.Role, p.RoleAsSent = "performer", ""
		}
		w.participation("performer", p)
		w.Leave()
	}
	if !met || w.namedPerformer && len(list) == 0 {
		w.Note(&issueRequired, "participants")
		quiet := w.Quiet
		w.Quiet = true
		p := record.Participation{Role: "performer"}
		if demanded == "PPRF" {
			p.RoleAsSent, p.Code = "PPRF", &record.Concept{Absent: record.AbsentNoInformation}
		}
		w.participation("performer", p)
		w.Quiet = quiet
	}
	w.namedPerformer = false
}
