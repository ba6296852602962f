package portage

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"sync"
)

// Folder makes the export in a folder, which is made where there is none. An
// export that was interrupted, even by the end of the machine, goes on where it
// was when it is called again with the same patients and options; with others it
// fails with ErrEHIOther or ErrEHIChanged. A finished one gives ErrEHIFinished.
//
// What cannot be written, and the end of ctx, end it with an error.
func (e EHIExport) Folder(ctx context.Context, dir string, source EHISource) (*EHIResult, error) {
	x, err := e.checked()
	if err != nil {
		return &EHIResult{}, err
	}
	if err := os.MkdirAll(dir, ehiFolderMode); err != nil {
		return &EHIResult{}, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return &EHIResult{}, err
	}
	defer root.Close()
	r := &ehiRun{EHIExport: x, root: root, settings: x.settings()}
	if r.journal, err = openJournal(root, r.settings, x.Options.Now); err != nil {
		return &r.result, err
	}
	defer r.journal.file.Close()
	x.begin(r.journal.made)
	if err := r.journal.sweep(root); err != nil {
		return &r.result, err
	}
	if err := r.parts(ctx, source); err != nil {
		return &r.result, err
	}
	return &r.result, r.finish(ctx)
}

// ehiRun is one run of an export to a folder.
type ehiRun struct {
	*EHIExport
	root     *os.Root
	settings string
	journal  *ehiJournal

	mu     sync.Mutex // for what is below, and the journal
	result EHIResult
	seen   int // parts there are
}

// ehiWork is a part to be written.
type ehiWork struct {
	n, first int
	keys     []string
}

// parts divides the patients into parts and has those written that are not finished.
func (r *ehiRun) parts(ctx context.Context, source EHISource) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	work := make(chan ehiWork)
	var wg sync.WaitGroup
	for range r.jobs() {
		wg.Go(func() {
			for w := range work {
				if ctx.Err() != nil {
					continue
				}
				if err := r.part(ctx, source, w); err != nil {
					stop(err)
				}
			}
		})
	}
	_, err := guarded(func() (struct{}, error) { return struct{}{}, r.divide(ctx, source, work) })
	close(work)
	if err != nil {
		stop(err)
	}
	wg.Wait()
	if err := context.Cause(ctx); err != nil {
		return err
	}
	if len(r.journal.done) != r.seen { // some are of patients that are no more
		return ErrEHIChanged
	}
	return nil
}

