package ccda

import "github.com/portage-health/portage/record"

// table writes a table in the order of the schema: caption, columns, one head,
// bodies (NarrativeBlock.xsd, StrucDoc.Table). Rows stay in their order: a foot
// or a second head that stands elsewhere becomes a body.
func (f *fitter) table(i, end, depth int) {
	f.out = append(f.out, record.NarrativeNode{Kind: "table", Depth: depth, ID: f.id(i), Attrs: f.attributes(i, "table", "")})
	f.told[i] |= toldKind
	t := tableFit{fitter: f, depth: depth + 1}
	t.heads = f.countBodies(i+1, end) > 0
	for k := i + 1; k < end; {
		to := f.n.End(k)
		t.part(k, to)
		k = to
	}
	if !t.body {
		f.altered(i)
		t.open("tbody")
		f.emptyRow(t.depth + 1)
	}
}

// countBodies counts what makes a body of a table.
func (f *fitter) countBodies(from, to int) int {
	n := 0
	for k := from; k < to; k = f.n.End(k) {
		switch f.n.Nodes[k].Kind {
		case "tbody", "tr", "tfoot":
			n++
		}
	}
	return n
}

type tableFit struct {
	*fitter
	depth int
	stage int    // 0 caption, 1 columns, 2 head, 3 bodies
	col   string // col or colgroup: a table has one of them
	body  bool   // a body was begun
	loose bool   // rows that stand in the table itself are being gathered in a body
	heads bool   // there is a body behind a head
}

func (t *tableFit) open(kind string) {
	t.out = append(t.out, record.NarrativeNode{Kind: kind, Depth: t.depth})
	t.body = t.body || kind == "tbody"
	t.stage = 3
}

func (t *tableFit) part(k, to int) {
	nd := &t.n.Nodes[k]
	if blank(nd) {
		depth := t.depth
		if t.loose {
			depth++
		}
		t.text(k, depth)
		return
	}
	kind, _ := asCDA(nd.Kind)
	switch {
	case kind == "caption" && t.stage == 0:
		t.stage = 1
		t.element(k, to, t.depth, "caption")
		return
	case (kind == "col" || kind == "colgroup") && !t.hasWords(k+1, to):
		if t.stage <= 1 && (t.col == "" || t.col == kind) {
			t.stage, t.col = 1, kind
			t.columns(k, to, kind)
		}
		return
	case kind == "thead" && t.stage < 2 && t.heads:
		t.stage = 2
		t.group(k, to, "thead")
		return
	case kind == "thead" || kind == "tbody" || kind == "tfoot":
		t.loose, t.body, t.stage = false, true, 3
		t.group(k, to, "tbody")
		return
	}
	if !t.loose {
		t.altered(k)
		t.open("tbody")
		t.loose = true
	}
	t.row(k, to, t.depth+1)
}

// columns writes a column or a group of them.
func (t *tableFit) columns(k, to int, kind string) {
	t.told[k] |= toldKind
	t.out = append(t.out, record.NarrativeNode{Kind: kind, Depth: t.depth, ID: t.id(k), Attrs: t.attributes(k, kind, "")})
	for i := k + 1; i < to; i = t.n.End(i) {
		if blank(&t.n.Nodes[i]) {
			t.text(i, t.depth+1)
		}
		if t.n.Nodes[i].Kind == "col" && kind == "colgroup" {
			t.told[i] |= toldKind
			t.out = append(t.out, record.NarrativeNode{Kind: "col", Depth: t.depth + 1, ID: t.id(i), Attrs: t.attributes(i, "col", "")})
		}
	}
}

// group writes a head or a body with its rows.
func (t *tableFit) group(k, to int, kind string) {
	if t.n.Nodes[k].Kind != kind {
		t.altered(k)
	}
	t.told[k] |= toldKind
	t.out = append(t.out, record.NarrativeNode{Kind: kind, Depth: t.depth, ID: t.id(k), Attrs: t.attributes(k, kind, "")})
	rows := 0
	for i := k + 1; i < to; {
		end := t.n.End(i)
		if blank(&t.n.Nodes[i]) {
			t.text(i, t.depth+1)
		} else {
			t.row(i, end, t.depth+1)
			rows++
		}
		i = end
	}
	if rows == 0 {
		t.altered(k)
		t.emptyRow(t.depth + 1)
	}
}

// row writes a row: of what is none it makes one with a single cell.
func (f *fitter) row(k, to, depth int) {
	if f.n.Nodes[k].Kind != "tr" {
		f.altered(k)
		f.out = append(f.out, record.NarrativeNode{Kind: "tr", Depth: depth})
		f.cell(k, to, depth+1)
		return
	}
	f.told[k] |= toldKind
	f.out = append(f.out, record.NarrativeNode{Kind: "tr", Depth: depth, ID: f.id(k), Attrs: f.attributes(k, "tr", "")})
	cells := 0
	for i := k + 1; i < to; {
		end := f.n.End(i)
		if blank(&f.n.Nodes[i]) {
			f.text(i, depth+1)
		} else {
			f.cell(i, end, depth+1)
			cells++
		}
		i = end
	}
	if cells == 0 {
		f.altered(k)
		f.out = append(f.out, record.NarrativeNode{Kind: "td", Depth: depth + 1})
	}
}

// cell writes a cell; what stands in a row and is none becomes the content of one.
func (f *fitter) cell(i, end, depth int) {
	switch kind := f.n.Nodes[i].Kind; kind {
	case "td", "th":
		f.element(i, end, depth, kind)
	default:
		f.altered(i)
		f.out = append(f.out, record.NarrativeNode{Kind: "td", Depth: depth})
		f.children(i, end, depth+1, "td")
	}
}

func (f *fitter) emptyRow(depth int) {
	f.out = append(f.out, record.NarrativeNode{Kind: "tr", Depth: depth}, record.NarrativeNode{Kind: "td", Depth: depth + 1})
}
