package deid

import (
	"unsafe"

	"github.com/portage-health/portage/record"
)

// afters are called with a struct once its references are those of the result. What is about something that is gone, goes.
var afters = map[string]func(r *run, p unsafe.Pointer){
	"Ref": func(r *run, p unsafe.Pointer) {
		if x := (*record.Ref)(p); x.ID == "" {
			if x.Identifier == nil && x.AsSent == "" {
				*x = record.Ref{}
			}
		}
	},
	"Origin": func(r *run, p unsafe.Pointer) {
		if x := (*record.Origin)(p); x.Source == "" {
			*x = record.Origin{}
		}
	},
	"Relation": func(r *run, p unsafe.Pointer) {
		if x := (*record.Relation)(p); x.Target.IsZero() || x.Type == "" && x.TypeAsSent == "" {
			*x = record.Relation{}
		}
	},
	"ListItem": func(r *run, p unsafe.Pointer) {
		needs((*record.ListItem)(p), func(x *record.ListItem) bool { return !x.Item.IsZero() })
	},
	"EncounterDiagnosis": func(r *run, p unsafe.Pointer) {
		needs((*record.EncounterDiagnosis)(p), func(x *record.EncounterDiagnosis) bool { return !x.Problem.IsZero() })
	},
	"EncounterLocation": func(r *run, p unsafe.Pointer) {
		needs((*record.EncounterLocation)(p), func(x *record.EncounterLocation) bool { return !x.Location.IsZero() || x.Physical != nil })
	},
	"PatientLink": func(r *run, p unsafe.Pointer) {
		needs((*record.PatientLink)(p), func(x *record.PatientLink) bool { return !x.Other.IsZero() })
	},
	"Suspect": func(r *run, p unsafe.Pointer) {
		needs((*record.Suspect)(p), func(x *record.Suspect) bool { return !x.Ref.IsZero() })
	},
	"ProvenanceEntity": func(r *run, p unsafe.Pointer) {
		needs((*record.ProvenanceEntity)(p), func(x *record.ProvenanceEntity) bool { return !x.What.IsZero() })
	},
	"RelatedDocument": func(r *run, p unsafe.Pointer) {
		needs((*record.RelatedDocument)(p), func(x *record.RelatedDocument) bool { return x.Ref != nil })
	},
	"Media": func(r *run, p unsafe.Pointer) {
		needs((*record.Media)(p), func(x *record.Media) bool { return x.Ref != nil })
	},
	"Indication": func(r *run, p unsafe.Pointer) {
		needs((*record.Indication)(p), func(x *record.Indication) bool { return x.Ref != nil || x.Code != nil })
	},
	"Section": func(r *run, p unsafe.Pointer) {
		// Nor does a section that held something say that it is empty.
		if s := (*record.Section)(p); r.full[p] && len(s.Entries)+len(s.Sections)+len(s.Notes) == 0 && s.Absent == "" && s.EmptyReason == nil {
			s.Absent = record.AbsentMasked
		}
	},
	"List": func(r *run, p unsafe.Pointer) {
		// A list without its items would say that there are none.
		if x := (*record.List)(p); len(x.Items) == 0 && r.items[x.ID] && x.EmptyReason == nil {
			x.EmptyReason = &record.Concept{Absent: record.AbsentMasked}
		}
	},
}

func needs[T any](x *T, whole func(*T) bool) {
	if !whole(x) {
		var none T
		*x = none
	}
}
