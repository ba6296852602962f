package portage

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/portage-health/portage/record"
)

// ehiPart is a part that is being written.
type ehiPart struct {
	*EHIExport
	ctx      context.Context
	n        int
	sink     ehiSink
	manifest EHIPart
	done     []func(err error) error // of what passed the gate, to be told at the end

	text     bytes.Buffer
	failures []error
	withheld int
	tables   int // withheld
	original int // withheld
}

// hostError is a failure of the host's, or of a patient's record: not of the destination.
type hostError struct{ err error }

func (e *hostError) Error() string { return e.err.Error() }
func (e *hostError) Unwrap() error { return e.err }

func hostFailed(what string, err error) error {
	return &hostError{fmt.Errorf("portage: %s: %w", what, err)}
}

func (e *EHIExport) formCounts() []EHIFormCount {
	forms := []EHIFormCount{{Name: "record", MediaType: "application/json", Version: "1"}}
	for _, f := range e.Forms {
		forms = append(forms, EHIFormCount{Name: f.Name, MediaType: f.MediaType, Version: f.Version})
	}
	return forms
}

// write writes the patients of a part. first is the place of the first among all.
func (p *ehiPart) write(source EHISource, keys []string, first int) error {
	p.manifest = EHIPart{Version: ehiVersion, Part: p.n, Forms: p.formCounts(), Patients: []EHIFolder{}}
	for i, key := range keys {
		if err := p.ctx.Err(); err != nil {
			return err
		}
		err := p.patient(source, key)
		var host *hostError
		switch {
		case err == nil:
		case p.KeepGoing && errors.As(err, &host) && p.ctx.Err() == nil:
			p.manifest.Failed++
			p.failures = append(p.failures, fmt.Errorf("patient %d: %w", first+i+1, err))
		default:
			return fmt.Errorf("patient %d: %w", first+i+1, err)
		}
	}
	return nil
}

// written is one form of a record, before it goes to the destination.
type written struct {
	file EHIFile
	text []byte
}

// patient writes one patient. What may fail for the patient's sake is done before anything reaches the destination.
func (p *ehiPart) patient(source EHISource, key string) (err error) {
	got, err := guarded(func() (*EHIPatient, error) { return source.Patient(p.ctx, key) })
	if err == nil && (got == nil || got.Record == nil) {
		err = ErrNoRecord
	}
	if err != nil {
		return hostFailed("a record cannot be had", err)
	}
	passage, err := p.gate(p.ctx, key, got.Record)
	if err != nil {
		return err
	}
	if passage.rec == nil {
		p.withheld++
		return nil
	}
	var files []EHIFile
	if passage.done != nil {
		defer func() {
			if err != nil { // its outcome is known at once
				err = errors.Join(err, passage.done(nil, err))
				return
			}
			p.done = append(p.done, func(e error) error { return passage.done(files, e) })
		}()
	}
	folder := fmt.Sprintf("%04d", len(p.manifest.Patients)+1)
	at := ehiPartName(p.n) + "/" + folder + "/"
	counts := p.formCounts()
	ready, err := p.prepare(key, at, passage, counts)
	if err != nil {
		return err
	}
	add := func(f EHIFile, text func(io.Writer) error) error {
		f, err := ehiWrite(p.sink, f, text)
		files = append(files, f)
		return err
	}
	for _, w := range ready {
		err := add(w.file, func(out io.Writer) error { _, err := out.Write(w.text); return err })
		if err != nil {
			return err
		}
	}
	if err := p.originals(at, got, passage, add); err != nil {
		return err
	}
	if !passage.labels { // record.json has them, with the labels of what they are attached to
		if err := p.attachments(at, passage.rec, add); err != nil {
			return err
		}
	}
	addForms(p.manifest.Forms, counts)
	p.manifest.Patients = append(p.manifest.Patients, EHIFolder{folder, files})
	return nil
}

