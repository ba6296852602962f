package xpath

import (
	"strconv"
	"strings"
)

type parser struct {
	s     string
	i     int
	env   Env
	bad   bool
	depth int
}

const maxDepth = 100

func (p *parser) fail() expr {
	p.bad = true
	return constant{}
}

func (p *parser) space() {
	for p.i < len(p.s) && strings.IndexByte(" \t\r\n", p.s[p.i]) >= 0 {
		p.i++
	}
}

// next reads a token of the grammar, if it comes next.
func (p *parser) next(tok string) bool {
	p.space()
	if !strings.HasPrefix(p.s[p.i:], tok) {
		return false
	}
	p.i += len(tok)
	return true
}

// word reads a keyword between operands.
func (p *parser) word(w string) bool {
	p.space()
	rest, ok := strings.CutPrefix(p.s[p.i:], w)
	if !ok || rest != "" && isName(rest[0]) {
		return false
	}
	p.i += len(w)
	return true
}

func (p *parser) or() expr {
	if p.depth++; p.depth > maxDepth {
		return p.fail()
	}
	defer func() { p.depth-- }()
	e := p.and()
	for !p.bad && p.word("or") {
		e = either{e, p.and()}
	}
	return e
}

func (p *parser) and() expr {
	e := p.comparison()
	for !p.bad && p.word("and") {
		e = both{e, p.comparison()}
	}
	return e
}

func (p *parser) comparison() expr {
	e := p.union()
	for _, op := range [...]string{"!=", "<=", ">=", "=", "<", ">"} {
		if p.next(op) {
			return compare{op, e, p.union()}
		}
	}
	return e
}

func (p *parser) union() expr {
	e := p.primary()
	for !p.bad && p.next("|") {
		e = union{e, p.primary()}
	}
	return e
}

func (p *parser) primary() expr {
	p.space()
	if p.bad || p.i >= len(p.s) {
		return p.fail()
	}
	switch c := p.s[p.i]; {
	case c == '(':
		p.i++
		e := p.or()
		if !p.next(")") {
			return p.fail()
		}
		return e
	case c == '\'' || c == '"':
		end := strings.IndexByte(p.s[p.i+1:], c)
		if end < 0 {
			return p.fail()
		}
		s := p.s[p.i+1 : p.i+1+end]
		p.i += end + 2
		return constant{value{kind: text, s: s}}
	case c >= '0' && c <= '9':
		from := p.i
		for p.i < len(p.s) && p.s[p.i] >= '0' && p.s[p.i] <= '9' {
			p.i++
		}
		n, err := strconv.Atoi(p.s[from:p.i])
		if err != nil {
			return p.fail()
		}
		return constant{value{kind: number, n: n}}
	}
	return p.pathOrCall()
}

func isName(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-'
}

func (p *parser) name() string {
	from := p.i
	for p.i < len(p.s) && isName(p.s[p.i]) {
		p.i++
	}
	return p.s[from:p.i]
}

func (p *parser) pathOrCall() expr {
	at := p.i
	if name := p.name(); name != "" && name != "text" && p.next("(") {
		return p.call(name)
	}
	p.i = at
	return p.path()
}

func (p *parser) call(name string) expr {
	f := call{name: name}
	if !p.next(")") {
		for {
			f.args = append(f.args, p.or())
			if p.bad || p.next(")") {
				break
			}
			if !p.next(",") {
				return p.fail()
			}
		}
	}
	least, most := 1, 1
	switch name {
	case "count", "not":
	case "string", "string-length", "normalize-space":
		least = 0
	case "contains", "starts-with":
		least, most = 2, 2
	case "concat":
		least, most = 2, 9
	case "in":
		if len(f.args) == 2 {
			if set, ok := f.args[1].(constant); ok && p.env.Sets[set.v.s] != nil {
				return member{f.args[0], p.env.Sets[set.v.s]}
			}
		}
		return p.fail()
	default:
		return p.fail()
	}
	if len(f.args) < least || len(f.args) > most {
		return p.fail()
	}
	return f
}

func (p *parser) path() expr {
	var e path
	switch {
	case p.next("//"):
		e.root, e.deep = true, true
	case p.next("/"):
		e.root = true
	}
	for {
		st, ok := p.step()
		if !ok {
			return p.fail()
		}
		st.deep = e.deep
		e.deep = false
		e.steps = append(e.steps, st)
		switch {
		case p.next("//"):
			e.deep = true
		case p.next("/"):
		default:
			return e
		}
	}
}

func (p *parser) step() (st step, ok bool) {
	switch {
	case p.next(".."):
		st.axis = parent
	case p.next("."):
		st.axis = self
	case p.next("#"):
		st.axis = template
		from := p.i
		for p.i < len(p.s) && (isName(p.s[p.i]) || p.s[p.i] == '.') {
			p.i++
		}
		if st.root = p.s[from:p.i]; st.root == "" {
			return st, false
		}
		if p.i < len(p.s) && p.s[p.i] == ':' {
			p.i++
			st.ext, st.hasExt = p.name(), true
		}
	default:
		if p.next("@") {
			st.axis = attribute
		}
		p.space()
		if p.i < len(p.s) && p.s[p.i] == '*' {
			p.i++
			st.any = true
			break
		}
		st.name = p.name()
		if st.name == "" {
			return st, false
		}
		if p.i < len(p.s) && p.s[p.i] == ':' {
			p.i++
			space, known := p.env.Prefixes[st.name]
			if st.space, st.name = space, p.name(); !known || st.name == "" {
				return st, false
			}
			st.prefixed = true
		}
		if st.axis == child && st.name == "text" && p.next("()") {
			st.axis = texts
		}
	}
	for p.next("[") {
		st.conditions = append(st.conditions, p.or())
		if p.bad || !p.next("]") {
			return st, false
		}
	}
	return st, true
}
