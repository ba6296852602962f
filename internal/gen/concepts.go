package main

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// held is one code system as it is embedded.
type held struct {
	url, version string
	source       pin
	from         string // the resource the codes come from, where its URL is another
	complete     bool   // a code that is not here is not in the system
	caseless     bool
	codes        []heldCode // in the source's order
	parents      map[string][]string
	index        map[string]int
}

type heldCode struct{ code, display, flags string }

// Copyrights under which a code system is left out, though the package is CC0.
var foreignCopyright = []string{"Third Party", "DICOM", "ISO International", "IHE International", "American Dental", "ada.org", "ASTM"}

// leftOut are code systems of HL7 that no record carries: they describe the
// standards themselves, repeat another system, or are somebody else's.
var leftOut = map[string]bool{
	"v2-tables": true, "v3-CodeSystem": true, "v3-CodeSystemType": true, "v3-ConceptCodeRelationship": true, "v3-ConceptStatus": true,
	"v3-DataType": true, "v3-Race": true, "v3-HealthcareProviderTaxonomyHIPAA": true, "v3-ada-snodent": true,
	"v3-AmericanIndianAlaskaNativeLanguages": true, "v3-Dentition": true, "v3-EntityCode": true, "v3-ISO3166-1retired": true, "v3-ISO3166-2retired": true, "v3-ISO3166-3retired": true, "v3-LOINCObservationActContextAgeType": true,
	"spdx-license": true, "defined-types": true, "data-types": true, "abstract-types": true, "definition-resource-types": true,
	"permitted-data-type": true, "ex-icd-10-procedures": true, "icd-10-procedures": true,
}

// clinicalStructures are the resources and datatypes of FHIR R4 whose bindings
// choose which value sets are embedded.
var clinicalStructures = strings.Fields(`
Account AdverseEvent AllergyIntolerance Appointment AppointmentResponse Bundle CarePlan CareTeam ChargeItem Claim ClinicalImpression
Communication CommunicationRequest Composition Condition Consent Coverage DetectedIssue Device DeviceRequest DeviceUseStatement
DiagnosticReport DocumentReference Encounter EpisodeOfCare ExplanationOfBenefit FamilyMemberHistory Flag Goal Group ImagingStudy
Immunization ImmunizationRecommendation List Location Media Medication MedicationAdministration MedicationDispense MedicationRequest
MedicationStatement MessageHeader NutritionOrder Observation Organization Patient Person Practitioner PractitionerRole Procedure
Provenance QuestionnaireResponse RelatedPerson RiskAssessment Schedule ServiceRequest Slot Specimen Task
Address Age Annotation Attachment CodeableConcept Coding ContactPoint Count Distance Dosage Duration HumanName Identifier Money
Narrative Period Quantity Range Ratio Reference SampledData Signature Timing`)

type conceptTable struct {
	systems   map[string]*held // every system that could be embedded
	used      map[string]bool  // those that are
	valueSets []heldValueSet
	defs      map[string]*valueSet
	defSource map[string]pin
	current   map[string]*valueSet // as US Core 6.1.0 defines them
	notes     []string             // what was left out, and why (gen -v)
}

type heldValueSet struct {
	url  string
	oids []string
	from pin
	rows []heldInclude
}

// heldInclude is the codes a value set takes of one system; nil codes are all of them.
type heldInclude struct {
	system string
	codes  []string
}

func buildConcepts(src *sources) (*conceptTable, error) {
	t := &conceptTable{systems: map[string]*held{}, used: map[string]bool{}, defs: map[string]*valueSet{}, defSource: map[string]pin{}, current: map[string]*valueSet{}}
	for _, p := range []pin{tho, r4, usCore} {
		for i := range src.packages[p].codeSystems {
			cs := &src.packages[p].codeSystems[i]
			if err := t.addSystem(cs, p, cs.URL); err != nil {
				return nil, err
			}
		}
		for i := range src.packages[p].valueSets {
			vs := &src.packages[p].valueSets[i]
			if p == usCore {
				t.current[vs.URL] = vs
			}
			if t.defs[vs.URL] == nil {
				t.defs[vs.URL], t.defSource[vs.URL] = vs, p
			}
		}
	}
	// US Core 6.1.0 refers to the VSAC for these; 3.1.1 lists the same codes.
	for i := range src.packages[usCoreRace].valueSets {
		vs := &src.packages[usCoreRace].valueSets[i]
		if vs.ID == "omb-race-category" || vs.ID == "omb-ethnicity-category" {
			t.defs[vs.URL], t.defSource[vs.URL] = vs, usCoreRace
		}
	}
	if err := t.addCDC(src); err != nil {
		return nil, err
	}
	t.choose(src)
	return t, nil
}

func (t *conceptTable) addSystem(cs *codeSystem, p pin, url string) error {
	if t.systems[url] != nil || strings.Contains(url, "|") || leftOut[cs.ID] || cs.Content == "not-present" || len(cs.Concept) == 0 {
		return nil
	}
	if strings.HasPrefix(url, "http://hl7.org/fhir/sid/ex-") || cs.Content == "supplement" {
		return nil
	}
	if cs.Status == "retired" && cs.ID != "v2-0005" {
		return nil
	}
	for _, f := range foreignCopyright {
		if strings.Contains(cs.Copyright, f) {
			return nil
		}
	}
	if !strings.HasPrefix(url, "http://terminology.hl7.org/") && !strings.HasPrefix(url, "http://hl7.org/fhir/") && p != usCoreRace {
		return nil
	}
	h := &held{url: url, version: cs.Version, source: p, complete: cs.Content == "complete",
		caseless: cs.CaseSensitive != nil && !*cs.CaseSensitive, parents: map[string][]string{}, index: map[string]int{}}
	if url != cs.URL {
		h.from = cs.URL
	}
	h.add(cs.Concept, "")
	t.systems[url] = h
	return nil
}

