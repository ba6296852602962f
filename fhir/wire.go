package fhir

import (
	"fmt"
	"iter"
	"strings"

	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// Form is one of FHIR's forms on the wire (R4 2.6).
type Form uint8

// The forms.
const (
	JSON Form = iota
	XML
	// NDJSON is a resource a line, without a Bundle.
	NDJSON
)

// formed gives the Bundle in its form.
func (x Exporter) formed(b []byte, rep *record.Report) ([]byte, error) {
	switch x.Form {
	case XML:
		text, notes, doc, err := jsonToXML(b, ownLimits)
		if err != nil {
			return nil, fmt.Errorf("fhir: %w", err)
		}
		for _, n := range notes {
			k := &issueForm
			if n.fault.lost() {
				k = &issueFormLost
				rep.Counts.Lost++
			}
			rep.Add(k.At(doc.Node(int(n.node)).Path(isKnown), 0, 0))
		}
		return append(text, '\n'), nil
	case NDJSON:
		d, err := tree.ParseJSON(b, ownLimits)
		if err != nil {
			return nil, fmt.Errorf("fhir: %w", err)
		}
		lines := make([]byte, 0, len(b))
		for line := range linesOf(d, nil, nil) {
			lines = append(lines, line...)
		}
		return lines, nil
	}
	return append(b, '\n'), nil
}

// linesOf gives the resources of a Bundle as lines. Where one refers to another
// by its place in the Bundle, the line has its type and id instead: a file of
// lines has no places. Some get new ids, by their places, and what refers to them by one of their names refers to that.
func linesOf(d *tree.Doc, fresh map[int]string, to map[string]string) iter.Seq2[[]byte, tree.Node] {
	return func(yield func([]byte, tree.Node) bool) {
		names := map[string]tree.Node{}
		for e := range items(d.Root(), "entry") {
			if res := e.Child("resource"); stringOf(res, "id") != "" {
				names[stringOf(e, "fullUrl")] = res
			}
		}
		delete(names, "")
		var line, text []byte
		place := -1
		for e := range items(d.Root(), "entry") {
			res := e.Child("resource")
			place++
			text = text[:0]
			raw, from := res.Raw(), res.Offset()
			for i := res.Index(); i < res.End(); i++ {
				v := d.Node(i)
				if v.Kind() != tree.String {
					continue
				}
				name := ""
				switch {
				case v.Name() == "id" && v.Parent() == res:
					name = fresh[place]
				case v.Name() != "reference":
				default:
					called, _, _ := strings.Cut(v.Value(), "/_history/")
					if name = to[called]; name == "" && strings.HasPrefix(called, "urn:") {
						if r, ok := names[called]; ok {
							name = stringOf(r, "resourceType") + "/" + stringOf(r, "id")
						}
					}
				}
				if name == "" {
					continue
				}
				at := v.Offset() - res.Offset()
				text = append(append(text, raw[from-res.Offset():at]...), '"')
				text = append(append(text, name...), '"')
				from = v.Offset() + len(v.Raw())
			}
			text = append(text, raw[from-res.Offset():]...)
			line = append(appendCompact(line[:0], text), '\n')
			if !yield(line, res) {
				return
			}
		}
	}
}

// ownLimits are for what was written here: it is as large as the record made it.
var ownLimits = tree.Limits{MaxBytes: 1 << 31, MaxNodes: 1 << 30, MaxMemory: 1 << 40, MaxNames: 1 << 20, MaxNameBytes: 1 << 20}

// appendCompact writes JSON without the white space between its tokens.
func appendCompact(dst, text []byte) []byte {
	quoted := false
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c == '\\' && quoted:
			dst = append(dst, c)
			i++
			c = text[i]
		case c == '"':
			quoted = !quoted
		case !quoted && (c == ' ' || c == '\t' || c == '\n' || c == '\r'):
			continue
		}
		dst = append(dst, c)
	}
	return dst
}
