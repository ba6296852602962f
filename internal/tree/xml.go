package tree

import (
	"slices"
	"unsafe"
)

// XMLOptions govern the reading of XML. The zero value is right for most uses.
type XMLOptions struct {
	Limits
	// WellKnown gives namespaces by prefix. A prefix that is used without declaration is bound from it, with a Repair; any
	// other undeclared prefix is an error.
	WellKnown map[string]string
	// SpaceIn is the local name of the elements within which every text counts. Where it is not empty, texts of nothing but
	// white space are left out everywhere else, if an element stands beside them and no text with more in it before them.
	SpaceIn string
}

// ParseXML reads an XML document. Errors are *SyntaxError or *LimitError. The document refers to data, which must not be
// changed as long as the document is in use.
func ParseXML(data []byte, o XMLOptions) (*Doc, error) {
	p := xmlParsers.Take()
	d := new(Doc)
	err := p.read(data, o)
	if err == nil {
		p.arena.hand(d)
		p.fill(d)
		d.names, d.spaces, d.prefixes = slices.Clone(d.names), slices.Clone(d.spaces), slices.Clone(d.prefixes)
	}
	p.release()
	xmlParsers.Put(p, len(p.block) <= stayNodes)
	if err != nil {
		return nil, err
	}
	return d, nil
}

// CheckXML reports what makes a text no XML document, as ParseXML does, and keeps nothing of it.
func CheckXML(text string, o XMLOptions) error {
	p := xmlParsers.Take()
	err := p.read(unsafe.Slice(unsafe.StringData(text), len(text)), o) // which only reads
	p.release()
	xmlParsers.Put(p, len(p.block) <= stayNodes)
	return err
}

type xmlParser struct {
	spaceTable
	arena
	data     []byte
	encoding string
	limits   Limits
	known    map[string]string
	spaceIn  string
	spaced   uint32 // flagSpaced where white space was left out just now
	tab      table
	stack    []openTag
	prefixed []prefixedAttr
	stamps   stamps
	buf      []byte
	repairs  []Repair
	repaired []binding
	rooted   bool // the root element has begun
	err      error
}

type openTag struct {
	node          uint32
	name, nameLen uint32 // offset and length
	undo          uint32

	all  bool // every text in it counts
	ink  bool // a text that is not blank was met
	kids bool // an element was met
}

type prefixedAttr struct{ node, raw uint32 }

// read reads data.
func (p *xmlParser) read(data []byte, o XMLOptions) error {
	limits := o.Limits.filled()
	if len(data) > limits.MaxBytes {
		return &LimitError{Limit: LimitBytes, Max: limits.MaxBytes}
	}
	text, encoding, mislabelled, err := decodeXML(data, &limits)
	if err != nil {
		return err
	}
	p.spaceTable.reset()
	p.tab.reset(text)
	p.data, p.encoding, p.limits, p.known, p.spaceIn = text, encoding, limits, o.WellKnown, o.SpaceIn
	p.stack, p.repairs, p.repaired = p.stack[:0], nil, nil
	p.rooted, p.spaced, p.err = false, 0, nil
	p.arena.reset(uint32(limits.MaxNodes), limits.MaxMemory)
	if mislabelled {
		p.repairs = append(p.repairs, Repair{RepairEncoding, 0})
	}
	if !p.run() {
		return p.err
	}
	return nil
}

// fill makes d the document that was read, but for its nodes. What it holds is shared with p.
func (p *xmlParser) fill(d *Doc) {
	d.src, d.text, d.encoding = p.data, view(p.data), p.encoding
	d.names, d.spaces, d.prefixes, d.side = p.names, p.spaces, p.prefixes, ""
	d.repairs, d.repaired = p.repairs, p.repaired
	d.lines.Store(nil)
	d.hints, d.members = nil, nil
}

// release gives up what a document holds, and whatever is a part of the input.
func (p *xmlParser) release() {
	const keep = 1 << 12
	p.arena.trim()
	if len(p.expanded) > keep || len(p.spaceIDs) > keep {
		p.spaceTable = spaceTable{}
	}
	clear(p.spaces)
	clear(p.prefixes)
	clear(p.expanded)
	clear(p.spaceIDs)
	clear(p.prefixIDs)
	p.tab.reset(nil)
	if cap(p.buf) > keep {
		p.buf = nil
	}
	clear(p.buf[:cap(p.buf)])
	p.data, p.known, p.repairs, p.repaired, p.err = nil, nil, nil, nil, nil
}

func (p *xmlParser) fail(f *fault, off int) bool {
	line, col := position(p.data, off)
	p.err = &SyntaxError{Code: f.code, Msg: f.msg, Line: line, Column: col, Offset: int64(off)}
	return false
}

func (p *xmlParser) exceed(limit string, most int, off int) bool {
	line, col := position(p.data, off)
	p.err = &LimitError{Limit: limit, Max: most, Line: line, Column: col, Offset: int64(off)}
	return false
}

