package fhirproto

import (
	"context"
	"errors"
	"iter"

	"github.com/google/fhir/go/fhirversion"
	"github.com/google/fhir/go/jsonformat"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/portage-health/portage/fhir"
	"github.com/portage-health/portage/record"
)

// ErrNotR4 says that a message is no resource of Google's R4 protos: of another
// release of FHIR, a datatype, or an empty ContainedResource.
var ErrNotR4 = errors.New("fhirproto: the message is no resource of R4")

// ErrUnwritable says that jsonformat could not write a message as JSON. Its own
// words are left out: they may hold values of the message.
var ErrUnwritable = errors.New("fhirproto: the message cannot be written as FHIR JSON")

// Import reads a Bundle, another resource or a ContainedResource that holds one.
// It gives what fhir.Importer gives of the same resource in JSON: a record for
// each patient, each with its report. Lines and columns of issues are those of
// that JSON on one line, and say nothing; paths do.
func Import(ctx context.Context, m proto.Message, o record.ImportOptions) iter.Seq2[*record.Imported, error] {
	return func(yield func(*record.Imported, error) bool) {
		text, err := marshal(m)
		if err != nil {
			yield(nil, err)
			return
		}
		for x, err := range (fhir.Importer{}).Import(ctx, record.Input{Bytes: text}, o) {
			if !yield(x, err) {
				return
			}
		}
	}
}

// resourcePackage is that of Google's R4 resources.
const resourcePackage = "google.fhir.r4.core"

// marshal writes a message as JSON.
func marshal(m proto.Message) ([]byte, error) {
	if m == nil || !m.ProtoReflect().IsValid() || m.ProtoReflect().Descriptor().ParentFile().Package() != resourcePackage {
		return nil, ErrNotR4
	}
	if m = resourceIn(m); m == nil {
		return nil, ErrNotR4
	}
	// Made anew each time: a Marshaller may not be used by several goroutines.
	w, err := jsonformat.NewMarshaller(false, "", "", fhirversion.R4)
	if err != nil {
		return nil, ErrUnwritable
	}
	text, err := w.MarshalResource(m)
	if err != nil {
		return nil, ErrUnwritable
	}
	return text, nil
}

// resourceIn gives the resource that m is or contains, nil where there is none.
// What every resource has and no datatype: an id of type Id beside a meta.
func resourceIn(m proto.Message) proto.Message {
	r := m.ProtoReflect()
	if r.Descriptor().Name() == "ContainedResource" {
		found := protoreflect.Message(nil)
		r.Range(func(_ protoreflect.FieldDescriptor, v protoreflect.Value) bool {
			found = v.Message()
			return false
		})
		if found == nil {
			return nil
		}
		r = found
	}
	fields := r.Descriptor().Fields()
	if fields.ByName("meta") == nil || fields.ByName("implicit_rules") == nil {
		return nil
	}
	return r.Interface()
}
