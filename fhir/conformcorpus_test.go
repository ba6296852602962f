package fhir

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
	"github.com/portage-health/portage/record/recordtest"
)

func TestScratch(t *testing.T) {
	for _, dir := range []string{"us-core-610-examples", "r4-official-examples-json", "fhir-test-cases-r4-examples", "bulk-10-patients"} {
		count := map[string]int{}
		first := map[string]string{}
		files := 0
		bad := 0
		for _, f := range corpus(t, dir) {
			data, err := os.ReadFile(f)
			require.NoError(t, err)
			d, err := Parse(data, record.Limits{})
			if err != nil {
				fmt.Println("PARSE", f, err)
				continue
			}
			files++
			e := false
			for _, i := range d.Conform(ConformOptions{}) {
				k := string(i.Severity) + " " + i.Code + " " + i.Rule
				count[k]++
				if i.Severity == record.SeverityError {
					e = true
				}
				if first[k] == "" {
					first[k] = fmt.Sprintf("%s:%d:%d %s", filepath.Base(f), i.Line, i.Column, i.Path)
				}
			}
			if e {
				bad++
			}
		}
		fmt.Println("==", dir, files, bad)
		var ks []string
		for k := range count {
			ks = append(ks, k)
		}
		slices.Sort(ks)
		for _, k := range ks {
			fmt.Println(count[k], k, first[k])
		}
	}
}

func TestScratchOwn(t *testing.T) {
	count := map[string]int{}
	first := map[string]string{}
	check := func(name string, data []byte) {
		d, err := Parse(data, record.Limits{})
		require.NoError(t, err)
		for _, i := range d.Conform(ConformOptions{}) {
			k := string(i.Severity) + " " + i.Code + " " + i.Rule
			count[k]++
			if i.Code == "fhir-no-such-code" {
				fmt.Println(name, i.Path)
			}
			if first[k] == "" {
				first[k] = fmt.Sprintf("%s:%d:%d %s", name, i.Line, i.Column, i.Path)
			}
		}
	}
	for _, b := range []BundleType{BundleCollection, BundleTransaction, BundleDocument} {
		out, _ := export(t, Exporter{Bundle: b}, recordtest.Full())
		check("full "+b.String(), out)
		os.WriteFile("/tmp/hfc/full-"+b.String()+".json", out, 0o644)
	}
	for seed := range uint64(60) {
		out, _ := export(t, Exporter{}, recordtest.Generate(seed, recordtest.Medium))
		check(fmt.Sprint("seed ", seed), out)
		os.WriteFile(fmt.Sprintf("/tmp/hfc/seed-%d.json", seed), out, 0o644)
	}
	var ks []string
	for k := range count {
		ks = append(ks, k)
	}
	slices.Sort(ks)
	for _, k := range ks {
		fmt.Println(count[k], k, first[k])
	}
}
