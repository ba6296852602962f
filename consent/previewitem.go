package consent

import (
	"reflect"
	"slices"
	"strings"
	"unicode"
	"unsafe"

	"github.com/portage-health/portage/record"
)

// nameFields are where an entry says what it is about, the best first.
var nameFields = []string{"Substance", "Product", "Title", "Code", "Event", "Names", "Types", "Type", "Service", "Codes", "Class", "Relationship", "Modalities", "Categories"}

// nameOf says in one line what an entry is about: whether it is so, what, where it stands, and when.
func nameOf(l *list, at unsafe.Pointer, e *record.Entry) string {
	v := reflect.NewAt(l.typ, at).Elem()
	t := ""
	for _, n := range nameFields {
		if f := v.FieldByName(n); f.IsValid() {
			if t = wordsOf(f); t != "" {
				break
			}
		}
	}
	switch { // what is not so must not read as if it were
	case t != "":
	case e.Assertion == record.NoneKnown || e.Assertion == record.NotKnown:
		t = "of this kind"
	default:
		t = "without a name"
	}
	switch e.Assertion {
	case record.Negated:
		t = "not so: " + t
	case record.NoneKnown:
		t = "none known: " + t
	case record.NotKnown:
		t = "not known: " + t
	}
	if f := v.FieldByName("DoNotPerform"); f.IsValid() && (f.Kind() == reflect.Bool && f.Bool() || f.Kind() == reflect.Pointer && !f.IsNil() && f.Elem().Bool()) {
		t = "not to be done: " + t
	}
	if f := v.FieldByName("Risk"); f.IsValid() && f.Kind() == reflect.Pointer && !f.IsNil() && f.Elem().Kind() == reflect.Bool && f.Elem().Bool() {
		t = "a risk of: " + t
	}
	var marks []string
	if m := modeWords[e.Mode]; m != "" && !planned(l.kind) {
		marks = append(marks, m)
	}
	if f := v.FieldByName("Verification"); f.IsValid() && f.Kind() == reflect.String && f.Len() > 0 && f.String() != string(record.Confirmed) {
		marks = append(marks, plain(f.String()))
	}
	switch s := e.Status.Code; s {
	case "", record.StatusActive, record.StatusCompleted, record.StatusFinal, record.StatusUnknown, record.StatusNormal:
	default:
		marks = append(marks, plain(string(s)))
	}
	if len(marks) > 0 {
		t += " (" + strings.Join(marks, ", ") + ")"
	}
	for _, off := range l.times {
		p := (*record.Period)(unsafe.Add(at, off))
		for _, when := range []*record.Time{&p.At, &p.Start, &p.End} {
			if d := plain(when.Date()); d != "" {
				return t + ", " + d
			}
		}
	}
	return t
}

// modeWords are of what has not happened, or may not have (HL7 v3 moodCode).
var modeWords = map[record.Mode]string{
	record.ModeIntent: "planned", record.ModeRequest: "ordered", record.ModeProposal: "proposed", record.ModePromise: "promised", record.ModeAppointment: "appointed",
	record.ModeGoal: "a goal", record.ModeDefinition: "in general", record.ModeCriterion: "a condition", record.ModeDirective: "directed", record.ModeOption: "an option",
	record.ModeOriginal: "ordered", record.ModeReflex: "ordered", record.ModeFiller: "ordered", record.ModeInstance: "ordered",
}

// planned reports whether entries of a kind are of what is to be: nobody takes them for done.
func planned(kind string) bool {
	switch kind {
	case record.KindOrder, record.KindGoal, record.KindCarePlan, record.KindAppointment:
		return true
	}
	return false
}

