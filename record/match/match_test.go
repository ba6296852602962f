package match_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sort"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
	"github.com/portage-health/portage/record/match"
)

var (
	families = strings.Fields("Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Hernandez Lopez Gonzalez Wilson Anderson Thomas Taylor Moore Jackson Martin Lee Perez Thompson White Harris Sanchez Clark Ramirez Lewis Robinson Walker Young Allen King Wright Scott Torres Nguyen Hill Flores Green Adams Nelson Baker Hall Rivera Campbell Mitchell Carter Roberts Quill Ashby Wren Tolliver Pemberton Oyelaran Marchetti Kowalczyk Vandermeer Fitzsimmons Abernathy Castellanos Dubois Eriksen Featherstone Guerrero Hollingsworth Ibarra Jankowski Kaczmarek Lindqvist Montague Nakamura Okafor Papadopoulos Quintanilla Rasmussen Szymanski Thibodeaux Underhill Villanueva Whitaker Xiong Yamamoto Zimmerman O'Neil D'Angelo Müller Núñez Saint-Pierre")
	women    = strings.Fields("Mary Patricia Jennifer Linda Elizabeth Barbara Susan Jessica Sarah Karen Lisa Nancy Betty Margaret Sandra Ashley Kimberly Emily Donna Michelle Carol Amanda Dorothy Melissa Deborah Stephanie Rebecca Sharon Laura Cynthia Kathleen Amy Angela Shirley Anna Brenda Pamela Emma Nicole Helen Samantha Katherine Christine Debra Rachel Carolyn Janet Catherine Maria Heather Orla Zoë Renée")
	men      = strings.Fields("James Robert John Michael David William Richard Joseph Thomas Charles Christopher Daniel Matthew Anthony Mark Donald Steven Paul Andrew Joshua Kenneth Kevin Brian George Timothy Ronald Edward Jason Jeffrey Ryan Jacob Gary Nicholas Eric Jonathan Stephen Larry Justin Scott Brandon Benjamin Samuel Gregory Alexander Patrick Frank Raymond Jack Dennis Jerry Tyler José Aaron")
	nick     = map[string]string{"Elizabeth": "Liz", "Margaret": "Peggy", "Katherine": "Kate", "Patricia": "Trish", "Deborah": "Debbie", "Robert": "Bob", "William": "Bill", "Richard": "Dick", "Joseph": "Joe", "Thomas": "Tom", "Charles": "Chuck", "Michael": "Mike", "James": "Jim", "John": "Jack", "Edward": "Ted", "Stephen": "Steve", "Anthony": "Tony", "Rebecca": "Becky", "Susan": "Sue", "Jennifer": "Jen", "Daniel": "Dan", "Samuel": "Sam", "Gregory": "Greg", "Timothy": "Tim"}
	streets  = strings.Fields("Maple Oak Cedar Pine Elm Washington Lake Hill Walnut Spring North Ridge Church Willow Mill Sunset Railroad Jackson Highland Johnson")
	towns    = []string{"Ashford 97201", "Brookfield 60513", "Clayton 63105", "Dunmore 18512", "Elkhart 46514", "Fairhope 36532", "Granby 06035", "Hadley 01035"}
)

// person is an invented person, as a registration desk may write them down.
type person struct {
	family, given, middle, suffix string
	birth                         string
	male                          bool
	line, town, zip               string
	phone, mail                   string
	mrn, ssn, order               string
}

// pick takes an element, the first ones oftener, as names are.
func pick(r *rand.Rand, list []string) string {
	return list[int(float64(len(list))*r.Float64()*r.Float64())]
}

