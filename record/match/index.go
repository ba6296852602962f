package match

import (
	"cmp"
	"hash/maphash"
	"slices"
	"sync"

	"github.com/portage-health/portage/record"
)

// Index finds, among many patients, those that one may be, without comparing all.
// It holds the patients made ready for comparing, and is safe for concurrent use.
// Its zero value is empty.
type Index struct {
	Matcher Matcher

	mu    sync.RWMutex
	seed  maphash.Seed
	ready bool
	all   []*Prepared
	ids   []string
	place map[string]int
	keys  []posting // sorted by key
	fresh []posting // not yet sorted in
}

// posting says that a patient is known by a key.
type posting struct {
	key uint64
	at  uint32
}

// Found is a patient of an index that may be the one asked for.
type Found struct {
	ID string
	record.Match
}

// Add puts a patient into the index under the host's own id, in place of whoever had it before.
func (x *Index) Add(id string, p *record.Patient) { x.AddPrepared(id, Prepare(p)) }

// AddPrepared is Add for a patient made ready.
func (x *Index) AddPrepared(id string, p *Prepared) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.place == nil {
		x.place, x.seed = map[string]int{}, maphash.MakeSeed()
	}
	if at, ok := x.place[id]; ok {
		x.all[at] = nil
	}
	at := len(x.all)
	x.place[id] = at
	x.all, x.ids = append(x.all, p), append(x.ids, id)
	for _, k := range x.keysOf(p) {
		x.fresh = append(x.fresh, posting{k, uint32(at)})
	}
	x.ready = false
}

// Remove takes a patient out of the index.
func (x *Index) Remove(id string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if at, ok := x.place[id]; ok {
		x.all[at] = nil
		delete(x.place, id)
	}
}

// Len counts the patients.
func (x *Index) Len() int {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return len(x.place)
}

// Find gives the patients that the one asked for is, or may be, the likeliest
// first; patients that are as likely stand in the order of their ids.
func (x *Index) Find(p *record.Patient) []Found { return x.FindPrepared(Prepare(p)) }

// FindPrepared is Find for a patient made ready.
func (x *Index) FindPrepared(p *Prepared) []Found {
	x.sortIn()
	x.mu.RLock()
	defer x.mu.RUnlock()
	if x.place == nil {
		return nil
	}
	var out []Found
	seen := map[uint32]bool{}
	see := func(at uint32) {
		if seen[at] || x.all[at] == nil {
			return
		}
		seen[at] = true
		if m := x.Matcher.Compare(p, x.all[at]); m.Answer != record.DifferentPatient {
			out = append(out, Found{x.ids[at], m})
		}
	}
	for _, k := range x.keysOf(p) {
		i, _ := slices.BinarySearchFunc(x.keys, k, func(a posting, k uint64) int { return cmp.Compare(a.key, k) })
		for ; i < len(x.keys) && x.keys[i].key == k; i++ {
			see(x.keys[i].at)
		}
		for _, f := range x.fresh {
			if f.key == k {
				see(f.at)
			}
		}
	}
	rank := func(f *Found) int {
		if f.Answer == record.SamePatient {
			return 0
		}
		return 1
	}
	slices.SortFunc(out, func(a, b Found) int {
		return cmp.Or(cmp.Compare(rank(&a), rank(&b)), cmp.Compare(b.Weight, a.Weight), cmp.Compare(a.ID, b.ID))
	})
	return out
}

// sortIn sorts what was added since, where it is enough to be worth it.
func (x *Index) sortIn() {
	x.mu.RLock()
	few := len(x.fresh) < 1024
	x.mu.RUnlock()
	if few {
		return
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.keys = append(x.keys, x.fresh...)
	x.fresh = nil
	slices.SortFunc(x.keys, func(a, b posting) int { return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.at, b.at)) })
}

// keysOf gives the keys that two records of one person share at least one of,
// whatever single fault one of them has.
func (x *Index) keysOf(p *Prepared) (keys []uint64) {
	put := func(parts ...string) {
		var h maphash.Hash
		h.SetSeed(x.seed)
		for _, s := range parts {
			h.WriteString(s)
			h.WriteByte(0)
		}
		if k := h.Sum64(); !slices.Contains(keys, k) {
			keys = append(keys, k)
		}
	}
	for _, id := range p.ids {
		if id.kind != kindOther {
			put("id", id.system, id.value)
		}
	}
	for _, v := range p.phones {
		put("phone", v[max(0, len(v)-7):])
	}
	for _, v := range p.emails {
		put("mail", v)
	}
	if len(p.birth) == 10 {
		// Day and month in the order of their numbers: exchanged, they are the same.
		a, b := p.birth[5:7], p.birth[8:]
		if a > b {
			a, b = b, a
		}
		put("birth", p.birth[:4], a, b)
	}
	for _, n := range p.names {
		for _, f := range n.family {
			if len(p.birth) >= 4 {
				put("family and year", soundex(f), p.birth[:4])
			}
			for _, g := range n.given {
				for _, root := range roots(g) {
					put("name", soundex(f), root)
				}
			}
		}
		if len(n.given) > 0 {
			for _, pl := range p.places {
				for _, root := range roots(n.given[0]) {
					if pl.zip != "" {
						put("given and town", root, pl.zip)
					}
				}
			}
		}
		if len(n.family) == 1 && len(n.given) == 1 {
			for _, root := range roots(n.family[0]) {
				put("name", soundex(n.given[0]), root) // given and family name exchanged
			}
		}
	}
	return keys
}

// roots gives how a given name is known in keys: its groups of nicknames, and its sound.
func roots(given string) []string {
	out := []string{soundex(given)}
	for _, g := range nicknames()[given] {
		out = append(out, "group "+string(rune('A'+g%26))+string(rune('A'+g/26)))
	}
	return out
}
