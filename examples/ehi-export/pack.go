package main

import (
	"context"
	"fmt"
	"io"

	"github.com/portage-health/portage"
)

// pack makes one zip of an export in a folder.
func pack(ctx context.Context, s *settings, stdout io.Writer) error {
	p, err := portage.OpenEHI(s.pack, portage.EHILimits{})
	if err != nil {
		return err
	}
	defer p.Close()
	if err := whole(s.out, func(w io.Writer) error { return p.WriteZip(ctx, w) }); err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%d patients, %d files, %d bytes, %d parts\nmanifest %s\n", p.Manifest.Patients, p.Manifest.Count, p.Manifest.Bytes, p.Manifest.Parts, p.Digest)
	return nil
}
