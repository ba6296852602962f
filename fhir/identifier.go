package fhir

import (
	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/record"
)

// identifiers writes an array of Identifiers. One that names nothing (a CDA id
// with a nullFlavor alone) stands in the record extension.
func (w *writer) identifiers(name string, is []record.Identifier) {
	if len(is) == 0 {
		return
	}
	empty := false
	w.arr(name)
	for i := range is {
		if is[i].Value == "" && is[i].System == "" {
			empty = true
			continue
		}
		w.identifier("", &is[i])
	}
	w.endArr()
	for i := 0; empty && i < len(is); i++ {
		if is[i].Value == "" && is[i].System == "" {
			w.fieldKnown("identifiers", &is[i])
		}
	}
}

// identifier writes an Identifier.
func (w *writer) identifier(name string, id *record.Identifier) {
	if id == nil {
		return
	}
	w.obj(name)
	if id.Use != "" {
		switch id.Use {
		case "usual", "official", "temp", "secondary", "old":
			w.code("use", id.Use)
		default:
			w.fieldStr("use", id.Use)
		}
	}
	w.concept("type", id.Type)
	switch {
	case id.System == systemNPI && !isNPI(id.Value):
		w.uri("system", oidNPI) // us-core-16, us-core-17: under its URI an NPI is one
	case isAbsoluteURI(id.System) && !isShortOID(*id):
		w.uri("system", id.System)
	case id.System != "":
		if w.needSystem {
			w.absentPrimitive("system", notStated)
		}
		w.fieldStr("system", id.System)
	case isAbsoluteURI(id.SystemAsSent):
		w.uri("system", id.SystemAsSent)
	case codes.IsOID(id.SystemAsSent):
		w.uri("system", "urn:oid:"+id.SystemAsSent)
	default:
		if w.needSystem {
			w.absentPrimitive("system", notStated)
		}
		w.fieldStr("systemAsSent", id.SystemAsSent)
	}
	switch {
	case id.Value != "":
		w.str("value", id.Value)
		if id.Absent != "" {
			w.absentPrimitive("value", id.Absent)
		}
	case id.ValueAsSent != "":
		w.fieldStr("valueAsSent", id.ValueAsSent)
		if w.needSystem {
			w.absentPrimitive("value", notStated)
		}
		w.absent(id.Absent)
	case id.Absent != "" && id.System != "":
		// An authority without a value: the reason stands on the value (C-CDA on FHIR, CDA id → FHIR Identifier).
		w.absentPrimitive("value", id.Absent)
	case w.needSystem:
		w.absentPrimitive("value", notStated)
	default:
		w.absent(id.Absent)
	}
	w.period("period", id.Period)
	if id.AssignerRef != nil || id.Assigner != "" {
		w.assigner(id)
	}
	w.fieldBool("displayable", id.Displayable)
	w.fieldStr("checkDigit", id.CheckDigit)
	w.fieldStr("checkScheme", id.CheckScheme)
	w.end()
}

// assigner writes Identifier.assigner: who, and its name as sent.
func (w *writer) assigner(id *record.Identifier) {
	if id.AssignerRef == nil {
		w.obj("assigner")
		w.str("display", id.Assigner)
		w.end()
		return
	}
	w.referenceIn("assigner", id.AssignerRef, only(kindOrganization))
	w.fieldStr("assigner", id.Assigner)
}
