package ccda

// nodeMap holds something of some nodes of a document, by their indexes.
type nodeMap[T any] struct {
	places []int32 // by node: one more than the place in list, 0 for none
	list   []T
}

// reset empties m and makes it one for a document of n nodes.
func (m *nodeMap[T]) reset(n int) {
	m.places = zeroed(m.places, n)
	clear(m.list)
	m.list = m.list[:0]
}

func (m *nodeMap[T]) set(node int, v T) {
	if k := m.places[node]; k > 0 {
		m.list[k-1] = v
		return
	}
	m.list = append(m.list, v)
	m.places[node] = int32(len(m.list))
}

func (m *nodeMap[T]) get(node int) (v T, ok bool) {
	if k := m.places[node]; k > 0 {
		return m.list[k-1], true
	}
	return v, false
}

// zeroed gives n zeros, in the memory of s where that is enough.
func zeroed(s []int32, n int) []int32 {
	if n > cap(s) {
		return make([]int32, n)
	}
	s = s[:n]
	clear(s)
	return s
}
