package consent

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// What decisions share of a law is what would be made of it, for every choice of its rules.
func TestSharedStages(t *testing.T) {
	for _, k := range keepsOf(usLaw) {
		for _, mask := range []bool{false, true} {
			for bits := range uint64(1) << len(k.rules) {
				var list []kept
				for i, r := range k.rules {
					if bits>>i&1 != 0 {
						list = append(list, kept{r, nil})
					}
				}
				got := k.stage(bits, mask)
				require.Equal(t, stageOf(list, mask), got)
				require.Equal(t, got, shared(k.rules, bits, mask))
				require.Equal(t, len(got), cap(got))
			}
		}
	}
}

// Of a law that somebody changed, and of what somebody changed in a decision, nothing is shared.
func TestChangedStagesAreNotShared(t *testing.T) {
	law := func() *Law {
		return &Law{Rules: []LawRule{{ID: "a", Citation: "1", Kind: LawWithholds, Labels: act("HIV")}, {ID: "b", Citation: "2", Kind: LawWithholds, Labels: act("PSY")}}}
	}
	changes := map[string]func(l *Law, stage []Rule){
		"citation": func(l *Law, _ []Rule) { l.Rules[0].Citation = "3" },
		"id":       func(l *Law, _ []Rule) { l.Rules[1].ID = "c" },
		"labels":   func(l *Law, _ []Rule) { l.Rules[1].Labels = act("PSY", "SUD") },
		"effect":   func(_ *Law, s []Rule) { s[0].Effect = Permit },
		"known":    func(_ *Law, s []Rule) { s[1].Known = false },
		"mask":     func(_ *Law, s []Rule) { s[1].Mask = true },
		"unless":   func(_ *Law, s []Rule) { s[0].Unless = []Condition{{}} },
		"codes":    func(_ *Law, s []Rule) { s[0].If.Codes = act("x") },
		"the rest": func(_ *Law, s []Rule) { s[2].If.Labels = act("x") },
	}
	for name, change := range changes {
		l := law()
		k := keepsOf([]*Law{l})[0]
		require.Len(t, k.stage(3, false), 3)
		change(l, k.stage(3, false))
		require.Nil(t, k.stage(3, false), name)
	}
	l := law()
	require.Nil(t, shared([]*LawRule{&l.Rules[0]}, 1, false), "another law")
}
