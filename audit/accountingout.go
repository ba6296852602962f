package audit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"slices"
	"strings"
)

// JSON gives the accounting as JSON.
func (a *Accounting) JSON() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(a)
	return b.Bytes(), err
}

const accountingHead = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Accounting of disclosures</title>
<style>
body { font: 1rem/1.5 sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #111; background: #fff }
table { border-collapse: collapse; width: 100%; margin: 1rem 0 }
caption { text-align: left; font-weight: bold; padding: .5rem 0 }
th, td { border: 1px solid #767676; padding: .4rem .6rem; text-align: left; vertical-align: top }
th { background: #eee }
</style>
</head>
<body>
<h1>Accounting of disclosures of health information</h1>
<p>45 CFR 164.528</p>
`

// HTML writes the accounting as a page that needs nothing but itself.
func (a *Accounting) HTML(w io.Writer) error {
	var b strings.Builder
	b.WriteString(accountingHead)
	list := func(rows ...[2]string) {
		b.WriteString("<dl>\n")
		for _, r := range rows {
			if r[1] != "" {
				b.WriteString("<dt>" + r[0] + "</dt><dd>" + html.EscapeString(r[1]) + "</dd>\n")
			}
		}
		b.WriteString("</dl>\n")
	}
	cell := func(lines ...string) {
		b.WriteString("<td>")
		for i, l := range slices.DeleteFunc(lines, func(s string) bool { return s == "" }) {
			if i > 0 {
				b.WriteString("<br>")
			}
			b.WriteString(html.EscapeString(l))
		}
		b.WriteString("</td>")
	}
	list(a.heading()...)
	b.WriteString("<p>" + html.EscapeString(accountingIs) + "</p>\n")
	if len(a.Lines) == 0 {
		b.WriteString("<p>" + accountingNone + "</p>\n")
	} else {
		b.WriteString("<table>\n<caption>Disclosures</caption>\n<thead><tr>")
		for _, h := range []string{"Date", "To", "What", "Why"} {
			b.WriteString(`<th scope="col">` + h + "</th>")
		}
		b.WriteString("</tr></thead>\n<tbody>\n")
		for _, l := range a.Lines {
			b.WriteString("<tr>")
			cell(l.Date, l.times())
			cell(l.Recipient, address(l.Address))
			cell(orUnknown(l.Description), l.Note)
			cell(l.Purpose, strings.TrimSpace(l.Basis+" "+parens(l.Citation)), prefixed("Request: ", l.Request))
			b.WriteString("</tr>\n")
		}
		b.WriteString("</tbody>\n</table>\n")
	}
	if len(a.Research) > 0 {
		b.WriteString("<h2>Research</h2>\n<p>" + accountingResearch + "</p>\n")
	}
	for _, p := range a.Research {
		b.WriteString("<h3>" + html.EscapeString(p.Name) + "</h3>\n")
		list(p.rows()...)
	}
	b.WriteString("</body>\n</html>\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// What an accounting says in every form.
const (
	accountingIs = "This is a list of those to whom your health information was disclosed in this period. The law does not ask that it contain " +
		"disclosures for treatment, payment and health care operations, to you, or that you authorized, and some others."
	accountingNone     = "There are no disclosures to account for."
	accountingResearch = "Your health information may or may not have been disclosed for the following research."
)

func (a *Accounting) heading() [][2]string {
	return [][2]string{{"For", a.Name}, {"Identifier", idText(a.Patient)}, {"Given by", party(a.Holder)}, {"Date", a.Made},
		{"Period", a.From + " to " + a.Until + " (" + a.Zone + ")"}, {"Questions", a.Contact}}
}

// times says how often, where it was more than once.
func (l *Accounted) times() string {
	if l.Count < 2 {
		return ""
	}
	return fmt.Sprintf("%d times, the last on %s", l.Count, l.Last)
}

func (p *Protocol) rows() [][2]string {
	return [][2]string{{"About", p.About}, {"Selection", p.Criteria}, {"Information", strings.Join(p.Types, ", ")}, {"Period", p.First + " to " + p.Last},
		{"Sponsor", strings.TrimSuffix(p.Sponsor+", "+strings.Join(p.Address, ", "), ", ")}, {"Researcher", p.Researcher}, {"Address", address(p.ResearcherAddress)}}
}

// Text writes the accounting as plain text.
func (a *Accounting) Text(w io.Writer) error {
	var b strings.Builder
	rows := func(indent string, width int, list ...[2]string) {
		for _, r := range list {
			if r[1] != "" {
				fmt.Fprintf(&b, "%s%-*s %s\n", indent, width, r[0]+":", r[1])
			}
		}
	}
	b.WriteString("ACCOUNTING OF DISCLOSURES OF HEALTH INFORMATION\n(45 CFR 164.528)\n\n")
	rows("", 11, a.heading()...)
	b.WriteString("\n" + accountingIs + "\n")
	if len(a.Lines) == 0 {
		b.WriteString("\n" + accountingNone + "\n")
	}
	for i, l := range a.Lines {
		fmt.Fprintf(&b, "\n%d. %s", i+1, l.Date)
		if times := l.times(); times != "" {
			b.WriteString(", " + times)
		}
		b.WriteString("\n")
		rows("   ", 12, [][2]string{{"To", l.Recipient}, {"Address", address(l.Address)}, {"What", orUnknown(l.Description)}, {"Why", l.Purpose},
			{"Basis", strings.TrimSpace(l.Basis + " " + parens(l.Citation))}, {"Request", l.Request}, {"Note", l.Note}}...)
	}
	if len(a.Research) > 0 {
		b.WriteString("\nRESEARCH\n" + accountingResearch + "\n")
	}
	for i, p := range a.Research {
		fmt.Fprintf(&b, "\n%d. %s\n", i+1, p.Name)
		rows("   ", 12, p.rows()...)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func address(lines []string) string {
	if len(lines) == 0 {
		return "not known"
	}
	return strings.Join(lines, ", ")
}

func orUnknown(s string) string {
	if s == "" {
		return "not recorded"
	}
	return s
}

func prefixed(label, s string) string {
	if s == "" {
		return ""
	}
	return label + s
}

func parens(s string) string {
	if s == "" {
		return ""
	}
	return "(" + s + ")"
}

func party(p Party) string {
	return strings.TrimSuffix(name(p)+", "+strings.Join(p.Address, ", "), ", ")
}

func idText(list []Identifier) string {
	var out []string
	for _, id := range list {
		out = append(out, id.Value)
	}
	return strings.Join(out, ", ")
}
