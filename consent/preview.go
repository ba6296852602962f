package consent

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unsafe"

	"github.com/portage-health/portage/record"
)

// Audience is for whom a preview is written.
type Audience string

// The audiences. Only the patient is told that something is withheld, and of which kind it is. Others read the same words
// whether anything is withheld or not: who stands for a patient may be the one from whom it is withheld (45 CFR 164.502(g)(3), (5)).
const (
	ForPatient        Audience = ""
	ForRepresentative Audience = "representative"
	ForRecipient      Audience = "recipient"
)

// PreviewOptions are how a preview is written. The zero value is right for the patient.
type PreviewOptions struct {
	Audience Audience
	// Most is how many things of each kind are named; 0 means 20. Below zero they are only counted.
	Most int
}

// Preview says in plain words what a decision lets leave: what, to whom, why, and what is withheld. It is data, so that a
// host may show it in its own way; Text and HTML are two.
type Preview struct {
	Title string        `json:"title"`
	Parts []PreviewPart `json:"parts"`
}

// PreviewPart is one part of a preview. Its name is one of answer, recipient, purpose, shared, withheld, duties, duration, rights.
type PreviewPart struct {
	Name    string        `json:"name"`
	Heading string        `json:"heading"`
	Lines   []PreviewLine `json:"lines"`
}

// PreviewLine is a statement, and what it is about one by one; More counts those that are not named.
type PreviewLine struct {
	Text  string   `json:"text"`
	Items []string `json:"items,omitempty"`
	More  int      `json:"more,omitempty"`
}

// NewPreview writes a preview of a decision on a request. rec is what Redact made of the record, and nothing else: what is
// withheld is known from its report alone, so that a preview can hold none of it. A nil rec says that nothing leaves.
// The same arguments give the same preview.
func NewPreview(d *Decision, req *Request, rec *record.Record, w *Withholding, o PreviewOptions) *Preview {
	if d == nil {
		d = failed(req)
	}
	if req == nil {
		req = &Request{}
	}
	if w == nil {
		w = &Withholding{}
	}
	p := &previewer{d: d, req: req, rec: rec, w: w, o: o, yours: o.Audience == ForPatient}
	if !d.Permits() {
		p.rec = nil
	}
	p.answer()
	p.recipient()
	p.purpose()
	if p.rec != nil {
		p.shared()
	}
	p.withheld()
	if p.rec != nil {
		p.duties()
		p.duration()
	}
	p.rights()
	title := "What will be shared from your health record"
	if !p.yours {
		title = "What will be shared from the health record"
	}
	return &Preview{Title: title, Parts: p.parts}
}

type previewer struct {
	d     *Decision
	req   *Request
	rec   *record.Record
	w     *Withholding
	o     PreviewOptions
	yours bool // it is the patient who reads it
	parts []PreviewPart
}

func (p *previewer) part(name, heading string, lines ...PreviewLine) {
	if len(lines) > 0 {
		p.parts = append(p.parts, PreviewPart{name, heading, lines})
	}
}

func line(format string, args ...any) PreviewLine {
	return PreviewLine{Text: fmt.Sprintf(format, args...)}
}

// whose says whose record it is.
func (p *previewer) whose() string {
	if p.yours {
		return "your"
	}
	return "the patient's"
}

func (p *previewer) answer() {
	switch {
	case p.rec != nil:
		p.part("answer", "The answer", line("Information from %s health record will be shared, as far as this page says.", p.whose()))
	case !p.yours:
		p.part("answer", "The answer", line("Nothing will be shared."))
	default:
		lines := []PreviewLine{line("Nothing will be shared.")}
		for _, r := range p.d.Reasons {
			if t := denialWords[r.Code]; t != "" && !r.Warning && !slices.ContainsFunc(lines, func(l PreviewLine) bool { return l.Text == t }) {
				lines = append(lines, PreviewLine{Text: t})
			}
		}
		p.part("answer", "The answer", lines...)
	}
}

