package deid

import (
	"strings"
	"unsafe"

	"github.com/portage-health/portage/record"
)

// leaves are the rules of texts. Each gets the struct that the text stands in, and gives what is left of it.
var leaves = map[string]func(r *run, s *step, p unsafe.Pointer, v string) string{
	"term": func(r *run, s *step, _ unsafe.Pointer, v string) string {
		if s.terms[v] || strings.HasSuffix(s.Field, "AsSent") && (s.terms[strings.ToLower(v)] || s.terms[strings.ToUpper(v)] || isField(v)) {
			return v
		}
		if strings.HasSuffix(s.Field, "Unit") && isUnit(v) {
			return v
		}
		r.unknownTerm(s)
		return r.gone(s)
	},
	"code": func(r *run, s *step, p unsafe.Pointer, v string) string {
		return r.when(isCode((*record.Coding)(p).System, v), s, v)
	},
	"system": func(r *run, s *step, _ unsafe.Pointer, v string) string { return r.system(v) },
	"systemSent": func(r *run, s *step, p unsafe.Pointer, v string) string {
		if c := (*record.Coding)(p); c.System == "" {
			c.System = r.system(v)
		}
		return ""
	},
	"token": func(r *run, s *step, _ unsafe.Pointer, v string) string {
		switch {
		case isToken(v):
			return v
		case s.Field == "QuestionnaireItem.LinkID": // answers to one question stay answers to one question
			if r.made(v) {
				return v
			}
			r.count(s.Category, 1)
			return r.id("question", v)
		}
		return r.gone(s)
	},
	"uri":      shaped(isPublic),
	"version":  shaped(isVersion),
	"number":   shaped(isInteger),
	"samples":  shaped(isSamples),
	"clock":    shaped(isClock),
	"language": shaped(isLanguage),
	"unit": func(r *run, s *step, p unsafe.Pointer, v string) string {
		return r.when(isUnit(v) || s.Field == "Quantity.Code" && isUnitCode((*record.Quantity)(p)), s, v)
	},
	"decimal": func(r *run, s *step, p unsafe.Pointer, v string) string {
		unit := s.typ.Name() == "string"
		if s.Field == "Quantity.Value" {
			q := (*record.Quantity)(p)
			unit = q.Unit != "" || q.Code != ""
		}
		return r.when(isDecimal(v, unit), s, v)
	},
	"text": func(r *run, s *step, p unsafe.Pointer, v string) string {
		if s.Field == "Concept.Text" && r.opt.Terminology != nil {
			c := (*record.Concept)(p)
			for i := range c.Codings {
				if r.known(&c.Codings[i], v) {
					return v
				}
			}
		}
		return r.text(s, v)
	},
	"display": func(r *run, s *step, p unsafe.Pointer, v string) string {
		if r.known((*record.Coding)(p), v) {
			return v
		}
		return r.text(s, v)
	},
	"bounds": func(r *run, s *step, _ unsafe.Pointer, v string) string {
		if _, over := elderlyInWords(v, false); over && r.method != LimitedDataSet {
			return r.gone(s)
		}
		if isMeasured(v) {
			return v
		}
		return r.text(s, v)
	},
	"date": func(r *run, s *step, _ unsafe.Pointer, v string) string { return r.date(v) },
	"state": func(r *run, s *step, p unsafe.Pointer, v string) string {
		if r.method == LimitedDataSet {
			return v
		}
		known := words()["States"][strings.ToUpper(v)] || words()["StateNames"][strings.ToLower(v)]
		return r.when(known && atHome((*record.Address)(p)), s, v)
	},
	"country": func(r *run, s *step, _ unsafe.Pointer, v string) string {
		known := words()["Countries"][v] || isUnitedStates(v) || len(v) == 3 && isDigits(v)
		return r.when(known, s, v)
	},
	"zip": func(r *run, s *step, p unsafe.Pointer, v string) string {
		switch {
		case r.method == LimitedDataSet:
			return v
		case !atHome((*record.Address)(p)):
			return r.gone(s)
		}
		out := r.zip.generalize(v, r.opt.PadZip)
		if out != v {
			r.count(Geography, 1)
		}
		return out
	},
	"hour": func(r *run, s *step, _ unsafe.Pointer, v string) string {
		return r.when(isClock(v) && r.method != SafeHarbor, s, v)
	},
	"town": limited,
	"lot": func(r *run, s *step, p unsafe.Pointer, v string) string {
		if !isCode("", v) {
			return r.gone(s)
		}
		return limited(r, s, p, v)
	},
}

// limited stays in a limited data set.
func limited(r *run, s *step, _ unsafe.Pointer, v string) string {
	return r.when(r.method == LimitedDataSet, s, v)
}

func shaped(ok func(string) bool) func(r *run, s *step, p unsafe.Pointer, v string) string {
	return func(r *run, s *step, _ unsafe.Pointer, v string) string { return r.when(ok(v), s, v) }
}

func (r *run) when(stays bool, s *step, v string) string {
	if stays {
		return v
	}
	return r.gone(s)
}

func (r *run) gone(s *step) string {
	r.count(s.Category, 1)
	return ""
}

// unknownTerm sees to words without which an entry would say something else: an order is no event, a refuted diagnosis none.
func (r *run) unknownTerm(s *step) {
	switch elem(s.typ).Name() {
	case "Mode", "Verification", "Assertion":
		r.unsafe = true
	}
}

// atHome reports whether an address is in the United States, or does not say where it is.
func atHome(a *record.Address) bool {
	return a.Country == "" || isUnitedStates(a.Country)
}

func isUnitedStates(country string) bool {
	return words()["HomeCountries"][country] || strings.EqualFold(country, "united states") || strings.EqualFold(country, "united states of america")
}

// system keeps the name of a public system, and gives a local one a name that tells of nobody.
func (r *run) system(v string) string {
	if isPublic(v) || r.made(strings.TrimPrefix(v, "urn:uuid:")) || v2Systems[v] {
		return v
	}
	r.count(LocalCodes, 1)
	return "urn:uuid:" + r.id("system", v)
}

// v2Systems are ids of HL7 v2 table 0396 that name a public system.
var v2Systems = map[string]bool{"LN": true, "SCT": true, "SNM": true, "I9": true, "I9C": true, "I10": true, "I10C": true, "C4": true, "C5": true, "CVX": true,
	"MVX": true, "NDC": true, "RXNORM": true, "UCUM": true, "ISO+": true, "ANS+": true, "HCPCS": true, "CDCREC": true, "NIP001": true, "NIP002": true, "HL7": true}

// known reports whether a text is how the host's terminology writes a code.
func (r *run) known(c *record.Coding, text string) (is bool) {
	if r.opt.Terminology == nil || c.Code == "" || !isCode(c.System, c.Code) {
		return false
	}
	defer func() {
		if recover() != nil {
			is = false
		}
	}()
	info, ok, err := r.opt.Terminology.Lookup(r.ctx, c.System, c.Code)
	return ok && err == nil && info.Display != "" && strings.EqualFold(info.Display, text)
}

// text gives what is left of free text.
func (r *run) text(s *step, v string) string {
	if isPlain(v) {
		return v
	}
	if r.opt.Scrubber != nil {
		if clean, ok := r.scrub(s.Field, v); ok {
			r.scrubbed++
			return clean
		}
	}
	return r.gone(s)
}
