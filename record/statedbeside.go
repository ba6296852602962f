package record

import (
	"sync"
	"sync/atomic"
)

// besideBlock is how many entries are hashed at a time by each who hashes.
const besideBlock = 32

// hashBeside hashes what each entry says while rest runs, and with whoever does that when rest is done. Entries that
// count by being there (alone) can be hashed in any order, each for itself.
func (s *Stating) hashBeside(rest func()) {
	if s.few || !s.alone { // few are hashed sooner than anybody has come
		rest()
		return
	}
	var next atomic.Int64
	hash := func() {
		for {
			from := int(next.Add(besideBlock)) - besideBlock
			if from >= len(s.all) {
				return
			}
			for i := from; i < min(from+besideBlock, len(s.all)); i++ {
				x := &s.all[i]
				x.hash, x.done = x.sum.add(s, uint64(x.sum.size), x.at), true
			}
		}
	}
	s.within = true
	var help sync.WaitGroup
	help.Go(hash)
	defer func() { // even where rest panics: the help reads what others will use again
		hash()
		help.Wait()
		s.within = false
	}()
	rest()
}
