package fhir

import (
	"sort"

	"github.com/portage-health/portage/internal/tree"
)

// convertedXML is FHIR JSON that was made of FHIR XML, and what stood where.
//
// What FHIR's JSON has no place for stands in members whose names no element can have, so that nothing is lost and
// appendXML can write it again: "@name" is an attribute that FHIR does not have there, "#text" text, "p:name" and "@p:name"
// an element and an attribute of another namespace, "@xmlns:p" of the root that namespace, and ":name" an element that would
// be taken for something else by its name alone (id and url where they are attributes, resourceType, names that begin with _).
type convertedXML struct {
	json   []byte
	xml    *tree.Doc
	notes  []formNote
	places []jsonPlace // one for every JSON value, in their order
}

// A jsonPlace tells what a JSON value was in XML.
type jsonPlace struct {
	offset uint32 // where the value begins in the JSON text
	node   uint32 // the XML node
	leaves uint32 // how many leaves of the XML it stands for; 0 for objects and arrays
}

// find gives the place of the JSON value that begins at offset, or else of the last that begins before it.
func (c *convertedXML) find(offset int) jsonPlace {
	i := sort.Search(len(c.places), func(i int) bool { return int(c.places[i].offset) > offset })
	if i == 0 {
		return jsonPlace{}
	}
	return c.places[i-1]
}

// node gives the XML node of the JSON value that begins at offset: an attribute or element.
func (c *convertedXML) node(offset int) tree.Node { return c.xml.Node(int(c.find(offset).node)) }

// position gives line and column in the XML of the JSON value that begins at offset.
func (c *convertedXML) position(offset int) (line, col int) { return c.node(offset).Pos() }

// leaves gives how many leaves of the XML the JSON scalar that begins at offset stands for: 1 for an attribute's value, none
// for resourceType and for a null, all that are in it for a narrative's markup.
func (c *convertedXML) leaves(offset int) int {
	if p := c.find(offset); int(p.offset) == offset {
		return int(p.leaves)
	}
	return 0
}

// leavesWithin gives how many leaves of the XML the JSON text from one offset to another stands for. Those of the whole text
// are all leaves of the XML.
func (c *convertedXML) leavesWithin(from, to int) int {
	n := 0
	i := sort.Search(len(c.places), func(i int) bool { return int(c.places[i].offset) >= from })
	for ; i < len(c.places) && int(c.places[i].offset) < to; i++ {
		n += int(c.places[i].leaves)
	}
	return n
}
