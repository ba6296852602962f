package recordtest

import (
	"fmt"
	"strconv"

	"github.com/portage-health/portage/record"
)

var (
	givenNames  = []string{"Ada", "Ben", "Carla", "Dmitri", "Esi", "Farid", "Grete", "Hugo", "Inés", "Jun", "Keiko", "Leila", "Mateo", "Noor", "Olu", "Petra"}
	familyNames = []string{"Example", "Sample", "Invented", "Testcase", "Muster", "Ejemplo", "Fictive", "Specimen", "Placeholder", "Modell"}
	cities      = []string{"Springfield", "Riverton", "Lakeview", "Fairmount", "Milltown"}
)

func (g *generator) person() record.Name {
	part := func(list []string) []record.NamePart { return []record.NamePart{{Value: list[g.r.IntN(len(list))]}} }
	return record.Name{Uses: []string{"legal"}, Given: part(givenNames), Family: part(familyNames)}
}

func (g *generator) home() record.Address {
	return record.Address{Uses: []string{"home"}, Lines: []string{strconv.Itoa(1+g.r.IntN(900)) + " Invented Street"}, City: cities[g.r.IntN(len(cities))],
		State: "MA", PostalCode: fmt.Sprintf("0%04d", g.r.IntN(10000)), Country: "US"}
}

func (g *generator) phone(use string) record.Telecom {
	return record.Telecom{System: "phone", Value: fmt.Sprintf("+1-555-01%02d", g.r.IntN(100)), Uses: []string{use}}
}

// people makes the patient and those who care.
func (g *generator) people(size int) {
	g.year = 1930 + g.r.IntN(85)
	g.source = g.id("source")
	g.rec.Sources = []record.Source{{ID: g.source, Format: "record", Time: "2024-01-02"}}
	for range 1 + min(size/100, 12) {
		o := record.Organization{Entry: g.entry(record.KindOrganization, record.StatusActive), Names: []string{cities[g.r.IntN(len(cities))] + " Clinic"}}
		o.Telecoms = []record.Telecom{g.phone("work")}
		g.rec.Organizations = append(g.rec.Organizations, o)
	}
	for range 1 + min(size/40, 150) {
		p := record.Practitioner{Entry: g.entry(record.KindPractitioner, record.StatusActive), Names: []record.Name{g.person()}}
		p.Identifiers = append(p.Identifiers, record.Identifier{System: record.SystemNPI, Value: fmt.Sprintf("19%08d", g.r.IntN(100000000))})
		g.rec.Practitioners = append(g.rec.Practitioners, p)
	}
	for i := range g.rec.Practitioners {
		g.doctors = append(g.doctors, *g.rec.Practitioners[i].EntryRef(record.KindPractitioner))
	}
	g.rec.Locations = []record.Location{{Entry: g.entry(record.KindLocation, record.StatusActive), Names: []string{"Main building"}, Addresses: []record.Address{g.home()}}}
	p := &record.Patient{Entry: g.entry(record.KindPatient, record.StatusActive), Names: []record.Name{g.person()}, Addresses: []record.Address{g.home()},
		Telecoms: []record.Telecom{g.phone("home"), g.phone("mobile")}}
	p.Status = record.Status{}
	p.BirthTime = record.Time{Value: fmt.Sprintf("%04d-%02d-%02d", g.year, 1+g.r.IntN(12), 1+g.r.IntN(28))}
	p.AdministrativeSex = conceptOf([]string{"AG F Female", "AG M Male", "AG UN Undifferentiated"}[g.r.IntN(3)])
	p.Races = []record.Concept{conceptOf([]string{"RE 2106-3 White", "RE 2054-5 Black or African American", "RE 2028-9 Asian"}[g.r.IntN(3)])}
	p.Ethnicities = []record.Concept{conceptOf([]string{"RE 2186-5 Not Hispanic or Latino", "RE 2135-2 Hispanic or Latino"}[g.r.IntN(2)])}
	p.Languages = []record.Language{{Code: conceptOf("urn:ietf:bcp:47 en English"), Preferred: ptr(true)}}
	if g.chance(20) {
		p.MaritalStatus = record.Concept{Absent: record.AbsentAskedDeclined}
	}
	g.rec.Patient = p
	g.rec.RelatedPersons = []record.RelatedPerson{{Entry: g.entry(record.KindRelatedPerson, record.StatusActive), Class: []string{"ECON"}, Names: []record.Name{g.person()},
		Relationships: []record.Concept{conceptOf("RC SPS spouse")}, Telecoms: []record.Telecom{g.phone("mobile")}}}
}

