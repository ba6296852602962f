package portage

import (
	"errors"

	"github.com/portage-health/portage/record"
)

// ErrUnknownFormat says that none of the formats offered recognises an input.
var ErrUnknownFormat = errors.New("portage: the input is of none of the formats offered")

// headBytes is how much of an input a format may look at to recognise it.
const headBytes = 4096

// Detect gives the first of the formats that recognises an input by its first
// bytes (up to 4 KiB are looked at). ok is false where none does.
func Detect(head []byte, formats ...record.Format) (f record.Format, ok bool) {
	if len(head) > headBytes {
		head = head[:headBytes]
	}
	for _, f := range formats {
		if f.Detect != nil && f.Detect(head) {
			return f, true
		}
	}
	return record.Format{}, false
}
