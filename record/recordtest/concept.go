package recordtest

import "github.com/portage-health/portage/record"

// concept gives the concept of the list and, by its path, one of the ways a source may send it.
func (f *filler) concept(key, path string, nth int) record.Concept {
	n := turn(path)
	codings := f.codings(key, nth)
	c := record.Concept{Codings: codings[:1]}
	switch n % 16 {
	case 0, 1, 2:
		c.Text = codings[0].Display + " (as written)"
	case 3:
		c.TextRef = f.anchor(codings[0].Display)
	case 4, 5:
		c.Codings = codings
		c.Text = codings[0].Display
		c.TextBeside = n%16 == 5
	case 6:
		c.Codings[0].SystemAsSent, c.Codings[0].SystemName = "urn:oid:2.16.840.1.113883.19.77", "As the source has it"
	case 7:
		c.Codings[0] = record.Coding{SystemAsSent: "99LOCAL", SystemName: "Local codes", Code: "LC-" + codings[0].Code, Display: codings[0].Display}
		c.Codings = append(c.Codings, codings[0])
	case 8:
		if len(f.types) > 1 {
			c.Codings[0] = f.richCoding(codings[0])
		}
	case 9:
		c.Codings = append([]record.Coding{{Absent: record.AbsentOther, Text: "no code of the set fits", TextRef: f.anchor("no code of the set fits")}}, codings...)
		c.Text = codings[0].Display
	case 10:
		if len(f.types) > 2 {
			c = record.Concept{Absent: record.AbsentUnknown}
		}
	case 11:
		if len(f.types) > 2 {
			c = record.Concept{Text: codings[0].Display, TextPlain: true}
		}
	}
	return c
}

// codings are the codings of the list; a second element of a slice has a row of its own or the next coding.
func (f *filler) codings(key string, nth int) []record.Coding {
	t := tables().concepts
	if nth > 0 {
		if more := t[key+".1"]; len(more) > 0 {
			return append([]record.Coding(nil), more...)
		}
	}
	list := t[key]
	if len(list) == 0 {
		list = t["Coding.*"]
	}
	list = append([]record.Coding(nil), list...)
	if nth > 0 {
		if len(list) > 1 {
			return list[1:]
		}
		list[0] = record.Coding{System: "https://invented.example/codes", Code: "X-" + list[0].Code, Display: "Another: " + list[0].Display}
	}
	return list
}

func (f *filler) coding(key string, nth int, n uint32) record.Coding {
	c := f.codings(key, nth)[0]
	if n%5 == 0 && nested[record.Coding](f) == 0 {
		return f.richCoding(c)
	}
	return c
}

func (f *filler) richCoding(c record.Coding) record.Coding {
	c.Version, c.UserSelected = "2023-09", ptr(true)
	c.ValueSet, c.ValueSetVersion = "urn:oid:2.16.840.1.113883.3.88.12.3221.7.4", "20230901"
	c.Text = "as the coder read it"
	c.Qualifiers = []record.Qualifier{{Name: codingOf("S 272741003 Laterality"), Value: codingOf("S 7771000 Left"), Inverted: ptr(false)}}
	return c
}

