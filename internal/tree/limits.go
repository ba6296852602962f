package tree

// Limits bound what reading one document may take. A field that is zero (or negative) has its default. The limits that have
// to do with offsets cannot be raised beyond what 32 bits hold.
type Limits struct {
	MaxBytes     int // bytes of input, and of the text it is transcoded to: default 256 MiB
	MaxMemory    int // bytes allocated for nodes and for transcoded text: default 20 MiB and 20 bytes for every node of MaxNodes
	MaxNodes     int // nodes, attributes and blank texts among them: default 2 000 000
	MaxDepth     int // elements, or objects and arrays, one within another: default 512
	MaxTextBytes int // bytes of one text, attribute value, string or number as written: default 128 MiB
	MaxAttrs     int // attributes of one element, namespace declarations among them: default 256
	MaxNames     int // different names in a document, and different namespaces: default 16 384
	MaxNameBytes int // bytes of one name or namespace: default 1024
}

// Names of limits, as in LimitError.
const (
	LimitBytes     = "bytes"
	LimitMemory    = "memory"
	LimitNodes     = "nodes"
	LimitDepth     = "depth"
	LimitTextBytes = "text-bytes"
	LimitAttrs     = "attributes"
	LimitNames     = "names"
	LimitNameBytes = "name-bytes"
)

var defaults = Limits{}.fill()

// WithDefaults gives l with the default for each limit that is not set.
func (l Limits) WithDefaults() Limits { return l.filled() }

// filled gives l with the defaults put in.
func (l Limits) filled() Limits {
	if l == (Limits{}) {
		return defaults
	}
	return l.fill()
}

func (l Limits) fill() Limits {
	fill := func(p *int, def, top int) {
		if *p <= 0 {
			*p = def
		}
		*p = min(*p, top)
	}
	fill(&l.MaxBytes, 256<<20, maxOffset)
	fill(&l.MaxNodes, 2_000_000, maxOffset)
	fill(&l.MaxMemory, 20<<20+nodeBytes*l.MaxNodes, 1<<62)
	fill(&l.MaxDepth, 512, maxOffset)
	fill(&l.MaxTextBytes, 128<<20, maxOffset)
	fill(&l.MaxAttrs, 256, maxOffset)
	fill(&l.MaxNames, 16_384, maxNameID)
	fill(&l.MaxNameBytes, 1024, 1<<28)
	return l
}
