package tree

import (
	"bytes"
	"strings"
)

var (
	commentStart = []byte("<!--")
	cdataStart   = []byte("<![CDATA[")
	cdataEnd     = []byte("]]>")
	doctypeStart = []byte("<!DOCTYPE")
	piEnd        = []byte("?>")
)

// special reads the comment, processing instruction or CDATA section at i. It gives the offset past it, or -1.
func (p *xmlParser) special(i int, t *textRun) int {
	rest := p.data[i:]
	switch {
	case rest[1] == '?':
		return p.instruction(i)
	case bytes.HasPrefix(rest, commentStart):
		at := bytes.Index(rest[4:], []byte("--"))
		if at < 0 || 4+at+2 >= len(rest) {
			p.fail(errEOF, len(p.data))
			return -1
		}
		if rest[4+at+2] != '>' {
			p.fail(errComment, i+4+at)
			return -1
		}
		if !p.check(i+4, i+4+at) {
			return -1
		}
		return i + 4 + at + 3
	case bytes.HasPrefix(rest, cdataStart):
		at := bytes.Index(rest[9:], cdataEnd)
		if len(p.stack) == 0 {
			p.fail(errCDATAOutside, i)
			return -1
		}
		if at < 0 {
			p.fail(errEOF, len(p.data))
			return -1
		}
		from, to := i+9, i+9+at
		if !p.check(from, to) {
			return -1
		}
		if from == to && !t.open {
			return to + 3
		}
		var meta uint32
		content := p.data[from:to]
		if bytes.IndexByte(content, '\r') >= 0 {
			meta |= flagCoded
		}
		if len(bytes.TrimLeft(content, " \t\r\n")) == 0 {
			meta |= flagBlank
		}
		t.piece(i, from, to, to+3, meta)
		return to + 3
	case len(rest) >= 9 && bytes.EqualFold(rest[:9], doctypeStart):
		p.fail(errDoctype, i)
		return -1
	case len(rest) < 9 && (bytes.HasPrefix(commentStart, rest) || bytes.HasPrefix(cdataStart, rest) || bytes.HasPrefix(doctypeStart, rest)):
		p.fail(errEOF, len(p.data))
		return -1
	}
	p.fail(errMarkup, i)
	return -1
}

func (p *xmlParser) check(from, to int) bool {
	if at, f := validChars(p.data[from:to]); f != nil {
		return p.fail(f, from+at)
	}
	return true
}

// instruction reads the processing instruction at i.
func (p *xmlParser) instruction(i int) int {
	at := bytes.Index(p.data[i+2:], piEnd)
	if at < 0 {
		p.fail(errEOF, len(p.data))
		return -1
	}
	body := p.data[i+2 : i+2+at]
	n := 0
	for n < len(body) && nameByte[body[n]] {
		n++
	}
	target := body[:n]
	switch {
	case strings.EqualFold(string(target[:min(n, 4)]), "xml"):
		p.fail(errDeclPlace, i)
		return -1
	case !isNCName(target), n < len(body) && !isSpace(body[n]):
		p.fail(errPI, i)
		return -1
	}
	if !p.check(i+2, i+2+at) {
		return -1
	}
	return i + 2 + at + 2
}

// declaration reads the XML declaration, if there is one, and gives the offset past it, or -1.
func (p *xmlParser) declaration() int {
	if !hasDeclaration(p.data) {
		return 0
	}
	end, _, f := readDeclaration(p.data)
	if f != nil {
		p.fail(f, end)
		return -1
	}
	return end
}

func hasDeclaration(b []byte) bool {
	return len(b) > 5 && string(b[:5]) == "<?xml" && (isSpace(b[5]) || b[5] == '?')
}

// readDeclaration reads the XML declaration that b begins with (production XMLDecl). It gives the offset past it, or of the
// fault, and the encoding it names.
func readDeclaration(b []byte) (end int, encoding string, f *fault) {
	i := 5
	const version, charset, standalone = 1, 2, 3
	last := 0
	for {
		start := i
		for i < len(b) && isSpace(b[i]) {
			i++
		}
		if i+1 < len(b) && b[i] == '?' && b[i+1] == '>' {
			if last == 0 {
				return i, "", errDecl
			}
			return i + 2, encoding, nil
		}
		at := i
		for i < len(b) && b[i] >= 'a' && b[i] <= 'z' {
			i++
		}
		which := 0
		switch string(b[at:i]) {
		case "version":
			which = version
		case "encoding":
			which = charset
		case "standalone":
			which = standalone
		}
		if which <= last || last == 0 && which != version || start == at {
			return at, "", errDecl
		}
		last = which
		for i < len(b) && isSpace(b[i]) {
			i++
		}
		if i >= len(b) || b[i] != '=' {
			return i, "", errDecl
		}
		i++
		for i < len(b) && isSpace(b[i]) {
			i++
		}
		if i >= len(b) || b[i] != '"' && b[i] != '\'' {
			return i, "", errDecl
		}
		n := bytes.IndexByte(b[i+1:min(len(b), i+100)], b[i])
		if n < 0 {
			return i, "", errDecl
		}
		value := string(b[i+1 : i+1+n])
		switch which {
		case version:
			if value != "1.0" {
				return i, "", errVersion
			}
		case charset:
			if !isEncName(value) {
				return i, "", errDecl
			}
			encoding = value
		case standalone:
			if value != "yes" && value != "no" {
				return i, "", errDecl
			}
		}
		i += n + 2
	}
}

// isEncName is production EncName.
func isEncName(s string) bool {
	for i, c := range []byte(s) {
		letter := c|0x20 >= 'a' && c|0x20 <= 'z'
		other := c >= '0' && c <= '9' || c == '.' || c == '_' || c == '-'
		if !letter && (i == 0 || !other) {
			return false
		}
	}
	return s != ""
}
