package consent

import (
	"html"
	"strconv"
	"strings"
)

// Text gives the preview as plain text in UTF-8: a title, and a heading and lines for each part.
func (p *Preview) Text() string {
	var b strings.Builder
	heading := func(s, under string) {
		b.WriteString(s + "\n" + strings.Repeat(under, len([]rune(s))) + "\n")
	}
	heading(p.Title, "=")
	for i := range p.Parts {
		b.WriteByte('\n')
		heading(p.Parts[i].Heading, "-")
		for _, l := range p.Parts[i].Lines {
			b.WriteString("- " + l.Text + "\n")
			for _, it := range l.Items {
				b.WriteString("  - " + it + "\n")
			}
			if l.More > 0 {
				b.WriteString("  - and " + strconv.Itoa(l.More) + " more\n")
			}
		}
	}
	return b.String()
}

// HTML gives the preview as a page of HTML in UTF-8 that stands by itself. It has no scripts, styles or links, and every text
// in it is escaped: a record's own words are never markup.
func (p *Preview) HTML() string {
	var b strings.Builder
	put := func(open, text, end string) { b.WriteString(open + html.EscapeString(text) + end) }
	put("<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>", p.Title, "</title></head>\n<body>\n")
	put("<h1>", p.Title, "</h1>\n")
	for i := range p.Parts {
		put("<section>\n<h2>", p.Parts[i].Heading, "</h2>\n<ul>\n")
		for _, l := range p.Parts[i].Lines {
			put("<li>", l.Text, "")
			if len(l.Items) > 0 {
				b.WriteString("\n<ul>\n")
				for _, it := range l.Items {
					put("<li>", it, "</li>\n")
				}
				if l.More > 0 {
					b.WriteString("<li>and " + strconv.Itoa(l.More) + " more</li>\n")
				}
				b.WriteString("</ul>\n")
			}
			b.WriteString("</li>\n")
		}
		b.WriteString("</ul>\n</section>\n")
	}
	b.WriteString("</body>\n</html>\n")
	return b.String()
}
