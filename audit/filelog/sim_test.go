package filelog

import (
	"errors"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"syscall"
)

// sim is a directory in memory that fails and crashes when it is told to. What was written and not synced may, after a
// loss of power, be there wholly, partly, in torn sectors or not at all; what was made, renamed or removed without a
// sync of the directory may or may not have happened. After an fsync that failed, what it was for can still be read, and
// no later fsync brings it to the disk.
type sim struct {
	mu      sync.Mutex
	names   map[string]*inode // as the program sees them
	onDisk  map[string]*inode
	changes []change
	rng     *rand.Rand
	calls   int
	trace   []string
	// fault is what happens at call number at.
	fault fault
	at    int
	dead  bool
	held  bool
}

type fault int

const (
	none fault = iota
	failEIO
	failENOSPC
	failShort
	crashBefore
	crashWithin
	crashAfter
)

var errDead = errors.New("the machine is down")

type inode struct {
	data, disk []byte
	pending    []write
}

type write struct {
	off  int64
	data []byte
	cut  bool // the file ends at off
}

type change struct {
	op, from, to string
	node         *inode
}

func newSim(seed uint64) *sim {
	return &sim{names: map[string]*inode{}, onDisk: map[string]*inode{}, rng: rand.New(rand.NewPCG(seed, 1))}
}

// call counts a call, and gives what it has to do: go on, give an error, do a part.
func (d *sim) call(op string) (part bool, after func(), err error) {
	after = func() {}
	if d.dead {
		return false, after, errDead
	}
	d.calls++
	d.trace = append(d.trace, op)
	if d.fault == none || d.calls != d.at {
		return false, after, nil
	}
	switch d.fault {
	case failEIO:
		return false, after, syscall.EIO
	case failENOSPC:
		return false, after, syscall.ENOSPC
	case failShort:
		if op == "write" {
			return true, after, syscall.ENOSPC
		}
		return false, after, syscall.EIO
	case crashBefore:
		d.dead = true
		return false, after, errDead
	case crashWithin:
		d.dead = true
		return true, after, errDead
	}
	return false, func() { d.dead = true }, nil
}

func (d *sim) prepare() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	_, after, err := d.call("prepare")
	after()
	return err
}

func (d *sim) list() ([]string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	_, after, err := d.call("list")
	defer after()
	return slices.Sorted(maps.Keys(d.names)), err
}

func (d *sim) open(name string, how access) (file, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	_, after, err := d.call("open")
	if err != nil {
		return nil, err
	}
	defer after()
	n := d.names[name]
	if n == nil {
		if how != toMake {
			return nil, fs.ErrNotExist
		}
		n = &inode{}
		d.names[name] = n
		d.changes = append(d.changes, change{op: "make", to: name, node: n})
	} else if how == toMake {
		n.data = nil
		n.pending = append(n.pending, write{cut: true})
	}
	return &simFile{d, n}, nil
}

func (d *sim) rename(from, to string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	_, after, err := d.call("rename")
	if err != nil {
		return err
	}
	defer after()
	n := d.names[from]
	if n == nil {
		return fs.ErrNotExist
	}
	delete(d.names, from)
	d.names[to] = n
	d.changes = append(d.changes, change{"rename", from, to, n})
	return nil
}

func (d *sim) remove(name string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	_, after, err := d.call("remove")
	if err != nil {
		return err
	}
	defer after()
	if d.names[name] == nil {
		return fs.ErrNotExist
	}
	delete(d.names, name)
	d.changes = append(d.changes, change{op: "remove", to: name})
	return nil
}

func (d *sim) sync() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	_, after, err := d.call("sync folder")
	if err != nil { // names are in the file system's journal: what could not be written there is tried again
		return err
	}
	d.settleNames(func() bool { return true })
	after()
	return nil
}

// settleNames brings changes of names to the disk, those that happen says; one that cannot happen without another does not.
func (d *sim) settleNames(happens func() bool) {
	for _, c := range d.changes {
		if !happens() {
			continue
		}
		switch c.op {
		case "make":
			d.onDisk[c.to] = c.node
		case "rename":
			if d.onDisk[c.from] == c.node {
				delete(d.onDisk, c.from)
			}
			d.onDisk[c.to] = c.node
		case "remove":
			delete(d.onDisk, c.to)
		}
	}
	d.changes = nil
}

