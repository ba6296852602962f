package hl7v2

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"iter"
	"strconv"
	"unicode/utf8"

	"github.com/portage-health/portage/internal/ids"
	"github.com/portage-health/portage/internal/ledger"
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

const formatName = "hl7v2"

// Format is HL7 v2 as [portage.Convert] takes formats.
func Format() record.Format {
	return record.Format{Name: formatName, Extension: ".hl7", Detect: Detect, Importer: Importer{}, Exporter: Exporter{}}
}

// Importer reads HL7 v2 into records: a message, a file of several, or batches. It yields a record for each patient, in
// the order in which they are first named: what the messages of one input say of one patient (by PID-3, with its
// assigning authority) is one record, with a source for each message. A message that names no patient is a record without one. It follows
// HL7's v2-to-FHIR mapping by the record's own terms; docs/hl7v2-mapping.md lists what is typed and what is carried.
//
// The zero value is right. It is safe for concurrent use.
type Importer struct {
	// Charset is for messages that do not name theirs: see [Options].
	Charset string
}

var _ record.Importer = Importer{}

// Import reads one input.
func (im Importer) Import(ctx context.Context, in record.Input, o record.ImportOptions) iter.Seq2[*record.Imported, error] {
	return func(yield func(*record.Imported, error) bool) {
		im.read(ctx, in, o, func(r *reader, err error) bool {
			if err != nil {
				return yield(nil, err)
			}
			return yield(&record.Imported{Record: r.rec, Report: r.rep}, nil)
		})
	}
}

// Imported is a record with its report, and what the messages that it came from say happened.
type Imported struct {
	Record *record.Record
	Report *record.Report
	Events []Event // in the order of the messages
}

// Messages is Import with what each message means beside the record, so that a host can apply it to its own store.
func (im Importer) Messages(ctx context.Context, in record.Input, o record.ImportOptions) iter.Seq2[*Imported, error] {
	return func(yield func(*Imported, error) bool) {
		im.read(ctx, in, o, func(r *reader, err error) bool {
			if err != nil {
				return yield(nil, err)
			}
			return yield(&Imported{Record: r.rec, Report: r.rep, Events: r.events()}, nil)
		})
	}
}

// read reads one input, and gives a reader for each patient when it has done its work.
func (im Importer) read(ctx context.Context, in record.Input, o record.ImportOptions, yield func(*reader, error) bool) {
	data := in.Bytes
	if data == nil && in.Reader != nil {
		var err error
		if data, err = readLimited(in.Reader, o.Limits.Bytes); err != nil {
			yield(nil, err)
			return
		}
	}
	if limit := o.Limits.Bytes; limit > 0 && int64(len(data)) > limit {
		yield(nil, &tree.LimitError{Limit: tree.LimitBytes, Max: int(limit)})
		return
	}
	d := desks.Get().(*desk)
	f, err := im.file(data, o, d)
	if err != nil {
		yield(nil, err)
		return
	}
	all := f.patients()
	for i, parts := range all {
		if err := ctx.Err(); err != nil {
			yield(nil, err)
			return
		}
		if o.Limits.Records > 0 && i >= o.Limits.Records {
			yield(nil, &tree.LimitError{Limit: "records", Max: o.Limits.Records})
			return
		}
		r := read(parts, o, d)
		if i == 0 {
			f.rest(r)
			if len(all) == 1 {
				f.keepAround(r)
			}
		}
		if !yield(r, nil) {
			return
		}
	}
	d.leave()
}

// readLimited reads all of an input, and no more than a limit allows.
func readLimited(in io.Reader, most int64) ([]byte, error) {
	if most <= 0 {
		most = maxOffset
	}
	data, err := io.ReadAll(io.LimitReader(in, most+1))
	if err == nil && int64(len(data)) > most {
		err = &tree.LimitError{Limit: tree.LimitBytes, Max: int(most)}
	}
	return data, err
}