func invent(r *rand.Rand) person {
	p := person{family: pick(r, families), male: r.IntN(2) == 0}
	names := women
	if p.male {
		names = men
	}
	p.given, p.middle = pick(r, names), pick(r, names)
	p.birth = fmt.Sprintf("%04d-%02d-%02d", 1930+r.IntN(90), 1+r.IntN(12), 1+r.IntN(28))
	p.line = fmt.Sprintf("%d %s Street", 1+r.IntN(2000), streets[r.IntN(len(streets))])
	town := strings.Fields(towns[r.IntN(len(towns))])
	p.town, p.zip = town[0], town[1]
	p.phone = fmt.Sprintf("(555) %03d-%04d", r.IntN(1000), r.IntN(10000))
	p.mail = fmt.Sprintf("%s.%s%d@example.org", strings.ToLower(p.given), strings.ToLower(p.family), r.IntN(1000))
	p.ssn = fmt.Sprintf("9%08d", r.IntN(100000000))
	p.mrn = fmt.Sprintf("%07d", r.IntN(10000000))
	return p
}

// patient gives the person as an authority has them.
func (p person) patient(authority string) *record.Patient {
	out := &record.Patient{Names: []record.Name{{}}}
	n := &out.Names[0]
	if p.family != "" {
		n.Family = []record.NamePart{{Value: p.family}}
	}
	for _, g := range []string{p.given, p.middle} {
		if g != "" {
			n.Given = append(n.Given, record.NamePart{Value: g})
		}
	}
	if p.suffix != "" {
		n.Suffixes = []record.NamePart{{Value: p.suffix}}
	}
	out.BirthTime.Value = p.birth
	sex := "F"
	if p.male {
		sex = "M"
	}
	out.AdministrativeSex = record.Concept{Codings: []record.Coding{{System: record.SystemAdministrativeSex, Code: sex}}}
	if p.line != "" {
		out.Addresses = []record.Address{{Lines: []string{p.line}, City: p.town, PostalCode: p.zip}}
	}
	if p.phone != "" {
		out.Telecoms = append(out.Telecoms, record.Telecom{System: "phone", Value: "tel:" + p.phone})
	}
	if p.mail != "" {
		out.Telecoms = append(out.Telecoms, record.Telecom{System: "email", Value: "mailto:" + p.mail})
	}
	if p.mrn != "" {
		out.Identifiers = append(out.Identifiers, record.Identifier{System: "urn:oid:2.16.840.1.113883.19." + authority, Value: p.mrn})
	}
	if p.ssn != "" {
		out.Identifiers = append(out.Identifiers, record.Identifier{System: record.SystemSSN, Value: p.ssn})
	}
	out.BirthOrder = p.order
	return out
}

func typo(r *rand.Rand, s string) string {
	b := []byte(s)
	if len(b) < 3 {
		return s
	}
	i := 1 + r.IntN(len(b)-2)
	switch r.IntN(3) {
	case 0:
		b[i], b[i+1] = b[i+1], b[i]
	case 1:
		b = append(b[:i], b[i+1:]...)
	default:
		b[i] = byte('a' + r.IntN(26))
	}
	return string(b)
}

