package portage

import (
	"fmt"
	"io"
	"reflect"
	"strings"
	"sync"

	"github.com/portage-health/portage/record"
)

// attachments writes the content of each attachment as a file of its own, as it
// was sent: compressed where it was. Attachments that were withheld are not in the record any more.
func (p *ehiPart) attachments(at string, rec *record.Record, add func(EHIFile, func(io.Writer) error) error) error {
	n := 0
	return eachAttachment(reflect.ValueOf(rec), func(a *record.Attachment) error {
		if a.Data.IsZero() && a.Text == "" {
			return nil
		}
		n++
		ext, media := attachmentType(a)
		f := EHIFile{Name: fmt.Sprintf("%sattachments/%d%s", at, n, ext), Kind: "attachment", MediaType: media}
		return add(f, func(w io.Writer) error {
			if a.Data.IsZero() {
				_, err := io.WriteString(w, a.Text)
				return err
			}
			r, err := a.Data.Open()
			if err != nil {
				return err
			}
			defer r.Close()
			_, err = io.Copy(w, r)
			return err
		})
	})
}

// attachmentTypes are types that get an extension. What can run in a browser gets none that would let it.
var attachmentTypes = []struct{ media, ext string }{
	{"application/pdf", ".pdf"}, {"application/rtf", ".rtf"}, {"text/rtf", ".rtf"}, {"text/plain", ".txt"}, {"image/jpeg", ".jpg"},
	{"image/png", ".png"}, {"image/gif", ".gif"}, {"image/tiff", ".tif"}, {"application/dicom", ".dcm"}, {"audio/mpeg", ".mp3"}, {"video/mp4", ".mp4"},
}

func attachmentType(a *record.Attachment) (ext, media string) {
	sent, _, _ := strings.Cut(a.ContentType, ";")
	sent = strings.ToLower(strings.TrimSpace(sent))
	if a.Compression == "" {
		for _, t := range attachmentTypes {
			if t.media == sent {
				return t.ext, t.media
			}
		}
	}
	return ".bin", "application/octet-stream"
}

// eachAttachment goes through all attachments of a value, in the order of its fields.
func eachAttachment(v reflect.Value, f func(*record.Attachment) error) error {
	t := v.Type()
	if !attachmentBearers()[t] {
		return nil
	}
	switch t.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return nil
		}
		return eachAttachment(v.Elem(), f)
	case reflect.Slice:
		for i := range v.Len() {
			if err := eachAttachment(v.Index(i), f); err != nil {
				return err
			}
		}
	case reflect.Struct:
		if t == reflect.TypeFor[record.Attachment]() {
			return f(v.Addr().Interface().(*record.Attachment))
		}
		for i := range v.NumField() {
			if t.Field(i).IsExported() {
				if err := eachAttachment(v.Field(i), f); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// attachmentBearers are the types through which an attachment is reached. Those of
// the records that a record was merged of are those of the record.
var attachmentBearers = sync.OnceValue(func() map[reflect.Type]bool {
	bearers := map[reflect.Type]bool{reflect.TypeFor[record.Attachment](): true, reflect.TypeFor[record.Merging](): false}
	var all []reflect.Type
	seen := map[reflect.Type]bool{}
	var list func(t reflect.Type)
	list = func(t reflect.Type) {
		if seen[t] || t == reflect.TypeFor[record.Merging]() {
			return
		}
		seen[t] = true
		all = append(all, t)
		switch t.Kind() {
		case reflect.Pointer, reflect.Slice:
			list(t.Elem())
		case reflect.Struct:
			for i := range t.NumField() {
				if t.Field(i).IsExported() {
					list(t.Field(i).Type)
				}
			}
		}
	}
	list(reflect.TypeFor[*record.Record]())
	for again := true; again; {
		again = false
		for _, t := range all {
			if bearers[t] {
				continue
			}
			holds := false
			switch t.Kind() {
			case reflect.Pointer, reflect.Slice:
				holds = bearers[t.Elem()]
			case reflect.Struct:
				for i := range t.NumField() {
					holds = holds || t.Field(i).IsExported() && bearers[t.Field(i).Type]
				}
			}
			if holds {
				bearers[t], again = true, true
			}
		}
	}
	return bearers
})
