package fhir

import (
	"cmp"
	"strings"

	"github.com/portage-health/portage/internal/ids"
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// sentNames is what several sources, or servers, call what goes out in one Bundle. What is called by a name there that another
// resource has in the output gets a name of its own, and what refers to it, typed or as text, leads there and nowhere else.
type sentNames struct {
	many   bool                      // the record is of several FHIR sources
	from   int                       // the source of the entry that is being written; -1 where there are several, or none
	server string                    // which that entry came from
	base   string                    // the server that its address in the output names
	index  map[string]int            // of sources, by their ids
	names  map[string]*sentItem      // what goes out by a type and id, or an address that is no server's
	moved  map[nameInSource]newPlace // what a name led to that leads there no more
	apart  map[string]bool           // ids of entries that several resources contain
}

// nameInSource is what a source calls a resource: Type/id, alone or after its server, or another address.
type nameInSource struct {
	source int
	name   string
}

// newPlace is where what had a name goes out.
type newPlace struct {
	item   *sentItem
	id     string // of an entry that goes out by its own id
	server string // of what had the name
	two    bool   // two resources of the source have it
}

// server gives the address of the server that an item was of.
func (x *sentItem) server() string { return serverOf(&resource{url: x.URL, typ: x.Type}) }

// fullURL gives the fullUrl that an item goes out by.
func (x *sentItem) fullURL() string {
	if x.moved {
		return x.ref
	}
	return x.URL
}

// base gives the server that the address of an item in the output names.
func (x *sentItem) base() string {
	if x.moved {
		return ""
	}
	return x.server()
}

// takeName enters an item by the name that it goes out by; where another has it, it gets one of its own.
func (w *writer) takeName(s *sentBefore, x *sentItem) {
	if s.frame || x.Within != "" || len(x.Entries) == 0 && (s.typed || x.Superseded) {
		return
	}
	names := [2]string{x.URL}
	if isResourceID(x.ID) {
		names[1] = x.Type + "/" + x.ID
	}
	for _, name := range names {
		prior := s.names[name]
		switch {
		case name == "":
		case prior == nil:
			s.names[name] = x
		case len(x.Entries)+len(prior.Entries) == 0 && x.Text == prior.Text && x.URL == prior.URL && (x.like == nil || x.like == prior):
			x.like = prior // whether what it refers to is the same too is seen when all names are known
		default:
			x.like = nil
			w.move(x)
			return
		}
	}
}

// move gives an item a name that nothing else has.
func (w *writer) move(x *sentItem) {
	if x.moved {
		return
	}
	x.moved, x.relative, x.like = true, "", nil
	if len(x.Entries) > 0 {
		x.id = x.Entries[0]
	} else {
		x.id = ids.Derive(w.rec.Sources[x.source].ID, "sent", x.Path)
	}
	x.ref = "urn:uuid:" + x.id
	w.Report.Add(record.IssueSharedIdentifier.At(x.Type, 0, 0))
}

// settleNames finds out which names lead elsewhere than in their sources.
func (w *writer) settleNames(s *sentBefore) {
	if s.frame {
		w.noteMoved(s)
		return
	}
	if s.many && !s.typed {
		w.keepNamesFree(s)
	}
	for again := true; again; {
		again = false
		w.noteMoved(s)
		for i := range s.all {
			if x := &s.all[i]; x.like != nil && s.retold(x, x.Text, "") != s.retold(x.like, x.like.Text, "") {
				w.move(x)
				again = true
			}
		}
	}
	for i := range s.all {
		if x := &s.all[i]; x.like != nil {
			x.again = true // it says the same of the same
		}
	}
}

// noteMoved notes the names by which a source's own references lead to what goes out by another.
func (w *writer) noteMoved(s *sentBefore) {
	s.moved = nil
	for i := range s.all {
		x := &s.all[i]
		if !x.moved && !x.again {
			continue
		}
		to := newPlace{item: x, server: x.server()}
		if !x.moved {
			to.item, to.id = s.byID[x.Entries[0]], x.Entries[0]
		}
		if s.moved == nil {
			s.moved = map[nameInSource]newPlace{}
		}
		if x.Within != "" {
			s.moved[nameInSource{x.source, x.Within + "#" + x.ID}] = to
			continue
		}
		if x.URL != "" {
			s.moved[nameInSource{x.source, x.URL}] = to
		}
		if isResourceID(x.ID) && !strings.HasPrefix(x.URL, "urn:") {
			name := nameInSource{x.source, to.server + x.Type + "/" + x.ID}
			s.moved[name] = to
			name.name = x.Type + "/" + x.ID
			if prior, ok := s.moved[name]; ok && prior.item != to.item {
				to.two = true
			}
			s.moved[name] = to
		}
	}
	if s.moved == nil {
		return
	}
	for i := range s.all { // what still has the name that another of the source had
		x := &s.all[i]
		name := nameInSource{x.source, x.Type + "/" + x.ID}
		if to, ok := s.moved[name]; ok && !x.moved && !x.again && x.Within == "" {
			to.two = true
			s.moved[name] = to
		}
	}
}

// keepNamesFree gives new names to what another source's texts would lead to: what a source refers to and does not hold is not what
// another source, of a server that may be another, calls so.
func (w *writer) keepNamesFree(s *sentBefore) {
	own := map[nameInSource]bool{}
	for i := range s.all {
		x := &s.all[i]
		own[nameInSource{x.source, x.URL}] = true
		own[nameInSource{x.source, x.server() + x.Type + "/" + x.ID}] = true
	}
	look := func(text string, source int, server string) {
		eachReference(text, func(v string) {
			v, _, _ = strings.Cut(v, "/_history/")
			name, of := v, server
			if strings.Contains(v, "://") {
				name = lastTwo(v)
				of = strings.TrimSuffix(v, name)
			} else if v == "" || v[0] == '#' || strings.HasPrefix(v, "urn:") {
				return
			}
			if own[nameInSource{source, v}] || own[nameInSource{source, of + name}] || own[nameInSource{source, name}] {
				return
			}
			if x := s.names[name]; x != nil && x.source != source && (of == "" || x.server() != of) {
				w.move(x)
			}
		})
	}
	for i := range s.all {
		if x := &s.all[i]; x.Text != "" && (x.verbatim || len(x.Entries) == 0) {
			look(x.Text, x.source, x.server())
		}
	}
	for i := range w.rec.Carried {
		if c := &w.rec.Carried[i]; c.Format == formatName && c.Kind == "value" {
			if k, ok := s.index[c.Source]; ok {
				look(c.Data, k, "")
			}
		}
	}
}

// isReference reports whether a member of that name leads to a resource: literal references, and addresses of attachments, which may
// be relative too (R4 2.24.0.7, Attachment.url).
func isReference(name string) bool { return name == "reference" || name == "url" }

// eachReference gives the references in JSON text.
func eachReference(text string, do func(string)) {
	root := parsedOwn([]byte(text))
	if !root.OK() {
		return
	}
	d := root.Doc()
	for i := root.Index(); i < root.End(); i++ {
		if v := d.Node(i); v.Kind() == tree.String && isReference(v.Name()) {
			do(v.Value())
		}
	}
}

// elsewhere finds where a name of a source leads now, for a resource of that server.
func (s *sentBefore) elsewhere(source int, server, text string) (newPlace, bool) {
	text, _, _ = strings.Cut(text, "/_history/")
	if strings.HasPrefix(text, "urn:") {
		to, ok := s.moved[nameInSource{source, text}]
		return to, ok
	}
	if !strings.Contains(text, "://") {
		if to, ok := s.moved[nameInSource{source, server + text}]; ok && server != "" {
			return to, true
		}
		to, ok := s.moved[nameInSource{source, text}]
		return to, ok && !to.two && (to.server == "" || server == "")
	}
	if to, ok := s.moved[nameInSource{source, text}]; ok {
		return to, true
	}
	to, ok := s.moved[nameInSource{source, lastTwo(text)}]
	return to, ok && !to.two && to.server == ""
}

// refTo gives the reference to an item from a resource whose address names that server.
func (s *sentBefore) refTo(x *sentItem, base string) string {
	if s.many && x.relative != "" && base != "" {
		if of := x.server(); of != "" && of != base {
			return x.URL
		}
	}
	return x.ref
}

// asSent gives the text of a reference of the entry being written that still leads to what it was resolved to.
func (s *sentBefore) asSent(text string) string {
	if !s.many || strings.HasPrefix(text, "#") {
		return text
	}
	if x := s.leadsTo(text); x.server() != s.base {
		return s.refTo(x, s.base)
	}
	return text
}

// literal gives the text of a reference of the entry being written that leads to what is carried, or to a part of something; "" where
// it leads to neither.
func (s *sentBefore) literal(text string) string {
	if !s.many && s.moved == nil {
		if s.leadsTo(text) == nil {
			return ""
		}
		return text
	}
	from := s.from
	if !s.many {
		from = s.all[0].source
	}
	if from < 0 {
		return ""
	}
	if to, ok := s.elsewhere(from, s.server, text); ok {
		return s.refOf(to, s.base)
	}
	if x := s.leadsTo(text); x != nil && (x.source == from || s.server != "" && x.server() == s.server) {
		return text
	}
	return ""
}

// refOf gives the reference to where something went.
func (s *sentBefore) refOf(to newPlace, base string) string {
	if to.item != nil {
		return s.refTo(to.item, base)
	}
	return "urn:uuid:" + to.id
}

// writes notes which entry is being written, and of which source it is.
func (s *sentBefore) writes(e *record.Entry) {
	if s.from, s.server, s.base = -1, "", ""; e == nil || !s.many {
		return
	}
	x := s.byID[e.ID]
	if x != nil {
		s.base = x.base()
	}
	for i := range e.Origins {
		k, ok := s.index[e.Origins[i].Source]
		if !ok || s.from >= 0 && s.from != k {
			s.from = -1
			return
		}
		s.from = k
	}
	if x != nil && x.source == s.from {
		s.server = x.server()
	}
}

// retold gives text of a resource, or of a piece of one that has that name there, with what it refers to by the names that go out; id
// is a new id of the resource, if it has one.
func (s *sentBefore) retold(x *sentItem, text, id string) string {
	if s.moved == nil || x == nil {
		return text
	}
	root := parsedOwn([]byte(text))
	if !root.OK() {
		return text
	}
	w := jsonText{}
	from := 0
	d := root.Doc()
	for i := root.Index(); i < root.End(); i++ {
		v := d.Node(i)
		if v.Kind() != tree.String {
			continue
		}
		now := ""
		switch name := v.Name(); {
		case name == "id" && v.Parent() == root:
			now = id
		case isReference(name):
			now = s.retoldName(x, v.Value())
		}
		if now == "" {
			continue
		}
		w.put(text[from:v.Offset()])
		w.quote(now)
		from = v.Offset() + len(v.Raw())
	}
	if from == 0 {
		return text
	}
	return string(w.b) + text[from:]
}

// retoldName gives what a reference in the text of an item is called now, if it has another name.
func (s *sentBefore) retoldName(x *sentItem, v string) string {
	if v == "" {
		return ""
	}
	if v[0] == '#' {
		v = cmp.Or(x.Within, x.Path) + v
		if to, ok := s.moved[nameInSource{x.source, v}]; ok && !x.verbatim && len(x.Entries) > 0 { // else it goes out with what it contains
			return s.refOf(to, x.base())
		}
		return ""
	}
	if to, ok := s.elsewhere(x.source, x.server(), v); ok {
		return s.refOf(to, x.base())
	}
	return ""
}

// retoldPiece is retold for a piece that is carried of a resource.
func (s *sentBefore) retoldPiece(x *sentItem, p *piece) string {
	if x == nil || p.data == "" || p.data[0] != '"' {
		return s.retold(x, p.data, "")
	}
	if v := parsedOwn([]byte(p.data)); v.OK() && isReference(p.at[strings.LastIndexByte(p.at, '.')+1:]) {
		if now := s.retoldName(x, v.Value()); now != "" {
			w := jsonText{}
			w.quote(now)
			return string(w.b)
		}
	}
	return p.data
}
