//go:build !unix || solaris || aix

package portage

import "os"

// lockFile does nothing where there is no such lock: a host must see to it that one export writes to a folder.
func lockFile(*os.File) error { return nil }