// chart makes the clinical entries.
func (g *generator) chart(size int) {
	if g.chance(25) {
		e := g.entry(record.KindAllergy, record.StatusActive)
		e.Assertion = record.NoneKnown
		g.rec.Allergies = append(g.rec.Allergies, record.Allergy{Entry: e, Kind: conceptOf("S 419199007 Allergy to substance"), Clinical: record.ClinicalStatus{Code: "active"}})
	}
	noAllergies := len(g.rec.Allergies) > 0
	g.encounter()
	for g.n < size {
		switch k := g.r.IntN(100); {
		case k < 36:
			g.labs()
		case k < 56:
			g.vitals()
		case k < 66:
			g.medication()
		case k < 74:
			g.problem()
		case k < 82:
			g.encounter()
		case k < 86:
			g.immunization()
		case k < 91:
			g.procedure()
		case k < 93:
			if !noAllergies {
				g.allergy()
			}
		case k < 97:
			g.note()
		default:
			g.other()
		}
	}
}

func (g *generator) encounter() {
	row := g.pick("visit")
	e := record.Encounter{Entry: g.entry(record.KindEncounter, record.StatusCompleted), Class: conceptOf("AC AMB ambulatory"),
		Types: []record.Concept{g.concept(coding(record.SystemCPT, row[0], row[1]))}, When: record.Period{At: g.moment()},
		Locations: []record.EncounterLocation{{Location: *g.rec.Locations[0].EntryRef(record.KindLocation)}}}
	g.rec.Encounters = append(g.rec.Encounters, e)
	g.visits = append(g.visits, *e.EntryRef(record.KindEncounter))
}

func (g *generator) labs() {
	row := g.pick("panel")
	p := record.Panel{Entry: g.entry(record.KindResultPanel, record.StatusFinal), Class: "BATTERY", Code: g.concept(coding(record.SystemLOINC, row[0], row[1])),
		When: record.Period{At: g.moment()}, Encounter: g.visit()}
	for range 1 + g.r.IntN(8) {
		o := record.Observation{Entry: g.entry(record.KindResult, record.StatusFinal), When: p.When, Categories: []record.Concept{conceptOf("OC laboratory Laboratory")}}
		if g.chance(15) {
			row := g.pick("coded")
			o.Code = g.concept(coding(record.SystemLOINC, row[0], row[1]))
			o.Values = []record.Value{{Concept: ptr(conceptOf("S " + row[2+g.r.IntN(2)]))}}
		} else {
			g.number(&o, g.pick("lab"))
		}
		switch k := g.r.IntN(100); {
		case k < 2:
			o.Values = []record.Value{{Absent: record.AbsentTemporarily}}
			o.Status.Code = record.StatusRegistered
		case k < 4:
			o.Values = []record.Value{{Text: ptr("See the comment")}}
		}
		g.rec.Results = append(g.rec.Results, o)
		p.Members = append(p.Members, *o.EntryRef(record.KindResult))
	}
	g.rec.ResultPanels = append(g.rec.ResultPanels, p)
}

