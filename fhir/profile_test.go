package fhir

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Every element that a profile names is one of its type; every type, value and rule in the table is known.
func TestProfileTable(t *testing.T) {
	table := elements()
	require.Less(t, len(profileText), 150_000)
	require.Less(t, len(releaseText), 100_000)
	for u := range releases {
		t.Run(u.String(), func(t *testing.T) { checkProfiles(t, table, u) })
	}
}

func mustInvariant(u USCore, key, typ string) any {
	if check, _ := profileInvariant(u, key, typ); check != nil {
		return check
	}
	return nil
}

func checkProfiles(t *testing.T, table *elementTable, u USCore) {
	all := profilesOf(u)
	require.Greater(t, len(all), 400)
	var check func(p *profile, r *profileRule, types []*elementType)
	check = func(p *profile, r *profileRule, types []*elementType) {
		for _, x := range r.parts {
			var below []*elementType
			for _, typ := range types {
				for _, e := range typ.elements {
					if e.name == x.name {
						for _, use := range e.types {
							below = append(below, use.elementType)
						}
					}
				}
			}
			require.NotEmpty(t, below, "%s", x.path)
			if x.slice != "" && len(x.tells) == 0 {
				require.Equal(t, "bp", p.name, "%s: nothing tells the slice", x.path)
			}
			for _, c := range x.types {
				require.NotNil(t, table.typ(c.name), "%s", x.path)
			}
			for _, k := range x.keys {
				require.NotNil(t, mustInvariant(u, k, below[0].name), "%s: %s", x.path, k)
			}
			check(p, x, below)
		}
	}
	for url, p := range all {
		require.NotNil(t, table.typ(p.typ), url)
		for _, k := range p.root.keys {
			require.NotNil(t, mustInvariant(u, k, p.typ), "%s: %s", url, k)
		}
		check(p, &p.root, []*elementType{table.typ(p.typ)})
	}
	require.NotEqual(t, u == USCore311, all[usCoreStem+"StructureDefinition/us-core-simple-observation"] != nil)
	require.Equal(t, u == USCore311, all[usCoreStem+"StructureDefinition/us-core-condition"] != nil)
	require.Equal(t, u == USCore800, all[extInterpreter] != nil)
	if bp := all[usCoreStem+"StructureDefinition/us-core-blood-pressure"]; u != USCore311 {
		require.Equal(t, "us-core-vital-signs", bp.parent.name)
		require.Nil(t, bp.parent.parent)
	}
}

// The value sets are read whole.
func TestBoundSets(t *testing.T) {
	sets := boundSets()
	require.Greater(t, len(sets), 250)
	require.Less(t, len(boundText), 60_000)
	require.Equal(t, []boundCodes{{"http://hl7.org/fhir/administrative-gender", "\tmale\tfemale\tother\tunknown\t"}}, sets["administrative-gender"])
	for _, e := range elements().types {
		for _, x := range e.elements {
			require.Less(t, len(e.elements), mostElements)
			if len(x.types) == 1 && x.types[0].name == "code" && x.binding != "" && sets[x.binding] == nil {
				t.Logf("%s.%s: %s is not held", e.name, x.name, x.binding)
			}
		}
	}
	for _, s := range sets {
		for _, g := range s {
			require.NotContains(t, g.codes, "\t\t")
			require.NotEmpty(t, g.system)
		}
	}
}
