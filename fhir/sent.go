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
	recentIDs [64]struct { // what some ids of entries were last
		id   string
		item *sentItem
	}
	all       []sentItem
	within    map[string]bool          // entries that stand in the resource of another, which goes out as it was sent
	byPath    map[placeKey]*sentItem   // by source and whole path
	inside    map[placeKey][]*sentItem // what stood in the resource of a place
	provs     map[string][]*sentItem   // ids of entries to the Provenances that told their participants
	segments  []segment
	bySegment map[string]int // ids to the last segment of each
	placed    []bool         // which carried pieces found their place
	sentNames
	frame  bool   // the Bundle is written as it was sent
	bundle string // its type
	typed  bool   // typed fields alone are written
	// stating tells, where typed fields alone are written, of the entries that have words: see isOutdated.
	stating *record.Stating
}

// sentItem is one resource of a source.
type sentItem struct {
	*record.Item
	source   int
	id       string // of the resource in the output
	ref      string // how to refer to it
	relative string // its type and id, where that is how to refer to it
	isEntry  bool   // it became an entry, not a part of others
	outdated bool   // its entries say other than they did, and not only by their labels
	same     bool   // its entries say what they said when it was read
	written  bool
	again    bool      // it does not go out by the name that it came with
	moved    bool      // it goes out by a name of its own, since another has that
	like     *sentItem // what has its name and its text, and was carried whole too
	told     bool      // it is a Provenance that was given its id again
	verbatim bool      // it goes out as it was sent
	named    bool      // the id of its first entry is its own
	segment  int       // the last that was written of it, and one
}

// segment is a Bundle entry in the text being written.
type segment struct {
	start, from, to, end int // the entry, and the resource in it
	id                   string
	item                 *sentItem // what the resource came with, if it came with one
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
	s.frame = !s.typed && w.form == BundleAsSent && len(w.rec.Sources) == 1 && w.fromBundle(s)
	s.names, s.index, s.apart = make(map[string]*sentItem), map[string]int{}, map[string]bool{}
	for i := range s.all {
		s.index[w.rec.Sources[s.all[i].source].ID] = s.all[i].source
	}
	s.many = len(s.index) > 1
	var stating *record.Stating
	if !s.typed {
		stating = w.rec.StatingItems()
	}
	for i := range s.all {
		if s.all[i].Within == "" {
			w.indexItem(s, &s.all[i], stating)
		}
	}
	for i := range s.all { // what stands by itself names what is contained elsewhere
		if s.all[i].Within != "" {
			w.indexItem(s, &s.all[i], stating)
		}
	}
	s.joinWithin()
	w.settleNames(s)
	w.sent = s
}

// indexItem enters one item. The first that an entry came from names it.
func (w *writer) indexItem(s *sentBefore, x *sentItem, stating *record.Stating) {
	if len(x.Entries) > 0 {
		id := x.Entries[0]
		t, isEntry := w.refs[id]
		isEntry = isEntry && t.of == nil && t.use == nil
		if s.apart[id] {
			x.again = true
			return
		}
		if prior := s.byID[id]; prior != nil {
			prior.verbatim = false // two sources state it: neither alone says all
			x.again = true
			if prior.Within != "" { // each resource that contains it would have to point into another
				prior.again, s.apart[id] = true, true
				delete(s.byID, id)
			}
			return
		}
		if isEntry && t.typ.String() != x.Type {
			x.again = true
			return // it became another type of resource since
		}
		x.isEntry = isEntry
		s.byID[id], x.named = x, true
	}
	x.ref = x.URL
	if isResourceID(x.ID) {
		x.id = x.ID
		if !strings.HasPrefix(x.URL, "urn:") {
			x.relative = x.Type + "/" + x.ID
			x.ref = x.relative
		}
		if x.Within != "" {
			x.ref = "#" + x.ID
		}
	} else if len(x.Entries) > 0 {
		x.id = x.Entries[0]
	}
	if stating != nil && len(x.Entries) > 0 {
		still := stating.StillItem(x.Item)
		x.same = still && w.hasAll(x)
		x.outdated = !still && isOutdated(stating, x.Item)
	}
	x.verbatim = x.same && x.Text != "" && x.Within == "" && !(x.Type == kindComposition.String() && w.tellsOutdated(x))
	w.takeName(s, x)
}

// isOutdated reports whether the entries of an item, which do not say what they said, differ by more than labels.
func isOutdated(stating *record.Stating, it *record.Item) bool {
	return it.Stated != "" && !stating.StillItemButLabels(it)
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

// isVerbatim reports whether the resource of an entry goes out as it was sent.
func (w *writer) isVerbatim(e *record.Entry) bool {
	if w.sent == nil || w.sent.typed {
		return false
	}
	x := w.sent.byID[e.ID]
	if x != nil && x.verbatim {
		return true
	}
	return w.sent.within[e.ID]
}

// beginSent opens the Bundle entry of a resource by the name that it came with, if it came with one; it gives what came.
func (w *writer) beginSent(typ kind, id string) *sentItem {
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
	case isURI(x.fullURL()):
		w.code("fullUrl", x.fullURL())
	}
	if x != nil {
		w.name = x.id
	}
	w.key("resource")
	w.sent.segments = append(w.sent.segments, segment{start: start, from: len(w.b), id: id, item: x})
	w.aloneObj()
	w.word("resourceType", typ.String())
	w.code("id", w.name)
	return x
}

// endSent notes where a resource ends.
func (w *writer) endSent() {
	s := &w.sent.segments[len(w.sent.segments)-1]
	s.to = len(w.b)
}
