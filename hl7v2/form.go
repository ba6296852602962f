package hl7v2

import (
	"reflect"
	"slices"
	"strings"

	"github.com/portage-health/portage/record"
)

// What the record holds in one list and HL7 v2 in several fields goes back to the field that it came from: which one that was is kept
// beside the record, as a form, which is no fact and holds no value of the patient's.

// form notes where a thing stood that the record does not tell the place of. slot is the field of the owner: identifiers[2].
func (r *reader) form(owner, slot, path, data string) {
	r.rec.Carried = append(r.rec.Carried, record.Carried{Format: formatName, Source: r.p.source.ID, Owner: owner, Slot: slot, Path: path, Kind: "form", Data: data, Form: true})
}

// slotOf names an element of a list.
func slotOf(list string, i int) string { return list + "[" + itoa(i) + "]" }

// formOf notes of elements of a list that they stood in a field.
func formOf[T any](r *reader, owner, list string, at, read []T, path string, data func(int) string) {
	for k := range read {
		for i := range at {
			if reflect.DeepEqual(at[i], read[k]) {
				r.form(owner, slotOf(list, i), path, data(k))
				break
			}
		}
	}
}

// wordsOf notes in which components of a name the words of a text stood that joins them.
func (r *reader) wordsOf(owner, slot, joined string, d datum, path string) {
	var parts, at []string
	for _, c := range [...]int{5, 2, 3, 1, 4, 6} { // as [record.Name.String] has them
		if v := d.at(c).at(1).peek(); v != "" {
			parts, at = append(parts, v), append(at, itoa(c)+":"+itoa(strings.Count(v, " ")+1))
		}
	}
	if strings.Join(parts, " ") == joined && (len(at) > 1 || len(at) == 1 && at[0][:1] != "1") {
		r.form(owner, slot, path, strings.Join(at, " "))
	}
}

// joinedName writes a text that joins the parts of a name into the components that it came from, else into the first.
func (w *sender) joinedName(p spot, owner, slot, path string, v *string) {
	for _, f := range w.formsOf(owner, slot) {
		words := strings.Split(*v, " ")
		var texts []string
		var components []int
		for _, x := range strings.Fields(f.data) {
			c, n, _ := strings.Cut(x, ":")
			component, _, ok1 := number(c)
			count, _, ok2 := number(n)
			if !ok1 || !ok2 || count > len(words) {
				words = nil
				break
			}
			texts, components, words = append(texts, strings.Join(words[:count], " ")), append(components, component), words[count:]
		}
		if f.path != path || len(texts) == 0 || words == nil || len(words) > 0 {
			continue
		}
		for i := range texts {
			w.put(p.at(components[i]), texts[i])
		}
		*v = ""
		return
	}
	w.str(p.at(1), v)
}

func noData(int) string { return "" }

// also says of identifiers that stood elsewhere before that they stood there too.
func also[T any](before, read []T) func(int) string {
	return func(k int) string {
		if slices.ContainsFunc(before, func(x T) bool { return reflect.DeepEqual(x, read[k]) }) {
			return "also"
		}
		return ""
	}
}

// numbersOf notes where telecoms of a field stood, and how they were written, as far as a writer would do otherwise.
func (r *reader) numbersOf(owner, list string, at, read []record.Telecom, styles []string, path string, otherwise func(*record.Telecom) string) {
	for k := range read {
		style := ""
		if k < len(styles) {
			style = styles[k]
		}
		if path == otherwise(&read[k]) && style == telecomStyle(&read[k]) {
			continue
		}
		formOf(r, owner, list, at, read[k:k+1], path, func(int) string { return style })
	}
}

// telecomStyle says in which component a telecom is written: 4 an address, 7 a number in parts, else 1.
func telecomStyle(t *record.Telecom) string {
	switch {
	case t.System == "email" || t.System == "url" || strings.Contains(t.Value, "@"):
		return "4"
	case isDialled(t.Value):
		return "7"
	}
	return "1"
}

// isDialled reports whether a number is written as the reader joins one of parts.
func isDialled(v string) bool {
	p := dialledParts.FindStringSubmatch(v)
	return p != nil && p[1]+p[2]+p[4] != ""
}

