package portage

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
)

// ErrEHIPacked is what EHIPackage.WriteZip gives for an export whose parts are zips.
var ErrEHIPacked = errors.New("portage: the parts of the export are zips already")

// WriteZip writes the export as one zip file, the one that EHIExport.WriteZip makes of the same patients, options and
// time, byte for byte, with the signatures of the manifest that lie beside it. A zip that is written as it is made cannot go on
// after an interruption; EHIExport.Folder can, and this has then only to be begun again.
//
// Every file is compared with its manifest while it is written. The first that is altered or missing ends it with an
// error, and what was written then has no manifest and no end: it is no export. Files that no manifest names are left out.
func (p *EHIPackage) WriteZip(ctx context.Context, w io.Writer) error {
	out := &zipSink{Writer: zip.NewWriter(w), at: p.Manifest.Made.UTC()}
	for i := range p.Manifest.Files {
		switch f := &p.Manifest.Files[i]; f.Kind {
		case "zip":
			return ErrEHIPacked
		case "part": // below, behind its files
		default:
			if err := pack(ctx, out, p.fsys, f); err != nil {
				return err
			}
		}
	}
	for o, err := range p.parts(ctx) {
		if err != nil {
			return err
		}
		if o.Zip != nil {
			return ErrEHIPacked
		}
		seen := map[string]bool{}
		for _, folder := range o.Patients {
			for i := range folder.Files {
				if name := folder.Files[i].Name; seen[name] {
					return errEHIManifest
				} else {
					seen[name] = true
				}
				if err := pack(ctx, out, p.fsys, &folder.Files[i]); err != nil {
					return err
				}
			}
		}
		name := ehiPartName(o.Part) + ".json"
		at := slices.IndexFunc(p.Manifest.Files, func(f EHIFile) bool { return f.Name == name })
		if err := pack(ctx, out, p.fsys, &p.Manifest.Files[at]); err != nil {
			return err
		}
	}
	signatures, err := fs.Glob(p.fsys, ehiManifestName+".*")
	if err != nil {
		return err
	}
	for _, name := range signatures {
		if !isSignature(name) {
			continue
		}
		text, err := p.ReadSignature(name[len(ehiManifestName)+1:])
		if err != nil {
			return err
		}
		if err := put(out, name, text); err != nil {
			return err
		}
	}
	text, err := p.ReadManifest()
	if err != nil {
		return err
	}
	if err := put(out, ehiManifestName, text); err != nil {
		return err
	}
	return out.Close()
}

// pack writes a file of an export into a zip, and compares it with its manifest.
func pack(ctx context.Context, out *zipSink, from fs.FS, f *EHIFile) error {
	in, err := from.Open(f.Name)
	if err != nil {
		return fmt.Errorf("%w: %s", ErrEHIMissing, f.Name)
	}
	defer in.Close()
	w, err := out.create(f.Name)
	if err != nil {
		return err
	}
	d := digesting{w: w, sum: sha256.New()}
	for d.n <= f.Bytes {
		if err := ctx.Err(); err != nil {
			return err
		}
		_, err := io.CopyN(&d, in, min(1<<20, f.Bytes+1-d.n))
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
	}
	if d.n != f.Bytes || hex.EncodeToString(d.sum.Sum(nil)) != f.SHA256 {
		return fmt.Errorf("%w: %s", ErrEHIAltered, f.Name)
	}
	return nil
}

// put writes a file of a zip.
func put(s ehiSink, name string, text []byte) error {
	_, err := ehiWrite(s, EHIFile{Name: name}, func(w io.Writer) error { _, err := w.Write(text); return err })
	return err
}
