package hl7v2

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// Bytes of the Minimal Lower Layer Protocol (HL7 v2 transport specification: MLLP, release 1).
const (
	frameStart = 0x0b
	frameEnd   = 0x1c
	frameTail  = '\r'
)

// Errors of frames. None holds anything of the message.
var (
	ErrFrameTooLarge  = errors.New("hl7v2: a frame exceeds the limit of bytes")
	ErrFrameTruncated = errors.New("hl7v2: the stream ends within a frame")
	ErrNoFrame        = errors.New("hl7v2: too many bytes that belong to no frame")
	ErrFrameBytes     = errors.New("hl7v2: a message that is to be framed holds bytes that frames are made of")
)

// FrameReader reads messages in MLLP frames from a stream, however its bytes come in. It is for one goroutine.
type FrameReader struct {
	r     *bufio.Reader
	buf   []byte
	limit int
	skip  bool // the rest of a frame that was too large
}

// maxBetween bounds what may stand between frames.
const maxBetween = 64 << 10

// NewFrameReader reads frames from r. limit bounds the bytes of one message; 0 means 256 MiB − 1.
func NewFrameReader(r io.Reader, limit int) *FrameReader {
	return &FrameReader{r: bufio.NewReaderSize(r, 32<<10), limit: Limits{Bytes: limit}.filled().Bytes}
}

// Next gives the message in the next frame. It is good until the next call. Bytes between frames are passed over; a frame
// ends with its end byte, whether or not a carriage return follows, so that nobody waits for one that was not sent.
// At the end of the stream the error is io.EOF; after ErrFrameTooLarge the next call goes on with the frame after.
func (f *FrameReader) Next() ([]byte, error) {
	if f.skip {
		if err := f.discard(); err != nil {
			return nil, err
		}
	}
	if cap(f.buf) > 1<<20 {
		f.buf = nil // one large message is no reason to keep its memory
	}
	if err := f.start(); err != nil {
		return nil, err
	}
	f.buf = f.buf[:0]
	for {
		part, err := f.r.ReadSlice(frameEnd)
		if len(f.buf)+len(part) > f.limit+1 {
			f.skip = err == bufio.ErrBufferFull
			return nil, ErrFrameTooLarge
		}
		f.buf = append(f.buf, part...)
		switch {
		case err == nil:
			return f.buf[:len(f.buf)-1], nil
		case errors.Is(err, bufio.ErrBufferFull):
		case errors.Is(err, io.EOF):
			return nil, ErrFrameTruncated
		default:
			return nil, fmt.Errorf("hl7v2: reading a frame: %w", err)
		}
	}
}

// start passes over what stands before a frame, and its first byte.
func (f *FrameReader) start() error {
	for range maxBetween {
		switch c, err := f.r.ReadByte(); {
		case errors.Is(err, io.EOF):
			return io.EOF
		case err != nil:
			return fmt.Errorf("hl7v2: reading a frame: %w", err)
		case c == frameStart:
			return nil
		}
	}
	return ErrNoFrame
}

func (f *FrameReader) discard() error {
	for {
		_, err := f.r.ReadSlice(frameEnd)
		switch {
		case err == nil:
			f.skip = false
			return nil
		case errors.Is(err, bufio.ErrBufferFull):
		case errors.Is(err, io.EOF):
			return ErrFrameTruncated
		default:
			return fmt.Errorf("hl7v2: reading a frame: %w", err)
		}
	}
}

// FrameWriter writes messages in MLLP frames. It is for one goroutine.
type FrameWriter struct {
	w   io.Writer
	buf []byte
}

// NewFrameWriter writes frames to w.
func NewFrameWriter(w io.Writer) *FrameWriter { return &FrameWriter{w: w} }

// Write writes one message as one frame, in one call of the writer below where it is not large. It refuses bytes that
// would end the frame.
func (f *FrameWriter) Write(message []byte) error {
	if bytes.IndexByte(message, frameStart) >= 0 || bytes.IndexByte(message, frameEnd) >= 0 {
		return ErrFrameBytes
	}
	parts := [][]byte{{frameStart}, message, {frameEnd, frameTail}}
	if len(message) <= 64<<10 {
		f.buf = append(append(append(f.buf[:0], frameStart), message...), frameEnd, frameTail)
		parts = [][]byte{f.buf}
	}
	for _, p := range parts {
		if _, err := f.w.Write(p); err != nil {
			return fmt.Errorf("hl7v2: writing a frame: %w", err)
		}
	}
	return nil
}
