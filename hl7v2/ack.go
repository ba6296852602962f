package hl7v2

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"github.com/portage-health/portage/record"
)

// AckCode is what a receiver answers (table 0008): those with A after processing, those with C in enhanced mode, when the message is safe with the receiver.
type AckCode string

// The codes.
const (
	Accept       AckCode = "AA"
	Fail         AckCode = "AE"
	Reject       AckCode = "AR"
	CommitAccept AckCode = "CA"
	CommitError  AckCode = "CE"
	CommitReject AckCode = "CR"
)

// Codes of table 0357, message error condition codes.
const (
	ErrorAccepted      = "0"
	ErrorSequence      = "100" // segment sequence error
	ErrorRequired      = "101" // required field missing
	ErrorDataType      = "102"
	ErrorTable         = "103" // table value not found
	ErrorTooLong       = "104" // value too long
	ErrorType          = "200" // unsupported message type
	ErrorEvent         = "201" // unsupported event code
	ErrorProcessing    = "202" // unsupported processing id
	ErrorVersion       = "203" // unsupported version id
	ErrorUnknownKey    = "204"
	ErrorDuplicateKey  = "205"
	ErrorLocked        = "206" // application record locked
	ErrorInternal      = "207" // application internal error
	errorConditionName = "HL70357"
)

// errorText is what table 0357 says of its codes.
func errorText(code string) string {
	switch code {
	case ErrorAccepted:
		return "Message accepted"
	case ErrorSequence:
		return "Segment sequence error"
	case ErrorRequired:
		return "Required field missing"
	case ErrorDataType:
		return "Data type error"
	case ErrorTable:
		return "Table value not found"
	case ErrorTooLong:
		return "Value too long"
	case ErrorType:
		return "Unsupported message type"
	case ErrorEvent:
		return "Unsupported event code"
	case ErrorProcessing:
		return "Unsupported processing id"
	case ErrorVersion:
		return "Unsupported version id"
	case ErrorUnknownKey:
		return "Unknown key identifier"
	case ErrorDuplicateKey:
		return "Duplicate key identifier"
	case ErrorLocked:
		return "Application record locked"
	case ErrorInternal:
		return "Application internal error"
	}
	return ""
}

// AckError is one error or warning that an acknowledgement tells of (ERR; before version 2.5, one repetition of ERR-1).
type AckError struct {
	Location Address         // ERR-2; the zero Address is none
	Code     string          // ERR-3, of table 0357
	Severity record.Severity // ERR-4, table 0516: an error where it is ""
	Text     string          // ERR-8, for the user: the host's own words
}

// Ack is an acknowledgement.
type Ack struct {
	Code AckCode
	// ControlID is the acknowledgement's own (MSH-10); where it is "", one is made by hashing the one that is answered.
	ControlID string
	// Time is when it is made (MSH-7); the zero time means the wall clock.
	Time   time.Time
	Errors []AckError

	// For answers that were read: the control id of the message answered (MSA-2).
	Answers string
}

// Wanted says which answers the sender asks for (chapter 2, 2.9.2 and 2.9.3). In original mode, where neither MSH-15 nor MSH-16 is valued, that
// is an application acknowledgement in any case. ok says whether the message was, or can be, dealt with.
func (m *Message) Wanted(ok bool) (accept, application bool) {
	h := m.SegmentAt(0)
	a, b := h.Field(15), h.Field(16)
	if !a.Valued() && !b.Valued() {
		return false, true
	}
	when := func(f Field) bool {
		switch f.String() {
		case "AL":
			return true
		case "ER":
			return !ok
		case "SU":
			return ok
		}
		return false // NE, or nothing
	}
	return when(a), when(b)
}

