package ccda

// The concepts that are not written yet: each moves to the file of its concept.

func (w *writer) problemEntry(int) bool             { return false }
func (w *writer) problemSection(int) string         { return "11450-4" }
func (w *writer) medicationEntry(int) bool          { return false }
func (w *writer) medicationSection(int) string      { return "10160-0" }
func (w *writer) immunizationEntry(int) bool        { return false }
func (w *writer) immunizationSection(int) string    { return "11369-6" }
func (w *writer) procedureEntry(int) bool           { return false }
func (w *writer) resultEntry(int) bool              { return false }
func (w *writer) resultPanelEntry(int) bool         { return false }
func (w *writer) vitalEntry(int) bool               { return false }
func (w *writer) vitalPanelEntry(int) bool          { return false }
func (w *writer) socialEntry(int) bool              { return false }
func (w *writer) assessmentEntry(int) bool          { return false }
func (w *writer) assessmentSection(int) string      { return "47420-5" }
func (w *writer) assessmentPanelEntry(int) bool     { return false }
func (w *writer) assessmentPanelSection(int) string { return "47420-5" }
func (w *writer) questionnaireEntry(int) bool       { return false }
func (w *writer) observationEntry(int) bool         { return false }
func (w *writer) observationSection(int) string     { return "" }
func (w *writer) encounterEntry(int) bool           { return false }
func (w *writer) goalEntry(int) bool                { return false }
func (w *writer) healthConcernEntry(int) bool       { return false }
func (w *writer) carePlanEntry(int) bool            { return false }
func (w *writer) careTeamEntry(int) bool            { return false }
func (w *writer) deviceEntry(int) bool              { return false }
func (w *writer) deviceSection(int) string          { return "" }
func (w *writer) specimenEntry(int) bool            { return false }
func (w *writer) noteEntry(int) bool                { return false }
func (w *writer) coverageEntry(int) bool            { return false }
func (w *writer) familyEntry(int) bool              { return false }
func (w *writer) directiveEntry(int) bool           { return false }
func (w *writer) appointmentEntry(int) bool         { return false }
func (w *writer) orderEntry(int) bool               { return false }
func (w *writer) imagingEntry(int) bool             { return false }