// file is an input as its messages, with what stands around them.
type file struct {
	messages []*message
	around   []*message // headers and trailers
	lost     []Item     // what is no message
	issues   []record.Issue
}

// file parses an input. It fails where there is no message at all.
func (im Importer) file(data []byte, o record.ImportOptions, d *desk) (*file, error) {
	f := &file{}
	var failed error
	seen := map[string]bool{}
	maker := ids.New(nil)
	place := 0
	for it := range (batch{o: Options{Charset: im.Charset}, index: d.index}).items(data) {
		f.issues = append(f.issues, it.Issues...)
		place++
		switch {
		case it.Err != nil:
			if failed == nil {
				failed = it.Err
			}
			f.lost = append(f.lost, it)
		case it.Kind == ItemMessage:
			m := newMessage(im.continued(it.Message), it.Bytes, maker)
			m.led, m.at = d.ledger(m.m), place
			if seen[m.identity] { // two messages of one control id: each is known by its bytes
				m.identity = m.source.SHA256
			}
			seen[m.identity] = true
			f.messages = append(f.messages, m)
		case it.Message != nil:
			m := newMessage(it.Message, it.Bytes, maker)
			m.led, m.at = ledger.New(m.m.Len()), place
			f.around = append(f.around, m)
		}
	}
	switch {
	case len(f.messages)+len(f.around) > 0:
		return f, nil
	case failed != nil:
		return nil, failed
	}
	return nil, faultEmpty.at(0, "", 0, 0)
}

// continued puts segments together that ADD continues (2.10.2): the last field of the one before goes on in its first.
func (im Importer) continued(m *Message) *Message {
	if !m.Segment("ADD", 1).OK() || m.x.wide != nil {
		return m
	}
	var b []byte
	for s := range m.Segments() {
		raw := s.Raw()
		if n := len("ADD|"); s.Is("ADD") && len(raw) >= n && len(b) > 0 {
			b = append(b[:len(b)-1], raw[n:]...)
		} else {
			b = append(b, raw...)
		}
		b = append(b, '\r')
	}
	whole, err := Parse(b, Options{Charset: im.Charset})
	if err != nil {
		return m
	}
	return whole
}

// newMessage notes what a message says of itself.
func newMessage(m *Message, data []byte, maker *ids.Maker) *message {
	digest := sha256.Sum256(data)
	msg := &message{m: m, data: data}
	msg.source = record.Source{Format: formatName, SHA256: hex.EncodeToString(digest[:]), Bytes: int64(len(data))}
	h := m.SegmentAt(0)
	msg.sender = h.Field(4).ER7()
	msg.identity = msg.source.SHA256
	if h.Is("MSH") {
		msg.kind, msg.event, _ = m.Type()
		msg.source.Version = m.Version()
		if id := m.ControlID(); id != "" {
			msg.identity = h.Field(3).ER7() + "|" + msg.sender + "|" + id
			msg.source.Document = msg.identity
		}
		if t, ok := isoTime(h.Field(7).Repetition(1).Component(1).String()); ok {
			msg.source.Time = t
		}
	}
	msg.source.ID = maker.Make("source", formatName, msg.identity, msg.source.SHA256)
	msg.issues = m.readingIssues()
	return msg
}

// split divides a message at its PIDs: the first part has what stands before the first, and the others share the header.
func (m *message) split() []*part {
	var out []*part
	shared := make([]Segment, 0, 4)
	for s := range m.m.Segments() {
		switch {
		case s.is(idPID):
			p := &part{message: m, first: len(out) == 0, own: len(shared), owners: make([]string, m.m.SegmentCount())}
			room := len(shared) + 1
			if len(out) == 0 {
				room = m.m.SegmentCount() // most messages are of one patient
			}
			p.segs = append(append(make([]Segment, 0, room), shared...), s)
			out = append(out, p)
		case len(out) == 0:
			shared = append(shared, s)
		default:
			p := out[len(out)-1]
			p.segs = append(p.segs, s)
		}
	}
	if len(out) == 0 {
		out = []*part{{message: m, first: true, segs: shared, own: len(shared), owners: make([]string, m.m.SegmentCount())}}
	}
	for _, p := range out {
		p.parts = len(out)
	}
	return out
}

