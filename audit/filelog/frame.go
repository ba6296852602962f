package filelog

import (
	"crypto/sha256"
	"encoding/binary"
	"hash/crc32"
	"io"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/portage-health/portage/audit"
)

// A frame is a header, a body and a hash of the chain:
//
//	0   4  "PAL1"
//	4   1  S (segment) or E (event)
//	5   3  zero
//	8   4  length of the body
//	12  4  CRC-32C of the body
//	16  8  sequence
//	24  4  CRC-32C of the header's first 24 bytes
//	28     body
//	…  32  chain: SHA-256 of 0x02, the chain before, the header, the body's hash (RFC 6962, 2.1: SHA-256 of 0x00 and the body)
//
// Numbers are big-endian.
const (
	magic      = "PAL1"
	headerSize = 28
	chainSize  = 32
	maxBody    = audit.MaxEvent

	kindSegment = 'S'
	kindEvent   = 'E'
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// blank gives room for the header of a frame; the body is to be appended.
func blank(size int) []byte { return make([]byte, headerSize, headerSize+size+chainSize) }

// leafOf gives the hash of the body of a frame that has no header yet, or whose last byte of the header may be used.
func leafOf(frame []byte) tlog.Hash {
	last := frame[headerSize-1]
	frame[headerSize-1] = 0
	h := sha256.Sum256(frame[headerSize-1:])
	frame[headerSize-1] = last
	return h
}

// seal writes the header of a frame whose body is there, with the checksum of the body, and appends the chain.
func seal(frame []byte, kind byte, sequence int64, before, leaf tlog.Hash, sum uint32) ([]byte, tlog.Hash) {
	copy(frame, magic)
	frame[4], frame[5], frame[6], frame[7] = kind, 0, 0, 0
	binary.BigEndian.PutUint32(frame[8:], uint32(len(frame)-headerSize))
	binary.BigEndian.PutUint32(frame[12:], sum)
	binary.BigEndian.PutUint64(frame[16:], uint64(sequence))
	binary.BigEndian.PutUint32(frame[24:], crc32.Checksum(frame[:24], castagnoli))
	chain := link(before, frame[:headerSize], leaf)
	return append(frame, chain[:]...), chain
}

// link gives the next hash of the chain.
func link(before tlog.Hash, header []byte, leaf tlog.Hash) tlog.Hash {
	var b [1 + chainSize + headerSize + tlog.HashSize]byte
	b[0] = 2
	copy(b[1:], before[:])
	copy(b[1+chainSize:], header)
	copy(b[1+chainSize+headerSize:], leaf[:])
	return sha256.Sum256(b[:])
}

// frame is one that was read. Body is valid until the next is read.
type frame struct {
	file     string
	kind     byte
	sequence int64
	offset   int64
	body     []byte
	leaf     tlog.Hash
	chain    tlog.Hash // what the frame says that the chain is
	header   [headerSize]byte
}

// scanner reads the frames of a file one after another, holding one of them at a time.
type scanner struct {
	r    io.ReaderAt
	name string
	size int64 // where the file is taken to end
	off  int64 // where the next frame begins
	buf  []byte
	base int64 // where buf begins in the file
}

const window = 256 << 10

func newScanner(r io.ReaderAt, name string, size int64) *scanner {
	return &scanner{r: r, name: name, size: size}
}

// need gives the n bytes at off, or fewer where the file ends before.
func (s *scanner) need(n int) ([]byte, error) {
	have := s.base + int64(len(s.buf)) - s.off
	if s.off < s.base || have < int64(n) {
		want := int(min(int64(max(n, window)), s.size-s.off))
		if cap(s.buf) < want {
			s.buf = make([]byte, want)
		}
		s.buf, s.base = s.buf[:want], s.off
		if m, err := s.r.ReadAt(s.buf, s.off); m < want {
			s.buf = s.buf[:m]
			if err != nil && err != io.EOF {
				return nil, err
			}
		}
		have = int64(len(s.buf))
	}
	at := s.off - s.base
	return s.buf[at : at+min(int64(n), have)], nil
}

func (s *scanner) damage(what string, sequence int64) *Damage {
	return &Damage{File: s.name, Offset: s.off, Sequence: sequence, What: what}
}

// next reads the next frame. due is the sequence that it should have. At the end of the file it gives io.EOF, for a
// frame that is not as it must be a *Damage.
func (s *scanner) next(due int64) (frame, error) {
	if s.off >= s.size {
		return frame{}, io.EOF
	}
	h, err := s.need(headerSize)
	if err != nil {
		return frame{}, err
	}
	if len(h) < headerSize {
		d := s.damage("the file ends within the header of a record", due)
		d.short = true
		return frame{}, d
	}
	if string(h[:4]) != magic || binary.BigEndian.Uint32(h[24:]) != crc32.Checksum(h[:24], castagnoli) {
		return frame{}, s.damage("the header of a record does not match its checksum", due)
	}
	n := binary.BigEndian.Uint32(h[8:])
	if h[4] != kindSegment && h[4] != kindEvent || h[5]|h[6]|h[7] != 0 || n > maxBody {
		return frame{}, s.damage("the header of a record is none that this version knows", due)
	}
	full, err := s.need(headerSize + int(n) + chainSize)
	if err != nil {
		return frame{}, err
	}
	if len(full) < headerSize+int(n)+chainSize {
		d := s.damage("the file ends within a record", due)
		d.short = true
		return frame{}, d
	}
	f := frame{file: s.name, kind: full[4], sequence: int64(binary.BigEndian.Uint64(full[16:])), offset: s.off, body: full[headerSize : headerSize+n]}
	if binary.BigEndian.Uint32(full[12:]) != crc32.Checksum(f.body, castagnoli) {
		return frame{}, s.damage("a record does not match its checksum", due)
	}
	copy(f.header[:], full)
	copy(f.chain[:], full[headerSize+n:])
	f.leaf = leafOf(full[:headerSize+n])
	if f.sequence != due {
		return frame{}, s.damage("a record is out of its order", due)
	}
	s.off += int64(len(full))
	return f, nil
}
