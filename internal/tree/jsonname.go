package tree

// member reads the member name whose content begins at i: its number, and where the quote behind it is.
func (p *jsonParser) member(i int) (id uint32, end int, ok bool) {
	if i+16 > len(p.data) {
		return p.anyMember(i)
	}
	word := p.data[i : i+16]
	var key slot
	key.w0 = load(word)
	g := &p.guesses[p.last%256]
	if (key.w0^g.w0)&g.mask0|(load(word[8:])^g.w1)&g.mask1 == 0 && g.id != 0 {
		p.last = g.id
		return g.id, i + int(g.n), true
	}
	m := marks(key.w0, equal(key.w0, '"')|equal(key.w0, '\\')|controls(key.w0)) | key.w0&highs
	if m != 0 {
		key.n = uint32(firstByte(m))
		key.w0 &= 1<<(8*key.n) - 1
	} else {
		key.w1 = load(word[8:])
		m = marks(key.w1, equal(key.w1, '"')|equal(key.w1, '\\')|controls(key.w1)) | key.w1&highs
		if m == 0 {
			return p.anyMember(i)
		}
		n := uint32(firstByte(m))
		key.w1 &= 1<<(8*n) - 1
		key.n = 8 + n
	}
	if word[key.n&15] != '"' || key.n == 0 {
		return p.anyMember(i)
	}
	id, at := p.tab.findShort(key)
	ok = id != 0
	if !ok {
		id, ok = p.newName(i, i, int(key.n), at, key, p.data, p.keep)
	}
	g.set(key, id)
	p.last = id
	return id, i + int(key.n), ok
}

// A guess is the name that came last behind another: mostly it comes again. It holds the name, and the quote behind it.
type guess struct {
	w0, w1, mask0, mask1 uint64
	n, id                uint32
}

// set makes g the name in key, which has less than 16 bytes.
func (g *guess) set(key slot, id uint32) {
	*g = guess{w0: key.w0, w1: key.w1, n: key.n, id: id}
	if n := 8 * key.n; key.n < 8 {
		g.w0 |= '"' << n
		g.mask0 = 1<<(n+8) - 1
	} else {
		g.w1 |= '"' << (n - 64)
		g.mask0, g.mask1 = ^uint64(0), 1<<(n-64+8)-1
	}
}

// anyMember does the same for a name of any length, with or without escapes.
func (p *jsonParser) anyMember(i int) (id uint32, end int, ok bool) {
	end, meta := p.scanString(i)
	if end < 0 {
		return 0, 0, false
	}
	b, off, n := p.data, i, end-i
	if meta&flagCoded != 0 {
		if n > 6*p.limits.MaxNameBytes {
			return 0, 0, p.exceed(LimitNameBytes, p.limits.MaxNameBytes, i)
		}
		p.buf = appendJSON(p.buf[:0], b[i:end])
		b, off, n = p.buf, 0, len(p.buf)
	}
	if n == 0 {
		return 0, end, true
	}
	id, at, key := p.tab.find(b, off, n)
	if id == 0 {
		if id, ok = p.newName(i, off, n, at, key, b, p.keep || meta&flagCoded != 0); !ok {
			return 0, 0, false
		}
	}
	return id, end, true
}

// newName puts the name of n bytes at off in b into the table; it was met at i.
func (p *jsonParser) newName(i, off, n, at int, key slot, b []byte, side bool) (uint32, bool) {
	switch {
	case n > p.limits.MaxNameBytes:
		return 0, p.exceed(LimitNameBytes, p.limits.MaxNameBytes, i)
	case len(p.names) > p.limits.MaxNames:
		return 0, p.exceed(LimitNames, p.limits.MaxNames, i)
	}
	var other []byte
	if side {
		other = b[off : off+n]
	}
	p.names = append(p.names, p.tab.insert(at, key, off, other))
	return uint32(len(p.names) - 1), true
}
