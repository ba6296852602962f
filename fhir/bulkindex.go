package fhir

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"hash/maphash"
	"io"
	"iter"
	"math"
	"slices"
	"sort"
	"strings"
	"sync/atomic"

	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// bulkLine is where a line stands, and whose it is.
type bulkLine struct {
	place   uint64 // the file above the offset in it
	size    uint32
	patient int32 // the place in patients, or -1
}

const bulkOffset = 44 // bits: 16 TB a file, and a million files

func bulkAt(file int32, offset int64) uint64 { return uint64(file)<<bulkOffset | uint64(offset) }

func (l *bulkLine) file() int     { return int(l.place >> bulkOffset) }
func (l *bulkLine) offset() int64 { return int64(l.place & (1<<bulkOffset - 1)) }

// bulkLines are many lines. They stand in blocks, so that there is never more memory than for them.
type bulkLines struct {
	blocks [][]bulkLine
	n      int32
}

const bulkBlock = 1 << 13

func (b *bulkLines) at(i int32) *bulkLine { return &b.blocks[i/bulkBlock][i%bulkBlock] }

func (b *bulkLines) add(l bulkLine) {
	if b.n%bulkBlock == 0 {
		b.blocks = append(b.blocks, make([]bulkLine, bulkBlock))
	}
	*b.at(b.n) = l
	b.n++
}

// bulkIndex is what the first reading noted.
type bulkIndex struct {
	files    []BulkFile
	lines    bulkLines
	runs     []bulkRun
	patients []string // ids in the order found
	present  []int32  // places in patients of those whose Patient is here, in the order of those
	places   map[string]int32
	shared   map[uint64]int32 // the hash of Type/id of what belongs to no patient, to its line
	seed     maphash.Seed
	names    []uint64 // the hash of Type/id of each line, while they are noted
	ofOthers []bulkAbout
	used     []atomic.Bool
	odd      []oddLine
}

// bulkAbout is a line that is of the patient whose the resource is that it is about.
type bulkAbout struct {
	target uint64 // the hash of that one's Type/id
	line   int32
}

// bulkRun says which number in its file the first of some lines has that follow one another there.
type bulkRun struct{ first, number int32 }

func newBulkIndex(files []BulkFile) *bulkIndex {
	return &bulkIndex{files: files, places: map[string]int32{}, shared: map[uint64]int32{}, seed: maphash.MakeSeed()}
}

// number gives the number of a line in its file.
func (x *bulkIndex) number(i int32) int32 {
	k := sort.Search(len(x.runs), func(k int) bool { return x.runs[k].first > i }) - 1
	return x.runs[k].number + i - x.runs[k].first
}

// counted notes the number of the line that is added next.
func (x *bulkIndex) counted(number int32) {
	if n := len(x.runs); n > 0 {
		switch r := x.runs[n-1]; {
		case r.first == x.lines.n:
			x.runs = x.runs[:n-1]
		case r.number+x.lines.n-r.first == number:
			return
		}
	}
	x.runs = append(x.runs, bulkRun{x.lines.n, number})
}

// name gives the hash by which a resource is found.
func (x *bulkIndex) name(typ, id string) uint64 {
	var h maphash.Hash
	h.SetSeed(x.seed)
	h.WriteString(typ)
	h.WriteByte('/')
	h.WriteString(id)
	return h.Sum64()
}

// join finds the patient of what names none itself, but a resource of one: the
// history of an observation, say (Provenance.target).
func (x *bulkIndex) join() {
	slices.SortFunc(x.ofOthers, func(a, b bulkAbout) int { return cmp.Compare(a.target, b.target) })
	for i := range x.lines.n {
		p := x.lines.at(i).patient
		if p < 0 || len(x.ofOthers) == 0 {
			continue
		}
		k, _ := slices.BinarySearchFunc(x.ofOthers, x.names[i], func(o bulkAbout, name uint64) int { return cmp.Compare(o.target, name) })
		for ; k < len(x.ofOthers) && x.ofOthers[k].target == x.names[i]; k++ {
			x.lines.at(x.ofOthers[k].line).patient = p
		}
	}
	x.ofOthers, x.names = nil, nil
}

// sharedAt gives the line of a resource that belongs to no patient.
func (x *bulkIndex) sharedAt(ref []byte) (int32, bool) {
	i, ok := x.shared[maphash.Bytes(x.seed, ref)]
	return i, ok
}

// oddLine is a line that holds no resource that can be read.
type oddLine struct {
	bulkLine
	number int32 // of the line in its file
	kind   *record.IssueKind
	col    int
}

// What may be wrong with a line.
var (
	issueLineSyntax = record.IssueBadLine
	issueLineLimit  = record.IssueBadLine.Because("the line is beyond a limit; it is not read")
	issueLineOther  = oddInfo(record.IssueBadLine.Because("the line is JSON and no resource; it is carried"))
)

func oddInfo(k record.IssueKind) record.IssueKind {
	k.Severity, k.Action = record.SeverityInfo, record.ActionCarried
	return k
}

const bulkChunk = 1 << 20

