package tree

import (
	"bytes"
	"math/bits"
)

// Position gives the line and column of a byte offset into the text, both 1-based; the column counts characters. A line ends
// with LF, CRLF or CR. An offset outside the text counts as its nearest end.
func (d *Doc) Position(offset int) (line, col int) {
	if d == nil {
		return 0, 0
	}
	return d.lineIndex().position(d.src, offset)
}

func (d *Doc) line(offset int) int { return d.lineIndex().line(d.src, offset) }

func (d *Doc) lineIndex() *lineIndex {
	ix := d.lines.Load()
	if ix == nil {
		ix = indexLines(d.src)
		d.lines.CompareAndSwap(nil, ix)
	}
	return ix
}

// A lineIndex knows lines and characters up to the start of every block, so that finding a position reads two blocks at
// most, and the index of a long document stays small.
type lineIndex struct {
	blocks []blockStart
	noCR   bool // no line ends with one
}

type blockStart struct {
	line  uint32 // lines ended before the block
	start uint32 // offset of the line the block begins in
	chars uint32 // characters before the block
}

const blockBytes = 1 << 10

func indexLines(src []byte) *lineIndex {
	ix := &lineIndex{blocks: make([]blockStart, 0, len(src)/blockBytes+1), noCR: bytes.IndexByte(src, '\r') < 0}
	var b blockStart
	for off := 0; ; off += blockBytes {
		ix.blocks = append(ix.blocks, b)
		if off+blockBytes > len(src) {
			return ix
		}
		ix.advance(&b, src, off, off+blockBytes)
	}
}

// advance moves b from offset from to offset to.
func (ix *lineIndex) advance(b *blockStart, src []byte, from, to int) {
	b.chars += uint32(countChars(src[from:to]))
	ix.advanceLines(b, src, from, to)
}

// advanceLines is advance without chars.
func (ix *lineIndex) advanceLines(b *blockStart, src []byte, from, to int) {
	if ix.noCR {
		b.advanceLF(src, from, to)
	} else {
		b.advanceLines(src, from, to)
	}
}

// advance moves b from offset from to offset to.
func (b *blockStart) advance(src []byte, from, to int) {
	b.chars += uint32(countChars(src[from:to]))
	b.advanceLines(src, from, to)
}

// advanceLines is advance without chars.
func (b *blockStart) advanceLines(src []byte, from, to int) {
	if hasLoneCR(src, from, to) {
		b.advanceEach(src, from, to)
		return
	}
	b.advanceLF(src, from, to)
}

// advanceLF is advanceLines where LF ends every line.
func (b *blockStart) advanceLF(src []byte, from, to int) {
	part := src[from:to]
	if n := bytes.Count(part, newline); n > 0 {
		b.line += uint32(n)
		b.start = uint32(from + bytes.LastIndexByte(part, '\n') + 1)
	}
}

var newline = []byte{'\n'}

// hasLoneCR tells whether there is a CR from offset from to offset to that LF does not follow: it ends a line by itself.
func hasLoneCR(src []byte, from, to int) bool {
	for at := from; ; {
		i := bytes.IndexByte(src[at:to], '\r')
		if i < 0 {
			return false
		}
		if at += i + 1; at >= len(src) || src[at] != '\n' {
			return true
		}
	}
}

// advanceEach moves line and start of b past each line end, of whatever kind.
func (b *blockStart) advanceEach(src []byte, from, to int) {
	for i, c := range src[from:to] {
		end := from + i + 1
		if c == '\n' || c == '\r' && (end >= len(src) || src[end] != '\n') {
			b.line++
			b.start = uint32(end)
		}
	}
}

func (ix *lineIndex) position(src []byte, offset int) (line, col int) {
	offset = min(max(offset, 0), len(src))
	b := ix.blocks[offset/blockBytes]
	ix.advance(&b, src, offset/blockBytes*blockBytes, offset)
	s := ix.blocks[b.start/blockBytes]
	s.chars += uint32(countChars(src[b.start/blockBytes*blockBytes : b.start]))
	return int(b.line) + 1, int(b.chars-s.chars) + 1
}

func (ix *lineIndex) line(src []byte, offset int) int {
	offset = min(max(offset, 0), len(src))
	b := ix.blocks[offset/blockBytes]
	ix.advanceLines(&b, src, offset/blockBytes*blockBytes, offset)
	return int(b.line) + 1
}

// countChars counts bytes that begin a character.
func countChars(b []byte) int {
	n := 0
	for len(b) >= 32 {
		w, x, y, z := load(b), load(b[8:]), load(b[16:]), load(b[24:])
		if n += 32; (w|x|y|z)&highs == 0 {
			b = b[32:]
			continue
		}
		n -= bits.OnesCount64(w&^(w<<1)&highs) + bits.OnesCount64(x&^(x<<1)&highs) +
			bits.OnesCount64(y&^(y<<1)&highs) + bits.OnesCount64(z&^(z<<1)&highs)
		b = b[32:]
	}
	for len(b) >= 8 {
		// A byte that begins no character has 1 and 0 in its two highest bits.
		w := load(b)
		n += 8 - bits.OnesCount64(w&^(w<<1)&highs)
		b = b[8:]
	}
	for _, c := range b {
		if c&0xc0 != 0x80 {
			n++
		}
	}
	return n
}

// position finds line and column without an index.
func position(src []byte, offset int) (line, col int) {
	offset = min(max(offset, 0), len(src))
	var b blockStart
	b.advance(src, 0, offset)
	return int(b.line) + 1, countChars(src[b.start:offset]) + 1
}
