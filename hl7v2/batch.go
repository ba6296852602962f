package hl7v2

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"strconv"

	"github.com/portage-health/portage/record"
)

// ItemKind says what an item of a batch is.
type ItemKind uint8

// The kinds of items.
const (
	ItemMessage      ItemKind = iota
	ItemFileHeader            // FHS
	ItemBatchHeader           // BHS
	ItemBatchTrailer          // BTS
	ItemFileTrailer           // FTS
	ItemStray                 // lines that belong to nothing
)

func (k ItemKind) String() string {
	return [...]string{"message", "file-header", "batch-header", "batch-trailer", "file-trailer", "stray"}[k%6]
}

// Item is one part of a file of messages (chapter 2, 2.10.3). The items of a file, one after the other, are the file, to the byte.
type Item struct {
	Kind   ItemKind
	Bytes  []byte
	Offset int64 // of Bytes in the file
	// Message is the message, or the header or trailer as a message of one segment. It is nil where Err is not.
	Message *Message
	// Err says why it could not be read; the items after it are good all the same.
	Err error
	// Issues tell of counts that do not hold, and of headers and trailers that are missing. Their line is the number of the item in the file.
	Issues []record.Issue
}

// Batch reads the messages of a file one by one: any number of batches (BHS … BTS), in files (FHS … FTS) or not, or just one message
// after another, framed or not. Nothing is copied: the items point into data.
func Batch(data []byte, o Options) iter.Seq[Item] {
	return batch{o: o}.items(data)
}

// items is Batch. b is not changed.
func (b batch) items(data []byte) iter.Seq[Item] {
	return func(yield func(Item) bool) {
		b, o := b, b.o
		b.limit = o.Limits.filled().Messages
		if f := wideFormOf(data); f != nil { // several messages of UTF-16 are one after another in its text
			text, bad := f.text(data, o.Limits.filled().Bytes)
			if bad != nil {
				yield(Item{Kind: ItemStray, Bytes: data, Err: bad.at(0, "", 0, 0)})
				return
			}
			if n, _, _ := cut(text, true); n == len(text) {
				m, err := Parse(data, o)
				yield(Item{Kind: ItemMessage, Bytes: data, Message: m, Err: err})
				return
			}
			data = text
		}
		for len(data) > 0 {
			n, from, _ := cut(data, true)
			if !yield(b.item(data[:n:n], from)) || b.full {
				return
			}
			data = data[n:]
		}
		if b.open() {
			yield(b.end())
		}
	}
}

// BatchReader is Batch for a stream: it holds one message at a time. It is for one goroutine.
type BatchReader struct {
	r    *bufio.Reader
	b    batch
	buf  []byte
	size int
	eof  bool
	done bool
}

// NewBatchReader reads the messages of a stream in UTF-8 or a character set of bytes.
func NewBatchReader(r io.Reader, o Options) *BatchReader {
	l := o.Limits.filled()
	return &BatchReader{r: bufio.NewReaderSize(r, 64<<10), b: batch{o: o, limit: l.Messages}, size: l.Bytes}
}

// Next gives the next item. Its bytes are its own. At the end of the stream the error is io.EOF; any other error ends the stream too.
func (b *BatchReader) Next() (Item, error) {
	for {
		if len(b.buf) > 0 {
			if n, from, ok := cut(b.buf, b.eof); ok {
				item := b.b.item(bytes.Clone(b.buf[:n]), from)
				b.buf = b.buf[n:]
				return item, nil
			}
		}
		if b.eof {
			if !b.done && b.b.open() {
				b.done = true
				return b.b.end(), nil
			}
			return Item{}, io.EOF
		}
		if len(b.buf) > b.size {
			b.eof, b.buf = true, nil
			return Item{}, faultMaxBytes.at(0, "", 0, int(b.b.offset))
		}
		// The place where the next item begins is looked for again each time more was read: read twice as much each time.
		want := max(64<<10, len(b.buf))
		at := len(b.buf)
		b.buf = append(b.buf, make([]byte, want)...)
		n, err := io.ReadAtLeast(b.r, b.buf[at:], 1)
		b.buf = b.buf[:at+n]
		switch {
		case errors.Is(err, io.EOF):
			b.eof = true
		case err != nil:
			b.eof, b.buf = true, nil
			return Item{}, fmt.Errorf("hl7v2: reading a batch: %w", err)
		}
	}
}

// cut gives how many bytes of b, which begins with an item, belong to it, and where in it its first segment begins. ok is false
// where more must be read to know.
func cut(b []byte, eof bool) (n, from int, ok bool) {
	from, _ = trim(b)
	if kindAt(b[from:]) == ItemStray {
		if from+4 > len(b) && !eof {
			return 0, 0, false
		}
	}
	for i := from; ; {
		j := lineEnd(b[i:])
		if j < 0 {
			return len(b), from, eof
		}
		i += j
		for i < len(b) && isBetween(b[i:]) > 0 {
			i += isBetween(b[i:])
		}
		if i+7 > len(b) && !eof {
			return 0, 0, false
		}
		if i >= len(b) {
			return len(b), from, true
		}
		if k := kindAt(b[i:]); k != ItemStray {
			return i, from, true
		}
	}
}

