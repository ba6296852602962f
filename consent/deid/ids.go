package deid

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"strconv"
	"unsafe"
)

// An id that this package makes is a UUID of version 8 whose last six bytes are a keyed check of the others. So an id that
// has been made under the same key is known as such, and is not made anew: to de-identify twice is the same as once.

// secret makes ids under a key. It is not safe for concurrent use.
type secret struct {
	mac hash.Hash
	buf []byte
	sum []byte
}

func newSecret(key []byte) *secret { return &secret{mac: hmac.New(sha256.New, key)} }

// digest gives HMAC-SHA-256 of a list of texts, each preceded by its length.
func (k *secret) digest(parts ...string) []byte {
	k.buf = k.buf[:0]
	for _, p := range parts {
		k.buf = binary.LittleEndian.AppendUint32(k.buf, uint32(len(p)))
		k.buf = append(k.buf, p...)
	}
	k.mac.Reset()
	k.mac.Write(k.buf)
	k.sum = k.mac.Sum(k.sum[:0])
	return k.sum
}

// make gives the id of what the texts name.
func (k *secret) make(parts ...string) string {
	var b [16]byte
	copy(b[:10], k.digest(parts...))
	b[6] = b[6]&0x0f | 0x80
	b[8] = b[8]&0x3f | 0x80
	copy(b[10:], k.digest("check", string(b[:10])))
	var d [36]byte
	hex.Encode(d[0:8], b[0:4])
	hex.Encode(d[9:13], b[4:6])
	hex.Encode(d[14:18], b[6:8])
	hex.Encode(d[19:23], b[8:10])
	hex.Encode(d[24:36], b[10:16])
	d[8], d[13], d[18], d[23] = '-', '-', '-', '-'
	return string(d[:])
}

// made reports whether a text is an id made under this key.
func (k *secret) made(id string) bool {
	if len(id) != 36 || id[8] != '-' || id[13] != '-' || id[14] != '8' || id[18] != '-' || id[23] != '-' {
		return false
	}
	var b [16]byte
	if _, err := hex.Decode(b[:], []byte(id[:8]+id[9:13]+id[14:18]+id[19:23]+id[24:])); err != nil {
		return false
	}
	return hmac.Equal(b[10:], k.digest("check", string(b[:10]))[:6]) && hex.EncodeToString(b[:4]) == id[:8]
}

// id gives a pseudonym of what the texts name, in this data set.
func (r *run) id(parts ...string) string {
	return r.key.make(append([]string{"id", r.opt.DataSet}, parts...)...)
}

func (r *run) made(id string) bool { return r.key.made(id) }

// collect gives a new id to everything that has one: by its place in the record where it may not be made from the old one.
func (r *run) collect(pl *plan, p unsafe.Pointer) {
	r.eachPoint(pl, p, func(s *step, at *string) {
		if s.Rule != "id" || *at == "" || r.ids[*at] != "" {
			return
		}
		switch {
		case r.method == SafeHarbor:
			r.ids[*at] = r.id("place", r.patient, strconv.Itoa(len(r.ids)))
		case r.made(*at):
			r.ids[*at] = *at
		default:
			r.ids[*at] = r.id("entry", *at)
		}
	})
}

// eachPoint calls f with every id and every reference to one.
func (r *run) eachPoint(pl *plan, p unsafe.Pointer, f func(s *step, at *string)) {
	for _, i := range pl.points {
		s := &pl.steps[i]
		at := unsafe.Add(p, s.offset)
		switch s.shape {
		case oneString:
			f(s, (*string)(at))
		case structure:
			r.eachPoint(s.sub, at, f)
		case pointer:
			if to := *(*unsafe.Pointer)(at); to != nil {
				r.eachPoint(s.sub, to, f)
			}
		case slice:
			w := (*sliceWords)(at)
			for i := range w.len {
				r.eachPoint(s.sub, unsafe.Add(w.first, uintptr(i)*s.sub.size), f)
			}
		}
	}
}

// rename puts new ids in the place of the old, and takes out references that lead nowhere with the part that is nothing without them.
func (r *run) rename(pl *plan, p unsafe.Pointer) {
	if pl.typ == valueType && says(pl.typ, p) {
		defer pl.mask(r, p)
	}
	for _, i := range pl.points {
		s := &pl.steps[i]
		at := unsafe.Add(p, s.offset)
		switch s.shape {
		case oneString:
			id := (*string)(at)
			if *id == "" {
				continue
			}
			if *id = r.ids[*id]; *id == "" {
				r.count(References, 1)
			}
		case structure:
			r.rename(s.sub, at)
		case pointer:
			if to := *(*unsafe.Pointer)(at); to != nil {
				if r.rename(s.sub, to); !says(s.sub.typ, to) {
					*(*unsafe.Pointer)(at) = nil
				}
			}
		case slice:
			w := (*sliceWords)(at)
			for i := range w.len {
				r.rename(s.sub, unsafe.Add(w.first, uintptr(i)*s.sub.size))
			}
			compact(s, at)
		}
	}
	if pl.after != nil {
		pl.after(r, p)
	}
}
