package fhir

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

func TestImagingStudy(t *testing.T) {
	class := &record.Concept{Codings: []record.Coding{{System: systemDCMUID, Code: "1.2.840.10008.5.1.4.1.1.2"}}}
	s := record.ImagingStudy{Entry: stated(noteID), StudyUID: "1.2.3.4", Accession: &record.Identifier{System: "urn:oid:1.2.9", Value: "A-1"},
		Series: []record.ImagingSeries{{UID: "1.2.3.4.1", Modality: &record.Concept{Codings: []record.Coding{{System: "http://dicom.nema.org/resources/ontology/DCM", Code: "CT"}}},
			Instances: []record.ImagingInstance{{UID: "1.2.3.4.1.1", Class: class}, {}}}, {}}}
	o := record.Observation{Entry: stated(otherID), Kind: "imaging", DerivedFrom: []record.Ref{*s.EntryRef(record.KindImagingStudy)},
		Values: []record.Value{{Attachment: &record.Attachment{Text: "Clear", TextRef: "f"}}}}
	by, _ := sent(t, &record.Record{ImagingStudies: []record.ImagingStudy{s}, Results: []record.Observation{o}})
	r := by["ImagingStudy"][0]
	require.Equal(t, "urn:oid:1.2.3.4", at(r, "identifier[0].value"))
	require.Equal(t, "urn:dicom:uid", at(r, "identifier[0].system"))
	require.Equal(t, "ACSN", at(r, "identifier[1].type.coding[0].code"))
	require.Equal(t, "unknown", at(r, "status"))
	require.Equal(t, "CT", at(r, "series[0].modality.code"))
	require.Equal(t, "urn:oid:1.2.840.10008.5.1.4.1.1.2", at(r, "series[0].instance[0].sopClass.code"))
	require.Empty(t, at(r, "series[1].uid"))
	finding := by["Observation"][0]
	require.Equal(t, "urn:uuid:"+noteID, at(finding, "derivedFrom[0].reference"))
	require.Equal(t, "Clear", at(finding, "valueString"))
	require.Equal(t, "imaging", at(finding, "category[0].coding[0].code"))

	s.Assertion = record.NotKnown
	by, _ = sent(t, &record.Record{ImagingStudies: []record.ImagingStudy{s}})
	require.Empty(t, by["ImagingStudy"])
	require.Len(t, by["Basic"], 1)
}
