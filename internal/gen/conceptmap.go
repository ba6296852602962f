package main

import (
	"encoding/json"
	"encoding/xml"
	"strings"
)

// readConceptMap reads one ConceptMap, in XML or JSON; nil where the file is
// the guide's empty pattern.
func readConceptMap(name string, data []byte) (*conceptMap, error) {
	type target struct{ code, display, equivalence string }
	type element struct {
		code, display string
		targets       []target
	}
	type group struct {
		source, target string
		elements       []element
	}
	var id, version string
	var groups []group
	switch {
	case strings.HasSuffix(name, ".json"):
		var m struct {
			ID, Version string
			Group       []struct {
				Source, Target string
				Element        []struct {
					Code, Display string
					Target        []struct{ Code, Display, Equivalence string }
				}
			}
		}
		if err := json.Unmarshal(data, &m); err != nil {
			return nil, err
		}
		id, version = m.ID, m.Version
		for _, g := range m.Group {
			to := group{source: g.Source, target: g.Target}
			for _, e := range g.Element {
				el := element{code: e.Code, display: e.Display}
				for _, t := range e.Target {
					el.targets = append(el.targets, target{t.Code, t.Display, t.Equivalence})
				}
				to.elements = append(to.elements, el)
			}
			groups = append(groups, to)
		}
	case strings.HasSuffix(name, ".xml"):
		var m struct {
			ID      xmlValue `xml:"id"`
			Version xmlValue `xml:"version"`
			Group   []struct {
				Source  xmlValue `xml:"source"`
				Target  xmlValue `xml:"target"`
				Element []struct {
					Code    xmlValue `xml:"code"`
					Display xmlValue `xml:"display"`
					Target  []struct {
						Code        xmlValue `xml:"code"`
						Display     xmlValue `xml:"display"`
						Equivalence xmlValue `xml:"equivalence"`
					} `xml:"target"`
				} `xml:"element"`
			} `xml:"group"`
		}
		if err := xml.Unmarshal(data, &m); err != nil {
			return nil, err
		}
		id, version = m.ID.Value, m.Version.Value
		for _, g := range m.Group {
			to := group{source: g.Source.Value, target: g.Target.Value}
			for _, e := range g.Element {
				el := element{code: e.Code.Value, display: e.Display.Value}
				for _, t := range e.Target {
					el.targets = append(el.targets, target{t.Code.Value, t.Display.Value, t.Equivalence.Value})
				}
				to.elements = append(to.elements, el)
			}
			groups = append(groups, to)
		}
	default:
		return nil, nil
	}
	if id == "" {
		return nil, nil
	}
	m := &conceptMap{ID: id, Version: version}
	for _, g := range groups {
		source, _, _ := strings.Cut(g.source, "|")
		to, _, _ := strings.Cut(g.target, "|")
		for _, e := range g.elements {
			for _, t := range e.targets {
				m.Rows = append(m.Rows, mapRow{
					SourceSystem: source, Source: e.code, SourceDisplay: e.display,
					TargetSystem: to, Target: t.code, TargetLabel: t.display, Equivalence: t.equivalence,
				})
			}
		}
	}
	return m, nil
}
