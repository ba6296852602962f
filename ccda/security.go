package ccda

import (
	"strings"

	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// Templates of HL7's Data Segmentation for Privacy (DS4P).
const (
	templateSecurity          = "2.16.840.1.113883.3.445.21" // Security Observation
	templateConfidentiality   = "2.16.840.1.113883.3.445.12"
	templateObligation        = "2.16.840.1.113883.3.445.14"
	templatePurpose           = "2.16.840.1.113883.3.445.22"
	templateRefrain           = "2.16.840.1.113883.3.445.23"
	templatePrivacyAnnotation = "2.16.840.1.113883.3.3251.1.4" // organizer of security observations
	templatePrivacySection    = "2.16.840.1.113883.3.3251.1.5" // markings of the document
	templatePrivacyEntry      = "2.16.840.1.113883.3.3251.1.9"
	securityPrefix            = "2.16.840.1.113883.3.445."
	loincPrivacy              = "57017-6"
)

var templatesSecurity = []string{templateSecurity, templateConfidentiality, templateObligation, templatePurpose, templateRefrain}

// securityCodes are what a security observation tells, in the systems that real documents name.
var (
	securityCodes    = [...]string{"SECCLASSOBS", "SECCONOBS", "SECCATOBS", "SECINTOBS"}
	securityDisplays = []string{"Security Classification", "Security Control", "Security Category", "Security Integrity"}
	securitySystems  = [...]string{oidActCode, "2.16.840.1.113883.1.11.20457", "2.16.840.1.113883.1.11.20471"}
)

// isSecurity recognises an observation that says who may see what it hangs on. It is none of the patient.
func (r *reader) isSecurity(n tree.Node) bool {
	if n.Name() != "observation" {
		return false
	}
	list := r.templateIDs(n)
	for i := range list {
		if strings.HasPrefix(list[i].id, securityPrefix) {
			return true
		}
	}
	return false
}

// isPrivacyAnnotation recognises an organizer of such observations.
func (r *reader) isPrivacyAnnotation(n tree.Node) bool {
	return n.Name() == "organizer" && r.has(n, templatePrivacyAnnotation)
}

// securityLabels takes a security observation, or each of those in an organizer, as labels.
func (r *reader) securityLabels(rel, n tree.Node, into *[]record.Label) {
	if r.isSecurity(n) {
		if rel.OK() {
			r.slot(rel, "labels", len(*into))
		}
		if l, ok := r.securityLabel(rel, n); ok {
			*into = append(*into, l)
		}
		return
	}
	if !r.plain(n, "EVN") || rel.OK() && !r.relates(rel, false, "COMP", "REFR", "SUBJ") {
		return
	}
	r.templates(n, templatePrivacyAnnotation)
	r.shape(n, "CLUSTER", "EVN")
	r.fixed(n.Child("statusCode"), "code", "active", "completed")
	for c, sub := range r.relations(n) {
		if r.isSecurity(sub) {
			r.securityLabels(c, sub, into)
		}
	}
}

func (r *reader) securityLabel(rel, obs tree.Node) (record.Label, bool) {
	v := obs.Child("value")
	if v.NextNamed().OK() || !r.plain(obs, "EVN") || !r.codedType(v) || rel.OK() && !r.relates(rel, false, "COMP", "REFR", "SUBJ") {
		return record.Label{}, false
	}
	l := record.Label{Kind: r.kindOfMark(obs), Coding: r.coding(v), When: r.periodPtr(obs.Child("effectiveTime"))}
	l.Coding.Absent = r.nullFlavor(v)
	r.originalTextOf(v, &l.Coding.Text, &l.Coding.TextRef)
	r.templates(obs, templatesSecurity...)
	r.shape(obs, "OBS", "EVN")
	r.fixed(obs.Child("statusCode"), "code", "active", "completed")
	r.without(obs, "statusCode")
	for _, c := range securityCodes {
		for _, s := range securitySystems {
			if r.fixedCode(obs.Child("code"), s, c, securityDisplays...) {
				if s != oidActCode {
					r.form(obs.Child("code"))
				}
				return l, !l.Coding.IsZero()
			}
		}
	}
	return l, !l.Coding.IsZero()
}

func (r *reader) kindOfMark(obs tree.Node) string {
	switch {
	case r.has(obs, templateConfidentiality):
		return "confidentiality"
	case r.has(obs, templateObligation), r.has(obs, templateRefrain):
		return "handling"
	case r.has(obs, templatePurpose):
		return "purpose"
	}
	return ""
}

// isPrivacySection recognises the section whose markings are of the whole document.
func (r *reader) isPrivacySection(n tree.Node) bool {
	return r.has(n, templatePrivacySection) || n.Child("code").Attr("code").Value() == loincPrivacy
}
