package ccda

// The concepts that are not written yet: each moves to the file of its concept.

func (w *writer) goalEntry(int) bool          { return false }
func (w *writer) healthConcernEntry(int) bool { return false }
func (w *writer) carePlanEntry(int) bool      { return false }
func (w *writer) careTeamEntry(int) bool      { return false }
func (w *writer) deviceEntry(int) bool        { return false }
func (w *writer) deviceSection(int) string    { return "" }
func (w *writer) noteEntry(int) bool          { return false }
func (w *writer) coverageEntry(int) bool      { return false }
func (w *writer) directiveEntry(int) bool     { return false }
func (w *writer) imagingEntry(int) bool       { return false }
