package ccda

import "strings"

// childOrder is the order in which the schema of CDA R2 with the SDTC extensions
// has the children of any element; the few elements that have another are below.
const childOrder = `
realmCode typeId templateId sequenceNumber priorityNumber seperatableInd id identifiedBy category code specialty
derivationExpr title text addr telecom functionCode statusCode time effectiveTime awarenessCode modeCode
confidentialityCode admissionReferralSourceCode dischargeDispositionCode signatureCode signatureText priorityCode repeatNumber
languageCode setId versionNumber copyTime independentInd quantity expectedUseTime value interpretationCode
methodCode routeCode approachSiteCode targetSiteCode doseQuantity rateQuantity maxDoseQuantity administrationUnitCode
precondition1 recordTarget subject specimen consumable product performer author dataEnterer informant custodian
informationRecipient legalAuthenticator authenticator responsibleParty encounterParticipant participant entryRelationship entry
reference precondition precondition2 referenceRange inFulfillmentOf1 inFulfillmentOf documentationOf
relatedDocument authorization componentOf location component
patientRole assignedAuthor assignedEntity relatedEntity associatedEntity intendedRecipient participantRole playingDevice playingEntity scopingEntity
assignedPerson associatedPerson relatedPerson assignedAuthoringDevice patient representedOrganization scopingOrganization
receivedOrganization providerOrganization originalText qualifier translation low center width high`

const organizationOrder = `realmCode typeId templateId id name telecom addr standardIndustryClassCode asOrganizationPartOf`

const entityOrder = `
realmCode typeId templateId id code quantity name lotNumberText manufacturerModelName softwareName addr desc administrativeGenderCode
birthTime expirationTime deceasedInd deceasedTime multipleBirthInd multipleBirthOrderNumber maritalStatusCode
religiousAffiliationCode raceCode ethnicGroupCode guardian birthplace languageCommunication asPatientRelationship asMaintainedEntity`

var (
	ordinary      = ranks(childOrder)
	organizations = ranks(organizationOrder)
	entities      = ranks(entityOrder)
)

func ranks(list string) map[string]int {
	m := map[string]int{}
	for n := range strings.FieldsSeq(list) {
		m[n] = len(m) + 1
	}
	return m
}

// rankOf gives the place of a child among those of its parent; one that the
// schema does not know comes last.
func rankOf(parent, child string) int {
	of := ordinary
	switch parent = localName(parent); {
	case strings.HasSuffix(parent, "Organization"):
		of = organizations
	case parent == "patient" || strings.HasSuffix(parent, "Person") || strings.HasPrefix(parent, "playing") || parent == "place" ||
		parent == "manufacturedMaterial" || parent == "scopingEntity":
		of = entities
	}
	if r, ok := of[child]; ok {
		return r
	}
	return len(childOrder)
}
