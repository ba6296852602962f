package record

// Assertion says whether the source states that the thing is so. It is
// mandatory: its zero value is invalid. It says nothing of why a value is
// absent (AbsentReason), of a refusal (Status) or of doubt (Verification).
type Assertion string

// The assertions.
const (
	Affirmed  Assertion = "affirmed"
	Negated   Assertion = "negated"    // this very thing is not so (CDA negationInd="true" on a coded statement)
	NoneKnown Assertion = "none-known" // none of the whole kind is known ("no known allergies")
	// NotKnown says that the source does not know whether there is anything of the kind (CDA nullFlavor on the statement).
	NotKnown Assertion = "unknown"
)

// StatusCode is where an act, an order or a document stands. Conditions and
// allergies use ClinicalStatus beside it.
type StatusCode string

// The statuses. Each concept's page in docs/meaning.md says which apply to it
// and how each format writes them.
const (
	StatusDraft          StatusCode = "draft"
	StatusPlanned        StatusCode = "planned"
	StatusProposed       StatusCode = "proposed"
	StatusAccepted       StatusCode = "accepted"
	StatusBooked         StatusCode = "booked"
	StatusPending        StatusCode = "pending"
	StatusArrived        StatusCode = "arrived"
	StatusTriaged        StatusCode = "triaged"
	StatusCheckedIn      StatusCode = "checked-in"
	StatusWaitlist       StatusCode = "waitlist"
	StatusNoShow         StatusCode = "no-show"
	StatusNew            StatusCode = "new"
	StatusActive         StatusCode = "active"
	StatusOnHold         StatusCode = "on-hold"
	StatusOnLeave        StatusCode = "on-leave"
	StatusCompleted      StatusCode = "completed"
	StatusAborted        StatusCode = "aborted" // begun, not finished
	StatusCancelled      StatusCode = "cancelled"
	StatusNotDone        StatusCode = "not-done" // did not happen; Reasons may say why
	StatusRefused        StatusCode = "refused"  // did not happen because the patient or a proxy declined
	StatusRejected       StatusCode = "rejected"
	StatusPreliminary    StatusCode = "preliminary"
	StatusPartial        StatusCode = "partial"
	StatusRegistered     StatusCode = "registered"
	StatusFinal          StatusCode = "final"
	StatusAmended        StatusCode = "amended"
	StatusCorrected      StatusCode = "corrected"
	StatusAppended       StatusCode = "appended"
	StatusSuperseded     StatusCode = "superseded"
	StatusInactive       StatusCode = "inactive"
	StatusAvailable      StatusCode = "available"
	StatusUnavailable    StatusCode = "unavailable"
	StatusEnteredInError StatusCode = "entered-in-error"
	StatusNormal         StatusCode = "normal" // CDA ActStatus normal
	StatusUnknown        StatusCode = "unknown"
)

// Status is where an entry stands, in our terms and as sent. Code is empty
// where the source says nothing; it is never filled in.
type Status struct {
	Code StatusCode `json:"code,omitempty"`
	// AsSent is the source's own code where Code alone does not give it back.
	AsSent string       `json:"asSent,omitempty" portage:"form=Code"`
	Absent AbsentReason `json:"absent,omitempty"`
	// Reasons say why it stands so (not done, stopped, refused).
	Reasons []Concept `json:"reasons,omitempty"`
}

// Verification is how sure the source is (FHIR verificationStatus).
type Verification string

// The degrees. Refuted means that it was thought to be so and was found not to be.
const (
	Confirmed      Verification = "confirmed"
	Unconfirmed    Verification = "unconfirmed"
	Presumed       Verification = "presumed"
	Provisional    Verification = "provisional"
	Differential   Verification = "differential"
	Refuted        Verification = "refuted"
	EnteredInError Verification = "entered-in-error"
)

// ClinicalStatus is whether a condition or allergy is with the patient now.
type ClinicalStatus struct {
	Code   string       `json:"code,omitempty"` // active, recurrence, relapse, inactive, remission, resolved
	AsSent *Concept     `json:"asSent,omitempty" portage:"form=Code"`
	Absent AbsentReason `json:"absent,omitempty"`
	// When is the time that the status was observed for, where the source gives one.
	When *Period `json:"when,omitempty"`
}

// IsZero reports whether nothing at all was said.
func (s ClinicalStatus) IsZero() bool {
	return s.Code == "" && s.AsSent == nil && s.Absent == "" && s.When == nil
}

