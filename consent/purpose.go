package consent

import (
	"strings"

	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/record"
)

// Category is what the law (45 CFR 164) takes a purpose for.
type Category string

// The categories.
const (
	CategoryTreatment    Category = "treatment"
	CategoryPayment      Category = "payment"
	CategoryOperations   Category = "operations"
	CategoryPublicHealth Category = "public-health"
	CategoryIndividual   Category = "individual"
	CategoryBenefits     Category = "benefits"
	CategoryResearch     Category = "research"
	CategoryMarketing    Category = "marketing"
	CategoryLegal        Category = "legal"
)

// Purpose is a purpose of use in a PurposeMap.
type Purpose struct {
	Code string `json:"code"`
	// System is empty for HL7 v3 PurposeOfUse.
	System string `json:"system,omitempty"`
	// Parent is the purpose above it in HL7 v3, Means the v3 purpose that another system's stands for.
	Parent   string   `json:"parent,omitempty"`
	Means    string   `json:"means,omitempty"`
	Category Category `json:"category,omitempty"`
	// Respond is whether TEFCA wants an answer (must, should, may), PushOnly that it may not be asked for.
	Respond  string `json:"respond,omitempty"`
	PushOnly bool   `json:"pushOnly,omitempty"`
	// Authorization says that nothing but an authorization of the individual allows it.
	Authorization bool `json:"authorization,omitempty"`
}

// PurposeMap is a versioned table of purposes. It must not be changed while it is used.
type PurposeMap struct {
	Policy
	Purposes []Purpose `json:"purposes"`
}

// SystemTEFCA is the code system of TEFCA's exchange purposes.
const SystemTEFCA = "urn:oid:2.16.840.1.113883.3.7204.1.5.2.1"

// StandardPurposes is HL7 v3 PurposeOfUse, the exchange purposes of TEFCA and what each is under HIPAA. HL7 puts
// population health (POPHLTH) under treatment; under HIPAA it is operations (45 CFR 164.501).
func StandardPurposes() *PurposeMap { return standardPurposes }

var standardPurposes = &PurposeMap{
	Policy: Policy{ID: "purposes-of-use", Version: "2026-07", Source: "HL7 v3 ActReason PurposeOfUse; TEFCA Exchange Purposes SOP 5.1", Date: "2026-07-01"},
	Purposes: join(
		v3(CategoryTreatment, "TREAT", "TREAT>CLINTRL COC ETREAT", "ETREAT>BTG ERTREAT"),
		v3(CategoryOperations, "TREAT>POPHLTH"),
		v3(CategoryPayment, "HPAYMT", "HPAYMT>CLMATTCH COVAUTH COVERAGE MILDCRG REMITADV", "COVERAGE>ELIGVER ENROLLM"),
		v3(CategoryBenefits, "COVERAGE>ELIGDTRM"),
		v3(CategoryOperations, "HOPERAT", "HOPERAT>CAREMGT DONAT FRAUD GOV HACCRED HCOMPL HDECD HDIRECT HDM HOUTCOMS HPRGRP HQUALIMP HSYSADMIN LABELING MEMADMIN METAMGT MILCDM PATADMIN PATSFTY PERFMSR RECORDMGT SYSDEV TRAIN", "SYSDEV>HTEST"),
		v3(CategoryLegal, "HOPERAT>HLEGAL"),
		v3(CategoryPublicHealth, "PUBHLTH", "PUBHLTH>DISASTER THREAT"),
		v3(CategoryIndividual, "PATRQT", "PATRQT>FAMRQT PWATRNY SUPNWK"),
		v3(CategoryResearch, "HRESCH", "HRESCH>BIORCH CLINTRCH DSRCH POARCH TRANSRCH", "CLINTRCH>CLINTRCHNPC CLINTRCHPC PRECLINTRCH"),
		v3(CategoryMarketing, "HMARKT"),
		[]Purpose{
			{Code: "T-TREAT", Means: "TREAT", Category: CategoryTreatment, Respond: "should"},
			{Code: "T-TRTMNT", Means: "TREAT", Category: CategoryTreatment, Respond: "must"},
			{Code: "T-PYMNT", Means: "HPAYMT", Category: CategoryPayment, Respond: "may"},
			{Code: "T-HCO", Means: "HOPERAT", Category: CategoryOperations, Respond: "should"},
			{Code: "T-HCO-CC", Means: "HOPERAT", Category: CategoryOperations, Respond: "should"},
			{Code: "T-HCO-HED", Means: "HOPERAT", Category: CategoryOperations, Respond: "should"},
			{Code: "T-HCO-QAI", Means: "HOPERAT", Category: CategoryOperations, Respond: "should"},
			{Code: "T-HCO-QM", Means: "HOPERAT", Category: CategoryOperations, Respond: "should"},
			{Code: "T-HCO-POP", Means: "HOPERAT", Category: CategoryOperations, Respond: "should"},
			{Code: "T-HCO-PTSAFETY", Means: "HOPERAT", Category: CategoryOperations, Respond: "should"},
			{Code: "T-HCO-PERF", Means: "HOPERAT", Category: CategoryOperations, Respond: "should"},
			{Code: "T-PH", Means: "PUBHLTH", Category: CategoryPublicHealth, Respond: "should"},
			{Code: "T-PH-ECR", Means: "PUBHLTH", Category: CategoryPublicHealth, PushOnly: true},
			{Code: "T-PH-ELR", Means: "PUBHLTH", Category: CategoryPublicHealth, PushOnly: true},
			{Code: "T-IAS", Means: "PATRQT", Category: CategoryIndividual, Respond: "must"},
			{Code: "T-GOVDTRM", Means: "ELIGDTRM", Category: CategoryBenefits, Respond: "should"},
			{Code: "T-GOVDTRM-SSD", Means: "ELIGDTRM", Category: CategoryBenefits, Respond: "must", Authorization: true},
			{Code: "T-GOVDTRM-ACP", Means: "ELIGDTRM", Category: CategoryBenefits, Authorization: true},
		},
	),
}

