package fhir

import (
	"strings"

	"github.com/portage-health/portage/record"
)

// isRaceCategory reports whether a code is one of the OMB's race categories (US
// Core value set omb-race-category; OMB Statistical Policy Directive 15).
func isRaceCategory(code string) bool {
	switch code {
	case "1002-5", "2028-9", "2054-5", "2076-8", "2106-3":
		return true
	}
	return false
}

// isEthnicityCategory reports whether a code is one of the OMB's ethnicity categories (US Core value set omb-ethnicity-category).
func isEthnicityCategory(code string) bool { return code == "2135-2" || code == "2186-5" }

// race writes US Core's race or ethnicity extension: the OMB category, detailed
// codes, and the text it demands, which is the source's or else the displays,
// each once (C-CDA on FHIR, CF-patient). What a concept says beside one coding
// of the CDC's code system stands in fields of the record extension.
func (w *writer) race(url, field, textField string, cs []record.Concept, text string, most int, isCategory func(string) bool) {
	if len(cs) == 0 && text == "" {
		return
	}
	categories := 0
	w.ext(url)
	for i := range cs {
		for j := range cs[i].Codings {
			k := &cs[i].Codings[j]
			switch {
			case raceSystem(k) && isCategory(k.Code) && categories < most:
				categories++
				w.raceCoding("ombCategory", k)
			case raceSystem(k) && !isCategory(k.Code) && isCode(k.Code):
				w.raceCoding("detailed", k)
			}
		}
		if u := unknownRace(cs[i].Absent); u != "" && categories < most && len(cs[i].Codings) == 0 {
			categories++
			w.ext("ombCategory")
			w.obj("valueCoding")
			w.code("system", record.SystemNullFlavor)
			w.code("code", u)
			w.end()
			w.endExt()
		}
	}
	shown := text
	if shown == "" {
		shown = raceText(cs)
	}
	if shown == "" && !w.isEmpty() {
		shown = "Unknown"
	}
	if shown != "" {
		w.ext("text")
		w.str("valueString", shown)
		w.endExt()
	}
	w.endExt()
	seen := 0
	for i := range cs {
		for j := range cs[i].Codings {
			if raceSystem(&cs[i].Codings[j]) && isCategory(cs[i].Codings[j].Code) {
				seen++
			}
		}
		if !isOneCoding(&cs[i]) || !raceSystem(&cs[i].Codings[0]) || !isCode(cs[i].Codings[0].Code) || seen > most {
			w.fieldConcept(field, &cs[i])
		}
	}
	if text != "" && text == raceText(cs) {
		w.fieldStr(textField, text)
	}
}

func raceSystem(k *record.Coding) bool { return k.System == record.SystemRaceEthnicity }

func (w *writer) raceCoding(url string, k *record.Coding) {
	w.ext(url)
	w.obj("valueCoding")
	rest := *k
	rest.Version = ""
	w.codingBody(&rest)
	w.fieldStr("version", k.Version) // the value sets know no version of the CDC's codes
	w.end()
	w.endExt()
}

// unknownRace gives the NullFlavor that US Core allows as a category.
func unknownRace(a record.AbsentReason) string {
	switch a {
	case record.AbsentUnknown:
		return "UNK"
	case record.AbsentAskedUnknown, record.AbsentAskedDeclined:
		return "ASKU"
	}
	return ""
}

// raceText joins texts and displays, each once.
func raceText(cs []record.Concept) string {
	var all []string
	add := func(s string) {
		if !clean(s) {
			return
		}
		for _, have := range all {
			if strings.EqualFold(have, s) {
				return
			}
		}
		all = append(all, s)
	}
	for i := range cs {
		add(cs[i].Text)
		for j := range cs[i].Codings {
			k := &cs[i].Codings[j]
			if k.Display != "" {
				add(k.Display)
			} else if cs[i].Text == "" {
				add(k.Code)
			}
		}
	}
	return strings.Join(all, ", ")
}
