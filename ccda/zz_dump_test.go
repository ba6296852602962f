package ccda

import (
	"context"
	"fmt"
	"sort"
	"strings"
	"testing"

	"github.com/portage-health/portage/record"
)

func TestZZDump(t *testing.T) {
	ex := examples(t)
	var names []string
	for n := range ex {
		names = append(names, n)
	}
	sort.Strings(names)
	for _, n := range names {
		rec, rep, err := Import(context.Background(), wrapped(ex[n]), record.ImportOptions{})
		if err != nil {
			continue
		}
		fmt.Println("=== ", n, fmt.Sprintf("%+v", rep.Counts))
		for _, c := range rec.Carried {
			d := c.Data
			if len(d) > 160 {
				d = d[:160]
			}
			p := c.Path
			if i := strings.Index(p, "section"); i > 0 {
				p = p[i:]
			}
			fmt.Println("   C", c.Facts, p, strings.Join(strings.Fields(d), " "))
		}
		for _, i := range rep.Issues {
			if i.Code != "carried" {
				fmt.Println("   I", i.Code, i.Path)
			}
		}
	}
}
