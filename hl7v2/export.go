package hl7v2

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base32"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/portage-health/portage/internal/ledger"
	"github.com/portage-health/portage/record"
)

// Framing is what stands around and between the messages of an export.
type Framing uint8

// The framings.
const (
	// FramingNone writes one message after another. Messages that go out as they were sent keep the frames they had.
	FramingNone Framing = iota
	// FramingBatch writes a file of one batch: FHS, BHS, the messages, BTS and FTS with their counts (chapter 2, 2.10.3).
	FramingBatch
	// FramingMLLP puts each message into a frame.
	FramingMLLP
)

// Exporter writes a record as a set of messages of HL7 v2.
//
// What was read from a message goes out as a message of the same type, with its segments in their order: word for word while
// the record still says what the message said, else written anew, with what was carried at its place. What comes from elsewhere goes out
// in messages of its kind: ADT_A31 for the person with next of kin, guarantors and insurance, allergies (A60 where AL1 cannot say it), ADT_A01, A03, A04, A05, A08, A11 or A21 for
// encounters by where they stand, A40 for a merge, PPR_PC1 and PGL_PC6 for problems and goals, VXU_V04, ORU_R01 for results and vital signs, MDM_T02 for notes, OML_O21,
// ORM_O01, RDS_O13 and RAS_O17 for orders and medicines, SIU_S12 for appointments, DFT_P03 for charges, REF_I12 for referrals.
//
// What HL7 v2 has no field for is named in the report as lost. What it could only say as its opposite, such as what is negated, is not written at all.
//
// The zero value is right. It is safe for concurrent use.
type Exporter struct {
	// Messages are the types wanted ("VXU_V04", "ADT_A08"); all where it is empty. RSP_K11 answers a query with immunizations: see Query.
	Messages []string
	// Framing is what stands around the messages.
	Framing Framing
	// Version is that of messages that are new (MSH-12); 2.5.1.
	Version string
	// Application and Facility are the sender (MSH-3, MSH-4), ReceivingApplication and ReceivingFacility who it is for (MSH-5, MSH-6):
	// a namespace, or namespace^universal id^type. They are for new messages.
	Application, Facility, ReceivingApplication, ReceivingFacility string
	// Processing is MSH-11 of new messages; P.
	Processing string
	// ControlID makes MSH-10 of new messages: n counts them from 0, digest is one of the message's contents. Without it, it is made
	// of the digest: the same message has the same id.
	ControlID func(n int, digest [sha256.Size]byte) string
	// Charset is the character set of messages that are written anew (MSH-18, table 0211); UNICODE UTF-8. A character that it lacks fails the export.
	Charset string
	// Delimiters are those of messages that are written anew; |^~\&.
	Delimiters Delimiters
	// Query is the query that RSP_K11 answers, which it needs: its control id, its name and its parameters go back.
	Query *Message
}

var _ record.Exporter = Exporter{}

// Export writes the record's messages. The report names, by its path in the record, every leaf that HL7 v2 has no place for.
// An error means that nothing was written.
func (x Exporter) Export(ctx context.Context, rec *record.Record, out io.Writer, o record.ExportOptions) (*record.Report, error) {
	rep := &record.Report{}
	if rec == nil {
		rec = &record.Record{}
	}
	w := &sender{Out: ledger.Out{Report: rep}, x: x, rec: rec, opts: o, leaves: record.CountLeaves(rec)}
	if w.opts.Now.IsZero() {
		w.opts.Now = time.Now()
	}
	w.index()
	if err := w.plan(ctx); err != nil {
		return rep, err
	}
	w.leftovers()
	b, err := w.bytes()
	if err != nil {
		return rep, err
	}
	rep.Counts.Exported = w.leaves - w.Lost
	rep.Counts.Lost = w.Lost
	if !o.TypedOnly {
		w.carriedLeft()
	}
	_, err = out.Write(b)
	return rep, err
}

// sender writes one record. It is used by one goroutine.
type sender struct {
	ledger.Out
	x      Exporter
	rec    *record.Record
	opts   record.ExportOptions
	leaves int

	lists    map[string]entryList
	refs     map[string]entryAt  // where the entry of an id stands
	written  map[entryAt]bool    // entries that went out, or were withheld
	verbatim map[entryAt]bool    // entries that went out as they were sent
	people   map[string]*mention // what of people, organizations, places and devices is yet to be mentioned
	mentions []*mention
	placed   []bool // which carried pieces are in the output

	// The message being made.
	m      *messageOut
	forms  map[[2]string][]formAt
	here   map[string][]int // the entries that it tells of, by their kinds
	copies map[entryAt]any  // of those that are being written, what is yet to be

	further bool // the given names of the name at hand are further ones: its first is not there

	patientLeft *record.Patient // what no PID has said yet
	patientDone bool

	patientNow   *record.Patient // what the PID of the message at hand has not said
	patientQuiet bool            // and that it is said again

	out  []outgoing
	enc  encoder
	text charset
}

