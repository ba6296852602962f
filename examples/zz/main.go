package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"regexp"
	"sort"
	"strings"

	"github.com/portage-health/portage/ccda"
	"github.com/portage-health/portage/fhir"
	"github.com/portage-health/portage/record"
)

var num = regexp.MustCompile(`\[\d+\]`)

func main() {
	from, via := os.Args[1], os.Args[2]
	imp := map[string]record.Importer{"ccda": ccda.Importer{}, "fhir": fhir.Importer{}}
	exp := map[string]record.Exporter{"ccda": &ccda.Exporter{}, "fhir": &fhir.Exporter{}}
	counts := map[string]int{}
	ex := map[string]string{}
	pat := os.Getenv("SHOW")
	for _, f := range os.Args[3:] {
		data, _ := os.ReadFile(f)
		for got, err := range imp[from].Import(context.Background(), record.Input{Bytes: data}, record.ImportOptions{}) {
			if err != nil {
				fmt.Println(err)
				break
			}
			var b bytes.Buffer
			got.Record.Carried = nil
			_, err = exp[via].Export(context.Background(), got.Record, &b, record.ExportOptions{})
			if err != nil {
				fmt.Println(err)
				break
			}
			for back, err := range imp[via].Import(context.Background(), record.Input{Bytes: b.Bytes()}, record.ImportOptions{}) {
				if err != nil {
					fmt.Println(err)
					break
				}
				for _, d := range record.Diff(got.Record, back.Record) {
					p := num.ReplaceAllString(fmt.Sprint(d.Path), "[]")
					counts[p]++
					if ex[p] == "" {
						ex[p] = f + " " + fmt.Sprintf("%+v", d)
					}
					if pat != "" && strings.Contains(p, pat) {
						fmt.Printf("%s %+v\n", f, d)
					}
				}
				break
			}
		}
	}
	var ks []string
	for k := range counts {
		ks = append(ks, k)
	}
	sort.Slice(ks, func(i, j int) bool { return counts[ks[i]] > counts[ks[j]] })
	for _, k := range ks[:min(len(ks), 150)] {
		e := ex[k]
		fmt.Println(counts[k], k, e[max(0, len(e)-200):])
	}
}
