package fhir

import (
	"slices"
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
	for i := range s.segments {
		if x := s.segments[i].item; x != nil {
			x.segment = i + 1
		}
	}
	done := make([]bool, len(s.segments))
	room := len(entries) + 1024
	for i := range s.all {
		if x := &s.all[i]; x.verbatim || len(x.Entries) == 0 {
			room += len(x.Text) + len(x.URL) + 64
		}
	}
	w.b, w.spare = slices.Grow(w.spare[:0], room), entries
	w.obj("")
	switch {
	case s.frame:
		s.bundle = w.typeAsSent(pieces)
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
		if x.like != nil {
			for _, i := range pieces.byPlace[x.place()] {
				s.placed[i] = true
			}
			continue
		}
		if x.verbatim || len(x.Entries) == 0 && !s.typed && (s.frame || !x.Superseded) {
			w.raw1(x, pieces)
			if k, ok := s.segmentOf(x); ok {
				done[k] = true // written as a part of another too
			}
			continue
		}
		if x.named && x.segment > 0 {
			w.composed(entries, x.segment-1, x, pieces, done)
		}
	}
	if s.frame {
		w.bareEntries(pieces, 1<<31)
	}
	for k := range s.segments {
		if !done[k] {
			w.composed(entries, k, nil, pieces, done)
		}
	}
	w.endArr()
	w.end()
	return w.b
}

// segmentOf gives the segment that has the id of what an item became.
func (s *sentBefore) segmentOf(x *sentItem) (int, bool) {
	if x.named || len(x.Entries) == 0 {
		return x.segment - 1, x.segment > 0
	}
	if s.bySegment == nil { // it is rare that another has the name
		s.bySegment = make(map[string]int, len(s.segments))
		for i := range s.segments {
			s.bySegment[s.segments[i].id] = i
		}
	}
	k, ok := s.bySegment[x.Entries[0]]
	return k, ok
}