// wordsOf gives the words of a concept, a product, a name, or the first of several that has any.
func wordsOf(f reflect.Value) string {
	switch f.Kind() {
	case reflect.String:
		return plain(f.String())
	case reflect.Pointer:
		if f.IsNil() {
			return ""
		}
		return wordsOf(f.Elem())
	case reflect.Slice:
		for i := range f.Len() {
			if t := wordsOf(f.Index(i)); t != "" {
				return t
			}
		}
		return ""
	}
	switch x := f.Interface().(type) {
	case record.Concept:
		if t := plain(x.Text); t != "" {
			return t
		}
		for i := range x.Codings {
			if t := plain(x.Codings[i].Display); t != "" {
				return t
			}
		}
		for i := range x.Codings {
			if t := plain(x.Codings[i].Code); t != "" {
				return "code " + t
			}
		}
	case record.Product:
		if t := plain(x.Name); t != "" {
			return t
		}
		return wordsOf(reflect.ValueOf(x.Code))
	case record.DeviceName:
		return plain(x.Name)
	}
	return ""
}

// detailWords are the details of a person, by the fields of record.Patient.
var detailWords = [...]struct{ field, word string }{
	{"Names", "name"}, {"Identifiers", "record numbers and other identifiers"}, {"BirthTime", "date of birth"}, {"Deceased", "whether the person is alive"}, {"DeceasedTime", "date of death"},
	{"AdministrativeSex", "sex in the administration's records"}, {"BirthSex", "sex at birth"}, {"Sex", "sex"}, {"GenderIdentities", "gender identity"}, {"SexualOrientations", "sexual orientation"},
	{"Pronouns", "pronouns"}, {"Addresses", "addresses"}, {"Telecoms", "telephone numbers and e-mail addresses"}, {"MaritalStatus", "marital status"}, {"Religion", "religion"}, {"Races", "race"},
	{"Ethnicities", "ethnicity"}, {"TribalAffiliations", "tribal affiliation"}, {"Languages", "languages"}, {"BirthPlace", "place of birth"}, {"MothersMaidenName", "mother's maiden name"},
	{"Citizenships", "citizenship"}, {"Veteran", "whether the person is a veteran"}, {"Photos", "photographs"},
	{"RaceText", "race"}, {"EthnicityText", "ethnicity"}, {"SexParameters", "sex for clinical use"}, {"InterpreterNeeded", "whether an interpreter is needed"}, {"BirthPlaceName", "place of birth"},
	{"MultipleBirth", "whether it was a multiple birth"}, {"BirthOrder", "whether it was a multiple birth"}, {"Species", "species and breed"}, {"Breed", "species and breed"}, {"Strain", "species and breed"},
	{"Congregation", "place of worship"}, {"LivingDependencies", "living arrangement"}, {"LivingArrangement", "living arrangement"}, {"Disabilities", "disabilities"}, {"Restrictions", "wishes on who may see the record"},
	{"Registry", "entries in registries"}, {"Death", "circumstances of death"}, {"Provider", "practice that keeps the record"}, {"GeneralPractice", "family doctor or practice"}, {"Links", "other records of the person"},
	{"Description", "a description of the person"},
}

// patientLine names which details of the person leave, not what they are.
func patientLine(p *record.Patient) PreviewLine {
	l := PreviewLine{Text: "Details of the person"}
	v := reflect.ValueOf(p).Elem()
	for _, x := range detailWords {
		if f := v.FieldByName(x.field); f.IsValid() && !f.IsZero() && !slices.Contains(l.Items, x.word) {
			l.Items = append(l.Items, x.word)
		}
	}
	return l
}

// plain makes one line of a text that comes from a record or a request: without characters that control anything, and not too long.
func plain(s string) string {
	const most = 160
	var b strings.Builder
	n, gap := 0, false
	for _, c := range s {
		switch {
		case unicode.IsSpace(c):
			gap = n > 0
			continue
		case unicode.In(c, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs) || c == unicode.ReplacementChar:
			continue
		}
		if gap {
			b.WriteByte(' ')
			gap = false
		}
		if n++; n > most {
			b.WriteString("…")
			break
		}
		b.WriteRune(c)
	}
	return b.String()
}