// Mode is what kind of statement an entry is: what happened, or what is wanted.
type Mode string

// The modes (HL7 v3 ActMood; FHIR intent). The empty Mode means an event.
const (
	ModeEvent       Mode = ""
	ModeIntent      Mode = "intent"      // INT; plan
	ModeRequest     Mode = "request"     // RQO; order
	ModeProposal    Mode = "proposal"    // PRP; proposal
	ModePromise     Mode = "promise"     // PRMS
	ModeAppointment Mode = "appointment" // APT
	ModeAppRequest  Mode = "appointment-request"
	ModeGoal        Mode = "goal"       // GOL
	ModeDefinition  Mode = "definition" // DEF
	ModeCriterion   Mode = "criterion"  // EVN.CRT
	ModeDirective   Mode = "directive"  // directive
	ModeOption      Mode = "option"     // option
	ModeOriginal    Mode = "original-order"
	ModeReflex      Mode = "reflex-order"
	ModeFiller      Mode = "filler-order"
	ModeInstance    Mode = "instance-order"
)

// Label is a confidentiality, sensitivity or handling mark (DS4P; FHIR meta.security).
type Label struct {
	Kind   string `json:"kind,omitempty" portage:"made"` // confidentiality, sensitivity, handling, purpose, integrity, compartment, restriction (HL7 v2 ARV); "" where not known
	Coding Coding `json:"coding"`
	// When is how long the mark holds, where the source says (DS4P security observation, effectiveTime).
	When *Period `json:"when,omitempty"`
}

// Origin is where in which source an entry was found. It is Portage's own
// bookkeeping, not a fact of the source, and is not counted as one.
type Origin struct {
	Source string `json:"source,omitempty"` // Source.ID
	Path   string `json:"path,omitempty"`
	Line   int    `json:"line,omitempty"`
}

// Participation is somebody's or something's part in an entry: author,
// informant, performer, verifier and the like.
type Participation struct {
	// Role is our term: author, informant, performer, recorder, verifier,
	// authenticator, legal-authenticator, enterer, custodian, subject,
	// responsible, attender, admitter, discharger, consultant, referrer,
	// participant, location, device, assembler, transmitter, recipient …
	Role string `json:"role,omitempty"`
	// RoleAsSent is the type code as sent where Role does not give it back.
	RoleAsSent string `json:"roleAsSent,omitempty" portage:"form=Role"`
	// Class is the kind of role as sent where it is not that of an assigned professional (HL7 v3 RoleClass as sent: PROV, LIC, POLHOLD …).
	Class string `json:"class,omitempty"`
	// Function is what they did here (CDA functionCode, FHIR performer.function).
	Function *Concept `json:"function,omitempty"`
	// Who is a practitioner, related person, patient, organization or device of the record.
	Who *Ref `json:"who,omitempty"`
	// OnBehalfOf is the organization acted for (CDA representedOrganization).
	OnBehalfOf *Ref `json:"onBehalfOf,omitempty"`
	// Code and Specialty are the role code given at this place (CDA assignedAuthor/code, specialty).
	Code      *Concept  `json:"code,omitempty"`
	Specialty []Concept `json:"specialty,omitempty"`
	Location  *Ref      `json:"location,omitempty"`
	When      *Period   `json:"when,omitempty"`
	Mode      *Concept  `json:"mode,omitempty"`      // CDA participant modeCode; HL7 v3 ParticipationMode
	Signature string    `json:"signature,omitempty"` // CDA signatureCode: S, I, X
	// SignatureText is the signature itself (sdtc:signatureText).
	SignatureText *Attachment  `json:"signatureText,omitempty"`
	Identifiers   []Identifier `json:"identifiers,omitempty"` // ids of the part itself, not of who played it
	Telecoms      []Telecom    `json:"telecoms,omitempty"`    // given at this place and not of the person
	Addresses     []Address    `json:"addresses,omitempty"`
	Awareness     *Concept     `json:"awareness,omitempty"` // CDA awarenessCode
	Labels        []Label      `json:"labels,omitempty"`
	Required      string       `json:"required,omitempty"` // appointments: required, optional, information-only
	Status        string       `json:"status,omitempty"`   // appointments: accepted, declined, tentative, needs-action
	Absent        AbsentReason `json:"absent,omitempty"`
}