// recipient says who gets it, and through whom.
func (p *previewer) recipient() {
	var lines []PreviewLine
	to := p.req.To()
	if t := partyWords(to); t != "" {
		lines = append(lines, PreviewLine{Text: t})
	}
	if p.req.Recipient != nil {
		if t := partyWords(&p.req.Requester); t != "" {
			lines = append(lines, line("Asked for by: %s", t))
		}
	}
	if t := partyWords(p.req.Intermediary); t != "" {
		lines = append(lines, line("Passed on through: %s", t))
	}
	if len(lines) == 0 {
		lines = []PreviewLine{line("Nobody is named.")}
	}
	heading := "Who will get it"
	if p.rec == nil {
		heading = "Who asked for it"
	}
	p.part("recipient", heading, lines...)
}

// partyWords names somebody as the host does.
func partyWords(q *Party) string {
	if q.IsZero() && (q == nil || q.Name == "") {
		return ""
	}
	own := func(q *Party) string {
		switch {
		case q == nil:
			return ""
		case q.Name != "":
			return plain(q.Name)
		case q.Reference != "":
			return plain(q.Reference)
		case len(q.Identifiers) > 0:
			return plain(q.Identifiers[0].Value)
		}
		return plain(q.ID)
	}
	t := own(q)
	if t == "" {
		t = "somebody who is not named"
	}
	if o := own(q.Organization); o != "" {
		t += ", of " + o
	}
	if o := own(q.OnBehalfOf); o != "" {
		t += ", on behalf of " + o
	}
	return t
}

// purpose says what it is for, and what lets it leave.
func (p *previewer) purpose() {
	var lines []PreviewLine
	add := func(t string) {
		if t != "" && !slices.ContainsFunc(lines, func(l PreviewLine) bool { return l.Text == t }) {
			lines = append(lines, PreviewLine{Text: t})
		}
	}
	for i := range p.req.Purposes {
		add("For: " + purposeWords(&p.req.Purposes[i]))
	}
	if c := p.req.LegalClaim; c != nil && p.rec != nil {
		add("A duty or right under the law is claimed: " + claimWords(c.Kind))
	}
	if p.rec != nil {
		for _, r := range p.d.Reasons {
			switch t := permitWords[r.Code]; {
			case t == "" || r.Warning:
			case !p.yours && r.Code == ReasonConsent:
				add("The patient has agreed to this.")
			default:
				add(t)
			}
		}
		var cites []string
		for _, b := range p.d.Basis {
			if b.Citation != "" {
				cites = append(cites, plain(b.Citation))
			}
		}
		if len(cites) > 0 {
			add("In the law: " + strings.Join(cites, "; "))
		}
	}
	p.part("purpose", "Why", lines...)
}

func purposeWords(c *record.Coding) string {
	if p := standardPurposes.Find(c); p != nil {
		for n := 0; p != nil && n < 8; n++ {
			if t := purposesInWords[p.Code]; t != "" {
				return t
			}
			up := p.Means
			if up == "" {
				up = p.Parent
			}
			p = standardPurposes.Find(&record.Coding{Code: up})
		}
	}
	if t := plain(c.Display); t != "" {
		return t
	}
	return "a purpose that has no plain name (" + plain(c.Code) + ")"
}

func claimWords(kind string) string { return strings.ReplaceAll(plain(kind), "-", " ") }

