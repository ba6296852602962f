package recordtest

import (
	_ "embed"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"

	"github.com/portage-health/portage/internal/ids"
	"github.com/portage-health/portage/record"
)

// Size is how many entries an invented patient has, about.
type Size int

// Sizes of patients: a first visit, some years of care, a life in hospitals.
const (
	Small  Size = 25
	Medium Size = 400
	Large  Size = 5000
)

//go:embed catalog.txt
var catalogText string

// catalog is the lists of concepts by their first word.
var catalog = sync.OnceValue(func() map[string][][]string {
	m := map[string][][]string{}
	for line := range strings.Lines(catalogText) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			cols := strings.Split(line, " | ")
			m[cols[0]] = append(m[cols[0]], cols[1:])
		}
	}
	return m
})

// Generate invents a patient with about so many entries. The same seed and size
// give the same record, on every machine. Validate finds nothing in it.
//
// There is something of everything that trips converters: statements that
// something is not so, refusals, values absent for a reason, "none known",
// dates of every precision, hours without an offset, several codings of one
// concept, local codes, notes, and a document whose sections tell the entries.
func Generate(seed uint64, size Size) *record.Record {
	g := &generator{r: rand.New(rand.NewPCG(seed, 0x706f7274616765)), seed: strconv.FormatUint(seed, 10), maker: ids.New(nil), rec: &record.Record{}}
	g.people(int(size))
	g.chart(int(size))
	g.document()
	return g.rec
}

type generator struct {
	r       *rand.Rand
	seed    string
	maker   *ids.Maker
	n       int
	year    int // of birth
	rec     *record.Record
	visits  []record.Ref
	doctors []record.Ref
	source  string
}

func (g *generator) chance(percent int) bool { return g.r.IntN(100) < percent }

func (g *generator) pick(list string) []string {
	l := catalog()[list]
	return l[g.r.IntN(len(l))]
}

func (g *generator) id(kind string) string {
	g.n++
	return g.maker.Make("recordtest", g.seed, kind, strconv.Itoa(g.n))
}

// entry makes what every entry has.
func (g *generator) entry(kind string, s record.StatusCode) record.Entry {
	e := record.Entry{ID: g.id(kind), Assertion: record.Affirmed, Status: record.Status{Code: s}}
	e.Identifiers = []record.Identifier{{System: "urn:oid:2.16.840.1.113883.19.5", Value: "G" + g.seed + "-" + strconv.Itoa(g.n)}}
	if len(g.doctors) > 0 && g.chance(70) {
		e.Participants = []record.Participation{{Role: "author", Who: ptr(g.doctors[g.r.IntN(len(g.doctors))]), When: &record.Period{At: g.moment()}}}
	}
	if g.chance(4) {
		e.Notes = []record.Note{{Text: "Discussed with the patient on the phone; " + strconv.Itoa(g.r.IntN(900)) + " words in the chart."}}
	}
	if g.chance(2) {
		e.Labels = []record.Label{label(g.r.IntN(2))}
	}
	e.Origins = []record.Origin{{Source: g.source, Line: g.n}}
	return e
}

// moment gives a time after birth in one of the precisions that sources send.
func (g *generator) moment() record.Time {
	y := g.year + 1 + g.r.IntN(max(1, 2023-g.year))
	date := fmt.Sprintf("%04d-%02d-%02d", y, 1+g.r.IntN(12), 1+g.r.IntN(28))
	clock := fmt.Sprintf("T%02d:%02d", g.r.IntN(24), g.r.IntN(60))
	switch k := g.r.IntN(100); {
	case k < 3:
		return record.Time{Value: date[:4]}
	case k < 8:
		return record.Time{Value: date[:7]}
	case k < 40:
		return record.Time{Value: date}
	case k < 50:
		return record.Time{Value: date + clock} // no offset
	case k < 52:
		return record.Time{Absent: record.AbsentUnknown}
	case k < 60:
		return record.Time{Value: date + clock + ":00Z"}
	}
	return record.Time{Value: date + clock + fmt.Sprintf(":%02d-05:00", g.r.IntN(60))}
}

// span gives a period that may still go on.
func (g *generator) span() record.Period {
	y := g.year + 1 + g.r.IntN(max(1, 2022-g.year))
	p := record.Period{Start: record.Time{Value: fmt.Sprintf("%04d-%02d-%02d", y, 1+g.r.IntN(12), 1+g.r.IntN(28))}}
	switch k := g.r.IntN(10); {
	case k < 3:
		p.End = record.Time{Value: fmt.Sprintf("%04d-%02d", y+1, 1+g.r.IntN(12))}
	case k < 4:
		p.End.Absent = record.AbsentUnknown
	case k < 5:
		p.Start.Value = p.Start.Value[:4]
	}
	return p
}

// concept makes a concept of codings, now and then with the local code the source began with.
func (g *generator) concept(codings ...record.Coding) record.Concept {
	c := record.Concept{Codings: codings}
	if g.chance(10) {
		local := record.Coding{SystemAsSent: "2.16.840.1.113883.19.5.77", SystemName: "Local", Code: "L" + codings[0].Code, Display: codings[0].Display}
		c.Codings = append([]record.Coding{local}, codings...)
	}
	if g.chance(50) {
		c.Text = codings[0].Display
	}
	return c
}

func coding(system, code, display string) record.Coding {
	return record.Coding{System: system, Code: code, Display: display}
}

func (g *generator) visit() *record.Ref {
	if len(g.visits) == 0 || g.chance(30) {
		return nil
	}
	return ptr(g.visits[g.r.IntN(len(g.visits))])
}

// measure invents a number near the row's range and says whether it lies above or below it.
func (g *generator) measure(row []string) (text, flag string) {
	low, _ := strconv.ParseFloat(row[3], 64)
	high, _ := strconv.ParseFloat(row[4], 64)
	decimals, _ := strconv.Atoi(row[5])
	v := low + (high-low)*(g.r.Float64()*1.3-0.1)
	if v = max(v, 0); v < low {
		flag = "L"
	} else if v > high {
		flag = "H"
	}
	return strconv.FormatFloat(v, 'f', decimals, 64), flag
}
