package portage

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"

	"github.com/portage-health/portage/record"
)

var errEHICells = errors.New("portage: a row has not a cell for each column")

func (t *EHITable) extension() string {
	if t.NDJSON {
		return ".ndjson"
	}
	return ".csv"
}

// text writes the rows of one patient.
func (t *EHITable) text(ctx context.Context, key string, rec *record.Record) (text []byte, media string, err error) {
	var b bytes.Buffer
	media = "text/csv; charset=utf-8; header=present"
	w := csv.NewWriter(&b)
	w.UseCRLF = true // RFC 4180, 2.1
	row := w.Write
	if t.NDJSON {
		media = "application/x-ndjson"
		row = func(cells []string) error { return t.object(&b, cells) }
	} else {
		head := make([]string, len(t.Columns))
		for i := range t.Columns {
			head[i] = t.Columns[i].Name
		}
		if err := w.Write(head); err != nil {
			return nil, "", err
		}
	}
	_, err = guarded(func() (struct{}, error) {
		for cells, err := range t.Rows(ctx, key, rec) {
			if err != nil {
				return struct{}{}, err
			}
			if len(cells) != len(t.Columns) {
				return struct{}{}, errEHICells
			}
			if err := row(cells); err != nil {
				return struct{}{}, err
			}
		}
		return struct{}{}, nil
	})
	if err != nil {
		return nil, "", err
	}
	w.Flush()
	return b.Bytes(), media, w.Error()
}

// object writes a row as an object, its members in the order of the columns. Cells stay text.
func (t *EHITable) object(b *bytes.Buffer, cells []string) error {
	b.WriteByte('{')
	for i := range cells {
		name, err := json.Marshal(t.Columns[i].Name)
		if err != nil {
			return err
		}
		value, err := json.Marshal(cells[i])
		if err != nil {
			return err
		}
		if i > 0 {
			b.WriteByte(',')
		}
		b.Write(name)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteString("}\n")
	return nil
}