// Acknowledge writes the answer to a message: back to where it came from, in its version, its delimiters and its character set.
func (m *Message) Acknowledge(a Ack) ([]byte, error) {
	h := m.SegmentAt(0)
	set := ""
	if c := m.Charset(); c.Declared {
		set = c.Name
	}
	d := m.Delimiters()
	if d.Component == 0 || d.Escape == 0 || d.Repetition == 0 || d.Subcomponent == 0 {
		d = StandardDelimiters()
		d.Field = m.Delimiters().Field
	}
	if m.x != nil && m.x.wide != nil {
		set = "UNICODE UTF-8"
	}
	w, err := NewWriter(d, set)
	if err != nil {
		return nil, err
	}
	copyField := func(from, to int) {
		f := h.Field(from)
		if m.x != nil && d == m.Delimiters() && m.x.wide == nil {
			w.PutRaw(to, 0, 0, 0, f.Raw())
			return
		}
		w.Put(to, 0, 0, 0, f.String())
	}
	copyField(5, 3)
	copyField(6, 4)
	copyField(3, 5)
	copyField(4, 6)
	_, event, _ := m.Type()
	version := m.Version()
	a.head(w, m.ControlID(), event, version)
	copyField(11, 11)
	copyField(12, 12)
	if m.x == nil || m.x.wide == nil {
		copyField(18, 18)
	} else {
		w.Put(18, 0, 0, 0, set)
	}
	return a.body(w, m.ControlID(), version)
}

// NAK writes the answer to an input that is no message that can be read: Reject, with the place that err names, if it is one of
// this package's. Nothing of the input is repeated.
func NAK(err error, a Ack) ([]byte, error) {
	w, werr := NewWriter(Delimiters{}, "")
	if werr != nil {
		return nil, werr
	}
	if a.Code == "" {
		a.Code = Reject
	}
	if len(a.Errors) == 0 {
		e := AckError{Code: ErrorInternal}
		if bad, ok := err.(*Error); ok {
			e = AckError{Code: ErrorSequence, Text: bad.Msg}
			if bad.Name != "" {
				e.Location = Address{Segment: bad.Name, Field: bad.Field}
			}
		}
		a.Errors = []AckError{e}
	}
	a.head(w, "", "", "2.5.1")
	w.Put(11, 0, 0, 0, "P")
	w.Put(12, 0, 0, 0, "2.5.1")
	return a.body(w, "", "2.5.1")
}

// head writes MSH-7 to MSH-10.
func (a *Ack) head(w *Writer, answers, event, version string) {
	t := a.Time
	if t.IsZero() {
		t = time.Now()
	}
	w.Put(7, 0, 0, 0, t.Format("20060102150405-0700"))
	w.Put(9, 0, 1, 0, "ACK")
	if atLeast(version, "2.3.1") {
		w.Put(9, 0, 2, 0, event)
		w.Put(9, 0, 3, 0, "ACK")
	}
	id := a.ControlID
	if id == "" {
		sum := sha256.Sum256([]byte(string(a.Code) + "|" + answers + "|" + strconv.FormatInt(t.UnixNano(), 10)))
		id = hex.EncodeToString(sum[:10])
	}
	w.Put(10, 0, 0, 0, id)
}

// body writes MSA and ERR.
func (a *Ack) body(w *Writer, answers, version string) ([]byte, error) {
	w.Segment("MSA")
	w.Put(1, 0, 0, 0, string(a.Code))
	w.Put(2, 0, 0, 0, answers)
	if !atLeast(version, "2.5") {
		if len(a.Errors) > 0 {
			w.Segment("ERR")
		}
		for i, e := range a.Errors {
			e.old(w, i+1)
		}
		return w.Bytes()
	}
	for _, e := range a.Errors {
		w.Segment("ERR")
		l := e.Location
		if l.Segment != "" {
			w.Put(2, 0, 1, 0, l.Segment)
			for i, n := range []int{max(l.Occurrence, 1), l.Field, l.Repetition, l.Component, l.Subcomponent} {
				if n == 0 && i > 1 && l.Field > 0 && i == 2 {
					n = 1
				}
				if n > 0 {
					w.Put(2, 0, i+2, 0, strconv.Itoa(n))
				}
			}
		}
		if e.Code != "" {
			w.Put(3, 0, 1, 0, e.Code)
			w.Put(3, 0, 2, 0, errorText(e.Code))
			w.Put(3, 0, 3, 0, errorConditionName)
		}
		w.Put(4, 0, 0, 0, severityCode(e.Severity))
		w.Put(8, 0, 0, 0, e.Text)
	}
	return w.Bytes()
}

