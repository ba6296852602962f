package ccda

import (
	"strings"

	"github.com/portage-health/portage/internal/tree"
)

const statementRoot = "2.16.840.1.113883.10.20.22.4."

// smokingCodes are those of Smoking Status - Meaningful Use (C-CDA R2.1, CONF:1098-14810).
const smokingCodes = " 449868002 428041000124106 8517006 266919005 77176002 266927001 428071000124103 428061000124105 "

// recommended are value sets, short enough to be listed, of SNOMED CT codes that
// templates recommend for their code or value.
var recommended = [...]struct{ template, element, codes, rule string }{
	{statementRoot + "7", "value", " 419511003 414285001 416098002 418038007 418471000 419199007 420134006 59037007 235719002 ", "CONF:1098-7390"},
	{statementRoot + "8", "value", " 255604002 371923003 6736007 371924009 24484000 399166001 ", "CONF:1098-7356"},
	{statementRoot + "4", "code", " 404684003 409586006 282291009 64572001 248536006 418799008 55607006 373930000 ", "CONF:1198-9045"},
}

// vitalUnits are those that the guide recommends for vital signs.
const vitalUnits = " % cm [in_i] kg [lb_av] g [oz_av] m mm[Hg] Cel [degF] /min {beats}/min {breaths}/min kg/m2 m2 mmol/L mg/dL L/min {percentile} 1 "

// claimsAny reports whether an element claims the template in any version.
func claimsAny(n tree.Node, root string) bool {
	for t := n.Child("templateId"); t.OK(); t = t.NextNamed() {
		if t.Attr("root").Value() == root {
			return true
		}
	}
	return false
}

// known reports whether an element claims a template that some release of C-CDA has.
func known(n tree.Node) bool {
	for t := n.Child("templateId"); t.OK(); t = t.NextNamed() {
		root := t.Attr("root").Value()
		if _, ok := templateVersions[root]; ok || sectionFits(root, "") || len(templateRules()[root]) > 0 {
			return true
		}
	}
	return false
}

// statement checks one clinical statement beyond what its template requires.
func (c *checker) statement(n tree.Node) {
	c.life(n)
	c.identifiers(n)
	up := n.Parent().Name()
	if !known(n) && n.Name() != "observationMedia" && n.Name() != "regionOfInterest" && up != "regionOfInterest" {
		c.find(&conformNoTemplate, n, "")
	}
	if up == "entry" {
		c.linked(n)
	}
	switch n.Name() {
	case "act":
		if claimsAny(n, statementRoot+"30") || claimsAny(n, statementRoot+"3") {
			c.concern(n)
		}
	case "organizer":
		c.organizer(n)
	case "substanceAdministration":
		p := n.Child("consumable").Child("manufacturedProduct")
		if p.OK() && !known(p) && !p.Child("manufacturedLabeledDrug").OK() {
			c.find(&conformNoTemplate, p, "")
		}
		drug := p.Child("manufacturedMaterial").Child("code")
		switch {
		case claimsAny(n, statementRoot+"52"):
			c.route(n, "CONF:1198-8839")
			if !has(drug, oidCVX) {
				c.find(&conformPreferredSystem, drug, "")
			}
		case claimsAny(n, statementRoot+"16"):
			c.route(n, "CONF:1098-7514")
			if !has(drug, codesRxNorm) {
				c.find(&conformPreferredSystem, drug, "")
			}
			if up == "entry" {
				c.sig(n)
			}
		}
	case "observation":
		c.observation(n)
	}
}

func (c *checker) observation(n tree.Node) {
	code, value := n.Child("code"), n.Child("value")
	for i := range recommended {
		r := &recommended[i]
		if at := n.Child(r.element); claimsAny(n, r.template) && at.Attr("codeSystem").Value() == oidSNOMED && !strings.Contains(r.codes, " "+at.Attr("code").Value()+" ") {
			c.find(&conformRecommended, at, r.rule)
		}
	}
	switch {
	case claimsAny(n, statementRoot+"27"):
		if !has(code, oidLOINC) {
			c.find(&conformPreferredSystem, code, "")
		}
		if u := value.Attr("unit"); u.OK() && !strings.Contains(vitalUnits, " "+u.Value()+" ") {
			c.find(&conformVitalUnit, u, "")
		}
	case claimsAny(n, statementRoot+"2"):
		if !has(code, oidLOINC) {
			c.find(&conformPreferredSystem, code, "")
		}
	case claimsAny(n, statementRoot+"4"):
		if !has(value, oidSNOMED) {
			c.find(&conformPreferredSystem, value, "")
		}
		if v := value.Attr("code"); v.OK() && v.Value() == code.Attr("code").Value() {
			c.find(&conformProblemType, v, "")
		}
	case claimsAny(n, statementRoot+"7"):
		for p := n.Child("participant"); p.OK(); p = p.NextNamed() {
			if code := p.Child("participantRole").Child("playingEntity").Child("code"); !has(code, codesRxNorm, oidSNOMED, "2.16.840.1.113883.4.9", "2.16.840.1.113883.3.26.1.5") {
				c.find(&conformPreferredSystem, code, "")
			}
		}
		if n.Attr("negationInd").Value() != "true" && !c.related(n, "observation", statementRoot+"9") {
			c.find(&conformReaction, n, "")
		}
	case claimsAny(n, statementRoot+"78"):
		if v := value.Attr("code"); v.OK() && !strings.Contains(smokingCodes, " "+v.Value()+" ") {
			c.find(&conformSmoking, v, "CONF:1098-14810")
		}
	case code.Attr("code").Value() == "72166-2":
		c.find(&conformSmoking, n, "CONF:1098-14806")
	}
}

