package ccda

import "github.com/portage-health/portage/record"

// mostMention is how many bytes a mention of somebody takes of whom the next says all again. Nobody has so many addresses; without
// such a bound, one of whom each of n entries tells another telecom would take n times n.
const mostMention, mostName = 8 << 10, 1 << 10

// weigh notes who took very many bytes to mention: what was written since from.
func (w *writer) weigh(who *record.Ref, from int) {
	if who == nil || len(w.b)-from <= mostMention {
		return
	}
	if w.bulky == nil {
		w.bulky = map[string]bool{}
	}
	w.bulky[who.ID] = true
}

// brief leaves of somebody who was mentioned at such length an identifier, by which a reader finds that mention again, and a name
// that is none too long. It reports whether it did: one without an identifier is told as a whole.
func (w *writer) brief(id string, ids *[]record.Identifier, names *[]record.Name, addresses *[]record.Address, telecoms *[]record.Telecom) bool {
	if !w.bulky[id] {
		return false
	}
	for i := range *ids {
		if !usable(&(*ids)[i]) {
			continue
		}
		*ids = (*ids)[i : i+1]
		*addresses, *telecoms = nil, nil
		if names != nil {
			if *names = (*names)[:min(len(*names), 1)]; len(*names) > 0 && len((*names)[0].String()) > mostName {
				*names = nil
			}
		}
		return true
	}
	return false
}
