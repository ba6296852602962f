package tree

import (
	"bytes"
	"encoding/binary"
	"errors"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/ianaindex"
	"golang.org/x/text/transform"
)

// decodeXML gives the document's text as UTF-8 (XML 1.0 section 4.3.3 and appendix F). It is data itself, without byte order
// mark, where data is UTF-8. What is allocated is taken off limits.MaxMemory. Where the bytes show one Unicode encoding and
// the declaration names another, the bytes are believed and mislabelled is true.
func decodeXML(data []byte, limits *Limits) (text []byte, name string, mislabelled bool, err error) {
	switch {
	case bytes.HasPrefix(data, []byte{0xef, 0xbb, 0xbf}):
		label, err := declared(data[3:])
		return data[3:], "UTF-8", label != "" && label != "utf-8", err
	case bytes.HasPrefix(data, []byte{0xff, 0xfe}):
		return decodeUTF16(data[2:], binary.LittleEndian, "UTF-16LE", limits)
	case bytes.HasPrefix(data, []byte{0xfe, 0xff}):
		return decodeUTF16(data[2:], binary.BigEndian, "UTF-16BE", limits)
	case len(data) >= 4 && data[0] == '<' && data[1] == 0 && data[2] != 0 && data[3] == 0:
		return decodeUTF16(data, binary.LittleEndian, "UTF-16LE", limits)
	case len(data) >= 4 && data[0] == 0 && data[1] == '<' && data[2] == 0 && data[3] != 0:
		return decodeUTF16(data, binary.BigEndian, "UTF-16BE", limits)
	}
	label, err := declared(data)
	if err != nil {
		return nil, "", false, err
	}
	switch label {
	case "", "utf-8", "utf8":
		return data, "UTF-8", false, nil
	case "utf-16", "utf-16le", "utf-16be", "iso-10646-ucs-2", "ucs-2", "unicode":
		// The declaration was read one byte a character, so it cannot be true.
		return data, "UTF-8", true, nil
	case "us-ascii", "ascii":
		for i, c := range data {
			if c >= utf8.RuneSelf {
				return nil, "", false, badBytes(data, i)
			}
		}
		return data, "US-ASCII", false, nil
	}
	enc := lookup(label)
	if enc == nil {
		return nil, "", false, &SyntaxError{Code: errCharset.code, Msg: errCharset.msg, Line: 1, Column: 1}
	}
	name, err = ianaindex.MIME.Name(enc)
	if err != nil {
		name, err = ianaindex.IANA.Name(enc)
	}
	if err != nil {
		name, _ = htmlindex.Name(enc)
	}
	if cm, ok := enc.(*charmap.Charmap); ok {
		text, err = decodeCharmap(data, cm, limits)
	} else {
		text, err = decodeOther(data, enc, limits)
	}
	return text, name, false, err
}

// declared gives the encoding that the XML declaration of b names, in lower case.
func declared(b []byte) (string, error) {
	if !hasDeclaration(b) {
		return "", nil
	}
	at, label, f := readDeclaration(b)
	if f != nil {
		line, col := position(b, at)
		return "", &SyntaxError{Code: f.code, Msg: f.msg, Line: line, Column: col, Offset: int64(at)}
	}
	return strings.ToLower(label), nil
}

// lookup finds an encoding by its IANA name, or by a label of the WHATWG. The order matters: to the latter, ISO-8859-1 is
// windows-1252.
func lookup(label string) encoding.Encoding {
	if enc, err := ianaindex.IANA.Encoding(label); err == nil && enc != nil {
		return enc
	}
	if enc, err := htmlindex.Get(label); err == nil {
		return enc
	}
	return nil
}

func badBytes(data []byte, off int) error {
	line, col := 1, 1
	if off <= len(data) {
		line = bytes.Count(data[:off], []byte{'\n'}) + 1
		col = off - bytes.LastIndexByte(data[:off], '\n')
	}
	return &SyntaxError{Code: errUndecodable.code, Msg: errUndecodable.msg, Line: line, Column: col, Offset: int64(off)}
}

