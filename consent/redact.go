package consent

import (
	"reflect"
	"slices"
	"strings"
	"unsafe"

	"github.com/portage-health/portage/record"
)

// Redaction is how a decision is carried out. Its zero value is right.
type Redaction struct {
	// Labeller marks entries before they are judged; Unlabelled is what those get that nobody marks. Neither is kept in the result.
	Labeller   Labeller
	Unlabelled []record.Label
	// Tell marks every document that something was withheld from. Else the result does not differ from a record that never had it.
	Tell bool
	// Notice is the text of the notice that goes with records under 42 CFR Part 2 (42 CFR 2.32); none is the short form, Notice; NoticeInFull is the long one.
	Notice string
}

// Withholding tells a host what was withheld. None of it is in the redacted record.
type Withholding struct {
	Counts []Count `json:"counts,omitempty"`
	// Orphans are people, places and the like that went because only withheld entries referred to them.
	Orphans int `json:"orphans,omitempty"`
	// Narratives, Carried, Originals and PatientFacts count what went because it told of withheld entries, or could not be judged.
	Narratives   int `json:"narratives,omitempty"`
	Carried      int `json:"carried,omitempty"`
	Originals    int `json:"originals,omitempty"`
	PatientFacts int `json:"patientFacts,omitempty"`
	// Met are the codes of obligations that the redaction itself carried out, as far as it could: part2-notice and
	// NORDSCLCD, where the decision says of which labels. An output that loses what stands in the record for them has not.
	Met []string `json:"met,omitempty"`
}

// Total counts the entries that were withheld.
func (w *Withholding) Total() (n int) {
	for i := range w.Counts {
		n += w.Counts[i].Count
	}
	return n
}

// Redact gives a record that holds only what a decision lets pass: withheld entries are gone with what refers to them, their
// words in narratives, what is carried for them, and what exists only for them. It gives nil where the decision does not permit,
// or permits a revocation alone.
//
// The result shares with rec what was not touched: neither may be changed while the other is used; a host that wants to
// change the result takes a copy. rec itself is not changed. To redact again by the same decision changes nothing.
func Redact(d *Decision, rec *record.Record, how Redaction) (*record.Record, *Withholding) {
	w := &Withholding{}
	if rec == nil || !d.Permits() || !d.sound() || slices.ContainsFunc(d.Residual, func(s Stage) bool { return s.Name == stageRevoke }) {
		return nil, w
	}
	out, again := redact(d, rec, how, w)
	for again { // what stays because of what it refers to may stay no longer
		var more Withholding
		out, again = redact(d, out, how, &more)
		w.add(&more)
	}
	return out, w
}

// redact carries a decision out once, and tells whether an entry that stays was changed.
func redact(d *Decision, rec *record.Record, how Redaction, w *Withholding) (*record.Record, bool) {
	r := &redactor{how: how, out: shallow(rec), judge: NewJudge(d, rec, how.Labeller, how.Unlabelled), w: w,
		gone: map[string]bool{}, masked: map[string]bool{}, counts: map[Count]int{}}
	r.judgeAll()
	r.denials()
	r.patientFacts()
	r.unjudged()
	r.shuts()
	if len(r.gone) > 0 || r.patient || len(r.torn) > 0 || len(r.shut) > 0 {
		r.spread()
		r.orphans()
		r.names()
		r.remove()
		r.concerns()
		r.sections()
		r.carried()
		r.originals()
	}
	r.grade()
	r.notice(d)
	r.report()
	return r.out, len(r.touched) > 0 && len(r.gone) > 0
}

func (w *Withholding) add(o *Withholding) {
	for _, c := range o.Counts {
		i := slices.IndexFunc(w.Counts, func(x Count) bool {
			return x.Reason == c.Reason && x.Policy == c.Policy && x.Kind == c.Kind && x.Masked == c.Masked
		})
		if i >= 0 {
			w.Counts[i].Count += c.Count
		} else {
			w.Counts = append(w.Counts, c)
		}
	}
	w.Orphans += o.Orphans
	w.Narratives += o.Narratives
	w.Carried += o.Carried
	w.Originals += o.Originals
	w.PatientFacts += o.PatientFacts
	for _, c := range o.Met {
		w.met(c)
	}
}

func (w *Withholding) met(code string) {
	if !slices.Contains(w.Met, code) {
		w.Met = append(w.Met, code)
	}
}

// Withhold fills in Decision.Withheld from what a redaction reports.
func (d *Decision) Withhold(w *Withholding) { d.Withheld = w.Counts }

// identity is what identifiers are compared by.
type identity struct{ system, value string }

