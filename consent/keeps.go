package consent

// kept is a rule of law that keeps entries back, and which it does not.
type kept struct {
	*LawRule
	unless []Condition
}

// stageOf makes of rules that keep entries back what a decision says: what none of them keeps back is permitted.
func stageOf(list []kept, mask bool) []Rule {
	out := make([]Rule, len(list)+1)
	for i := range list {
		r, x := list[i].LawRule, &out[i]
		x.Effect, x.If.Labels, x.Unless, x.Known, x.Mask, x.Policy, x.Basis = Deny, r.Labels, list[i].unless, true, mask, r.ID, r.Citation
	}
	out[len(list)].Effect = Permit
	return out
}
