package ccda

// The concepts that are not written yet: each moves to the file of its concept.

func (w *writer) medicationEntry(int) bool       { return false }
func (w *writer) medicationSection(int) string   { return "10160-0" }
func (w *writer) immunizationEntry(int) bool     { return false }
func (w *writer) immunizationSection(int) string { return "11369-6" }
func (w *writer) procedureEntry(int) bool        { return false }
func (w *writer) encounterEntry(int) bool        { return false }
func (w *writer) goalEntry(int) bool             { return false }
func (w *writer) healthConcernEntry(int) bool    { return false }
func (w *writer) carePlanEntry(int) bool         { return false }
func (w *writer) careTeamEntry(int) bool         { return false }
func (w *writer) deviceEntry(int) bool           { return false }
func (w *writer) deviceSection(int) string       { return "" }
func (w *writer) noteEntry(int) bool             { return false }
func (w *writer) coverageEntry(int) bool         { return false }
func (w *writer) directiveEntry(int) bool        { return false }
func (w *writer) appointmentEntry(int) bool      { return false }
func (w *writer) orderEntry(int) bool            { return false }
func (w *writer) imagingEntry(int) bool          { return false }
