package atna

import (
	"context"
	"errors"
	"io"
	"strconv"
	"strings"
	"sync"

	"github.com/portage-health/portage/audit"
)

// Framing is how one message is told from the next.
type Framing int

// The framings.
const (
	// OctetCounting puts the length before each frame: TCP and TLS (RFC 5425, 4.3; RFC 6587, 3.4.1).
	OctetCounting Framing = iota
	// Datagrams puts each frame into a write of its own: UDP (RFC 5426).
	Datagrams
)

// Options say who sends. The zero value sends from nobody that is known ("-").
type Options struct {
	Framing  Framing
	Hostname string // of the machine, an FQDN if there is one
	AppName  string // of the program
	ProcID   string // of the process
}

// priority is facility 10 (security and authorization) and severity 5 (notice), as ITI-20 has it.
const priority = 10*8 + 5

// maxDatagram bounds a frame that goes by UDP (RFC 5426, 3.1: what IPv4 can carry).
const maxDatagram = 65_507

// ErrTooLarge says that a message does not fit a datagram.
var ErrTooLarge = errors.New("atna: the message is larger than a datagram")

// Frame gives the syslog message of an event (RFC 5424) with MSGID DICOM+RFC3881, without octet counting.
func Frame(e *audit.Event, o Options) ([]byte, error) {
	body, err := Marshal(e)
	if err != nil {
		return nil, err
	}
	head := "<" + strconv.Itoa(priority) + ">1 " + e.Recorded.UTC().Format("2006-01-02T15:04:05.000000Z") + " " + word(o.Hostname, 255) + " " + word(o.AppName, 48) + " " + word(o.ProcID, 128) + " DICOM+RFC3881 - \ufeff"
	return append([]byte(head), body...), nil
}

// word makes a header's field of a text: printable ASCII of a greatest length, "-" where there is nothing (RFC 5424, 6).
func word(s string, most int) string {
	s = strings.Map(func(r rune) rune {
		if r < 33 || r > 126 {
			return -1
		}
		return r
	}, s)
	if s == "" {
		return "-"
	}
	return s[:min(len(s), most)]
}

// Sink writes events as syslog frames. It keeps no intents, for which there is no message: where the file log or another
// Sink keeps them, let this one stand beside it in a fan-out. It is as durable as its writer. After a write that fails in the
// middle of a stream it takes no more, because half a frame may have gone out; datagrams stand each for itself.
type Sink struct {
	o      Options
	mu     sync.Mutex
	w      io.Writer
	broken bool
}

// NewSink makes a Sink over a writer: a connection of the host's making.
func NewSink(w io.Writer, o Options) *Sink { return &Sink{w: w, o: o} }

// Append writes a frame for each event that is no intent.
func (s *Sink) Append(ctx context.Context, events ...*audit.Event) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	var frames [][]byte
	for _, e := range events {
		f, err := Frame(e, s.o)
		if errors.Is(err, ErrIntent) {
			continue
		}
		if err != nil {
			return err
		}
		if s.o.Framing == Datagrams && len(f) > maxDatagram {
			return ErrTooLarge
		}
		frames = append(frames, f)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.broken {
		return audit.ErrBroken
	}
	if s.o.Framing == Datagrams {
		for _, f := range frames {
			if n, err := s.w.Write(f); err != nil || n != len(f) {
				return audit.ErrBroken
			}
		}
		return nil
	}
	var stream []byte
	for _, f := range frames {
		stream = append(append(strconv.AppendInt(stream, int64(len(f)), 10), ' '), f...)
	}
	if len(stream) == 0 {
		return nil
	}
	if n, err := s.w.Write(stream); err != nil || n != len(stream) {
		s.broken = true
		return audit.ErrBroken
	}
	return nil
}
