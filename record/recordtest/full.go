package recordtest

import (
	"fmt"
	"reflect"

	"github.com/portage-health/portage/record"
)

// Full gives a record that fills every field of every type: of each kind of
// entry one with everything, one with little, and those that say something is
// not so, not done, refused, not known or absent. It is the same every time,
// and Validate finds nothing in it. The caller may change it.
//
// What one field holds depends on the field alone, so that a field added to the
// record changes nothing elsewhere.
func Full() *record.Record {
	f := &filler{}
	rec := &record.Record{}
	v := reflect.ValueOf(rec).Elem()
	kinds := kindsOfFields()
	for i := range v.NumField() {
		name := v.Type().Field(i).Name
		kind := kinds[name]
		switch {
		case kind == "" || kind == record.KindDocument:
		case kind == record.KindPatient:
			rec.Patient = &record.Patient{}
			f.full(v.Field(i).Elem(), kind, name)
		default:
			v.Field(i).Set(reflect.MakeSlice(v.Field(i).Type(), 2, 2))
			f.full(v.Field(i).Index(0), kind, name)
			f.little(v.Field(i).Index(1), kind, name)
		}
	}
	f.variants(rec)
	rec.Documents = make([]record.Document, 2)
	d := reflect.ValueOf(rec.Documents)
	f.full(d.Index(0), record.KindDocument, "Documents")
	f.little(d.Index(1), record.KindDocument, "Documents")
	f.resolve(rec)
	f.sections(rec)
	sources(rec)
	rec.State()
	merging(rec)
	return rec
}

// merging says that the record was merged, of one part, and that something of it was decided.
func merging(rec *record.Record) {
	part := &record.Record{Sources: rec.Sources[:1:1]}
	a := record.Allergy{Entry: record.Entry{ID: rec.Allergies[0].ID, Assertion: record.Affirmed, Origins: []record.Origin{{Source: rec.Sources[0].ID}}}, Substance: rec.Allergies[0].Substance}
	part.Allergies = []record.Allergy{a}
	of := []record.Statement{{Part: "part-1", Entry: a.ID}}
	by := record.Practitioner{Entry: record.Entry{ID: rec.Practitioners[0].ID, Assertion: record.Affirmed}, Names: rec.Practitioners[0].Names}
	rec.Merging = &record.Merging{
		Parts:     []record.Part{{ID: "part-1", Record: part}},
		Conflicts: []record.Conflict{{Kind: record.KindAllergy, Field: "clinicalStatus", Entries: []string{a.ID}, Statements: of}},
		Decisions: []record.Decision{{Kind: record.Keep, Statements: of, When: record.Time{Value: "2023-04-06"}, By: &by,
			Reason: &record.Concept{Text: "both sources asked"}}},
		Stated: "0",
	}
}

// kindsOfFields gives the kind of the entries that each field of Record holds.
func kindsOfFields() map[string]string {
	rec := &record.Record{Patient: &record.Patient{}}
	v := reflect.ValueOf(rec).Elem()
	var names []string
	for i := range v.NumField() {
		sf := v.Type().Field(i)
		if sf.Tag.Get("portage") == "made" || sf.Type == reflect.TypeFor[*record.Ref]() {
			continue // no list of entries
		}
		names = append(names, sf.Name)
		if sf.Type.Kind() == reflect.Slice {
			v.Field(i).Set(reflect.MakeSlice(sf.Type, 1, 1))
		}
	}
	kinds := map[string]string{}
	for kind := range rec.Entries() {
		kinds[names[len(kinds)]] = kind
	}
	return kinds
}

// modes are the kinds of entries that are something other than an event.
var modes = map[string]record.Mode{
	record.KindMedication: record.ModeRequest, record.KindOrder: record.ModeRequest, record.KindAppointment: record.ModeAppointment,
	record.KindGoal: record.ModeGoal, record.KindCarePlan: record.ModeIntent,
}

// full fills every field of an entry.
func (f *filler) full(v reflect.Value, kind, name string) {
	t := v.Type()
	e := v.FieldByName("Entry").Addr().Interface().(*record.Entry)
	f.entry, f.self = kind, id(kind, "full")
	f.fields(v, name)
	f.types = append(f.types[:0], t)
	path, key := name+".Entry", t.Name()
	e.ID, e.Assertion, e.Mode = f.self, record.Affirmed, modes[kind]
	f.fill(reflect.ValueOf(&e.Identifiers).Elem(), key+".Identifiers", path+".Identifiers", 0)
	e.Status = f.status(key+".Status", path+".Status", 1)
	f.fill(reflect.ValueOf(&e.Labels).Elem(), key+".Labels", path+".Labels", 0)
	f.fill(reflect.ValueOf(&e.Participants).Elem(), key+".Participants", path+".Participants", 0)
	e.Narrative = ptr(f.narrativeLink(path+".Narrative", turn(path)))
	f.types = append(f.types, reflect.TypeFor[record.Entry]())
	f.fill(reflect.ValueOf(&e.Notes).Elem(), key+".Notes", path+".Notes", 0)
	f.fill(reflect.ValueOf(&e.Relations).Elem(), key+".Relations", path+".Relations", 0)
	f.fill(reflect.ValueOf(&e.Preferences).Elem(), key+".Preferences", path+".Preferences", 0)
	e.Language = "en-US"
	e.Recorded, e.Updated = &record.Time{Value: "2023-04-05"}, &record.Time{Value: "2023-04-07T08:09:10.011Z"}
	f.types = f.types[:0]
}

