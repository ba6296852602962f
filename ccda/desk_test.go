package ccda

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

// TestDesk holds that a reading leaves nothing of its document on the desk.
func TestDesk(t *testing.T) {
	d, err := Parse([]byte(`<ClinicalDocument xmlns="urn:hl7-org:v3"><id root="2.16.840.1.113883.3.9" extension="D-1"/>
		<author><assignedAuthor><id root="2.16.840.1.113883.3.9" extension="A-1"/><assignedPerson><name><family>Quill</family></name></assignedPerson></assignedAuthor></author>
		<component><structuredBody><component><section><code code="11450-4" codeSystem="2.16.840.1.113883.6.1"/><text><paragraph ID="p1">Words</paragraph></text>
		<entry><act classCode="ACT" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.3"/><id root="2.16.840.1.113883.3.9" extension="P-1"/>
		<text><reference value="#p1"/></text></act></entry></section></component></structuredBody></component></ClinicalDocument>`), record.Limits{})
	require.NoError(t, err)
	desk := d.reading(record.ImportOptions{}).desk
	require.NotEmpty(t, desk.owners.list)
	require.NotEmpty(t, desk.systems.list)
	require.NotEmpty(t, desk.people.byText)
	desk.leave()
	v := reflect.ValueOf(*desk)
	for i := range v.NumField() {
		empty(t, v.Type().Field(i).Name, v.Field(i))
	}
}

func empty(t *testing.T, name string, v reflect.Value) {
	t.Helper()
	switch v.Kind() {
	case reflect.Map, reflect.Slice:
		require.Zero(t, v.Len(), name)
	case reflect.Struct:
		for i := range v.NumField() {
			empty(t, name+"."+v.Type().Field(i).Name, v.Field(i))
		}
	case reflect.Array:
		for i := range v.Len() {
			empty(t, name, v.Index(i))
		}
	case reflect.Pointer:
		empty(t, name, v.Elem())
	}
}
