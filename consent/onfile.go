package consent

import (
	"strings"

	"github.com/portage-health/portage/record"
)

// OnFile gives the consents of a record that was imported (a FHIR Consent, a Bundle of them) as a host files them: with whose
// they are, and marked as unreadable where something of them could not be read that may change what they say. A Consent that
// could not be read at all is among them, unreadable.
func OnFile(rec *record.Record) []Filed {
	patient := patientOf(rec)
	out := make([]Filed, len(rec.Consents))
	for i := range rec.Consents {
		out[i] = Filed{Consent: rec.Consents[i], Patient: patient, Unreadable: odd(rec, &rec.Consents[i])}
	}
	for i := range rec.Carried {
		c := &rec.Carried[i]
		if c.Kind == "resource" && !c.Form && !c.Superseded && (strings.Contains(c.Data, `"Consent"`) || strings.Contains(c.Data, "<Consent")) {
			out = append(out, Filed{Consent: record.Consent{Entry: record.Entry{ID: c.Path, Status: record.Status{Code: record.StatusActive}}}, Patient: patient, Unreadable: true})
		}
	}
	return out
}

// odd reports whether something stands beside a consent that may change what it says: an extension that modifies it
// (R4 2.4.1.1), or a part of its provisions. Other
// extensions, and ids of elements, may be passed over.
func odd(rec *record.Record, c *record.Consent) bool {
	for i := range rec.Carried {
		x := &rec.Carried[i]
		if x.Owner != c.ID || x.Form {
			continue
		}
		if within := strings.Contains(x.At, "provision") || strings.Contains(x.Slot, "provision"); x.Modifier || within && x.Name != "extension" && x.Name != "id" {
			return true
		}
	}
	return false
}

// patientOf gives a reference to the patient of a record: as the source has it, with one identifier where there is one.
func patientOf(rec *record.Record) *record.Ref {
	p := rec.Patient
	if p == nil {
		if rec.Subject == nil || rec.Subject.IsZero() {
			return nil
		}
		s := *rec.Subject
		return &s
	}
	ref := record.Ref{ID: p.ID, Kind: record.KindPatient}
	for i := range rec.Sources {
		for k := range rec.Sources[i].Items {
			it := &rec.Sources[i].Items[k]
			if it.Type == "Patient" && it.ID != "" && len(it.Entries) > 0 && it.Entries[0] == p.ID && ref.AsSent == "" {
				ref.AsSent = "Patient/" + it.ID
			}
		}
	}
	if len(p.Identifiers) > 0 {
		id := p.Identifiers[0]
		ref.Identifier = &id
	}
	return &ref
}
