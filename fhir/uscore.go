package fhir

import (
	_ "embed"
	"strings"
	"sync"

	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// USCore is a release of the US Core guide.
type USCore uint8

// The releases. The zero value is 6.1.0, which is what USCDI v3 asks for.
const (
	USCore610 USCore = iota
	USCore311
	USCore700
	USCore800
	releases
)

var releaseNames = [releases]string{"6.1.0", "3.1.1", "7.0.0", "8.0.0"}

// String gives the release's number.
func (u USCore) String() string {
	if u < releases {
		return releaseNames[u]
	}
	return ""
}

// releaseOf gives the release of that number.
func releaseOf(number string) (USCore, bool) {
	for u, name := range releaseNames {
		if name == number {
			return USCore(u), true
		}
	}
	return 0, false
}

// What other releases ask otherwise than 6.1.0, derived by internal/gen.
//
//go:embed releases.txt
var releaseText string

// releaseProfiles gives the profiles of each release.
var releaseProfiles = [releases]func() map[string]*profile{
	USCore610: profiles,
	USCore311: sync.OnceValue(func() map[string]*profile { return readRelease("3.1.1") }),
	USCore700: sync.OnceValue(func() map[string]*profile { return readRelease("7.0.0") }),
	USCore800: sync.OnceValue(func() map[string]*profile { return readRelease("8.0.0") }),
}

func profilesOf(u USCore) map[string]*profile { return releaseProfiles[min(u, releases-1)]() }

// readRelease reads the profiles of 6.1.0 with what a release has otherwise.
func readRelease(number string) map[string]*profile {
	_, own, _ := strings.Cut(releaseText, "\n!"+number+"\n")
	own, _, _ = strings.Cut(own, "\n!")
	gone := map[string]bool{}
	var text strings.Builder
	for line := range strings.Lines(own + "\n") {
		switch {
		case line[0] == '-':
			gone[line[1:len(line)-1]] = true
			continue
		case line[0] == '@':
			url, _, _ := strings.Cut(line[1:len(line)-1], " ")
			gone[url] = true
		case line == "\n":
			continue
		}
		text.WriteString(line)
	}
	keep := false
	for line := range strings.Lines(profileText) {
		if line[0] == '@' {
			url, _, _ := strings.Cut(line[1:len(line)-1], " ")
			keep = !gone[url]
		}
		if keep {
			text.WriteString(line)
		}
	}
	return readProfiles(text.String())
}

// before7 are the profiles of 3.1.1 that stand for those of 6.1.0, by the ends
// of their addresses; "" for what 3.1.1 has no profile for. Its vital signs are R4's own.
var before7 = map[string]string{
	"us-core-condition-problems-health-concerns": usCore + "us-core-condition",
	"us-core-condition-encounter-diagnosis":      usCore + "us-core-condition",
	"us-core-vital-signs":                        profileR4 + "vitalsigns",
	"us-core-blood-pressure":                     profileR4 + "bp",
	"us-core-heart-rate":                         profileR4 + "heartrate",
	"us-core-respiratory-rate":                   profileR4 + "resprate",
	"us-core-body-temperature":                   profileR4 + "bodytemp",
	"us-core-body-height":                        profileR4 + "bodyheight",
	"us-core-body-weight":                        profileR4 + "bodyweight",
	"us-core-bmi":                                profileR4 + "bmi",
	"us-core-head-circumference":                 profileR4 + "headcircum",
}

const profileR4 = "http://hl7.org/fhir/StructureDefinition/"

// preferences are what US Core has profiles of since 7.0.0, by LOINC code.
var preferenceProfiles = []struct{ code, profile string }{
	{"95541-9", profileBase + "care-experience-preference"},
	{"75773-2", profileBase + "treatment-intervention-preference"},
}

// preferenceProfile gives the profile of a preference, else the other.
func (w *writer) preferenceProfile(o *record.Observation, other string) string {
	if w.uscore == USCore700 || w.uscore == USCore800 {
		for _, p := range preferenceProfiles {
			if o.Code.Has(record.SystemLOINC, p.code) {
				return p.profile
			}
		}
	}
	return other
}

var issueNoProfile = record.IssueProfileNotClaimed.Because("the release of US Core that was asked for has no profile for the resource; it does not claim one")

// ofRelease gives what the release that was asked for calls the profiles of
// 6.1.0 that a resource meets, as far as the check has not found that it does
// not meet them. Which release is meant stands behind them: their addresses are the same.
func (w *writer) ofRelease(id string, profiles []string) (out []string) {
	all := profilesOf(w.uscore)
	for _, p := range profiles {
		if w.uscore == USCore311 {
			if old, ok := before7[p[strings.LastIndexByte(p, '/')+1:]]; ok {
				p = old
			}
		}
		switch {
		case all[p] == nil:
			w.Note(&issueNoProfile, "")
		case w.unmet[id]:
			w.Note(&record.IssueProfileNotClaimed, "")
		default:
			if strings.HasPrefix(p, usCoreStem) {
				p += "|" + w.uscore.String()
			}
			out = append(out, p)
		}
	}
	if len(out) > 0 && w.claimants != nil {
		w.claimants[w.typeAndID()] = id
	}
	return out
}

// typeAndID names the resource being written as the output does.
func (w *writer) typeAndID() string { return w.typ.String() + "/" + w.name }

// unmet finds which of the resources that claim a profile of the release do not
// meet it, by their ids in the writer: what Conform finds, and what refers to a
// resource that has to meet its own profile and does not.
func (u USCore) unmet(text []byte, claimed map[string]string) (map[string]bool, error) {
	d, err := Parse(text, checkLimits)
	if err != nil {
		return nil, err
	}
	m := &meeting{checker: newChecker(d, ConformOptions{USCore: u}), claimed: claimed, unmet: map[string]bool{}, other: map[int]bool{}}
	m.strict = true
	for again := true; again; {
		again = false
		for i := range m.plan.all {
			x := &m.plan.all[i]
			if id, ok := m.claim(x); ok && !m.unmet[id] && !m.conforms(i, claimsOf(x)) {
				m.unmet[id] = true
				again = m.checker.meets != nil
			}
		}
		if m.checker.meets == nil {
			m.checker.meets = m.isMet
			again = true
		}
	}
	return m.unmet, nil
}

// meeting is the search for what does not meet its profile.
type meeting struct {
	*checker
	claimed map[string]string
	unmet   map[string]bool
	other   map[int]bool // resources that claim nothing of ours, and whether they meet the profile of their type
}

// claim gives the writer's id of a resource that claims a profile because of us.
func (m *meeting) claim(x *resource) (string, bool) {
	id, ok := m.claimed[x.typ+"/"+x.id]
	return id, ok && id != "" && x.container < 0
}

// claimsOf gives the profiles that a resource claims, without their release.
func claimsOf(x *resource) (out []string) {
	list := x.n.Child("meta").Child("profile")
	if list.Kind() != tree.Array {
		return nil
	}
	for p := range list.Children() {
		url, _, _ := strings.Cut(p.Value(), "|")
		out = append(out, url)
	}
	return out
}

// conforms reports whether a resource meets profiles.
func (m *meeting) conforms(i int, profiles []string) bool {
	c, x := m.checker, &m.plan.all[i]
	typ := c.table.resource(x.typ)
	if typ == nil {
		return false
	}
	c.at, c.kind, c.ids, c.bundle, c.found = i, typ, map[string]bool{}, c.doc.tree.Root(), c.found[:0]
	for _, url := range profiles {
		if p := profilesOf(c.release)[url]; p != nil && p.typ == x.typ {
			c.profile(p, x.n, typ)
		}
	}
	for _, f := range c.found {
		if f.kind.Severity == record.SeverityError {
			return false
		}
	}
	return true
}

// isMet reports whether what a reference points to meets its profile: the one that it claims, or that of its type.
func (m *meeting) isMet(i int) bool {
	x := &m.plan.all[i]
	if id, ok := m.claim(x); ok {
		return !m.unmet[id]
	}
	if _, written := m.claimed[x.typ+"/"+x.id]; written {
		return false // the writer found that it meets none
	}
	met, known := m.other[i] // it goes out as it was sent
	if known {
		return met
	}
	m.other[i] = true // what refers to itself does not keep itself from it
	c := m.checker
	at, typ, ids, found := c.at, c.kind, c.ids, c.found
	c.found = nil
	met = m.conforms(i, []string{profileBase + strings.ToLower(x.typ)})
	c.at, c.kind, c.ids, c.found = at, typ, ids, found
	m.other[i] = met
	return met
}
