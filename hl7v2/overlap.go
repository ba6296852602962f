package hl7v2

import (
	"bytes"
	"slices"
	"strings"

	"github.com/portage-health/portage/record"
)

// Messages of one input often tell of the same thing: one visit from its admission to its discharge, one report from preliminary to corrected. What
// a later message says of it stands in the record (2.5.3: a field that is empty leaves what was there). What an earlier one says otherwise is
// carried, with the issue superseded; what it says alike is checked and counts as scaffold.

// overlap finds, before anything is read, which segments of the parts tell of the same thing as those of a later part.
func (r *reader) overlap() {
	if len(r.parts) < 2 {
		return
	}
	for _, p := range r.parts {
		p.m.x.hidden = nil
	}
	later := map[string]*telling{} // what later parts say, by what it is about
	for i := len(r.parts) - 1; i >= 0; i-- {
		r.begin(r.parts[i])
		p := r.p
		p.blocks = r.divide(nil)
		visit := ""
		for k := range p.blocks {
			if p.blocks[k].head().is(idPV1) {
				visit = r.visitKey(p.blocks[k].head())
			}
		}
		here := map[string]bool{}
		for k := range p.blocks {
			b := &p.blocks[k]
			b.all = b.segs
			key, whole := r.subject(b, visit)
			if key == "" || here[key] { // what one message says twice is not one thing
				continue
			}
			here[key] = true
			told := later[key]
			if !whole {
				b.key = key
			}
			switch {
			case told == nil:
				told = &telling{block: b}
				later[key] = told
			case whole:
				r.retold(b, told.block)
			case strings.HasPrefix(key, medicineKey) && !told.coversMedicine(b):
			default:
				r.cover(b, told)
			}
			if !whole {
				told.add(b)
			}
		}
	}
	for _, p := range r.parts {
		p.blocks = slices.DeleteFunc(p.blocks, func(b block) bool { return len(b.segs) == 0 })
	}
}

// visitKey identifies the visit of a PV1 by its number and who gave it; "" where it has none.
func (r *reader) visitKey(s Segment) string {
	for _, field := range []int{19, 50} {
		if d := first(s, field); d.at(1).peek() != "" {
			return r.numbered(d.at(1).peek(), d.at(4))
		}
	}
	return ""
}

// numbered is a number within its authority: the sender where none is named.
func (r *reader) numbered(value string, authority datum) string {
	a := authority.ER7()
	if a == "" {
		a = "sender " + r.p.sender
	}
	return a + "\x00" + value
}

// subject says what a block is about, "" where that has no name. whole says that only a block that says the same altogether is about the same.
func (r *reader) subject(b *block, visit string) (key string, whole bool) {
	switch head := b.head(); head.Name() {
	case "PV1":
		if visit != "" {
			return "visit\x00" + visit, false
		}
	case "ORC", "OBR":
		obr := b.seg("OBR")
		code := first(obr, 4)
		number := first(obr, 3) // the filler's, else the placer's
		for _, d := range []datum{first(b.seg("ORC"), 3), first(obr, 2), first(b.seg("ORC"), 2)} {
			if number.at(1).peek() == "" {
				number = d
			}
		}
		if n := number.at(1).peek(); n != "" && obr.OK() && code.says() && !r.isVaccination(b) {
			return "order\x00" + r.numbered(n, datum{spanOf(number, 2), number.inner}) + "\x00" + code.at(1).peek() + "\x00" + code.at(2).peek() + "\x00" + first(obr, 26).ER7(), false
		}
		if key := r.medicineSubject(b); key != "" && !obr.OK() && !r.isVaccination(b) {
			return key, false
		}
	case "SCH":
		for _, field := range []int{2, 1} { // the filler's number, else the placer's
			if d := first(head, field); d.at(1).peek() != "" {
				return "appointment\x00" + r.numbered(d.at(1).peek(), datum{spanOf(d, 2), d.inner}), false
			}
		}
	case "TXA":
		if d := first(head, 12); d.at(1).peek() != "" {
			return "document\x00" + r.numbered(d.at(1).peek(), datum{spanOf(d, 2), d.inner}), false
		}
	case "AL1", "IAM", "NK1", "GT1", "IN1":
		return head.Name() + "\x00" + content(b.segs), true
	case "DG1", "PR1":
		return head.Name() + "\x00" + visit + "\x00" + content(b.segs), true
	}
	return "", false
}

