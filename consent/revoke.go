package consent

import (
	"slices"

	"github.com/portage-health/portage/record"
)

// Revoked is what came of a revocation. What was disclosed before stays disclosed (45 CFR 164.508(b)(5)(i)).
type Revoked struct {
	Consents []record.Consent // all consents, those revoked marked
	IDs      []string         // of those that were revoked
	// Warnings name consents that still permit the same to the same recipients.
	Warnings []Reason
	// Notify are those who received data in reliance on what was revoked, by the host's log, once each.
	Notify []record.Ref
}

// Disclosed is one line of a host's log of disclosures: on which consent what went to whom.
type Disclosed struct {
	Consent string
	To      record.Ref
}

// Revoke revokes consents by their ids.
func Revoke(consents []record.Consent, how record.Revocation, log []Disclosed, ids ...string) Revoked {
	return revoke(consents, how, log, func(c *record.Consent) bool { return slices.Contains(ids, c.ID) })
}

// RevokeGrantee revokes all consents that name a grantee, as recipient or as actor of the base rule.
func RevokeGrantee(consents []record.Consent, how record.Revocation, log []Disclosed, grantee record.Ref) Revoked {
	return revoke(consents, how, log, func(c *record.Consent) bool {
		for _, g := range granted(c) {
			if sameTarget(&g, &grantee) {
				return true
			}
		}
		return false
	})
}

// granted gives whom the base rule of a consent names.
func granted(c *record.Consent) []record.Ref {
	out := slices.Clone(c.Grantees)
	if c.Provision != nil {
		for i := range c.Provision.Actors {
			if r := c.Provision.Actors[i].Ref; r != nil {
				out = append(out, *r)
			}
		}
	}
	return out
}

// sameGrant reports whether two consents grant to the same recipients, of which there are some.
func sameGrant(a, b *record.Consent) bool {
	x, y := granted(a), granted(b)
	e, ok := base(b)
	if len(x) == 0 || len(x) != len(y) || !ok || e != Permit {
		return false
	}
	for i := range x {
		if !slices.ContainsFunc(y, func(r record.Ref) bool { return sameTarget(&r, &x[i]) }) {
			return false
		}
	}
	return true
}

// inForce reports whether a consent has a status that lets it apply: CDA's authorization has been completed.
func inForce(c *record.Consent) bool {
	return c.Status.Code == record.StatusActive || c.Status.Code == record.StatusCompleted
}

func revoke(consents []record.Consent, how record.Revocation, log []Disclosed, which func(*record.Consent) bool) Revoked {
	out := Revoked{Consents: slices.Clone(consents)}
	for i := range out.Consents {
		c := &out.Consents[i]
		if !inForce(c) || !which(c) {
			continue
		}
		r := how
		for _, d := range log {
			if d.Consent == c.ID && !slices.ContainsFunc(out.Notify, func(x record.Ref) bool { return sameTarget(&x, &d.To) }) {
				out.Notify = append(out.Notify, d.To)
			}
		}
		c.Status.Code, c.Revocation = record.StatusInactive, &r
		out.IDs = append(out.IDs, c.ID)
	}
	for i := range out.Consents {
		c := &out.Consents[i]
		if !inForce(c) {
			continue
		}
		for j := range out.Consents {
			if slices.Contains(out.IDs, out.Consents[j].ID) && sameGrant(&out.Consents[j], c) {
				out.Warnings = append(out.Warnings, Reason{Code: ReasonDuplicate, Policy: c.ID, Warning: true})
				break
			}
		}
	}
	return out
}
