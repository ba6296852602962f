package portage

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"strings"

	"github.com/portage-health/portage/audit"
	"github.com/portage-health/portage/record"
)

// EHILimits bound what reading an export back may cost. A zero field means the default beside it.
type EHILimits struct {
	ManifestBytes int64 // of one manifest; 64 MiB
	FileBytes     int64 // of one file that is read into memory; 1 GiB
	// Ratio is how many times larger than in the zip a file of more than a MiB may be; 500.
	Ratio int64
}

func (l EHILimits) defaults() EHILimits {
	if l.ManifestBytes == 0 {
		l.ManifestBytes = 64 << 20
	}
	if l.FileBytes == 0 {
		l.FileBytes = 1 << 30
	}
	if l.Ratio == 0 {
		l.Ratio = 500
	}
	return l
}

// EHIPackage is an export that is read back. Nothing of it is unpacked: files are
// read where they are, and only those that a manifest names. It is safe for concurrent use.
type EHIPackage struct {
	// Manifest is that of the whole.
	Manifest EHIManifest
	// Digest is the SHA-256 of manifest.json, in hex: what EHIResult.Manifest was.
	Digest string

	fsys   fs.FS
	limits EHILimits
	close  func() error
}

// Errors of an export that is read back. They name the file.
var (
	ErrEHIAltered = errors.New("portage: a file of the export is not what the manifest says")
	ErrEHIMissing = errors.New("portage: a file of the export is missing")
	ErrEHIExtra   = errors.New("portage: the export holds a file that no manifest names")
	ErrEHILimit   = errors.New("portage: a file of the export is beyond a limit")
	ErrEHIZip     = errors.New("portage: a zip of the export is not as it should be")
)

// OpenEHI opens an export in a folder. Nothing outside of the folder is read, whatever links are in it.
func OpenEHI(dir string, l EHILimits) (*EHIPackage, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	p, err := openEHI(root.FS(), l)
	if err != nil {
		root.Close()
		return nil, err
	}
	p.close = root.Close
	return p, nil
}

// OpenEHIZip opens an export that is one zip file, as WriteZip makes it.
func OpenEHIZip(r io.ReaderAt, size int64, l EHILimits) (*EHIPackage, error) {
	z, err := openZip(r, size, l.defaults())
	if err != nil {
		return nil, err
	}
	return openEHI(z, l)
}

func openEHI(fsys fs.FS, l EHILimits) (*EHIPackage, error) {
	p := &EHIPackage{fsys: fsys, limits: l.defaults(), close: func() error { return nil }}
	text, err := readCapped(fsys, ehiManifestName, p.limits.ManifestBytes)
	if err != nil {
		return nil, err
	}
	p.Digest = fileOf("", "", "", text).SHA256
	if err := unmarshalEHI(text, &p.Manifest); err != nil {
		return nil, err
	}
	return p, p.Manifest.check()
}

// Close closes what was opened.
func (p *EHIPackage) Close() error { return p.close() }

// openZip looks whether a zip is one that can be read in peace: every name leads into it, none is there twice, no two files
// share bytes, and none is much larger than its bytes allow.
func openZip(r io.ReaderAt, size int64, l EHILimits) (*zip.Reader, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, ErrEHIZip
	}
	seen := map[string]bool{}
	left := uint64(size)
	for _, f := range z.File {
		if !ehiPath(f.Name) || seen[f.Name] || !f.Mode().IsRegular() || f.CompressedSize64 > left {
			return nil, ErrEHIZip
		}
		seen[f.Name] = true
		left -= f.CompressedSize64
		if f.UncompressedSize64 > 1<<20 && f.UncompressedSize64/uint64(l.Ratio) > f.CompressedSize64 {
			return nil, fmt.Errorf("%w: it unpacks to more than %d times its size", ErrEHILimit, l.Ratio)
		}
	}
	return z, nil
}

// readCapped reads a whole file of at most n bytes.
func readCapped(fsys fs.FS, name string, n int64) ([]byte, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, fmt.Errorf("%w: %s", ErrEHIMissing, name)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, n+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: %s", ErrEHIAltered, name)
	case int64(len(text)) > n:
		return nil, fmt.Errorf("%w: %s", ErrEHILimit, name)
	}
	return text, nil
}

// read reads a file and compares it with its manifest.
func (p *EHIPackage) read(fsys fs.FS, name string, f *EHIFile) ([]byte, error) {
	if f.Bytes > p.limits.FileBytes {
		return nil, fmt.Errorf("%w: %s", ErrEHILimit, f.Name)
	}
	text, err := readCapped(fsys, name, f.Bytes)
	if errors.Is(err, ErrEHILimit) || err == nil && fileOf("", "", "", text).SHA256 != f.SHA256 {
		err = fmt.Errorf("%w: %s", ErrEHIAltered, f.Name)
	}
	return text, err
}

// parts gives the parts in their order, each with the file system that its files are in. A part's manifest has been compared with its digest.
func (p *EHIPackage) parts(ctx context.Context) iter.Seq2[*openPart, error] {
	return func(yield func(*openPart, error) bool) {
		files := map[string]*EHIFile{}
		for i := range p.Manifest.Files {
			files[p.Manifest.Files[i].Name] = &p.Manifest.Files[i]
		}
		for n := 1; n <= p.Manifest.Parts; n++ {
			if err := ctx.Err(); err != nil {
				yield(nil, err)
				return
			}
			o, err := p.open(ctx, n, files)
			if err != nil {
				yield(nil, err)
				return
			}
			more := yield(o, nil)
			o.close()
			if !more {
				return
			}
		}
	}
}

