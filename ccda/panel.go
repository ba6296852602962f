package ccda

import (
	"slices"
	"strings"

	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// panelKind is a kind of organizer with the observations in it, and where in the record they go.
type panelKind struct {
	panel, member           string // kinds of entries
	templates, observations []string
	section                 string // LOINC
	more                    panelMore
}

// bare reports whether no template id of C-CDA says that n is something else than one of own.
func (r *reader) bare(n tree.Node, own []string) bool {
	for _, t := range r.templateIDs(n) {
		if root := t.id; strings.HasPrefix(root, "2.16.840.1.113883.10.20.22.4.") && !slices.Contains(own, root) {
			return false
		}
	}
	return true
}

// readPanelEntry reads an entry that holds an organizer, or an observation alone.
func (r *reader) readPanelEntry(entry tree.Node, k *panelKind, panels *[]record.Panel, into *[]record.Observation) []record.Ref {
	st := r.statement(entry)
	switch {
	case r.isPanel(st, k):
		if ref, ok := r.panel(st, k, panels, into, nil); ok {
			return []record.Ref{ref}
		}
	case r.isMember(st, k) && (r.hasAny(st, k.observations) || saysWhat(st)) && r.legibleObservation(st):
		return []record.Ref{r.member(st, k, into)}
	}
	return nil
}

// legiblePanel reports whether an organizer says nothing that would change what is in it.
func (r *reader) legiblePanel(org tree.Node) bool {
	if !r.legible(org, "EVN") {
		return false
	}
	if a := org.Attr("negationInd"); isTrue(a.Value()) {
		r.issue(record.IssueNegationUnclear, a)
		return false
	}
	return true
}

// isPanel recognises an organizer by its template, or by the observations in it.
func (r *reader) isPanel(n tree.Node, k *panelKind) bool {
	if n.Name() != "organizer" {
		return false
	}
	if r.hasAny(n, k.templates) {
		return true
	}
	if !r.bare(n, k.templates) || r.sectionCode() != k.section {
		return false
	}
	for _, sub := range r.relations(n) {
		if r.isMember(sub, k) {
			return true
		}
	}
	return false
}

// saysWhat reports whether an observation has a value, or at least a code for
// what was observed: one that groups others has no value of its own.
func saysWhat(obs tree.Node) bool {
	return obs.Child("value").OK() || obs.Child("code").Attr("code").OK()
}

func (r *reader) isMember(n tree.Node, k *panelKind) bool {
	return n.Name() == "observation" && r.bare(n, k.observations)
}

// panel reads an organizer. An organizer within it is a panel of its own that is part of it.
func (r *reader) panel(org tree.Node, k *panelKind, panels *[]record.Panel, into *[]record.Observation, parent *record.Ref) (record.Ref, bool) {
	if !r.legiblePanel(org) {
		return record.Ref{}, false
	}
	p := record.Panel{Entry: r.entry(k.panel, org), Parent: parent}
	p.Assertion = record.Affirmed
	if p.Absent = r.nullFlavor(org); p.Absent != "" {
		p.Assertion = record.NotKnown
	}
	r.notNegated(org.Attr("negationInd"))
	r.templates(org, k.templates...)
	r.shape(org, "", "EVN")
	p.Class = r.attr(org, "classCode")
	p.Status = r.status(org)
	p.Code, p.Categories = r.concept(org.Child("code")), r.categories(org)
	p.When = r.period(org.Child("effectiveTime"))
	p.Specimens = r.specimens(org)
	at := len(*panels) // a panel stands before those within it
	*panels = add(*panels, &record.Panel{}, r.expected.entries)
	self := record.Ref{ID: p.ID, Kind: k.panel}
	for rel, sub := range r.relations(org) {
		switch {
		case r.isSecurity(sub), r.isPrivacyAnnotation(sub):
			// a marking of the panel, which entry took
		case r.laboratoryStatus(rel, sub, &ofReport, &p.Status):
			// the status in the words of a laboratory
		case p.Issued == nil && r.isIssued(sub):
			p.Issued = r.issued(rel, sub)
		case sub.Name() == "observation":
			if r.legibleObservation(sub) && r.relates(rel, false, "COMP") {
				r.slot(rel, "members", len(p.Members))
				p.Members = append(p.Members, r.member(sub, k, into))
			}
		case sub.Name() == "organizer" && r.bare(sub, k.templates) && r.legiblePanel(sub):
			if r.relates(rel, false, "COMP") {
				r.slot(rel, "members", len(p.Members))
				ref, _ := r.panel(sub, k, panels, into, &self)
				p.Members = append(p.Members, ref)
			}
		case r.isSpecimenCollection(sub):
			if ref, ok := r.collection(rel, sub, templatesSpecimenCollection...); ok {
				at := slices.Index(p.Specimens, ref)
				if at < 0 {
					at = len(p.Specimens)
					p.Specimens = append(p.Specimens, ref)
				}
				r.slot(rel, "specimens", at)
			}
		case !isPlanned(sub) && r.isProcedure(sub):
			// By what the results were got (HITSP C83, Result Organizer).
			if a, ok := r.procedureAssertion(sub); ok && r.hangsPlainly(rel) {
				r.slot(rel, "relations", len(p.Relations))
				p.Relations = append(p.Relations, r.relation(rel, r.procedure(sub, a)))
			}
		case sub.Name() == "observationMedia":
			if a := r.media(rel, sub); a != nil {
				r.slot(rel, "attachments", len(p.Attachments))
				p.Attachments = append(p.Attachments, *a)
			}
		case p.Encounter == nil && sub.Name() == "encounter":
			if p.Encounter = r.encounterRef(rel, sub); p.Encounter != nil {
				r.slot(rel, "encounter", -1)
			}
		}
	}
	(*panels)[at] = p
	return self, true
}

// panelMore is what hangs on a member of a panel and is part of it.
type panelMore uint8

const (
	nothingMore panelMore = iota
	moreParts
	moreAssessment
)

func (r *reader) member(obs tree.Node, k *panelKind, into *[]record.Observation) record.Ref {
	o := r.observation(k.member, obs, k.observations)
	switch k.more {
	case moreParts:
		r.parts(&o, obs, k, into)
	case moreAssessment:
		r.assessmentPart(&o, obs)
	}
	*into = add(*into, &o, r.expected.members)
	return record.Ref{ID: o.ID, Kind: k.member}
}
