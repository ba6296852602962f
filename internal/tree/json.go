package tree

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"
)

// ParseJSON reads one JSON text. Errors are *SyntaxError or *LimitError. The document refers to data, which must not be
// changed as long as the document is in use.
func ParseJSON(data []byte, l Limits) (*Doc, error) {
	p := jsonParsers.Take()
	d := new(Doc)
	err := p.read(data, l)
	if err == nil {
		p.arena.hand(d)
		p.fill(d)
		d.names, d.side = slices.Clone(d.names), strings.Clone(d.side)
	}
	p.putBack()
	if err != nil {
		return nil, err
	}
	return d, nil
}

// BorrowJSON is ParseJSON for a document that is not kept: it is made in memory that GiveBack lets others have.
func BorrowJSON(data []byte, l Limits) (*Doc, error) {
	p := jsonParsers.Take()
	p.index = true
	if err := p.read(data, l); err != nil {
		p.putBack()
		return nil, err
	}
	d := new(Doc)
	p.arena.lend(d)
	p.fill(d)
	d.side, d.lender = strings.Clone(d.side), p
	return d, nil
}

// GiveBack ends the use of a document that was borrowed; its nodes must not be used then. Strings taken from it stay valid as
// long as the input they came from does not change. Of another document, or once more, it does nothing.
func (d *Doc) GiveBack() {
	if d == nil || d.lender == nil {
		return
	}
	p := d.lender
	d.lender = nil
	d.clear()
	p.putBack()
}

type jsonParser struct {
	arena
	members members // of a document that was borrowed
	index   bool    // objects are noted in members as they are read
	guesses [256]guess
	last    uint32 // the number of the member name read last
	data    []byte
	limits  Limits
	tab     table
	names   []name
	stack   []openValue
	stamps  stamps
	buf     []byte
	keep    bool // names are kept for later documents
	repairs []Repair
	err     error
}

// An openValue is an object or array whose end was not read yet.
type openValue struct {
	node   uint32
	object bool
	twice  bool   // a bit of seen was met twice: perhaps a duplicate
	seen   uint64 // a bit for each member name, some names sharing one
}

// likelyBytes is how much of a JSON text a node takes where it is written without spaces.
const likelyBytes = 32

// read reads data.
func (p *jsonParser) read(data []byte, l Limits) error {
	limits := l.filled()
	if len(data) > limits.MaxBytes {
		return &LimitError{Limit: LimitBytes, Max: limits.MaxBytes}
	}
	const enough = 1 << 10
	if !p.keep || len(p.names) == 0 || len(p.names) > min(enough, limits.MaxNames/2) {
		p.forget()
	}
	p.repairs = nil
	if bytes.HasPrefix(data, []byte{0xef, 0xbb, 0xbf}) {
		data = data[3:]
		p.repairs = []Repair{{RepairBOM, 0}}
	}
	for {
		known := len(p.names)
		p.tab.src = data
		p.data, p.limits, p.stack, p.err = data, limits, p.stack[:0], nil
		p.arena.reset(uint32(limits.MaxNodes), limits.MaxMemory)
		p.likely = len(data) / likelyBytes
		if p.index {
			p.members.objects = append(p.members.objects[:0], object{})
		}
		if p.run() {
			return nil
		}
		// The names of earlier documents do not count.
		if e, ok := p.err.(*LimitError); !ok || e.Limit != LimitNames || known <= 1 {
			return p.err
		}
		p.forget()
	}
}

// fill makes d the document that was read, but for its nodes. What it holds is shared with p.
func (p *jsonParser) fill(d *Doc) {
	d.src, d.text, d.encoding = p.data, view(p.data), "UTF-8"
	d.names, d.spaces, d.prefixes = p.names, nothing, nothing
	d.side = view(p.tab.side)
	d.repairs, d.repaired = p.repairs, nil
	d.lines.Store(nil)
	d.hints, d.members = nil, nil
}

// nothing stands for the prefixes and namespaces that JSON does not have.
var nothing = []string{""}

// forget drops all names.
func (p *jsonParser) forget() {
	p.tab.reset(nil)
	clear(p.guesses[:])
	p.names = append(p.names[:0], name{})
}

// putBack lets others have p.
func (p *jsonParser) putBack() {
	p.release()
	jsonParsers.Put(p, max(len(p.block), cap(p.members.at), cap(p.members.objects)) <= stayNodes)
}

// release gives up what a document holds, and whatever is a part of the input.
func (p *jsonParser) release() {
	p.arena.trim()
	p.names = p.names[:0]
	p.tab.reset(nil)
	clear(p.guesses[:])
	p.data, p.err = nil, nil
	if max(cap(p.members.at), cap(p.members.objects)) > 4*blockNodes {
		p.members = members{}
	}
	clear(p.members.names)
	p.index = false
	if cap(p.buf) > 1<<12 {
		p.buf = nil
	}
	clear(p.buf[:cap(p.buf)])
}

func (p *jsonParser) fail(f *fault, off int) bool {
	line, col := position(p.data, off)
	p.err = &SyntaxError{Code: f.code, Msg: f.msg, Line: line, Column: col, Offset: int64(off)}
	return false
}

func (p *jsonParser) exceed(limit string, most int, off int) bool {
	line, col := position(p.data, off)
	p.err = &LimitError{Limit: limit, Max: most, Line: line, Column: col, Offset: int64(off)}
	return false
}

// full reports that the arena takes no more nodes.
func (p *jsonParser) full(off int) bool {
	if p.spent {
		return p.exceed(LimitMemory, p.limits.MaxMemory, off)
	}
	return p.exceed(LimitNodes, p.limits.MaxNodes, off)
}