// bareEntries writes the Bundle entries without a resource that stood before the k-th entry.
func (w *writer) bareEntries(pieces *piecesOf, k int) {
	for len(pieces.bare) > 0 && entryIndex("Bundle."+pieces.bare[0].at) < k {
		if hasRequests(w.sent.bundle) || hasResponses(w.sent.bundle) { // bdl-5
			w.raw("", pieces.bare[0].data)
		} else {
			w.sent.placed[pieces.bare[0].i] = false
		}
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
			w.composed(entries, k, w.sent.byID[id], pieces, done)
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
	if isURI(x.fullURL()) {
		w.code("fullUrl", x.fullURL())
	}
	w.key("resource")
	text := x.Text
	if x.moved {
		text = w.sent.retold(x, text, x.id)
	} else {
		text = w.sent.retold(x, text, "")
	}
	w.put(text)
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
func (w *writer) composed(entries []byte, k int, x *sentItem, pieces *piecesOf, done []bool) {
	if done[k] {
		return
	}
	done[k] = true
	seg := &w.sent.segments[k]
	if x == nil || w.sent.typed && !w.hasContained(x) {
		at := len(w.b)
		w.comma()
		w.b = append(w.b, entries[seg.start:seg.end]...)
		w.askFor(at, entries[seg.from:seg.to])
		return
	}
	text := w.laidOver(entries[seg.from:seg.to], pieces.of(seg.id, ""))
	var ps []piece
	for _, c := range w.contained(x) { // what stood in it stands there again
		if j, ok := w.sent.segmentOf(c); ok && !done[j] {
			done[j] = true
			in := &w.sent.segments[j]
			part := w.laidOver(entries[in.from:in.to], pieces.of(in.id, ""))
			ps = append(ps, piece{at: c.Path[len(x.Path)+1:], data: string(part)})
		}
	}
	at := len(w.b)
	w.comma()
	w.b = append(w.b, entries[seg.start:seg.from]...)
	w.b = append(w.b, overlaid(text, ps)...)
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
			if x := &s.all[i]; x.Within != "" && len(x.Entries) > 0 && !x.again {
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
	var ps []piece
	for _, p := range pieces.beside[x.place()] {
		if allowsMember(w.sent.bundle, p.at) {
			ps = append(ps, p)
		} else {
			w.sent.placed[p.i] = false
		}
	}
	if len(ps) == 0 {
		return
	}
	if w.b[at] == ',' {
		at++
	}
	w.b = append(w.b[:at], overlaid(append([]byte(nil), w.b[at:]...), ps)...)
}

// typeAsSent gives the type of the source's Bundle, while what is left of it is
// one: a patient's part of a document or a message may not have what comes first
// in it (bdl-11, bdl-12), and is a collection then.
func (w *writer) typeAsSent(pieces *piecesOf) string {
	for _, p := range pieces.frame {
		if p.at != "type" || len(p.data) < 3 || !isCode(p.data[1:len(p.data)-1]) {
			continue
		}
		typ := p.data[1 : len(p.data)-1]
		if first := w.firstSent(); typ == "document" && first != "Composition" || typ == "message" && first != "MessageHeader" {
			break
		}
		return typ
	}
	return "collection"
}

// firstSent gives the type of the resource that goes out first.
func (w *writer) firstSent() string {
	s := w.sent
	for i := range s.all {
		x := &s.all[i]
		if x.Within == "" && (x.verbatim || len(x.Entries) == 0 || x.named) {
			return x.Type
		}
	}
	return ""
}

// hasRequests reports whether each entry of a Bundle of that type has a request, and answers whether it has a response (bdl-3, bdl-4).
func hasRequests(typ string) bool  { return typ == "batch" || typ == "transaction" || typ == "history" }
func hasResponses(typ string) bool { return strings.HasSuffix(typ, "-response") || typ == "history" }

// allowsMember reports whether an entry of a Bundle of that type may have the member that a way begins with (bdl-2 to bdl-4).
func allowsMember(typ, at string) bool {
	switch name, _, _ := strings.Cut(at, "."); name {
	case "search":
		return typ == "searchset"
	case "request":
		return hasRequests(typ)
	case "response":
		return hasResponses(typ)
	}
	return true
}

// askFor adds to the entry written at at, of a resource that did not come from the
// source, what a server is to do with it, where the Bundle is one that asks.
func (w *writer) askFor(at int, resource []byte) {
	if typ := w.sent.bundle; !w.sent.frame || typ != "batch" && typ != "transaction" {
		return
	}
	if w.b[at] == ',' {
		at++
	}
	put := `{"method":"PUT","url":"` + firstString(resource, "resourceType") + "/" + firstString(resource, "id") + `"}`
	w.b = append(w.b[:at], overlaid(append([]byte(nil), w.b[at:]...), []piece{{at: "request", data: put}})...)
}

// firstString gives the first string of that name in text that was written here.
func firstString(text []byte, name string) string {
	_, rest, _ := strings.Cut(string(text[:min(len(text), 256)]), `"`+name+`":"`)
	v, _, _ := strings.Cut(rest, `"`)
	return v
}

// frame writes what the source's Bundle said of itself.
func (w *writer) frame(pieces *piecesOf) {
	whole := true
	for i := range w.sent.all {
		x := &w.sent.all[i]
		whole = whole && (x.verbatim || x.Within != "" || len(x.Entries) == 0)
	}
	var ps, kept []piece
	for _, p := range pieces.frame {
		if p.at == "type" && p.data != `"`+w.sent.bundle+`"` || p.at == "total" && w.sent.bundle != "searchset" && w.sent.bundle != "history" { // bdl-1
			w.sent.placed[p.i] = false
			continue
		}
		ps = append(ps, p)
	}
	if !whole {
		// A count and a signature are of the Bundle as it was.
		for _, p := range ps {
			if p.at == "total" || strings.HasPrefix(p.at, "signature") {
				w.sent.placed[p.i] = false
				continue
			}
			kept = append(kept, p)
		}
		ps = kept
	}
	text := overlaid([]byte(`{"resourceType":"Bundle","type":"`+w.sent.bundle+`"}`), ps)
	w.b = append(w.b, text[1:len(text)-1]...)
}

// piece is a carried piece on its way to its place.
type piece struct {
	at     string
	data   string
	i      int       // its place in Record.Carried
	source int       // in Record.Sources
	way    []wayStep // where it has another now than at tells
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
		if c.Format != formatName || !ok || c.Kind != "value" && c.Kind != "resource" || c.Version != "" || c.Superseded && !w.sent.frame {
			continue
		}
		place := placeOf(k, c.Path)
		x := piece{at: c.At, data: c.Data, i: i, source: k}
		if w.sent.moved != nil && c.Kind == "value" {
			x.data = w.sent.retoldPiece(w.itemOf(&x), &x)
		}
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
