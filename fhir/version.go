package fhir

import (
	_ "embed"
	"strings"
	"sync"

	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// Version is a version of FHIR.
type Version uint8

// The versions. The zero value leaves it to the reader to find out.
const (
	VersionUnknown Version = iota
	DSTU2
	STU3
	R4
	R4B
	R5
)

var versionNames = [...]string{"", "DSTU2", "STU3", "R4", "R4B", "R5"}

// String gives the version's name as HL7 has it.
func (v Version) String() string {
	if int(v) < len(versionNames) {
		return versionNames[v]
	}
	return ""
}

// versionSet is the versions that something may be of.
type versionSet uint8

func setOf(v Version) versionSet { return 1 << v }

const (
	anyVersion versionSet = 1<<DSTU2 | 1<<STU3 | 1<<R4 | 1<<R4B | 1<<R5
	likeR4     versionSet = 1<<R4 | 1<<R4B
)

// name tells the versions of a set: DSTU2, or DSTU2 or STU3.
func (s versionSet) name() string {
	var out []string
	for v := DSTU2; v <= R5; v++ {
		if s&setOf(v) != 0 {
			out = append(out, v.String())
		}
	}
	return strings.Join(out, " or ")
}

// The elements by which other versions differ from R4, written by hand from their definitions (docs/fhir-versions.md).
//
//go:embed versions.txt
var versionText string

// otherElement is an element that R4 does not have, or has with another type.
type otherElement struct {
	path     []string // the first step names the member of the resource
	kind     string   // the JSON type by which it is told from R4's; "" for any
	versions versionSet
	turns    bool     // it may turn the meaning of the resource
	only     []string // where it has one of these values; any where empty
}

type otherElements struct {
	of    map[string]map[string][]otherElement // by type of resource, "*" for all, and by the first step
	types map[string]versionSet                // resources that R4 does not have
	names map[string]bool                      // the first steps of all paths
}

var versionTable = sync.OnceValue(func() *otherElements {
	t := &otherElements{of: map[string]map[string][]otherElement{}, types: map[string]versionSet{}, names: map[string]bool{}}
	for line := range strings.Lines(versionText) {
		f := strings.Fields(line)
		if len(f) < 2 || f[0][0] == '#' {
			continue
		}
		x := otherElement{}
		for _, c := range f[1] {
			x.versions |= map[rune]versionSet{'D': setOf(DSTU2), 'S': setOf(STU3), 'B': setOf(R4B), 'F': setOf(R5)}[c]
		}
		if len(f) > 2 {
			x.turns = true
			if values := f[2][1:]; values != "" {
				x.only = strings.Split(values, ",")
			}
		}
		path, kind, _ := strings.Cut(f[0], ":")
		x.kind = kind
		steps := strings.Split(path, ".")
		if len(steps) == 1 {
			t.types[path] = x.versions
			continue
		}
		x.path = steps[1:]
		t.names[x.path[0]] = true
		if t.of[steps[0]] == nil {
			t.of[steps[0]] = map[string][]otherElement{}
		}
		t.of[steps[0]][x.path[0]] = append(t.of[steps[0]][x.path[0]], x)
	}
	return t
})

// shape is what the shape of a resource tells of its version.
type shape struct {
	set   versionSet
	alien bool      // R4 has no such resource
	turns tree.Node // an element that may turn its meaning, and that R4 does not have
}

// shaper looks resources of one document over for what R4 does not have.
type shaper struct {
	table   *otherElements
	telling []uint16 // by the numbers of names: the place in names, and one more, of what may tell a version
	names   []string
	of      map[string][][2][]otherElement // by type, "*" for those of which the table has nothing, and by the place in names

	// What was found last: resources of one type stand together mostly.
	last     string
	elements [][2][]otherElement
	alien    bool
	set      versionSet

	profile string     // the address of a profile that was asked for last
	says    versionSet // what it says of the version
}

func shaperOf(d *tree.Doc) *shaper {
	s := &shaper{table: versionTable(), telling: make([]uint16, d.NameCount()), of: map[string][][2][]otherElement{}, says: anyVersion}
	for i, name := range d.Names() {
		if name = strings.TrimPrefix(name, "_"); s.table.names[name] {
			s.names = append(s.names, name)
			s.telling[i] = uint16(len(s.names))
		}
	}
	return s
}

// typed makes ready for resources of a type.
func (s *shaper) typed(typ string) {
	s.last = typ
	s.set, s.alien = anyVersion, false
	if set, ok := s.table.types[typ]; ok {
		s.set &= set
		s.alien = true
	}
	s.elements = s.elementsOf(typ)
}

// elementsOf gives by the places in names which elements of a type of resource they may be: the type's own, and those of all.
func (s *shaper) elementsOf(typ string) [][2][]otherElement {
	own := s.table.of[typ]
	if own == nil {
		typ = "*"
	}
	list, ok := s.of[typ]
	if !ok {
		list = make([][2][]otherElement, len(s.names))
		for i, name := range s.names {
			list[i] = [2][]otherElement{own[name], s.table.of["*"][name]}
		}
		s.of[typ] = list
	}
	return list
}

// shape looks a resource over.
func (s *shaper) shape(n tree.Node, typ string) shape {
	if s.last != typ || s.elements == nil {
		s.typed(typ)
	}
	x := shape{set: s.set, alien: s.alien}
	if n.Kind() != tree.Object {
		return x
	}
	for in := n.Within(); in.Next(); {
		m := in.Node()
		k := int(s.telling[m.NameID()]) - 1
		if k < 0 {
			continue
		}
		for _, list := range s.elements[k] {
			for i := range list {
				list[i].find(m, list[i].path[1:], &x)
			}
		}
	}
	return x
}

// find looks for an element from n on, and notes what it tells.
func (x *otherElement) find(n tree.Node, path []string, s *shape) {
	if n.Kind() == tree.Array && len(path) > 0 {
		for c := range n.Children() {
			x.find(c, path, s)
		}
		return
	}
	if len(path) > 0 {
		if n.Kind() == tree.Object {
			if c := n.Child(path[0]); c.OK() {
				x.find(c, path[1:], s)
			}
		}
		return
	}
	if x.kind != "" && x.kind != kindName(n.Kind()) || n.Kind() == tree.Null {
		return
	}
	s.set &= x.versions
	if !x.turns || s.turns.OK() {
		return
	}
	if len(x.only) == 0 || n.Kind() == tree.Object || n.Kind() == tree.Array {
		s.turns = n
		return
	}
	for _, v := range x.only {
		if strings.EqualFold(strings.TrimSpace(n.Value()), v) {
			s.turns = n
			return
		}
	}
}

func kindName(k tree.Kind) string {
	switch k {
	case tree.Object:
		return "object"
	case tree.Array:
		return "array"
	case tree.String:
		return "string"
	case tree.Bool:
		return "boolean"
	}
	return ""
}

// findVersions notes the version of every resource: what the host says, else what
// the input says of itself, else what its shapes together leave.
func (p *plan) findVersions(d *tree.Doc, said Version) {
	p.version = anyVersion
	if said != VersionUnknown && said <= R5 {
		p.version = setOf(said)
	}
	stated := anyVersion
	all := shaperOf(d)
	for i := range p.all {
		x := &p.all[i]
		x.shape = all.shape(x.n, x.typ)
		stated &= all.stated(x.n)
	}
	if said == VersionUnknown && stated != anyVersion && stated != 0 {
		p.version = stated
	} else if said == VersionUnknown {
		for i := range p.all {
			p.version &= p.all[i].shape.set
		}
		if p.version == 0 {
			p.version = anyVersion // resources of several versions: each is of its own
		}
	}
	for i := range p.all {
		if x := &p.all[i]; x.shape.set&p.version != 0 {
			x.shape.set &= p.version
		}
	}
}

// isOther reports whether a resource is of no version that reads as R4.
func (x *resource) isOther() bool { return x.shape.set&likeR4 == 0 || x.shape.alien }

// stated gives what a resource says of its version: by the address of a
// profile (R4 5.3.1.1), or where it is the statement of a server.
func (s *shaper) stated(n tree.Node) versionSet {
	if v := peek(n, "fhirVersion"); v != "" {
		return versionOf(v)
	}
	list := n.Child("meta").Child("profile")
	if list.Kind() != tree.Array {
		return anyVersion
	}
	set := anyVersion
	for p := list.First(); p.OK(); p = p.Next() {
		if p.Kind() != tree.String {
			continue
		}
		if v := p.Value(); v != s.profile {
			s.profile, s.says = v, versionOfProfile(v)
		}
		set &= s.says
	}
	return set
}

// versionOfProfile gives what the address of a profile says of the version.
func versionOfProfile(profile string) versionSet {
	url, version, _ := strings.Cut(profile, "|")
	switch rest, ok := strings.CutPrefix(url, "http://hl7.org/fhir/"); {
	case strings.HasPrefix(url, "http://fhir.org/guides/argonaut/"):
		return setOf(DSTU2)
	case ok && strings.HasPrefix(rest, "StructureDefinition/"):
		if version != "" {
			return versionOf(version)
		}
	case ok:
		first, _, _ := strings.Cut(rest, "/")
		return versionOf(first)
	}
	return anyVersion
}

// versionOf gives the version of a number or a name: 3.0.1, STU3.
func versionOf(s string) versionSet {
	for v := DSTU2; v <= R5; v++ {
		if s == v.String() {
			return setOf(v)
		}
	}
	for _, x := range [...]struct {
		begin string
		v     Version
	}{{"1.0", DSTU2}, {"3.0", STU3}, {"4.0", R4}, {"4.3", R4B}, {"4.1", R4B}, {"5.0", R5}} {
		if rest, ok := strings.CutPrefix(s, x.begin); ok && (rest == "" || rest[0] == '.' || rest[0] == '-') {
			return setOf(x.v)
		}
	}
	return anyVersion
}

// What is reported of a resource of another version.
var (
	issueVersionTurns = turned(record.IssueOtherVersion.Because("the resource has an element of another version of FHIR that may turn its meaning; it is carried and not read"))
)

func turned(k record.IssueKind) record.IssueKind {
	k.Severity, k.Action = record.SeverityError, record.ActionCarried
	return k
}

// sameAsR4 reports whether a resource can be read as R4 for all that another
// version may say in it, and reports that it is of another.
func (r *reader) sameAsR4(x *resource) bool {
	if x.shape.turns.OK() && !(x.typ == "Consent" && r.plan.isR5(x) && isConsentR5(x.n)) {
		r.issue(&issueVersionTurns, x.shape.turns)
		return false
	}
	if x.isOther() {
		r.issue(&record.IssueOtherVersion, x.n)
	}
	return true
}

// versionName gives what the input as a whole is of; R4 where nothing speaks against it.
func (p *plan) versionName() string {
	switch {
	case p.version&setOf(R4) != 0:
		return R4.String()
	case p.version&likeR4 != 0:
		return R4B.String()
	}
	return p.version.name()
}

// versionName gives what a resource is of that is not R4.
func (x *resource) versionName() string {
	if set := x.shape.set; set != 0 {
		return set.name()
	}
	return "other"
}