// shared says what leaves, by kind.
func (p *previewer) shared() {
	var lines []PreviewLine
	if pat := p.rec.Patient; pat != nil {
		if l := patientLine(pat); len(l.Items) > 0 {
			lines = append(lines, l)
		}
	}
	most := p.o.Most
	if most == 0 {
		most = 20
	}
	for i := range lists() {
		l := &lists()[i]
		words, ok := kindWords[l.kind]
		if !ok {
			continue
		}
		n, masked, told := 0, 0, 0
		var items []string
		times := map[string]int{}
		l.each(p.rec, func(_ int, at unsafe.Pointer, e *record.Entry) {
			if isMasked(e) {
				masked++
				return
			}
			if n++; !judged(l.kind) || most < 0 {
				return
			}
			t := nameOf(l, at, e)
			if times[t] == 0 {
				if len(items) == most {
					return
				}
				items = append(items, t)
			}
			times[t]++
			told++
		})
		for i, t := range items {
			if times[t] > 1 {
				items[i] = fmt.Sprintf("%s (%d times)", t, times[t])
			}
		}
		if n > 0 {
			x := PreviewLine{Text: words.count(n), Items: items}
			if len(items) > 0 {
				x.More = n - told
			}
			lines = append(lines, x)
		}
		if masked > 0 && p.yours {
			lines = append(lines, line("%s, of which only a blank place is shown", words.count(masked)))
		}
	}
	if len(p.rec.Carried) > 0 {
		lines = append(lines, line("Further details of the above, as the records have them"))
	}
	if len(lines) == 0 {
		lines = []PreviewLine{line("Nothing that has content.")}
	}
	p.part("shared", "What will be shared", lines...)
}

// withheld says what does not leave: to the patient by kind and reason, to others nothing but that it may be so.
func (p *previewer) withheld() {
	const heading = "What will not be shared"
	if p.rec == nil {
		return
	}
	if !p.yours {
		p.part("withheld", heading, line("Where the law or the patient's choices ask for it, information is left out. This page does not say whether any was."))
		return
	}
	var lines []PreviewLine
	for _, l := range lists() {
		words, ok := kindWords[l.kind]
		if !ok {
			continue
		}
		for _, masked := range []bool{false, true} {
			for _, why := range withheldOrder {
				n := 0
				for _, c := range p.w.Counts {
					if c.Kind == l.kind && c.Reason == why && c.Masked == masked {
						n += c.Count
					}
				}
				if n == 0 {
					continue
				}
				t := words.count(n) + ": " + withheldWords[why]
				if masked {
					t += " A blank place is shown."
				}
				lines = append(lines, PreviewLine{Text: t})
			}
		}
	}
	if p.w.PatientFacts > 0 {
		lines = append(lines, line("Personal details that you or the law keep back: %d", p.w.PatientFacts))
	}
	if p.w.Narratives > 0 {
		lines = append(lines, line("Sections of documents whose text tells of what is kept back, or that nobody can judge: %d", p.w.Narratives))
	}
	if p.w.Total()+p.w.PatientFacts+p.w.Carried > 0 {
		lines = append(lines, line("Whatever else in the record tells of these things: mentions in texts, the original documents that they stand in."))
	}
	if len(lines) == 0 {
		lines = []PreviewLine{line("Nothing is left out of what was asked for.")}
	}
	p.part("withheld", heading, lines...)
}

// duties says what who gets it, or who gives it, has to do.
func (p *previewer) duties() {
	var lines []PreviewLine
	for _, o := range p.d.Obligations {
		if t := dutyWords[o.Code]; t != "" && !slices.ContainsFunc(lines, func(l PreviewLine) bool { return l.Text == t }) {
			lines = append(lines, PreviewLine{Text: t})
		}
	}
	p.part("duties", "What has to be observed", lines...)
}

func (p *previewer) duration() {
	if !p.d.At.IsZero() {
		lines := []PreviewLine{line("This was decided for %s.", p.d.At.Format(time.RFC3339))}
		if u := p.d.ValidUntil; u != nil {
			lines = append(lines, line("It has to be decided again at %s.", u.Format(time.RFC3339)))
		}
		p.part("duration", "For how long", lines...)
	}
}

// rights says what the patient can do about it (45 CFR 164.508(b)(5), 164.522(a), 164.528).
func (p *previewer) rights() {
	if !p.yours {
		return
	}
	var lines []PreviewLine
	if p.rec != nil && slices.ContainsFunc(p.d.Basis, func(b Basis) bool { return b.Citation == "" && b.Policy != "" }) {
		lines = append(lines, line("You can take your consent back. What has been shared until then stays shared."))
	}
	lines = append(lines, line("You can ask that information is not shared, and you can ask for a list of those to whom it was."))
	p.part("rights", "What you can do", lines...)
}
