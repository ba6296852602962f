package main

import (
	"fmt"
	"io"
)

// EMR is the whole system: tables as a small practice would have them.
type EMR struct {
	patients  []patientRow
	allergies []allergyRow
	problems  []problemRow
	drugs     []drugRow
	shots     []shotRow
	labs      []labRow
	// records keeps every record received whole, as JSON, by patient.
	records map[string][]byte
}

type patientRow struct {
	id, mrn             string
	family, given       string
	birth, sex          string // YYYY-MM-DD; F, M, UN
	street, city, state string
	zip, phone          string
}

// An allergy row says none=true for "no known allergies"; denied=true for "not allergic to this".
type allergyRow struct {
	patient, rxnorm, substance string
	reaction, reactionText     string // SNOMED CT
	onset                      string
	none, denied               bool
}

type problemRow struct {
	patient, snomed, text string
	onset, resolved       string
	denied                bool
}

type drugRow struct {
	patient, rxnorm, text, sig string
	start                      string
	active                     bool
}

// A shot row with refused says why not; it is not a vaccination.
type shotRow struct {
	patient, cvx, text, date, lot string
	refused                       string // HL7 v3 ActReason code; "" if given
}

type labRow struct {
	patient, loinc, text string
	value, unit, at      string // the number as the analyser wrote it
	low, high            string
}

// seed fills the tables with an invented patient.
func seed() *EMR {
	const p = "P-1001"
	return &EMR{
		patients: []patientRow{{id: p, mrn: "88213", family: "Brannigan", given: "Ilse", birth: "1948-11-09", sex: "F",
			street: "3 Millrace Lane", city: "Tarn Hollow", state: "VT", zip: "05999", phone: "+1 555 555 0175"}},
		allergies: []allergyRow{
			{patient: p, rxnorm: "2670", substance: "codeine", reaction: "422587007", reactionText: "Nausea", onset: "1999"},
			{patient: p, rxnorm: "7984", substance: "penicillin V", denied: true},
		},
		problems: []problemRow{
			{patient: p, snomed: "44054006", text: "Diabetes mellitus type 2", onset: "2009-06"},
			{patient: p, snomed: "22298006", text: "Myocardial infarction", denied: true},
		},
		drugs: []drugRow{{patient: p, rxnorm: "860975", text: "metformin 500 MG Oral Tablet", sig: "1 tablet twice a day with meals", start: "2009-06-15", active: true}},
		shots: []shotRow{
			{patient: p, cvx: "133", text: "pneumococcal conjugate PCV 13", date: "2016-10-02", lot: "TH-2209"},
			{patient: p, cvx: "187", text: "zoster recombinant", date: "2023-02-11", refused: "PATOBJ"},
		},
		labs:    []labRow{{patient: p, loinc: "4548-4", text: "Hemoglobin A1c/Hemoglobin.total in Blood", value: "7.10", unit: "%", at: "2024-01-08T08:30:00-05:00", low: "4.0", high: "5.6"}},
		records: map[string][]byte{},
	}
}

// print shows a patient's rows.
func (e *EMR) print(w io.Writer, id string) error {
	for _, p := range e.patients {
		if p.id == id {
			fmt.Fprintf(w, "  patient %s %s, born %s\n", p.given, p.family, p.birth)
		}
	}
	for _, a := range e.allergies {
		switch {
		case a.patient != id:
		case a.none:
			fmt.Fprintln(w, "  allergies: none known")
		case a.denied:
			fmt.Fprintf(w, "  not allergic to %s\n", a.substance)
		default:
			fmt.Fprintf(w, "  ALLERGIC to %s: %s\n", a.substance, a.reactionText)
		}
	}
	for _, p := range e.problems {
		if p.patient == id {
			word := "problem"
			if p.denied {
				word = "does not have"
			}
			fmt.Fprintf(w, "  %s: %s\n", word, p.text)
		}
	}
	for _, d := range e.drugs {
		if d.patient == id {
			fmt.Fprintf(w, "  drug: %s, %s\n", d.text, d.sig)
		}
	}
	for _, s := range e.shots {
		if s.patient == id {
			word := "vaccinated"
			if s.refused != "" {
				word = "NOT vaccinated (" + s.refused + ")"
			}
			fmt.Fprintf(w, "  %s: %s, %s\n", word, s.text, s.date)
		}
	}
	for _, l := range e.labs {
		if l.patient == id {
			fmt.Fprintf(w, "  lab: %s = %s %s (%s)\n", l.text, l.value, l.unit, l.at)
		}
	}
	_, err := fmt.Fprintf(w, "  the record itself is kept beside the rows: %t\n", len(e.records[id]) > 0)
	return err
}
