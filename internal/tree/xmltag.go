package tree

// startTag reads the start tag or empty-element tag at i. It gives the offset past it, or -1.
func (p *xmlParser) startTag(i int, parent uint32) int {
	data := p.data
	raw, j := p.nameAt(i + 1)
	if raw == 0 {
		return -1
	}
	elem, ok := p.add(uint32(Element)|p.spaced, uint32(i), parent, 0, 0)
	p.spaced = 0
	if !ok {
		p.full(i)
		return -1
	}
	tag := openTag{node: elem, name: uint32(i + 1), nameLen: uint32(j - i - 1), undo: uint32(len(p.undo))}
	var (
		seen   uint64 // a bit for each attribute's name, some names sharing one
		twice  bool   // a bit was met twice: perhaps a duplicate
		count  int
		closed bool
	)
	p.prefixed = p.prefixed[:0]
	for {
		if j >= len(data) {
			p.fail(errEOF, len(data))
			return -1
		}
		c := data[j]
		if c == '>' {
			j++
			break
		}
		if c == '/' {
			if j+1 >= len(data) {
				p.fail(errEOF, len(data))
				return -1
			}
			if data[j+1] != '>' {
				p.fail(errTag, j)
				return -1
			}
			j += 2
			closed = true
			break
		}
		start := j
		for j < len(data) && isSpace(data[j]) {
			j++
		}
		if j < len(data) && (data[j] == '>' || data[j] == '/') {
			continue
		}
		if j == start {
			p.fail(errSpace, j)
			return -1
		}
		start = j
		var raw uint32
		if raw, j = p.nameAt(start); raw == 0 {
			return -1
		}
		if j+1 >= len(data) || data[j] != '=' || data[j+1] != '"' {
			if j = p.equals(j); j < 0 {
				return -1
			}
		} else {
			j++
		}
		from := j + 1
		end, meta := p.scanAttr(from, data[j])
		if end < 0 {
			return -1
		}
		j = end + 1
		if end-from > p.limits.MaxTextBytes {
			p.exceed(LimitTextBytes, p.limits.MaxTextBytes, from)
			return -1
		}
		if count++; count > p.limits.MaxAttrs {
			p.exceed(LimitAttrs, p.limits.MaxAttrs, start)
			return -1
		}
		bit := uint64(1) << (raw & 63)
		twice = twice || seen&bit != 0
		seen |= bit
		r := &p.raws[raw]
		name := r.bare
		switch {
		case r.declares != unresolved:
			meta |= flagDecl
			if !p.declare(r.declares, data[from:end], meta&flagCoded != 0, start) {
				return -1
			}
			if name == 0 {
				name = p.bare(raw, xmlnsSpaceID, start)
			}
		case r.prefix != 0:
			p.prefixed = append(p.prefixed, prefixedAttr{p.next(), raw})
			name = raw // until the tag's declarations are all known
		case name == 0:
			name = p.bare(raw, noSpace, start)
		}
		if name == 0 {
			return -1
		}
		if _, ok := p.add(uint32(Attr)|meta|name<<nameShift, uint32(start), elem, uint32(from), uint32(end-from)); !ok {
			p.full(start)
			return -1
		}
	}
	name := p.resolve(raw, i+1)
	if name == 0 {
		return -1
	}
	if len(p.prefixed) > 0 && !p.resolvePrefixed() {
		return -1
	}
	if twice && !p.unique(elem) {
		return -1
	}
	e := p.at(elem)
	e.meta |= name << nameShift
	if closed {
		if len(p.stack) >= p.limits.MaxDepth {
			p.exceed(LimitDepth, p.limits.MaxDepth, i)
			return -1
		}
		e.a, e.b = p.next(), uint32(j)
		if len(p.undo) > int(tag.undo) {
			p.leave(int(tag.undo))
		}
		if n := len(p.stack); n > 0 {
			p.stack[n-1].kids = true
		}
		return j
	}
	if len(p.stack) >= p.limits.MaxDepth {
		p.exceed(LimitDepth, p.limits.MaxDepth, i)
		return -1
	}
	tag.all = p.spaceIn == ""
	if n := len(p.stack); n > 0 && !tag.all {
		up := &p.stack[n-1]
		up.kids = true
		tag.all = up.all
	}
	if x := &p.names[name]; !tag.all && int(x.size) == len(p.spaceIn) {
		tag.all = string(p.local(x)) == p.spaceIn
	}
	p.stack = append(p.stack, tag)
	return j
}

// nameAt reads the name that begins at i: its number, 0 after a failure, and where it ends.
func (p *xmlParser) nameAt(i int) (id uint32, end int) {
	if id, end = p.metName(i); id != 0 {
		return id, end
	}
	for end = i; end < len(p.data) && nameByte[p.data[end]]; end++ {
	}
	return p.name(i, end), end
}

// metName reads a name of up to 16 bytes that was met before. What stands up to a byte that may follow a name is such a name,
// or is not in the table.
func (p *xmlParser) metName(i int) (id uint32, end int) {
	if i+16 > len(p.data) {
		return 0, i
	}
	word := p.data[i : i+16]
	key := slot{w0: load(word)}
	if m := nameEnds(key.w0); m != 0 {
		key.n = uint32(firstByte(m))
		key.w0 &= 1<<(8*key.n) - 1
	} else {
		key.w1 = load(word[8:])
		if m = nameEnds(key.w1); m == 0 {
			return 0, i
		}
		n := uint32(firstByte(m))
		key.w1 &= 1<<(8*n) - 1
		key.n = 8 + n
	}
	id, _ = p.tab.findShort(key)
	return id, i + int(key.n)
}

