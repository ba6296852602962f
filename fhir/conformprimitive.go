package fhir

import (
	"strings"

	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/internal/tree"
)

// primitive checks the JSON type and the format of a primitive value (R4 2.24.0.1).
func (c *checker) primitive(v tree.Node, t *elementType, e *element, use *typeUse, rule string) {
	want := tree.String
	switch use.form {
	case numberForm:
		want = tree.Number
	case boolForm:
		want = tree.Bool
	}
	if v.Kind() == tree.Null {
		c.find(&conformEmpty, v, rule)
		return
	}
	if v.Kind() != want {
		c.find(&conformType, v, rule)
		return
	}
	s := v.Value()
	if s == "" {
		c.find(&conformEmpty, v, rule)
		return
	}
	typ := use.name
	if typ == "xhtml" {
		c.narrative(v, s)
		return
	}
	if e.name == "id" && t.kind == resourceType {
		typ = "id"
	}
	if !isPrimitive(typ, s) {
		c.find(&conformFormat, v, rule)
	}
}

// isPrimitive reports whether v is written as a primitive type is.
func isPrimitive(typ, v string) bool {
	switch typ {
	case "integer", "positiveInt", "unsignedInt":
		n, ok := parseInt(v)
		return (ok || v == "-2147483648") && (typ == "integer" || n > 0 || n == 0 && typ == "unsignedInt" && v == "0")
	case "decimal":
		return isNumber(v)
	case "date":
		return isDate(v)
	case "dateTime":
		f, _ := formOf(v)
		return f == timeDate || f == timeFull
	case "instant":
		f, _ := formOf(v)
		return f == timeFull
	case "time":
		return len(v) >= 8 && isClock(v)
	case "code":
		return isCode(v)
	case "id":
		return isID(v)
	case "uri", "url", "canonical", "oid", "uuid":
		return isAddress(typ, v)
	case "base64Binary":
		return isBase64(v)
	case "string", "markdown":
		return isText(v)
	}
	return true
}

// isAddress reports whether v is a URI, and a UUID or an OID where it says that it is one.
func isAddress(typ, v string) bool {
	if !isURI(v) {
		return false
	}
	if id, ok := strings.CutPrefix(v, "urn:uuid:"); ok {
		return isLowerUUID(id) && typ != "oid"
	}
	if id, ok := strings.CutPrefix(v, "urn:oid:"); ok {
		return codes.IsOID(id) && typ != "uuid"
	}
	return typ != "oid" && typ != "uuid" && !strings.HasPrefix(v, "oid:") && !strings.HasPrefix(v, "uuid:")
}

// isText reports whether v has something to read and no control characters but tabs and line ends.
func isText(v string) bool {
	said := false
	for i := 0; i < len(v); i++ {
		switch c := v[i]; {
		case c == ' ' || c == '\t' || c == '\r' || c == '\n':
		case c < ' ':
			return false
		default:
			said = true
		}
	}
	return said
}
