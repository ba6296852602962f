//go:build !plan9

package portage

import (
	"errors"
	"syscall"
)

// isFull reports whether there was no room.
func isFull(err error) bool { return errors.Is(err, syscall.ENOSPC) }
