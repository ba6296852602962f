package record

import "slices"

// Unmerge takes the parts that came from a source (Source.ID) out of a merged
// record. rest is what the others make, nil where there are none; a single part
// is given back as it was. Decisions that concern what is taken out go with it.
func Unmerge(opt MergeOptions, r *Record, source string) (rest *Record, taken []*Record, err error) {
	rest, parts, err := takeParts(opt, r, func(p *Record) bool {
		return slices.ContainsFunc(p.Sources, func(s Source) bool { return s.ID == source })
	})
	for _, p := range parts {
		taken = append(taken, p.Record)
	}
	return rest, taken, err
}

// Split takes those parts out of a merged record that pick picks, and gives what
// the others make and what they make: nil for none, and a single part as it was.
// A record that was not merged is one part.
func Split(opt MergeOptions, r *Record, pick func(part *Record) bool) (rest, taken *Record, err error) {
	rest, parts, err := takeParts(opt, r, pick)
	switch {
	case err != nil || len(parts) == 0:
		return rest, nil, err
	case len(parts) == 1:
		return rest, parts[0].Record, nil
	}
	taken, _, err = mergeParts(opt, parts, nil, &Report{})
	return rest, taken, err
}

func takeParts(opt MergeOptions, r *Record, pick func(*Record) bool) (rest *Record, taken []Part, err error) {
	if r == nil {
		return nil, nil, nil
	}
	parts, _, err := partsOf(r)
	if err != nil {
		return nil, nil, err
	}
	var left []Part
	gone := map[string]bool{}
	for _, p := range parts {
		if pick(p.Record) {
			taken, gone[p.ID] = append(taken, p), true
		} else {
			left = append(left, p)
		}
	}
	var decisions []Decision
	if r.Merging != nil {
		decisions = slices.DeleteFunc(slices.Clone(r.Merging.Decisions), func(d Decision) bool { return d.concerns(gone) })
	}
	switch {
	case len(taken) == 0:
		return r, nil, nil
	case len(left) == 0:
		return nil, taken, nil
	case len(left) == 1 && len(decisions) == 0:
		return left[0].Record, taken, nil
	}
	rest, _, err = mergeParts(opt, left, decisions, &Report{})
	return rest, taken, err
}