// reserve takes size bytes of transcoded text off the limits.
func reserve(size int, limits *Limits) error {
	if size > limits.MaxBytes {
		return &LimitError{Limit: LimitBytes, Max: limits.MaxBytes}
	}
	if size > limits.MaxMemory {
		return &LimitError{Limit: LimitMemory, Max: limits.MaxMemory}
	}
	limits.MaxMemory -= size
	return nil
}

// nextUTF16 reads the character that data begins with. The result is -1 for half a surrogate pair or half a unit.
func nextUTF16(data []byte, order binary.ByteOrder) (r rune, size int) {
	if len(data) < 2 {
		return -1, len(data)
	}
	r = rune(order.Uint16(data))
	switch {
	case r < 0xd800 || r > 0xdfff:
		return r, 2
	case r > 0xdbff || len(data) < 4:
		return -1, 2
	}
	low := rune(order.Uint16(data[2:]))
	if low < 0xdc00 || low > 0xdfff {
		return -1, 2
	}
	return (r-0xd800)<<10 + (low - 0xdc00) + 0x10000, 4
}

func decodeUTF16(data []byte, order binary.ByteOrder, name string, limits *Limits) ([]byte, string, bool, error) {
	total := 0
	for i := 0; i < len(data); {
		r, size := nextUTF16(data[i:], order)
		if r < 0 {
			return nil, "", false, badBytes(data, i)
		}
		total += utf8.RuneLen(r)
		i += size
	}
	if err := reserve(total, limits); err != nil {
		return nil, "", false, err
	}
	text := make([]byte, 0, total)
	for i := 0; i < len(data); {
		r, size := nextUTF16(data[i:], order)
		text = utf8.AppendRune(text, r)
		i += size
	}
	label, err := declared(text)
	return text, name, label != "" && !strings.HasPrefix(label, "utf-16"), err
}

func decodeCharmap(data []byte, cm *charmap.Charmap, limits *Limits) ([]byte, error) {
	var (
		runes [256]rune
		width [256]uint8
		plain = true
		total int
	)
	for c := range runes {
		runes[c] = cm.DecodeByte(byte(c))
		width[c] = uint8(utf8.RuneLen(runes[c]))
	}
	for i, c := range data {
		if runes[c] == utf8.RuneError {
			return nil, badBytes(data, i)
		}
		plain = plain && runes[c] == rune(c) && c < utf8.RuneSelf
		total += int(width[c])
	}
	if plain {
		return data, nil
	}
	if err := reserve(total, limits); err != nil {
		return nil, err
	}
	text := make([]byte, 0, total)
	for _, c := range data {
		if r := runes[c]; r < utf8.RuneSelf {
			text = append(text, byte(r))
		} else {
			text = utf8.AppendRune(text, r)
		}
	}
	return text, nil
}

// decodeOther decodes with a decoder that puts U+FFFD for what it cannot decode. That character is refused, although some of
// these encodings can write it.
func decodeOther(data []byte, enc encoding.Encoding, limits *Limits) ([]byte, error) {
	total := 0
	if err := decodeParts(data, enc, func(part []byte) error {
		if total += len(part); total > limits.MaxMemory || total > limits.MaxBytes {
			return reserve(total, limits)
		}
		return nil
	}); err != nil {
		return nil, err
	}
	if err := reserve(total, limits); err != nil {
		return nil, err
	}
	text := make([]byte, 0, total)
	err := decodeParts(data, enc, func(part []byte) error {
		text = append(text, part...)
		return nil
	})
	return text, err
}

func decodeParts(data []byte, enc encoding.Encoding, take func([]byte) error) error {
	dec := enc.NewDecoder()
	var part [4096]byte
	for off := 0; ; {
		nDst, nSrc, err := dec.Transform(part[:], data[off:], true)
		if err != nil && !errors.Is(err, transform.ErrShortDst) || bytes.Contains(part[:nDst], []byte("\ufffd")) {
			return badBytes(data, off)
		}
		if e := take(part[:nDst]); e != nil {
			return e
		}
		off += nSrc
		if err == nil {
			return nil
		}
		if nDst == 0 && nSrc == 0 {
			return badBytes(data, off)
		}
	}
}
