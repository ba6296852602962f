package tree

import (
	"bytes"
	"math/bits"
	"slices"
	"sync"
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

// Lines tells where the lines of a text end.
type Lines struct {
	text  []byte
	index *lineIndex
}

// IndexLines looks for the ends of the lines of a text that a document is being made of: see Doc.UseLines.
func IndexLines(text []byte) Lines { return Lines{text, indexLines(text)} }

// UseLines spares d looking for them, if it refers to the very bytes that were looked at, and not to what they were transcoded to.
func (d *Doc) UseLines(l Lines) {
	if d != nil && len(l.text) > 0 && len(l.text) == len(d.src) && &l.text[0] == &d.src[0] {
		d.lines.CompareAndSwap(nil, l.index)
	}
}

// A lineIndex knows how many lines end before every block, so that finding a position reads few blocks, and the index of a
// long document stays small.
type lineIndex struct {
	lines []uint32        // lines ended before each block
	lone  bool            // a CR by itself ends a line too
	chars func() []uint32 // characters before each block
}

const blockBytes = 1 << 10

func indexLines(src []byte) *lineIndex {
	ix := &lineIndex{lines: make([]uint32, len(src)/blockBytes+1), lone: hasLoneCR(src)}
	for i := 1; i < len(ix.lines); i++ {
		ix.lines[i] = ix.lines[i-1] + uint32(ix.ends(src, (i-1)*blockBytes, i*blockBytes))
	}
	ix.chars = sync.OnceValue(func() []uint32 {
		chars := make([]uint32, len(ix.lines))
		for i := 1; i < len(chars); i++ {
			chars[i] = chars[i-1] + uint32(countChars(src[(i-1)*blockBytes:i*blockBytes]))
		}
		return chars
	})
	return ix
}

// hasLoneCR tells whether there is a CR that LF does not follow: it ends a line by itself.
func hasLoneCR(src []byte) bool {
	for at := 0; ; {
		i := bytes.IndexByte(src[at:], '\r')
		if i < 0 {
			return false
		}
		if at += i + 1; at >= len(src) || src[at] != '\n' {
			return true
		}
	}
}

var newline = []byte{'\n'}

// ends counts the ends of lines from offset from to offset to.
func (ix *lineIndex) ends(src []byte, from, to int) int {
	n := bytes.Count(src[from:to], newline)
	for i := from; ix.lone && i < to; i++ {
		if loneCR(src, i) {
			n++
		}
	}
	return n
}

// endsTo counts the ends of lines from the beginning of a block to an offset in it.
func (ix *lineIndex) endsTo(src []byte, block, offset int) int {
	if block+1 < len(ix.lines) && ix.lines[block] == ix.lines[block+1] {
		return 0
	}
	return ix.ends(src, block*blockBytes, offset)
}

// lastEnd gives the offset past the last end of a line from offset from to offset to, -1 if there is none.
func (ix *lineIndex) lastEnd(src []byte, from, to int) int {
	for i := to - 1; i >= from; i-- {
		if src[i] == '\n' || ix.lone && loneCR(src, i) {
			return i + 1
		}
	}
	return -1
}

func loneCR(src []byte, i int) bool { return src[i] == '\r' && (i+1 == len(src) || src[i+1] != '\n') }

func (ix *lineIndex) position(src []byte, offset int) (line, col int) {
	offset = min(max(offset, 0), len(src))
	block := offset / blockBytes
	start, n := 0, ix.endsTo(src, block, offset)
	if n > 0 {
		start = ix.lastEnd(src, block*blockBytes, offset)
	} else if k, _ := slices.BinarySearch(ix.lines, ix.lines[block]); k > 0 {
		// The line begins in the block behind whose end the count of lines is what it is here.
		start = ix.lastEnd(src, (k-1)*blockBytes, k*blockBytes)
	}
	return int(ix.lines[block]) + n + 1, ix.charsTo(src, start, offset) + 1
}

// charsTo counts the characters from offset from to offset to.
func (ix *lineIndex) charsTo(src []byte, from, to int) int {
	if to-from <= 4*blockBytes {
		return countChars(src[from:to])
	}
	return ix.charsBefore(src, to) - ix.charsBefore(src, from)
}

// charsBefore counts the characters up to an offset.
func (ix *lineIndex) charsBefore(src []byte, offset int) int {
	block, chars := offset/blockBytes, ix.chars()
	start := block * blockBytes
	if n := int(chars[block]); block+1 < len(chars) && int(chars[block+1])-n == blockBytes {
		return n + offset - start // every byte of the block is a character
	}
	return int(chars[block]) + countChars(src[start:offset])
}

func (ix *lineIndex) line(src []byte, offset int) int {
	offset = min(max(offset, 0), len(src))
	block := offset / blockBytes
	return int(ix.lines[block]) + ix.endsTo(src, block, offset) + 1
}

// countChars counts bytes that begin a character.
func countChars(b []byte) int {
	n := 0
	for len(b) >= 64 {
		w, x, y, z := load(b)|load(b[8:]), load(b[16:])|load(b[24:]), load(b[32:])|load(b[40:]), load(b[48:])|load(b[56:])
		if (w|x|y|z)&highs != 0 {
			break
		}
		n, b = n+64, b[64:]
	}
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
	ix := lineIndex{lone: hasLoneCR(src)}
	start := max(ix.lastEnd(src, 0, offset), 0)
	return ix.ends(src, 0, offset) + 1, countChars(src[start:offset]) + 1
}
