package fhir

import (
	"context"
	"slices"
	"strconv"

	"github.com/portage-health/portage/internal/ids"
	"github.com/portage-health/portage/internal/ledger"
	"github.com/portage-health/portage/record"
)

// writer writes one record as one Bundle. It is made anew for each export and
// used by one goroutine.
type writer struct {
	jsonText
	ledger.Out
	*tables
	ctx  context.Context
	rec  *record.Record
	ids  *ids.Maker
	opts record.ExportOptions
	form BundleType

	renamed map[*record.Entry]string // ids that are no UUID, or not the first of their kind

	implants map[string]bool // ids of the devices that stand in a procedure

	joined map[*record.Observation]*joint // vital signs that are one Observation
	parted map[string]bool                // ids of those that stand in the resource of another

	evaluated map[string][]string // ids of goals to those of the Observations that evaluate them

	places  map[string]place // ids of sections
	patient target           // the subject of everything; zero where the record names no patient
	id      string           // of the entry, or the part of one, whose resource is being written
	name    string           // the id of that resource
	sent    *sentBefore      // what the FHIR sources called their resources; nil where there are none
	typ     kind             // and its type

	products []queued // medicines that have resources of their own, as their sources had them
	roles    []role
	roleIDs  map[string]int
	reached  map[string][]record.Telecom
	joiners  []joined
	outdated map[*record.Section]bool // whose narrative tells of entries as they were before they were changed
	misfit   map[string]bool          // ids of people and places that do not meet their profiles
	provs    []provenance
	provIDs  map[string]int
	makers   []record.Participation // scratch
	// What is known of narratives.
	openEls    []open
	xmlIDs     map[string]struct{}      // ids of the Composition being written
	unanchored map[*record.Concept]bool // concepts whose reference into the narrative was dropped
	quiet      bool                     // no ids: what is written stands elsewhere too

	doc   *record.Document // the one whose Composition is being written
	shown int              // how many pictures of its narratives were referred to

	// Demands of US Core that hold for the resource being written.
	needSystem bool       // every identifier has a system and a value
	foreign    [32]looked // codes by their letters
	systems    [16]string // code systems that were last written, of those that go out as they are
	needFamily bool       // every name has a family name
	noHome     bool       // no use is home (org-2, org-3)
	claim      span       // where meta names the profile of the resource being written
	profile    string     // that profile
	unfit      bool       // that resource does not meet its profile, or refers to one that does not
	streams    *streams   // contents that are written when all else is; nil where they stand in what is written
	uscore     USCore
	unmet      map[string]bool   // ids of resources that do not meet that release's profiles
	asked      []askedTarget     // what profiles that are claimed ask of other resources
	claimNone  []string          // resources of those kinds that claim no profile
	claimOther []string          // Observations that claim another profile than that of laboratory results
	claimants  map[string]string // Type/id in the output of what was written, to their ids here where they claim one; nil where nobody asks
	sharing    sharing
	turn       span   // the places of the entries being written, among those of all lists
	past       int    // how many entries the lists have that were gone over
	root       string // the id of the record: what derived ids hang on
}

// target is the resource that an entry of the record became.
type target struct {
	typ kind
	id  string
	of  *record.PractitionerRole // it is no entry, but a part of one
	use *record.DeviceUse        // it is a part of a device
}

// resource starts a Bundle entry with the resource that an entry of the record
// becomes: fullUrl, resourceType, id, meta. list and i say where the entry
// stands in the record (i is -1 where it is no list). endResource ends it.
func (w *writer) resource(list string, i int, e *record.Entry, typ kind, profiles ...string) {
	w.In(list, i)
	w.begin(typ, w.entryID(e), profiles, e, w.labelsOf(e))
}

// part starts a resource that only a part of an entry becomes (the dispense of
// a medication, say), after the entry's own resource has ended. name and i are
// where it stands in its entry; w.in must still name the entry. It gives the resource's id.
func (w *writer) part(owner *record.Entry, name string, i int, typ kind, profiles ...string) string {
	id := w.partID(owner, name, i)
	w.In(name, i)
	w.begin(typ, id, profiles, nil, w.labelsOf(owner))
	if w.sent != nil {
		w.sent.writes(owner)
	}
	return id
}

// partID is the id that part gives.
func (w *writer) partID(owner *record.Entry, name string, i int) string {
	return w.derive(w.entryID(owner), name, strconv.Itoa(i))
}

// derive is ids.Derive by the one Maker of the export.
func (w *writer) derive(owner, kind, part string) string {
	return w.ids.Make("part", owner, kind, part)
}

func (w *writer) begin(typ kind, id string, profiles []string, e *record.Entry, labels []record.Label) {
	w.id, w.typ, w.name = id, typ, id
	var x *sentItem
	if w.sent != nil {
		w.sent.writes(e)
		x = w.beginSent(typ, id)
	} else {
		w.obj("")
		w.key("fullUrl")
		w.put(`"urn:uuid:`)
		w.put(id)
		w.b = append(w.b, '"')
		w.obj("resource")
		w.word("resourceType", typ.String())
		w.word("id", id)
	}
	w.obj("meta")
	if x != nil {
		w.str("versionId", x.Version)
	}
	if e != nil && e.Updated != nil {
		w.instant("lastUpdated", *e.Updated)
	}
	w.claim, w.unfit = span{}, false
	if w.claimants != nil {
		w.claimants[w.typeAndID()] = ""
	}
	if len(profiles) > 0 && (w.misfit[id] || w.uscore == USCore610 && w.unmet[id]) {
		profiles = nil
		w.Note(&record.IssueProfileNotClaimed, "")
	}
	if len(profiles) > 0 && w.uscore != USCore610 {
		profiles = w.ofRelease(id, profiles)
	}
	if slices.ContainsFunc(profiles, func(p string) bool { return p != "" }) {
		w.claim.from = len(w.b)
		w.arr("profile")
		for _, p := range profiles {
			w.word("", p)
		}
		w.endArr()
		w.claim.to = len(w.b)
		w.profile = profiles[0]
	}
	w.security(labels)
	w.end()
}

