package tree

import "strings"

// Namespaces that XML reserves.
const (
	xmlSpace   = "http://www.w3.org/XML/1998/namespace"
	xmlnsSpace = "http://www.w3.org/2000/xmlns/"
)

const (
	noSpace      = 0 // the number of "", in spaces and in prefixes
	xmlSpaceID   = 1
	xmlnsSpaceID = 2
	xmlPrefix    = 1
	xmlnsPrefix  = 2
	unresolved   = ^uint32(0)
)

// A rawName is a name as written, with what it stood for when it was last resolved.
type rawName struct {
	prefix   uint32 // number of the prefix
	local    uint32 // offset of the local part
	size     uint32 // bytes of the local part
	declares uint32 // number of the prefix that an attribute of this name declares, or unresolved
	space    uint32 // the namespace it was last resolved in
	name     uint32 // its name there
	bare     uint32 // its name as an attribute without prefix, or as a declaration; 0: not known yet
	more     bool   // it has names beside these two, in expanded
}

type undo struct{ prefix, space uint32 }

// spaceTable knows the prefixes and namespaces of a document and what is in scope.
type spaceTable struct {
	raws      []rawName // by number in table
	names     []name
	expanded  map[uint64]uint32 // raw name and namespace to name, but for those that rawName has
	spaces    []string
	spaceIDs  map[string]uint32
	prefixes  []string
	prefixIDs map[string]uint32
	bound     []uint32 // by prefix: the namespace in scope; 0 is none
	undo      []undo
}

func (t *spaceTable) reset() {
	t.raws = append(t.raws[:0], rawName{declares: unresolved})
	t.names = append(t.names[:0], name{})
	clear(t.spaces)
	t.spaces = append(t.spaces[:0], "", xmlSpace, xmlnsSpace)
	clear(t.prefixes)
	t.prefixes = append(t.prefixes[:0], "", "xml", "xmlns")
	t.bound = append(t.bound[:0], noSpace, xmlSpaceID, noSpace)
	t.undo = t.undo[:0]
	if t.expanded == nil {
		t.expanded = make(map[uint64]uint32)
		t.spaceIDs = make(map[string]uint32)
		t.prefixIDs = make(map[string]uint32)
	}
	clear(t.expanded)
	clear(t.spaceIDs)
	clear(t.prefixIDs)
	for i, s := range t.spaces {
		t.spaceIDs[s] = uint32(i)
	}
	for i, s := range t.prefixes {
		t.prefixIDs[s] = uint32(i)
	}
}

func (t *spaceTable) prefix(s string) uint32 {
	id, ok := t.prefixIDs[s]
	if !ok {
		id = uint32(len(t.prefixes))
		t.prefixes = append(t.prefixes, s)
		t.bound = append(t.bound, noSpace)
		t.prefixIDs[s] = id
	}
	return id
}

// addRaw notes the name x that the table just got.
func (p *xmlParser) addRaw(x name) *fault {
	text := p.data[x.off : x.off+x.size]
	cut, ok := splitName(text)
	if !ok {
		return errName
	}
	r := rawName{local: x.off, size: x.size, declares: unresolved, space: unresolved}
	if cut > 0 {
		r.local += uint32(cut + 1)
		r.size -= uint32(cut + 1)
		r.prefix = p.prefix(view(text[:cut]))
	}
	switch {
	case r.prefix == xmlnsPrefix:
		r.declares = p.prefix(view(text[cut+1:]))
	case string(text) == "xmlns":
		r.declares = noSpace
	}
	p.raws = append(p.raws, r)
	return nil
}

// expand gives the number of a raw name in a namespace; it is 0 when there are too many.
func (p *xmlParser) expand(raw, space uint32) uint32 {
	r := &p.raws[raw]
	switch {
	case r.space == space:
		return r.name
	case r.bare != 0 && p.names[r.bare].space == space:
		return r.bare
	case r.more:
		if id, ok := p.expanded[uint64(raw)<<32|uint64(space)]; ok {
			return id
		}
	}
	id := uint32(len(p.names))
	if int(id) > p.limits.MaxNames {
		return 0
	}
	p.names = append(p.names, name{off: r.local, size: r.size, prefix: r.prefix, space: space})
	return id
}

// resolve gives the name of an element, or of an attribute with a prefix; it is 0 after a failure.
func (p *xmlParser) resolve(raw uint32, off int) uint32 {
	r := &p.raws[raw]
	space := p.bound[r.prefix]
	if r.space == space {
		return r.name
	}
	if space == noSpace && r.prefix != 0 {
		if space = p.repair(r.prefix, off); space == noSpace {
			p.fail(errPrefix, off)
			return 0
		}
	}
	id := p.expand(raw, space)
	if id == 0 {
		p.exceed(LimitNames, p.limits.MaxNames, off)
		return 0
	}
	if r.space != unresolved && r.name != r.bare {
		p.expanded[uint64(raw)<<32|uint64(r.space)] = r.name
		r.more = true
	}
	r.space, r.name = space, id
	return id
}

// bare gives the name of an attribute without prefix, or of a declaration; it is 0 after a failure.
func (p *xmlParser) bare(raw uint32, space uint32, off int) uint32 {
	id := p.expand(raw, space)
	if id == 0 {
		p.exceed(LimitNames, p.limits.MaxNames, off)
	}
	p.raws[raw].bare = id
	return id
}

// repair binds a well-known prefix that was not declared, for the rest of the document.
func (p *xmlParser) repair(prefix uint32, off int) uint32 {
	uri := p.known[p.prefixes[prefix]]
	if uri == "" || prefix == xmlnsPrefix {
		return noSpace
	}
	id := p.internSpace(uri)
	p.bound[prefix] = id
	p.repairs = append(p.repairs, Repair{RepairPrefix, off})
	p.repaired = append(p.repaired, binding{strings.Clone(p.prefixes[prefix]), uri})
	return id
}

func (p *xmlParser) internSpace(uri string) uint32 {
	id, ok := p.spaceIDs[uri]
	if !ok {
		id = uint32(len(p.spaces))
		p.spaces = append(p.spaces, uri)
		p.spaceIDs[uri] = id
	}
	return id
}

// declare binds a prefix to the namespace in an attribute value (Namespaces in XML 1.0 sections 2 and 3).
func (p *xmlParser) declare(prefix uint32, value []byte, coded bool, off int) bool {
	if len(value) > p.limits.MaxNameBytes {
		return p.exceed(LimitNameBytes, p.limits.MaxNameBytes, off)
	}
	if coded {
		p.buf = appendAttr(p.buf[:0], value)
		value = p.buf
	}
	id, ok := p.spaceIDs[string(value)]
	switch {
	case prefix == xmlPrefix:
		if id != xmlSpaceID {
			return p.fail(errReserved, off)
		}
	case prefix == xmlnsPrefix || id == xmlSpaceID || id == xmlnsSpaceID:
		return p.fail(errReserved, off)
	case len(value) == 0 && prefix != 0:
		return p.fail(errUndeclare, off)
	case !ok:
		if len(p.spaces) > p.limits.MaxNames {
			return p.exceed(LimitNames, p.limits.MaxNames, off)
		}
		text := view(value)
		if coded {
			text = string(value)
		}
		id = p.internSpace(text)
	}
	p.undo = append(p.undo, undo{prefix, p.bound[prefix]})
	p.bound[prefix] = id
	return true
}

// leave takes back the declarations made since mark.
func (p *xmlParser) leave(mark int) {
	for i := len(p.undo) - 1; i >= mark; i-- {
		p.bound[p.undo[i].prefix] = p.undo[i].space
	}
	p.undo = p.undo[:mark]
}
