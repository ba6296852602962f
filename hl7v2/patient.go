package hl7v2

import (
	"reflect"
	"slices"

	"github.com/portage-health/portage/record"
)

// patient reads PID (PID[Patient]). Where several messages tell of one patient, the last is read first: lists are united, and what an
// earlier message says otherwise of a single thing is carried.
func (r *reader) patient(s Segment) {
	path, line, _ := s.Position()
	var ids []record.Identifier
	ids = append(ids, each(s, 3, r.identifier)...)
	listed := ids
	outer, other := each(s, 2, r.identifier), each(s, 4, r.identifier)
	ids = append(append(ids, outer...), other...)
	for d := range all(s, 19) {
		if v := r.text(d.at(1)); v != "" {
			i := record.Identifier{Value: v}
			ids = append(ids, *typed(&i, "SS"))
		}
	}
	if d := first(s, 20); d.at(1).peek() != "" { // DLN: number, state, expiry
		i := record.Identifier{Value: r.text(d.at(1)), SystemAsSent: r.text(d.at(2))}
		if t, ok := r.time(d.at(3)); ok {
			i.Period = &record.Period{End: t}
		}
		ids = append(ids, *typed(&i, "DL"))
	}
	p := r.rec.Patient
	if p == nil {
		p = &record.Patient{Entry: record.Entry{Assertion: record.Affirmed, ID: r.id(record.KindPatient, path, ids)}}
		r.rec.Patient = p
		r.newest = true
	} else {
		r.newest = false
	}
	r.own(s, p.ID)
	p.Origins = append([]record.Origin{{Source: r.p.source.ID, Path: path, Line: line}}, p.Origins...)
	p.Identifiers = union(p.Identifiers, ids...)
	formOf(r, p.ID, "identifiers", p.Identifiers, outer, "PID-2", also(listed, outer))
	formOf(r, p.ID, "identifiers", p.Identifiers, other, "PID-4", also(slices.Concat(listed, outer), other))
	p.Names = union(p.Names, each(s, 5, r.name)...)
	for d := range all(s, 5) { // a further given name without a first
		if d.at(2).peek() == "" && d.at(3).peek() != "" {
			for i := range p.Names {
				if len(p.Names[i].Given) > 0 && p.Names[i].Given[0].Value == d.at(3).peek() {
					r.form(p.ID, slotOf("names", i), "PID-5", "3")
				}
			}
		}
	}
	for _, n := range each(s, 9, r.name) {
		if len(n.Uses)+len(n.UsesAsSent) == 0 {
			n.UsesAsSent = []string{"A"} // PID-9 holds aliases
		}
		p.Names = union(p.Names, n)
	}
	p.Addresses = union(p.Addresses, each(s, 11, r.address)...)
	if v := r.textAt(s, 12); v != "" {
		p.Addresses = union(p.Addresses, record.Address{County: v})
	}
	r.patientTelecoms(s, p)
	p.Races = union(p.Races, each(s, 10, r.of("5"))...)
	p.Ethnicities = union(p.Ethnicities, each(s, 22, r.of("189"))...)
	p.Citizenships = union(p.Citizenships, each(s, 26, r.concept)...)
	nations := each(s, 28, r.concept)
	before := p.Citizenships
	p.Citizenships = union(p.Citizenships, nations...)
	formOf(r, p.ID, "citizenships", p.Citizenships, nations, "PID-28", also(before, nations))
	for _, c := range each(s, 15, r.of("296")) {
		p.Languages = union(p.Languages, record.Language{Code: c})
	}
	for _, c := range each(s, 39, r.concept) {
		p.TribalAffiliations = union(p.TribalAffiliations, record.TribalAffiliation{Tribe: c})
	}
	sole(r, s, 7, &p.BirthTime, r.time)
	sole(r, s, 8, &p.AdministrativeSex, r.of("1"))
	sole(r, s, 16, &p.MaritalStatus, r.of("2"))
	sole(r, s, 17, &p.Religion, r.of("6"))
	sole(r, s, 29, &p.DeceasedTime, r.time)
	sole(r, s, 25, &p.BirthOrder, r.words1)
	sole(r, s, 23, &p.BirthPlaceName, r.words1)
	sole(r, s, 6, &p.MothersMaidenName, func(d datum) (string, bool) {
		var n record.Name
		r.nameParts(d, &n, [...]int{1, 2, 3, 4, 5, 6, 0})
		return n.String(), n.String() != ""
	})
	r.wordsOf(p.ID, "mothersMaidenName", p.MothersMaidenName, first(s, 6), "PID-6")
	solePtr(r, s, 24, &p.MultipleBirth, r.yesNo)
	solePtr(r, s, 30, &p.Deceased, r.yesNo)
	solePtr(r, s, 27, &p.Veteran, r.of("172"))
	solePtr(r, s, 35, &p.Species, r.concept)
	solePtr(r, s, 36, &p.Breed, r.concept)
	sole(r, s, 37, &p.Strain, r.words1)
	if t := r.timePtr(s, 33); t != nil {
		if p.Updated == nil {
			p.Updated = t
		} else if !reflect.DeepEqual(p.Updated, t) {
			r.giveBack(first(s, 33))
		} else {
			r.again(first(s, 33))
		}
	}
	for _, i := range each(s, 21, r.identifier) { // the mother, by her identifiers (CX[RelatedPerson-Mother])
		m := record.RelatedPerson{Entry: r.entry(record.KindRelatedPerson, s, i)}
		m.Relationships = []record.Concept{{Codings: []record.Coding{{System: record.SystemRoleCode, Code: "MTH"}}}}
		r.rec.RelatedPersons = append(r.rec.RelatedPersons, m)
	}
	if account := one(s, 18, r.identifier); account != nil {
		if r.account(typed(account, "AN")) == nil { // another message may have named it
			e := r.entry(record.KindAccount, s, *account)
			r.rec.Accounts = append(r.rec.Accounts, record.Account{Entry: e})
		}
	}
}