// styleOf says from which component a telecom was read.
func styleOf(d datum) string {
	switch equipment := d.at(3).peek(); {
	case d.at(4).peek() != "" && (equipment == "Internet" || equipment == "X.400" || d.at(1).peek() == "" && d.at(12).peek() == "" && d.at(7).peek() == ""):
		return "4"
	case d.at(12).peek() != "":
		return "12"
	case d.at(7).peek() != "":
		return "7"
	}
	return "1"
}

// formAt is where a thing stood.
type formAt struct{ path, data string }

// readForms gives the forms of a source by owner and slot.
func (w *sender) readForms(source string) map[[2]string][]formAt {
	out := map[[2]string][]formAt{}
	for i := range w.rec.Carried {
		if c := &w.rec.Carried[i]; c.Form && c.Kind == "form" && c.Format == formatName && c.Source == source {
			k := [2]string{c.Owner, c.Slot}
			out[k] = append(out[k], formAt{c.Path, c.Data})
		}
	}
	return out
}

// formsOf gives where an element of a list stood.
func (w *sender) formsOf(owner, slot string) []formAt { return w.forms[[2]string{owner, slot}] }

// fieldOf gives the number of a field of a segment that a path names; 0 where it is another segment's.
func fieldOf(path, segment string) int {
	name, rest, _ := strings.Cut(path, "-")
	n, _, ok := number(rest)
	if name != segment || !ok {
		return 0
	}
	return n
}

// formField gives the field of a segment where an element of a list stood; otherwise where nothing tells.
func (w *sender) formField(owner, slot, segment string, otherwise int) int {
	for _, f := range w.formsOf(owner, slot) {
		if n := fieldOf(f.path, segment); n > 0 {
			return n
		}
	}
	return otherwise
}

// telecomsBy writes telecoms of which each has a field, and may have stood in another.
func (w *sender) telecomsBy(s *segmentOut, owner, list string, telecoms []record.Telecom, otherwise func(*record.Telecom) int) {
	joined := w.joinedTelecoms(telecoms)
	for i := range telecoms {
		t := &telecoms[i]
		field, style := otherwise(t), ""
		for _, f := range w.formsOf(owner, slotOf(list, i)) {
			if n := fieldOf(f.path, s.name); n > 0 {
				field, style = n, f.data
			}
		}
		at := s.next(field)
		if style == "" {
			style = joined[i]
		}
		if strings.HasSuffix(style, "+") && at.rep > 1 {
			at.rep--
			w.sameRepetition(at, t, strings.TrimSuffix(style, "+"))
			continue
		}
		w.telecomAs(at, t, style)
	}
}

// joinedTelecoms tells which telecoms stood in one repetition with the one before them: a number beside an address of e-mail, of
// which the reader takes it that both are of that kind.
func (w *sender) joinedTelecoms(list []record.Telecom) []string {
	out := make([]string, len(list))
	for i := 1; i < len(list) && w.m.source != ""; i++ {
		a, b := &list[i-1], &list[i]
		if a.System == "email" && b.System == "email" && !strings.Contains(b.Value, "@") && slices.Equal(a.Uses, b.Uses) && slices.Equal(a.UsesAsSent, b.UsesAsSent) {
			if out[i] = "1+"; isDialled(b.Value) {
				out[i] = "7+"
			}
		}
	}
	return out
}

// sameRepetition writes a telecom that stood in one repetition with the one before it, which says what both are for.
func (w *sender) sameRepetition(at spot, t *record.Telecom, component string) {
	if component == "7" {
		if parts := dialledAs(t.Value); parts != nil {
			for i, v := range parts {
				w.put(at.at(5+i), v)
			}
			t.Value = ""
		}
	} else if n, _, ok := number(component); ok {
		w.str(at.at(n), &t.Value)
	}
	if t.Value == "" { // what is said of it stands there once
		t.System, t.Scheme, t.Uses, t.UsesAsSent, t.Period, t.Rank = "", "", nil, nil, nil, ""
	}
}
