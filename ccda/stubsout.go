package ccda

// The concepts that are not written yet: each moves to the file of its concept.

func (w *writer) goalEntry(int) bool          { return false }
func (w *writer) healthConcernEntry(int) bool { return false }
func (w *writer) carePlanEntry(int) bool      { return false }
func (w *writer) careTeamEntry(int) bool      { return false }