type redactor struct {
	how   Redaction
	out   *record.Record
	judge *Judge
	w     *Withholding

	gone    map[string]bool // ids of what does not leave, masked or not
	masked  map[string]bool
	touched map[string]bool // ids of what stays, and refers to what does not
	counts  map[Count]int

	literal     map[string]bool // literal references that lead to what is gone
	identifiers map[identity]bool
	words       []string // what a text that mentions it would hold
	sources     map[string]bool
	sectionOf   map[string]string
	torn        map[string]bool // sources that lost a piece that nobody owns
	shut        map[string]bool // sections and documents whose own words do not pass
	patient     bool            // a fact of the patient is gone
}

func (r *redactor) withhold(l *list, e *record.Entry, j Judgement) {
	if r.gone[e.ID] {
		return
	}
	r.gone[e.ID] = true
	if j.Masked {
		r.masked[e.ID] = true
	}
	r.counts[Count{Reason: j.Reason, Policy: j.Policy, Kind: l.kind, Masked: j.Masked}]++
}

func (r *redactor) judgeAll() {
	for i := range lists() {
		l := &lists()[i]
		if !judged(l.kind) {
			continue
		}
		l.each(r.out, func(_ int, p unsafe.Pointer, e *record.Entry) {
			if e.Absent == record.AbsentMasked && isMasked(e) {
				return // it was masked before
			}
			if j := r.judge.judge(l, p); !j.Pass {
				r.withhold(l, e, j)
			}
		})
	}
}

// denials takes out statements that none of a kind are known where one of that kind is withheld: what was said beside it would be taken
// for the whole truth.
func (r *redactor) denials() {
	if len(r.gone) == 0 {
		return
	}
	for i := range lists() {
		l := &lists()[i]
		if !judged(l.kind) {
			continue
		}
		known, any := map[string]bool{}, false // categories of allergies, or whatever is of a kind
		l.each(r.out, func(_ int, p unsafe.Pointer, e *record.Entry) {
			if !r.gone[e.ID] || e.Assertion != record.Affirmed || e.Status.Code == record.StatusEnteredInError {
				return
			}
			var of []string
			if l.kind == record.KindAllergy {
				of = (*record.Allergy)(p).Categories
			}
			any = any || len(of) == 0
			for _, c := range of {
				known[c] = true
			}
		})
		if !any && len(known) == 0 {
			continue
		}
		l.each(r.out, func(_ int, p unsafe.Pointer, e *record.Entry) {
			if e.Assertion != record.NoneKnown {
				return
			}
			may := any
			if l.kind == record.KindAllergy {
				of := (*record.Allergy)(p).Categories
				may = may || len(of) == 0 || slices.ContainsFunc(of, func(c string) bool { return known[c] })
			}
			if may {
				r.withhold(l, e, Judgement{Reason: ReasonOnlyForThem})
			}
		})
	}
}

// spread follows references: what is about withheld entries alone goes with them.
func (r *redactor) spread() {
	only := Judgement{Reason: ReasonOnlyForThem}
	emptied := func(refs []record.Ref) bool {
		for i := range refs {
			if !r.gone[refs[i].ID] {
				return false
			}
		}
		return len(refs) > 0
	}
	for again := true; again; {
		again = false
		r.touched = map[string]bool{}
		n := len(r.gone)
		for i := range lists() {
			l := &lists()[i]
			l.each(r.out, func(_ int, p unsafe.Pointer, e *record.Entry) {
				if r.gone[e.ID] || !l.way.walk(p, &visitor{ref: func(x *record.Ref) bool { return x.ID != "" && r.gone[x.ID] }}) {
					return
				}
				r.touched[e.ID] = true
				switch l.kind {
				case record.KindConsent: // without what it names it would say something else
					r.withhold(l, e, only)
				case record.KindResultPanel, record.KindVitalPanel, record.KindAssessmentPanel:
					if emptied((*record.Panel)(p).Members) {
						r.withhold(l, e, only)
					}
				case record.KindResult, record.KindVital, record.KindSocial, record.KindAssessment, record.KindObservation:
					if o := (*record.Observation)(p); bare(o) && emptied(o.Members) {
						r.withhold(l, e, only)
					}
				case record.KindGoal: // what it is called tells what it is about
					if emptied((*record.Goal)(p).Addresses) {
						r.withhold(l, e, only)
					}
				case record.KindHealthConcern:
					if emptied((*record.HealthConcern)(p).About) {
						r.withhold(l, e, only)
					}
				case record.KindProvenance:
					if emptied((*record.Provenance)(p).Targets) {
						r.withhold(l, e, only)
					}
				case record.KindList:
					items := (*record.List)(p).Items
					refs := make([]record.Ref, len(items))
					for j := range items {
						refs[j] = items[j].Item
					}
					if emptied(refs) {
						r.withhold(l, e, only)
					}
				}
			})
		}
		again = len(r.gone) > n
	}
}

// bare reports whether an observation says nothing but what others say that it groups (FHIR Observation.hasMember): an interpretation
// of the whole is one of theirs.
func bare(o *record.Observation) bool {
	return o.Absent == "" && len(o.Values)+len(o.Components)+len(o.Images) == 0
}