func (r *ehiRun) divide(ctx context.Context, source EHISource, work chan<- ehiWork) error {
	var w ehiWork
	give := func() error {
		w.n++
		r.seen++
		r.mu.Lock()
		done, ok := r.journal.done[w.n]
		r.mu.Unlock()
		if ok {
			if done.Keys != keysDigest(r.settings, w.n, w.keys) {
				return ErrEHIChanged
			}
			r.mu.Lock()
			r.result.Resumed++
			r.result.Parts++
			r.result.Patients += len(w.keys)
			r.mu.Unlock()
		} else {
			select {
			case work <- w:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		w.first += len(w.keys)
		w.keys = nil
		return nil
	}
	for key, err := range source.Patients(ctx) {
		if err != nil {
			return fmt.Errorf("portage: the patients cannot be listed: %w", err)
		}
		if w.keys = append(w.keys, key); len(w.keys) == r.PartSize {
			if err := give(); err != nil {
				return err
			}
		}
	}
	if len(w.keys) > 0 {
		return give()
	}
	return nil
}

// part writes one part: its files, then its manifest, then its line in the journal.
func (r *ehiRun) part(ctx context.Context, source EHISource, w ehiWork) (err error) {
	name := ehiPartName(w.n)
	p := &ehiPart{EHIExport: r.EHIExport, ctx: ctx, n: w.n}
	told := false
	defer func() {
		if !told && err != nil {
			err = errors.Join(err, p.tell(err))
		}
	}()
	if r.Zip {
		p.sink, err = newZipSink(r.root, name, r.Options.Now)
	} else {
		p.sink, err = newFolderSink(r.root, name)
	}
	if err != nil {
		return err
	}
	if err = p.write(source, w.keys, w.first); err != nil {
		p.sink.abort()
		return err
	}
	if p.manifest.Zip, err = p.sink.commit(); err != nil {
		p.sink.abort()
		return err
	}
	text, err := marshalEHI(&p.manifest)
	if err != nil {
		return err
	}
	if err = writeLasting(r.root, name+".json", text); err != nil {
		return err
	}
	told = true
	if err = p.tell(nil); err != nil {
		return err
	}
	sum := sha256.Sum256(text)
	r.mu.Lock()
	defer r.mu.Unlock()
	if err = r.journal.append(ehiEntry{w.n, keysDigest(r.settings, w.n, w.keys), hex.EncodeToString(sum[:])}); err != nil {
		return err
	}
	r.journal.done[w.n] = ehiEntry{w.n, "", hex.EncodeToString(sum[:])}
	r.count(p)
	return nil
}

// tell gives each patient's outcome to who asked for it.
func (p *ehiPart) tell(outcome error) error {
	var errs []error
	for _, done := range p.done {
		errs = append(errs, done(outcome))
	}
	p.done = nil
	return errors.Join(errs...)
}

func (r *ehiRun) count(p *ehiPart) {
	r.result.add(p)
	if r.Progress != nil {
		r.Progress(r.result.EHIProgress)
	}
}

func (s *EHIResult) add(p *ehiPart) {
	s.addManifest(&p.manifest)
	s.Failures = append(s.Failures, p.failures...)
	s.Withheld += p.withheld
	s.TablesWithheld += p.tables
	s.OriginalsWithheld += p.original
}

func (s *EHIResult) addManifest(p *EHIPart) {
	s.Parts++
	s.Patients += len(p.Patients)
	s.Failed += p.Failed
	for _, f := range p.Patients {
		s.Files += len(f.Files)
		for i := range f.Files {
			s.Bytes += f.Files[i].Bytes
		}
	}
}

// finish writes the documentation and the manifest, which is the last file of an export.
func (r *ehiRun) finish(ctx context.Context) error {
	m := r.newManifest()
	docs, err := r.documentation()
	if err != nil {
		return err
	}
	for _, d := range docs {
		if err := writeLasting(r.root, d.file.Name, d.text); err != nil {
			return err
		}
		m.Files = append(m.Files, d.file)
	}
	var sums EHIResult
	for n := 1; n <= r.seen; n++ {
		name := ehiPartName(n) + ".json"
		text, err := r.root.ReadFile(name)
		if err != nil {
			return err
		}
		var p EHIPart
		if err := unmarshalEHI(text, &p); err != nil {
			return err
		}
		if fileOf(name, "", "", text).SHA256 != r.journal.done[n].Manifest || p.check(n) != nil {
			return ErrEHIOther
		}
		sums.addManifest(&p)
		m.add(&p, text)
	}
	m.total(&sums)
	text, err := marshalEHI(m)
	if err != nil {
		return err
	}
	if err := r.sealed(ctx, text, func(name string, sig []byte) error { return writeLasting(r.root, name, sig) }); err != nil {
		return err
	}
	if err := writeLasting(r.root, ehiManifestName, text); err != nil {
		return err
	}
	r.result.EHIProgress, r.result.Failed = sums.EHIProgress, sums.Failed
	r.result.Manifest = fileOf("", "", "", text).SHA256
	if err := r.root.Remove(ehiJournalName); err != nil {
		return err
	}
	return syncFolder(r.root, ".")
}

func (e *EHIExport) newManifest() *EHIManifest {
	m := &EHIManifest{Version: ehiVersion, Made: e.Options.Now, Basis: ehiBasis, Documentation: e.Documentation, Producer: e.Producer,
		Forms: e.formCounts(), Files: []EHIFile{}}
	for _, t := range e.Tables {
		m.Tables = append(m.Tables, t.Name)
	}
	return m
}

func (m *EHIManifest) add(p *EHIPart, text []byte) {
	m.Files = append(m.Files, fileOf(ehiPartName(p.Part)+".json", "part", "application/json", text))
	if p.Zip != nil {
		m.Files = append(m.Files, *p.Zip)
	}
	addForms(m.Forms, p.Forms)
}

func (m *EHIManifest) total(sums *EHIResult) {
	m.Patients, m.Failed, m.Parts, m.Count, m.Bytes = sums.Patients, sums.Failed, sums.Parts, sums.Files, sums.Bytes
}

// sealed has the manifest signed, where that is asked for, and the signature written before it.
func (e *EHIExport) sealed(ctx context.Context, manifest []byte, write func(name string, sig []byte) error) error {
	if e.seal == nil {
		return nil
	}
	name, sig, err := e.seal(ctx, manifest)
	if err != nil {
		return err
	}
	return write(ehiManifestName+"."+name, sig)
}

func fileOf(name, kind, media string, text []byte) EHIFile {
	sum := sha256.Sum256(text)
	return EHIFile{Name: name, Kind: kind, MediaType: media, Bytes: int64(len(text)), SHA256: hex.EncodeToString(sum[:])}
}