// little fills only what is a value in itself in an entry: its code, its time, its names.
func (f *filler) little(v reflect.Value, kind, name string) {
	t := v.Type()
	e := v.FieldByName("Entry").Addr().Interface().(*record.Entry)
	f.entry, f.self = kind, id(kind, "little")
	f.types = append(f.types[:0], t)
	for i := range t.NumField() {
		sf := t.Field(i)
		names := sf.Type == reflect.TypeFor[[]record.Name]() || sf.Name == "Names" || sf.Name == "Values" || sf.Name == "Types"
		if sf.Anonymous || sf.Type.Kind() != reflect.Struct && !names {
			continue
		}
		f.fill(v.Field(i), t.Name()+"."+sf.Name, name+"[1]."+sf.Name, 0)
	}
	f.types = f.types[:0]
	e.ID, e.Assertion = f.self, record.Affirmed
	switch kind {
	case record.KindOrder:
		e.Mode = modes[kind] // every format that has orders says that they are
	case record.KindAdverseEvent:
		v.FieldByName("Actuality").SetString("actual") // FHIR alone has them, and demands it
	}
	e.Status.Code = statusOf[t.Name()+".Status"]
	if e.Status.Code == "" {
		e.Status.Code = record.StatusCompleted
	}
	e.Identifiers = []record.Identifier{{System: "urn:oid:2.16.840.1.113883.19.5", Value: "L-" + f.self[:8]}}
}

// resolve points every reference to an entry of the kind it wants, and never to the entry it stands in.
func (f *filler) resolve(rec *record.Record) {
	byKind := map[string][]string{}
	for kind, e := range rec.Entries() {
		byKind[kind] = append(byKind[kind], e.ID)
	}
	for _, w := range f.refs {
		ids := byKind[w.kind]
		if len(ids) > 2 {
			ids = ids[:2] // the full entry and the one with little
		}
		at := ids[int(w.turn)%len(ids)]
		if at == w.self {
			at = ids[(int(w.turn)+1)%len(ids)]
		}
		if at == w.self {
			*w.ref = record.Ref{AsSent: "external/4711", Display: "held elsewhere"}
			continue
		}
		*w.ref = record.Ref{ID: at, Kind: w.kind}
	}
}

// sources gives the record its memory of where it came from.
func sources(rec *record.Record) {
	for i, format := range []string{"ccda", "fhir", "hl7v2"} {
		rec.Sources = append(rec.Sources, record.Source{ID: id("source", format), Format: format, Version: []string{"R2.1", "R4", "2.5.1"}[i],
			Document: "urn:oid:2.16.840.1.113883.19.5.99999|doc-" + format, Time: "2023-04-05T14:30:00-04:00", Bytes: int64(4711 + i),
			SHA256: fmt.Sprintf("%064x", 4711+i)})
	}
	rec.Subject = &record.Ref{AsSent: "Patient/4711", Display: "held elsewhere"}
	// What this item became was taken out of the record since.
	rec.Sources[1].Items = []record.Item{{Entries: []string{id("gone", "fhir")}, Type: "Observation", ID: "obs-1", URL: "http://example.org/fhir/Observation/obs-1",
		Path: "Bundle.entry[0].resource", Within: "Bundle.entry[1].resource", Version: "2", Text: `{"resourceType":"Observation"}`, Stated: "0", Superseded: true}}
	rec.Documents[0].Services[0].Section = id("gone", "section") // the section that told of it too
	n := 0
	for _, e := range rec.Entries() {
		n++
		e.Origins = []record.Origin{{Source: rec.Sources[n%3].ID, Path: "ClinicalDocument/component", Line: n}}
	}
	rec.Documents[0].Source = rec.Sources[0].ID
	owner := rec.Allergies[0].ID
	rec.Carried = []record.Carried{
		{Format: "ccda", Source: rec.Sources[0].ID, Owner: owner, Path: "ClinicalDocument/component/structuredBody", Slot: "reactions[0]", At: "entryRelationship", Place: 3, Kind: "element",
			Data:  `<entryRelationship xmlns="urn:hl7-org:v3" typeCode="COMP"><observation classCode="OBS" moodCode="EVN"><code nullFlavor="UNK"/></observation></entryRelationship>`,
			Facts: 4, Codes: []record.Coding{{SystemAsSent: "99LOCAL", Code: "LC-1"}}, Words: "invented", Line: 80},
		{Format: "fhir", Source: rec.Sources[1].ID, Owner: owner, Path: "AllergyIntolerance.modifierExtension", At: "modifierExtension", Kind: "value", Name: "modifierExtension",
			Data: `[{"url":"https://invented.example/modifier","valueBoolean":true}]`, Facts: 2, Line: 12, Modifier: true},
		{Format: "ccda", Source: rec.Sources[0].ID, Owner: owner, Path: "ClinicalDocument/component/structuredBody/@negationInd", At: "@negationInd", Kind: "attribute", Name: "negationInd",
			Data: "false", Words: "false", Form: true, Line: 81},
		{Format: "hl7v2", Source: rec.Sources[2].ID, Path: "ZPI-3", At: "ZPI[1]-3", Kind: "field", Name: "ZPI-3", Data: "X^Y", Facts: 2, Line: 4},
		{Format: "fhir", Version: "DSTU2", Source: rec.Sources[1].ID, Owner: owner, Path: "AllergyIntolerance.reaction", At: "reaction[0].certainty", Kind: "value", Name: "certainty", Data: `"likely"`, Facts: 1, Words: "likely", Line: 13, Superseded: true},
	}
}
