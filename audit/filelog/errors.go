package filelog

import (
	"errors"
	"fmt"
)

// The ways in which a log is refused.
var (
	// ErrAltered is wrapped by every error that says that a log is not what it must be: a *Damage tells where.
	ErrAltered = errors.New("audit/filelog: the log is altered or damaged")
	// ErrTorn is wrapped by the error of Open where the tail, behind all that is known to have been acknowledged, holds
	// something else than the beginning of a record. A loss of power can do that. See Options.CutTorn.
	ErrTorn = errors.New("audit/filelog: the log ends in pieces of records")
	// ErrShorter says that a checkpoint is of a longer log: its tail was cut off.
	ErrShorter = errors.New("audit/filelog: the log is shorter than a checkpoint of it")
	// ErrLocked says that another process, or another Log, has the log open for writing.
	ErrLocked = errors.New("audit/filelog: the log is open elsewhere")
	// ErrNoKey says that there is no key to sign a checkpoint with.
	ErrNoKey = errors.New("audit/filelog: there is no key to sign with")
	// ErrNotThere says that an event is not in the log: not yet, or no more.
	ErrNotThere = errors.New("audit/filelog: there is no such event")
)

// Damage is where a log is not what it must be, and what is wrong. It holds nothing of the events.
type Damage struct {
	File     string
	Offset   int64 // of the record in the file
	Sequence int64 // that the record has or should have; -1 where none is meant
	What     string
	short    bool // the file ends before the record does
	torn     bool
}

// Error gives file, offset, event and what is wrong.
func (d *Damage) Error() string {
	if d.Sequence < 0 {
		return fmt.Sprintf("audit/filelog: %s: %s", d.File, d.What)
	}
	return fmt.Sprintf("audit/filelog: %s: offset %d, event %d: %s", d.File, d.Offset, d.Sequence, d.What)
}

// Unwrap gives ErrTorn or ErrAltered.
func (d *Damage) Unwrap() error {
	if d.torn {
		return ErrTorn
	}
	return ErrAltered
}

// damaged makes a Damage of a file as a whole.
func damaged(file, what string) *Damage { return &Damage{File: file, Sequence: -1, What: what} }
