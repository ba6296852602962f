package tree

import (
	"bytes"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// repeated makes input of n times part between head and tail.
func repeated(head, part string, n int, tail string) []byte {
	b := make([]byte, 0, len(head)+n*len(part)+len(tail))
	b = append(b, head...)
	for range n {
		b = append(b, part...)
	}
	return append(b, tail...)
}

func numbered(head, format string, n int, tail string) []byte {
	b := []byte(head)
	for i := range n {
		b = fmt.Appendf(b, format, i)
	}
	return append(b, tail...)
}

func utf16LE(s []byte) []byte {
	b := make([]byte, 0, 2*len(s)+2)
	b = append(b, 0xff, 0xfe)
	for _, r := range string(s) {
		b = append(b, byte(r), byte(r>>8))
	}
	return b
}

// large skips a test of large inputs where it would take long.
func large(t *testing.T) {
	t.Helper()
	if testing.Short() || raceEnabled {
		t.Skip("reads inputs of hundreds of megabytes: not in short mode, nor with the race detector")
	}
}

// All that reading allocates, whether it is freed or not, must stay below this.
const memoryAllowed = 64 << 20

// hostile reads input and gives the limit that refused it, if one did.
func hostile(t *testing.T, read func() (*Doc, error)) (*Doc, string) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	d, err := read()
	runtime.ReadMemStats(&after)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(memoryAllowed))
	if err == nil {
		return d, ""
	}
	var limit *LimitError
	require.ErrorAs(t, err, &limit)
	return nil, limit.Limit
}

func TestHostileXML(t *testing.T) {
	large(t)
	for _, c := range []struct {
		what  string
		in    func() []byte
		limit string
	}{
		{"ten million elements deep", func() []byte { return repeated("", "<a>", 10_000_000, "") }, LimitDepth},
		{"40 MB of empty elements", func() []byte { return repeated("<r>", "<a/>", 10_000_000, "</r>") }, LimitNodes},
		{"as many nodes as allowed", func() []byte { return repeated("<r>", "<a/>", 1_999_999, "</r>") }, ""},
		{"256 MB of text", func() []byte { return repeated("<r>", "0123456789abcde\n", 16<<20, "</r>") }, LimitBytes},
		{"128 MB of text", func() []byte { return repeated("<r>", "0123456789abcde\n", 8<<20, "</r>") }, ""},
		{"129 MB of text", func() []byte { return repeated("<r>", "0123456789abcde\n", 8<<20+1<<16, "</r>") }, LimitTextBytes},
		{"an attribute of 100 MB", func() []byte { return repeated("<r a='", "0123456789", 10_000_000, "'/>") }, ""},
		{"an attribute of 100 MB of references", func() []byte { return repeated("<r a='", "&#10;", 20_000_000, "'/>") }, ""},
		{"100 MB of ampersands", func() []byte { return repeated("<r>", "&amp;", 20_000_000, "</r>") }, ""},
		{"100 MB of CRLF", func() []byte { return repeated("<r>", "\r\n", 50_000_000, "</r>") }, ""},
		{"100 MB of comments in a text", func() []byte { return repeated("<r>", "a<!---->", 12_000_000, "</r>") }, ""},
		{"100 MB of CDATA sections", func() []byte { return repeated("<r>", "<![CDATA[a]]>", 8_000_000, "</r>") }, ""},
		{"100 MB of instructions", func() []byte { return repeated("", "<?a?>", 20_000_000, "<r/>") }, ""},
		{"a name of 10 MB", func() []byte { return repeated("<", "aaaaaaaaaa", 1_000_000, "/>") }, LimitNameBytes},
		{"a namespace of 10 MB", func() []byte { return repeated("<r xmlns='", "aaaaaaaaaa", 1_000_000, "'/>") }, LimitNameBytes},
		{"a million attributes", func() []byte { return numbered("<r", " a%d=''", 1_000_000, "/>") }, LimitAttrs},
		{"a million declarations", func() []byte { return numbered("<r", " xmlns:a%d='u%[1]d'", 1_000_000, "/>") }, LimitAttrs},
		{"a million namespaces", func() []byte { return numbered("<r>", "<a xmlns='u%d'/>", 1_000_000, "</r>") }, LimitNames},
		{"a million names", func() []byte { return numbered("<r>", "<a%d/>", 1_000_000, "</r>") }, LimitNames},
		{"a million long names with equal ends", func() []byte {
			return numbered("<r>", "<aaaaaaaaaaaaaaaa%daaaaaaaaaaaaaaaa/>", 1_000_000, "</r>")
		}, LimitNames},
		{"a million prefixes", func() []byte { return numbered("<r>", "<p%d:a xmlns:p%[1]d='u'/>", 1_000_000, "</r>") }, LimitNames},
		{"names in many namespaces", func() []byte {
			b := []byte("<r>")
			for i := range 1000 {
				b = fmt.Appendf(b, "<a xmlns='u%d'>", i)
				for j := range 100 {
					b = fmt.Appendf(b, "<b%d/>", j)
				}
				b = append(b, "</a>"...)
			}
			return append(b, "</r>"...)
		}, LimitNames},
		{"declarations on every level", func() []byte {
			b := []byte{}
			for i := range 600 {
				b = append(b, "<a"...)
				for j := range 250 {
					b = fmt.Appendf(b, " xmlns:p%d='u%d'", j, i%50)
				}
				b = append(b, '>')
			}
			return b
		}, LimitDepth},
		{"a prefix declared and used two million times", func() []byte {
			return repeated("<r>", "<p:a xmlns:p='u'/><p:a xmlns:p='v'/>", 400_000, "</r>")
		}, ""},
		{"UTF-16 of 80 MB", func() []byte { return utf16LE(repeated("<r>", "a", 40_000_000, "</r>")) }, ""},
		{"a UTF-16 bomb of elements", func() []byte { return utf16LE(repeated("<r>", "<a/>", 10_000_000, "</r>")) }, LimitMemory},
		{"a UTF-16 bomb of three-byte characters", func() []byte { return utf16LE(repeated("<r>", "中", 30_000_000, "</r>")) }, LimitMemory},
		{"Latin bytes of 100 MB", func() []byte {
			return repeated("<?xml version='1.0' encoding='ISO-8859-1'?><r>", "\xe9", 100_000_000, "</r>")
		}, LimitMemory},
		{"plain Latin of 100 MB", func() []byte {
			return repeated("<?xml version='1.0' encoding='ISO-8859-1'?><r>", "e", 100_000_000, "</r>")
		}, ""},
		{"a GBK bomb", func() []byte {
			return repeated("<?xml version='1.0' encoding='GBK'?><r>", "\xb0\xa1", 40_000_000, "</r>")
		}, LimitMemory},
	} {
		t.Run(c.what, func(t *testing.T) {
			in := c.in()
			_, limit := hostile(t, func() (*Doc, error) { return ParseXML(in, XMLOptions{}) })
			require.Equal(t, c.limit, limit)
		})
	}
}

