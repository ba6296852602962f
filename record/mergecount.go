package record

import "unsafe"

// The conservation law over merges: every leaf of every part is in the entry that
// its own became, or stays in the part alone and is counted as carried. Facts are
// the leaves of all parts, Mapped those that the result holds.

// account counts what the result holds of what the parts say.
func (m *merger) account() {
	c := Counts{}
	for i := range m.parts {
		c.Facts += CountLeaves(m.parts[i].Record)
		if r := m.parts[i].Record; r.Subject != nil && m.out.Subject != r.Subject {
			c.Carried += CountLeavesOf(r.Subject) // how a part names a patient whom another describes
		}
	}
	for n := range m.clusters {
		k := &m.clusters[n]
		for i := 0; k.dropped && i < len(k.members); i++ {
			c.Carried += k.l.countAt(k.members[i].at, "")
		}
	}
	c.Carried += m.kept
	for _, x := range m.left {
		c.Carried += x.l.countAt(x.at, "")
	}
	c.Mapped = c.Facts - c.Carried
	m.report.Counts.Add(c)
}

// unheld counts the leaves of the members of a cluster that the entry made of them does not have.
func (m *merger) unheld(c *cluster) (n int) {
	alike := true
	for i := range c.members {
		alike = alike && c.members[i].hash == c.members[0].hash
	}
	if alike {
		return 0
	}
	held := map[string]bool{}
	c.l.eachFact(c.at, nil, c.l.unless, nil, func(fact string) { held[fact] = true })
	for _, x := range c.members {
		c.l.eachFact(x.at, nil, c.l.unless, m.ids[x.part], func(fact string) {
			if !held[fact] {
				n++
			}
		})
	}
	return n
}

// leftOut is a statement that a decision took out of the result.
type leftOut struct {
	l  *layout
	at unsafe.Pointer
}

// eachFact gives every leaf of the value at p with the fields that lead to it, without the places in lists: a text that
// tells of two leaves whether they say the same. References are given as those of the result.
func (l *layout) eachFact(p unsafe.Pointer, path []byte, unless string, to map[string]string, f func(string)) {
	n := len(path)
	say := func(value string) { f(string(append(append(path, 0), value...))) }
	switch l.shape {
	case shapeString:
		if v := *(*string)(p); v != "" && (unless == "" || v != unless) {
			say(v)
		}
	case shapeBool:
		if *(*bool)(p) {
			say("true")
		}
	case shapeData:
		if !l.zeroAt(p) {
			text, _ := (*Data)(p).Base64()
			say(text)
		}
	case shapePointer:
		switch at := *(*unsafe.Pointer)(p); {
		case at == nil || l.elem.shape == shapeInt:
		case l.elem.shape == shapeStruct:
			l.elem.eachFact(at, path, "", to, f)
		case l.elem.shape == shapeBool && !*(*bool)(at):
			say("false")
		case l.elem.shape == shapeString && *(*string)(at) == "":
			say("")
		default:
			l.elem.eachFact(at, path, "", to, f)
		}
	case shapeSlice:
		w := (*sliceWords)(p)
		for i := range w.len {
			l.elem.eachFact(unsafe.Add(w.first, uintptr(i)*l.elem.size), path, l.elem.unless, to, f)
		}
	case shapeStruct:
		for i := range l.fields {
			x := &l.fields[i]
			if x.made || x.absent(p) || x.repeatsAt(l, p) {
				continue
			}
			path = append(append(path[:n], '.'), x.name...)
			at := unsafe.Add(p, x.offset)
			if id, ok := "", false; l.typ == typeRef && x.name == "id" {
				if id, ok = to[*(*string)(at)]; ok {
					at = unsafe.Pointer(&id)
				}
				x.layout.eachFact(at, path, x.unless, nil, f)
				continue
			}
			x.layout.eachFact(at, path, x.unless, to, f)
		}
	}
}
