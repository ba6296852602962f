package tree

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

var errInvalid = errors.New("invalid")

// stricterXML tells whether ParseXML refuses for a reason for which encoding/xml is known not to, see DIFFERENCES.md.
func stricterXML(text []byte, err *SyntaxError) bool {
	switch err.Code {
	case errNoRoot.code, errOutside.code, errTwoRoots.code, errDoctype.code, errCDATAOutside.code,
		errName.code, errSpace.code, errDupAttr.code, errCharRef.code,
		errPrefix.code, errUndeclare.code, errReserved.code,
		errPI.code, errDecl.code, errVersion.code, errDeclPlace.code, errCharset.code, errUndecodable.code:
		return true
	case errMarkup.code:
		// Directives of any name.
		return bytes.HasPrefix(text[err.Offset:], []byte("<!"))
	case errChar.code, errUTF8.code:
		return !inTextOrTag(text, int(err.Offset))
	}
	return false
}

// inTextOrTag tells whether the offset is neither in a comment nor in a processing instruction.
func inTextOrTag(text []byte, off int) bool {
	open := func(start, end string) bool {
		i := bytes.LastIndex(text[:off], []byte(start))
		return i >= 0 && !bytes.Contains(text[i+len(start):off], []byte(end))
	}
	return !open("<!--", "-->") && !open("<?", "?>")
}

// laxerXML tells whether a document has what ParseXML accepts although encoding/xml does not: names of characters that
// only the fifth edition of XML allows.
func laxerXML(d *Doc) bool {
	for _, x := range d.names {
		for i := range d.local(&x) {
			if d.local(&x)[i] >= utf8.RuneSelf {
				return true
			}
		}
	}
	for _, p := range d.prefixes {
		if !isASCII(p) {
			return true
		}
	}
	// Targets of instructions are names too.
	return bytes.Contains(d.src, []byte("<?")) && !isASCII(d.text)
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// stricterJSON is for JSON what stricterXML is for XML.
func stricterJSON(err *SyntaxError) bool {
	switch err.Code {
	case errJSONDup.code, errJSONSurr.code, errJSONUTF8.code:
		return true
	}
	return false
}

func standardValue(dec *json.Decoder) (string, error) {
	var b strings.Builder
	tok, err := dec.Token()
	if err != nil {
		return "", err
	}
	switch t := tok.(type) {
	case json.Delim:
		fmt.Fprintf(&b, "%s(", map[json.Delim]Kind{'{': Object, '[': Array}[t])
		for dec.More() {
			name := any("")
			if t == '{' {
				if name, err = dec.Token(); err != nil {
					return "", err
				}
			}
			v, err := standardValue(dec)
			if err != nil {
				return "", err
			}
			fmt.Fprintf(&b, "%q:%s,", name, v)
		}
		b.WriteByte(')')
		_, err = dec.Token()
		return b.String(), err
	case string:
		fmt.Fprintf(&b, "%s:%q", String, t)
	case json.Number:
		fmt.Fprintf(&b, "%s:%q", Number, t.String())
	case bool:
		fmt.Fprintf(&b, "%s:%q", Bool, fmt.Sprint(t))
	case nil:
		fmt.Fprintf(&b, "%s:%q", Null, "null")
	}
	return b.String(), nil
}
