package portage

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/portage-health/portage/audit"
	"github.com/portage-health/portage/consent"
	"github.com/portage-health/portage/record"
)

// Codes of HL7 v3 ObligationPolicy that an Exchange carries out beside those that package consent names.
const (
	obligeEncrypt = "ENCRYPT"
	obligePersist = "PERSISTLABEL"
	obligeAccount = "AOD"
)

// obligations carries out what the decision, and the labels of what leaves, oblige to. What nobody can carry out refuses.
func (p *passing) obligations(ctx context.Context) error {
	form := p.request.Form
	owed := consent.Bound(p.decision, p.rec)
	for i := range owed.Obligations {
		o := owed.Obligations[i]
		fromLabel := i >= len(p.decision.Obligations)
		if duty := p.Duties[o.Code]; duty != nil {
			_, err := guarded(func() (struct{}, error) { return struct{}{}, duty(ctx, o, p.out) })
			if err != nil {
				return refuse(fmt.Errorf("%w (%s): %w", ErrObligation, o.Code, err), audit.ReasonConsent)
			}
			continue
		}
		switch o.Code {
		case consent.ObligeRedact, consent.ObligeMask, consent.ObligeAudit, consent.ObligeAccounting, obligeAccount, consent.ObligeTimeLimit:
		case consent.ObligeKeepLabels, obligePersist:
			p.labels = true
		case consent.ObligeDeidentify:
			form = consent.FormDeidentified
		case consent.ObligeLimited:
			if form == consent.FormIdentified {
				form = consent.FormLimited
			}
		case obligeEncrypt:
			if p.Encrypter == nil {
				return refuse(fmt.Errorf("%w (%s)", ErrObligation, o.Code), audit.ReasonConsent)
			}
		case consent.ObligeNotice, consent.ObligeNoRedisclose:
			// The redaction put it into the record where it knew of which entries it is; the output must have it as well.
			switch {
			case !fromLabel && (len(o.Labels) == 0 || !slices.Contains(p.withheld.Met, o.Code)), fromLabel && !isRefrain(o.Code):
				return refuse(fmt.Errorf("%w (%s)", ErrObligation, o.Code), audit.ReasonConsent)
			case o.Code == consent.ObligeNotice:
				p.notice = true
			default:
				p.labels = true
			}
		default:
			// What binds the recipient by a label of the record's goes with that label.
			if !fromLabel || !isRefrain(o.Code) {
				return refuse(fmt.Errorf("%w (%s)", ErrObligation, o.Code), audit.ReasonConsent)
			}
			p.labels = true
		}
	}
	if form == consent.FormIdentified {
		return nil
	}
	if p.Deidentifier == nil {
		return refuse(fmt.Errorf("%w (%s)", ErrObligation, consent.ObligeDeidentify), audit.ReasonConsent)
	}
	rec, err := guarded(func() (*record.Record, error) { return p.Deidentifier.Deidentify(ctx, p.rec, form) })
	if err == nil && rec == nil {
		err = ErrNoRecord
	}
	if err != nil {
		return refuse(fmt.Errorf("portage: de-identification failed: %w", err), audit.ReasonRedaction)
	}
	p.rec, p.whole, p.bare = rec, false, true
	return nil
}

// isRefrain reports whether a code is of HL7 v3 RefrainPolicy: what the recipient must not do.
func isRefrain(code string) bool { return strings.HasPrefix(code, "NO") }

// kept refuses an output that lost what had to travel: labels, the notice.
func (p *passing) kept(rep *record.Report) error {
	at := ""
	if p.labels {
		at = lostLabel(p.rec, rep)
	}
	switch {
	case at != "":
		return refuse(fmt.Errorf("%w (%s: %s)", ErrObligation, consent.ObligeKeepLabels, at), audit.ReasonConsent)
	case p.notice && lostNotice(p.rec, rep):
		return refuse(fmt.Errorf("%w (%s)", ErrObligation, consent.ObligeNotice), audit.ReasonConsent)
	}
	return nil
}

// lostLabel gives the path of a label for which an export says that it had no place, though it wrote something of what the
// label is on; "" where there is none. The label of an entry that is not in the output at all has nothing to travel with.
func lostLabel(rec *record.Record, rep *record.Report) string {
	if rep == nil {
		return ""
	}
	var labels []string
	lost := map[string]int{}
	for i := range rep.Issues {
		x := &rep.Issues[i]
		if x.Action != record.ActionDropped {
			continue
		}
		of := entryOf(x.Path)
		lost[of]++
		if strings.Contains(strings.ToLower(x.Path), "labels") {
			labels = append(labels, x.Path)
		}
	}
	if len(labels) == 0 {
		return ""
	}
	has := map[string]int{}
	record.EachLeaf("", rec, func(path string) { has[entryOf(path)]++ })
	for _, at := range labels {
		if of := entryOf(at); has[of] == 0 || lost[of] < has[of] {
			return at
		}
	}
	return ""
}

// entryOf gives the entry that a path of a record leads into: results[3] of results[3].labels[0].coding.code.
func entryOf(path string) string {
	of, _, _ := strings.Cut(path, ".")
	return of
}

// lostNotice reports whether an export says that it had no place for the notice: for the section of a document that holds
// it, or, of a record without documents, for a note.
func lostNotice(rec *record.Record, rep *record.Report) bool {
	if rep == nil {
		return false
	}
	holds := func(path string) bool {
		if len(rec.Documents) == 0 {
			return strings.Contains(path, ".notes[") && strings.HasSuffix(path, "].text")
		}
		for i := range rec.Documents {
			for j, s := range rec.Documents[i].Sections {
				if s.Narrative == nil || !strings.HasPrefix(path, fmt.Sprintf("documents[%d].sections[%d].narrative", i, j)) {
					continue
				}
				return slices.ContainsFunc(s.Narrative.Nodes, func(n record.NarrativeNode) bool { return n.Text == consent.Notice })
			}
		}
		return false
	}
	return slices.ContainsFunc(rep.Issues, func(i record.Issue) bool { return i.Action == record.ActionDropped && holds(i.Path) })
}
