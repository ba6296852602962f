package record

import (
	"crypto/sha256"
	"encoding/hex"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unsafe"
)

// label gives every cluster its id: that of its members where they agree, else
// the one of the newest; where two clusters would have one, the later gets another.
func (m *merger) label() {
	for n := range m.clusters {
		c := &m.clusters[n]
		if len(c.members) == 0 {
			continue // combined with another
		}
		id := c.members[0].e.ID
		if other, twice := m.taken[id]; twice && other != n {
			id = ""
			for _, x := range c.members[1:] {
				if _, twice := m.taken[x.e.ID]; !twice {
					id = x.e.ID
					break
				}
			}
			if id == "" {
				id = m.another(c.members[0].part, c.members[0].e.ID)
			}
		}
		c.id = id
		m.taken[id] = n
		for _, x := range c.members {
			if x.e.ID != id {
				m.ids[x.part][x.e.ID] = id
			}
		}
	}
}

// another makes an id for what a part names by an id that something else has.
func (m *merger) another(part int, id string) string {
	return madeID("merged", m.parts[part].ID, id)
}

// madeID makes an id of texts (docs/ids.md).
func madeID(texts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(texts, "\x00")))
	sum[6], sum[8] = sum[6]&0x0f|0x80, sum[8]&0x3f|0x80 // RFC 9562, version 8
	h := hex.EncodeToString(sum[:16])
	return strings.Join([]string{h[:8], h[8:12], h[12:16], h[16:20], h[20:]}, "-")
}

// build writes the entries of the result.
func (m *merger) build(root *layout) {
	if m.patient >= 0 {
		m.out.Patient = new(Patient)
		m.fill(m.patient, unsafe.Pointer(m.out.Patient), "patient")
	}
	counts := map[string]int{}
	for n := range m.clusters {
		if c := &m.clusters[n]; !c.dropped {
			counts[c.rule.list]++
		}
	}
	for i := range root.fields {
		f := &root.fields[i]
		n := counts[f.name]
		if f.layout.shape != shapeSlice || n == 0 {
			continue
		}
		list := reflect.MakeSlice(f.layout.typ, n, n)
		first := list.UnsafePointer()
		at := 0
		for k := range m.clusters {
			if c := &m.clusters[k]; c.rule.list == f.name && !c.dropped {
				m.fill(k, unsafe.Add(first, uintptr(at)*c.l.size), f.name+"["+strconv.Itoa(at)+"]")
				at++
			}
		}
		reflect.NewAt(f.layout.typ, unsafe.Add(unsafe.Pointer(m.out), f.offset)).Elem().Set(list)
	}
}

// fill writes what the members of a cluster say into one entry.
func (m *merger) fill(n int, dst unsafe.Pointer, path string) {
	c := &m.clusters[n]
	c.at, c.path = dst, path
	u := uniting{m: m, index: m.indexes[c.rule.list]}
	for i, x := range c.members {
		if i == 0 {
			c.l.cloneTo(dst, x.at)
			c.l.relabel(dst, m.ids[x.part])
			continue
		}
		if x.hash != 0 && x.hash == c.members[0].hash && x.e.ID == c.members[0].e.ID && len(m.ids[x.part]) == 0 {
			(*Entry)(dst).addOrigins(x.e.Origins)
			continue
		}
		// What is united is a copy in which references are those of the result already.
		tmp := reflect.New(c.l.typ).UnsafePointer()
		c.l.cloneTo(tmp, x.at)
		c.l.relabel(tmp, m.ids[x.part])
		u.entry(c, dst, tmp)
	}
	kept := m.unheld(c)
	m.kept += kept
	if u.worded || kept > 0 {
		m.report.Add(IssueWording.At(path, 0, 0))
	}
	if len(c.members) > 1 && n != m.patient && isStatement(c.rule) {
		m.report.Add(IssueDuplicate.At(path, 0, 0))
	}
}

func isStatement(rule *mergeRule) bool {
	return !slices.Contains([]string{"organizations", "practitioners", "locations"}, rule.list)
}

func (e *Entry) addOrigins(more []Origin) {
	for _, o := range more {
		if !slices.Contains(e.Origins, o) {
			e.Origins = append(e.Origins, o)
		}
	}
}

// carriedKey tells carried pieces apart.
type carriedKey struct {
	format, source, owner, slot, path, at, kind, name, data string
	place                                                   int
}

// idIn gives the id in the result of what a part names by an id.
func (m *merger) idIn(part int, id string) string {
	if to, ok := m.ids[part][id]; ok {
		return to
	}
	return id
}

// rest brings over what is no entry: sources, what is carried, and how the parts name their patient.
func (m *merger) rest() {
	sources, carried := map[string]int{}, map[carriedKey]bool{}
	for i := range m.parts {
		r := m.parts[i].Record
		if m.out.Subject == nil && m.out.Patient == nil {
			m.out.Subject = r.Subject
		}
		for k := range r.Sources {
			s := r.Sources[k]
			s.Items = slices.Clone(s.Items)
			for n := range s.Items {
				s.Items[n].Entries = slices.Clone(s.Items[n].Entries)
				for e, id := range s.Items[n].Entries {
					s.Items[n].Entries[e] = m.idIn(i, id)
				}
			}
			if at, twice := sources[s.ID]; twice {
				if len(m.out.Sources[at].Items) == 0 {
					m.out.Sources[at].Items = s.Items
				}
				continue
			}
			sources[s.ID] = len(m.out.Sources)
			m.out.Sources = append(m.out.Sources, s)
		}
		for k := range r.Carried {
			c := r.Carried[k]
			c.Owner = m.idIn(i, c.Owner)
			key := carriedKey{c.Format, c.Source, c.Owner, c.Slot, c.Path, c.At, c.Kind, c.Name, c.Data, c.Place}
			if carried[key] {
				continue
			}
			carried[key] = true
			m.out.Carried = append(m.out.Carried, c)
		}
	}
}
