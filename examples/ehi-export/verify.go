package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/portage-health/portage"
	"github.com/portage-health/portage/record"
)

// verify reads an export back: every digest, then every record.
func verify(ctx context.Context, s *settings, stdout io.Writer) error {
	p, shut, err := open(s.verify)
	if err != nil {
		return err
	}
	defer shut()
	if s.digest != "" && s.digest != p.Digest {
		return errors.New("manifest.json is another than the one that has this digest")
	}
	if err := p.Verify(ctx); err != nil {
		return err
	}
	records, entries, invalid := 0, 0, 0
	for got, err := range p.Records(ctx, "", nil, record.ImportOptions{}) {
		if err != nil {
			return err
		}
		records++
		for range got.Record.Entries() {
			entries++
		}
		if got.Report.Worst() == record.SeverityError {
			invalid++
		}
	}
	if records != p.Manifest.Patients {
		return errors.New("there are not as many records as patients")
	}
	fmt.Fprintf(stdout, "%d files of %d patients are what the manifest says; %d records with %d entries read back, %d of them with errors that were there before\nmanifest %s\n",
		p.Manifest.Count, p.Manifest.Patients, records, entries, invalid, p.Digest)
	return nil
}

func open(name string) (*portage.EHIPackage, func(), error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, nil, err
	}
	if info.IsDir() {
		p, err := portage.OpenEHI(name, portage.EHILimits{})
		if err != nil {
			return nil, nil, err
		}
		return p, func() { p.Close() }, nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, nil, err
	}
	p, err := portage.OpenEHIZip(f, info.Size(), portage.EHILimits{})
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	return p, func() { f.Close() }, nil
}