// nameEnds marks the bytes that follow names in tags: white space, and what belongs to the tag.
func nameEnds(w uint64) uint64 {
	return marks(w, w-'!'*ones|equal(w, '=')|equal(w, '>')|equal(w, '/'))
}

// name gives the number of the name from start to end; it is 0 after a failure.
func (p *xmlParser) name(start, end int) uint32 {
	if start == end {
		p.noName(start)
		return 0
	}
	id, at, key := p.tab.find(p.data, start, end-start)
	if id != 0 {
		return id
	}
	switch {
	case end >= len(p.data):
		p.fail(errEOF, end)
		return 0
	case end-start > p.limits.MaxNameBytes:
		p.exceed(LimitNameBytes, p.limits.MaxNameBytes, start)
		return 0
	case p.tab.count > p.limits.MaxNames:
		p.exceed(LimitNames, p.limits.MaxNames, start)
		return 0
	}
	if f := p.addRaw(p.tab.insert(at, key, start, nil)); f != nil {
		p.fail(f, start)
		return 0
	}
	return uint32(len(p.raws) - 1)
}

// noName tells why there is no name at i.
func (p *xmlParser) noName(i int) {
	switch {
	case i >= len(p.data):
		p.fail(errEOF, i)
	case p.data[i-1] == '<':
		p.fail(errMarkup, i)
	default:
		p.fail(errName, i)
	}
}

// equals reads the white space and the equals sign behind an attribute's name, and gives the offset of the quote.
func (p *xmlParser) equals(j int) int {
	skip := func() bool {
		for j < len(p.data) && isSpace(p.data[j]) {
			j++
		}
		if j >= len(p.data) {
			return p.fail(errEOF, j)
		}
		return true
	}
	if !skip() {
		return -1
	}
	if p.data[j] != '=' {
		if p.data[j] == '>' || p.data[j] == '/' || j > 0 && isSpace(p.data[j-1]) {
			p.fail(errEquals, j)
		} else {
			p.fail(errName, j)
		}
		return -1
	}
	j++
	if !skip() {
		return -1
	}
	if p.data[j] != '"' && p.data[j] != '\'' {
		p.fail(errQuote, j)
		return -1
	}
	return j
}

// scanAttr finds the end of the attribute value that begins at i. The result is -1 after a failure.
func (p *xmlParser) scanAttr(i int, quote byte) (end int, meta uint32) {
	data := p.data
	start := i
	// The ampersand differs from either quote by one bit, which is not looked at.
	ignore, match := uint64(0xfb*ones), uint64('"'*ones)
	if quote == '\'' {
		ignore, match = 0xfe*ones, '&'*ones
	}
	var all uint64
	for {
		for i+8 <= len(data) {
			w := load(data[i:])
			all |= w
			m := marks(w, (w&ignore^match)-ones|equal(w, '<')|controls(w))
			if m != 0 {
				i += firstByte(m)
				break
			}
			i += 8
		}
		if i >= len(data) {
			p.fail(errEOF, len(data))
			return -1, 0
		}
		c := data[i]
		if i+8 > len(data) {
			all |= uint64(c)
		}
		switch {
		case c == quote:
			if all&highs != 0 {
				if at, f := validChars(data[start:i]); f != nil {
					p.fail(f, start+at)
					return -1, 0
				}
			}
			return i, meta
		case c == '<':
			p.fail(errAttrLess, i)
			return -1, 0
		case c == '&':
			meta |= flagCoded
			if i, _ = p.reference(i); i < 0 {
				return -1, 0
			}
			continue
		case c == '\n' || c == '\t' || c == '\r':
			meta |= flagCoded
		case c < 0x20:
			p.fail(errChar, i)
			return -1, 0
		}
		i++
	}
}

// resolvePrefixed resolves the attributes with prefixes of the tag just read, and refuses duplicates among them.
func (p *xmlParser) resolvePrefixed() bool {
	for _, a := range p.prefixed {
		n := p.at(a.node)
		id := p.resolve(a.raw, int(n.off))
		if id == 0 {
			return false
		}
		n.meta = n.meta&(1<<nameShift-1) | id<<nameShift
	}
	if len(p.prefixed) < 2 {
		return true
	}
	if len(p.prefixed) <= 8 {
		for i, a := range p.prefixed {
			x := &p.names[p.at(a.node).name()]
			for _, b := range p.prefixed[:i] {
				if y := &p.names[p.at(b.node).name()]; x.space == y.space && string(p.local(x)) == string(p.local(y)) {
					return p.fail(errDupAttr, int(p.at(a.node).off))
				}
			}
		}
		return true
	}
	type expanded struct {
		space uint32
		local string
	}
	have := make(map[expanded]bool, len(p.prefixed))
	for _, a := range p.prefixed {
		n := p.at(a.node)
		x := &p.names[n.name()]
		key := expanded{x.space, string(p.local(x))}
		if have[key] {
			return p.fail(errDupAttr, int(n.off))
		}
		have[key] = true
	}
	return true
}

// unique refuses an attribute written twice on the element just read.
func (p *xmlParser) unique(elem uint32) bool {
	p.stamps.begin(len(p.names))
	for i := elem + 1; i < p.next(); i++ {
		if n := p.at(i); p.stamps.seen(n.name()) {
			return p.fail(errDupAttr, int(n.off))
		}
	}
	return true
}

func (p *xmlParser) local(x *name) []byte { return p.data[x.off : x.off+x.size] }