// prepare makes the record's own JSON, its forms, the tables and the report.
func (p *ehiPart) prepare(key, at string, passage *ehiPassage, counts []EHIFormCount) (ready []written, err error) {
	var report bytes.Buffer
	lines := json.NewEncoder(&report)
	form := func(i int, f EHIForm) error {
		p.text.Reset()
		rep, err := guarded(func() (*record.Report, error) {
			return f.Exporter.Export(p.ctx, passage.rec, &p.text, p.Options)
		})
		if err != nil {
			return hostFailed("form "+f.Name+" cannot be written", err)
		}
		if rep == nil {
			rep = &record.Report{}
		}
		lost, place := "", ""
		if passage.labels {
			place = lostLabel(passage.rec, rep)
		}
		switch {
		case place != "":
			lost = "labels"
		case passage.notice && lostNotice(passage.rec, rep):
			lost = "notice"
		}
		if lost != "" {
			return lines.Encode(struct {
				Form       string `json:"form"`
				NotWritten string `json:"notWritten"`
				At         string `json:"at,omitempty"` // by its path in the record
			}{f.Name, lost, place})
		}
		counts[i].Exported, counts[i].Lost = rep.Counts.Exported, rep.Counts.Lost
		ready = append(ready, written{EHIFile{Name: at + f.Name + f.Extension, Kind: f.Name, MediaType: f.MediaType}, bytes.Clone(p.text.Bytes())})
		return lines.Encode(struct {
			Form string `json:"form"`
			*record.Report
		}{f.Name, rep})
	}
	if err := form(0, EHIForm{Name: "record", Extension: ".json", MediaType: "application/json", Exporter: record.JSONFormat().Exporter}); err != nil {
		return nil, err
	}
	for i, f := range p.Forms {
		if err := form(i+1, f); err != nil {
			return nil, err
		}
	}
	for i := range p.Tables {
		t := &p.Tables[i]
		if passage.bare || passage.labels || !passage.whole && !t.Judged {
			p.tables++
			continue
		}
		text, media, err := t.text(p.ctx, key, passage.rec)
		if err != nil {
			return nil, hostFailed("table "+t.Name+" cannot be written", err)
		}
		ready = append(ready, written{EHIFile{Name: at + "tables/" + t.Name + t.extension(), Kind: "table", MediaType: media}, text})
	}
	ready = append(ready, written{EHIFile{Name: at + "report.ndjson", Kind: "report", MediaType: "application/x-ndjson"}, report.Bytes()})
	return ready, nil
}

// originals writes what the record was read from, byte for byte.
func (p *ehiPart) originals(at string, got *EHIPatient, passage *ehiPassage, add func(EHIFile, func(io.Writer) error) error) error {
	if got.Original == nil {
		return nil
	}
	if passage.bare || passage.labels {
		p.original += len(passage.rec.Sources)
		return nil
	}
	n := 0
	for i := range passage.rec.Sources {
		s := &passage.rec.Sources[i]
		if s.SHA256 == "" { // something of it is withheld, or nobody knows what it was
			if !passage.whole {
				p.original++
			}
			continue
		}
		// The digest is known before the first byte is written: a part cannot take one back.
		sum := sha256.New()
		head, size, err := p.readOriginal(got, s, sum)
		if err != nil {
			return hostFailed("an original cannot be read", err)
		}
		if head == nil || hex.EncodeToString(sum.Sum(nil)) != s.SHA256 {
			continue
		}
		n++
		ext, media := originalType(s.Format, head)
		f := EHIFile{Name: fmt.Sprintf("%soriginals/%d%s", at, n, ext), Kind: "original", MediaType: media, Source: s.ID}
		err = add(f, func(w io.Writer) error {
			sum.Reset()
			_, again, err := p.readOriginal(got, s, io.MultiWriter(sum, w))
			if err == nil && (again != size || hex.EncodeToString(sum.Sum(nil)) != s.SHA256) {
				err = errors.New("portage: an original changed while it was read")
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// readOriginal copies an original; head is nil where there is none.
func (p *ehiPart) readOriginal(got *EHIPatient, s *record.Source, w io.Writer) (head []byte, size int64, err error) {
	src := *s // the host's own code sees a copy
	r, err := guarded(func() (io.ReadCloser, error) { return got.Original(p.ctx, &src) })
	if err != nil || r == nil {
		return nil, 0, err
	}
	defer r.Close()
	first := make([]byte, 16)
	n, err := io.ReadFull(r, first)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return nil, 0, err
	}
	if _, err := w.Write(first[:n]); err != nil {
		return nil, 0, err
	}
	m, err := io.Copy(w, r)
	return first[:n], int64(n) + m, err
}

// originalType gives the extension and type of an original by its format.
func originalType(format string, head []byte) (ext, media string) {
	isXML := bytes.HasPrefix(bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n"), []byte("<"))
	switch {
	case format == "ccda":
		return ".xml", "application/hl7-sda+xml"
	case format == "hl7v2":
		return ".hl7", "x-application/hl7-v2+er7"
	case format == "fhir" && isXML:
		return ".xml", "application/fhir+xml"
	case format == "fhir":
		return ".json", "application/fhir+json"
	case format == "record":
		return ".json", "application/json"
	}
	return ".bin", "application/octet-stream"
}

// guarded calls what a host supplied; a panic in it is an error without words, since its value may be anybody's.
func guarded[T any](f func() (T, error)) (out T, err error) {
	defer func() {
		if recover() != nil {
			var none T
			out, err = none, errHostPanic
		}
	}()
	return f()
}

var errHostPanic = errors.New("portage: code of the host panicked")
