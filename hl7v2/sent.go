package hl7v2

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/portage-health/portage/record"
)

// keepSent keeps each message as it was sent, with a hash of what the record says of it: while it says the same, the
// message goes out as it came.
func (r *reader) keepSent() {
	mine := map[*message]int{}
	for _, p := range r.parts {
		mine[p.message]++
	}
	told := r.toldBy()
	for i, p := range r.parts {
		it := record.Item{Type: p.itemType(), ID: p.m.ControlID(), Path: itemPath(p.at)}
		switch {
		case !p.m.SegmentAt(0).Is("MSH") || p.header == "":
			continue
		case mine[p.message] == p.parts: // the message tells of no other patient
			if !p.first {
				continue
			}
			if utf8.Valid(p.data) {
				it.Text = view(p.data)
			} else {
				it.Text = asText(p.data)
			}
		case p.aboutSeveral():
			continue
		default: // of a message about several patients, this one's part
			it.Text = p.text()
		}
		if it.Entries = told[p.source.ID]; it.Text != "" {
			r.rec.Sources[i].Items = []record.Item{it}
		}
	}
	r.rec.StateItems()
}

// itemPath names a part of an input by its place.
func itemPath(n int) string { return "item[" + itoa(n) + "]" }

// itemPlace reads what itemPath wrote; 0 where it is none.
func itemPlace(path string) int {
	n, _ := strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(path, "item["), "]"))
	return n
}

// keepAround keeps the headers and trailers of an input whose messages all tell of the record's patient.
func (f *file) keepAround(r *reader) {
	own := r.rec.Sources[len(r.rec.Sources)-len(f.around):]
	for i, m := range f.around {
		own[i].Items = []record.Item{{Type: m.m.SegmentAt(0).Name(), Path: itemPath(m.at), Text: asText(m.data)}}
	}
}

// toldBy gives the ids of the entries that each source tells of, by the source's id: those that name it as an origin, those of people
// and the like whom it only mentions, and those that have what is left of its segments.
func (r *reader) toldBy() map[string][]string {
	if len(r.parts) == 1 && len(r.rec.Sources) == 1 { // all is of one source
		ids := make([]string, 0, len(r.rec.Results)+len(r.rec.Organizations)+16)
		for _, e := range r.rec.Entries() {
			if n := len(ids); len(e.Origins) > 0 && (n == 0 || ids[n-1] != e.ID) {
				ids = append(ids, e.ID)
			}
		}
		return map[string][]string{r.rec.Sources[0].ID: ids}
	}
	out := make(map[string][]string, len(r.parts))
	last := make(map[string]string, len(r.parts))
	add := func(source, id string) {
		if last[source] != id {
			last[source] = id
			out[source] = append(out[source], id)
		}
	}
	more := map[string][]string{} // sources by the ids of what they tell of besides
	if len(r.parts) > 1 {
		for _, p := range r.parts {
			for _, id := range p.told {
				more[id] = append(more[id], p.source.ID)
			}
			for _, id := range p.owners {
				if id != "" {
					more[id] = append(more[id], p.source.ID)
				}
			}
		}
	}
	for _, e := range r.rec.Entries() {
		for _, o := range e.Origins {
			add(o.Source, e.ID)
		}
		for _, source := range more[e.ID] {
			add(source, e.ID)
		}
	}
	return out
}

// itemType names the type of a message as HL7 does: ADT_A01.
func (p *part) itemType() string {
	if p.event == "" {
		return p.kind
	}
	return p.kind + "_" + p.event
}

// aboutSeveral reports whether the event means nothing without the other patients: to be linked, unlinked, swapped.
func (p *part) aboutSeveral() bool {
	return p.kind == "ADT" && slices.Contains([]string{"A17", "A24", "A37"}, p.event)
}

// text joins the segments of a part; "" where they are no UTF-8.
func (p *part) text() string {
	var b []byte
	for _, s := range p.segs {
		b = append(append(b, s.Raw()...), '\r')
	}
	if !utf8.Valid(b) {
		return ""
	}
	return string(b)
}

// sentBytes gives the bytes of a message that an item keeps. One that is no UTF-8 is kept with each byte as a character:
// the digest of the source tells.
func sentBytes(src *record.Source, it *record.Item) []byte {
	digest := func(b []byte) string {
		d := sha256.Sum256(b)
		return hex.EncodeToString(d[:])
	}
	b := []byte(it.Text)
	if isASCII(b) || digest(b) == src.SHA256 {
		return b
	}
	var narrow []byte
	for _, c := range it.Text {
		if c > 0xff {
			return b
		}
		narrow = append(narrow, byte(c))
	}
	if digest(narrow) == src.SHA256 {
		return narrow
	}
	return b
}

// unframed takes the bytes of a frame, byte-order marks and blank lines off a message.
func unframed(b []byte) []byte {
	b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
	return bytes.Trim(b, "\x0b\x1c\r\n\t ")
}
