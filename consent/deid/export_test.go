package deid

// WrittenRules gives the rules as they stand in the table.
func WrittenRules() []FieldRule {
	t := rules()
	var all []FieldRule
	for _, r := range t.whole {
		all = append(all, r)
	}
	for _, key := range t.order {
		all = append(all, t.fields[key])
	}
	return all
}

// HasTerms reports whether there is a list of words for a field, or for its type.
func HasTerms(field, typ string) bool { return words()[field] != nil || words()[typ] != nil }

// IsUnit and the like are the rules of single texts.
var (
	IsUnit    = isUnit
	IsCode    = isCode
	IsPublic  = isPublic
	IsBounds  = isBounds
	IsVersion = isVersion
	IsToken   = isToken

	IsMeasured = isMeasured
	Shift      = shift
)
