package fhir

import (
	"bytes"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// twin is a name that two resources of an input have.
type twin struct {
	name   string
	one, i int
}

// deletion is what a Bundle says was deleted, or is to be (R4 3.1.0.11, http.html#history, and 3.1.0.11.2, transaction: an entry with
// the method DELETE).
type deletion struct {
	entry tree.Node
	name  string    // type and id
	when  time.Time // zero where nobody says
	of    int       // the Bundle, by its node
	from  int       // where the resources of that begin, and end
	to    int
}

func isDeletion(entry tree.Node) bool {
	return stringOf(object(entry, "request"), "method") == "DELETE"
}

func deletionOf(entry tree.Node, of, from int) deletion {
	url := stringOf(object(entry, "request"), "url")
	if url == "" {
		url = stringOf(entry, "fullUrl")
	}
	url, _, _ = strings.Cut(url, "/_history/")
	if two := lastTwo(url); two != "" {
		url = two
	}
	return deletion{entry, url, instant(stringOf(object(entry, "response"), "lastModified")), of, from, from}
}

func instant(text string) time.Time {
	t, _ := time.Parse(time.RFC3339Nano, text)
	return t
}

// settle decides what the names of several resources name: of the versions of one resource the newest; several that are not
// versions of one share a name that leads to none of them.
func (p *plan) settle() {
	if len(p.twins) > 0 {
		named, order := map[string][]int{}, []string{}
		for _, t := range p.twins {
			if named[t.name] == nil {
				named[t.name], order = []int{t.one}, append(order, t.name)
			}
			named[t.name] = append(named[t.name], t.i)
		}
		for _, name := range order {
			if p.byText[name] = p.current(named[name]); p.byText[name] < 0 {
				p.share(name, named[name])
			}
		}
	}
	if len(p.deleted) > 0 {
		p.delete()
	}
}

// current gives the one of several resources that their name leads to, or -1, and marks those that are earlier versions.
func (p *plan) current(list []int) int {
	newest := map[string]int{} // by what is the same for all versions of one
	for _, i := range list {
		x := &p.all[i]
		if x.past {
			continue
		}
		k := sameThing(x)
		j, ok := newest[k]
		switch {
		case !ok:
			newest[k] = i
		case j < 0:
		case p.sameNode(p.all[j].n, x.n):
			x.past = true // the same once more
		default:
			switch p.later(i, j) {
			case 1:
				newest[k], p.all[j].past = i, true
			case -1:
				x.past = true
			default:
				newest[k] = -1
			}
		}
	}
	first := -1 // what came without an address in several Bundles may be one thing, if they say the same of it
	for _, i := range list {
		switch x := &p.all[i]; {
		case x.past || x.url != "" || newest[sameThing(x)] != i:
		case first < 0:
			first = i
		case p.sameNode(p.all[first].n, x.n):
			delete(newest, sameThing(x))
			x.past = true
			p.after(i, first)
		}
	}
	for _, i := range list {
		if j, ok := newest[sameThing(&p.all[i])]; p.all[i].past && ok && j >= 0 {
			p.after(i, j)
		}
	}
	if len(newest) != 1 {
		return -1
	}
	for _, i := range newest {
		return i
	}
	return -1
}

// after notes which version came after an earlier one.
func (p *plan) after(i, j int) {
	if p.since == nil {
		p.since = map[int]int{}
	}
	p.since[i] = j
}

// nearName is a name within a Bundle.
type nearName struct {
	bundle int
	name   string
}

// share notes what a name of several things leads to from within a Bundle that has one of them (R4 2.36.4), and what shares it
// with others there, where it is all that references could have: things of servers have an address as well.
func (p *plan) share(name string, list []int) {
	if p.near == nil {
		p.near = map[nearName]int{}
	}
	for _, i := range list {
		x := &p.all[i]
		if x.past {
			continue
		}
		k := nearName{x.bundle, name}
		j, ok := p.near[k]
		if !ok {
			p.near[k] = i
			continue
		}
		p.near[k] = -1
		if j >= 0 && serverOf(&p.all[j]) == "" || j >= 0 && sameThing(&p.all[j]) == sameThing(x) {
			p.all[j].shared = true
		}
		x.shared = serverOf(x) == "" || j >= 0 && sameThing(&p.all[j]) == sameThing(x)
	}
}

// nearest finds what a name of several things leads to in the Bundle of the resource that refers to it.
func (p *plan) nearest(name string, from int) (int, bool) {
	if from < 0 {
		return 0, false
	}
	i, ok := p.near[nearName{p.all[from].bundle, name}]
	return i, ok && i >= 0
}

// sameThing gives what all versions of a resource have in common: its address, else its type and id.
func sameThing(x *resource) string {
	if url, _, _ := strings.Cut(x.url, "/_history/"); url != "" {
		return url
	}
	return x.typ + "/" + x.id + "@" + strconv.Itoa(x.bundle) // of which server nobody says
}

// later compares two versions of one resource: 1 where i is the later one, 0 where nobody can tell.
func (p *plan) later(i, j int) int {
	a, b := &p.all[i], &p.all[j]
	if s, t := p.when(a), p.when(b); !s.IsZero() && !t.IsZero() && !s.Equal(t) {
		return s.Compare(t)
	}
	v, e := strconv.ParseUint(stringOf(object(a.n, "meta"), "versionId"), 10, 64)
	w, f := strconv.ParseUint(stringOf(object(b.n, "meta"), "versionId"), 10, 64)
	switch {
	case e == nil && f == nil && v > w:
		return 1
	case e == nil && f == nil && v < w:
		return -1
	case a.history && b.history && i < j:
		return 1
	case a.history && b.history:
		return -1
	}
	return 0
}

func (p *plan) when(x *resource) time.Time {
	if t := instant(stringOf(object(x.n, "meta"), "lastUpdated")); !t.IsZero() {
		return t
	}
	return instant(stringOf(object(x.entry, "response"), "lastModified"))
}

// delete marks what was deleted, or is to be: of a history all versions that are not later. References to it lead nowhere.
func (p *plan) delete() {
	type thing struct {
		name string
		of   int
	}
	last := map[thing]*deletion{} // the latest, which comes first
	for i := range p.deleted {
		d := &p.deleted[i]
		k := thing{d.name, d.of}
		if x := last[k]; x == nil {
			last[k] = d
		} else if d.when.After(x.when) {
			x.when = d.when
		}
	}
	for i := range p.deleted {
		if d := &p.deleted[i]; i == 0 || d.of != p.deleted[i-1].of {
			for j := d.from; j < d.to; j++ {
				x := &p.all[j]
				l := last[thing{x.typ + "/" + x.id, d.of}]
				switch {
				case x.container >= 0:
				case isDeletion(x.entry):
					p.forget(j)
				case l == nil || !x.history:
				case p.when(x).IsZero() || l.when.IsZero() || p.when(x).Equal(l.when):
					if x.entry.Index() > l.entry.Index() {
						p.forget(j)
					}
				case l.when.After(p.when(x)):
					p.forget(j)
				}
			}
		}
	}
}

// forget marks a resource that is no more, and takes its names away.
func (p *plan) forget(i int) {
	x := &p.all[i]
	x.past = true
	for _, name := range [2]string{x.url, x.typ + "/" + x.id} {
		if j, ok := p.byText[name]; ok && j == i {
			delete(p.byText, name)
		}
	}
}

// sameNode reports whether two nodes have the same content, in the same order.
func (p *plan) sameNode(a, b tree.Node) bool {
	d, e := a.Doc(), b.Doc()
	n := a.End() - a.Index()
	if n != b.End()-b.Index() {
		return false
	}
	for k := range n {
		x, y := d.Node(a.Index()+k), e.Node(b.Index()+k)
		if x.Kind() != y.Kind() || x.End()-x.Index() != y.End()-y.Index() || k > 0 && x.Name() != y.Name() || d.IsLeaf(x.Index()) && x.Value() != y.Value() {
			return false
		}
		if v, w := p.from.storedAt(x), p.from.storedAt(y); v != nil || w != nil {
			if v == nil || w == nil || !sameBlob(v, w) {
				return false
			}
		}
	}
	return true
}

// sameBlob reports whether two contents that were stored apart are the same, and can be read.
func sameBlob(a, b record.Blob) bool {
	x, err := a.Open()
	if err != nil {
		return false
	}
	defer x.Close()
	y, err := b.Open()
	if err != nil {
		return false
	}
	defer y.Close()
	var s, t [4096]byte
	for {
		n, e := io.ReadFull(x, s[:])
		m, f := io.ReadFull(y, t[:])
		if !bytes.Equal(s[:n], t[:m]) {
			return false
		}
		if e != nil || f != nil {
			end := func(err error) bool { return err == io.EOF || err == io.ErrUnexpectedEOF }
			return end(e) && end(f)
		}
	}
}

// home notes the server that a resource is of.
func (p *plan) home(x *resource) {
	switch s := serverOf(x); {
	case s == "" || s == p.server:
	case p.server == "":
		p.server = s
	default:
		p.servers = true
	}
}

// serverOf gives the address of the server that a fullUrl names (R4 Bundle.entry.fullUrl: its base, the type and the id).
func serverOf(x *resource) string {
	url, _, _ := strings.Cut(x.url, "/_history/")
	base, ok := strings.CutSuffix(url[:max(0, strings.LastIndexByte(url, '/'))], x.typ)
	if !ok || !strings.HasSuffix(base, "/") || !strings.Contains(base, "://") {
		return ""
	}
	return base
}

// targetOf finds what a relative reference in a resource of a server leads to: there, or among resources of which nobody says where
// they are (R4 2.36.4, Resolving references in Bundles).
func (p *plan) targetOf(server, text string, from int) (int, bool) {
	text, _, _ = strings.Cut(text, "/_history/")
	if i, ok := p.byText[server+text]; ok {
		return i, i >= 0
	}
	i, ok := p.byText[text]
	if ok && i < 0 {
		i, ok = p.nearest(text, from)
	}
	return i, ok && (server == "" || serverOf(&p.all[i]) == "")
}
