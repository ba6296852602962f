package tree

import "fmt"

// SyntaxError says that the input is not a well-formed document. It holds nothing of the input.
type SyntaxError struct {
	Code   string // stable, in kebab case
	Line   int    // 1-based
	Column int    // 1-based, in characters
	Offset int64  // in bytes of the text as UTF-8; of the input, if it could not be decoded
	Msg    string // a constant text
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("%d:%d: %s", e.Line, e.Column, e.Msg)
}

// LimitError says that the input was refused because reading it would exceed a limit. It holds nothing of the input.
type LimitError struct {
	Limit  string // one of the Limit names
	Max    int    // the limit's value
	Line   int    // 1-based; 0 when nothing was read yet
	Column int    // 1-based, in characters; 0 when nothing was read yet
	Offset int64  // bytes from the start of the text
}

func (e *LimitError) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("document exceeds the limit of %s (%d)", e.Limit, e.Max)
	}
	return fmt.Sprintf("%d:%d: document exceeds the limit of %s (%d)", e.Line, e.Column, e.Limit, e.Max)
}

// A fault is a kind of syntax error.
type fault struct{ code, msg string }

// Faults of XML.
var (
	errEOF          = &fault{"unexpected-end", "the document ends too early"}
	errNoRoot       = &fault{"no-root", "there is no root element"}
	errOutside      = &fault{"text-outside-root", "text before or after the root element"}
	errTwoRoots     = &fault{"second-root", "a second root element"}
	errDoctype      = &fault{"doctype", "document type declarations are refused"}
	errMarkup       = &fault{"bad-markup", "not a start tag, end tag, comment, CDATA section or processing instruction"}
	errName         = &fault{"bad-name", "not a name as XML and its namespaces allow"}
	errTag          = &fault{"bad-tag", "a tag that is not closed as it should be"}
	errSpace        = &fault{"missing-space", "no white space before an attribute"}
	errEquals       = &fault{"missing-equals", "an attribute without a value"}
	errQuote        = &fault{"unquoted-attribute", "an attribute value without quotes"}
	errAttrLess     = &fault{"less-than-in-attribute", "an unescaped less-than sign in an attribute value"}
	errDupAttr      = &fault{"duplicate-attribute", "the same attribute twice on one element"}
	errEndTag       = &fault{"mismatched-end-tag", "an end tag that does not match its start tag"}
	errStrayEnd     = &fault{"stray-end-tag", "an end tag without a start tag"}
	errCDATAEnd     = &fault{"stray-cdata-end", "the end of a CDATA section without a start"}
	errCDATAOutside = &fault{"cdata-outside-root", "a CDATA section before or after the root element"}
	errComment      = &fault{"bad-comment", "two hyphens within a comment"}
	errPI           = &fault{"bad-instruction", "a malformed processing instruction"}
	errDeclPlace    = &fault{"misplaced-declaration", "an XML declaration that is not at the start of the document"}
	errDecl         = &fault{"bad-declaration", "a malformed XML declaration"}
	errVersion      = &fault{"xml-version", "an XML version other than 1.0"}
	errEntity       = &fault{"unknown-entity", "an entity other than the five of XML"}
	errAmp          = &fault{"bad-reference", "a malformed entity or character reference"}
	errCharRef      = &fault{"illegal-character-reference", "a reference to a character that XML does not allow"}
	errChar         = &fault{"illegal-character", "a character that XML does not allow"}
	errUTF8         = &fault{"invalid-utf8", "bytes that are not UTF-8"}
	errPrefix       = &fault{"undeclared-prefix", "a namespace prefix that is not declared"}
	errUndeclare    = &fault{"undeclaring-prefix", "a namespace declaration that takes back a prefix"}
	errReserved     = &fault{"reserved-namespace", "a declaration of a prefix or namespace that XML reserves"}
	errCharset      = &fault{"unknown-encoding", "an encoding that is not known"}
	errUndecodable  = &fault{"undecodable", "bytes that are not text in the document's encoding"}
)

// Faults of JSON.
var (
	errJSONEOF      = &fault{"unexpected-end", "the text ends too early"}
	errJSONValue    = &fault{"bad-value", "not a JSON value"}
	errJSONNumber   = &fault{"bad-number", "a malformed number"}
	errJSONLiteral  = &fault{"bad-literal", "a word other than true, false and null"}
	errJSONKey      = &fault{"bad-member-name", "a member name that is not a string"}
	errJSONColon    = &fault{"missing-colon", "no colon after a member name"}
	errJSONComma    = &fault{"missing-comma", "no comma or end after a value"}
	errJSONTrailing = &fault{"trailing-content", "content after the JSON value"}
	errJSONControl  = &fault{"control-character", "an unescaped control character in a string"}
	errJSONEscape   = &fault{"bad-escape", "a malformed escape in a string"}
	errJSONSurr     = &fault{"lone-surrogate", "an escape of half a surrogate pair"}
	errJSONDup      = &fault{"duplicate-member", "the same member name twice in one object"}
	errJSONUTF8     = &fault{"invalid-utf8", "bytes that are not UTF-8"}
)
