package fhir

import (
	"strings"

	"github.com/portage-health/portage/record"
)

// sentBefore is what the FHIR sources of a record called the resources that they held.
// A resource goes back by the id it came with, and as it was sent while its
// entries say the same.
type sentBefore struct {
	byID   map[string]*sentItem // ids of entries, and of parts of them
	byText map[string]*sentItem // literal references
	recent [64]struct {         // where some of them led last
		text string
		item *sentItem
	}
	all      []sentItem
	within   map[string]bool          // entries that stand in the resource of another, which goes out as it was sent
	inside   map[placeKey][]*sentItem // what stood in the resource of a place
	provs    map[string][]*sentItem   // ids of entries to the Provenances that told their participants
	segments []segment
	placed   []bool // which carried pieces found their place
	frame    bool   // the Bundle is written as it was sent
	bundle   string // its type
	typed    bool   // typed fields alone are written
}

// sentItem is one resource of a source.
type sentItem struct {
	*record.Item
	source   int
	id       string // of the resource in the output
	ref      string // how to refer to it
	isEntry  bool   // it became an entry, not a part of others
	same     bool   // its entries say what they said when it was read
	written  bool
	again    bool // it does not go out by the name that it came with
	told     bool // it is a Provenance that was given its id again
	verbatim bool // it goes out as it was sent
}

// segment is a Bundle entry in the text being written.
type segment struct {
	start, from, to, end int // the entry, and the resource in it
	id                   string
}

// indexSent remembers what the record's FHIR sources called what they held.
func (w *writer) indexSent() {
	n, found := 0, false
	for i := range w.rec.Sources {
		if s := &w.rec.Sources[i]; s.Format == formatName {
			n += len(s.Items)
			found = true
		}
	}
	if !found {
		return
	}
	s := &sentBefore{byID: make(map[string]*sentItem, n), all: make([]sentItem, 0, n),
		placed: make([]bool, len(w.rec.Carried)), typed: w.opts.TypedOnly}
	for i := range w.rec.Sources {
		src := &w.rec.Sources[i]
		if src.Format != formatName {
			continue
		}
		for j := range src.Items {
			s.all = append(s.all, sentItem{Item: &src.Items[j], source: i})
		}
	}
	var stating *record.Stating
	if !s.typed {
		stating = w.rec.StatingItems()
	}
	for i := range s.all {
		w.indexItem(s, &s.all[i], stating)
	}
	s.joinWithin()
	s.frame = !s.typed && w.form == BundleAsSent && len(w.rec.Sources) == 1 && w.fromBundle(s)
	w.sent = s
}

// indexItem enters one item. The first that an entry came from names it.
func (w *writer) indexItem(s *sentBefore, x *sentItem, stating *record.Stating) {
	if len(x.Entries) > 0 {
		id := x.Entries[0]
		t, isEntry := w.refs[id]
		isEntry = isEntry && t.of == nil && t.use == nil
		if prior := s.byID[id]; prior != nil {
			prior.verbatim = false // two sources state it: neither alone says all
			x.again = true
			return
		}
		if isEntry && t.typ.String() != x.Type {
			x.again = true
			return // it became another type of resource since
		}
		x.isEntry = isEntry
		s.byID[id] = x
	}
	x.ref = x.URL
	if isResourceID(x.ID) {
		x.id = x.ID
		if !strings.HasPrefix(x.URL, "urn:") {
			x.ref = x.Type + "/" + x.ID
		}
		if x.Within != "" {
			x.ref = "#" + x.ID
		}
	} else if len(x.Entries) > 0 {
		x.id = x.Entries[0]
	}
	x.same = stating != nil && len(x.Entries) > 0 && stating.StillItem(x.Item) && w.hasAll(x)
	x.verbatim = x.same && x.Text != "" && x.Within == ""
}

// fromBundle reports whether what the record came from was a Bundle.
func (w *writer) fromBundle(s *sentBefore) bool {
	if len(s.all) > 0 {
		return strings.HasPrefix(s.all[0].Path, "Bundle.")
	}
	for i := range w.rec.Carried {
		if strings.HasPrefix(w.rec.Carried[i].Path, "Bundle.") {
			return true
		}
	}
	return false
}

