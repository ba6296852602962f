package consent

import (
	"slices"
	"sync"
)

// keeps are the rules of one law that keep entries back, with what stands in a decision for each choice of them that nothing
// lifts. There is nothing of a patient in it, and decisions share it.
type keeps struct {
	rules []*LawRule
	// stages are, by number, of the rules whose bits the number has: as they are, and masking.
	stages [2][][]Rule
}

// usKeeps are those of the law of the United States.
var usKeeps = sync.OnceValue(func() []keeps { return keepsOf(usLaw) })

func keepsOf(laws []*Law) (out []keeps) {
	for _, l := range laws {
		var k keeps
		for i := range l.Rules {
			if l.Rules[i].Kind == LawWithholds {
				k.rules = append(k.rules, &l.Rules[i])
			}
		}
		for m := range k.stages {
			for bits := range uint64(1) << len(k.rules) {
				var list []kept
				for i, r := range k.rules {
					if bits>>i&1 != 0 {
						list = append(list, kept{r, nil})
					}
				}
				k.stages[m] = append(k.stages[m], stageOf(list, m == 1))
			}
		}
		out = append(out, k)
	}
	return out
}

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

// shared gives what decisions share of the rules of one law, those whose bits there are; nil where they share nothing.
func shared(rules []*LawRule, bits uint64, mask bool) []Rule {
	all := usKeeps()
	for i := range all {
		if slices.Equal(all[i].rules, rules) {
			return all[i].stage(bits, mask)
		}
	}
	return nil
}

// stage gives the stage of the rules whose bits there are; nil where somebody changed the law or the stage.
func (k *keeps) stage(bits uint64, mask bool) []Rule {
	out := k.stages[0][bits]
	if mask {
		out = k.stages[1][bits]
	}
	n := 0
	for i, r := range k.rules {
		if bits>>i&1 == 0 {
			continue
		}
		x := &out[n]
		if x.Effect != Deny || !x.Known || x.Mask != mask || len(x.Unless) > 0 || x.Policy != r.ID || x.Basis != r.Citation || !sameSlice(x.If.Labels, r.Labels) ||
			x.If.Period != nil || len(x.If.Data)|len(x.If.Codes)|len(x.If.Classes)|len(x.If.Documents)|len(x.If.Parts) != 0 {
			return nil
		}
		n++
	}
	if x := &out[n]; x.Effect != Permit || !x.If.IsZero() {
		return nil
	}
	return out
}