// endResource ends a resource and its Bundle entry.
func (w *writer) endResource() {
	w.end()
	if w.unfit && w.claim.to > 0 && !anyTarget.has(w.typ) {
		w.unclaim()
		w.claim = span{}
	}
	w.answered()
	if w.sent != nil {
		w.endSent()
	}
	if w.form == BundleTransaction {
		w.request()
	}
	w.end()
	if w.sent != nil {
		w.sent.segments[len(w.sent.segments)-1].end = len(w.b)
	}
	w.Leave()
}

// anyTarget are the types whose US Core profiles ask nothing of what they refer to.
var anyTarget = only(kindPatient, kindPractitioner, kindOrganization, kindLocation)

// span is a part of what has been written.
type span struct{ from, to int }

// unclaim takes the profile out of meta again: the resource refers to one that
// does not meet the profile which this one demands of it.
func (w *writer) unclaim() {
	if w.claimants != nil {
		w.claimants[w.typeAndID()] = ""
	}
	from, to := w.claim.from, w.claim.to
	switch {
	case w.b[to] == ',' && w.b[from] != ',':
		to++
	case w.b[to] == '}' && w.b[from] != ',': // nothing else is in meta
		from -= len(`,"meta":{`)
		to++
	}
	w.b = slices.Delete(w.b, from, to)
	w.Note(&record.IssueProfileNotClaimed, "")
}

// request says what a server is to do with the entry of a transaction: put it under its id.
func (w *writer) request() {
	w.obj("request")
	w.code("method", "PUT")
	w.key("url")
	w.b = append(w.b, '"')
	w.put(w.typ.String())
	w.b = append(w.b, '/')
	w.put(w.name)
	w.b = append(w.b, '"')
	w.end()
}

// has says for which fields of an Entry a resource has a place of its own;
// common keeps the others in the record extension.
type has uint16

const (
	hasIdentifiers   has = 1 << iota // identifier: common writes it
	hasNotes                         // note: common writes it
	hasStatus                        // the caller writes status
	hasReasons                       // the caller writes why the status is so
	hasMode                          // the caller writes mode
	hasAssertion                     // the caller writes the assertion
	hasRecorded                      // the caller writes when it was recorded
	hasRelations                     // the caller writes relations
	hasParticipants                  // the caller writes every part of every participant
	noNarrative                      // the caller writes text, or the resource has none
	hasOneIdentifier                 // identifier is no list: common writes the first there
	ownIdentifiers                   // the caller writes identifiers
)

// common writes what all entries have: text, language, identifiers, and,
// for what the resource has no place of its own, extensions. Participants become Provenance.
func (w *writer) common(e *record.Entry, h has) {
	if h&noNarrative == 0 {
		w.narrative(e)
	}
	w.code("language", langCode(e.Language))
	if langCode(e.Language) == "" {
		w.fieldStr("language", e.Language)
	}
	switch {
	case h&hasIdentifiers != 0:
		w.identifiers("identifier", e.Identifiers)
	case h&ownIdentifiers != 0:
	case h&hasOneIdentifier != 0 && len(e.Identifiers) > 0:
		w.identifier("identifier", &e.Identifiers[0])
		for i := range e.Identifiers[1:] {
			w.fieldKnown("identifiers", &e.Identifiers[i+1])
		}
	default:
		for i := range e.Identifiers {
			w.fieldKnown("identifiers", &e.Identifiers[i])
		}
	}
	if h&hasNotes != 0 {
		w.notes("note", e.Notes)
	} else if len(e.Notes) > 0 {
		w.fieldAny("notes", e.Notes)
	}
	if h&hasStatus == 0 {
		if s := &e.Status; s.Code != "" || s.AsSent != "" || s.Absent != "" {
			w.fieldStatus("status", s)
		}
	}
	if h&hasReasons == 0 {
		w.fieldConcepts("statusReasons", e.Status.Reasons)
	}
	if h&hasMode == 0 {
		w.fieldCode("mode", string(e.Mode))
	}
	if h&hasAssertion == 0 {
		w.assertion(e.Assertion)
	}
	w.fieldCode("absent", string(e.Absent))
	if h&hasRecorded == 0 {
		w.fieldTime("recorded", e.Recorded)
	}
	if h&hasRelations == 0 && len(e.Relations) > 0 {
		w.fieldAny("relations", e.Relations)
	}
	if len(e.Preferences) > 0 {
		w.fieldAny("preferences", e.Preferences)
	}
	if h&hasParticipants == 0 && len(e.Participants) > 0 {
		w.provenanceOf(e.Participants)
	}
}

// assertion says by a modifier extension that what the resource states is not
// so or not known, where the resource has no words of its own for that.
func (w *writer) assertion(a record.Assertion) {
	if a == record.Affirmed || a == "" {
		return
	}
	w.arr("modifierExtension")
	w.obj("")
	w.frames[len(w.frames)-1].isExt = true
	w.code("url", extAssertion)
	w.str("valueString", string(a))
	w.end()
	w.endArr()
}
