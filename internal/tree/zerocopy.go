package tree

import "unsafe"

// view gives b as a string without copying. It is the only place that does so; it rests on the contract that the input is
// not changed while a document is in use.
func view(b []byte) string {
	return unsafe.String(unsafe.SliceData(b), len(b))
}
