package ccda

import (
	"strings"

	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// identifiers takes every child of n with this name as an II.
func (r *reader) identifiers(n tree.Node, name string) []record.Identifier {
	first := n.Child(name)
	if !first.OK() {
		return nil
	}
	var few [3]record.Identifier
	out := few[:0]
	for c := first; c.OK(); c = c.NextNamed() {
		if i := r.identifier(c); !i.IsZero() {
			out = append(out, i)
		}
	}
	return r.room.identities.Keep(out)
}

// ids takes every id of n.
func (r *reader) ids(n tree.Node) []record.Identifier { return r.identifiers(n, "id") }

const (
	oidURI   = "2.16.840.1.113883.4.873"
	urnOID   = "urn:oid:"
	urnUUID  = "urn:uuid:"
	typeII   = "II"
	attrRoot = "root"
)

// identifier takes an II (C-CDA on FHIR, "CDA id → FHIR Identifier"). An
// extension is the value and the root its system; a root alone is a value in
// itself, unless it is the root of a known system of identifiers, which names nobody.
func (r *reader) identifier(n tree.Node) record.Identifier {
	var i record.Identifier
	if !n.OK() || !r.xsiType(n, typeII) {
		return i
	}
	i.Absent = r.nullFlavor(n)
	i.Assigner = r.attr(n, "assigningAuthorityName")
	i.Displayable = r.boolean(n, "displayable")
	r.identity(&i, r.attr(n, attrRoot), r.attr(n, "extension"))
	return i
}

// identity writes what root and extension mean.
func (r *reader) identity(i *record.Identifier, root, ext string) {
	switch {
	case root == "":
		i.Value = ext
	case root == oidURI && ext != "":
		// The extension holds system and value in one (C-CDA on FHIR, root = URI OID), or is a URI that is nobody's but its own.
		if at := strings.LastIndexAny(ext, "/:"); at > 0 && !strings.HasPrefix(ext, urnOID) && !strings.HasPrefix(ext, urnUUID) && at+1 < len(ext) && ext[at-1] != '/' && ext[at-1] != ':' {
			i.System, i.Value = ext[:at], ext[at+1:]
			i.SystemAsSent, i.ValueAsSent = root, ext
		} else {
			i.System, i.SystemAsSent, i.Value = record.SystemURI, root, ext
		}
	case ext != "":
		s := r.system(root)
		i.System, i.SystemAsSent, i.Value = s.uri, s.asSent, ext
	default:
		s := r.system(root)
		switch {
		case strings.HasPrefix(s.uri, urnOID) || strings.HasPrefix(s.uri, urnUUID):
			i.System, i.Value, i.ValueAsSent = record.SystemURI, s.uri, s.asSent
		case s.uri == root: // neither OID nor UUID
			i.SystemAsSent = root
		default:
			i.System, i.SystemAsSent = s.uri, root
		}
	}
}

// asSent gives a root where its plain form does not give it back.
func asSent(root, system string) string {
	if rest, ok := strings.CutPrefix(system, urnOID); ok && rest == root {
		return ""
	}
	if rest, ok := strings.CutPrefix(system, urnUUID); ok && rest == root {
		return ""
	}
	if root == system && !strings.HasPrefix(root, "urn:") {
		return ""
	}
	return root
}
