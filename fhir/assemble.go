package fhir

import (
	"strconv"
	"strings"
)

// assemble puts the Bundle together where the record came from FHIR: each
// resource where it stood, as it was sent while its entries say the same, else as
// it was written with what is carried of it in its place. What came from
// elsewhere follows.
func (w *writer) assemble() []byte {
	s := w.sent
	entries := w.b
	pieces := w.sortPieces()
	byID := make(map[string]int, len(s.segments))
	for i := range s.segments {
		byID[s.segments[i].id] = i
	}
	done := make([]bool, len(s.segments))
	room := len(entries) + 1024
	for i := range s.all {
		if x := &s.all[i]; x.verbatim || len(x.Entries) == 0 {
			room += len(x.Text) + len(x.URL) + 64
		}
	}
	w.b = make([]byte, 0, room)
	w.obj("")
	switch {
	case s.frame:
		w.frame(pieces)
	default:
		w.bundleHead()
	}
	w.arr("entry")
	if w.form == BundleDocument {
		w.compositionFirst(entries, done, pieces)
	}
	for i := range s.all {
		x := &s.all[i]
		if x.Within != "" || x.written {
			continue
		}
		if s.frame {
			w.bareEntries(pieces, entryIndex(x.Path))
		}
		if x.verbatim || len(x.Entries) == 0 && !s.typed {
			w.raw1(x, pieces)
			if k, ok := byID[first(x.Entries)]; ok {
				done[k] = true // written as a part of another too
			}
			continue
		}
		if k, ok := byID[first(x.Entries)]; ok && s.byID[first(x.Entries)] == x {
			w.composed(entries, k, x, pieces, byID, done)
		}
	}
	if s.frame {
		w.bareEntries(pieces, 1<<31)
	}
	for k := range s.segments {
		if !done[k] {
			w.composed(entries, k, nil, pieces, byID, done)
		}
	}
	w.endArr()
	w.end()
	return w.b
}

// bareEntries writes the Bundle entries without a resource that stood before the k-th entry.
func (w *writer) bareEntries(pieces *piecesOf, k int) {
	for len(pieces.bare) > 0 && entryIndex("Bundle."+pieces.bare[0].at) < k {
		w.raw("", pieces.bare[0].data)
		pieces.bare = pieces.bare[1:]
	}
}

// entryIndex gives the place of the Bundle entry that a path leads to or into.
func entryIndex(path string) int {
	rest, ok := strings.CutPrefix(path, "Bundle.entry[")
	if !ok {
		return 1 << 30
	}
	at, _, _ := strings.Cut(rest, "]")
	i, err := strconv.Atoi(at)
	if err != nil {
		return 1 << 30
	}
	return i
}

func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

// compositionFirst writes the Composition of a document Bundle before all else (R4 3.3.1).
func (w *writer) compositionFirst(entries []byte, done []bool, pieces *piecesOf) {
	id := w.rec.Documents[0].ID
	if x := w.sent.byID[id]; x != nil && x.verbatim {
		x.written = true
		w.raw1(x, pieces)
		return
	}
	for k := range w.sent.segments {
		if w.sent.segments[k].id == id {
			w.composed(entries, k, w.sent.byID[id], pieces, nil, done)
		}
	}
}

// raw1 writes a resource as it was sent.
func (w *writer) raw1(x *sentItem, pieces *piecesOf) {
	if x.Text == "" {
		return
	}
	for _, i := range pieces.byPlace[x.place()] {
		w.sent.placed[i] = true
	}
	at := len(w.b)
	w.obj("")
	if isURI(x.URL) {
		w.code("fullUrl", x.URL)
	}
	w.key("resource")
	w.put(x.Text)
	w.requestFor(x.Type, x.id)
	w.end()
	w.entryPieces(at, x, pieces)
}

// requestFor writes what a server is to do with a resource of a transaction.
func (w *writer) requestFor(typ, id string) {
	if w.form != BundleTransaction {
		return
	}
	w.obj("request")
	if id == "" {
		w.code("method", "POST")
		w.str("url", typ)
	} else {
		w.code("method", "PUT")
		w.str("url", typ+"/"+id)
	}
	w.end()
}

