package hl7v2

import (
	"strings"

	"github.com/portage-health/portage/record"
)

// need finds parts of a segment that a guide requires. A place is written as behind the segment's name: 3, 3.4, 11.5. A field may be null only where it
// is not needed.
func (c *checker) need(k *record.IssueKind, s Segment, places ...string) {
	for _, place := range places {
		a, err := ParseAddress("MSH-" + place)
		if err != nil {
			continue
		}
		if v := s.at(a); !v.Valued() {
			c.in(k, s, place, ruleOf(s, place))
		}
	}
}

// forbid finds parts that a guide does not allow.
func (c *checker) forbid(s Segment, places ...string) {
	for _, place := range places {
		a, err := ParseAddress("MSH-" + place)
		if err != nil {
			continue
		}
		if v := s.at(a); v.Valued() {
			c.at(&conformGuideForbidden, v.span, ruleOf(s, place))
		}
	}
}

// fixed finds a part that has none of the values that a guide fixes. One that is not there is not looked at.
func (c *checker) fixed(s Segment, place string, want ...string) {
	a, err := ParseAddress("MSH-" + place)
	if err != nil {
		return
	}
	v := s.at(a)
	if !v.Valued() {
		return
	}
	got := v.String()
	for _, w := range want {
		if got == w {
			return
		}
	}
	c.at(&conformValue, v.span, ruleOf(s, place))
}

// needSegment finds a segment that a guide requires in the message.
func (c *checker) needSegment(k *record.IssueKind, name string) {
	if !c.m.Segment(name, 1).OK() {
		c.find(k, name, 1, 0, name)
	}
}

// ruleOf names the place that a rule is about, without where it stands in the message.
func ruleOf(s Segment, place string) string {
	return safeName(s.x.segs[s.n].id) + "-" + place
}

// zoned finds a time with an hour that has no offset, where a guide requires one.
func (c *checker) zoned(s Segment, place string) {
	a, err := ParseAddress("MSH-" + place)
	if err != nil {
		return
	}
	if v := s.at(a); v.Valued() {
		if t := v.String(); len(t) > 8 && !strings.ContainsAny(t, "+-") {
			c.at(&conformGuideExpected, v.span, ruleOf(s, place))
		}
	}
}

// patient checks what all guides require of PID: an identifier with its authority and its type, and a name.
func (c *checker) patient(k *record.IssueKind) {
	for s := range c.m.All("PID") {
		c.need(k, s, "3", "5")
		for _, r := range s.Field(3).Repetitions() {
			for _, n := range []int{1, 4, 5} {
				if r.Valued() && !r.Component(n).Valued() {
					c.at(k, r.span, "PID-3."+string(rune('0'+n)))
				}
			}
		}
	}
}

// immunization checks an unsolicited vaccination record (VXU_V04, profile Z22).
func (c *checker) immunization() {
	k, expected := &conformGuideField, &conformGuideExpected
	h := c.m.SegmentAt(0)
	c.need(k, h, "7", "9.1", "9.2", "9.3", "10", "11.1", "12.1", "21")
	c.need(expected, h, "4", "15", "16")
	c.zoned(h, "7")
	c.fixed(h, "9.3", "VXU_V04")
	c.fixed(h, "12.1", "2.5.1")
	c.patient(k)
	for s := range c.m.All("PID") {
		c.need(k, s, "5.1", "5.2", "7")
		c.need(expected, s, "6", "8", "10", "11", "22")
	}
	for s := range c.m.All("NK1") {
		c.need(k, s, "1", "2", "3")
	}
	c.needSegment(k, "ORC")
	for g := range c.m.Tree().Groups("ORDER") {
		c.dose(g)
	}
}

// dose checks one vaccination: given (CP, PA), refused (RE), or not given (NA).
func (c *checker) dose(g *Group) {
	k, expected := &conformGuideField, &conformGuideExpected
	orc, rxa := g.Segment("ORC"), g.Segment("RXA")
	if orc.OK() {
		c.fixed(orc, "1", "RE")
		c.need(k, orc, "1", "3.1")
	}
	if !rxa.OK() {
		return
	}
	c.fixed(rxa, "1", "0")
	c.fixed(rxa, "2", "1", "999")
	c.need(k, rxa, "1", "2", "3", "5.1", "5.3", "6")
	c.need(expected, rxa, "20", "21")
	c.fixed(rxa, "20", "CP", "PA", "RE", "NA")
	c.fixed(rxa, "21", "A", "D", "U")
	for o := range g.Groups("OBSERVATION") {
		if s := o.Segment("OBX"); s.OK() {
			c.need(k, s, "1", "2", "3.1", "3.3", "4", "5", "11")
			c.fixed(s, "11", "F")
			c.need(expected, s, "14")
		}
	}
	if a, b := rxa.Field(3), rxa.Field(4); b.Valued() && a.String() != b.String() {
		c.at(expected, b.span, "RXA-4")
	}
	status, amount := rxa.Field(20).String(), rxa.Field(6).String()
	given := status == "CP" || status == "PA" || status == ""
	source := rxa.Field(9).Component(1).String() // NIP001: 00 is a dose that this provider gave
	switch {
	case status == "RE":
		c.need(k, rxa, "18.1")
		c.fixed(rxa, "6", "999")
	default:
		c.forbid(rxa, "18")
	}
	if given {
		c.need(k, rxa, "9.1")
	}
	if amount != "999" && amount != "" {
		c.need(k, rxa, "7.1")
	}
	if !given || source != "00" {
		return
	}
	c.need(k, rxa, "15", "17.1")
	c.need(expected, rxa, "10", "11.4", "16")
	if rxr := g.Segment("RXR"); rxr.OK() {
		c.need(k, rxr, "1.1")
	} else {
		c.in(expected, rxa, "", "RXR")
	}
	funding := false // LOINC 64994-7: vaccine funding programme eligibility category
	for o := range g.Groups("OBSERVATION") {
		funding = funding || o.Segment("OBX").Field(3).Component(1).String() == "64994-7"
	}
	if !funding {
		c.in(k, rxa, "", "OBX 64994-7")
	}
	c.informationStatement(g)
}

