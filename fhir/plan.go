package fhir

import (
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"

	"github.com/portage-health/portage/internal/ids"
	"github.com/portage-health/portage/internal/room"
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// plan is what is known of all resources of an input before any is read: which
// there are, what refers to them, and whose they are.
type plan struct {
	*planRoom
	from     *Document
	recent   [128]foundTarget  // where some references led last
	forms    map[string]int    // canonical URLs of Questionnaires to places in all; -1 where there are several
	inside   map[insideKey]int // what is contained, by what contains it and its id: the first of each
	groups   int               // how many patients there are
	patients []int             // the Patient of each group, or -1
	of       [][]int           // the resources of each group, in their order
	nested   bool              // a resource contains one
	lines    bool
	binaries bool // there are Binaries, which an address may lead to
	xml      *convertedXML

	twins   []twin           // names that several resources have
	deleted []deletion       // what Bundles say was deleted
	server  string           // the address of the server that resources are of
	servers bool             // there are several
	since   map[int]int      // the version that came after an earlier one
	near    map[nearName]int // what a name leads to within a Bundle, where it leads to several things

	version   versionSet // what the input as a whole may be of
	modifiers []int      // nodes that are modifierExtension
	unstated  []int      // nodes by which our exporter says that something was not stated
}

// planRoom is the memory of a plan that the next one uses again.
type planRoom struct {
	all    []resource
	byText map[string]int  // literal references to places in all
	ids    map[string]bool // all entry ids
}

// plans holds working memory only: an import sees nothing of another.
var plans = sync.Pool{New: func() any { return &planRoom{byText: map[string]int{}, ids: map[string]bool{}} }}

// leave gives the memory of a plan that is not needed any more to the next, unless it is very much.
func (p *plan) leave() {
	const most = 1 << 13
	room := p.planRoom
	p.planRoom = nil
	if len(room.all) > most || len(room.byText) > 2*most {
		return
	}
	clear(room.all)
	clear(room.byText)
	clear(room.ids)
	room.all = room.all[:0]
	plans.Put(room)
}

// resource is one resource of an input.
type resource struct {
	n         tree.Node
	entry     tree.Node // the Bundle.entry it stands in
	typ       string
	id        string
	url       string // Bundle.entry.fullUrl
	path      string
	container int // the resource that contains it, or -1
	entryID   string
	groups    groupSet // the patients to whose records it belongs
	first     int      // the first of them: its facts are counted there
	whole     bool     // it is carried whole
	past      bool     // it is no more: another version came after it, or it was deleted
	shared    bool     // others have its name, and are not versions of it
	bundle    int      // the Bundle that it stands in, 0 for none
	history   bool     // that is a history (R4 Bundle.type), the newest version first
	kind      string   // see kindOfEntry
	kindFound bool     // it was asked for
	shape     shape
}

// groupSet is the patients of an input that a resource belongs to; nil where it belongs to none.
type groupSet []int

func (x *resource) in(group int) bool {
	for _, g := range x.groups {
		if g == group {
			return true
		}
	}
	return false
}

// planOf finds the resources of a document, gives them their ids, and parts them by patients.
func planOf(d *Document, o record.ImportOptions) *plan {
	room := plans.Get().(*planRoom)
	p := &plan{planRoom: room, from: d, lines: d.lines, xml: d.xml}
	p.findOdd(d.tree)
	root := d.tree.Root()
	if root.Kind() == tree.Array {
		i := 0
		for n := range root.Children() {
			p.find(n, tree.Node{}, "["+strconv.Itoa(i)+"]", nil)
			i++
		}
	} else {
		p.find(root, tree.Node{}, root.Child("resourceType").Value(), nil)
	}
	p.findVersions(d.tree, d.version)
	p.name(ids.New(o.IDKey))
	p.part()
	p.of = make([][]int, max(1, p.groups))
	p.patients = slices.Repeat([]int{-1}, len(p.of))
	for i := range p.all {
		for _, g := range p.all[i].groups {
			p.of[g] = append(p.of[g], i)
			if x := &p.all[i]; x.typ == "Patient" && x.container < 0 && !x.past && p.patients[g] < 0 {
				p.patients[g] = i
			}
		}
	}
	return p
}

// insideKey names a contained resource: by the place in the plan of what contains it, and its id.
type insideKey struct {
	container int
	id        string
}

// find adds the resource n and those in it. A Bundle within a Bundle is one resource.
func (p *plan) find(n, entry tree.Node, path string, texts *room.Texts) {
	typ := typeOfResource(n)
	if typ == "" {
		return
	}
	if typ == "Bundle" && !entry.OK() {
		typ := stringOf(n, "type")
		i, from, history, asks := 0, len(p.all), typ == "history", typ == "history" || typ == "transaction" || typ == "batch"
		var way []byte
		texts = new(room.Texts)
		for range items(n, "entry") {
			i++
		}
		p.all = slices.Grow(p.all, i+i/8)
		i = 0
		for e := range items(n, "entry") {
			if res := e.Child("resource"); res.OK() {
				way = append(strconv.AppendInt(append(append(way[:0], path...), ".entry["...), int64(i), 10), "].resource"...)
				p.find(res, e, texts.Keep(way), texts)
			}
			if asks && isDeletion(e) {
				p.deleted = append(p.deleted, deletionOf(e, n.Index(), from))
			}
			i++
		}
		for i := range p.all[from:] {
			p.all[from+i].history, p.all[from+i].bundle = history, n.Index()+1
		}
		for i := len(p.deleted) - 1; i >= 0 && p.deleted[i].of == n.Index(); i-- {
			p.deleted[i].to = len(p.all)
		}
		return
	}
	at := len(p.all)
	p.all = append(p.all, resource{n: n, entry: entry, typ: typ, id: stringOf(n, "id"), path: path, container: -1})
	if entry.OK() {
		p.all[at].url = stringOf(entry, "fullUrl")
	}
	p.binaries = p.binaries || typ == "Binary"
	i := 0
	for c := range items(n, "contained") {
		if typ := typeOfResource(c); typ != "" {
			p.nested = true
			p.all = append(p.all, resource{n: c, typ: typ, id: stringOf(c, "id"), container: at,
				path: path + ".contained[" + strconv.Itoa(i) + "]"})
		}
		i++
	}
}

// at gives the place in the plan of the resource that the node with an index is.
func (p *plan) at(index int) (i int, ok bool) {
	i = sort.Search(len(p.all), func(i int) bool { return p.all[i].n.Index() >= index })
	return i, i < len(p.all) && p.all[i].n.Index() == index
}

// name gives every resource the id of its entry (docs/ids.md): its own where that
// is a UUID, else a hash of what it is called; and every way to refer to it.
func (p *plan) name(m *ids.Maker) {
	p.inside = map[insideKey]int{}
	var (
		texts room.Texts
		name  []byte
	)
	for i := range p.all {
		x := &p.all[i]
		if x.container >= 0 {
			if k := (insideKey{x.container, x.id}); x.id != "" {
				if _, ok := p.inside[k]; !ok {
					p.inside[k] = i
				}
			}
			continue
		}
		if x.url != "" {
			p.refer(x.url, i)
			p.home(x)
		}
		if x.id != "" {
			name = append(append(append(name[:0], x.typ...), '/'), x.id...)
			p.refer(texts.Keep(name), i)
		}
	}
	p.settle()
	for i := range p.all {
		if x := &p.all[i]; !p.isPast(x) {
			p.identify(x, m)
			if x.typ == "Questionnaire" {
				p.canonical(i)
			}
		}
	}
	for i := range p.all {
		if x := &p.all[i]; x.entryID == "" { // what is no more leaves its id to what is
			p.identify(x, m)
		}
	}
}

func (p *plan) isPast(x *resource) bool {
	return x.past || x.container >= 0 && p.all[x.container].past
}

// identify gives a resource the id of its entry.
func (p *plan) identify(x *resource, m *ids.Maker) {
	switch {
	case x.container >= 0:
		x.entryID = m.Make("contained", p.all[x.container].entryID, x.typ, x.id, x.path)
	case isLowerUUID(x.id):
		x.entryID = x.id
	case isLowerUUID(strings.TrimPrefix(x.url, "urn:uuid:")) && x.id == "":
		x.entryID = strings.TrimPrefix(x.url, "urn:uuid:")
	case x.id != "" || x.url != "":
		x.entryID = m.Make("entry", formatName, baseOf(x), x.typ, x.id)
	default:
		x.entryID = m.Make("entry", formatName, x.typ, x.path)
	}
	if p.ids[x.entryID] {
		x.entryID = m.Make("entry", formatName, x.typ, x.id, x.url, x.path)
	}
	p.ids[x.entryID] = true
}

// refer enters a way to refer to a resource. What names several is settled at last.
func (p *plan) refer(text string, i int) {
	if j, ok := p.byText[text]; ok {
		p.twins = append(p.twins, twin{text, j, i})
	}
	p.byText[text] = i
}

// canonical enters a Questionnaire by its canonical URL, with its version and without.
func (p *plan) canonical(i int) {
	n := p.all[i].n
	url, version := stringOf(n, "url"), stringOf(n, "version")
	if url == "" {
		return
	}
	if p.forms == nil {
		p.forms = map[string]int{}
	}
	names := []string{url, url + "|" + version}
	if version == "" {
		names = names[:1]
	}
	for _, name := range names {
		if _, ok := p.forms[name]; ok {
			p.forms[name] = -1
		} else {
			p.forms[name] = i
		}
	}
}

// form finds the Questionnaire that a canonical URL names (R4 2.3.0.5), where there is one alone.
func (p *plan) form(canonical string) (int, bool) {
	i, ok := p.forms[canonical]
	return i, ok && i >= 0
}

// baseOf gives the address of the server in a fullUrl that ends in type and id, else the whole.
func baseOf(x *resource) string {
	return strings.TrimSuffix(x.url, x.typ+"/"+x.id)
}

// target finds the resource that a literal reference in resource from points to (R4 2.3.0, References between resources).
func (p *plan) target(text string, from int) (int, bool) {
	if from >= 0 && p.all[from].container >= 0 {
		from = p.all[from].container
	}
	if id, ok := strings.CutPrefix(text, "#"); ok {
		if id == "" {
			return from, from >= 0
		}
		i, ok := p.inside[insideKey{from, id}]
		if j, odd := p.inside[insideKey{from, text}]; odd && (!ok || j < i) {
			return j, true
		}
		return i, ok
	}
	if text == "" {
		return 0, false
	}
	// Most references of a resource are to what others refer to too.
	last := &p.recent[recentSlot(text)&127]
	absolute := from >= 0 && strings.Contains(p.all[from].url, "://")
	if p.servers && absolute && !strings.Contains(text, ":") {
		return p.targetOf(serverOf(&p.all[from]), text, from)
	}
	if last.text == text && (last.ok || !absolute) {
		return last.i, last.ok
	}
	i, ok := p.byText[text]
	if ok && i < 0 {
		return p.nearest(text, from)
	}
	if !ok {
		if i, ok = p.targetElsewhere(text, from, absolute); absolute {
			return i, ok
		}
	}
	*last = foundTarget{text, i, ok}
	return i, ok
}

// foundTarget is what a literal reference led to, for a resource whose own address says nothing of others.
type foundTarget struct {
	text string
	i    int
	ok   bool
}

// recentSlot gives a small number for a text by which texts of one form differ.
func recentSlot(text string) byte {
	n := len(text)
	return text[n-1] ^ text[n/2]<<3 ^ text[n*3/4]<<5 ^ byte(n)
}

// targetElsewhere finds what a literal reference points to that is not by the name that the input gives it.
func (p *plan) targetElsewhere(text string, from int, absolute bool) (int, bool) {
	if cut := strings.Index(text, "/_history/"); cut > 0 {
		return p.target(text[:cut], from)
	}
	if absolute { // relative to the server that the referring resource is of
		if i, ok := p.byText[baseOf(&p.all[from])+text]; ok && i >= 0 {
			return i, true
		}
	}
	if strings.Contains(text, "://") {
		// An absolute reference to a resource that came without its address, from the only server there is.
		if i, ok := p.byText[lastTwo(text)]; ok && i >= 0 && p.all[i].url == "" {
			return i, true
		}
	}
	return 0, false
}

// lastTwo gives the last two steps of an address: type and id.
func lastTwo(text string) string {
	if i := strings.LastIndexByte(text, '/'); i > 0 {
		return text[strings.LastIndexByte(text[:i], '/')+1:]
	}
	return ""
}

// items gives the objects of an array member.
func items(n tree.Node, name string) func(yield func(tree.Node) bool) {
	return func(yield func(tree.Node) bool) {
		list := n.Child(name)
		if list.Kind() != tree.Array {
			return
		}
		for c := range list.Children() {
			if !yield(c) {
				return
			}
		}
	}
}

// stringOf gives a string member, "" where there is none.
func stringOf(n tree.Node, name string) string {
	if c := n.Child(name); c.Kind() == tree.String {
		return c.Value()
	}
	return ""
}
