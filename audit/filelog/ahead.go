package filelog

import (
	"bytes"
	"context"
)

// scanned are frames in a row, and how their reading ended, if it did.
type scanned struct {
	frames []frame
	err    error
}

// ahead reads and hashes the frames of the scanner's file in a goroutine of its own, some hundreds ahead of whoever takes
// them. Bodies come along where keep says so. What was taken is given back, to be filled again. The goroutine ends with the file or with ctx.
func (s *scanner) ahead(ctx context.Context, due int64, keep func(body []byte) bool) (taken <-chan scanned, back chan<- []frame) {
	const depth, each = 4, 128
	out, empty := make(chan scanned, depth), make(chan []frame, depth+2)
	for range depth + 2 {
		empty <- nil
	}
	go func() {
		defer close(out)
		for {
			var list []frame
			select {
			case list = <-empty:
			case <-ctx.Done():
				return
			}
			var err error
			for list = list[:0]; len(list) < each && err == nil; due++ {
				var f frame
				if f, err = s.next(due); err != nil {
					break
				}
				if keep(f.body) {
					f.body = bytes.Clone(f.body)
				} else {
					f.body = nil
				}
				list = append(list, f)
			}
			select {
			case out <- scanned{list, err}:
			case <-ctx.Done():
				return
			}
			if err != nil {
				return
			}
		}
	}()
	return out, empty
}

// follows checks that a frame is an event and continues a chain.
func (f *frame) follows(before [chainSize]byte) error {
	what := ""
	switch {
	case f.kind != kindEvent:
		what = "a record is of a kind that does not belong here"
	case link(before, f.header[:], f.leaf) != f.chain:
		what = "the chain breaks"
	default:
		return nil
	}
	return &Damage{File: f.file, Offset: f.offset, Sequence: f.sequence, What: what}
}
