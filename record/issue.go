package record

// constant is a string that only a literal can be outside this package, so that
// no value of a document can become part of a message.
type constant string

// IssueKind is a kind of issue: its stable code, what it means and what a host should do.
type IssueKind struct {
	Code     string
	Severity Severity
	Action   Action
	Message  string // what it means
	Advice   string // what a host should do
}

// At makes an issue of this kind at a place.
func (k IssueKind) At(path string, line, column int) Issue {
	return Issue{Severity: k.Severity, Code: k.Code, Path: path, Line: line, Column: column, Message: k.Message, Action: k.Action}
}

// Because gives the kind a message of its own; only a string literal can be passed.
func (k IssueKind) Because(message constant) IssueKind {
	k.Message = string(message)
	return k
}

// The kinds of issues. Codes are stable: they are never reused for another meaning.
var (
	IssueCarried = IssueKind{"carried", SeverityInfo, ActionCarried,
		"no typed field holds this; it is kept verbatim beside the record", "nothing, unless you need it in another format: then see export-carried"}
	IssueExportCarried = IssueKind{"export-carried", SeverityWarning, ActionDropped,
		"a piece kept verbatim from its own format has no place in this one", "keep the source document, or the record, beside the output"}
	IssueLost = IssueKind{"lost", SeverityWarning, ActionDropped,
		"the target format has no place for this field of the record", "keep the record beside the output if the field matters to you"}
	IssueUnknownCodeSystem = IssueKind{"unknown-code-system", SeverityInfo, ActionNoted,
		"the code system is not known here; the code passes through as sent", "supply a Terminology that knows it, if you need its URI"}
	IssueUnknownTemplate = IssueKind{"unknown-template", SeverityInfo, ActionCarried,
		"the template id is not known here", "nothing; what the template holds is read by its shape or carried"}
	IssueUnexpectedFixed = IssueKind{"unexpected-fixed-value", SeverityWarning, ActionCarried,
		"an attribute that the template fixes has a different value", "look at the source: it may mean something that its template does not allow"}
	IssueNarrativeReference = IssueKind{"dangling-narrative-reference", SeverityWarning, ActionNoted,
		"a reference to the narrative points to nothing", "show the reader the whole section's narrative"}
	IssueInvalidTime = IssueKind{"invalid-time", SeverityWarning, ActionKeptAsText,
		"this is not a time by the rules of its format; it is kept as text", "correct it at the source"}
	IssueInvalidNumber = IssueKind{"invalid-number", SeverityWarning, ActionKeptAsText,
		"this is not a decimal number; it is kept as text", "correct it at the source"}
	IssueTimeCut = IssueKind{"time-cut-to-date", SeverityInfo, ActionCut,
		"FHIR demands an offset with an hour; the time went out as its date, the text as sent in an extension", "name a zone in the export's options if you know it"}
	IssueZoneAssumed = IssueKind{"zone-assumed", SeverityWarning, ActionDefaulted,
		"a time without an offset went out with the zone that the host named", "make sure that the zone is right for this source"}
	IssueUndeclaredPrefix = IssueKind{"undeclared-prefix", SeverityWarning, ActionRepaired,
		"a well-known namespace prefix was used without its declaration and read as what it always means", "correct the source"}
	IssueProfileNotClaimed = IssueKind{"profile-not-claimed", SeverityInfo, ActionNoted,
		"the source lacks what the US Core profile requires; the resource does not claim the profile", "complete the data at the source if the receiver requires the profile"}
	IssueDataAbsent = IssueKind{"data-absent", SeverityInfo, ActionNoted,
		"a required element that the source does not have went out as absent, with the reason", "nothing"}
	IssueDanglingReference = IssueKind{"dangling-reference", SeverityWarning, ActionNoted,
		"a reference points to nothing in the record; what the source said of it is kept", "look at the source"}
	IssueUnsupportedVersion = IssueKind{"unsupported-version", SeverityWarning, ActionNoted,
		"the document is of a version of its format that is not known here", "look at what was carried"}
	IssueOtherVersion = IssueKind{"other-version", SeverityWarning, ActionNoted,
		"the resource is of another version of FHIR than R4; what is the same there is read, the rest is carried and does not go out as R4", "ask the source for R4, or look at what was carried"}
	IssueBadLine = IssueKind{"bad-line", SeverityError, ActionCarried,
		"the line is no JSON; it costs no more than itself", "ask the sender for the line again"}
	IssueNegationUnclear = IssueKind{"negation-unclear", SeverityError, ActionCarried,
		"the entry is negated in a way that has no meaning here; it is carried and not read as a statement", "show a person the source"}
	IssueOtherSubject = IssueKind{"other-subject", SeverityWarning, ActionCarried,
		"the statement names a subject of its own; it is carried and not read as one about the patient", "show a person the source"}
	IssueUnknownModifier = IssueKind{"unknown-modifier", SeverityError, ActionCarried,
		"something that is not known here may change the meaning of the whole; it is carried and not read", "show a person the source"}
	IssueContradiction = IssueKind{"contradiction", SeverityWarning, ActionNoted,
		"two parts of a statement contradict each other; both are kept as sent", "show a person the source"}
	IssueSuperseded = IssueKind{"superseded", SeverityInfo, ActionCarried,
		"a later message or version in the input says otherwise of the same thing, or that it was deleted; what this one said is carried", "nothing, unless they came in the wrong order"}
	IssueSharedIdentifier = IssueKind{"shared-identifier", SeverityWarning, ActionNoted,
		"one identifier stands on several different things; they were kept apart by their place", "correct the source's identifiers"}
	IssueRepaired = IssueKind{"repaired", SeverityWarning, ActionRepaired,
		"written against the rules of its format; read as what it plainly means", "correct it at the source"}
	IssueOtherPatient = IssueKind{"other-patient", SeverityError, ActionCarried,
		"the document names a further patient; a record is one patient, so that this one is carried and not read", "show a person the source"}
	IssueNoPatient = IssueKind{"no-patient", SeverityError, ActionNoted,
		"the record names no patient and the format demands one; the document says of each thing about the patient that it is not known", "find out whose it is before anybody files it"}
	IssueOutputRenamed = IssueKind{"output-renamed", SeverityInfo, ActionRenamed,
		"a second input has the same output name; a number was added", "nothing"}
	IssueNotStated = IssueKind{"not-stated", SeverityError, ActionNoted,
		"the target cannot say this without reading as its opposite; it is kept where no reader takes it for a statement", "show a person the source"}
	IssueUnknownUse = IssueKind{"unknown-use", SeverityInfo, ActionKeptAsText,
		"the use of a name, an address or a telecom is none that its format defines; it is kept as sent, apart from the uses known", "look at the source, if you need to know which address or number is which"}
	IssueStatusByRule = IssueKind{"status-by-rule", SeverityInfo, ActionDefaulted,
		"the problem has an end and no status of its own; HL7's guide gives it the status inactive", "look at the end in the source if the status matters to you"}
	IssueStatusDisagrees = IssueKind{"status-disagrees-with-end", SeverityWarning, ActionNoted,
		"the source gives the problem an end and says that it is there; the status stands, the end is kept in an extension", "correct the source"}
	IssueWithheld = IssueKind{"withheld", SeverityWarning, ActionWithheld,
		"the target does not allow this value here, and conformance was asked for; it is left out", "export faithfully, or keep the record beside the output, if the value matters to you"}
	IssueAltered = IssueKind{"altered", SeverityInfo, ActionDefaulted,
		"the target demands another form of this value, and conformance was asked for", "export faithfully if you need the form that was sent"}
	IssueBatchCount = IssueKind{"batch-count", SeverityWarning, ActionNoted,
		"the trailer of a batch or a file gives another count than there are", "ask the sender: messages may be missing"}
	IssueBatchIncomplete = IssueKind{"batch-incomplete", SeverityWarning, ActionNoted,
		"a batch or a file lacks its header or its trailer", "ask the sender: messages may be missing"}
	IssueCharset = IssueKind{"charset-assumed", SeverityWarning, ActionNoted,
		"the message names no character set, or one that is not known or not the one its bytes are in; they were read as UTF-8, or as ISO 8859-1 where they are none", "correct MSH-18 at the source, or name the character set in the options"}
	IssueLineEnds = IssueKind{"mixed-line-ends", SeverityWarning, ActionRepaired,
		"some segments end with a line feed where the header ends with a carriage return; they were read as segments", "end every segment with a carriage return"}
	IssueSegment = IssueKind{"not-a-segment", SeverityWarning, ActionCarried,
		"a line does not begin with the name of a segment; it is kept where it stands", "look at the source: it may be the rest of a text that was broken into lines"}
	IssueMisplacedSegment = IssueKind{"misplaced-segment", SeverityInfo, ActionNoted,
		"the structure of the message has no place for the segment where it stands", "look at the source, if the segment's meaning depends on what it follows"}

	// What Merge finds.
	IssueDuplicate = IssueKind{"duplicate", SeverityInfo, ActionNoted,
		"several sources state this; it is one entry, which names all of them", "nothing"}
	IssueConflict = IssueKind{"conflict", SeverityWarning, ActionNoted,
		"the sources do not agree on this; all that they say is kept, side by side", "show a person all of it, and give Reconcile what they decide"}
	IssueWording = IssueKind{"other-wording", SeverityInfo, ActionNoted,
		"a source says this in other words or with other details of form; those of the newest source stand, the others stay with their source in Merging.Parts", "nothing"}
	IssueChangedSince = IssueKind{"changed-since-merging", SeverityWarning, ActionNoted,
		"the record was changed after it was merged; as it stands now it counts as a source of its own", "give decisions to Reconcile instead of changing a merged record"}
	IssueDecision = IssueKind{"decision-not-applied", SeverityWarning, ActionNoted,
		"a decision names statements that no source has, or makes one of what is not of one kind; it is kept, and was not carried out", "look at the decision: what it is about may have gone with its source"}

	// What Validate finds.
	IssueMissingAssertion = IssueKind{"missing-assertion", SeverityError, ActionNoted,
		"the entry does not say whether it affirms or denies", "do not use the entry; correct what made the record"}
	IssueAbsentButAsserted = IssueKind{"absent-but-asserted", SeverityError, ActionNoted,
		"the entry says that the whole statement is absent and asserts it all the same", "do not use the entry; correct what made the record"}
	IssueMissingID = IssueKind{"missing-id", SeverityError, ActionNoted,
		"the entry has no id", "correct what made the record"}
	IssueDuplicateID = IssueKind{"duplicate-id", SeverityError, ActionNoted,
		"an entry before this one has the same id", "correct what made the record: references cannot tell them apart"}
	IssueUnknownTerm = IssueKind{"unknown-term", SeverityWarning, ActionNoted,
		"the word is not in the list of its field", "correct what made the record: exporters may have no code for it"}
	IssueMalformedTime = IssueKind{"malformed-time", SeverityError, ActionNoted,
		"the time is not written as the record writes times, or is not in the calendar", "correct what made the record; text that is no time belongs in AsSent"}
	IssueMalformedNumber = IssueKind{"malformed-number", SeverityWarning, ActionNoted,
		"the text is not a number", "correct it at the source"}
	IssuePeriodReversed = IssueKind{"period-reversed", SeverityWarning, ActionNoted,
		"the period ends before it starts", "correct it at the source"}
	IssueSeveralValues = IssueKind{"several-values", SeverityWarning, ActionNoted,
		"more than one value stands where one belongs", "look at the source"}
	IssueMalformedNarrative = IssueKind{"malformed-narrative", SeverityError, ActionNoted,
		"the nodes of the narrative make no tree", "correct what made the record"}
	IssueNotUTF8 = IssueKind{"not-utf8", SeverityError, ActionNoted,
		"a text is not UTF-8", "correct what made the record: it cannot be written"}
	IssueUnknownSource = IssueKind{"unknown-source", SeverityError, ActionNoted,
		"an origin or a carried piece names a source that the record does not list", "correct what made the record"}
)

