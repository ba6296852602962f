package fhirproto

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"strconv"
	"strings"

	"github.com/google/fhir/go/fhirversion"
	"github.com/google/fhir/go/jsonformat"
	bundlepb "github.com/google/fhir/go/proto/google/fhir/proto/r4/core/resources/bundle_and_contained_resource_go_proto"

	"github.com/portage-health/portage/fhir"
	"github.com/portage-health/portage/record"
)

// Exporter makes Google's protos of a record. The zero value is right: every
// resource is held to what jsonformat demands.
type Exporter struct {
	// FHIR is how the Bundle is made. Its Form is not looked at.
	FHIR fhir.Exporter
}

// ErrRefused says that jsonformat refused the Bundle itself, not only a resource
// in it. Its own words are left out: they may hold values of the record.
var ErrRefused = errors.New("fhirproto: the Bundle cannot be read as R4 protos")

// What may become of a resource that jsonformat refuses.
var (
	issuePlain = record.IssueLost.Because("the resource has something that Google's R4 protos cannot hold; it went out without what is carried of it")
	issueLost  = record.IssueLost.Because("Google's R4 protos cannot hold the resource; it is not in the Bundle")
)

// Export makes a Bundle of a record with the zero Exporter.
func Export(ctx context.Context, rec *record.Record, o record.ExportOptions) (*bundlepb.Bundle, *record.Report, error) {
	return Exporter{}.Export(ctx, rec, o)
}

// Export makes a Bundle of a record. The report is that of fhir.Exporter, and
// has an issue for each resource that the protos cannot hold, by its place in the
// Bundle that package fhir makes: such a resource goes out by its typed fields
// alone, and where that does not help either, not at all. An error means that no
// Bundle was made.
func (x Exporter) Export(ctx context.Context, rec *record.Record, o record.ExportOptions) (*bundlepb.Bundle, *record.Report, error) {
	x.FHIR.Form = fhir.JSON
	var text bytes.Buffer
	rep, err := x.FHIR.Export(ctx, rec, &text, o)
	if err != nil {
		return nil, rep, err
	}
	read, err := jsonformat.NewUnmarshaller("UTC", fhirversion.R4)
	if err != nil {
		return nil, rep, ErrRefused
	}
	b, err := unmarshal(read, text.Bytes())
	if err == nil {
		return b, rep, nil
	}
	fit, err := x.fitting(ctx, rec, text.Bytes(), read, rep, o)
	if err != nil {
		return nil, rep, err
	}
	b, err = unmarshal(read, fit)
	return b, rep, err
}

func unmarshal(read *jsonformat.Unmarshaller, text []byte) (*bundlepb.Bundle, error) {
	m, err := read.Unmarshal(text)
	if err != nil {
		return nil, ErrRefused
	}
	c, ok := m.(*bundlepb.ContainedResource)
	if !ok || c.GetBundle() == nil {
		return nil, ErrRefused
	}
	return c.GetBundle(), nil
}

// An entry of a Bundle, as far as it matters here.
type entry map[string]json.RawMessage

func (e entry) name() string {
	var r struct{ ResourceType, ID string }
	if json.Unmarshal(e["resource"], &r) != nil {
		return ""
	}
	return r.ResourceType + "/" + r.ID
}

// fitting gives a Bundle without what the protos cannot hold.
func (x Exporter) fitting(ctx context.Context, rec *record.Record, text []byte, read *jsonformat.Unmarshaller, rep *record.Report, o record.ExportOptions) ([]byte, error) {
	bundle, entries, err := parted(text)
	if err != nil {
		return nil, err
	}
	var plain map[string]entry // by their names, what typed fields alone say
	kept := make([]entry, 0, len(entries))
	for i, e := range entries {
		if isReadable(read, e) {
			kept = append(kept, e)
			continue
		}
		if plain == nil {
			if plain, err = x.plain(ctx, rec, o); err != nil {
				return nil, err
			}
		}
		path := "Bundle.entry[" + strconv.Itoa(i) + "].resource"
		if p, ok := plain[e.name()]; ok && isReadable(read, p) {
			kept = append(kept, p)
			rep.Counts.Lost++
			rep.Add(issuePlain.At(path, 0, 0))
			continue
		}
		n := leavesOf(rec, e.name())
		rep.Counts.Lost += n
		rep.Counts.Exported -= min(n, rep.Counts.Exported)
		k := issueLost
		k.Severity = record.SeverityError
		rep.Add(k.At(path, 0, 0))
	}
	if bundle["entry"], err = json.Marshal(kept); err != nil {
		return nil, ErrRefused
	}
	if fit, err := json.Marshal(bundle); err == nil {
		return fit, nil
	}
	return nil, ErrRefused
}

// parted gives a Bundle and its entries.
func parted(text []byte) (bundle entry, entries []entry, err error) {
	if json.Unmarshal(text, &bundle) != nil || json.Unmarshal(bundle["entry"], &entries) != nil {
		return nil, nil, ErrRefused
	}
	return bundle, entries, nil
}

// isReadable reports whether jsonformat takes a Bundle of this entry alone.
func isReadable(read *jsonformat.Unmarshaller, e entry) bool {
	text, err := json.Marshal(map[string]any{"resourceType": "Bundle", "type": "collection", "entry": []entry{e}})
	if err != nil {
		return false
	}
	_, err = unmarshal(read, text)
	return err == nil
}

// plain gives the entries that the typed fields of a record alone make, by their names.
func (x Exporter) plain(ctx context.Context, rec *record.Record, o record.ExportOptions) (map[string]entry, error) {
	o.TypedOnly = true
	var text bytes.Buffer
	if _, err := x.FHIR.Export(ctx, rec, &text, o); err != nil {
		return nil, err
	}
	_, entries, err := parted(text.Bytes())
	if err != nil {
		return nil, err
	}
	by := make(map[string]entry, len(entries))
	for _, e := range entries {
		by[e.name()] = e
	}
	return by, nil
}

// leavesOf counts the leaves of the entries that went out as a resource: one where they are parts of others.
func leavesOf(rec *record.Record, name string) (n int) {
	typ, id, _ := strings.Cut(name, "/")
	ids := map[string]bool{id: true}
	for i := range rec.Sources {
		for _, item := range rec.Sources[i].Items {
			if item.Type == typ && item.ID == id {
				for _, e := range item.Entries {
					ids[e] = true
				}
			}
		}
	}
	for _, v := range reflect.ValueOf(rec).Elem().Fields() {
		switch {
		case v.Kind() == reflect.Pointer && !v.IsNil():
			n += leavesIn(v, ids)
		case v.Kind() == reflect.Slice:
			for i := range v.Len() {
				n += leavesIn(v.Index(i).Addr(), ids)
			}
		}
	}
	return max(n, 1)
}

func leavesIn(v reflect.Value, ids map[string]bool) int {
	if e, ok := v.Interface().(interface{ AsEntry() *record.Entry }); ok && ids[e.AsEntry().ID] {
		return record.CountLeavesOf(v.Interface())
	}
	return 0
}
