package fhir

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"errors"
	"io"

	"github.com/portage-health/portage/record"
)

// maxUnpacked bounds what a compressed content may become.
const maxUnpacked = 64 << 20

var errUnpacked = errors.New("fhir: no compression that is known, or too large")

// unpacked gives the base64 text of a content that the source compressed (CDA R2
// ED.compression): FHIR has no word for that, so that a reader would take the
// compressed bytes for what contentType says.
func unpacked(a *record.Attachment) (string, error) {
	open, err := a.Data.Open()
	if err != nil {
		return "", err
	}
	defer open.Close()
	in := bufio.NewReader(open)
	var r io.Reader
	switch a.Compression {
	case "DF":
		r = flate.NewReader(in)
	case "GZ":
		r, err = gzip.NewReader(in)
	case "ZL":
		r, err = zlib.NewReader(in)
	default:
		err = errUnpacked
	}
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	n, err := io.Copy(&b, io.LimitReader(r, maxUnpacked+1))
	if err != nil || n > maxUnpacked {
		return "", errUnpacked
	}
	return base64.StdEncoding.EncodeToString(b.Bytes()), nil
}