// account gives the account that an identifier names; nil where there is none.
func (r *reader) account(i *record.Identifier) *record.Account {
	for k := range r.rec.Accounts {
		for _, known := range r.rec.Accounts[k].Identifiers {
			if i != nil && reflect.DeepEqual(known, *i) {
				return &r.rec.Accounts[k]
			}
		}
	}
	return nil
}

// patientTelecoms reads PID-13, PID-14 and PID-40.
func (r *reader) patientTelecoms(s Segment, p *record.Patient) {
	for _, f := range []struct {
		field int
		use   string
	}{{13, "home"}, {14, "work"}, {40, ""}} {
		var read []record.Telecom
		if f.use != "" {
			read = r.telecoms(s, f.field, f.use)
		} else {
			read = r.reached(s, f.field)
		}
		p.Telecoms = union(p.Telecoms, read...)
		r.numbersOf(p.ID, "telecoms", p.Telecoms, read, r.styles, "PID-"+itoa(f.field), func(t *record.Telecom) string { return "PID-" + itoa(patientField(t)) })
	}
}

// patientField is the field of PID for a telecom: that at work has its own.
func patientField(t *record.Telecom) int {
	if slices.Contains(t.Uses, "work") {
		return 14
	}
	return 13
}

// words1 takes one text.
func (r *reader) words1(d datum) (string, bool) {
	v := r.words(d)
	return v, v != ""
}

// telecoms reads a field of XTN whose place says what they are for where they do not say it themselves.
func (r *reader) telecoms(s Segment, field int, use string) []record.Telecom {
	list := r.reached(s, field)
	for i := range list {
		t := &list[i]
		if len(t.Uses)+len(t.UsesAsSent) == 0 && t.Absent == "" {
			t.Uses = []string{use}
		}
	}
	return list
}

// sole reads a field that holds one thing into a place that another message may have filled. The same again says nothing
// new and is checked as such; another value is carried, for the last word stands.
func sole[T any](r *reader, s Segment, field int, at *T, f func(datum) (T, bool)) {
	d := first(s, field)
	if !d.says() {
		return
	}
	v, ok := f(d)
	if !ok {
		return
	}
	var zero T
	switch {
	case reflect.DeepEqual(*at, zero):
		*at = v
	case reflect.DeepEqual(*at, v):
		r.again(d)
	default:
		r.giveBack(d)
		r.issue(&record.IssueContradiction, d.span)
	}
}

func solePtr[T any](r *reader, s Segment, field int, at **T, f func(datum) (T, bool)) {
	sole(r, s, field, at, func(d datum) (*T, bool) {
		v, ok := f(d)
		return &v, ok
	})
}

// again marks what was taken as only repeating what is known: if it were to say otherwise, it would be carried.
func (r *reader) again(d datum) {
	for i := int(d.first); i <= int(d.last); i++ {
		if r.led.Taken(i) {
			r.led.Release(i)
			r.led.Scaffold(i)
		}
	}
}

// moreOfPatient reads what follows PID: PD1 (PD1[Patient]).
func (r *reader) moreOfPatient(b *block) {
	p := r.rec.Patient
	for _, s := range b.segs {
		if !s.Is("PD1") || p == nil {
			continue
		}
		r.own(s, p.ID)
		p.GeneralPractice = union(p.GeneralPractice, each(s, 3, r.organization)...)
		p.GeneralPractice = union(p.GeneralPractice, each(s, 4, r.practitioner)...)
		p.LivingDependencies = union(p.LivingDependencies, each(s, 1, r.of("223"))...)
		solePtr(r, s, 2, &p.LivingArrangement, r.of("220"))
		sole(r, s, 14, &p.Congregation, func(d datum) (string, bool) {
			v := r.text(d.at(1))
			return v, v != ""
		})
		r.registry(s, p)
	}
}

// registry reads how the patient takes part in an immunization registry: PD1-11 to PD1-13 and PD1-16 to PD1-18.
func (r *reader) registry(s Segment, p *record.Patient) {
	v := value(p.Registry)
	solePtr(r, s, 11, &v.Publicity, r.of("215"))
	solePtr(r, s, 12, &v.Protected, r.yesNo)
	solePtr(r, s, 13, &v.ProtectedSince, r.time)
	solePtr(r, s, 16, &v.Status, r.of("441"))
	solePtr(r, s, 17, &v.StatusSince, r.time)
	solePtr(r, s, 18, &v.PublicitySince, r.time)
	if v != (record.RegistryStatus{}) {
		p.Registry = &v
	}
}

// merged reads MRG: the identifiers that the patient was known by before. What becomes of them is the event's to say ([Event]).
func (r *reader) merged(s Segment) {
	p := r.rec.Patient
	if p == nil || r.p.kind != "ADT" {
		return
	}
	link := ""
	switch m := adt[r.p.event]; {
	case m.kind == EventMerge && m.level == "patient":
		link = "replaces"
	case m.kind == EventChangeID && m.level == "patient":
		link = "replaces"
	default:
		return
	}
	r.own(s, p.ID)
	for _, field := range []int{1, 4} {
		for _, i := range each(s, field, r.identifier) {
			p.Links = union(p.Links, record.PatientLink{Other: record.Ref{Identifier: &i}, Type: link})
		}
	}
}
