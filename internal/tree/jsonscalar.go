package tree

// scanScalar reads the number or word at i. It gives the offset past it, or -1.
func (p *jsonParser) scanScalar(i int) (int, Kind) {
	data := p.data
	switch c := data[i]; {
	case c == '-' || c >= '0' && c <= '9':
		return p.scanNumber(i), Number
	case c == 't':
		return p.scanWord(i, "true"), Bool
	case c == 'f':
		return p.scanWord(i, "false"), Bool
	case c == 'n':
		return p.scanWord(i, "null"), Null
	}
	p.fail(errJSONValue, i)
	return -1, Absent
}

func (p *jsonParser) scanWord(i int, word string) int {
	rest := p.data[i:]
	if len(rest) >= len(word) && string(rest[:len(word)]) == word {
		return i + len(word)
	}
	if len(rest) < len(word) && string(rest) == word[:len(rest)] {
		p.fail(errJSONEOF, len(p.data))
	} else {
		p.fail(errJSONLiteral, i)
	}
	return -1
}

// scanNumber reads a number (RFC 8259 section 6).
func (p *jsonParser) scanNumber(i int) int {
	data := p.data
	start := i
	digits := func() bool {
		from := i
		for i < len(data) && data[i] >= '0' && data[i] <= '9' {
			i++
		}
		if i > from {
			return true
		}
		if i >= len(data) {
			return p.fail(errJSONEOF, i)
		}
		return p.fail(errJSONNumber, i)
	}
	if data[i] == '-' {
		i++
	}
	if i < len(data) && data[i] == '0' {
		i++
		if i < len(data) && data[i] >= '0' && data[i] <= '9' {
			p.fail(errJSONNumber, i)
			return -1
		}
	} else if !digits() {
		return -1
	}
	if i < len(data) && data[i] == '.' {
		if i++; !digits() {
			return -1
		}
	}
	if i < len(data) && data[i]|0x20 == 'e' {
		if i++; i < len(data) && (data[i] == '+' || data[i] == '-') {
			i++
		}
		if !digits() {
			return -1
		}
	}
	if i-start > p.limits.MaxTextBytes {
		p.exceed(LimitTextBytes, p.limits.MaxTextBytes, start)
		return -1
	}
	return i
}

// escape reads the escape at i. It gives the offset past it, or -1.
func (p *jsonParser) escape(i int) int {
	rest := p.data[i:]
	if len(rest) < 2 {
		p.fail(errJSONEOF, len(p.data))
		return -1
	}
	switch rest[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return i + 2
	case 'u':
	default:
		p.fail(errJSONEscape, i)
		return -1
	}
	r := hex4(rest[2:])
	switch {
	case r < 0 && len(rest) < 6:
		p.fail(errJSONEOF, len(p.data))
		return -1
	case r < 0:
		p.fail(errJSONEscape, i)
		return -1
	case r < 0xd800 || r > 0xdfff:
		return i + 6
	}
	if r <= 0xdbff && len(rest) >= 12 && rest[6] == '\\' && rest[7] == 'u' {
		if low := hex4(rest[8:]); low >= 0xdc00 && low <= 0xdfff {
			return i + 12
		}
	}
	p.fail(errJSONSurr, i)
	return -1
}
