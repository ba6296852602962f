package hl7v2

import (
	"bytes"
	"slices"
	"sync/atomic"
)

// index says where the parts of one message lie. It does not change once it is made, except by reading another message into it.
//
// A mark is a delimiter: its offset, its kind, and whether an escape stands in the piece before it. Pieces are numbered by
// the marks that end them: piece k lies between mark k−1 and mark k, and is the smallest thing that a message holds.
type index struct {
	data   []byte // what offsets count in: the input, or its text as UTF-8 where it came as UTF-16 or UTF-32
	source []byte // the input, where data is not it
	from   int    // where the header begins
	to     int    // where the last segment ends

	encodingEnd int  // where the header's second field ends
	headless    bool // the first segment is no header: data begins where encodingEnd says

	delims Delimiters
	limits Limits
	term   string // what ends the header
	lf     uint8  // what a line feed is
	text   charset
	wide   *wideForm // how source is written
	option string    // Options.Charset

	marks  []uint32
	fields []uint32 // the marks that end fields, segment by segment; the first of a segment ends its name
	segs   []segment

	places atomic.Pointer[[]int32] // see occurrence
	hidden map[int64]bool          // fields that an import does not read: see hide

	kinds *kinds // what bytes are by delims
}

// segment is where a segment begins, in bytes, in marks and in fields.
type segment struct {
	start, mark, field uint32
	id                 uint32 // its name, 0 where it has none
}

const (
	chunkBytes = 248 // so that a place in a chunk, and how many there are, fit a byte
	posShift   = 4
	kindMask   = 7
	escFlag    = 8
)

// What a line feed is.
const (
	lfUnknown = iota
	lfData    // the header ends with a carriage return, and a line feed is data
	lfMixed   // the header ends with a carriage return, but every other line feed stands before a segment: it ends one too
	lfEnds    // the header ends with a line feed: it ends segments, unless the next line is none
)

// read makes the index of one message.
func (x *index) read(input []byte) *Error {
	x.source, x.wide = nil, nil
	x.places.Store(nil)
	if len(input) > x.limits.Bytes {
		return faultMaxBytes.at(0, "", 0, 0)
	}
	if f := wideFormOf(input); f != nil {
		text, bad := f.text(input, x.limits.Bytes)
		if bad != nil {
			return bad.at(0, "", 0, 0)
		}
		x.source, x.wide, input = input, f, text
	}
	return x.readText(input)
}

func (x *index) readText(data []byte) *Error {
	x.data = data
	x.from, x.to = trim(data)
	if e := x.header(); e != nil {
		return e
	}
	e := x.scan(data)
	if e != nil {
		return e
	}
	// The character set stands in the header, and a few sets have bytes that only look like delimiters.
	if masked := x.findCharset(); masked != nil {
		if e = x.scan(masked); e != nil {
			return e
		}
	}
	return x.checkRepetitions()
}

// trim gives where a message begins and ends in an input: without byte-order marks, the bytes of MLLP frames and blank lines.
func trim(data []byte) (from, to int) {
	to = len(data)
	for from < to {
		switch c := data[from]; {
		case c == 0x0b || c == '\r' || c == '\n' || c == ' ' || c == '\t':
			from++
		case c == 0xef && to-from >= 3 && data[from+1] == 0xbb && data[from+2] == 0xbf:
			from += 3
		default:
			goto end
		}
	}
end:
	for i := to; i > from; i-- {
		switch data[i-1] {
		case '\r', '\n':
		case 0x1c, 0x0b, 0x1a, 0:
			to = i - 1
		default:
			return from, to
		}
	}
	return from, to
}

// header reads the delimiters and decides what ends segments.
func (x *index) header() *Error {
	b := x.data[x.from:x.to]
	switch {
	case len(b) == 0:
		return faultEmpty.at(0, "", 0, x.from)
	case len(b) >= 4 && (string(b[:3]) == "FHS" || string(b[:3]) == "BHS") && mayDelimit(b[3]):
		return faultBatch.at(1, string(b[:3]), 0, x.from)
	case !bytes.HasPrefix(b, []byte("MSH")):
		return faultNoHeader.at(0, "", 0, x.from)
	}
	return x.delimiters()
}

// delimiters reads the first two fields of the header at from, whichever it is.
func (x *index) delimiters() *Error {
	b := x.data[x.from:x.to]
	d, end, bad := readDelimiters(b)
	if bad != nil {
		field := 1
		if bad == &faultEncoding {
			field = 2
		}
		return bad.at(1, string(b[:3]), field, x.from+len("MSH"))
	}
	x.delims, x.encodingEnd = d, x.from+end
	x.term, x.lf = "\r", lfUnknown
	if i := lineEnd(b[end:]); i >= 0 {
		switch rest := b[end+i:]; {
		case rest[0] == '\n':
			x.term, x.lf = "\n", lfEnds
		case len(rest) > 1 && rest[1] == '\n':
			x.term = "\r\n"
		}
	}
	return nil
}

// lineEnd gives where a line ends; -1 where no line does.
func lineEnd(b []byte) int {
	const window = 256 // no byte is looked for far beyond the other
	for at := 0; at < len(b); at += window {
		part := b[at:min(at+window, len(b))]
		cr := bytes.IndexByte(part, '\r')
		if cr >= 0 {
			part = part[:cr]
		}
		if lf := bytes.IndexByte(part, '\n'); lf >= 0 {
			return at + lf
		}
		if cr >= 0 {
			return at + cr
		}
	}
	return -1
}

// segmentOf gives the number (from 0) of the segment that an offset lies in.
func (x *index) segmentOf(offset int) int {
	i, _ := slices.BinarySearchFunc(x.segs, offset+1, func(s segment, at int) int { return int(s.start) - at })
	return max(i-1, 0)
}

// nameOf gives the name of a segment for an error: only one that HL7 defines, or that of a Z segment.
func (x *index) nameOf(i int) string {
	if i < 0 || i >= len(x.segs) {
		return ""
	}
	return safeName(x.segs[i].id)
}

// lastMark gives the mark that ends segment i.
func (x *index) lastMark(i int) int {
	if i+1 < len(x.segs) {
		return int(x.segs[i+1].mark) - 1
	}
	return len(x.marks) - 1
}

// begin gives where piece k begins.
func (x *index) begin(k int) int {
	if k == 0 {
		return x.from
	}
	w := x.marks[k-1]
	at := int(w>>posShift) + 1
	if w&kindMask == endSegment {
		for at < x.to && (x.data[at] == '\r' || x.data[at] == '\n') {
			at++
		}
	}
	return at
}

// bytesOf gives what pieces i to j hold, with the delimiters between them.
func (x *index) bytesOf(i, j int) []byte {
	from, to := x.begin(i), int(x.marks[j]>>posShift)
	if from > to {
		// MSH-1 is the separator itself, so that the marks before and behind it are the same.
		return x.data[to:from:from]
	}
	return x.data[from:to:to]
}

// holds says whether piece k holds anything: whether its bytes are any.
func (x *index) holds(k int) bool {
	if k > 0 {
		if w := x.marks[k-1]; w&kindMask != endSegment {
			return x.marks[k]>>posShift != w>>posShift+1
		}
	}
	return len(x.bytesOf(k, k)) > 0
}