// Note is a comment on an entry (C-CDA Comment Activity, FHIR Annotation, HL7 v2 NTE).
type Note struct {
	Text        string          `json:"text,omitempty"`
	TextRef     string          `json:"textRef,omitempty" portage:"form=Text"` // anchor in the section's narrative
	Type        *Concept        `json:"type,omitempty"`                        // HL7 v2 NTE-4
	When        *Time           `json:"when,omitempty"`
	Authors     []Participation `json:"authors,omitempty"`
	Identifiers []Identifier    `json:"identifiers,omitempty"`
}

// NarrativeLink ties an entry to the human-readable text that states it.
type NarrativeLink struct {
	// Anchor is the ID of an element of the section's narrative, without '#'.
	Anchor string `json:"anchor,omitempty"`
	// Text is text given with the entry itself (CDA text with content of its own).
	Text string `json:"text,omitempty"`
	// Body is a narrative that belongs to this entry alone (FHIR Resource.text).
	Body   *Narrative `json:"body,omitempty"`
	Status string     `json:"status,omitempty"` // FHIR narrative status: generated, extensions, additional, empty
}

// Relation is a link from one entry to another that no field of the concept names.
type Relation struct {
	// Type is our term: reason, cause, support, refers-to, component, part-of,
	// succeeds, replaces, fulfils, precondition, manifestation, subject, evaluates …
	Type       string   `json:"type,omitempty"`
	TypeAsSent string   `json:"typeAsSent,omitempty" portage:"form=Type"` // HL7 v3 ActRelationshipType
	Inverted   *bool    `json:"inverted,omitempty"`                       // CDA inversionInd
	Negated    *bool    `json:"negated,omitempty"`                        // CDA entryRelationship negationInd
	Sequence   string   `json:"sequence,omitempty"`
	Target     Ref      `json:"target"`
	Text       string   `json:"text,omitempty"`
	Code       *Concept `json:"code,omitempty"`
}

// Preference is how much somebody cares for what an entry says (C-CDA Priority Preference).
type Preference struct {
	Identifiers []Identifier `json:"identifiers,omitempty"`
	// Value is how high it ranks for them, as sent.
	Value     *Concept       `json:"value,omitempty"`
	Priority  *Concept       `json:"priority,omitempty"` // CDA priorityCode
	Status    Status         `json:"status,omitzero"`
	When      *Period        `json:"when,omitempty"`
	Narrative *NarrativeLink `json:"narrative,omitempty"`
	// Participants are whose preference it is: the patient, or a professional.
	Participants []Participation `json:"participants,omitempty"`
}

// Entry is what every clinical concept has.
type Entry struct {
	// ID is stable: the same source gives the same ID. How it is made stands in docs/ids.md.
	ID          string       `json:"id" portage:"made"`
	Identifiers []Identifier `json:"identifiers,omitempty"`
	Assertion   Assertion    `json:"assertion"`
	// Absent is why the statement as a whole is not there (CDA nullFlavor on the act itself); Assertion is then unknown.
	Absent AbsentReason `json:"absent,omitempty"`
	Status Status       `json:"status,omitzero"`
	Mode   Mode         `json:"mode,omitempty"`
	Labels []Label      `json:"labels,omitempty"`
	// Participants are all who had a part in it, in the order sent: authors first to last, informants, performers …
	Participants []Participation `json:"participants,omitempty"`
	Narrative    *NarrativeLink  `json:"narrative,omitempty"`
	Notes        []Note          `json:"notes,omitempty"`
	Relations    []Relation      `json:"relations,omitempty"`
	Preferences  []Preference    `json:"preferences,omitempty"`
	Language     string          `json:"language,omitempty"`
	// Recorded is when it was recorded, where the source says so apart from any author's time.
	Recorded *Time `json:"recorded,omitempty"`
	// Updated is when the source last changed it (FHIR meta.lastUpdated).
	Updated *Time `json:"updated,omitempty"`
	// Section is the document section it was found in (Section.ID).
	Section string `json:"section,omitempty" portage:"made"`
	// Origins are where it was found: one for each source that states it.
	Origins []Origin `json:"origins,omitempty" portage:"made"`
}

// EntryRef gives a reference to this entry.
func (e *Entry) EntryRef(kind string) *Ref { return &Ref{ID: e.ID, Kind: kind} }

// AsEntry gives the entry that a clinical concept embeds.
func (e *Entry) AsEntry() *Entry { return e }