// entryAt is where an entry stands: a list of the record by its kind, and the place in it.
type entryAt struct {
	kind string
	i    int
}

// outgoing is a message that is ready, or one to be written.
type outgoing struct {
	bytes []byte
	at    int // the place that it had in an input
	m     *messageOut
}

// index remembers where the record's entries stand.
func (w *sender) index() {
	w.refs, w.written, w.verbatim = map[string]entryAt{}, map[entryAt]bool{}, map[entryAt]bool{}
	w.people = map[string]*mention{}
	w.placed = make([]bool, len(w.rec.Carried))
	w.findLists()
	counts := map[string]int{}
	for kind, e := range w.rec.Entries() {
		i := counts[kind]
		counts[kind]++
		if _, twice := w.refs[e.ID]; !twice && e.ID != "" {
			w.refs[e.ID] = entryAt{kind, i}
		}
	}
	if p := w.rec.Patient; p != nil {
		w.refs[p.ID] = entryAt{record.KindPatient, -1}
	}
	w.text = charset{set: charsetNamed([]byte("UNICODE UTF-8")), declared: true}
	w.enc.begin(StandardDelimiters(), &w.text)
}

// bytes writes the messages in their order, with what stands around them.
func (w *sender) bytes() ([]byte, error) {
	var b []byte
	mw := &Writer{}
	count := 0
	fresh := 0
	if w.x.Framing == FramingBatch {
		b = append(b, w.batchHeader("FHS")...)
		b = append(b, w.batchHeader("BHS")...)
	}
	for i := range w.out {
		msg := w.out[i].bytes
		if w.out[i].m != nil {
			var err error
			if msg, err = w.finish(mw, w.out[i].m, &fresh); err != nil {
				return nil, err
			}
		}
		count++
		switch w.x.Framing {
		case FramingMLLP:
			msg = append(unframed(msg), '\r')
			var frame bytes.Buffer
			if err := NewFrameWriter(&frame).Write(msg); err != nil {
				return nil, err
			}
			b = append(b, frame.Bytes()...)
		case FramingBatch:
			b = append(append(b, unframed(msg)...), '\r')
		default:
			if n := len(b); n > 0 && b[n-1] != '\r' && b[n-1] != '\n' {
				b = append(b, '\r')
			}
			b = append(b, msg...)
		}
	}
	if w.x.Framing == FramingBatch {
		b = append(b, "BTS|"+itoa(count)+"\rFTS|1\r"...)
	}
	return b, nil
}

// batchHeader writes FHS or BHS.
func (w *sender) batchHeader(name string) string {
	d := w.delimiters()
	f := string(d.Field)
	return name + f + string(d.encoding()) + f + w.designatorText(w.x.Application) + f + w.designatorText(w.x.Facility) + f +
		w.designatorText(w.x.ReceivingApplication) + f + w.designatorText(w.x.ReceivingFacility) + f + messageTime(w.opts.Now) + "\r"
}

func (w *sender) delimiters() Delimiters {
	if w.x.Delimiters == (Delimiters{}) {
		return StandardDelimiters()
	}
	return w.x.Delimiters
}

// designatorText escapes a sender or receiver for a header: namespace^universal id^type.
func (w *sender) designatorText(v string) string {
	d := w.delimiters()
	var e encoder
	e.begin(d, &w.text)
	var b []byte
	for i, part := range strings.Split(v, "^") {
		if i > 0 {
			b = append(b, d.Component)
		}
		b, _ = e.append(b, part)
	}
	return string(b)
}

func messageTime(t time.Time) string { return t.Format("20060102150405-0700") }

// finish writes the bytes of a message. A new one gets its control id when all else is there.
func (w *sender) finish(mw *Writer, m *messageOut, fresh *int) ([]byte, error) {
	write := func() ([]byte, error) {
		set := w.x.Charset
		if set == "" {
			set = "UNICODE UTF-8"
		}
		if err := mw.Reset(w.x.Delimiters, set); err != nil {
			return nil, err
		}
		for _, s := range m.segs {
			s.write(mw)
		}
		b, err := mw.Bytes()
		return bytes.Clone(b), err
	}
	head := m.segs[0]
	switch {
	case m.source == "":
	case !m.isPlain():
		w.put(head.at(18), orElse(w.x.Charset, "UNICODE UTF-8"))
	default:
		w.put(head.at(18), m.charset)
	}
	if m.source == "" {
		b, err := write()
		if err != nil {
			return nil, err
		}
		digest := sha256.Sum256(b)
		id := ""
		if w.x.ControlID != nil {
			id = w.x.ControlID(*fresh, digest)
		} else {
			id = strings.ToUpper(base32.HexEncoding.EncodeToString(digest[:]))[:20]
		}
		w.put(head.at(10), id)
		*fresh++
	}
	return write()
}

// wants reports whether messages of a type go out.
func (w *sender) wants(kind string) bool {
	return len(w.x.Messages) == 0 || slices.Contains(w.x.Messages, kind)
}