func (f *filler) identifier(key, path string, n uint32, nth int) record.Identifier {
	i := record.Identifier{System: "urn:oid:2.16.840.1.113883.19.5", Value: "A-" + id("identifier", path)[:8]}
	switch key {
	case "Practitioner.Identifiers":
		if nth == 0 {
			return record.Identifier{System: record.SystemNPI, Value: "1999999984"}
		}
	case "Organization.Identifiers":
		if nth == 0 {
			return record.Identifier{System: record.SystemNPI, Value: "1999999976"}
		}
	case "ImagingStudy.Identifiers":
		if nth == 0 {
			return record.Identifier{System: record.SystemURI, Value: "urn:oid:1.2.840.99999.1"}
		}
	}
	deep := nested[record.Identifier](f) > 0 || len(f.types) > 3
	switch n % 16 {
	case 0:
		i.System, i.Value = record.SystemURI, "urn:uuid:"+id("identifier", path)
	case 1:
		if !deep {
			i.Type, i.Use = ptr(conceptOf("http://terminology.hl7.org/CodeSystem/v2-0203 MR Medical record number")), "official"
		}
	case 2:
		i.Assigner, i.Displayable = "Invented Clinic", ptr(true)
	case 3:
		if !deep {
			i.Period = &record.Period{Start: record.Time{Value: "2019-01-01"}, End: record.Time{Value: "2029-12-31"}}
			i.AssignerRef = &record.Ref{}
			f.ref(i.AssignerRef, "Identifier.AssignerRef", path, 1, 0)
			i.Use = "secondary"
		}
	case 4:
		i.CheckDigit, i.CheckScheme = "4", "M10"
	case 5:
		i.System, i.SystemAsSent = "", "CLINIC&&"
	case 6:
		i.Value, i.ValueAsSent = "", "B9D3A6F2-0000-4000-8000-000000000001"
	case 7:
		if nth > 0 {
			i = record.Identifier{Absent: record.AbsentUnknown}
		}
	}
	return i
}

func (f *filler) status(key, path string, n uint32) record.Status {
	s := record.Status{Code: statusOf[key]}
	if s.Code == "" {
		s.Code = record.StatusCompleted
	}
	if len(f.types) > 1 {
		switch n % 8 {
		case 0:
			return record.Status{Code: s.Code, Reasons: []record.Concept{f.concept("Status.Reasons", path+".Reasons[0]", 0)}}
		case 1:
			return record.Status{AsSent: "held-by-rule"}
		case 2:
			return record.Status{Absent: record.AbsentUnknown}
		}
		return s
	}
	s.Reasons = []record.Concept{f.concept("Status.Reasons", path+".Reasons[0]", 0)}
	return s
}

// statusOf is where each kind of entry stands in the full record; others are completed.
var statusOf = map[string]record.StatusCode{
	"Patient.Status": record.StatusActive, "Allergy.Status": record.StatusActive, "Problem.Status": record.StatusActive,
	"Medication.Status": record.StatusActive, "Observation.Status": record.StatusFinal, "Panel.Status": record.StatusFinal,
	"Goal.Status": record.StatusActive, "HealthConcern.Status": record.StatusActive, "CarePlan.Status": record.StatusActive,
	"CareTeam.Status": record.StatusActive, "Device.Status": record.StatusActive, "Specimen.Status": record.StatusAvailable,
	"ClinicalNote.Status": record.StatusFinal, "Coverage.Status": record.StatusActive, "Account.Status": record.StatusActive,
	"Claim.Status": record.StatusActive, "Directive.Status": record.StatusActive, "Appointment.Status": record.StatusBooked,
	"Order.Status": record.StatusActive, "Consent.Status": record.StatusActive, "List.Status": record.StatusActive,
	"Location.Status": record.StatusActive, "Concern.Status": record.StatusActive, "CareTeamMember.Status": record.StatusActive, "CoverageActivity.Status": record.StatusCompleted,
	"Document.Status": record.StatusFinal, "Form.Status": record.StatusActive,
}

func (f *filler) clinicalStatus(path string, n uint32) record.ClinicalStatus {
	s := record.ClinicalStatus{Code: "active", When: &record.Period{Start: timeAt(4)}}
	switch {
	case len(f.types) > 1:
	case n%3 == 1:
		s.Code, s.AsSent = "", ptr(conceptOf("S 55561003 Active"))
	case n%3 == 2:
		s = record.ClinicalStatus{Absent: record.AbsentUnknown}
	}
	return s
}

func label(nth int) record.Label {
	if nth == 0 {
		return record.Label{Kind: "confidentiality", Coding: codingOf("CF R restricted")}
	}
	if nth == 2 {
		return record.Label{Kind: "handling", Coding: codingOf("AC NOPAT no disclosure to patient, family or caregivers without attending provider's authorization"),
			When: &record.Period{Start: record.Time{Value: "2023-04-05"}, End: record.Time{Value: "2023-05"}}}
	}
	return record.Label{Kind: "sensitivity", Coding: codingOf("AC PSY psychiatry disorder information sensitivity")}
}