// number gives an observation a quantity of the row with its range.
func (g *generator) number(o *record.Observation, row []string) {
	o.Code = g.concept(coding(record.SystemLOINC, row[0], row[1]))
	text, flag := g.measure(row)
	q := func(v string) *record.Quantity {
		return &record.Quantity{Value: v, Unit: row[2], Code: row[2], System: record.SystemUCUM}
	}
	value := q(text)
	if g.chance(2) {
		value.Comparator = "<"
	}
	o.Values = []record.Value{{Quantity: value}}
	o.ReferenceRanges = []record.ReferenceRange{{Value: &record.Value{Range: &record.Range{Low: q(row[3]), High: q(row[4])}}}}
	if flag != "" {
		o.Interpretations = []record.Concept{conceptOf("OI " + flag + " " + map[string]string{"L": "Low", "H": "High"}[flag])}
	}
}

func (g *generator) vitals() {
	p := record.Panel{Entry: g.entry(record.KindVitalPanel, record.StatusFinal), Class: "CLUSTER", Code: conceptOf("L 85353-1 Vital signs, weight, height, head circumference, oxygen saturation and BMI panel"),
		When: record.Period{At: g.moment()}, Encounter: g.visit()}
	for range 1 + g.r.IntN(7) {
		o := record.Observation{Entry: g.entry(record.KindVital, record.StatusFinal), When: p.When, Categories: []record.Concept{conceptOf("OC vital-signs Vital Signs")}}
		g.number(&o, g.pick("vital"))
		o.ReferenceRanges = nil
		if g.chance(2) {
			o.Values = []record.Value{{Absent: record.AbsentAskedDeclined}}
			o.Interpretations = nil
		}
		g.rec.Vitals = append(g.rec.Vitals, o)
		p.Members = append(p.Members, *o.EntryRef(record.KindVital))
	}
	g.rec.VitalPanels = append(g.rec.VitalPanels, p)
}

func (g *generator) medication() {
	row := g.pick("med")
	m := record.Medication{Entry: g.entry(record.KindMedication, record.StatusActive), Product: record.Product{Code: g.concept(coding(record.SystemRxNorm, row[0], row[1]))},
		Taken: g.span(), Encounter: g.visit(), Sig: "Take one " + []string{"in the morning", "twice a day", "at night as needed"}[g.r.IntN(3)]}
	m.Dosages = []record.Dosage{{Route: ptr(conceptOf("N C38288 Oral Route of Administration")), Dose: &record.Amount{Quantity: &record.Quantity{Value: strconv.Itoa(1 + g.r.IntN(3))}},
		Timings: []record.Timing{{Frequency: strconv.Itoa(1 + g.r.IntN(3)), Period: "1", PeriodUnit: "d"}}}}
	switch k := g.r.IntN(100); {
	case k < 3:
		m.Assertion = record.Negated
	case k < 10:
		m.Status = record.Status{Code: record.StatusAborted, Reasons: []record.Concept{conceptOf("S 62014003 Adverse reaction caused by drug")}}
	case k < 50:
		m.Mode = record.ModeIntent
	}
	g.rec.Medications = append(g.rec.Medications, m)
}

func (g *generator) problem() {
	row := g.pick("problem")
	p := record.Problem{Entry: g.entry(record.KindProblem, record.StatusActive), Onset: g.span(), Use: "problem-list", Encounter: g.visit(),
		Code: g.concept(coding(record.SystemSNOMED, row[0], row[2]), coding(record.SystemICD10CM, row[1], row[2]))}
	p.Clinical.Code = []string{"active", "active", "resolved", "inactive"}[g.r.IntN(4)]
	switch k := g.r.IntN(100); {
	case k < 4:
		p.Assertion, p.Clinical = record.Negated, record.ClinicalStatus{}
	case k < 6:
		p.Verification, p.Clinical = record.Refuted, record.ClinicalStatus{}
	case k < 7:
		p.Verification, p.Clinical = record.EnteredInError, record.ClinicalStatus{}
	case k < 15:
		p.Verification = record.Provisional
	}
	g.rec.Problems = append(g.rec.Problems, p)
}