func (d *sim) lock(string) (io.Closer, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	_, after, err := d.call("lock")
	if err != nil {
		return nil, err
	}
	defer after()
	if d.held {
		return nil, ErrLocked
	}
	d.held = true
	return closer(func() error { d.mu.Lock(); defer d.mu.Unlock(); d.held = false; return nil }), nil
}

type closer func() error

func (c closer) Close() error { return c() }

type simFile struct {
	d *sim
	n *inode
}

func (f *simFile) ReadAt(p []byte, off int64) (int, error) {
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	_, after, err := f.d.call("read")
	if err != nil {
		return 0, err
	}
	defer after()
	if off >= int64(len(f.n.data)) {
		return 0, io.EOF
	}
	n := copy(p, f.n.data[off:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (f *simFile) WriteAt(p []byte, off int64) (int, error) {
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	part, after, err := f.d.call("write")
	if err != nil && !part {
		return 0, err
	}
	defer after()
	if part {
		p = p[:f.d.rng.IntN(len(p)+1)]
	}
	w := write{off: off, data: slices.Clone(p)}
	f.n.data = w.apply(f.n.data)
	f.n.pending = append(f.n.pending, w)
	return len(p), err
}

func (f *simFile) Truncate(size int64) error {
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	_, after, err := f.d.call("truncate")
	if err != nil {
		return err
	}
	defer after()
	w := write{off: size, cut: true}
	f.n.data = w.apply(f.n.data)
	f.n.pending = append(f.n.pending, w)
	return nil
}

func (f *simFile) Sync() error {
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	_, after, err := f.d.call("sync")
	if err != nil {
		if !f.d.dead { // some of it got there, the rest is forgotten
			f.n.settle(f.d.rng)
		}
		return err
	}
	disk := slices.Clone(f.n.disk)
	for _, w := range f.n.pending {
		disk = w.apply(disk)
	}
	f.n.disk, f.n.pending = disk, nil
	after()
	return nil
}

func (f *simFile) Size() (int64, error) {
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	_, after, err := f.d.call("stat")
	defer after()
	return int64(len(f.n.data)), err
}

func (f *simFile) Close() error {
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	_, after, err := f.d.call("close")
	after()
	return err
}

func (w write) apply(b []byte) []byte {
	end := w.off + int64(len(w.data))
	if w.cut && int64(len(b)) > w.off {
		return b[:w.off:w.off]
	}
	if int64(len(b)) < end {
		b = append(b, make([]byte, end-int64(len(b)))...)
	}
	copy(b[w.off:], w.data)
	return b
}

// settle brings to the disk what a loss of power leaves of what was pending.
func (n *inode) settle(rng *rand.Rand) {
	const sector = 512
	disk := slices.Clone(n.disk)
	for _, w := range n.pending {
		switch rng.IntN(6) {
		case 0: // lost
		case 1: // whole
			disk = w.apply(disk)
		case 2: // a part from the beginning
			if !w.cut {
				w.data = w.data[:rng.IntN(len(w.data)+1)]
			}
			disk = w.apply(disk)
		default: // some of its sectors
			if w.cut {
				continue
			}
			for at := w.off; at < w.off+int64(len(w.data)); {
				next := min((at/sector+1)*sector, w.off+int64(len(w.data)))
				if rng.IntN(2) == 0 {
					disk = write{off: at, data: w.data[at-w.off : next-w.off]}.apply(disk)
				}
				at = next
			}
		}
	}
	n.disk, n.pending = disk, nil
}

// revive starts the machine again: after the end of the process alone, or after a loss of power.
func (d *sim) revive(power bool) {
	d.dead, d.held, d.fault, d.calls, d.trace = false, false, none, 0, nil
	if !power {
		return
	}
	d.settleNames(func() bool { return d.rng.IntN(2) == 0 })
	d.names = map[string]*inode{}
	seen := map[*inode]bool{}
	for _, name := range slices.Sorted(maps.Keys(d.onDisk)) {
		n := d.onDisk[name]
		if !seen[n] {
			n.settle(d.rng)
		}
		seen[n] = true
		n.data = slices.Clone(n.disk)
		d.names[name] = n
	}
}

// clone gives a copy of what the program sees, all of it on the disk.
func (d *sim) clone() *sim {
	c := newSim(7)
	for name, n := range d.names {
		i := &inode{data: slices.Clone(n.data), disk: slices.Clone(n.data)}
		c.names[name], c.onDisk[name] = i, i
	}
	return c
}
