package fhir

import (
	"encoding/base64"

	"github.com/portage-health/portage/record"
)

// attachments writes an array of Attachments.
func (w *writer) attachments(name string, as []record.Attachment) {
	if len(as) == 0 {
		return
	}
	w.arr(name)
	for i := range as {
		w.attachment("", &as[i])
	}
	w.endArr()
}

// attachment writes an Attachment. Content that is text goes out as its bytes
// in UTF-8, marked as text (C-CDA on FHIR, CDA ED → FHIR Attachment).
func (w *writer) attachment(name string, a *record.Attachment) {
	if a == nil {
		return
	}
	w.obj(name)
	data, err := "", error(nil)
	stream := w.streams != nil && a.Compression == "" && a.Data.Streams()
	if !a.Data.IsZero() && !stream {
		data, err = a.Data.Base64()
		switch {
		case err != nil:
			w.Lost++
			w.Note(&lostContent, "data")
			data = ""
		case !isBase64(data):
			w.fieldStr("data", data)
			data = ""
		}
	}
	packed := false
	if data != "" && a.Compression != "" {
		if s, err := unpacked(a); err == nil && s != "" {
			data = s
		} else {
			packed = true
		}
	}
	switch {
	case packed:
		// The bytes are not of that type until somebody unpacks them.
		w.fieldStr("contentType", a.ContentType)
		w.absentPrimitive("contentType", notStated)
		w.Note(&issuePacked, "compression")
	case isCode(a.ContentType):
		w.code("contentType", a.ContentType)
	case a.ContentType != "":
		w.fieldStr("contentType", a.ContentType)
		if data != "" || stream || a.Text != "" {
			w.absentPrimitive("contentType", notStated)
		}
	case data != "" || stream || a.Text != "":
		// Data needs a type (att-1).
		w.absentPrimitive("contentType", notStated)
	}
	if langCode(a.Language) != "" {
		w.code("language", a.Language)
	} else {
		w.fieldStr("language", a.Language)
	}
	switch {
	case stream:
		w.word("data", w.streams.place(a.Data))
		w.fieldStr("text", a.Text)
	case data != "":
		w.base64("data", data)
		w.fieldStr("text", a.Text)
	case a.Text != "":
		w.key("data")
		w.b = append(w.b, '"')
		w.b = base64.StdEncoding.AppendEncode(w.b, []byte(a.Text))
		w.b = append(w.b, '"')
		t := true
		w.fieldBool("text", &t)
	}
	if a.Text == "" {
		w.fieldStr("textRef", a.TextRef)
	}
	w.uri("url", a.URL)
	w.integer("size", a.Size, 0)
	if isSHA1(a.Hash) && a.Compression == "" {
		w.code("hash", a.Hash)
	} else {
		w.fieldStr("hash", a.Hash)
	}
	w.fieldStr("hashAlgorithm", a.HashAlgorithm)
	w.str("title", a.Title)
	if a.Created != nil {
		w.dateTime("creation", *a.Created)
	}
	w.fieldStr("charset", a.Charset)
	w.fieldStr("compression", a.Compression)
	w.fieldStr("anchor", a.Anchor)
	w.absent(a.Absent)
	w.end()
}

// base64 writes base64 text without the white space it may have in it.
func (w *writer) base64(name, s string) {
	if s == "" {
		return
	}
	w.key(name)
	w.b = append(w.b, '"')
	for len(s) > 0 {
		n := 0
		for n < len(s) && s[n] > ' ' {
			n++
		}
		w.put(s[:n])
		for n < len(s) && s[n] <= ' ' {
			n++
		}
		s = s[n:]
	}
	w.b = append(w.b, '"')
}

// digits64 are the digits of base64 (RFC 4648, 4).
var digits64 = func() (t [256]bool) {
	for c := range 256 {
		t[c] = 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '+' || c == '/'
	}
	return t
}()

// isBase64 reports whether s is base64 with its padding, white space aside (R4 2.24.0.1, base64Binary).
func isBase64(s string) bool {
	n, pad := 0, 0
	for i := 0; i < len(s); i++ {
		from := i
		for i < len(s) && digits64[s[i]] {
			i++
		}
		if i > from && pad > 0 {
			return false
		}
		if n += i - from; i == len(s) {
			break
		}
		switch s[i] {
		case ' ', '\n', '\r', '\t':
		case '=':
			pad++
			n++
		default:
			return false
		}
	}
	return n > 0 && n%4 == 0 && pad <= 2
}

// isSHA1 reports whether h is a SHA-1 digest in base64: what FHIR takes as Attachment.hash.
func isSHA1(h string) bool { return len(h) == 28 && isBase64(h) }

// notes writes an array of Annotations (C-CDA on FHIR, Comment → Annotation).
func (w *writer) notes(name string, ns []record.Note) {
	if len(ns) == 0 {
		return
	}
	w.arr(name)
	for i := range ns {
		w.note("", &ns[i])
	}
	w.endArr()
}

// authors of an Annotation may be these.
var annotationAuthors = only(kindPractitioner, kindPatient, kindRelatedPerson, kindOrganization)

func (w *writer) note(name string, n *record.Note) {
	w.obj(name)
	for i := range n.Authors {
		a := &n.Authors[i]
		if i == 0 && a.Who != nil && w.referenceTo("authorReference", a.Who, annotationAuthors) && isPlainAuthor(a) {
			continue
		}
		w.participantField("authors", a)
	}
	if n.When != nil {
		w.dateTime("time", *n.When)
	}
	if n.Text != "" {
		w.str("text", n.Text)
	}
	if !clean(n.Text) {
		w.sibling("text") // text is required
		w.absent(notStated)
		if n.Text == "" {
			w.fieldStr("textRef", n.TextRef)
		}
		w.end()
	}
	w.fieldConcept("type", n.Type)
	for i := range n.Identifiers {
		w.fieldKnown("identifiers", &n.Identifiers[i])
	}
	w.end()
}

// isPlainAuthor reports whether a participation says no more than who the author is.
func isPlainAuthor(p *record.Participation) bool {
	return p.Role == "author" && p.RoleAsSent == "" && p.Class == "" && p.Function == nil && p.OnBehalfOf == nil && p.Code == nil && len(p.Specialty) == 0 &&
		p.Location == nil && p.When == nil && isPlainPart(p)
}

// isPlainPart reports whether a participation has none of the rare fields.
func isPlainPart(p *record.Participation) bool {
	return p.Mode == nil && p.Signature == "" && p.SignatureText == nil && len(p.Identifiers) == 0 && len(p.Telecoms) == 0 &&
		len(p.Addresses) == 0 && p.Awareness == nil && len(p.Labels) == 0 && p.Required == "" && p.Status == "" && p.Absent == ""
}
