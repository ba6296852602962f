package filelog

import (
	"io"
	"sync"

	"golang.org/x/mod/sumdb/tlog"
)

// pageSize is how much of the tree is read at once: the hashes of the lowest levels about a leaf stand in one page or two.
const pageSize = 1 << 10

// pages reads hashes for one proof, each page once: what a proof needs, and what it is checked against, is in part the same.
// What it has read is forgotten with it, so that nothing old is taken for what stands in the file.
type pages struct {
	f    file
	at   []int64 // the pages that were read
	text []byte  // and their bytes, page after page
	have []int   // and how many of each there are
}

// spare are pages for the next proof; they hold hashes and nothing else.
var spare = sync.Pool{New: func() any { return new(pages) }}

func pagesOf(f file) *pages {
	p := spare.Get().(*pages)
	p.f, p.at, p.text, p.have = f, p.at[:0], p.text[:0], p.have[:0]
	return p
}

func (p *pages) done() {
	p.f = nil
	spare.Put(p)
}

// page gives the place of a page among those that were read.
func (p *pages) page(n int64) (int, error) {
	for i, at := range p.at {
		if at == n {
			return i, nil
		}
	}
	from := len(p.text)
	if cap(p.text) < from+pageSize {
		p.text = append(make([]byte, 0, 2*cap(p.text)+16*pageSize), p.text...)
	}
	p.text = p.text[:from+pageSize]
	got, err := p.f.ReadAt(p.text[from:], n*pageSize)
	if err != nil && err != io.EOF {
		p.text = p.text[:from]
		return 0, err
	}
	p.at, p.have = append(p.at, n), append(p.have, got)
	return len(p.at) - 1, nil
}

// ReadHashes gives hashes by their indexes.
func (p *pages) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	const each = pageSize / tlog.HashSize
	for i, x := range indexes {
		k, err := p.page(x / each)
		if err != nil {
			return nil, err
		}
		at := int(x%each) * tlog.HashSize
		if p.have[k] < at+tlog.HashSize {
			return nil, ErrNotThere
		}
		copy(out[i][:], p.text[k*pageSize+at:])
	}
	return out, nil
}