// content is what segments say, but for the numbers that count them.
func content(segs []Segment) string {
	var b bytes.Buffer
	for _, s := range segs {
		b.WriteString(s.Name())
		for n := 1; n <= s.Len(); n++ {
			b.WriteByte('|')
			if n > 1 || !slices.Contains(numbered, s.Name()) {
				b.WriteString(s.Field(n).ER7())
			}
		}
	}
	return string(bytes.TrimRight(b.Bytes(), "|"))
}

// retold takes out of the reading a block that a later one repeats word for word.
func (r *reader) retold(b, over *block) {
	for i, s := range b.segs {
		r.replace(s, over.segs[i]) // there are as many: they say the same
	}
	r.replaced[len(r.replaced)-len(b.segs)].same = true
	b.segs = nil
}

// replace takes a segment out of the reading: what it says otherwise than the one that stands for it is carried.
func (r *reader) replace(s, by Segment) {
	r.replaced = append(r.replaced, replacement{part: r.p, s: s, by: by})
	for n := 1; n <= s.Len(); n++ {
		if n > 1 || !slices.Contains(numbered, s.Name()) {
			r.compare(s.Field(n), by.Field(n))
		}
	}
}

// compare marks a field that another says alike; of one that says otherwise it tells.
func (r *reader) compare(f, by Field) {
	switch {
	case len(f.Raw()) == 0:
	case f.ER7() == by.ER7():
		for i := f.first; i <= f.last; i++ {
			if f.x.holds(int(i)) {
				r.led.Scaffold(int(i))
			}
		}
	default:
		r.issue(&record.IssueSuperseded, f.span)
	}
}

// replacement is a segment that another stands for.
type replacement struct {
	part  *part
	s, by Segment
	same  bool // the block that it begins is repeated word for word
}

// identifying are the fields that say what a segment is about: they are read from each.
func identifying(name string) []int {
	switch name {
	case "PV1":
		return []int{1, 19, 50}
	case "ORC":
		return []int{2, 3}
	case "SCH":
		return []int{1, 2, 26, 27}
	case "TXA":
		return []int{1, 12}
	case "OBR":
		return []int{1, 2, 3, 4, 26}
	}
	return []int{1}
}

// together are fields that say something only with one another.
func together(name string) [][]int {
	switch name {
	case "PV1":
		return [][]int{{53, 54}}
	case "OBR":
		return [][]int{{7, 8}, {26, 29}}
	case "SCH":
		return [][]int{{9, 10}, {12, 13, 14, 15}, {16, 17, 18, 19}, {20, 21, 22}}
	case "TXA":
		return [][]int{{6, 7}}
	}
	return nil
}

// telling is what later messages say of one thing: each field as the last of them that has it.
type telling struct {
	block    *block
	fields   map[place]Field
	segments map[string]Segment
}

type place struct {
	segment uint32
	field   int
}

// add adds what a block says of fields and segments of which no later one did.
func (t *telling) add(b *block) {
	if t.fields == nil {
		t.fields, t.segments = map[place]Field{}, map[string]Segment{}
	}
	for _, s := range b.all {
		for n := 1; n <= s.Len() && byFields(s.Name()); n++ {
			if f := s.Field(n); len(f.Raw()) > 0 {
				t.fields[place{s.id(), n}] = f
			}
		}
		if s.Is("OBX") && first(s, 11).peek() == "U" && !s.Field(5).Valued() {
			continue // final, and not sent again (table 0085): the value that was sent stands
		}
		for _, key := range b.keys(s) {
			if _, ok := t.segments[key]; !ok {
				t.segments[key] = s
			}
		}
	}
}

// byFields says of which segments a later message changes fields, and leaves others as they were; of others it says all anew.
func byFields(name string) bool {
	return slices.Contains([]string{"PV1", "PV2", "ORC", "OBR", "SCH", "TXA"}, name)
}

