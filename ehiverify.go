package portage

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
)

// Verify reads every file and compares it with the manifests, and these with one
// another. It fails at the first that is altered, missing, or named by none. Whether the
// manifest itself is the one that was made only its signature tells, or its digest kept elsewhere.
func (p *EHIPackage) Verify(ctx context.Context) error {
	named := map[string]bool{ehiManifestName: true} // of a part at a time, but for the top
	top := func(name string) bool { return named[name] || isSignature(name) }
	for i := range p.Manifest.Files {
		f := &p.Manifest.Files[i]
		if named[f.Name] {
			return errEHIManifest
		}
		named[f.Name] = true
		if f.Kind == "zip" || f.Kind == "part" {
			continue // below
		}
		if err := digest(ctx, p.fsys, f.Name, f); err != nil {
			return err
		}
	}
	var sums EHIResult
	forms := zeroed(p.Manifest.Forms)
	for o, err := range p.parts(ctx) {
		if err != nil {
			return err
		}
		files := map[string]bool{}
		for _, folder := range o.Patients {
			for i := range folder.Files {
				f := &folder.Files[i]
				if files[f.Name] {
					return errEHIManifest
				}
				files[f.Name] = true
				if err := digest(ctx, o.fsys, o.name(f), f); err != nil {
					return err
				}
			}
		}
		if o.Zip == nil {
			if err := onlyNamed(p.fsys, ehiPartName(o.Part), func(name string) bool { return files[name] }); err != nil {
				return err
			}
		} else if !named[o.Zip.Name] {
			return errEHIManifest
		}
		sums.addManifest(&o.EHIPart)
		addForms(forms, o.Forms)
	}
	m := p.Manifest
	m.total(&sums)
	for i := range forms {
		if forms[i] != p.Manifest.Forms[i] {
			return errEHIManifest
		}
	}
	if m.Patients != p.Manifest.Patients || m.Failed != p.Manifest.Failed || m.Count != p.Manifest.Count || m.Bytes != p.Manifest.Bytes {
		return errEHIManifest
	}
	return onlyNamed(p.fsys, ".", func(name string) bool {
		rest, below := strings.CutPrefix(name, ehiPartsName+"/")
		part, _, within := strings.Cut(rest, "/")
		part = ehiPartsName + "/" + part
		return top(name) || below && within && named[part+".json"] && !named[part+".zip"] // looked at with its part
	})
}

func zeroed(forms []EHIFormCount) []EHIFormCount {
	out := make([]EHIFormCount, len(forms))
	for i, f := range forms {
		f.Exported, f.Lost = 0, 0
		out[i] = f
	}
	return out
}

// isSignature reports whether a file is a signature of the manifest, which the manifest cannot name.
func isSignature(name string) bool {
	rest, ok := strings.CutPrefix(name, ehiManifestName+".")
	return ok && ehiName(rest)
}

// onlyNamed refuses files that no manifest names, and whatever is neither file nor folder.
func onlyNamed(fsys fs.FS, dir string, named func(string) bool) error {
	return fs.WalkDir(fsys, dir, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			if errors.Is(err, fs.ErrNotExist) && name == dir { // a part without patients
				return nil
			}
			return fmt.Errorf("%w: %s", ErrEHIMissing, dir)
		case d.IsDir():
			return nil
		case !d.Type().IsRegular() || !named(name):
			return fmt.Errorf("%w: in %s", ErrEHIExtra, dir)
		}
		return nil
	})
}

// digest compares a file of any size with its manifest.
func digest(ctx context.Context, fsys fs.FS, name string, f *EHIFile) error {
	in, err := fsys.Open(name)
	if err != nil {
		return fmt.Errorf("%w: %s", ErrEHIMissing, f.Name)
	}
	defer in.Close()
	sum := sha256.New()
	var n int64
	for n <= f.Bytes {
		if err := ctx.Err(); err != nil {
			return err
		}
		m, err := io.CopyN(sum, in, min(1<<20, f.Bytes+1-n))
		if n += m; err == io.EOF {
			break
		}
		if err != nil {
			return fmt.Errorf("%w: %s", ErrEHIAltered, f.Name)
		}
	}
	if n != f.Bytes || hex.EncodeToString(sum.Sum(nil)) != f.SHA256 {
		return fmt.Errorf("%w: %s", ErrEHIAltered, f.Name)
	}
	return nil
}