// joinWithin finds what goes out within a resource that goes out as it was
// sent. A resource that contains one whose entries say something else is written anew.
func (s *sentBefore) joinWithin() {
	nested := false
	for i := range s.all {
		nested = nested || s.all[i].Within != "" || len(s.all[i].Entries) > 1
	}
	if !nested {
		return
	}
	byPath := map[placeKey]*sentItem{}
	for i := range s.all {
		if x := &s.all[i]; x.Within == "" {
			byPath[x.place()] = x
		}
	}
	for i := range s.all {
		x := &s.all[i]
		if up := byPath[x.place()]; x.Within != "" && up != nil && !x.same {
			up.verbatim = up.verbatim && len(x.Entries) == 0
		}
	}
	s.joinParts()
	s.within = map[string]bool{}
	for i := range s.all {
		x := &s.all[i]
		switch up := byPath[x.place()]; {
		case up == nil || !up.verbatim || len(x.Entries) == 0:
		case x.Within != "":
			s.within[x.Entries[0]] = true
			fallthrough
		case x.isEntry:
			for _, id := range x.Entries[1:] {
				s.within[id] = true
			}
		}
	}
}

// joinParts finds resources that are parts of entries: a medicine, a role, who
// took part. Where one of them or of their entries is written anew, all are: no
// entry that goes out as it was sent may refer to a part that says something else.
func (s *sentBefore) joinParts() {
	s.provs = map[string][]*sentItem{}
	for again := true; again; {
		again = false
		for i := range s.all {
			x := &s.all[i]
			if x.isEntry || len(x.Entries) < 2 || x.Within != "" {
				continue
			}
			same := x.same
			for _, id := range x.Entries[1:] {
				o := s.byID[id]
				same = same && (o == nil || o.verbatim)
			}
			if same {
				continue
			}
			again = again || x.verbatim
			x.verbatim = false
			for _, id := range x.Entries[1:] {
				if o := s.byID[id]; o != nil {
					again = again || o.verbatim
					o.verbatim = false
				}
			}
		}
	}
	for i := range s.all {
		if x := &s.all[i]; x.Type == kindProvenance.String() && !x.isEntry && len(x.Entries) > 1 {
			for _, id := range x.Entries[1:] {
				s.provs[id] = append(s.provs[id], x)
			}
		}
	}
}

// hasProvenance reports whether the participants of an entry go out in a Provenance as it was sent.
func (s *sentBefore) hasProvenance(id string) bool {
	for _, x := range s.provs[id] {
		if x.verbatim {
			return true
		}
	}
	return false
}

// provenanceID gives the id of the Provenance that told the participants of entries before, each once; else that given.
func (s *sentBefore) provenanceID(targets []string, id string) string {
	for _, t := range targets {
		for i, x := range s.provs[t] {
			if x != nil && !x.told {
				s.provs[t][i].told = true
				return x.Entries[0]
			}
		}
	}
	return id
}

// place tells sources and the places of their resources apart.
func (x *sentItem) place() placeKey { return placeOf(x.source, x.Path) }

// placeKey is a source and the part of a path that a resource has to itself.
type placeKey struct {
	source int
	path   string
}

// placeOf cuts a path after the Bundle entry, the line or the resource that it is in.
func placeOf(source int, path string) placeKey {
	cut := len(path)
	switch {
	case strings.HasPrefix(path, "Bundle.entry["), strings.HasPrefix(path, "["):
		if i := strings.IndexByte(path, ']'); i > 0 {
			cut = i + 1
		}
	default:
		if i := strings.IndexByte(path, '.'); i > 0 {
			cut = i
		}
	}
	return placeKey{source, path[:cut]}
}

// hasAll reports whether the record still has the entry that an item became.
func (w *writer) hasAll(x *sentItem) bool {
	if _, ok := w.refs[x.Entries[0]]; ok {
		return true
	}
	for _, id := range x.Entries[1:] { // it is a part of others
		if _, ok := w.refs[id]; ok {
			return true
		}
	}
	return false
}

