package filelog

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/portage-health/portage/internal/merkle"
)

// The files of a log beside its segments.
const (
	lockName       = "lock"
	markName       = "mark"
	treeName       = "tree"
	checkpointName = "checkpoint"
	tempSuffix     = ".new"
	segmentSuffix  = ".log"
)

// segmentName is the name of the segment whose first event has a sequence: its 20 digits and .log.
func segmentName(first int64) string { return fmt.Sprintf("%020d%s", first, segmentSuffix) }

// segments gives the first sequences of the segments among the files of a directory, in order.
func segments(names []string) []int64 {
	var out []int64
	for _, n := range names {
		digits, ok := strings.CutSuffix(n, segmentSuffix)
		if !ok || len(digits) != 20 {
			continue
		}
		if first, err := strconv.ParseInt(digits, 10, 64); err == nil && first >= 0 {
			out = append(out, first)
		}
	}
	slices.Sort(out)
	return out
}

// opening is the body of the frame that a segment begins with: where the log stands then.
type opening struct {
	V     int    `json:"v"`
	Log   string `json:"log"`
	First int64  `json:"first"`
	// Chain is the chain before the segment, Frontier the roots of the perfect subtrees of the tree before it, largest first.
	Chain    tlog.Hash   `json:"chain"`
	Frontier []tlog.Hash `json:"frontier"`
	// PendingFrom is the sequence of the oldest intent that had no outcome then; First where there was none.
	PendingFrom int64     `json:"pendingFrom"`
	Created     time.Time `json:"created"`
}

// frame gives the opening as a frame, and the chain with it.
func (o *opening) frame() ([]byte, tlog.Hash, error) {
	body, err := json.Marshal(o)
	if err != nil {
		return nil, tlog.Hash{}, err
	}
	f := append(blank(len(body)), body...)
	f, chain := seal(f, kindSegment, o.First, o.Chain, leafOf(f), crc32.Checksum(body, castagnoli))
	return f, chain, nil
}

// readOpening reads the first frame of a segment. The chain of what follows begins with that of the frame.
func readOpening(s *scanner, first int64) (*opening, tlog.Hash, error) {
	f, err := s.next(first)
	if d, ok := err.(*Damage); ok {
		d.short = false // a segment gets its name after its first frame is on the disk
		return nil, tlog.Hash{}, d
	}
	if err != nil {
		return nil, tlog.Hash{}, damaged(s.name, "the segment is empty")
	}
	var o opening
	dec := json.NewDecoder(bytes.NewReader(f.body))
	dec.DisallowUnknownFields()
	err = dec.Decode(&o)
	again, _ := json.Marshal(&o)
	switch {
	case f.kind != kindSegment || err != nil || !bytes.Equal(again, f.body) || o.V != 1:
		return nil, tlog.Hash{}, damaged(s.name, "the segment does not begin as this version knows it")
	case o.First != first || len(o.Frontier) != merkle.Levels(first) || o.PendingFrom < 0 || o.PendingFrom > first:
		return nil, tlog.Hash{}, damaged(s.name, "the beginning of the segment contradicts itself")
	case link(o.Chain, f.header[:], f.leaf) != f.chain:
		return nil, tlog.Hash{}, damaged(s.name, "the chain breaks at the beginning of the segment")
	}
	return &o, f.chain, nil
}

// event reads the next frame as an event that continues a chain.
func (s *scanner) event(due int64, before tlog.Hash) (frame, error) {
	f, err := s.next(due)
	if err != nil {
		return f, err
	}
	if err := f.follows(before); err != nil {
		s.off = f.offset
		return f, err
	}
	return f, nil
}

// tell reads the first members of an event from its JSON, whose members have one order. What it gives is part of body.
func tell(body []byte) (id, phase, intent, kind []byte) {
	member := func(name string) (value []byte) {
		if len(body) > len(name) && string(body[:len(name)]) == name {
			rest := body[len(name):]
			if end := bytes.IndexByte(rest, '"'); end >= 0 {
				value, body = rest[:end], rest[end+1:]
			}
		}
		return value
	}
	id = member(`{"v":1,"id":"`)
	phase = member(`,"phase":"`)
	intent = member(`,"intent":"`)
	return id, phase, intent, member(`,"kind":"`)
}
