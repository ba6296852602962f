package deid

import (
	"reflect"
	"strings"
	"unsafe"

	"github.com/portage-health/portage/record"
)

// SystemPseudonym is the system of an identifier that takes the place of another.
const SystemPseudonym = "http://portage-health.org/NamingSystem/pseudonym"

// typesOfIdentifier are the categories by HL7 v2 table 0203.
var typesOfIdentifier = map[string]Category{
	"MR": MRNs, "PI": MRNs, "MRT": MRNs, "PT": MRNs, "AM": Accounts, "AN": Accounts, "ANON": OtherUnique, "VN": OtherUnique, "SS": SSNs, "SB": SSNs, "PN": OtherUnique,
	"MB": PlanNumbers, "HC": PlanNumbers, "MC": PlanNumbers, "MA": PlanNumbers, "MI": PlanNumbers, "SN": PlanNumbers, "DL": Licenses, "DN": Licenses, "LN": Licenses, "MD": Licenses,
	"SL": Licenses, "RN": Licenses, "NPI": Licenses, "DEA": Licenses, "PPN": Licenses, "VIN": Vehicles, "UDI": DeviceIDs, "SNO": DeviceIDs, "IP": IPAddresses,
}

var systemsOfIdentifier = map[string]Category{
	record.SystemSSN: SSNs, record.SystemNPI: Licenses, record.SystemFDAUDI: DeviceIDs, "http://hl7.org/fhir/sid/us-medicare": PlanNumbers, "http://hl7.org/fhir/sid/us-mbi": PlanNumbers,
	"urn:oid:2.16.840.1.113883.4.1": SSNs,
}

// identifiers takes out identifiers, or gives pseudonyms for them.
func (r *run) identifiers(s *step, at unsafe.Pointer) {
	switch s.shape {
	case structure:
		r.identifier(s.Category, (*record.Identifier)(at))
	case pointer:
		if i := *(**record.Identifier)(at); i != nil {
			if r.identifier(s.Category, i); i.IsZero() {
				*(**record.Identifier)(at) = nil
			}
		}
	case slice:
		list := *(*[]record.Identifier)(at)
		for i := range list {
			r.identifier(s.Category, &list[i])
		}
		compact(s, at)
	}
}

func (r *run) identifier(cat Category, i *record.Identifier) {
	if i.IsZero() {
		return
	}
	if i.System == SystemPseudonym && r.made(i.Value) && r.opt.Pseudonyms {
		*i = record.Identifier{System: i.System, Value: i.Value, Type: r.typeOf(i)}
		return
	}
	was := *i
	*i = record.Identifier{}
	if i.Type = r.typeOf(&was); i.Type != nil {
		for _, c := range i.Type.Codings {
			if k, ok := typesOfIdentifier[c.Code]; ok {
				cat = k
			}
		}
	}
	if k, ok := systemsOfIdentifier[was.System]; ok {
		cat = k
	}
	r.count(cat, 1)
	if !r.opt.Pseudonyms || was.Value == "" {
		*i = record.Identifier{}
		return
	}
	i.System, i.Value = SystemPseudonym, r.id("identifier", was.System, was.Value)
	r.pseudonyms++
}

// typeOf gives the type of an identifier by public codes alone.
func (r *run) typeOf(i *record.Identifier) *record.Concept {
	if i.Type == nil {
		return nil
	}
	var out record.Concept
	for _, c := range i.Type.Codings {
		if isPublic(c.System) && isCode(c.System, c.Code) {
			out.Codings = append(out.Codings, record.Coding{System: c.System, Code: c.Code})
		}
	}
	if len(out.Codings) == 0 {
		return nil
	}
	return &out
}

// telecoms takes out ways to reach somebody, and counts them by what they are.
func (r *run) telecoms(s *step, at unsafe.Pointer) {
	for _, t := range *(*[]record.Telecom)(at) {
		cat := Phones
		switch {
		case t.System == "fax":
			cat = Faxes
		case t.System == "email" || strings.Contains(t.Value, "@"):
			cat = Emails
		case t.System == "url" || strings.Contains(t.Value, "://"):
			cat = URLs
		}
		r.count(cat, 1)
	}
	*(*[]record.Telecom)(at) = nil
}

// attachments takes out content with all that is known of it: its name, its address and its digest may tell who it is of.
func (r *run) attachments(s *step, at unsafe.Pointer) {
	v := reflect.NewAt(s.typ, at).Elem()
	n := 1
	if s.shape == slice {
		n = v.Len()
	}
	if n > 0 && !v.IsZero() {
		r.count(Attachments, n)
		v.SetZero()
	}
}

// subject gives a patient whom the record does not hold a pseudonym.
func (r *run) subject(at unsafe.Pointer) {
	p := (**record.Ref)(at)
	if *p == nil {
		return
	}
	was := **p
	*p = nil
	if name := strings.TrimPrefix(was.AsSent, "Patient/"); !r.made(name) {
		r.count(OtherUnique, 1)
	} else if r.method != SafeHarbor {
		*p = &record.Ref{AsSent: "Patient/" + name}
		return
	}
	if of := r.patient; of != "" {
		*p = &record.Ref{AsSent: "Patient/" + r.id("patient", of)}
	}
}