// faults are what happens to a person between two registration desks.
var faults = map[string]func(r *rand.Rand, p *person){
	"none":                            func(*rand.Rand, *person) {},
	"typing error in the family name": func(r *rand.Rand, p *person) { p.family = typo(r, p.family) },
	"typing error in the given name":  func(r *rand.Rand, p *person) { p.given = typo(r, p.given) },
	"nickname": func(_ *rand.Rand, p *person) {
		if n := nick[p.given]; n != "" {
			p.given = n
		}
	},
	"initial":         func(_ *rand.Rand, p *person) { p.given = p.given[:1] },
	"names exchanged": func(_ *rand.Rand, p *person) { p.given, p.family, p.middle = p.family, p.given, "" },
	"day and month exchanged": func(_ *rand.Rand, p *person) {
		if p.birth[8:] <= "12" {
			p.birth = p.birth[:5] + p.birth[8:] + "-" + p.birth[5:7]
		}
	},
	"one digit of the birth date": func(r *rand.Rand, p *person) {
		b := []byte(p.birth)
		b[3] = byte('0' + r.IntN(10))
		p.birth = string(b)
	},
	"only the year of birth": func(_ *rand.Rand, p *person) { p.birth = p.birth[:4] },
	"married and moved": func(r *rand.Rand, p *person) {
		p.family, p.line, p.phone = pick(r, families), fmt.Sprintf("%d Elm Street", r.IntN(999)), "(555) 000-0000"
	},
	"double name": func(r *rand.Rand, p *person) { p.family += "-" + pick(r, families) },
	"moved": func(r *rand.Rand, p *person) {
		p.line, p.town, p.zip, p.phone, p.mail = "1 Far Road", "Elsewhere", "99999", "", ""
	},
	"nothing but name and birth": func(_ *rand.Rand, p *person) {
		p.line, p.town, p.zip, p.phone, p.mail, p.middle = "", "", "", "", "", ""
	},
	"accents and case lost": func(_ *rand.Rand, p *person) {
		p.family = strings.ToUpper(strings.NewReplacer("ü", "u", "ú", "u", "ñ", "n", "'", "", "-", " ").Replace(p.family))
		p.given = strings.ToUpper(strings.NewReplacer("ë", "e", "é", "e").Replace(p.given))
	},
	"middle name used": func(_ *rand.Rand, p *person) { p.given, p.middle = p.middle, "" },
	"sex wrong":        func(_ *rand.Rand, p *person) { p.male = !p.male },
}

func names(m map[string]func(*rand.Rand, *person)) (all []string) {
	for k := range m {
		all = append(all, k)
	}
	sort.Strings(all)
	return all
}

// Of two records of one person that have no identifier in common, whatever fault
// one of them has, nearly all are found or referred; none is called the same.
func TestTruePairs(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	n, total, met := 1000, 0, 0
	for _, fault := range names(faults) {
		found := 0
		for range n {
			a := invent(r)
			b := a
			a.ssn, b.ssn, b.mrn = "", "", fmt.Sprintf("%07d", r.IntN(10000000))
			faults[fault](r, &b)
			m, err := match.Matcher{}.Match(context.Background(), a.patient("1"), b.patient("2"))
			require.NoError(t, err)
			require.NotEqual(t, record.SamePatient, m.Answer, "never without an identifier")
			if m.Answer == record.LookAtPatients {
				found++
			}
		}
		total, met = total+n, met+found
		t.Logf("%-34s %5.1f %% referred", fault, 100*float64(found)/float64(n))
	}
	t.Logf("%-34s %5.1f %%", "all", 100*float64(met)/float64(total))
	require.GreaterOrEqual(t, float64(met)/float64(total), 0.95)
}

// With an identifier in common the fault does not matter, but where the two cannot be one person.
func TestTruePairsWithAnIdentifier(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, fault := range names(faults) {
		same, look := 0, 0
		for range 300 {
			a := invent(r)
			b := a
			faults[fault](r, &b)
			switch m, _ := (match.Matcher{}).Match(context.Background(), a.patient("1"), b.patient("1")); m.Answer {
			case record.SamePatient:
				same++
			case record.LookAtPatients:
				look++
			}
		}
		require.Equal(t, 300, same+look, fault)
		require.Greater(t, same, 150, fault)
	}
}

// strangers are two people who are easily taken for one.
var strangers = map[string]func(r *rand.Rand, p person) person{
	"anybody": func(r *rand.Rand, _ person) person { return invent(r) },
	"twins": func(r *rand.Rand, p person) person {
		q := p
		for q.given == p.given || nick[q.given] == p.given {
			o := invent(r)
			q.given, q.middle = o.given, o.middle
		}
		return unlike(r, q)
	},
	"junior": func(r *rand.Rand, p person) person {
		q := p
		q.suffix = "Jr."
		q.birth = fmt.Sprintf("%04d", 1950+r.IntN(60)) + p.birth[4:]
		q.middle = ""
		return unlike(r, q)
	},
	"one name and birth day, elsewhere": func(r *rand.Rand, p person) person {
		q := invent(r)
		q.family, q.given, q.birth = p.family, p.given, p.birth
		return q
	},
	"one member number": func(r *rand.Rand, p person) person {
		q := invent(r)
		q.family, q.line, q.town, q.zip = p.family, p.line, p.town, p.zip
		return q
	},
	"one number of two authorities": func(r *rand.Rand, p person) person { q := invent(r); q.mrn = p.mrn; return q },
}