// related reports whether a statement has another of a template within it.
func (c *checker) related(n tree.Node, name, root string) bool {
	for rel := n.Child("entryRelationship"); rel.OK(); rel = rel.NextNamed() {
		if claimsAny(rel.Child(name), root) {
			return true
		}
	}
	return false
}

// concern checks an allergy or problem concern, by R1.1 (which had the section's
// code there) or later.
func (c *checker) concern(n tree.Node) {
	code := n.Child("code")
	switch v, system := code.Attr("code").Value(), code.Attr("codeSystem").Value(); {
	case v == "CONC" && system == oidActClass, v == "48765-2" && system == oidLOINC && claimsAny(n, statementRoot+"30"), code.Attr("nullFlavor").OK():
	default:
		at := code
		if !at.OK() {
			at = n
		}
		c.find(&conformConcernCode, at, "CONF:1198-19158")
	}
	t := n.Child("effectiveTime")
	low, high := t.Child("low"), t.Child("high")
	switch n.Child("statusCode").Attr("code").Value() {
	case "active":
		if high.Attr("value").OK() {
			c.find(&conformConcernTime, t, "")
		}
		if t.OK() && !low.OK() {
			c.find(&conformConcernTime, t, "CONF:1198-7504")
		}
	case "completed", "aborted":
		if !high.OK() && low.OK() {
			c.find(&conformConcernTime, t, "CONF:1198-10085")
		}
	}
	authored := n.Child("author").Child("time").Attr("value").OK()
	for rel := n.Child("entryRelationship"); rel.OK(); rel = rel.NextNamed() {
		authored = authored || rel.Child("observation").Child("author").Child("time").Attr("value").OK()
	}
	if !authored {
		c.find(&conformAuthor, n, "")
	}
}

// identifiers finds two different statements with one identifier. One that says
// the same again, or only points to it, has the same code.
func (c *checker) identifiers(n tree.Node) {
	for id := n.Child("id"); id.OK(); id = id.NextNamed() {
		key := [2]string{id.Attr("root").Value(), id.Attr("extension").Value()}
		if key[0] == "" {
			continue
		}
		first, ok := c.ids[key]
		if !ok {
			c.ids[key] = n
			continue
		}
		if a, b := first.Child("code").Attr("code").Value(), n.Child("code").Attr("code").Value(); a != b && a != "" && b != "" {
			c.find(&conformIdentifier, id, "CONF:1198-5363")
		}
	}
}

// linked checks that an entry, or what it organizes, points into the narrative.
func (c *checker) linked(n tree.Node) {
	for i := n.Index(); i < n.End(); i++ {
		if k := c.r.doc.Node(i); k.Name() == "reference" && k.Kind() == tree.Element && k.Attr("value").Value() != "" {
			return
		}
	}
	c.find(&conformUnlinked, n, "")
}

// reference checks one into the narrative.
func (c *checker) reference(n tree.Node) {
	id, ok := strings.CutPrefix(n.Attr("value").Value(), "#")
	if !ok {
		return
	}
	if _, there := c.anchors[id]; !there {
		c.find(&conformDangling, n, "")
	}
}

// sig checks that a medication has one of its own, in the section that it stands in (ONC's scorecard, M7).
func (c *checker) sig(n tree.Node) {
	for rel := n.Child("entryRelationship"); rel.OK(); rel = rel.NextNamed() {
		s := rel.Child("substanceAdministration")
		if !claimsAny(s, statementRoot+"147") {
			continue
		}
		id, _ := strings.CutPrefix(s.Child("text").Child("reference").Attr("value").Value(), "#")
		at := c.anchors[id]
		if id == "" || c.sigs[id] || !at.OK() || len(c.sections) == 0 {
			break
		}
		c.sigs[id] = true
		if s := c.sections[len(c.sections)-1]; at.Index() < s.Index() || at.Index() >= s.End() {
			break
		}
		return
	}
	c.find(&conformSig, n, "")
}
