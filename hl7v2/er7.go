package hl7v2

import (
	"bytes"
	"strings"
)

// ER7 gives what stands there as it would stand in a message of UTF-8 with the standard delimiters |^~\&: escapes and inner delimiters and all. It is
// the form to keep a piece of a message in apart from it; [Writer.PutER7] writes it into any other message.
func (s span) ER7() string {
	if s.x == nil {
		return ""
	}
	b := s.Raw()
	x := s.x
	if x.text.plain && x.delims.standard() && (x.delims.Truncation == 0 || !s.escaped()) {
		return view(b)
	}
	if x.segs[x.segmentOf(s.Offset())].start == uint32(x.from) && int(s.last) <= 2 {
		return view(b) // MSH-1 and MSH-2 name delimiters and hold none
	}
	std := StandardDelimiters()
	kinds := [...]byte{endSub: std.Subcomponent, endComp: std.Component, endRep: std.Repetition, endField: std.Field}
	var dst []byte
	for i := s.first; i <= s.last; i++ {
		dst = x.appendER7(dst, x.bytesOf(int(i), int(i)))
		if i < s.last {
			dst = append(dst, kinds[x.marks[i]&kindMask])
		}
	}
	return view(dst)
}

// standard says whether the delimiters are the standard ones; the truncation character separates nothing.
func (d Delimiters) standard() bool {
	d.Truncation = 0
	return d == StandardDelimiters()
}

// appendER7 appends one piece.
func (x *index) appendER7(dst, b []byte) []byte {
	std := StandardDelimiters()
	d := decoder{t: &x.text}
	esc := x.delims.Escape
	look := x.masked(b)
	text := func(b []byte) {
		for _, c := range b {
			if letter := std.letter(c); letter != 0 {
				dst = append(dst, std.Escape, letter, std.Escape)
			} else {
				dst = append(dst, c)
			}
		}
	}
	for len(b) > 0 {
		i := bytes.IndexByte(look, esc)
		if i < 0 || esc == 0 {
			break
		}
		text(d.append(nil, b[:i]))
		b, look = b[i:], look[i:]
		j := bytes.IndexByte(look[1:], esc)
		kind := escapeNone
		if j > 0 {
			kind = escapeKind(b[1 : 1+j])
		}
		if kind == escapeNone { // the character stands for itself
			text([]byte{esc})
			b, look = b[1:], look[1:]
			continue
		}
		seq := b[1 : 1+j]
		switch kind {
		case escapeDelimiter: // stands for the character that is a delimiter here, which need not be one there
			if c := x.delims.named(seq[0]); c != 0 {
				text([]byte{c})
				break
			}
			dst = append(append(append(dst, std.Escape), seq...), std.Escape)
		case escapeCharset:
			code := appendHex([]byte{0x1b}, seq[1:])
			if n, set := designation(code); n == len(code) {
				d.begin(set)
				break
			}
			dst = append(append(append(dst, std.Escape), seq...), std.Escape)
		case escapeHex:
			code := appendHex(nil, seq[1:])
			if out := x.appendHexed(nil, code, nil); !isASCII(code) && len(out) > 0 {
				dst = append(dst, out...) // bytes of this message's character set
				break
			}
			dst = append(append(append(dst, std.Escape), seq...), std.Escape)
		default:
			dst = append(append(append(dst, std.Escape), seq...), std.Escape)
		}
		b, look = b[2+j:], look[2+j:]
	}
	text(d.append(nil, b))
	return dst
}

// PutER7 writes at a place what [span.ER7] gave. What reaches beyond the place is refused, as by PutRaw.
func (w *Writer) PutER7(field, repetition, component, subcomponent int, text string) {
	if text == "" || w.err != nil {
		return
	}
	d, std := &w.enc.delims, StandardDelimiters()
	if *d == std && w.text.set.form == formUTF8 {
		w.PutRaw(field, repetition, component, subcomponent, []byte(text))
		return
	}
	above := "|\r\n"
	if repetition > 0 || component > 0 || subcomponent > 0 {
		above += "~"
	}
	if component > 0 || subcomponent > 0 {
		above += "^"
	}
	if subcomponent > 0 {
		above += "&"
	}
	if strings.ContainsAny(text, above) {
		w.fail(&faultWouldSplit)
		return
	}
	var dst []byte
	for text != "" {
		i := strings.IndexAny(text, `^~\&`)
		if i < 0 {
			i = len(text)
		}
		if i > 0 {
			part, rest := text[:i], text[i:]
			var bad *fault
			if part == `""` && (rest == "" || rest[0] != '\\') && (len(dst) == 0 || dst[len(dst)-1] != d.Escape) {
				dst = append(dst, part...) // null
			} else if dst, bad = w.enc.append(dst, part); bad != nil {
				w.fail(bad)
				return
			}
			text = rest
			continue
		}
		c := byte(0)
		switch text[0] {
		case std.Component:
			c = d.Component
		case std.Repetition:
			c = d.Repetition
		case std.Subcomponent:
			c = d.Subcomponent
		default:
			j := strings.IndexByte(text[1:], '\\')
			if j <= 0 || escapeKind([]byte(text[1:1+j])) == escapeNone {
				dst, _ = w.enc.append(dst, `\`)
				text = text[1:]
				continue
			}
			if c := std.named(text[1]); j == 1 && c != 0 {
				dst, _ = w.enc.append(dst, string(rune(c)))
				text = text[3:]
				continue
			}
			if d.Escape == 0 {
				w.fail(&faultNoEscape)
				return
			}
			dst = append(append(append(dst, d.Escape), text[1:1+j]...), d.Escape)
			text = text[2+j:]
			continue
		}
		if c == 0 {
			w.fail(&faultNoDelimiter)
			return
		}
		dst = append(dst, c)
		text = text[1:]
	}
	w.PutRaw(field, repetition, component, subcomponent, dst)
}
