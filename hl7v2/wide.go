package hl7v2

import (
	"bytes"
	"encoding/binary"
	"unicode/utf16"
	"unicode/utf8"
)

// wideForm is how an input of UTF-16 or UTF-32 begins: with a byte-order mark, or with the three letters of a header.
type wideForm struct {
	name  string // of table 0211
	start []byte
	size  int // bytes of a unit
	order binary.ByteOrder
}

func wideForms() []wideForm {
	return []wideForm{
		{"UNICODE UTF-32", []byte("\xff\xfe\x00\x00"), 4, binary.LittleEndian},
		{"UNICODE UTF-32", []byte("\x00\x00\xfe\xff"), 4, binary.BigEndian},
		{"UNICODE UTF-32", []byte("M\x00\x00\x00S\x00\x00\x00"), 4, binary.LittleEndian},
		{"UNICODE UTF-32", []byte("\x00\x00\x00M\x00\x00\x00S"), 4, binary.BigEndian},
		{"UNICODE UTF-16", []byte("\xff\xfe"), 2, binary.LittleEndian},
		{"UNICODE UTF-16", []byte("\xfe\xff"), 2, binary.BigEndian},
		{"UNICODE UTF-16", []byte("M\x00S\x00H\x00"), 2, binary.LittleEndian},
		{"UNICODE UTF-16", []byte("\x00M\x00S\x00H"), 2, binary.BigEndian},
	}
}

// wideFormOf gives the form of an input; nil where it is of bytes.
func wideFormOf(b []byte) *wideForm {
	if len(b) < 6 || b[0] != 0 && b[1] != 0 && b[0] < 0xfe {
		return nil
	}
	for _, f := range wideForms() {
		if bytes.HasPrefix(b, f.start) {
			return &f
		}
	}
	return nil
}

// text makes UTF-8 of an input, its byte-order mark included.
func (f *wideForm) text(b []byte, limit int) ([]byte, *fault) {
	if len(b)%f.size != 0 {
		return nil, &faultCharset
	}
	out := make([]byte, 0, min(len(b), limit+4))
	for i := 0; i < len(b); i += f.size {
		var r rune
		if f.size == 4 {
			r = rune(f.order.Uint32(b[i:]))
			if !utf8.ValidRune(r) {
				return nil, &faultCharset
			}
		} else {
			r = rune(f.order.Uint16(b[i:]))
			if utf16.IsSurrogate(r) {
				if i+4 > len(b) {
					return nil, &faultCharset
				}
				if r = utf16.DecodeRune(r, rune(f.order.Uint16(b[i+2:]))); r == utf8.RuneError {
					return nil, &faultCharset
				}
				i += 2
			}
		}
		if out = utf8.AppendRune(out, r); len(out) > limit {
			return nil, &faultMaxBytes
		}
	}
	return out, nil
}

// bytes makes of UTF-8 what text was made of.
func (f *wideForm) bytes(text []byte) []byte {
	out := make([]byte, 0, len(text)*f.size)
	for _, r := range string(text) {
		switch r1, r2 := utf16.EncodeRune(r); {
		case f.size == 4:
			out = appendUnit(out, f, uint32(r))
		case r1 != utf8.RuneError:
			out = appendUnit(appendUnit(out, f, uint32(r1)), f, uint32(r2))
		default:
			out = appendUnit(out, f, uint32(r))
		}
	}
	return out
}

func appendUnit(dst []byte, f *wideForm, u uint32) []byte {
	var b [4]byte
	if f.size == 4 {
		f.order.PutUint32(b[:], u)
	} else {
		f.order.PutUint16(b[:], uint16(u))
	}
	return append(dst, b[:f.size]...)
}
