package record

import (
	"encoding/base64"
	"math/big"
	"strings"
)

// What one format writes in one form, and another in another.

// timesADay gives how often a day a timing asks for, "" where it does not say it so:
// FHIR's three times a day is CDA's every eight hours at hours that the institution sets (PIVL_TS.institutionSpecified).
// Every eight hours by the clock is another timing.
func timesADay(t *Timing) string {
	hours := map[string]int64{"h": 1, "d": 24}[t.PeriodUnit]
	period, ok := new(big.Rat).SetString(t.Period)
	if hours == 0 || !ok || period.Sign() <= 0 || t.FrequencyMax != "" || t.PeriodMax != "" {
		return ""
	}
	times := big.NewRat(24, 1)
	if t.Frequency != "" {
		n, ok := new(big.Rat).SetString(t.Frequency)
		if !ok {
			return ""
		}
		times.Mul(times, n)
	}
	byInstitution := t.InstitutionSpecified != nil && *t.InstitutionSpecified
	if !byInstitution && t.PeriodUnit != "d" {
		return ""
	}
	return times.Quo(times, period.Mul(period, big.NewRat(hours, 1))).RatString()
}

// contentOf gives the content of an attachment in a form in which it can be
// compared: text as text, whether it stood there as such or as bytes; "" where it holds none.
func contentOf(a *Attachment) string {
	text := a.Text
	if text == "" && !a.Data.IsZero() {
		data, err := a.Data.Base64()
		if err != nil {
			return ""
		}
		text = "\x00" + data
		if a.ContentType == "" || strings.HasPrefix(a.ContentType, "text/plain") {
			if b, err := base64.StdEncoding.DecodeString(data); err == nil {
				text = string(b)
			}
		}
	}
	return strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
}

// sameSex reports whether two codes of administrative sex mean the same where HL7's tables
// differ: v2 table 0001 has A (ambiguous) where v3 AdministrativeGender has UN (undifferentiated).
func sameSex(a, b *Concept) bool {
	const v2 = "http://terminology.hl7.org/CodeSystem/v2-0001"
	return a.Has(v2, "A") && b.Has(SystemAdministrativeSex, "UN") || b.Has(v2, "A") && a.Has(SystemAdministrativeSex, "UN")
}