// keys are what a segment of a block is known by in another message, the best first: by what it says; an observation also by its code and its
// sub-id (7.4.2), a specimen by its identifier, a timing by being one, a resource by what is booked; what a document holds is sent anew as a whole.
func (b *block) keys(s Segment) []string {
	switch name := s.Name(); {
	case byFields(name):
		return nil
	case name == "OBX" && b.head().Is("TXA"), name == "TQ1", strings.HasPrefix(b.key, medicineKey) && slices.Contains([]string{"RXO", "RXE", "RXR", "RXC"}, name):
		return []string{content([]Segment{s}), name}
	case name == "OBX":
		code := first(s, 3)
		if !code.says() {
			return nil
		}
		return []string{content([]Segment{s}), name + code.at(1).ER7() + "\x00" + code.at(3).ER7() + "\x00" + code.at(2).ER7() + "\x00" + s.Field(4).ER7()}
	case name == "SPM":
		if !s.Field(2).Valued() {
			return nil
		}
		return []string{content([]Segment{s}), name + s.Field(2).ER7()}
	case slices.Contains([]string{"AIS", "AIG", "AIL", "AIP"}, name):
		return []string{content([]Segment{s}), name + s.Field(3).ER7()}
	default:
		return []string{content([]Segment{s})}
	}
}

// cover takes out of the reading of a block what later messages say of the same thing.
func (r *reader) cover(b *block, told *telling) {
	var kept []Segment
	dropped := false // the observation that the comments at hand belong to
	for _, s := range b.segs {
		if byFields(s.Name()) {
			dropped = false
			for n := 1; n <= s.Len(); n++ {
				if f := s.Field(n); len(f.Raw()) > 0 && !slices.Contains(identifying(s.Name()), n) {
					if by, ok := told.covers(s, n); ok {
						r.compare(f, by)
						s.x.hide(s, n)
					}
				}
			}
			kept = append(kept, s)
			continue
		}
		by := Segment{}
		for _, key := range b.keys(s) {
			if by = told.segments[key]; by.OK() {
				break
			}
		}
		switch {
		case by.OK():
			r.replace(s, by)
		case s.is(idNTE) && dropped: // the comment of an observation that was sent anew
			r.replaced = append(r.replaced, replacement{part: r.p, s: s, by: r.replaced[len(r.replaced)-1].by})
			r.issueOf(&record.IssueSuperseded, s)
		default:
			kept = append(kept, s)
		}
		if !s.is(idNTE) {
			dropped = by.OK() && s.is(idOBX)
		}
	}
	b.segs = kept
}

// covers finds what later messages say in a field, or that they say something that it belongs to.
func (t *telling) covers(s Segment, field int) (by Field, ok bool) {
	by, ok = t.fields[place{s.id(), field}]
	for _, g := range together(s.Name()) {
		for _, n := range g {
			if _, also := t.fields[place{s.id(), n}]; also && slices.Contains(g, field) {
				ok = true
			}
		}
	}
	return by, ok
}

// hide keeps a field from being read, until show.
func (x *index) hide(s Segment, field int) {
	if x.hidden == nil {
		x.hidden = map[int64]bool{}
	}
	x.hidden[int64(s.n)<<32|int64(field)] = true
}

// settle ends what overlap began, when all is read: what is left of a replaced segment belongs to the entry of the one that replaced it.
func (r *reader) settle() {
	for _, p := range r.parts {
		p.m.x.hidden = nil
		p.blocks = nil
	}
	also := map[string][]record.Origin{}
	for _, x := range r.replaced {
		for _, p := range r.parts {
			if id := p.owners[min(int(x.by.n), len(p.owners)-1)]; p.m.x == x.by.x && id != "" {
				x.part.owners[x.s.n] = id
				if x.same {
					r.begin(x.part)
					also[id] = append(also[id], r.originOf(x.s)...)
				}
			}
		}
	}
	r.replaced, r.joined = nil, nil
	if len(also) == 0 {
		return
	}
	for _, e := range r.rec.Entries() {
		e.Origins = append(also[e.ID], e.Origins...)
	}
}
