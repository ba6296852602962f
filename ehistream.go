package portage

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

// WriteZip makes the export as one zip file, written as it is made. It is for one
// patient, or as many as the receiver has memory for: a zip ends with a list of
// all its files. It cannot go on after an interruption (Folder and then EHIPackage.WriteZip can), and one patient is worked at at a time.
func (e EHIExport) WriteZip(ctx context.Context, w io.Writer, source EHISource) (*EHIResult, error) {
	result := &EHIResult{}
	x, err := e.checked()
	if err != nil {
		return result, err
	}
	x.Zip = false
	if x.Options.Now.IsZero() {
		x.Options.Now = time.Now()
	}
	x.begin(x.Options.Now)
	z := &zipSink{Writer: zip.NewWriter(w), at: x.Options.Now}
	m := x.newManifest()
	add := func(name string, text []byte) error { return put(z, name, text) }
	docs, err := x.documentation()
	if err != nil {
		return result, err
	}
	for _, d := range docs {
		if err := add(d.file.Name, d.text); err != nil {
			return result, err
		}
		m.Files = append(m.Files, d.file)
	}
	var tell []*ehiPart // what is written is certain when the zip is whole
	part := func(w ehiWork) error {
		p := &ehiPart{EHIExport: x, ctx: ctx, n: w.n, sink: z}
		tell = append(tell, p)
		if err := p.write(source, w.keys, w.first); err != nil {
			return err
		}
		text, err := marshalEHI(&p.manifest)
		if err != nil {
			return err
		}
		m.add(&p.manifest, text)
		result.add(p)
		if x.Progress != nil {
			x.Progress(result.EHIProgress)
		}
		return add(ehiPartName(w.n)+".json", text)
	}
	work := func() error {
		var w ehiWork
		for key, err := range source.Patients(ctx) {
			if err != nil {
				return fmt.Errorf("portage: the patients cannot be listed: %w", err)
			}
			if w.keys = append(w.keys, key); len(w.keys) == x.PartSize {
				w.n++
				if err := part(w); err != nil {
					return err
				}
				w.first, w.keys = w.first+len(w.keys), nil
			}
		}
		if len(w.keys) > 0 {
			w.n++
			if err := part(w); err != nil {
				return err
			}
		}
		m.total(result)
		text, err := marshalEHI(m)
		if err != nil {
			return err
		}
		if err := x.sealed(ctx, text, add); err != nil {
			return err
		}
		result.Manifest = fileOf("", "", "", text).SHA256
		if err := add(ehiManifestName, text); err != nil {
			return err
		}
		if err := z.Close(); err != nil || x.closing == nil {
			return err
		}
		return x.closing()
	}
	_, err = guarded(func() (struct{}, error) { return struct{}{}, work() })
	for _, p := range tell {
		err = errors.Join(err, p.tell(err))
	}
	return result, err
}
