package ccda

import (
	"strings"

	"github.com/portage-health/portage/internal/tree"
)

// vocabulary is every name of an element or attribute that the schema of CDA R2
// with the SDTC extensions defines, so that a path can hold no other: a name in a
// document could be anything.
const vocabulary = `
ClinicalDocument ID IDREF abbr act actReference additionalLocator addr administrationUnitCode administrativeGenderCode
admissionReferralSourceCode align alignment allFalse allTrue alternateIdentification approachSiteCode
asMaintainedEntity asOrganizationPartOf asPatientRelationship assignedAuthor assignedAuthoringDevice assignedCustodian
assignedEntity assignedPerson assigningAuthorityName associatedEntity associatedPerson atLeastOneFalse atLeastOneTrue
authenticator author authorization awarenessCode axis birthTime birthplace border br buildingNumberSuffix caption
careOf category cellpadding cellspacing censusTract center char charoff city classCode code codeSystem codeSystemName
codeSystemVersion col colgroup colspan comp component componentOf compression confidentialityCode conjunctionCode
consent consumable content contextConductionInd contextControlCode copyTime country county criterion criterion1
currency custodian dataEnterer deceasedInd deceasedTime delimiter deliveryAddressLine deliveryInstallationArea
deliveryInstallationQualifier deliveryInstallationType deliveryMode deliveryModeIdentifier denominator derivationExpr
desc determinerCode digits direction dischargeDispositionCode displayName displayable distributionType documentationOf
doseQuantity effectiveTime encompassingEncounter encounter encounterParticipant entry entryRelationship
ethnicGroupCode event expectedUseTime expirationTime extension externalAct externalDocument externalObservation
externalProcedure family footnote footnoteRef frame functionCode given guardian guardianOrganization guardianPerson
head headers healthCareFacility high houseNumber houseNumberNumeric href id identifiedBy inFulfillmentOf
inFulfillmentOf1 inclusive increment independentInd informant informationRecipient institutionSpecified integrityCheck
integrityCheckAlgorithm intendedRecipient interpretationCode inversionInd inverted isNotOrdered item lang language
languageCode languageCommunication legalAuthenticator linkHtml list listType location lotNumberText low
maintainingPerson manufacturedLabeledDrug manufacturedMaterial manufacturedProduct manufacturerModelName
manufacturerOrganization maritalStatusCode maxDoseQuantity mediaType methodCode modeCode moodCode multipleBirthInd
multipleBirthOrderNumber name negationInd nonXMLBody nullFlavor numerator observation observationMedia
observationRange offset onlyOneFalse onlyOneTrue operator order organizer origin originalText paragraph parentDocument
partType participant participantRole patient patientRole performer period phase place playingDevice playingEntity
postBox postalCode precinct precondition precondition1 precondition2 preferenceInd prefix priorityCode priorityNumber
probability procedure product proficiencyLevelCode providerOrganization qty qualifier quantity raceCode rateQuantity
realmCode receivedOrganization recordTarget reference referenceRange referencedObject regionOfInterest rel
relatedDocument relatedEntity relatedPerson relatedSubject religiousAffiliationCode renderMultiMedia repeatNumber
representation representedCustodianOrganization representedOrganization responsibleParty rev revised root routeCode
rowspan rules scale schemaLocation scope scopingEntity scopingOrganization section seperatableInd sequenceNumber
serviceEvent serviceProviderOrganization setId signatureCode signatureText softwareName space span specialty specimen
specimenPlayingEntity specimenRole standardDeviation standardIndustryClassCode state statusCode streetAddressLine
streetName streetNameBase streetNameType structuredBody styleCode sub subject substanceAdministration suffix summary
sup supply table targetSiteCode tbody td telecom templateId text tfoot th thead thumbnail time title tr translation
type typeCode typeId unit unitID unitType unsorted use useablePeriod validTime valign value valueSet valueSetVersion
versionNumber wholeOrganization width
`

// vocabularyFacts are the facts of the words of the vocabulary, which are numbered from 1.
var vocabularyFacts = func() map[string]nameFacts {
	m := make(map[string]nameFacts, 700)
	for n := range strings.FieldsSeq(vocabulary) {
		m[n] = nameFacts{word(len(m) + 1), isStatement(n), n == "ID", elementsOnly(n), isPart(n), isRelationship(n), roleOfAttr(n)}
	}
	return m
}()

// vocabularyTable finds nearly all names of a document faster than vocabularyFacts: by placeOfName, the first word of those
// that share a place.
var vocabularyTable = func() (t struct {
	at    [1 << 12]uint16 // one more than the place in words, 0 for none
	words []vocabularyWord
}) {
	for n := range strings.FieldsSeq(vocabulary) {
		t.words = append(t.words, vocabularyWord{n, vocabularyFacts[n]})
		if at := &t.at[placeOfName(n)]; *at == 0 {
			*at = uint16(len(t.words))
		}
	}
	return t
}()

type vocabularyWord struct {
	name  string
	facts nameFacts
}

func placeOfName(name string) uint32 {
	n := len(name)
	if n == 0 {
		return 0
	}
	return (uint32(name[0]) | uint32(name[n/2])<<8 | uint32(name[n-1])<<16 | uint32(n)<<24) * 0x9e3779b1 >> 20
}

// word is the number of a name in the vocabulary, 0 for a name that is not in it.
type word uint16

// knownName reports whether a name is one of CDA's.
func knownName(name string) bool { return vocabularyFacts[name].word != 0 }

// nameFacts is what is known of a name of the document, so that it is asked once for all nodes of that name. A name that is
// not in the vocabulary has none.
type nameFacts struct {
	word      word
	statement bool // isStatement
	id        bool // "ID"
	noText    bool // elementsOnly
	part      bool // isPart
	relation  bool // isRelationship
	attr      attrRole
}

func factsOfNames(d *tree.Doc) []nameFacts {
	facts := make([]nameFacts, d.NameCount())
	for i, name := range d.Names() {
		if k := vocabularyTable.at[placeOfName(name)]; k != 0 {
			if w := &vocabularyTable.words[k-1]; w.name == name {
				facts[i] = w.facts
				continue
			}
		}
		facts[i] = vocabularyFacts[name]
	}
	return facts
}
