package ccda

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// TestEmptyElement: what is known at first sight to be an element is one, and so is what has to be read for it.
func TestEmptyElement(t *testing.T) {
	for text, known := range map[string]bool{
		`<id/>`: true, `<id />`: true, `<id root="1.2"/>`: true, `<id root="1.2"  extension="a b"/>`: true, `<a xmlns="urn:x" b=""/>`: true, `<a b="ü"/>`: false,
		`<sdtc:id xmlns:sdtc="urn:hl7-org:sdtc"/>`: false, `<a b='x'/>`: false, `<a b = "x"/>`: false, `<a b="&amp;"/>`: false, "<a\nb=\"x\"/>": false, `<a b="x>"/>`: false,
		`<a>b</a>`: false, `<a><b/></a>`: false, `<a c="1" d="1" e="1" f="1" g="1" h="1" i="1" j="1" k="1"/>`: false,
	} {
		require.Equal(t, known, isEmptyElement(text), text)
		require.True(t, isWhole(&record.Carried{Kind: "element", Data: text}), text)
	}
	for _, text := range []string{
		"", "<", "</>", "<//>", "<1/>", "<-a/>", "<.a/>", "< a/>", `<a b="1" b="2"/>`, `<a b="1"c="2"/>`, `<a b="1/>`, `<a b=1/>`, `<a b/>`, `<a ="1"/>`, `<a 1="1"/>`, `<a b="<"/>`, `<a b="&"/>`,
		`<a/><b/>`, `<a b="1"/><b/>`, `<a b="1"/ />`, `<a:b/>`, `<a b:c="1"/>`, "<a b=\"\x01\"/>", "<a b=\"\xff\"/>", `<a/ b="1"/>`, `<?a/>`, `<!a/>`, `<a b="1" />x/>`,
	} {
		require.False(t, isEmptyElement(text), text)
		require.False(t, isWhole(&record.Carried{Kind: "element", Data: text}), text)
	}
}

// FuzzEmptyElement: nothing is taken for an element that the reader refuses.
func FuzzEmptyElement(f *testing.F) {
	f.Add(`<id root="1.2" extension="a"/>`)
	f.Add(`<a b="1"c="2"/>`)
	f.Fuzz(func(t *testing.T, text string) {
		if isEmptyElement(text) {
			require.NoError(t, tree.CheckXML(text, tree.XMLOptions{}))
			require.Equal(t, 1, strings.Count(text, "<"))
		}
	})
}