// old writes an error as versions before 2.5 have it: segment, its place, field, code (ERR-1, datatype CM, later ELD).
func (e *AckError) old(w *Writer, n int) {
	if l := e.Location; l.Segment != "" {
		w.Put(1, n, 1, 0, l.Segment)
		w.Put(1, n, 2, 0, strconv.Itoa(max(l.Occurrence, 1)))
		if l.Field > 0 {
			w.Put(1, n, 3, 0, strconv.Itoa(l.Field))
		}
	}
	w.Put(1, n, 4, 1, e.Code)
	w.Put(1, n, 4, 2, errorText(e.Code))
	w.Put(1, n, 4, 3, errorConditionName)
}

func severityCode(s record.Severity) string {
	switch s {
	case record.SeverityWarning:
		return "W"
	case record.SeverityInfo:
		return "I"
	}
	return "E"
}

// AckErrorOf makes of an issue of Conform what an acknowledgement says of it.
func AckErrorOf(i record.Issue) AckError {
	e := AckError{Code: ErrorInternal, Severity: i.Severity, Text: i.Message}
	switch i.Code {
	case conformSegment.Code, conformOrder.Code, conformTooMany.Code:
		e.Code = ErrorSequence
	case conformField.Code:
		e.Code = ErrorRequired
	case conformDatatype.Code, conformValue.Code:
		e.Code = ErrorDataType
	case conformTable.Code:
		e.Code = ErrorTable
	case conformLength.Code:
		e.Code = ErrorTooLong
	}
	if a, err := ParseAddress(i.Path); err == nil {
		e.Location = a
	}
	return e
}

// Acknowledgement reads an answer: MSA, and every ERR. ok is false where the message has no MSA.
func (m *Message) Acknowledgement() (a Ack, ok bool) {
	msa := m.Segment("MSA", 1)
	if !msa.OK() {
		return Ack{}, false
	}
	a = Ack{Code: AckCode(strings.TrimSpace(msa.Field(1).String())), ControlID: m.ControlID(), Answers: msa.Field(2).String()}
	for s := range m.All("ERR") {
		if s.Field(3).Valued() || s.Field(2).Valued() {
			a.Errors = append(a.Errors, ackError(s))
			continue
		}
		for _, r := range s.Field(1).Repetitions() {
			if !r.Valued() {
				continue
			}
			a.Errors = append(a.Errors, AckError{
				Location: location(r.Component(1), r.Component(2), r.Component(3)),
				Code:     r.Component(4).Subcomponent(1).String(), Severity: record.SeverityError,
			})
		}
	}
	return a, true
}

func ackError(s Segment) AckError {
	r := s.Field(2).Repetition(1)
	e := AckError{Code: s.Field(3).Component(1).String(), Severity: record.SeverityError, Text: s.Field(8).String()}
	e.Location = location(r.Component(1), r.Component(2), r.Component(3), r.Component(4), r.Component(5), r.Component(6))
	switch s.Field(4).String() {
	case "W":
		e.Severity = record.SeverityWarning
	case "I":
		e.Severity = record.SeverityInfo
	}
	return e
}

// location reads segment, its place, field, repetition, component and subcomponent.
func location(parts ...Component) Address {
	name := parts[0].String()
	if !isSegmentName(name) {
		return Address{}
	}
	a := Address{Segment: name}
	for i, to := range []*int{&a.Occurrence, &a.Field, &a.Repetition, &a.Component, &a.Subcomponent} {
		if i+1 < len(parts) {
			if n, err := strconv.Atoi(parts[i+1].String()); err == nil && n > 0 && n <= maxOffset {
				*to = n
			}
		}
	}
	return a
}

// atLeast compares versions such as 2.3.1 and 2.5.
func atLeast(version, other string) bool {
	a, b := strings.Split(version, "."), strings.Split(other, ".")
	for i := range max(len(a), len(b)) {
		var x, y int
		if i < len(a) {
			x, _ = strconv.Atoi(a[i])
		}
		if i < len(b) {
			y, _ = strconv.Atoi(b[i])
		}
		if x != y {
			return x > y
		}
	}
	return true
}
