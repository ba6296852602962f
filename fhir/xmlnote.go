package fhir

import "github.com/portage-health/portage/internal/tree"

// Namespaces of FHIR's XML (R4 2.6.1), of XML itself, and of the attributes of XML Schema that many documents have.
const (
	fhirSpace = "http://hl7.org/fhir"
	xmlSpace  = "http://www.w3.org/XML/1998/namespace"
	xsiSpace  = "http://www.w3.org/2001/XMLSchema-instance"
)

// mostXMLDepth bounds how deep elements or objects are followed, whatever the limits say.
const mostXMLDepth = 10_000

// mostAttributes bounds the attributes of an element, namespaces that the root declares among them.
const mostAttributes = 240

// A formNote tells what was odd where XML was turned into JSON or JSON into XML.
type formNote struct {
	fault formFault
	node  uint32 // of the document that was read
}

// A formFault is what may be odd.
type formFault uint8

const (
	// faultNamespace: the root element, or elements of a name, are not in FHIR's namespace; they were read as if they were.
	faultNamespace formFault = iota + 1
	// faultResource: no resource type that R4 knows; its elements were turned as they stand.
	faultResource
	// faultElement: an element that R4 does not have there; it was turned as it stands.
	faultElement
	// faultAttribute: an attribute that FHIR does not have there; it is a member with @ before its name.
	faultAttribute
	// faultText: text where FHIR has none; it is the member #text.
	faultText
	// faultRepeats: an element that may stand once stands several times, or in an array.
	faultRepeats
	// faultForm: a value that is not of its type's form, or of the other format's: a number as a string, an object for a
	// string. It was turned, but may not come back as it was.
	faultForm
	// faultEmpty: a null, an empty array or an empty text that the other format does not tell.
	faultEmpty
	// faultNarrative: the narrative is not in XHTML's namespace and was read as if it were; or it is not well-formed, and was
	// written as text.
	faultNarrative
	// faultCharacter: a character that XML does not have was replaced by U+FFFD.
	faultCharacter
	// faultName: a member that XML cannot have, by its name or its place. It was left out.
	faultName
)

// lost reports whether something of the source is not in the result.
func (f formFault) lost() bool { return f == faultName || f == faultCharacter }

var formFaults = [...]string{
	faultNamespace: "an element that is not in FHIR's namespace",
	faultResource:  "a resource type that R4 does not have",
	faultElement:   "an element that R4 does not have here",
	faultAttribute: "an attribute that FHIR does not have here",
	faultText:      "text where FHIR has none",
	faultRepeats:   "an element more often, or as a list, where R4 has one",
	faultForm:      "a value of another form than its type has",
	faultEmpty:     "an empty value",
	faultNarrative: "narrative that is not XHTML as FHIR wants it",
	faultCharacter: "a character that XML does not have",
	faultName:      "a member that XML cannot have",
}

// String gives a constant sentence, with nothing of the document.
func (f formFault) String() string {
	if int(f) < len(formFaults) {
		return formFaults[f]
	}
	return ""
}

// notResource is the error for a document that is no FHIR resource.
func notResource(n tree.Node) error {
	line, col := n.Pos()
	return &tree.SyntaxError{Code: "not-a-resource", Msg: "not a FHIR resource", Line: line, Column: col, Offset: int64(n.Offset())}
}

// exceeded is the error for a document whose other form would exceed a limit.
func exceeded(limit string, most int, n tree.Node) error {
	line, col := n.Pos()
	return &tree.LimitError{Limit: limit, Max: most, Line: line, Column: col, Offset: int64(n.Offset())}
}

// isResourceName reports whether a name may be that of a resource: an XML name that begins with a capital letter.
func isResourceName(s string) bool {
	return s != "" && s[0] >= 'A' && s[0] <= 'Z' && tree.IsNCName(s)
}

// isJSONNumber reports whether s is a number as JSON writes it (RFC 8259 section 6), which is how FHIR writes numbers in XML, too.
func isJSONNumber(s string) bool {
	digits := func() bool {
		n := 0
		for n < len(s) && isDigit(s[n]) {
			n++
		}
		s = s[n:]
		return n > 0
	}
	if s != "" && s[0] == '-' {
		s = s[1:]
	}
	if s != "" && s[0] == '0' {
		s = s[1:]
	} else if !digits() {
		return false
	}
	if s != "" && s[0] == '.' {
		if s = s[1:]; !digits() {
			return false
		}
	}
	if s != "" && s[0]|0x20 == 'e' {
		if s = s[1:]; s != "" && (s[0] == '+' || s[0] == '-') {
			s = s[1:]
		}
		return digits() && s == ""
	}
	return s == ""
}
