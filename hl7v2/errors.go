package hl7v2

import "strconv"

// Error says why an input could not be read, or a change not be made. It holds nothing of the message but the names of
// segments that HL7 defines.
type Error struct {
	Code    string // stable, in kebab case
	Segment int    // number of the segment in the message, counted from 1; 0 where it is about no segment
	Name    string // of the segment, where it is one that HL7 defines, or a Z segment
	Field   int    // number of the field, 0 where it is about no field
	Offset  int    // bytes from the start of the input
	Msg     string // a constant text
}

func (e *Error) Error() string {
	b := append([]byte(nil), "hl7v2: "...)
	if e.Segment > 0 {
		b = append(b, "segment "...)
		b = strconv.AppendInt(b, int64(e.Segment), 10)
		if e.Name != "" {
			b = append(append(b, " ("...), e.Name...)
			b = append(b, ')')
		}
		if e.Field > 0 {
			b = append(b, ", field "...)
			b = strconv.AppendInt(b, int64(e.Field), 10)
		}
		b = append(b, ", "...)
	}
	b = append(b, "byte "...)
	b = strconv.AppendInt(b, int64(e.Offset), 10)
	b = append(b, ": "...)
	return string(append(b, e.Msg...))
}

// Is makes errors.Is compare by code, so that the Err… values below can be asked for.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code
}

// A fault is a kind of error.
type fault struct{ code, msg string }

func (f *fault) at(segment int, name string, field, offset int) *Error {
	return &Error{f.code, segment, name, field, offset, f.msg}
}

// Faults of reading.
var (
	faultEmpty          = fault{"empty", "the input is empty"}
	faultNoHeader       = fault{"no-header", "the input does not begin with MSH"}
	faultShort          = fault{"short-header", "the header ends before its delimiters do"}
	faultFieldSeparator = fault{"field-separator", "MSH-1 is no character that can separate fields"}
	faultEncoding       = fault{"encoding-characters", "MSH-2 does not name one to five different characters that can delimit"}
	faultSecond         = fault{"second-message", "a second message begins here: read the input as a batch"}
	faultBatch          = fault{"batch", "the input is a batch: read it as one"}
	faultCharset        = fault{"undecodable", "the bytes are not text in the message's character set"}

	faultMaxBytes       = fault{"limit-bytes", "the message exceeds the limit of bytes"}
	faultMaxSegments    = fault{"limit-segments", "the message exceeds the limit of segments"}
	faultMaxFields      = fault{"limit-fields", "the segment exceeds the limit of fields"}
	faultMaxRepetitions = fault{"limit-repetitions", "the field exceeds the limit of repetitions"}
	faultMaxPieces      = fault{"limit-pieces", "the message exceeds the limit of pieces between delimiters"}
	faultMaxMessages    = fault{"limit-messages", "the batch exceeds the limit of messages"}
)

// Faults of addresses and changes.
var (
	faultAddress      = fault{"bad-address", "this is no address of a place in a message"}
	faultNoSuchPlace  = fault{"no-such-place", "the message has no such place"}
	faultDelimiters   = fault{"fixed-delimiters", "MSH-1 and MSH-2 cannot be changed"}
	faultNoEscape     = fault{"no-escape", "the value cannot be written without an escape character, and the message has none"}
	faultNoDelimiter  = fault{"no-delimiter", "the message has no delimiter for this level"}
	faultNotUTF8      = fault{"not-utf8", "the value is not UTF-8"}
	faultUnwritable   = fault{"unwritable", "the message's character set has no way to write a character of the value"}
	faultWouldSplit   = fault{"would-split", "what was given would make a new segment, field or repetition"}
	faultSegmentName  = fault{"bad-segment-name", "this is no name of a segment: a capital letter and two capitals or digits"}
	faultHeaderPlace  = fault{"header-place", "the header is the first segment and stays it"}
	faultFixedCharset = fault{"fixed-charset", "MSH-18 cannot be changed while the message holds text that depends on it"}
)

// Errors to compare with, by errors.Is.
var (
	ErrBatch         error = &Error{Code: faultBatch.code}       // the input is a batch
	ErrSecondMessage error = &Error{Code: faultSecond.code}      // the input holds several messages
	ErrNoHeader      error = &Error{Code: faultNoHeader.code}    // the input is no message
	ErrShortHeader   error = &Error{Code: faultShort.code}       // the header ends too early
	ErrNoSuchPlace   error = &Error{Code: faultNoSuchPlace.code} // a change of what is not there
	ErrUnwritable    error = &Error{Code: faultUnwritable.code}  // the character set lacks a character
	ErrTooLarge      error = &Error{Code: faultMaxBytes.code}    // more bytes than the limit
)
