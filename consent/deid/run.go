package deid

import (
	"context"
	"encoding/binary"
	"reflect"
	"time"
	"unsafe"

	"github.com/portage-health/portage/record"
)

// run is what is known while one record is de-identified.
type run struct {
	ctx    context.Context
	opt    *Options
	method Method
	zip    zipSet
	key    *secret
	at     time.Time // of reference for ages
	// patientAt is that of the patient's: of death where it is known.
	patientAt time.Time
	patient   string // what ids of this patient are made from
	over89    bool
	bornOver  bool // the date of birth tells so
	days      int  // that dates are moved by
	sealed    bool // dates were moved already
	unsafe    bool // a word that turns the meaning of the entry at hand is not known
	ids       map[string]string
	items     map[string]bool         // lists that held something, by new id
	full      map[unsafe.Pointer]bool // sections that held something
	turned    map[string]bool         // entries of which a word that turns their meaning is not known
	tally     map[Category]int

	pseudonyms, shifted, scrubbed int
}

func (r *run) count(c Category, n int) { r.tally[c] += n }

// record de-identifies one record. place is that in a stream.
func (d *Deidentifier) record(ctx context.Context, rec *record.Record, place string, st *Statement) (*record.Record, error) {
	if rec == nil {
		return nil, ErrNoRecord
	}
	r := &run{ctx: ctx, opt: &d.opt, method: d.opt.Method, zip: d.zips, key: newSecret(d.opt.Key), at: d.opt.At, patientAt: d.opt.At, ids: map[string]string{}, items: map[string]bool{}, full: map[unsafe.Pointer]bool{}, tally: map[Category]int{}}
	out := r.copy(rec)
	if err := r.name(rec, place); err != nil {
		return nil, err
	}
	seal := r.ownProvenance(out)
	if r.method == DateShift {
		if err := r.setShift(out, seal); err != nil {
			return nil, err
		}
	}
	r.ages(out)
	pl := plans()
	p := unsafe.Pointer(out)
	r.withhold(rec, out)
	r.apply(pl, p)
	r.dropTurned(out)
	r.ageGroup(out)
	r.collect(pl, p)
	for i := range out.Lists {
		if len(out.Lists[i].Items) > 0 {
			r.items[r.ids[out.Lists[i].ID]] = true
		}
	}
	r.rename(pl, p)
	r.say(out)
	st.add(r, out)
	return out, nil
}

// copy gives a copy of the record without what goes whole, which need not be copied.
func (r *run) copy(rec *record.Record) *record.Record {
	part := *rec
	for i := range plans().steps {
		if s := &plans().steps[i]; s.Rule == "out" {
			r.out(s, unsafe.Add(unsafe.Pointer(&part), s.offset))
		}
	}
	return part.Clone()
}

// name finds what the ids of this patient are made from.
func (r *run) name(rec *record.Record, place string) error {
	switch {
	case r.opt.Code != nil:
		code, err := r.opt.Code(rec)
		if err != nil || code == "" {
			return ErrNoCode
		}
		r.patient = "code " + code
	case r.method == SafeHarbor && place == "":
		return ErrCode
	case r.method == SafeHarbor:
		r.patient = "place " + place
	case rec.Patient != nil && rec.Patient.ID != "":
		r.patient = "id " + rec.Patient.ID
	case rec.Subject != nil && rec.Subject.ID+rec.Subject.AsSent != "":
		r.patient = "subject " + rec.Subject.ID + " " + rec.Subject.AsSent
	}
	return nil
}

// ages finds out whether the patient is over 89, at the time of reference or of death.
func (r *run) ages(out *record.Record) {
	p := out.Patient
	if p == nil || r.method == LimitedDataSet {
		return
	}
	if y, m, d, ok := dateOf(p.DeceasedTime.Value); ok {
		switch len(p.DeceasedTime.Value) {
		case 4:
			m, d = 12, 31
		case 7:
			d = 31
		}
		if died := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC); died.Before(r.at) {
			r.at, r.patientAt = died, died
		}
	}
	r.bornOver = !r.sealed && p.BirthTime.Value != "" && r.over(p.BirthTime.Value)
	r.over89 = r.bornOver || !r.sealed && saysElderly(out)
}

// setShift finds the days that this patient's dates are moved by: the same for the same key and patient. Where dates were
// moved already they stay. Without a patient nothing is known to move them by, and years are all that stays.
func (r *run) setShift(out *record.Record, seal string) error {
	if seal != "" {
		if seal != r.seal(out) {
			return ErrChanged
		}
		r.sealed = true
		return nil
	}
	if r.patient != "" {
		n := binary.BigEndian.Uint64(r.key.digest("shift", r.patient))
		r.days = -1 - int(n%uint64(r.opt.MaxDays))
	}
	return nil
}

// seal gives the id that tells that the dates of a record have been moved: it is made from them.
func (r *run) seal(out *record.Record) string {
	var all []byte
	r.eachTime(plans(), unsafe.Pointer(out), func(v string) { all = append(append(all, v...), 0) })
	return r.id("seal", string(all))
}

func (r *run) eachTime(pl *plan, p unsafe.Pointer, f func(string)) {
	for i := range pl.steps {
		s := &pl.steps[i]
		at := unsafe.Add(p, s.offset)
		switch {
		case s.Rule == "date" && s.shape == oneString:
			if v := *(*string)(at); v != "" {
				f(v)
			}
		case s.sub == nil:
		case s.shape == structure:
			r.eachTime(s.sub, at, f)
		case s.shape == pointer:
			if to := *(*unsafe.Pointer)(at); to != nil {
				r.eachTime(s.sub, to, f)
			}
		case s.shape == slice:
			w := (*sliceWords)(at)
			for i := range w.len {
				r.eachTime(s.sub, unsafe.Add(w.first, uintptr(i)*s.sub.size), f)
			}
		}
	}
}

// scrub asks the host's scrubber. Where that fails, nothing stays.
func (r *run) scrub(field, text string) (clean string, ok bool) {
	defer func() {
		if recover() != nil {
			clean, ok = "", false
		}
	}()
	clean, err := r.opt.Scrubber.Scrub(r.ctx, field, text)
	return clean, err == nil && clean != ""
}

// lists calls f with every list of entries of a record.
func lists(out *record.Record, f func(list reflect.Value)) {
	v := reflect.ValueOf(out).Elem()
	for i := range v.NumField() {
		if l := v.Field(i); l.Kind() == reflect.Slice && l.Type().Elem().Kind() == reflect.Struct && l.Type().Elem().NumField() > 0 &&
			l.Type().Elem().Field(0).Type == reflect.TypeFor[record.Entry]() {
			f(l)
		}
	}
}