// full reports that the arena takes no more nodes.
func (p *xmlParser) full(off int) bool {
	if p.spent {
		return p.exceed(LimitMemory, p.limits.MaxMemory, off)
	}
	return p.exceed(LimitNodes, p.limits.MaxNodes, off)
}

// A run of text goes on across comments, processing instructions and CDATA sections.
type textRun struct {
	open   bool
	meta   uint32
	off    int // where it begins
	from   int // the value as written
	to     int
	bounds int // where it ends, behind the end of a CDATA section
}

// piece adds a piece of text. The piece is from start to end; its characters are from a to b.
func (t *textRun) piece(start, a, b, end int, meta uint32) {
	if t.open {
		// The value is no longer one part of the source.
		t.meta = (t.meta|meta|flagCoded)&^flagBlank | t.meta&meta&flagBlank
		t.from, t.to, t.bounds = t.off, end, end
		return
	}
	t.open, t.meta, t.off, t.from, t.to, t.bounds = true, meta, start, a, b, end
	if meta&flagCoded != 0 {
		t.from, t.to = start, end
	}
}

// text adds the text that has come to its end at the end of its element, or before an element.
func (p *xmlParser) text(t *textRun, parent uint32, atEnd bool) bool {
	t.open = false
	if t.to-t.from > p.limits.MaxTextBytes {
		return p.exceed(LimitTextBytes, p.limits.MaxTextBytes, t.off)
	}
	switch in := &p.stack[len(p.stack)-1]; {
	case t.meta&flagBlank == 0:
		in.ink = true
	case !in.all && !in.ink && (in.kids || !atEnd):
		if !atEnd {
			p.spaced = flagSpaced
		}
		return true
	}
	if _, ok := p.add(uint32(Text)|t.meta, uint32(t.off), parent, uint32(t.from), uint32(t.to-t.from)); !ok {
		return p.full(t.off)
	}
	return true
}

// run reads the whole document.
func (p *xmlParser) run() bool {
	data := p.data
	i := p.declaration()
	if i < 0 {
		return false
	}
	parent := uint32(noParent)
	var t textRun
	for i < len(data) {
		if data[i] != '<' {
			if parent == noParent {
				if !isSpace(data[i]) {
					return p.outside(i)
				}
				i++
				continue
			}
			j, meta := p.scanText(i)
			if j < 0 {
				return false
			}
			t.piece(i, i, j, j, meta)
			i = j
			continue
		}
		if i+1 >= len(data) {
			return p.fail(errEOF, i)
		}
		switch data[i+1] {
		case '/':
			if t.open && !p.text(&t, parent, true) {
				return false
			}
			if parent == noParent {
				return p.fail(errStrayEnd, i)
			}
			top := len(p.stack) - 1
			tag := &p.stack[top]
			j := i + 2 + int(tag.nameLen)
			if j >= len(data) || string(data[i+2:j]) != string(data[tag.name:tag.name+tag.nameLen]) {
				return p.badEnd(i)
			}
			for j < len(data) && isSpace(data[j]) {
				j++
			}
			if j >= len(data) || data[j] != '>' {
				return p.badEnd(i)
			}
			i = j + 1
			e := p.at(tag.node)
			e.a, e.b = p.next(), uint32(i)
			if len(p.undo) > int(tag.undo) {
				p.leave(int(tag.undo))
			}
			p.stack = p.stack[:top]
			if parent = noParent; top > 0 {
				parent = p.stack[top-1].node
			}
		case '!', '?':
			if i = p.special(i, &t); i < 0 {
				return false
			}
		default:
			if parent == noParent && p.rooted {
				return p.fail(errTwoRoots, i)
			}
			p.rooted = true
			if t.open && !p.text(&t, parent, false) {
				return false
			}
			if i = p.startTag(i, parent); i < 0 {
				return false
			}
			if len(p.stack) > 0 {
				parent = p.stack[len(p.stack)-1].node
			}
		}
	}
	if parent != noParent {
		return p.fail(errEOF, len(data))
	}
	if !p.rooted {
		return p.fail(errNoRoot, len(data))
	}
	return true
}

// outside tells why the byte at i cannot stand outside the root element.
func (p *xmlParser) outside(i int) bool {
	if at, f := validChars(p.data[i:min(len(p.data), i+4)]); f != nil && at == 0 {
		return p.fail(f, i)
	}
	return p.fail(errOutside, i)
}

// badEnd tells why the end tag at i does not fit.
func (p *xmlParser) badEnd(i int) bool {
	j := i + 2
	for j < len(p.data) && nameByte[p.data[j]] {
		j++
	}
	tag := p.stack[len(p.stack)-1]
	same := string(p.data[i+2:j]) == string(p.data[tag.name:tag.name+tag.nameLen])
	for j < len(p.data) && isSpace(p.data[j]) {
		j++
	}
	switch {
	case j >= len(p.data):
		return p.fail(errEOF, len(p.data))
	case same || j == i+2:
		return p.fail(errTag, j)
	}
	return p.fail(errEndTag, i)
}
