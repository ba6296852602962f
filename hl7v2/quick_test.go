package hl7v2
import ("testing";"fmt";"slices";"maps";"bytes";"sort";"strings")
func dump(g *Group, in string, b *strings.Builder) {
	for _, n := range g.Nodes {
		if n.Group != nil { fmt.Fprintf(b, "%s%s[%d]\n", in, n.Group.Name, n.Group.Occurrence); dump(n.Group, in+"  ", b); continue }
		fmt.Fprintf(b, "%s%s", in, n.Segment.Name()); if n.Fit != 0 { fmt.Fprintf(b, " %v", n.Fit) }; b.WriteByte('\n')
	}
}
func TestQuick(t *testing.T) {
	c := corpus(t)
	fits := map[string]int{}
	unk := map[string]int{}
	for _, p := range slices.Sorted(maps.Keys(c)) {
		m, err := Parse(c[p], Options{})
		if err != nil { fmt.Println(p[max(0,len(p)-60):], err); continue }
		if !bytes.Equal(m.Bytes(), c[p]) { t.Error(p) }
		g := m.Tree()
		a,b,_ := m.Type()
		if g.Name == "" { unk[a+"^"+b]++ }
		var w func(g *Group)
		w = func(g *Group) { for _, n := range g.Nodes { if n.Group != nil { w(n.Group) } else if n.Fit != 0 { k := fmt.Sprint(g.Name, " ", a,"^",b," ",n.Segment.Name(), " ", n.Fit); fits[k]++; if fits[k]==1 {fits[k+" e.g. "+p[max(0,len(p)-50):]] = 0} } } }
		w(g)
	}
	var ks []string
	for k := range fits { if fits[k]>0 { ks = append(ks, k) } }
	sort.Strings(ks)
	for _, k := range ks { fmt.Println(fits[k], k) }
	fmt.Println(unk)
}
