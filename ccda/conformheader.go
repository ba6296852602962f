package ccda

import (
	"github.com/portage-health/portage/internal/tree"
)

// fixedDocumentCodes are the codes of the documents whose template fixes one.
var fixedDocumentCodes = [...]struct{ template, code, rule string }{
	{"2.16.840.1.113883.10.20.22.1.2", "34133-9", "CONF:1198-17181"},
	{"2.16.840.1.113883.10.20.22.1.15", "52521-2", "CONF:1198-28745"},
}

// document checks the header.
func (c *checker) document(n tree.Node) {
	if t := n.Child("typeId"); t.Attr("root").Value() != "2.16.840.1.113883.1.3" || t.Attr("extension").Value() != "POCD_HD000040" {
		at := t
		if !at.OK() {
			at = n
		}
		c.find(&conformType, at, "CONF:1198-5361")
	}
	for t := n.Child("templateId"); t.OK(); t = t.NextNamed() {
		for _, f := range fixedDocumentCodes {
			if code := n.Child("code"); f.template == t.Attr("root").Value() && code.OK() && code.Attr("code").Value() != f.code {
				c.find(&conformDocumentCode, code, f.rule)
			}
		}
	}
	for r := n.Child("recordTarget"); r.OK(); r = r.NextNamed() {
		c.patient(r.Child("patientRole").Child("patient"))
	}
	c.encounter(n.Child("componentOf").Child("encompassingEncounter"))
}

func (c *checker) patient(n tree.Node) {
	if !n.OK() {
		return
	}
	if !n.Child("name").OK() {
		c.find(&conformName, n, "CONF:1198-5284")
	}
	for name := n.Child("name"); name.OK(); name = name.NextNamed() {
		if !name.Attr("nullFlavor").OK() && (!name.Child("family").OK() || !name.Child("given").OK()) {
			c.find(&conformName, name, "CONF:1198-5284")
		}
		c.parts(name)
	}
	for addr := n.Parent().Child("addr"); addr.OK(); addr = addr.NextNamed() {
		c.parts(addr)
	}
	if b := n.Child("birthTime"); !b.Attr("nullFlavor").OK() && len(digits(b.Attr("value").Value())) < 8 {
		at := b
		if !at.OK() {
			at = n
		}
		c.find(&conformBirthTime, at, "CONF:1198-5300")
	}
}

// parts finds the parts of a name or an address that say nothing.
func (c *checker) parts(n tree.Node) {
	for k := n.First(); k.OK(); k = k.Next() {
		if k.Kind() == tree.Element && !k.First().OK() && !k.Attr("nullFlavor").OK() && !k.Attr("value").OK() {
			c.find(&conformEmpty, k, "")
		}
	}
}

// encounter looks for the encounter of the header among the entries (ONC's scorecard, E6).
func (c *checker) encounter(n tree.Node) {
	id := n.Child("id")
	if !id.OK() || id.Attr("root").Value() == "" {
		return
	}
	entries := false
	for comp := c.root.Child("component").Child("structuredBody").Child("component"); comp.OK(); comp = comp.NextNamed() {
		s := comp.Child("section")
		if !claims(s, sectionRoot+"22") && !claims(s, sectionRoot+"22.1") {
			continue
		}
		for e := s.Child("entry"); e.OK(); e = e.NextNamed() {
			entries = true
			for own := e.Child("encounter").Child("id"); own.OK(); own = own.NextNamed() {
				for id := n.Child("id"); id.OK(); id = id.NextNamed() {
					if own.Attr("root").Value() == id.Attr("root").Value() && own.Attr("extension").Value() == id.Attr("extension").Value() {
						return
					}
				}
			}
		}
	}
	if entries {
		c.find(&conformEncounter, n, "")
	}
}

// section checks one section, whatever its release.
func (c *checker) section(n tree.Node) {
	t := n.Child("templateId")
	if !known(n) {
		c.find(&conformNoTemplate, n, "")
	}
	for code := n.Child("code").Attr("code"); t.OK(); t = t.NextNamed() {
		if root := t.Attr("root").Value(); code.OK() && sectionFits(root, "") && !sectionFits(root, code.Value()) {
			c.find(&conformSectionCode, n.Child("code"), "")
		}
	}
	if n.Child("entry").OK() && isBlankText(n.Child("text")) {
		c.find(&conformNarrative, n, "")
	}
	if claims(n, sectionRoot+"17") && !n.Attr("nullFlavor").OK() {
		c.birthSex(n)
	}
}

func isBlankText(n tree.Node) bool {
	for i := n.Index() + 1; i < n.End(); i++ {
		switch k := n.Doc().Node(i); {
		case k.Kind() == tree.Text && !k.Blank(), k.Kind() == tree.Element && k.Name() == "renderMultiMedia":
			return false
		}
	}
	return true
}

// birthSex looks for the sex at birth in the social history (ONC's scorecard, S6).
func (c *checker) birthSex(n tree.Node) {
	for e := n.Child("entry"); e.OK(); e = e.NextNamed() {
		for t := e.Child("observation").Child("templateId"); t.OK(); t = t.NextNamed() {
			if t.Attr("root").Value() == "2.16.840.1.113883.10.20.22.4.200" {
				return
			}
		}
	}
	c.find(&conformBirthSex, n, "")
}