// add takes concepts in, with those below them.
func (h *held) add(concepts []concept, parent string) {
	for _, c := range concepts {
		code := strings.TrimSpace(c.Code)
		if parent != "" {
			h.parents[code] = append(h.parents[code], parent)
		}
		flags := map[string]bool{}
		for _, p := range c.Property {
			switch p.Code {
			case "subsumedBy", "parent":
				h.parents[code] = append(h.parents[code], p.ValueCode)
			case "status":
				switch p.ValueCode {
				case "retired", "inactive":
					flags["r"] = true
				case "deprecated":
					flags["d"] = true
				}
			case "inactive":
				if p.ValueBoolean != nil && *p.ValueBoolean {
					flags["r"] = true
				}
			case "notSelectable", "abstract":
				if p.ValueBoolean != nil && *p.ValueBoolean {
					flags["a"] = true
				}
			}
		}
		if _, dup := h.index[code]; !dup {
			hc := heldCode{code: code, display: strings.Join(strings.Fields(c.Display), " ")}
			for _, f := range []string{"a", "d", "r"} {
				if flags[f] {
					hc.flags += f
				}
			}
			h.index[code] = len(h.codes)
			h.codes = append(h.codes, hc)
		}
		h.add(c.Concept, code)
	}
}

// addCDC takes in what the packages hold of the CDC's code systems. Each is a
// copy of some year: a code that is not here may well exist.
func (t *conceptTable) addCDC(src *sources) error {
	for _, c := range []struct {
		from pin
		id   string
		url  string
	}{
		{usCoreRace, "cdcrec", "urn:oid:2.16.840.1.113883.6.238"},
		{r4, "v2-0292", "http://hl7.org/fhir/sid/cvx"},
		{r4, "v2-0227", canonicalMVX},
	} {
		found := false
		for i := range src.packages[c.from].codeSystems {
			cs := src.packages[c.from].codeSystems[i]
			if cs.ID != c.id || strings.Contains(cs.URL, "|") {
				continue
			}
			found = true
			delete(t.systems, c.url)
			cs.Status = "active"
			if err := t.addSystem(&cs, usCoreRace, c.url); err != nil {
				return err
			}
			h := t.systems[c.url]
			h.source, h.complete = c.from, false
			if c.id != "cdcrec" {
				// The status of R4's tables is that of the HL7 table, not of the vaccine.
				h.version = "HL7 v" + cs.Version
				for i := range h.codes {
					h.codes[i].flags = ""
				}
				delete(t.systems, cs.URL)
			}
		}
		if !found {
			return fmt.Errorf("%s has no %s", c.from, c.id)
		}
	}
	// US Core 3.1.1 lists more CVX codes, with the CDC's full names.
	for _, vs := range src.packages[usCoreRace].valueSets {
		if vs.ID != "us-core-vaccines-cvx" || vs.Compose == nil {
			continue
		}
		h := t.systems["http://hl7.org/fhir/sid/cvx"]
		for _, in := range vs.Compose.Include {
			for _, c := range in.Concept {
				if _, ok := h.index[c.Code]; !ok && in.System == h.url {
					h.index[c.Code] = len(h.codes)
					h.codes = append(h.codes, heldCode{code: c.Code, display: strings.Join(strings.Fields(c.Display), " ")})
				}
			}
		}
	}
	return nil
}

var conceptPins = []pin{tho, r4, usCore, usCoreRace}

// sorted gives the embedded systems by URL.
func (t *conceptTable) sorted() []*held {
	var all []*held
	for url := range t.used {
		all = append(all, t.systems[url])
	}
	slices.SortFunc(all, func(a, b *held) int { return strings.Compare(a.url, b.url) })
	return all
}

// text writes the code systems: a line "@URI, version, c or f (complete or a
// fragment) with i (case does not matter)", then its codes in order.
func (t *conceptTable) text(src *sources) ([]byte, error) {
	var w bytes.Buffer
	header(&w, "#", "Codes of code systems: code, display (where it is not the code), a (not for use as a value), d (deprecated), r (retired).", src, conceptPins, false, false)
	w.WriteString("#\n# ~c http://terminology.hl7.org/CodeSystem/  ~f http://hl7.org/fhir/\n")
	for _, h := range t.sorted() {
		flags := "f"
		if h.complete {
			flags = "c"
		}
		if h.caseless {
			flags += "i"
		}
		fmt.Fprintf(&w, "@%s\t%s\t%s\n", shorten(h.url), h.version, flags)
		rows := slices.Clone(h.codes)
		slices.SortFunc(rows, func(a, b heldCode) int { return cmp.Compare(a.code, b.code) })
		for _, c := range rows {
			if strings.ContainsAny(c.code, "\t\n") || strings.HasPrefix(c.code, "@") || c.code == "" {
				return nil, fmt.Errorf("%s: a code that the table cannot hold", h.url)
			}
			display := c.display
			if display == c.code {
				display = ""
			}
			w.WriteString(strings.TrimRight(c.code+"\t"+display+"\t"+c.flags, "\t") + "\n")
		}
	}
	return w.Bytes(), nil
}