// names finds all that what is gone is called by.
func (r *redactor) names() {
	r.literal, r.sources, r.identifiers = map[string]bool{}, map[string]bool{}, map[identity]bool{}
	for _, e := range r.out.Entries() {
		if !r.gone[e.ID] {
			continue
		}
		r.words = append(r.words, e.ID)
		for i := range e.Identifiers {
			r.identifiers[identity{e.Identifiers[i].System, e.Identifiers[i].Value}] = true
			if v := e.Identifiers[i].Value; len(v) > 3 {
				r.words = append(r.words, v)
			}
		}
		for i := range e.Origins {
			r.sources[e.Origins[i].Source] = true
		}
	}
	for id := range r.torn {
		r.sources[id] = true
	}
	if r.patient {
		r.touched[r.out.Patient.ID] = true
		for i := range r.out.Patient.Origins {
			r.sources[r.out.Patient.Origins[i].Source] = true
		}
	}
	for i := range r.out.Sources {
		src := &r.out.Sources[i]
		for j := range src.Items {
			it := &src.Items[j]
			if r.patient && slices.Contains(it.Entries, r.out.Patient.ID) {
				r.sources[src.ID] = true
			}
			if !slices.ContainsFunc(it.Entries, func(id string) bool { return r.gone[id] }) {
				continue
			}
			r.sources[src.ID] = true
			if len(it.Entries) == 0 || !r.gone[it.Entries[0]] {
				continue
			}
			for _, n := range []string{it.URL, it.Type + "/" + it.ID, "#" + it.ID} {
				if len(n) > 1 && !strings.HasSuffix(n, "/") && (n[0] != '#' || it.Within != "") {
					r.literal[n] = true
					r.words = append(r.words, n)
				}
			}
		}
	}
	for i := range r.out.Carried {
		if r.gone[r.out.Carried[i].Owner] {
			r.sources[r.out.Carried[i].Source] = true
		}
	}
}

// leads reports whether a reference leads to what is gone.
func (r *redactor) leads(x *record.Ref) bool {
	switch {
	case x.ID != "":
		return r.gone[x.ID]
	case x.AsSent != "" && (r.literal[x.AsSent] || r.literal[lastTwo(x.AsSent)]):
		return true
	}
	id := x.Identifier
	return id != nil && id.System != "" && id.Value != "" && r.identifiers[identity{id.System, id.Value}]
}

// remove takes out what is gone, and from what stays all that refers to it.
func (r *redactor) remove() {
	for i := range lists() {
		l := &lists()[i]
		v := reflect.ValueOf(r.out).Elem().Field(l.field)
		n := 0
		for j := range v.Len() {
			p := v.Index(j).Addr().UnsafePointer()
			e := (*record.Entry)(p)
			switch {
			case r.masked[e.ID]:
				v.Index(n).Set(r.mask(l, v.Index(j)))
			case r.gone[e.ID]:
				continue
			case l.kind == record.KindDocument, l.way.walk(p, &visitor{ref: r.leads}):
				fresh := reflect.New(l.typ).Elem()
				copyDeep(fresh, v.Index(j))
				if l.kind != record.KindDocument {
					unsay(fresh)
				}
				r.strip(fresh, true)
				v.Index(n).Set(fresh)
			default:
				v.Index(n).Set(v.Index(j))
			}
			n++
		}
		for j := n; j < v.Len(); j++ {
			v.Index(j).SetZero()
		}
		if n == 0 {
			v.SetZero()
		} else {
			v.SetLen(n)
		}
	}
	low := ""
	for i := range r.judge.rec.Problems {
		if p := &r.judge.rec.Problems[i]; r.gone[p.ID] && !r.masked[p.ID] && p.Rank != "" && (low == "" || behind(low, p.Rank)) {
			low = p.Rank
		}
	}
	for i := range r.out.Problems {
		if p := &r.out.Problems[i]; behind(p.Rank, low) {
			p.Rank = ""
		}
	}
	if p := r.out.Patient; p != nil && patientWay().walk(unsafe.Pointer(p), &visitor{ref: r.leads}) {
		fresh := reflect.New(reflect.TypeFor[record.Patient]())
		copyDeep(fresh.Elem(), reflect.ValueOf(p).Elem())
		r.strip(fresh.Elem(), true)
		r.out.Patient = fresh.Interface().(*record.Patient)
	}
}

// report orders the counts.
func (r *redactor) report() {
	for c, n := range r.counts {
		c.Count = n
		r.w.Counts = append(r.w.Counts, c)
	}
	slices.SortFunc(r.w.Counts, func(a, b Count) int {
		if c := strings.Compare(string(a.Reason), string(b.Reason)); c != 0 {
			return c
		}
		if c := strings.Compare(a.Policy, b.Policy); c != 0 {
			return c
		}
		if c := strings.Compare(a.Kind, b.Kind); c != 0 {
			return c
		}
		return b.Count - a.Count
	})
}
