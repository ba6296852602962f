package filelog

import "golang.org/x/mod/sumdb/tlog"

// The file tree holds the hashes of the Merkle tree in the order of tlog.StoredHashIndex, 32 bytes each. It is made from
// the events, and made again from them where it is not what they say.

// hashes reads the file tree.
type hashes struct{ f file }

// ReadHashes gives hashes by their indexes.
func (h hashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, x := range indexes {
		if n, err := h.f.ReadAt(out[i][:], x*tlog.HashSize); n < tlog.HashSize {
			if err == nil {
				err = ErrNotThere
			}
			return nil, err
		}
	}
	return out, nil
}
