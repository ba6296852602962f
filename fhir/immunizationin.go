package fhir

import (
	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

var immunizationStatuses = codes.NewTable(
	codes.Both("completed", record.StatusCompleted), codes.Both("entered-in-error", record.StatusEnteredInError), codes.Both("not-done", record.StatusNotDone),
)

// immunization reads an Immunization (R4 11.8; C-CDA on FHIR, FC-immunizations).
func (r *reader) immunization(n tree.Node) bool {
	if !r.subject(n, "patient") {
		return false
	}
	m := record.Immunization{Entry: r.entry(n)}
	m.Identifiers = r.identifiers(n, "identifier")
	m.Notes = r.notes(n, "note")
	m.Status = r.status(n, &immunizationStatuses)
	r.mappedStatus(n, &m.Status)
	if c := object(n, "statusReason"); c.OK() {
		m.Status.Reasons = []record.Concept{r.concept(c)}
	}
	m.Product.Code = one(n, "vaccineCode", r.concept)
	if m.Product.Code.Has(record.SystemSNOMED, snomedNoImmunizations) && m.Assertion == record.Affirmed {
		m.Assertion = record.NoneKnown
		m.Product.Code = r.noneKnown(n, "vaccineCode", "vaccine", snomedNoImmunizations, m.Product.Code)
	}
	m.Product.Manufacturer = r.refPtr(n, "manufacturer")
	m.Product.Lot = r.str(n, "lotNumber")
	m.Product.Expiration = r.timePtr(n, "expirationDate")
	m.Encounter = r.refPtr(n, "encounter")
	m.When = r.when(n, choice{dateTime: "occurrenceDateTime", str: "occurrenceString"}, "when")
	m.Recorded = r.timePtr(n, "recorded")
	m.PrimarySource = r.boolean(n, "primarySource")
	m.InfoSource = r.conceptPtr(n, "reportOrigin")
	m.Location = r.refPtr(n, "location")
	if c := object(n, "site"); c.OK() {
		m.Sites = []record.Concept{r.concept(c)}
	}
	m.Route = r.conceptPtr(n, "route")
	m.Dose = maybe(n, "doseQuantity", r.quantity)
	r.performersOf(n, &m.Entry)
	m.Indications = r.indications(n, "indications")
	m.Subpotent = r.boolean(n, "isSubpotent")
	m.SubpotentReasons = r.concepts(n, "subpotentReason")
	m.Education = all(n, "education", func(e tree.Node) record.Education {
		v := record.Education{DocumentType: r.str(e, "documentType"), Reference: r.str(e, "reference"), Published: r.timePtr(e, "publicationDate"), Presented: r.timePtr(e, "presentationDate")}
		addFields(r, e, &v)
		return v
	})
	m.Eligibility = r.concepts(n, "programEligibility")
	m.Funding = r.conceptPtr(n, "fundingSource")
	ofDose := r.marked(n.Child("protocolApplied").First(), "ofDose")
	m.Protocols = all(n, "protocolApplied", func(p tree.Node) record.VaccineProtocol {
		v := record.VaccineProtocol{Series: r.str(p, "series"), Authority: r.refPtr(p, "authority"), Diseases: r.concepts(p, "targetDisease")}
		v.DoseNumber, v.SeriesDoses = r.positiveOr(p, "doseNumber"), r.positiveOr(p, "seriesDoses")
		return v
	})
	if ps := m.Protocols; ofDose && len(ps) > 0 && ps[0].Authority == nil && len(ps[0].Diseases) == 0 {
		m.Series, m.DoseNumber, m.SeriesDoses = ps[0].Series, ps[0].DoseNumber, ps[0].SeriesDoses
		if m.Protocols = ps[1:]; len(m.Protocols) == 0 {
			m.Protocols = nil
		}
	}
	if e := r.field(n, "productName"); e.OK() {
		m.Product.Name = r.str(e, "valueString")
	}
	if e := r.field(n, "product"); e.OK() {
		r.fieldsOf(e, &m.Product)
	}
	add(r, &r.rec.Immunizations, n, &m)
	return true
}

// positiveOr reads name+PositiveInt or name+String.
func (r *reader) positiveOr(n tree.Node, name string) string {
	if v := r.number(n, name+"PositiveInt"); v != "" {
		return v
	}
	return r.str(n, name+"String")
}
