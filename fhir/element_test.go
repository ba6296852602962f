package fhir

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The table is whole: every type that it names is there, and every element is found by its names.
func TestElementTable(t *testing.T) {
	table := elements()
	kinds := map[typeKind]int{}
	for name, x := range table.types {
		require.Equal(t, name, x.name)
		require.NotZero(t, x.kind, "%s is named, but not defined", name)
		kinds[x.kind]++
		require.True(t, x.base != nil || name == "Element" || name == "Resource", name)
		for place, e := range x.elements {
			require.NotEmpty(t, e.types, "%s.%s", name, e.name)
			require.True(t, e.min <= e.most && e.min <= 1, "%s.%s", name, e.name)
			require.True(t, e.choice || len(e.types) == 1, "%s.%s has types, but is no choice", name, e.name)
			for choice, of := range e.types {
				full := e.name
				if e.choice {
					full += strings.ToUpper(of.name[:1]) + of.name[1:]
				}
				gotPlace, gotChoice := x.find(table.number(full))
				require.Equal(t, []int{place, choice}, []int{gotPlace, gotChoice}, "%s.%s", name, full)
			}
		}
	}
	require.Equal(t, map[typeKind]int{primitiveType: 20, datatype: 41, resourceType: 148, typePart: 473 + 6}, kinds, "six of them of R5")
	require.Less(t, len(elementText), 250_000)
}

func TestElements(t *testing.T) {
	table := elements()
	of := func(typ, name string) (*element, string) {
		x := table.typ(typ)
		place, choice := x.find(table.number(name))
		require.GreaterOrEqual(t, place, 0, name)
		return x.elements[place], x.elements[place].types[choice].name
	}
	e, typ := of("Patient", "gender")
	require.Equal(t, "code", typ)
	require.Equal(t, "administrative-gender", e.binding)
	require.Equal(t, []any{uint8(0), uint8(1), true, false, false}, []any{e.min, e.most, e.summary, e.modifier, e.attribute})

	e, typ = of("Patient", "deceasedDateTime")
	require.Equal(t, []any{"deceased", true, "dateTime", true}, []any{e.name, e.choice, typ, e.modifier})

	e, typ = of("Patient", "generalPractitioner")
	require.Equal(t, []any{"Reference", "Organization|Practitioner|PractitionerRole", uint8(many)}, []any{typ, e.types[0].targets, e.most})

	_, typ = of("Observation.component", "referenceRange")
	require.Equal(t, "Observation.referenceRange", typ, "content as of another element")

	e, typ = of("Extension", "url")
	require.Equal(t, []any{"uri", true, uint8(1)}, []any{typ, e.attribute, e.min})
	_, typ = of("Extension", "valueMeta")
	require.Equal(t, "Meta", typ)
	require.Len(t, table.typ("Extension").elements[2:], 2)

	_, typ = of("Dosage.doseAndRate", "doseQuantity")
	require.Equal(t, "Quantity", typ)
	e, _ = of("Dosage", "maxDosePerLifetime")
	require.Equal(t, "SimpleQuantity", e.types[0].profile)

	_, typ = of("Age", "value")
	require.Equal(t, "decimal", typ, "from the type it builds on")

	for name, form := range map[string]jsonForm{"boolean": boolForm, "positiveInt": numberForm, "decimal": numberForm, "xhtml": xhtmlForm, "code": stringForm, "uuid": stringForm} {
		require.Equal(t, form, table.typ(name).form, name)
	}
	var names []string
	for _, e := range table.typ("Patient").elements {
		names = append(names, e.name)
	}
	require.Equal(t, "id meta implicitRules language text contained extension modifierExtension identifier active name telecom gender birthDate deceased address "+
		"maritalStatus multipleBirth photo contact communication generalPractitioner managingOrganization link", strings.Join(names, " "))

	require.Nil(t, table.resource("HumanName"))
	require.NotNil(t, table.resource("Binary"))
	require.Nil(t, table.typ("Tomorrow"))
	place, _ := table.typ("Patient").find(table.number("valueQuantity"))
	require.Equal(t, -1, place)
	place, _ = (*elementType)(nil).find(table.number("id"))
	require.Equal(t, -1, place)
}