// composed writes a resource that was written anew, with what is carried of it.
func (w *writer) composed(entries []byte, k int, x *sentItem, pieces *piecesOf, byID map[string]int, done []bool) {
	if done[k] {
		return
	}
	done[k] = true
	seg := &w.sent.segments[k]
	if x == nil || w.sent.typed && !w.hasContained(x) {
		w.comma()
		w.b = append(w.b, entries[seg.start:seg.end]...)
		return
	}
	ps := pieces.of(seg.id, "")
	for _, c := range w.contained(x) { // what stood in it stands there again
		if j, ok := byID[c.Entries[0]]; ok && !done[j] {
			done[j] = true
			in := &w.sent.segments[j]
			text := overlaid(entries[in.from:in.to], pieces.of(in.id, ""))
			ps = append(ps, piece{at: c.Path[len(x.Path)+1:], data: string(text)})
		}
	}
	at := len(w.b)
	w.comma()
	w.b = append(w.b, entries[seg.start:seg.from]...)
	w.b = append(w.b, overlaid(entries[seg.from:seg.to], ps)...)
	w.b = append(w.b, entries[seg.to:seg.end]...)
	w.entryPieces(at, x, pieces)
}

func (w *writer) hasContained(x *sentItem) bool { return len(w.contained(x)) > 0 }

// contained gives the items of what stood in the resource of another.
func (w *writer) contained(up *sentItem) []*sentItem {
	s := w.sent
	if s.inside == nil {
		s.inside = map[placeKey][]*sentItem{}
		for i := range s.all {
			if x := &s.all[i]; x.Within != "" && len(x.Entries) > 0 {
				k := placeKey{x.source, x.Within}
				s.inside[k] = append(s.inside[k], x)
			}
		}
	}
	return s.inside[placeKey{up.source, up.Path}]
}

// entryPieces lays what is carried of a Bundle entry beside its resource over the entry written at at.
func (w *writer) entryPieces(at int, x *sentItem, pieces *piecesOf) {
	if !w.sent.frame {
		return
	}
	ps := pieces.beside[x.place()]
	if len(ps) == 0 {
		return
	}
	if w.b[at] == ',' {
		at++
	}
	w.b = append(w.b[:at], overlaid(append([]byte(nil), w.b[at:]...), ps)...)
}

// frame writes what the source's Bundle said of itself.
func (w *writer) frame(pieces *piecesOf) {
	whole := true
	for i := range w.sent.all {
		x := &w.sent.all[i]
		whole = whole && (x.verbatim || x.Within != "" || len(x.Entries) == 0)
	}
	ps := pieces.frame
	if !whole {
		// A count and a signature are of the Bundle as it was.
		ps = nil
		for _, p := range pieces.frame {
			if p.at == "total" || strings.HasPrefix(p.at, "signature") {
				w.sent.placed[p.i] = false
				continue
			}
			ps = append(ps, p)
		}
	}
	// A further patient's part of a Bundle does not have its type; every Bundle has one.
	text := overlaid([]byte(`{"resourceType":"Bundle","type":"collection"}`), ps)
	w.b = append(w.b, text[1:len(text)-1]...)
}

// piece is a carried piece on its way to its place.
type piece struct {
	at   string
	data string
	i    int // its place in Record.Carried
}

// piecesOf are the carried pieces of FHIR sources by where they belong.
type piecesOf struct {
	w       *writer
	byOwner map[string][]piece
	beside  map[placeKey][]piece // what stood beside a resource in its Bundle entry
	frame   []piece
	bare    []piece // entries without a resource
	byPlace map[placeKey][]int
}

func (p *piecesOf) of(owner, slot string) []piece {
	ps := p.byOwner[owner+" "+slot]
	for i := range ps {
		p.w.sent.placed[ps[i].i] = true
	}
	return append([]piece(nil), ps...)
}

func (w *writer) sortPieces() *piecesOf {
	p := &piecesOf{w: w, byOwner: map[string][]piece{}, beside: map[placeKey][]piece{}, byPlace: map[placeKey][]int{}}
	if w.sent.typed {
		return p
	}
	sources := map[string]int{}
	for i := range w.rec.Sources {
		sources[w.rec.Sources[i].ID] = i
	}
	for i := range w.rec.Carried {
		c := &w.rec.Carried[i]
		k, ok := sources[c.Source]
		if c.Format != formatName || !ok || c.Kind != "value" && c.Kind != "resource" || c.Version != "" {
			continue
		}
		place := placeOf(k, c.Path)
		x := piece{c.At, c.Data, i}
		switch {
		case c.Kind == "resource":
			p.byPlace[place] = append(p.byPlace[place], i)
		case c.Slot == "entry":
			if w.sent.frame {
				w.sent.placed[i] = true
				p.beside[place] = append(p.beside[place], x)
			}
		case c.Owner == "":
			if w.sent.frame {
				w.sent.placed[i] = true
				if strings.HasPrefix(c.At, "entry[") {
					p.bare = append(p.bare, x)
				} else {
					p.frame = append(p.frame, x)
				}
			}
		default:
			p.byOwner[c.Owner+" "+c.Slot] = append(p.byOwner[c.Owner+" "+c.Slot], x)
			p.byPlace[place] = append(p.byPlace[place], i)
		}
	}
	return p
}