func (g *generator) allergy() {
	row := g.pick("allergen")
	a := record.Allergy{Entry: g.entry(record.KindAllergy, record.StatusActive), Substance: g.concept(codingOf(row[0] + " " + row[1])),
		Kind: conceptOf("S 419199007 Allergy to substance"), Onset: g.span(), Clinical: record.ClinicalStatus{Code: "active"}}
	r := g.pick("reaction")
	a.Reactions = []record.Reaction{{Manifestations: []record.Concept{g.concept(coding(record.SystemSNOMED, r[0], r[1]))}, Severity: ptr(conceptOf("S 6736007 Moderate"))}}
	if g.chance(10) {
		a.Assertion, a.Reactions = record.Negated, nil
	}
	g.rec.Allergies = append(g.rec.Allergies, a)
}

func (g *generator) immunization() {
	row := g.pick("vaccine")
	i := record.Immunization{Entry: g.entry(record.KindImmunization, record.StatusCompleted), Product: record.Product{Code: g.concept(coding(record.SystemCVX, row[0], row[1])),
		Lot: fmt.Sprintf("LOT-%05d", g.r.IntN(100000))}, When: record.Period{At: g.moment()}, DoseNumber: strconv.Itoa(1 + g.r.IntN(3)), Encounter: g.visit()}
	switch k := g.r.IntN(100); {
	case k < 8:
		i.Status = record.Status{Code: record.StatusRefused, Reasons: []record.Concept{conceptOf("AR PATOBJ patient objection")}}
		i.Product.Lot = ""
	case k < 12:
		i.Status = record.Status{Code: record.StatusNotDone, Reasons: []record.Concept{conceptOf("AR IMMUNE immunity")}}
		i.Product.Lot = ""
	}
	g.rec.Immunizations = append(g.rec.Immunizations, i)
}

func (g *generator) procedure() {
	row := g.pick("procedure")
	p := record.Procedure{Entry: g.entry(record.KindProcedure, record.StatusCompleted), Class: "procedure", Code: g.concept(coding(record.SystemSNOMED, row[0], row[1])),
		When: record.Period{At: g.moment()}, Encounter: g.visit()}
	switch k := g.r.IntN(100); {
	case k < 5:
		p.Status.Code = record.StatusNotDone
	case k < 8:
		p.Status.Code = record.StatusRefused
	}
	g.rec.Procedures = append(g.rec.Procedures, p)
}

func (g *generator) note() {
	row := g.pick("note")
	text := "The patient reports that all is well. "
	for range g.r.IntN(30) {
		text += []string{"Seen in the clinic. ", "No change since the last visit. ", "Walks every day. ", "To return in three months. "}[g.r.IntN(4)]
	}
	n := record.ClinicalNote{Entry: g.entry(record.KindNote, record.StatusFinal), Type: g.concept(coding(record.SystemLOINC, row[0], row[1])),
		When: record.Period{At: g.moment()}, Contents: []record.NoteContent{{Attachment: record.Attachment{ContentType: "text/plain", Text: text}}}}
	if v := g.visit(); v != nil {
		n.Encounter = []record.Ref{*v}
	}
	g.rec.Notes = append(g.rec.Notes, n)
}