// isBetween is how many bytes may stand between items here: line ends, those of frames, and byte-order marks of joined files.
func isBetween(b []byte) int {
	switch {
	case b[0] == '\r', b[0] == '\n', b[0] == frameStart, b[0] == frameEnd, b[0] == 0x1a:
		return 1
	case len(b) >= 3 && b[0] == 0xef && b[1] == 0xbb && b[2] == 0xbf:
		return 3
	}
	return 0
}

// kindAt gives what begins here; ItemStray for nothing.
func kindAt(b []byte) ItemKind {
	if len(b) < 3 {
		return ItemStray
	}
	separated := len(b) > 3 && mayDelimit(b[3])
	ended := len(b) == 3 || b[3] == '\r' || b[3] == '\n'
	switch name := string(b[:3]); {
	case name == "MSH" && separated:
		return ItemMessage
	case name == "FHS" && separated:
		return ItemFileHeader
	case name == "BHS" && separated:
		return ItemBatchHeader
	case name == "BTS" && (separated || ended):
		return ItemBatchTrailer
	case name == "FTS" && (separated || ended):
		return ItemFileTrailer
	}
	return ItemStray
}

// batch counts.
type batch struct {
	o      Options
	limit  int
	offset int64
	place  int // of the item in the file
	full   bool

	inFile, inBatch bool
	messages        int // of the open batch
	batches         int // of the open file
	total           int
	delims          Delimiters // of the last header

	index func() *index // gives an index to read a message into; nil for a new one
}

func (b *batch) open() bool { return b.inFile || b.inBatch }

func (b *batch) issue(it *Item, k record.IssueKind, path string) {
	it.Issues = append(it.Issues, k.At(path, b.place, 0))
}

// end tells what is missing at the end of the input.
func (b *batch) end() Item {
	it := Item{Kind: ItemStray, Offset: b.offset}
	b.place++
	if b.inBatch {
		b.issue(&it, record.IssueBatchIncomplete, "BTS")
	}
	if b.inFile {
		b.issue(&it, record.IssueBatchIncomplete, "FTS")
	}
	return it
}

func (b *batch) item(data []byte, from int) Item {
	it := Item{Kind: kindAt(data[from:]), Bytes: data, Offset: b.offset}
	b.offset += int64(len(data))
	b.place++
	switch it.Kind {
	case ItemMessage:
		b.messages++
		if b.total++; b.total > b.limit {
			b.full = true
			it.Err = faultMaxMessages.at(0, "", 0, 0)
			return it
		}
		m := &Message{}
		if b.index != nil {
			m.x = b.index()
		}
		if it.Err = m.Read(data, b.o); it.Err == nil {
			it.Message = m
			b.delims = it.Message.Delimiters()
		}
		return it
	case ItemStray:
		if _, to := trim(data); to > from {
			it.Err = faultNoHeader.at(0, "", 0, from)
		}
		return it
	}
	it.Message, it.Err = b.parse(data, it.Kind)
	switch it.Kind {
	case ItemFileHeader:
		if b.inFile {
			b.issue(&it, record.IssueBatchIncomplete, "FTS")
		}
		b.inFile, b.inBatch, b.batches, b.messages = true, false, 0, 0
	case ItemBatchHeader:
		if b.inBatch {
			b.issue(&it, record.IssueBatchIncomplete, "BTS")
		}
		b.inBatch, b.messages = true, 0
		b.batches++
	case ItemBatchTrailer:
		if !b.inBatch {
			b.issue(&it, record.IssueBatchIncomplete, "BHS")
		}
		b.check(&it, "BTS-1", b.messages)
		b.inBatch, b.messages = false, 0
	case ItemFileTrailer:
		if !b.inFile {
			b.issue(&it, record.IssueBatchIncomplete, "FHS")
		}
		if b.inBatch {
			b.issue(&it, record.IssueBatchIncomplete, "BTS")
		}
		b.check(&it, "FTS-1", b.batches)
		b.inFile, b.inBatch = false, false
	}
	return it
}

// check compares a count that a trailer gives.
func (b *batch) check(it *Item, path string, n int) {
	if it.Message == nil {
		return
	}
	f := it.Message.SegmentAt(0).Field(1)
	if !f.Valued() {
		return
	}
	if got, err := strconv.Atoi(f.String()); err != nil || got != n {
		b.issue(it, record.IssueBatchCount, path)
	}
}

// parse reads a header or a trailer as a message of one segment. A trailer has the delimiters of what came before it.
func (b *batch) parse(data []byte, kind ItemKind) (*Message, error) {
	x := &index{limits: b.o.Limits.filled(), option: b.o.Charset, data: data}
	if len(data) > x.limits.Bytes {
		return nil, faultMaxBytes.at(0, "", 0, 0)
	}
	x.from, x.to = trim(data)
	if kind == ItemFileHeader || kind == ItemBatchHeader {
		if e := x.delimiters(); e != nil {
			return nil, e
		}
		b.delims = x.delims
	} else {
		if b.delims == (Delimiters{}) {
			b.delims = StandardDelimiters()
		}
		x.delims, x.term = b.delims, "\r"
		x.headless, x.encodingEnd = true, x.from
		if at := x.from + 3; at < x.to && mayDelimit(data[at]) {
			x.delims.Field = data[at]
		}
	}
	if e := x.scan(data); e != nil {
		return nil, e
	}
	x.findCharset()
	return &Message{x}, nil
}
