package record

// List is a curated list of entries (FHIR List).
type List struct {
	Entry
	Mode        string     `json:"listMode,omitempty"` // working, snapshot, changes
	Code        *Concept   `json:"code,omitempty"`
	Title       string     `json:"title,omitempty"`
	When        *Time      `json:"when,omitempty"`
	Period      *Period    `json:"period,omitempty"` // the time that the list is about (CDA organizer/effectiveTime)
	OrderedBy   *Concept   `json:"orderedBy,omitempty"`
	Items       []ListItem `json:"items,omitempty"`
	EmptyReason *Concept   `json:"emptyReason,omitempty"`
	Encounter   *Ref       `json:"encounter,omitempty"`
}

// ListItem is one item of a list.
type ListItem struct {
	Flag    *Concept `json:"flag,omitempty"`
	Deleted *bool    `json:"deleted,omitempty"`
	When    *Time    `json:"when,omitempty"`
	Item    Ref      `json:"item,omitzero"`
}