// openPart is a part and where its files are.
type openPart struct {
	EHIPart
	fsys  fs.FS
	cut   string // what names in fsys lack
	close func()
}

func (o *openPart) name(f *EHIFile) string { return strings.TrimPrefix(f.Name, o.cut) }

func (p *EHIPackage) open(ctx context.Context, n int, files map[string]*EHIFile) (*openPart, error) {
	name := ehiPartName(n) + ".json"
	f := files[name]
	if f == nil {
		return nil, errEHIManifest
	}
	if f.Bytes > p.limits.ManifestBytes {
		return nil, fmt.Errorf("%w: %s", ErrEHILimit, name)
	}
	text, err := p.read(p.fsys, name, f)
	if err != nil {
		return nil, err
	}
	o := &openPart{fsys: p.fsys, close: func() {}}
	if err := unmarshalEHI(text, &o.EHIPart); err != nil {
		return nil, err
	}
	if err := o.check(n); err != nil {
		return nil, err
	}
	if o.Zip == nil {
		return o, nil
	}
	if err := digest(ctx, p.fsys, o.Zip.Name, o.Zip); err != nil {
		return nil, err
	}
	in, err := p.fsys.Open(o.Zip.Name)
	if err != nil {
		return nil, fmt.Errorf("%w: %s", ErrEHIMissing, o.Zip.Name)
	}
	at, ok := in.(io.ReaderAt)
	if !ok { // a zip within a zip is none of ours
		in.Close()
		return nil, ErrEHIZip
	}
	z, err := openZip(at, o.Zip.Bytes, p.limits)
	if err != nil {
		in.Close()
		return nil, err
	}
	o.fsys, o.cut, o.close = z, ehiPartName(n)+"/", func() { in.Close() }
	named := 0
	for i := range o.Patients {
		named += len(o.Patients[i].Files)
	}
	if named != len(z.File) {
		o.close()
		return nil, fmt.Errorf("%w: %s", ErrEHIExtra, o.Zip.Name)
	}
	return o, nil
}

// Records gives back the records, in the order of the export, each read from its
// own JSON; or, where form names a form of the export, by the importer of that. Every
// file is compared with its digest before it is read. An error ends it.
func (p *EHIPackage) Records(ctx context.Context, form string, from record.Importer, o record.ImportOptions) iter.Seq2[*record.Imported, error] {
	if form == "" {
		form = "record"
	}
	if from == nil && form == "record" {
		from = record.JSONFormat().Importer
	}
	return func(yield func(*record.Imported, error) bool) {
		if from == nil {
			yield(nil, ErrNoImporter)
			return
		}
		for part, err := range p.parts(ctx) {
			if err != nil {
				yield(nil, err)
				return
			}
			for _, folder := range part.Patients {
				for i := range folder.Files {
					f := &folder.Files[i]
					if f.Kind != form {
						continue
					}
					text, err := p.read(part.fsys, part.name(f), f)
					if err != nil {
						yield(nil, err)
						return
					}
					for got, err := range from.Import(ctx, record.Input{Bytes: text}, o) {
						if !yield(got, err) || err != nil {
							return
						}
					}
				}
			}
		}
	}
}

// Import is Records by the records' own JSON: an export is a record.Importer, whose Input it does not need, and can be
// given to Exchange.Receive.
func (p *EHIPackage) Import(ctx context.Context, _ record.Input, o record.ImportOptions) iter.Seq2[*record.Imported, error] {
	return p.Records(ctx, "", nil, o)
}

var _ record.Importer = (*EHIPackage)(nil)

// Manifests gives the manifest of each part, in their order.
func (p *EHIPackage) Manifests(ctx context.Context) iter.Seq2[*EHIPart, error] {
	return func(yield func(*EHIPart, error) bool) {
		for o, err := range p.parts(ctx) {
			if err != nil {
				yield(nil, err)
				return
			}
			if !yield(&o.EHIPart, nil) {
				return
			}
		}
	}
}

// ReadManifest gives manifest.json as it is, for whoever checks its signature.
func (p *EHIPackage) ReadManifest() ([]byte, error) {
	text, err := readCapped(p.fsys, ehiManifestName, p.limits.ManifestBytes)
	if err == nil && fileOf("", "", "", text).SHA256 != p.Digest {
		err = fmt.Errorf("%w: %s", ErrEHIAltered, ehiManifestName)
	}
	return bytes.Clone(text), err
}

// ReadSignature gives a signature of the manifest: manifest.json.NAME.
func (p *EHIPackage) ReadSignature(name string) ([]byte, error) {
	if !ehiName(name) {
		return nil, ErrEHIMissing
	}
	return readCapped(p.fsys, ehiManifestName+"."+name, 1<<20)
}

// VerifySignature compares the manifest with its signature of that name ("jws"). Together with Verify it tells that the
// whole export is what the holder of an accepted key signed.
func (p *EHIPackage) VerifySignature(ctx context.Context, v audit.Verifier, name string) error {
	text, err := p.ReadManifest()
	if err != nil {
		return err
	}
	sig, err := p.ReadSignature(name)
	if err != nil {
		return err
	}
	return v.Verify(ctx, bytes.NewReader(text), sig)
}
