package hl7v2_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/hl7v2"
)

func TestEscapes(t *testing.T) {
	for _, c := range []struct{ in, value, text string }{
		{`plain`, `plain`, `plain`},
		{`a\F\b\S\c\T\d\R\e\E\f`, `a|b^c&d~e\f`, `a|b^c&d~e\f`},
		{`\F\\S\\T\`, `|^&`, `|^&`},
		{`\E\\E\`, `\\`, `\\`},
		{`\E\F\E\`, `\F\`, `\F\`},
		{`one\.br\two`, "one\ntwo", "one\ntwo"},
		{`one\X0D0A\two`, "one\r\ntwo", "one\r\ntwo"},
		{`\X41\\X42\\X43\`, `ABC`, `ABC`},
		{`\XC3\\XA9\`, `é`, `é`},
		{`\XC3\x`, `\XC3\x`, `\XC3\x`},
		{`\X4\`, `\X4\`, `\X4\`},
		{`\Xzz\`, `\Xzz\`, `\Xzz\`},
		{`\H\HIGH\N\ now`, `\H\HIGH\N\ now`, `HIGH now`},
		{`\Z01\x\ZAB9\`, `\Z01\x\ZAB9\`, `\Z01\x\ZAB9\`},
		{`a\.sp3\b`, `a\.sp3\b`, "a\n\n\nb"},
		{`a\.sp\b\.ce\c`, `a\.sp\b\.ce\c`, "a\nb\nc"},
		{`\.in+4\a\.br\b\.in-2\\.br\c`, "\\.in+4\\a\nb\\.in-2\\\nc", "a\n    b\n  c"},
		{`\.ti2\a\.sk3\b\.fi\\.nf\`, `\.ti2\a\.sk3\b\.fi\\.nf\`, `  a   b`},
		{`\.sp999999999\x`, `\.sp999999999\x`, `\.sp999999999\x`},
		{`C:\dir\file`, `C:\dir\file`, `C:\dir\file`},
		{`\\server\share`, `\\server\share`, `\\server\share`},
		{`a\`, `a\`, `a\`},
		{`\`, `\`, `\`},
		{`\\`, `\\`, `\\`},
		{`\Q\\F\`, `\Q\|`, `\Q\|`},
		{`cut\P\`, `cut\P\`, `cut\P\`},
		{`\C2842\x\M2442\`, `x`, `x`},
		{`\C9999\`, `\C9999\`, `\C9999\`},
	} {
		m := parse(t, head, "OBX|1|TX|8||"+c.in+"||||||F")
		v := m.At("OBX-5")
		require.Equal(t, c.value, v.String(), c.in)
		require.Equal(t, c.text, v.Text(), c.in)
		require.Equal(t, c.in, string(v.Raw()))
	}
}

// A delimiter's escape stands for the message's own character.
func TestEscapesOfOtherDelimiters(t *testing.T) {
	m := parse(t, `MSH@~+/*@LAB@@EHR@@2026@@ADT~A01@1@P@2.3`, `NTE@1@@/F//S//T//R//E/ | ^ & ~ \`)
	require.Equal(t, `@~*+/ | ^ & ~ \`, m.Get("NTE-3"))
	require.NoError(t, m.Set("NTE-3", `a@b~c|d/e`))
	require.Equal(t, `a/F/b/S/c|d/E/e`, string(m.At("NTE-3").Raw()))
}

func TestCharsets(t *testing.T) {
	const declared = `MSH|^~\&|LAB||||2026||ADT^A01|1|P|2.5||||||`
	for _, c := range []struct {
		what, set, in, value string
		info                 hl7v2.Charset
	}{
		{"nothing said", "", "Ana", "Ana", hl7v2.Charset{Name: "ASCII"}},
		{"nothing said, UTF-8", "", "Zoë", "Zoë", hl7v2.Charset{Name: "UNICODE UTF-8"}},
		{"nothing said, Latin", "", "Zo\xeb", "Zoë", hl7v2.Charset{Name: "8859/1"}},
		{"UTF-8", "UNICODE UTF-8", "山田\\S\\x", "山田^x", hl7v2.Charset{Name: "UNICODE UTF-8", Declared: true}},
		{"UTF-8 by another name", "utf-8", "é", "é", hl7v2.Charset{Name: "UNICODE UTF-8", Declared: true}},
		{"UTF-8 that is none", "UNICODE UTF-8", "\xe9é", "éé", hl7v2.Charset{Name: "UNICODE UTF-8", Declared: true, Broken: true}},
		{"ASCII that is none", "ASCII", "é", "é", hl7v2.Charset{Name: "UNICODE UTF-8", Declared: true, Broken: true}},
		{"Latin 1", "8859/1", "Zo\xeb\\XE9\\", "Zoëé", hl7v2.Charset{Name: "8859/1", Declared: true}},
		{"Latin 2", "8859/2", "\xb1\xe6", "ąć", hl7v2.Charset{Name: "8859/2", Declared: true}},
		{"Cyrillic", "8859/5", "\xb8\xd2\xd0\xdd", "Иван", hl7v2.Charset{Name: "8859/5", Declared: true}},
		{"Latin 9", "8859/15", "\xa4", "€", hl7v2.Charset{Name: "8859/15", Declared: true}},
		{"Korean", "KS X 1001", "\xb1\xe8", "김", hl7v2.Charset{Name: "KS X 1001", Declared: true}},
		{"Chinese whose second bytes look like delimiters", "GB 18030-2000", "\x81\x7c\x81\x5c\x81\x5e\x81\x7ex\\F\\", "亅乗乛亊x|", hl7v2.Charset{Name: "GB 18030-2000", Declared: true}},
		{"Chinese of four bytes", "GB 18030-2000", "\x95\x32\x82\x36", "𠀀", hl7v2.Charset{Name: "GB 18030-2000", Declared: true}},
		{"Chinese, traditional", "BIG-5", "\xa5\x5c\xb3\x5c", "功許", hl7v2.Charset{Name: "BIG-5", Declared: true}},
		{"Japanese", "~ISO IR87", "Yamada\x1b$B;3ED\x1b(Bx", "Yamada山田x", hl7v2.Charset{Name: "ASCII"}},
		{"Japanese whose bytes look like delimiters", "ISO IR87", "\x1b$B0|0^0&0~0\\\x1b(Bx\\S\\", "淫緯愛蔭移x^", hl7v2.Charset{Name: "ISO IR87", Declared: true}},
		{"Japanese, katakana", "ISO IR14~ISO IR87", "\xd4\xcf\xc0\xde", "ﾔﾏﾀﾞ", hl7v2.Charset{Name: "ISO IR14", Declared: true}},
		{"Japanese by escapes of HL7", "ASCII~ISO IR87", `Y\M2442\;3ED\C2842\x`, "Y山田x", hl7v2.Charset{Name: "ASCII", Declared: true}},
		{"Greek by escapes of HL7", "8859/1", "a\\C2D46\\\xe1\\C2D41\\\xe1", "aαá", hl7v2.Charset{Name: "8859/1", Declared: true}},
		{"unknown", "NEVER 9", "é", "é", hl7v2.Charset{Name: "UNICODE UTF-8", Unknown: true}},
	} {
		t.Run(c.what, func(t *testing.T) {
			in := lines(declared+c.set, "PID|1||A1||"+c.in+"^second||19700101")
			m, err := hl7v2.Parse(in, hl7v2.Options{})
			require.NoError(t, err)
			require.Equal(t, c.value, m.Get("PID-5.1"))
			require.Equal(t, "second", m.Get("PID-5.2"))
			require.Equal(t, "19700101", m.Get("PID-7"))
			require.Equal(t, c.info, m.Charset())
			require.Equal(t, string(in), string(m.Bytes()))
			complete(t, m)
			if err := m.Set("PID-5.2", c.value); err == nil {
				require.Equal(t, c.value, m.Get("PID-5.2"))
				require.Equal(t, c.value, m.Get("PID-5.1"))
				require.Equal(t, "19700101", m.Get("PID-7"))
			} else {
				require.ErrorIs(t, err, hl7v2.ErrUnwritable)
				require.True(t, c.info.Broken || c.info.Name == "8859/1", "what was read can be written")
			}
		})
	}
	m, err := hl7v2.Parse(lines(declared+"NEVER 9", "PID|1||A1||\xb1"), hl7v2.Options{Charset: "8859/2"})
	require.NoError(t, err)
	require.Equal(t, "ą", m.Get("PID-5"))
}

func TestUnwritable(t *testing.T) {
	m := parse(t, `MSH|^~\&|LAB||||2026||ADT^A01|1|P|2.5||||||8859/1`, `PID|1||A1`)
	require.ErrorIs(t, m.Set("PID-5", "山"), hl7v2.ErrUnwritable)
	require.EqualError(t, m.Set("PID-5", "\xff"), "hl7v2: segment 2 (PID), field 5, byte 50: the value is not UTF-8")
	require.NoError(t, m.Set("PID-5", "é"))
	require.Equal(t, "\xe9", string(m.At("PID-5").Raw()))
	require.ErrorContains(t, m.Set("MSH-18", "UNICODE UTF-8"), "MSH-18")

	m = parse(t, `MSH|^~\&|LAB||||2026||ADT^A01|1|P|2.5||||||ASCII`, `PID|1||A1`)
	require.ErrorIs(t, m.Set("PID-5", "é"), hl7v2.ErrUnwritable)
	require.NoError(t, m.Set("MSH-18", "UNICODE UTF-8"))
	require.NoError(t, m.Set("PID-5", "é"))
}

// UTF-16 and UTF-32 are read as their text, and written again as they came.
func TestWide(t *testing.T) {
	text := `MSH|^~\&|LAB||||2026||ADT^A01|1|P|2.5||||||UNICODE UTF-16` + "\rPID|1||A1||Zoë^𠀀\r"
	for _, bom := range []string{"", "\ufeff"} {
		var in []byte
		for _, r := range bom + text {
			if r > 0xffff {
				in = append(in, 0x40, 0xd8, 0x00, 0xdc)
				continue
			}
			in = append(in, byte(r), byte(r>>8))
		}
		m, err := hl7v2.Parse(in, hl7v2.Options{})
		require.NoError(t, err)
		require.Equal(t, "Zoë", m.Get("PID-5.1"))
		require.Equal(t, "𠀀", m.Get("PID-5.2"))
		require.Equal(t, hl7v2.Charset{Name: "UNICODE UTF-16", Declared: true}, m.Charset())
		require.Equal(t, in, m.Bytes())
		require.NoError(t, m.Set("PID-5.1", "Ana"))
		again, err := hl7v2.Parse(m.Bytes(), hl7v2.Options{})
		require.NoError(t, err)
		require.Equal(t, "Ana", again.Get("PID-5.1"))
		require.Equal(t, "𠀀", again.Get("PID-5.2"))
		require.NoError(t, m.Set("PID-5.1", "Zoë"))
		require.Equal(t, in, m.Bytes())
	}
}

func TestDetect(t *testing.T) {
	for _, in := range []string{head, "\x0b" + head, "\ufeff" + head, "\r\n" + head, "FHS|^~\\&|", "BHS|^~\\&|", "MSH@~", "M\x00S\x00H\x00|\x00^\x00", "\xfe\xff\x00M\x00S\x00H\x00|\x00^"} {
		require.True(t, hl7v2.Detect([]byte(in)), "%q", in)
	}
	for _, in := range []string{"", "MSH", "MSHA", "PID|1", "<MSH|", "{\"a\":1}", "MSH x", "\xff\xfe<\x00a\x00/\x00>\x00"} {
		require.False(t, hl7v2.Detect([]byte(in)), "%q", in)
	}
}
