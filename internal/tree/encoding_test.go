package tree

import (
	"encoding/binary"
	"errors"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

func utf16Bytes(s string, order binary.AppendByteOrder, mark bool) []byte {
	var b []byte
	if mark {
		b = order.AppendUint16(b, 0xfeff)
	}
	for _, u := range utf16.Encode([]rune(s)) {
		b = order.AppendUint16(b, u)
	}
	return b
}

func TestEncodings(t *testing.T) {
	decl := func(label string) string { return `<?xml version="1.0" encoding="` + label + `"?>` }
	encoded := func(label string, enc encoding.Encoding, text string) []byte {
		b, err := enc.NewEncoder().Bytes([]byte(decl(label) + "\r\n<r a='" + text + "'>" + text + "</r>"))
		require.NoError(t, err)
		return b
	}
	const wide = "né “q” 日本 😀"
	for _, c := range []struct {
		what, name, text string
		in               []byte
	}{
		{"UTF-8 declared", "UTF-8", wide, []byte(decl("UTF-8") + "<r a='" + wide + "'>" + wide + "</r>")},
		{"UTF-8 in lower case", "UTF-8", "é", []byte(decl("utf-8") + "<r a='é'>é</r>")},
		{"nothing declared", "UTF-8", "é", []byte("<r a='é'>é</r>")},
		{"byte order mark", "UTF-8", "é", []byte("\ufeff<r a='é'>é</r>")},
		{"ASCII", "US-ASCII", "e", []byte(decl("US-ASCII") + "<r a='e'>e</r>")},
		{"UTF-16 little endian", "UTF-16LE", wide, utf16Bytes(decl("UTF-16")+"<r a='"+wide+"'>"+wide+"</r>", binary.LittleEndian, true)},
		{"UTF-16 big endian", "UTF-16BE", wide, utf16Bytes(decl("utf-16")+"<r a='"+wide+"'>"+wide+"</r>", binary.BigEndian, true)},
		{"UTF-16 without mark", "UTF-16LE", wide, utf16Bytes(decl("UTF-16LE")+"<r a='"+wide+"'>"+wide+"</r>", binary.LittleEndian, false)},
		{"UTF-16BE without mark", "UTF-16BE", wide, utf16Bytes("<r a='"+wide+"'>"+wide+"</r>", binary.BigEndian, false)},
		{"Latin-1", "ISO-8859-1", "café £", encoded("ISO-8859-1", charmap.ISO8859_1, "café £")},
		{"Latin-1, nothing but ASCII", "ISO-8859-1", "cafe", encoded("iso-8859-1", charmap.ISO8859_1, "cafe")},
		{"Latin-9", "ISO-8859-15", "10 €", encoded("ISO-8859-15", charmap.ISO8859_15, "10 €")},
		{"Windows", "windows-1252", "“q” € –", encoded("windows-1252", charmap.Windows1252, "“q” € –")},
		{"Windows by another label", "windows-1252", "“q”", encoded("cp1252", charmap.Windows1252, "“q”")},
		{"Cyrillic", "KOI8-R", "Привет", encoded("KOI8-R", charmap.KOI8R, "Привет")},
		{"Shift_JIS", "Shift_JIS", "日本", encoded("Shift_JIS", japanese.ShiftJIS, "日本")},
		{"EUC-JP", "EUC-JP", "日本", encoded("EUC-JP", japanese.EUCJP, "日本")},
		{"ISO-2022-JP", "ISO-2022-JP", "日本", encoded("ISO-2022-JP", japanese.ISO2022JP, "日本")},
		{"EUC-KR", "EUC-KR", "한국", encoded("EUC-KR", korean.EUCKR, "한국")},
		{"Big5", "Big5", "中文", encoded("Big5", traditionalchinese.Big5, "中文")},
		{"GB18030", "GB18030", wide, encoded("GB18030", simplifiedchinese.GB18030, wide)},
		{"GBK, long", "GBK", strings.Repeat("中文", 5000), encoded("GBK", simplifiedchinese.GBK, strings.Repeat("中文", 5000))},
	} {
		d, err := ParseXML(c.in, XMLOptions{})
		require.NoError(t, err, c.what)
		require.Equal(t, c.name, d.Encoding(), c.what)
		require.Equal(t, c.text, d.Root().Text(), c.what)
		require.Equal(t, c.text, d.Root().Attr("a").Value(), c.what)
		require.Equal(t, "<r a='"+c.text+"'>"+c.text+"</r>", string(d.Root().Fragment()), c.what)
		require.Empty(t, d.Repairs(), c.what)
	}
	require.Equal(t, "UTF-8", mustJSON(t, "1").Encoding())
}

// Where bytes and label contradict one another and the bytes leave no doubt, the bytes are believed and that is noted.
func TestMislabelled(t *testing.T) {
	for _, in := range []string{
		`<?xml version="1.0" encoding="utf-16"?><r>é</r>`,
		"\ufeff" + `<?xml version="1.0" encoding="ISO-8859-1"?><r>é</r>`,
		string(utf16Bytes(`<?xml version="1.0" encoding="UTF-8"?><r>é</r>`, binary.LittleEndian, true)),
	} {
		d, err := ParseXML([]byte(in), XMLOptions{})
		require.NoError(t, err)
		require.Equal(t, "é", d.Root().Text())
		require.Equal(t, []Repair{{RepairEncoding, 0}}, d.Repairs())
	}
}

// Latin-1 is not windows-1252: its bytes from 80 to 9F are control characters.
func TestLatinControls(t *testing.T) {
	d, err := ParseXML([]byte("<?xml version='1.0' encoding='ISO-8859-1'?><r>\x93</r>"), XMLOptions{})
	require.NoError(t, err)
	require.Equal(t, "\u0093", d.Root().Text())
}

func TestUndecodable(t *testing.T) {
	for _, in := range []string{
		"<?xml version='1.0' encoding='windows-1252'?><r>\x81</r>",
		"<?xml version='1.0' encoding='GBK'?><r>\xff</r>",
		"<?xml version='1.0' encoding='EUC-JP'?><r>\xa4</r>",
		"<?xml version='1.0' encoding='ISO-2022-KR'?><r/>",
		"<?xml version='1.0' encoding='US-ASCII'?><r>\x80</r>",
		"\xff\xfe<\x00r\x00/\x00>",
		"\xfe\xff\x00<\x00r\x00>\xdc\x00",
	} {
		_, err := ParseXML([]byte(in), XMLOptions{})
		var syntax *SyntaxError
		require.True(t, errors.As(err, &syntax), "%q", in)
		require.Contains(t, []string{errUndecodable.code, errCharset.code}, syntax.Code, "%q", in)
	}
}