func TestBillionLaughs(t *testing.T) {
	var b strings.Builder
	b.WriteString("<!DOCTYPE z [<!ENTITY a0 'ha'>")
	for i := 1; i < 30; i++ {
		fmt.Fprintf(&b, "<!ENTITY a%d '%s'>", i, strings.Repeat(fmt.Sprintf("&a%d;", i-1), 10))
	}
	b.WriteString("]><z>&a29;</z>")
	_, err := ParseXML([]byte(b.String()), XMLOptions{})
	var syntax *SyntaxError
	require.ErrorAs(t, err, &syntax)
	require.Equal(t, errDoctype.code, syntax.Code)
}

func TestHostileJSON(t *testing.T) {
	large(t)
	for _, c := range []struct {
		what  string
		in    func() []byte
		limit string
	}{
		{"arrays a million deep", func() []byte { return repeated("", "[", 1_000_000, "") }, LimitDepth},
		{"objects a million deep", func() []byte { return repeated("", `{"a":`, 1_000_000, "") }, LimitDepth},
		{"40 MB of small numbers", func() []byte { return repeated("[0", ",1", 20_000_000, "]") }, LimitNodes},
		{"a string of 100 MB", func() []byte { return repeated(`"`, "0123456789", 10_000_000, `"`) }, ""},
		{"a string of 100 MB of escapes", func() []byte { return repeated(`"`, `\u0041\n`, 12_500_000, `"`) }, ""},
		{"a number of 100 MB", func() []byte { return repeated(``, "0123456789", 10_000_000, ``)[1:] }, ""},
		{"a name of 10 MB", func() []byte { return repeated(`{"`, "aaaaaaaaaa", 1_000_000, `":0}`) }, LimitNameBytes},
		{"a name of 10 MB of escapes", func() []byte { return repeated(`{"`, `\u0041`, 1_700_000, `":0}`) }, LimitNameBytes},
		{"a million names", func() []byte { return numbered(`{"":0`, `,"a%d":0`, 1_000_000, "}") }, LimitNames},
		{"a million names with escapes", func() []byte { return numbered(`{"":0`, `,"\u0061a%d":0`, 1_000_000, "}") }, LimitNames},
		{"objects of many members", func() []byte {
			one := numbered(`,{"":0`, `,"a%d":0`, 10_000, "}")
			return append(append([]byte("[0"), bytes.Repeat(one, 100)...), ']')
		}, ""},
		{"members nested such that each name comes again within", func() []byte {
			return append(numbered(`{"":0`, `,"a%d":{"a0":{"a1":0}}`, 16_000, ""), '}')
		}, ""},
		{"100 MB of white space", func() []byte { return repeated("[", " \n\t\r", 25_000_000, "]") }, ""},
		{"300 MB", func() []byte { return make([]byte, 300<<20) }, LimitBytes},
	} {
		t.Run(c.what, func(t *testing.T) {
			in := c.in()
			_, limit := hostile(t, func() (*Doc, error) { return ParseJSON(in, Limits{}) })
			require.Equal(t, c.limit, limit)
		})
	}
}

