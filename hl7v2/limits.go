package hl7v2

// Limits bound what reading one message may take. A field that is zero (or negative) has its default.
type Limits struct {
	Bytes       int // bytes of one message; 256 MiB − 1, which is also the most there can be
	Segments    int // segments of one message; 100,000
	Fields      int // fields of one segment; 10,000
	Repetitions int // repetitions of one field; 100,000
	Pieces      int // pieces between delimiters, of one message; 8,000,000
	Messages    int // messages of one batch; 1,000,000
}

const maxOffset = 1<<28 - 1

func (l Limits) filled() Limits {
	fill := func(p *int, def, top int) {
		if *p <= 0 {
			*p = def
		}
		*p = min(*p, top)
	}
	fill(&l.Bytes, maxOffset, maxOffset)
	fill(&l.Segments, 100_000, maxOffset)
	fill(&l.Fields, 10_000, maxOffset)
	fill(&l.Repetitions, 100_000, maxOffset)
	fill(&l.Pieces, 8_000_000, maxOffset)
	fill(&l.Messages, 1_000_000, 1<<62)
	return l
}