// IssueKinds lists every kind, in the order of docs/report-codes.md.
func IssueKinds() []IssueKind {
	return []IssueKind{
		IssueCarried, IssueExportCarried, IssueLost, IssueUnknownCodeSystem, IssueUnknownTemplate, IssueUnexpectedFixed,
		IssueNarrativeReference, IssueInvalidTime, IssueInvalidNumber, IssueTimeCut, IssueZoneAssumed, IssueUndeclaredPrefix,
		IssueProfileNotClaimed, IssueDataAbsent, IssueDanglingReference, IssueUnsupportedVersion, IssueOtherVersion, IssueBadLine, IssueNegationUnclear, IssueOtherSubject, IssueUnknownModifier,
		IssueContradiction, IssueSuperseded, IssueSharedIdentifier, IssueRepaired, IssueOtherPatient, IssueNoPatient, IssueOutputRenamed, IssueNotStated,
		IssueUnknownUse, IssueStatusByRule, IssueStatusDisagrees, IssueWithheld, IssueAltered,
		IssueBatchCount, IssueBatchIncomplete, IssueCharset, IssueLineEnds, IssueSegment, IssueMisplacedSegment,
		IssueDuplicate, IssueConflict, IssueWording, IssueChangedSince, IssueDecision,
		IssueMissingAssertion, IssueAbsentButAsserted, IssueMissingID, IssueDuplicateID, IssueUnknownTerm, IssueMalformedTime,
		IssueMalformedNumber, IssuePeriodReversed, IssueSeveralValues, IssueMalformedNarrative, IssueNotUTF8, IssueUnknownSource,
	}
}