// scan notes the lines of one file.
func (x *bulkIndex) scan(ctx context.Context, file int32, l record.Limits) error {
	f := x.files[file]
	var parser tree.Parser
	parser.Limits = treeLimits(l)
	r := bufio.NewReaderSize(io.NewSectionReader(f, 0, f.Size), bulkChunk)
	var long []byte
	var at int64
	for number := int32(1); ; number++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		line, err := r.ReadSlice('\n')
		size := int64(len(line))
		if err == bufio.ErrBufferFull {
			long = append(long[:0], line...)
			size = int64(len(line))
			for err == bufio.ErrBufferFull {
				line, err = r.ReadSlice('\n')
				if size += int64(len(line)); size <= int64(parser.Limits.MaxBytes) {
					long = append(long, line...)
				}
			}
			line = long
		}
		if err != nil && err != io.EOF {
			return err
		}
		l := bulkLine{place: bulkAt(file, at), size: uint32(min(size, math.MaxUint32)), patient: -1}
		if size > int64(parser.Limits.MaxBytes) {
			x.odd = append(x.odd, oddLine{l, number, &issueLineLimit, 0})
			long = nil // it is not needed again
		} else if lerr := x.note(&parser, line, l, number); lerr != nil {
			o := oddLine{l, number, &issueLineLimit, 0}
			if syntax := (*tree.SyntaxError)(nil); errors.As(lerr, &syntax) {
				o = oddLine{l, number, &issueLineSyntax, syntax.Column}
			}
			x.odd = append(x.odd, o)
		}
		at += size
		if err == io.EOF {
			return nil
		}
	}
}

// note remembers whose a line is.
func (x *bulkIndex) note(p *tree.Parser, line []byte, l bulkLine, number int32) error {
	if len(bytes.TrimSpace(line)) == 0 {
		return nil
	}
	d, err := p.JSON(line)
	if err != nil {
		return err
	}
	root := d.Root()
	if !isResource(root) {
		x.odd = append(x.odd, oddLine{l, number, &issueLineOther, 0}) // a log of the export, say
		return nil
	}
	typ, id := stringOf(root, "resourceType"), stringOf(root, "id")
	if key := patientOf(root, typ, id); key != "" {
		i, ok := x.places[key]
		if !ok {
			i = int32(len(x.patients))
			key = strings.Clone(key)
			x.places[key] = i
			x.patients = append(x.patients, key)
		}
		l.patient = i
		if typ == "Patient" {
			x.present = append(x.present, i)
		}
	} else if target := targetOf(root, typ); target != "" {
		x.ofOthers = append(x.ofOthers, bulkAbout{maphash.String(x.seed, target), x.lines.n})
	} else if id != "" {
		x.shared[x.name(typ, id)] = x.lines.n
	}
	x.names = append(x.names, x.name(typ, id))
	x.counted(number)
	x.lines.add(l)
	return nil
}

// targetOf gives, as Type/id, the resource that one is about which names no patient; "" where it is about none.
func targetOf(n tree.Node, typ string) string {
	if typ != "Provenance" {
		return ""
	}
	for t := range items(n, "target") {
		text := stringOf(t, "reference")
		text, _, _ = strings.Cut(text, "/_history/")
		if i := strings.LastIndexByte(text, '/'); i > 0 {
			return text[strings.LastIndexByte(text[:i], '/')+1:]
		}
	}
	return ""
}

// patientOf gives the id of the patient that a resource is of, "" where it is nobody's own.
func patientOf(n tree.Node, typ, id string) string {
	if typ == "Patient" {
		return id
	}
	for _, name := range ownerNames {
		c := n.Child(name)
		if c.Kind() == tree.Array {
			c = c.First()
		}
		if p := patientID(stringOf(c, "reference")); p != "" {
			return p
		}
	}
	found := ""
	d := n.Doc()
	for k := n.Index(); k < n.End(); k++ {
		v := d.Node(k)
		if v.Kind() != tree.String || v.Name() != "reference" {
			continue
		}
		if p := patientID(v.Value()); p != "" {
			if found != "" && found != p {
				return ""
			}
			found = p
		}
	}
	return found
}

// ownerNames are the elements by which a resource names its patient.
var ownerNames = []string{"subject", "patient", "beneficiary", "individual", "for", "source", "policyHolder", "deliverTo"}

// patientID gives the id that a literal reference to a Patient ends in.
func patientID(text string) string {
	i := strings.LastIndex(text, "Patient/")
	if i < 0 || i > 0 && text[i-1] != '/' {
		return ""
	}
	id, _, _ := strings.Cut(text[i+len("Patient/"):], "/")
	return id
}

// byPatient gives the lines of each patient.
func (x *bulkIndex) byPatient() iter.Seq[[]int32] {
	return func(yield func([]int32) bool) {
		starts := make([]int32, len(x.patients)+1)
		for i := range x.lines.n {
			if p := x.lines.at(i).patient; p >= 0 {
				starts[p+1]++
			}
		}
		for i := 1; i < len(starts); i++ {
			starts[i] += starts[i-1]
		}
		sorted := make([]int32, starts[len(starts)-1])
		next := slices.Clone(starts)
		for i := range x.lines.n {
			if p := x.lines.at(i).patient; p >= 0 {
				sorted[next[p]] = i
				next[p]++
			}
		}
		given := make([]bool, len(x.patients))
		give := func(p int32) bool {
			if given[p] {
				return true
			}
			given[p] = true
			return yield(sorted[starts[p]:starts[p+1]])
		}
		for _, p := range x.present {
			if !give(p) {
				return
			}
		}
		for p := range x.patients { // who are only referred to
			if !give(int32(p)) {
				return
			}
		}
	}
}

// left gives the lines that no patient's record took, some at a time.
func (x *bulkIndex) left() iter.Seq[[]int32] {
	return func(yield func([]int32) bool) {
		var some []int32
		size := 0
		for i := range x.lines.n {
			l := x.lines.at(i)
			if x.used[i].Load() || l.patient >= 0 {
				continue
			}
			some = append(some, i)
			if size += int(l.size); size > 8*bulkChunk {
				if !yield(some) {
					return
				}
				some, size = nil, 0
			}
		}
		if len(some) > 0 {
			yield(some)
		}
	}
}