func unlike(r *rand.Rand, p person) person {
	q := invent(r)
	p.mrn, p.ssn, p.phone, p.mail = q.mrn, q.ssn, q.phone, q.mail
	return p
}

// No two people are called the same, however alike they are.
func TestNoFalseMerge(t *testing.T) {
	n := 100_000
	if testing.Short() {
		n = 12_000
	}
	r := rand.New(rand.NewPCG(5, 6))
	var all []string
	for k := range strangers {
		all = append(all, k)
	}
	sort.Strings(all)
	for _, kind := range all {
		referred := 0
		for range n / len(strangers) {
			a := invent(r)
			b := strangers[kind](r, a)
			pa, pb := a.patient("1"), b.patient("2")
			if kind == "one member number" {
				member := record.Identifier{System: "urn:oid:2.16.840.1.113883.19.77", Value: "FAM-1", Type: &record.Concept{Codings: []record.Coding{{Code: "MB"}}}}
				pa.Identifiers, pb.Identifiers = append(pa.Identifiers, member), append(pb.Identifiers, member)
			}
			m, err := match.Matcher{}.Match(context.Background(), pa, pb)
			require.NoError(t, err)
			require.NotEqual(t, record.SamePatient, m.Answer, kind)
			if m.Answer == record.LookAtPatients {
				referred++
			}
		}
		t.Logf("%-34s %5.1f %% referred to a person, 0 merged", kind, 100*float64(referred)/float64(n/len(strangers)))
	}
}

func TestTheOrderOfThePatientsDoesNotMatter(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for _, fault := range names(faults) {
		for range 50 {
			a := invent(r)
			b := a
			faults[fault](r, &b)
			x, _ := match.Matcher{}.Match(context.Background(), a.patient("1"), b.patient("2"))
			y, _ := match.Matcher{}.Match(context.Background(), b.patient("2"), a.patient("1"))
			require.Equal(t, x.Answer, y.Answer, fault)
			require.InDelta(t, x.Weight, y.Weight, 1e-9, fault)
		}
	}
}

func TestIndexFinds(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	var x match.Index
	people := make([]person, 20_000)
	for i := range people {
		people[i] = invent(r)
		x.Add(fmt.Sprint(i), people[i].patient("1"))
	}
	require.Equal(t, len(people), x.Len())
	total, met := 0, 0
	for _, fault := range names(faults) {
		for range 60 {
			i := r.IntN(len(people))
			b := people[i]
			b.ssn, b.mrn = "", ""
			faults[fault](r, &b)
			total++
			for _, f := range x.Find(b.patient("2")) {
				if f.ID == fmt.Sprint(i) {
					met++
				}
			}
		}
	}
	require.GreaterOrEqual(t, float64(met)/float64(total), 0.95)
	x.Remove("7")
	for _, f := range x.Find(people[7].patient("1")) {
		require.NotEqual(t, "7", f.ID)
	}
}

func BenchmarkFindAmongAMillion(b *testing.B) {
	r := rand.New(rand.NewPCG(11, 12))
	var x match.Index
	for i := range 1_000_000 {
		x.Add(fmt.Sprint(i), invent(r).patient("1"))
	}
	wanted := make([]*record.Patient, 100)
	for i := range wanted {
		wanted[i] = invent(r).patient("2")
	}
	x.Find(wanted[0])
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		x.Find(wanted[i%len(wanted)])
		i++
	}
}