// other makes the rarer entries.
func (g *generator) other() {
	switch g.r.IntN(6) {
	case 0:
		g.rec.Social = append(g.rec.Social, record.Observation{Entry: g.entry(record.KindSocial, record.StatusFinal), Kind: "smoking-status",
			Code: conceptOf("L 72166-2 Tobacco smoking status"), When: record.Period{At: g.moment()}, Values: []record.Value{{Concept: ptr(conceptOf("S 266919005 Never smoked tobacco"))}}})
	case 1:
		g.rec.Goals = append(g.rec.Goals, record.Goal{Entry: g.entry(record.KindGoal, record.StatusActive), Code: record.Concept{Text: "Walk half an hour a day"}, Start: record.Period{At: g.moment()}})
		g.rec.Goals[len(g.rec.Goals)-1].Mode = record.ModeGoal
	case 2:
		g.rec.FamilyHistory = append(g.rec.FamilyHistory, record.FamilyMember{Entry: g.entry(record.KindFamilyMember, record.StatusCompleted), Relationship: conceptOf("RC FTH father"),
			Conditions: []record.FamilyCondition{{Code: conceptOf("S 22298006 Myocardial infarction"), Assertion: record.Affirmed}}})
	case 3:
		g.rec.Devices = append(g.rec.Devices, record.Device{Entry: g.entry(record.KindDevice, record.StatusActive), Use: "patient", Types: []record.Concept{conceptOf("S 14106009 Cardiac pacemaker")},
			UDI: &record.UDI{Carrier: fmt.Sprintf("(01)%014d", g.r.IntN(1000000))}})
	case 4:
		g.rec.Orders = append(g.rec.Orders, record.Order{Entry: g.entry(record.KindOrder, record.StatusActive), Code: conceptOf("L 24331-1 Lipid 1996 panel - Serum or Plasma"), Encounter: g.visit()})
		g.rec.Orders[len(g.rec.Orders)-1].Mode = record.ModeRequest
	case 5:
		g.rec.Coverages = append(g.rec.Coverages, record.Coverage{Entry: g.entry(record.KindCoverage, record.StatusActive), SubscriberID: "SUB-" + strconv.Itoa(g.r.IntN(10000)),
			Type: conceptOf("https://nahdo.org/sopt 512 Commercial Managed Care - PPO"), Payors: []record.Ref{*g.rec.Organizations[0].EntryRef(record.KindOrganization)}})
	}
}

// document tells the entries in sections, each entry in a row that it points to.
func (g *generator) document() {
	d := record.Document{Entry: g.entry(record.KindDocument, record.StatusFinal), Type: conceptOf("L 34133-9 Summarization of Episode Note"), Title: "Summary of care",
		Time: record.Time{Value: "2024-01-02T10:30:00-05:00"}, Custodian: g.rec.Organizations[0].EntryRef(record.KindOrganization), Source: g.source}
	place := map[string]int{}
	for _, s := range sectionCodes {
		place[s[0]] = len(d.Sections)
		d.Sections = append(d.Sections, record.Section{ID: g.id("section"), Code: conceptOf("L " + s[1]), Title: s[2]})
	}
	for kind, e := range g.rec.Entries() {
		at, ok := place[kind]
		if k, other := sectionKind[kind]; other {
			at, ok = place[k], true
		}
		if !ok {
			continue
		}
		s := &d.Sections[at]
		if s.Narrative == nil {
			s.Narrative = &record.Narrative{Nodes: []record.NarrativeNode{{Kind: "list"}}}
		}
		anchor := kind + "-" + strconv.Itoa(len(s.Entries)+1)
		s.Narrative.Nodes = append(s.Narrative.Nodes, record.NarrativeNode{Kind: "item", Depth: 1, ID: anchor},
			record.NarrativeNode{Kind: "text", Depth: 2, Text: "Entry " + anchor + " of the chart, as told to the reader"})
		e.Narrative = &record.NarrativeLink{Anchor: anchor}
		e.Section = s.ID
		s.Entries = append(s.Entries, record.Ref{ID: e.ID, Kind: kind})
	}
	for i := range d.Sections {
		if s := &d.Sections[i]; s.Narrative == nil {
			s.Narrative = &record.Narrative{Nodes: []record.NarrativeNode{{Kind: "paragraph"}, {Kind: "text", Depth: 1, Text: "No information."}}}
			s.Absent = record.AbsentNoInformation
		}
	}
	g.rec.Documents = []record.Document{d}
}