// Positions in a document of one line, or of nothing but line ends, cost little memory.
func TestHostilePositions(t *testing.T) {
	large(t)
	for _, part := range []string{"0", "\n", "\r", "é"} {
		in := repeated("<r>", part, 20_000_000, "<a/></r>")
		d, err := ParseXML(in, XMLOptions{})
		require.NoError(t, err)
		hostile(t, func() (*Doc, error) {
			for range 1000 {
				d.Root().Child("a").Pos()
			}
			return d, nil
		})
	}
}

// Every limit is exact: what is at the limit is read, what is one beyond is not.
func TestLimits(t *testing.T) {
	for _, c := range []struct {
		limit  string
		l      Limits
		ok     string
		beyond string
	}{
		{LimitBytes, Limits{MaxBytes: 8}, `<r>x</r>`, `<r>xx</r>`},
		{LimitNodes, Limits{MaxNodes: 4}, `<r a=""><b/>x</r>`, `<r a=""><b/>x<c/></r>`},
		{LimitDepth, Limits{MaxDepth: 2}, `<r><b></b><b/></r>`, `<r><b><c/></b></r>`},
		{LimitTextBytes, Limits{MaxTextBytes: 3}, `<r a="abc">abc</r>`, `<r>abcd</r>`},
		{LimitTextBytes, Limits{MaxTextBytes: 3}, `<r a="abc"/>`, `<r a="abcd"/>`},
		{LimitAttrs, Limits{MaxAttrs: 2}, `<r a="" xmlns="u"/>`, `<r a="" b="" c=""/>`},
		{LimitNames, Limits{MaxNames: 3}, `<r a="" b=""><a/><r/></r>`, `<r a="" b="" c=""/>`},
		{LimitNameBytes, Limits{MaxNameBytes: 3}, `<abc/>`, `<abcd/>`},
		{LimitNameBytes, Limits{MaxNameBytes: 5}, `<abc xmlns="urn:a"/>`, `<abc xmlns="urn:ab"/>`},
		{LimitMemory, Limits{MaxMemory: chunkNodes * nodeBytes}, `<r/>`, `<r>` + strings.Repeat("<a/>", chunkNodes) + `</r>`},
		{LimitBytes, Limits{MaxBytes: 3}, `[1]`, `[1] `},
		{LimitNodes, Limits{MaxNodes: 3}, `[1,2]`, `[1,2,3]`},
		{LimitDepth, Limits{MaxDepth: 2}, `[[1]]`, `[[[]]]`},
		{LimitTextBytes, Limits{MaxTextBytes: 3}, `["abc",123]`, `"abcd"`},
		{LimitTextBytes, Limits{MaxTextBytes: 3}, `123`, `1234`},
		{LimitNames, Limits{MaxNames: 2}, `[{"a":0,"b":0},{"a":0,"":0}]`, `{"a":0,"b":0,"c":0}`},
		{LimitNameBytes, Limits{MaxNameBytes: 3}, `{"ab\u0063":0}`, `{"ab\u0063d":0}`},
		{LimitMemory, Limits{MaxMemory: chunkNodes * nodeBytes}, `[]`, `[0` + strings.Repeat(",1", chunkNodes) + `]`},
	} {
		read := func(p *Parser, s string) error {
			var err, again error
			p.Limits = c.l
			if s[0] == '<' {
				_, err = ParseXML([]byte(s), XMLOptions{Limits: c.l})
				_, again = p.XML([]byte(s))
			} else {
				_, err = ParseJSON([]byte(s), c.l)
				_, again = p.JSON([]byte(s))
			}
			require.Equal(t, err, again)
			return err
		}
		var p Parser
		for range 2 {
			require.NoError(t, read(&p, c.ok), c.ok)
			var limit *LimitError
			require.ErrorAs(t, read(&p, c.beyond), &limit, c.beyond)
			require.Equal(t, c.limit, limit.Limit, c.beyond)
		}
	}
}
