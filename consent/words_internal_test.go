package consent

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

// Classes, types of resource and types of document must each match: what is beside the first of them goes into the parts.
func TestClassesOfThreeKinds(t *testing.T) {
	one := func(code string) []record.Coding { return []record.Coding{{Code: code}} }
	for name, c := range map[string]struct {
		p    record.Provision
		want Condition
	}{
		"classes":    {record.Provision{Classes: one("c")}, Condition{Classes: one("c")}},
		"resources":  {record.Provision{ResourceTypes: one("r")}, Condition{Classes: one("r")}},
		"documents":  {record.Provision{DocumentTypes: one("d")}, Condition{Classes: one("d")}},
		"all three":  {record.Provision{Classes: one("c"), ResourceTypes: one("r"), DocumentTypes: one("d")}, Condition{Classes: one("c"), Parts: []Condition{{Classes: one("r")}, {Classes: one("d")}}}},
		"last two":   {record.Provision{ResourceTypes: one("r"), DocumentTypes: one("d")}, Condition{Classes: one("r"), Parts: []Condition{{Classes: one("d")}}}},
		"empty ones": {record.Provision{Classes: []record.Coding{}, DocumentTypes: one("d")}, Condition{Classes: one("d")}},
	} {
		t.Run(name, func(t *testing.T) {
			var direct, spokenOf Condition
			w := words{p: &c.p}
			w.into(&direct)
			require.Equal(t, c.want, direct)
			made := new(spoken)
			w.speak(made)
			v := words{made: made}
			v.into(&spokenOf)
			require.Equal(t, c.want, spokenOf)
			require.Equal(t, w.gist(), v.gist())
			require.True(t, w.is(&v))
		})
	}
}

// A provision that adds to one above it takes over the types of document that it does not state, whatever classes it states.
func TestDocumentTypesAreTakenOver(t *testing.T) {
	var up, own spoken
	(&words{p: &record.Provision{DocumentTypes: []record.Coding{{Code: "d"}}}}).speak(&up)
	(&words{p: &record.Provision{Classes: []record.Coding{{Code: "c"}}}}).speak(&own)
	own.widen(&up)
	w := words{made: &own}
	require.Equal(t, &Condition{Classes: []record.Coding{{Code: "c"}}, Parts: []Condition{{Classes: []record.Coding{{Code: "d"}}}}}, w.condition())
}