// texts finds what each literal reference leads to, once.
func (s *sentBefore) texts() map[string]*sentItem {
	if s.byText == nil {
		s.byText = make(map[string]*sentItem, 2*len(s.all))
		for i := range s.all {
			x := &s.all[i]
			if x.Within != "" || x.again {
				continue
			}
			s.refer(x.URL, x)
			if x.ID != "" {
				s.refer(x.Type+"/"+x.ID, x)
			}
		}
	}
	return s.byText
}

func (s *sentBefore) refer(text string, x *sentItem) {
	if text == "" {
		return
	}
	if _, taken := s.byText[text]; !taken {
		s.byText[text] = x
	}
}

// answers reports whether the text of a reference still leads to what it is resolved to.
func (s *sentBefore) answers(r *record.Ref) bool {
	if strings.HasPrefix(r.AsSent, "#") {
		x := s.byID[r.ID]
		return x != nil && x.ref == r.AsSent
	}
	x := s.leadsTo(r.AsSent)
	if x == nil {
		return false
	}
	for _, id := range x.Entries {
		if id == r.ID {
			return true
		}
	}
	return len(x.Entries) == 0
}

// leadsTo gives the item that the text of a reference leads to, if there is one.
func (s *sentBefore) leadsTo(text string) *sentItem {
	if text == "" {
		return nil
	}
	// Most references of a resource are to its patient and its encounter.
	n := len(text)
	recent := &s.recent[(text[n-1]^text[n/2]<<3)%byte(len(s.recent))]
	if recent.text != text {
		recent.text, recent.item = text, s.find(text)
	}
	return recent.item
}

func (s *sentBefore) find(text string) *sentItem {
	if cut := strings.Index(text, "/_history/"); cut > 0 {
		text = text[:cut]
	}
	x := s.texts()[text]
	if x == nil {
		if id := strings.LastIndexByte(text, '/'); id > 0 {
			if typ := strings.LastIndexByte(text[:id], '/'); typ >= 0 {
				x = s.byText[text[typ+1:]]
			}
		}
	}
	return x
}

func (s *sentBefore) version(id string) string {
	if x := s.byID[id]; x != nil {
		return x.Version
	}
	return ""
}

// isVerbatim reports whether the resource of an entry goes out as it was sent.
func (w *writer) isVerbatim(e *record.Entry) bool {
	if w.sent == nil {
		return false
	}
	x := w.sent.byID[e.ID]
	if x != nil && x.verbatim {
		return true
	}
	return w.sent.within[e.ID]
}

// beginSent opens the Bundle entry of a resource by the name that it came with, if it came with one.
func (w *writer) beginSent(typ kind, id string) {
	x := w.sent.byID[id]
	w.comma()
	start := len(w.b)
	w.b = append(w.b, '{')
	w.push(start)
	switch {
	case x == nil:
		w.key("fullUrl")
		w.put(`"urn:uuid:`)
		w.put(id)
		w.b = append(w.b, '"')
	case isURI(x.URL):
		w.code("fullUrl", x.URL)
	}
	if x != nil {
		w.name = x.id
	}
	w.key("resource")
	w.sent.segments = append(w.sent.segments, segment{start: start, from: len(w.b), id: id})
	w.aloneObj()
	w.word("resourceType", typ.String())
	w.code("id", w.name)
}

// endSent notes where a resource ends.
func (w *writer) endSent() {
	s := &w.sent.segments[len(w.sent.segments)-1]
	s.to = len(w.b)
}

// isResourceID reports whether v may be the id of a resource (R4 2.24.0.1, id).
func isResourceID(v string) bool {
	if len(v) == 0 || len(v) > 64 {
		return false
	}
	for i := range len(v) {
		c := v[i]
		if !(c|0x20 >= 'a' && c|0x20 <= 'z' || isDigit(c) || c == '-' || c == '.') {
			return false
		}
	}
	return true
}

// isRelative reports whether a text is a relative literal reference: a type and an id (R4 2.3.0.1).
func isRelative(v string) bool {
	typ, id, ok := strings.Cut(v, "/")
	if !ok {
		return false
	}
	id, _, _ = strings.Cut(id, "/_history/")
	return isResourceID(id) && len(typ) > 1 && typ[0] >= 'A' && typ[0] <= 'Z'
}
