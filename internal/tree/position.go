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
	ix := d.lines.Load()
	if ix == nil {
		ix = indexLines(d.src)
		d.lines.CompareAndSwap(nil, ix)
	}
	return ix.position(d.src, offset)
}

// A lineIndex knows lines and characters up to the start of every block, so that finding a position reads two blocks at
// most, and the index of a long document stays small.
type lineIndex struct {
	blocks []blockStart
}

type blockStart struct {
	line  uint32 // lines ended before the block
	start uint32 // offset of the line the block begins in
	chars uint32 // characters before the block
}

const blockBytes = 1 << 10

func indexLines(src []byte) *lineIndex {
	ix := &lineIndex{blocks: make([]blockStart, 0, len(src)/blockBytes+1)}
	var b blockStart
	for off := 0; ; off += blockBytes {
		ix.blocks = append(ix.blocks, b)
		if off+blockBytes > len(src) {
			return ix
		}
		b.advance(src, off, off+blockBytes)
	}
}

// advance moves b from offset from to offset to.
func (b *blockStart) advance(src []byte, from, to int) {
	part := src[from:to]
	b.chars += uint32(countChars(part))
	for len(part) > 0 {
		i := bytes.IndexByte(part, '\n')
		run := part
		if i >= 0 {
			run = part[:i]
		}
		at := to - len(part)
		for {
			// A CR is a line end of its own unless LF follows.
			j := bytes.IndexByte(run, '\r')
			if j < 0 {
				break
			}
			end := at + j + 1
			if end >= len(src) || src[end] != '\n' {
				b.line++
				b.start = uint32(end)
			}
			at, run = end, run[j+1:]
		}
		if i < 0 {
			return
		}
		part = part[i+1:]
		b.line++
		b.start = uint32(to - len(part))
	}
}

func (ix *lineIndex) position(src []byte, offset int) (line, col int) {
	offset = min(max(offset, 0), len(src))
	b := ix.blocks[offset/blockBytes]
	b.advance(src, offset/blockBytes*blockBytes, offset)
	s := ix.blocks[b.start/blockBytes]
	s.chars += uint32(countChars(src[b.start/blockBytes*blockBytes : b.start]))
	return int(b.line) + 1, int(b.chars-s.chars) + 1
}

// countChars counts bytes that begin a character.
func countChars(b []byte) int {
	n := 0
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