// run reads the whole text.
func (p *jsonParser) run() bool {
	data := p.data
	var (
		i    = 0
		name uint32 // of the value to come, shifted
		top  = openValue{node: noParent}
	)
value:
	for i < len(data) && isSpace(data[i]) {
		i++
	}
	if i >= len(data) {
		return p.fail(errJSONEOF, i)
	}
	switch c := data[i]; c {
	case '{', '[':
		kind := uint32(Object)
		if c == '[' {
			kind = uint32(Array)
		}
		if len(p.stack) >= p.limits.MaxDepth {
			return p.exceed(LimitDepth, p.limits.MaxDepth, i)
		}
		at, ok := p.add(kind|name, uint32(i), top.node, 0, 0)
		if !ok {
			return p.full(i)
		}
		p.stack = append(p.stack, top)
		top = openValue{node: at, object: c == '{'}
		name = 0
		for i++; i < len(data) && isSpace(data[i]); i++ {
		}
		if i < len(data) && data[i] == c+2 { // '}' and ']' are two behind '{' and '['
			goto end
		}
		if top.object {
			goto key
		}
		goto value
	case '"':
		to, meta := p.scanString(i + 1)
		if to < 0 {
			return false
		}
		if to-i-1 > p.limits.MaxTextBytes {
			return p.exceed(LimitTextBytes, p.limits.MaxTextBytes, i)
		}
		if _, ok := p.add(uint32(String)|meta|name, uint32(i), top.node, uint32(i+1), uint32(to-i-1)); !ok {
			return p.full(i)
		}
		i = to + 1
	default:
		to, kind := p.scanScalar(i)
		if to < 0 {
			return false
		}
		if _, ok := p.add(uint32(kind)|name, uint32(i), top.node, uint32(i), uint32(to-i)); !ok {
			return p.full(i)
		}
		i = to
	}
after:
	for i < len(data) && isSpace(data[i]) {
		i++
	}
	if top.node == noParent {
		if i < len(data) {
			return p.fail(errJSONTrailing, i)
		}
		return true
	}
	if i >= len(data) {
		return p.fail(errJSONEOF, i)
	}
	switch c := data[i]; {
	case c == ',':
		i++
		if !top.object {
			goto value
		}
		for i < len(data) && isSpace(data[i]) {
			i++
		}
		goto key
	case c == '}' && top.object, c == ']' && !top.object:
		goto end
	}
	return p.fail(errJSONComma, i)
key:
	{
		if i >= len(data) {
			return p.fail(errJSONEOF, i)
		}
		if data[i] != '"' {
			return p.fail(errJSONKey, i)
		}
		id, to, ok := p.member(i + 1)
		if !ok {
			return false
		}
		bit := uint64(1) << (id & 63)
		top.twice = top.twice || top.seen&bit != 0
		top.seen |= bit
		name = id << nameShift
		for i = to + 1; i < len(data) && isSpace(data[i]); i++ {
		}
		if i >= len(data) {
			return p.fail(errJSONEOF, i)
		}
		if data[i] != ':' {
			return p.fail(errJSONColon, i)
		}
		i++
		goto value
	}
end:
	i++
	{
		n := p.at(top.node)
		n.a, n.b = p.next(), uint32(i)
		if top.twice && !p.unique(top.node) {
			return false
		}
		if p.index && top.seen != 0 {
			p.members.objects = append(p.members.objects, object{top.seen, top.node, top.twice})
			p.index = len(p.members.objects) < mostHints/2
		}
		last := len(p.stack) - 1
		top = p.stack[last]
		p.stack = p.stack[:last]
		name = 0
		goto after
	}
}

// unique refuses a member name that comes twice in the object.
func (p *jsonParser) unique(object uint32) bool {
	p.stamps.begin(len(p.names))
	end := p.at(object).a
	for i := object + 1; i < end; {
		n := p.at(i)
		if p.stamps.seen(n.name()) {
			return p.fail(errJSONDup, int(n.off))
		}
		if i++; n.branch() {
			i = n.a
		}
	}
	return true
}

// scanString finds the end of the string whose content begins at i. The result is -1 after a failure.
func (p *jsonParser) scanString(i int) (end int, meta uint32) {
	data := p.data
	start := i
	var all uint64
	for {
		for i+8 <= len(data) {
			w := load(data[i:])
			all |= w
			m := marks(w, equal(w, '"')|equal(w, '\\')|controls(w))
			if m != 0 {
				i += firstByte(m)
				break
			}
			i += 8
		}
		if i >= len(data) {
			p.fail(errJSONEOF, i)
			return -1, 0
		}
		c := data[i]
		switch {
		case c == '"':
			if all&highs != 0 {
				if bad := invalidUTF8(data[start:i]); bad >= 0 {
					p.fail(errJSONUTF8, start+bad)
					return -1, 0
				}
			}
			return i, meta
		case c == '\\':
			meta = flagCoded
			if i = p.escape(i); i < 0 {
				return -1, 0
			}
			continue
		case c < 0x20:
			p.fail(errJSONControl, i)
			return -1, 0
		}
		all |= uint64(c)
		i++
	}
}

// invalidUTF8 gives the offset of the first byte that is not UTF-8, or -1.
func invalidUTF8(b []byte) int {
	if utf8.Valid(b) {
		return -1
	}
	i := 0
	for i < len(b) {
		r, size := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && size <= 1 {
			break
		}
		i += size
	}
	return i
}