// laboratory checks a report of results (ORU_R01) for those who ordered them, or for public health.
func (c *checker) laboratory(public bool) {
	k, expected := &conformGuideField, &conformGuideExpected
	h := c.m.SegmentAt(0)
	c.need(k, h, "7", "9.1", "9.2", "9.3", "10", "11.1", "12.1", "21")
	c.fixed(h, "9.3", "ORU_R01")
	c.fixed(h, "12.1", "2.5.1")
	c.zoned(h, "7")
	if public {
		c.need(k, h, "3", "4", "5", "6")
		c.needSegment(k, "SFT")
		c.needSegment(k, "SPM")
	} else {
		c.need(expected, h, "3", "4", "6")
	}
	c.patient(k)
	for s := range c.m.All("PID") {
		c.need(k, s, "5.1")
		c.need(expected, s, "7", "8", "10")
	}
	first := true
	for g := range c.m.Tree().Groups("ORDER_OBSERVATION") {
		c.report(g, public, first)
		first = false
	}
}

// report checks one order with its results.
func (c *checker) report(g *Group, public, first bool) {
	k, expected := &conformGuideField, &conformGuideExpected
	obr := g.Segment("OBR")
	orc := g.FindSegment("ORC", 1)
	switch {
	case orc.OK():
		c.need(k, orc, "1")
		if public {
			c.need(k, orc, "21", "22", "23")
		} else {
			c.need(k, orc, "3.1", "12")
		}
	case obr.OK() && first:
		c.in(k, obr, "", "ORC")
	}
	if obr.OK() {
		c.need(k, obr, "1", "3.1", "4", "7", "22", "25")
		if public {
			c.need(expected, obr, "16")
		} else {
			c.need(k, obr, "16")
		}
		c.zoned(obr, "7")
		c.zoned(obr, "22")
	}
	for o := range g.Groups("OBSERVATION") {
		s := o.Segment("OBX")
		if !s.OK() {
			continue
		}
		c.need(k, s, "1", "3", "11", "23")
		c.need(expected, s, "14", "19", "24")
		if kind := s.Field(2).String(); (kind == "NM" || kind == "SN") && s.Field(5).Valued() {
			c.need(k, s, "6")
		}
		if !s.Field(5).Valued() && !s.Field(8).Valued() && s.Field(11).String() != "X" {
			c.in(expected, s, "5", "OBX-5") // a result without a value says why it has none
		}
	}
	for o := range g.Groups("SPECIMEN") {
		if s := o.Segment("SPM"); s.OK() {
			c.need(k, s, "4")
			c.need(expected, s, "2", "17", "18")
		}
	}
}

// syndromic checks a visit for syndromic surveillance (ADT A01, A03, A04, A08).
func (c *checker) syndromic() {
	k, expected := &conformGuideField, &conformGuideExpected
	h := c.m.SegmentAt(0)
	c.need(k, h, "4", "7", "9.1", "9.2", "10", "11.1", "12.1", "21")
	c.fixed(h, "9.1", "ADT")
	c.fixed(h, "9.2", "A01", "A03", "A04", "A08")
	c.fixed(h, "12.1", "2.5.1")
	c.needSegment(k, "EVN")
	for s := range c.m.All("EVN") {
		c.need(k, s, "2", "7")
	}
	for s := range c.m.All("PID") {
		c.need(k, s, "3.1", "3.5", "5")
		c.need(expected, s, "8", "10", "11.5", "22")
	}
	c.needSegment(k, "PV1")
	for s := range c.m.All("PV1") {
		c.need(k, s, "19.1", "19.5", "44")
		c.need(expected, s, "2", "36")
		c.fixed(s, "19.5", "VN")
	}
	_, event, _ := c.m.Type()
	age, facility, complaint := false, false, false
	for s := range c.m.All("OBX") {
		c.need(k, s, "2", "3.1", "11")
		switch s.Field(3).Component(1).String() {
		case "21612-7", "29553-5", "30525-0": // age, reported or calculated (LOINC)
			age = true
		case "SS003": // facility and visit type (PHIN Questions)
			facility = true
		case "8661-1": // chief complaint (LOINC)
			complaint = true
		}
	}
	if !facility {
		c.find(k, "OBX", 1, 0, "OBX SS003")
	}
	if !age {
		c.find(expected, "OBX", 1, 0, "OBX 21612-7")
	}
	if !complaint && event != "A08" {
		c.find(expected, "OBX", 1, 0, "OBX 8661-1")
	}
}
