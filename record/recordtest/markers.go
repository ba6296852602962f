package recordtest

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"

	"github.com/portage-health/portage/record"
)

// marker is what every planted text looks like: letters that no standard uses and a number.
const marker = "Zqx"

var markerPattern = regexp.MustCompile(`(?i)zqx[0-9]{5}q`)

// Markers gives a full record in which every text that a patient's value could
// be is a planted one, each different from all others: names, codes, displays,
// times, numbers, identifiers, narrative. What it reads like is no medicine and
// Validate would find fault with it. Ids that Portage made, terms of closed
// lists that steer an exporter (assertions, statuses, kinds) and code systems
// that are public knowledge stay. Whatever a package says of it in errors,
// reports, logs or ids must pass NoMarkers.
//
// plants gives the path of every marker, to find out which field leaked.
func Markers() (rec *record.Record, plants map[string]string) {
	rec = Full()
	plants = map[string]string{}
	var walk func(v reflect.Value, path string)
	walk = func(v reflect.Value, path string) {
		switch v.Kind() {
		case reflect.Pointer:
			if !v.IsNil() {
				walk(v.Elem(), path)
			}
		case reflect.Slice:
			for i := range v.Len() {
				walk(v.Index(i), fmt.Sprintf("%s[%d]", path, i))
			}
		case reflect.Struct:
			if d, ok := v.Addr().Interface().(*record.Data); ok {
				if !d.IsZero() {
					m := plant(plants, path)
					*d = record.BytesData([]byte(m))
				}
				return
			}
			for i := range v.NumField() {
				if sf := v.Type().Field(i); sf.IsExported() && !steers(v.Type().Name()+"."+sf.Name, sf) {
					walk(v.Field(i), path+"."+sf.Name)
				}
			}
		case reflect.String:
			if v.Len() > 0 && v.Type() == reflect.TypeFor[string]() {
				v.SetString(plant(plants, path))
			}
		}
	}
	walk(reflect.ValueOf(rec).Elem(), "record")
	return rec, plants
}

func plant(plants map[string]string, path string) string {
	m := fmt.Sprintf("%s%05dq", marker, len(plants)+1)
	plants[m] = path
	return m
}

// steers are the fields that keep what they have, so that exporters still go all their ways.
func steers(key string, f reflect.StructField) bool {
	if strings.Contains(f.Tag.Get("portage"), "made") {
		return true
	}
	switch key {
	case "Ref.ID", "Coding.System", "Identifier.System", "Quantity.System", "NarrativeNode.Kind", "NarrativeNode.ID", "NarrativeAttr.Name", "NarrativeLink.Anchor", "AddressPart.Kind",
		"Participation.Role", "Relation.Type", "Medication.Kind", "Procedure.Class", "Order.Kind", "Order.Class", "Panel.Class", "Telecom.System",
		"Claim.Kind", "Device.Use", "List.Mode", "ClinicalStatus.Code", "Consent.Decision", "Provision.Type", "Problem.Use":
		return true
	}
	return strings.HasSuffix(f.Name, "Ref") && f.Type.Kind() == reflect.String
}

// NoMarkers fails the test if a text holds a marker, in any case of letters.
func NoMarkers(t TB, text string) {
	t.Helper()
	if found := markerPattern.FindAllString(text, -1); len(found) > 0 {
		t.Errorf("a patient's value leaked: %q (%d in all)", found[0], len(found))
	}
}

// NoMarkersIn fails the test if an error or a report holds a marker.
func NoMarkersIn(t TB, err error, reports ...*record.Report) {
	t.Helper()
	if err != nil {
		NoMarkers(t, fmt.Sprintf("%v %+v %#v", err, err, err))
	}
	for _, r := range reports {
		if r == nil {
			continue
		}
		for _, i := range r.Issues {
			NoMarkers(t, fmt.Sprintf("%+v", i))
		}
	}
}