// read makes the record of one patient.
func read(parts []*part, o record.ImportOptions, d *desk) *reader {
	mixed := map[string]bool{}
	for {
		r := &reader{rec: &record.Record{}, rep: &record.Report{}, opts: o, maker: ids.New(o.IDKey), parts: parts, desk: d, mixed: mixed}
		clear(d.used)
		clear(d.people)
		r.read()
		if !r.clash {
			if len(mixed) > 0 {
				path := ""
				r.rep.Add(record.IssueSharedIdentifier.At(path, 0, 0))
			}
			return r
		}
		for _, p := range parts { // an identifier turned out to stand on several people: read again, knowing it
			p.led.Reset(p.m.Len())
			clear(p.owners)
			p.told, p.header = nil, ""
		}
	}
}

// read reads the parts. The last word on the patient comes first: what an earlier message says otherwise is carried.
func (r *reader) read() {
	for _, p := range r.parts {
		r.rec.Sources = append(r.rec.Sources, p.source)
		if p.shares {
			r.sharedNumbers(p)
		}
		if p.first {
			for _, i := range p.issues {
				r.rep.Add(i)
			}
		}
	}
	r.overlap()
	for i := len(r.parts) - 1; i >= 0; i-- {
		r.begin(r.parts[i])
		for _, s := range r.p.segs {
			if s.is(idPID) {
				r.patient(s)
			}
		}
	}
	for _, p := range r.parts {
		r.begin(p)
		r.blocks()
	}
	r.labelAccess()
	r.settle()
	for _, p := range r.parts {
		r.begin(p)
		r.sweep()
	}
	r.keepSent()
}

func (r *reader) begin(p *part) { r.p, r.led, r.encounter = p, p.led, nil }

// rest counts and carries what stands around the messages of a file: headers, trailers, and what is no message.
func (f *file) rest(r *reader) {
	for _, i := range f.issues {
		r.rep.Add(i)
	}
	for _, m := range f.around {
		r.rec.Sources = append(r.rec.Sources, m.source)
		r.begin(&part{message: m, first: true, owners: make([]string, m.m.SegmentCount())})
		for s := range m.m.Segments() {
			r.p.segs = append(r.p.segs, s)
		}
		r.p.own = len(r.p.segs)
		if h := m.m.SegmentAt(0); h.Is("FHS") || h.Is("BHS") {
			r.delimiters(h)
		}
		r.sweep()
	}
	for i := range f.lost {
		it := &f.lost[i]
		path := "item[" + strconv.Itoa(i+1) + "]"
		source := ""
		if len(r.rec.Sources) > 0 {
			source = r.rec.Sources[0].ID
		}
		r.rec.Carried = append(r.rec.Carried, record.Carried{Format: formatName, Source: source, Path: path, Kind: "field", Data: asText(it.Bytes), Facts: 1, Words: asText(it.Bytes)})
		r.rep.Counts.Facts++
		r.rep.Counts.Carried++
		r.rep.Add(issueUnread.At(path, 0, 0))
	}
}

// issueUnread tells of a message among others that could not be read.
var issueUnread = record.IssueKind{Code: record.IssueSegment.Code, Severity: record.SeverityError, Action: record.ActionCarried,
	Message: "what stands between messages here is none that can be read; it is carried as it is"}

// asText gives bytes as text: those that are no UTF-8 as ISO 8859-1.
func asText(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	out := make([]rune, len(b))
	for i, c := range b {
		out[i] = rune(c)
	}
	return string(out)
}