// v3 makes purposes of HL7 v3: a root alone, or PARENT>CHILD CHILD.
func v3(c Category, trees ...string) (out []Purpose) {
	for _, t := range trees {
		parent, kids, ok := strings.Cut(t, ">")
		if !ok {
			if t != "" {
				out = append(out, Purpose{Code: t, Category: c})
			}
			continue
		}
		for k := range strings.FieldsSeq(kids) {
			out = append(out, Purpose{Code: k, Parent: parent, Category: c})
		}
	}
	return out
}

func join(lists ...[]Purpose) (out []Purpose) {
	for _, l := range lists {
		out = append(out, l...)
	}
	return out
}

// Find gives what is known of a purpose, nil where it is not known.
func (m *PurposeMap) Find(c *record.Coding) *Purpose {
	if c == nil || c.Code == "" {
		return nil
	}
	for i := range m.Purposes {
		p := &m.Purposes[i]
		if p.Code == c.Code && p.has(c.System) {
			return p
		}
	}
	return nil
}

// has reports whether a system is that of the purpose; a code without one is taken for that of the table.
func (p *Purpose) has(system string) bool {
	switch {
	case system == "" || system == p.System:
		return true
	case p.System != "":
		return false
	case strings.HasPrefix(p.Code, "T-"):
		return system == SystemTEFCA || system == strings.TrimPrefix(SystemTEFCA, "urn:oid:")
	}
	return system == record.SystemActReason || codes.Canonical(system) == record.SystemActReason
}

// ancestry is a purpose of a request with what stands above it in HL7 v3, the nearest first.
type ancestry struct {
	up    [8]*Purpose
	n     int
	means bool // the first is what the purpose stands for, not what is above it
}

// above gives the ancestry of a purpose. It never leads from one system's purpose to another's of the same meaning: T-TREAT is not T-TRTMNT.
func (m *PurposeMap) above(p *Purpose) (a ancestry) {
	if p == nil {
		return a
	}
	up := p.Means
	if a.means = up != ""; !a.means {
		up = p.Parent
	}
	for up != "" && a.n < len(a.up) {
		q := m.Find(&record.Coding{Code: up})
		if q == nil {
			break
		}
		a.up[a.n], up = q, q.Parent
		a.n++
	}
	return a
}

// covers reports whether a purpose that a rule names is the one asked for, or what that stands for in HL7 v3.
func (a *ancestry) covers(named, asked *record.Coding) bool {
	return sameCode(named, asked) || among(a.reach(false), named)
}

// reach gives what a rule may name beside the purpose asked for: what that stands for in HL7 v3; with deep also those above it.
func (a *ancestry) reach(deep bool) []*Purpose {
	switch {
	case deep:
		return a.up[:a.n]
	case a.means:
		return a.up[:min(1, a.n)]
	}
	return nil
}

// among reports whether a code is that of one of the purposes.
func among(list []*Purpose, c *record.Coding) bool {
	for _, q := range list {
		if q.Code == c.Code && q.has(c.System) {
			return true
		}
	}
	return false
}

// under reports whether a purpose is one of HL7 v3 or below it.
func (m *PurposeMap) under(p *Purpose, code string) bool {
	for n := 0; p != nil && n < 8; n++ {
		if p.Code == code {
			return true
		}
		up := p.Means
		if up == "" {
			up = p.Parent
		}
		p = m.Find(&record.Coding{Code: up})
	}
	return false
}
