package ccda

import "sync"

// reckoning is something that is reckoned once. What goes wrong with it comes up where it is needed, whoever reckoned.
type reckoning struct {
	once   sync.Once
	failed any
}

func (r *reckoning) run(f func()) {
	r.once.Do(func() {
		defer func() { r.failed = recover() }()
		f()
	})
}

func (r *reckoning) need(f func()) {
	if r.run(f); r.failed != nil {
		panic(r.failed)
	}
}
