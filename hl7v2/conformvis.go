package hl7v2

// LOINC's codes for the Vaccine Information Statement that was handed out with a dose.
const (
	visDocument  = "69764-9" // the statement, by its GDTI document type
	visVaccine   = "30956-7" // the vaccine that it is about, where the document is not named
	visPublished = "29768-9"
	visPresented = "29769-7"
)

// informationStatement checks what a dose that the provider gave says of the statement handed out with it: observations of one sub-id name
// the document with the date of its presentation, or the vaccine with those of publication and presentation. Not every vaccine has a
// statement: that there is none is no finding.
func (c *checker) informationStatement(g *Group) {
	expected := &conformGuideExpected
	type statement struct {
		id    string
		codes map[string]bool
		at    Segment
	}
	var all []statement
	for o := range g.Groups("OBSERVATION") {
		s := o.Segment("OBX")
		code := s.Field(3).Component(1).String()
		switch code {
		case visDocument, visVaccine:
			c.fixed(s, "2", "CE", "CWE")
		case visPublished, visPresented:
			c.fixed(s, "2", "TS", "DT", "DTM")
		default:
			continue
		}
		id, at := s.Field(4).String(), -1
		for i := range all {
			if all[i].id == id {
				at = i
			}
		}
		if at < 0 {
			at = len(all)
			all = append(all, statement{id, map[string]bool{}, s})
		}
		all[at].codes[code] = true
	}
	for _, x := range all {
		if !x.codes[visPresented] {
			c.in(expected, x.at, "", "OBX "+visPresented)
		}
		if x.codes[visDocument] {
			continue
		}
		if !x.codes[visVaccine] {
			c.in(expected, x.at, "", "OBX "+visDocument)
		}
		if !x.codes[visPublished] {
			c.in(expected, x.at, "", "OBX "+visPublished)
		}
	}
}
