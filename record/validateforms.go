package record

import (
	"strings"
	"time"
)

// decimalFields and integerFields hold numbers as text.
const (
	decimalFields = " Quantity.Value QuantityAlternate.Value Money.Value Value.Decimal Position.Latitude Position.Longitude Position.Altitude" +
		" SampledData.Period SampledData.Factor SampledData.LowerLimit SampledData.UpperLimit" +
		" FormOption.Score Timing.Duration Timing.DurationMax Timing.Period Timing.PeriodMax "
	integerFields = " Value.Integer FormItem.MaxLength SampledData.Dimensions Timing.Count Timing.CountMax Timing.Frequency Timing.FrequencyMax "
)

// closedLists are the words of the fields, and of the types, that have a closed list.
const closedLists = `
Assertion: affirmed negated none-known unknown
StatusCode: draft planned proposed accepted booked pending arrived triaged checked-in waitlist no-show new active on-hold on-leave completed aborted cancelled not-done refused rejected preliminary partial registered final amended corrected appended superseded inactive available unavailable entered-in-error normal unknown
Verification: confirmed unconfirmed presumed provisional differential refuted entered-in-error
Mode: intent request proposal promise appointment appointment-request goal definition criterion directive option original-order reflex-order filler-order instance-order
AbsentReason: no-information unknown asked-unknown temporarily-unavailable not-asked asked-declined masked not-applicable other unencoded invalid derived trace sufficient-quantity negative-infinity positive-infinity not-present not-a-number unsupported as-text error not-performed not-permitted explicit-null
ClinicalStatus.Code: active recurrence relapse inactive remission resolved
Quantity.Comparator: < <= >= > ad
Identifier.Use: usual official temp secondary old
Address.Type: postal physical both
Telecom.System: phone fax email pager url sms other
Allergy.Type: allergy intolerance
Allergy.Categories: food medication environment biologic
Medication.Kind: request statement dispense administration
Instruction.Audience: patient dispenser
Device.Use: patient author
List.Mode: working snapshot changes
AdverseEvent.Actuality: actual potential
FormItem.Type: group display boolean decimal integer date dateTime time string text url choice open-choice attachment reference quantity
FormItem.EnableBehavior: all any
FormCondition.Operator: exists = != > < >= <=
Claim.Kind: claim explanation-of-benefit
Claim.Use: claim preauthorization predetermination
PatientLink.Type: replaced-by replaces refer seealso
ProvenanceEntity.Role: derivation revision quotation source removal
RelatedDocument.Type: replaces appends transforms signs refers-to
Consent.Decision: permit deny
Provision.Type: permit deny
ConsentData.Meaning: instance related dependents authoredby
Participation.Required: required optional information-only
Participation.Status: accepted declined tentative needs-action
Timing.DurationUnit: s min h d wk mo a
Timing.PeriodUnit: s min h d wk mo a
Timing.DaysOfWeek: mon tue wed thu fri sat sun
Timing.Operator: I E A H P
Label.Kind: confidentiality sensitivity handling purpose integrity compartment
NarrativeLink.Status: generated extensions additional empty
Section.NarrativeStatus: generated extensions additional empty
Section.Mode: working snapshot changes
Carried.Kind: element attribute text value resource field absent
`

// wellFormedDecimal allows what XML Schema's decimal and double do: a sign, digits, a point, an exponent.
func wellFormedDecimal(s string) bool {
	if s != "" && (s[0] == '-' || s[0] == '+') {
		s = s[1:]
	}
	mantissa, exponent, scientific := s, "", false
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		mantissa, exponent, scientific = s[:i], s[i+1:], true
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	return digits(whole) && digits(fraction) && whole+fraction != "" && (!scientific || wellFormedInteger(exponent))
}

func wellFormedInteger(s string) bool {
	if s != "" && (s[0] == '-' || s[0] == '+') {
		s = s[1:]
	}
	return s != "" && digits(s)
}

func digits(s string) bool {
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// wellFormedTime holds a Time.Value against the form that time.go describes and against the calendar.
func wellFormedTime(s string) bool {
	date, clock, timed := strings.Cut(s, "T")
	layouts := map[int]string{4: "2006", 7: "2006-01", 10: "2006-01-02"}
	if _, err := time.Parse(layouts[len(date)], date); err != nil || layouts[len(date)] == "" {
		return false
	}
	if !timed {
		return true
	}
	if len(date) != 10 {
		return false
	}
	if i := strings.IndexAny(clock, "Z+-"); i >= 0 {
		if !wellFormedOffset(clock[i:]) {
			return false
		}
		clock = clock[:i]
	}
	clock, fraction, fractional := strings.Cut(clock, ".")
	if fractional && (len(clock) != 8 || fraction == "" || !digits(fraction)) {
		return false
	}
	layouts = map[int]string{2: "15", 5: "15:04", 8: "15:04:05"}
	// A leap second is a second like others here.
	if strings.HasSuffix(clock, ":60") && len(clock) == 8 {
		clock = clock[:6] + "59"
	}
	_, err := time.Parse(layouts[len(clock)], clock)
	return err == nil && layouts[len(clock)] != ""
}

// wellFormedOffset allows Z and what lies between -12:00 and +14:00, with room for history.
func wellFormedOffset(s string) bool {
	if s == "Z" {
		return true
	}
	if len(s) != 6 || s[3] != ':' || !digits(s[1:3]) || !digits(s[4:]) {
		return false
	}
	return s[1:] <= "15:59" && s[4:] <= "59"
}

// after reports whether a is later than b for certain: as far as both go, and
// with a day's doubt where only one of them has an offset.
func after(a, b Time) bool {
	if a.Value == "" || b.Value == "" || !wellFormedTime(a.Value) || !wellFormedTime(b.Value) {
		return false
	}
	if a.Offset() != "" && b.Offset() != "" {
		// b may be as late as the end of the hour, minute or second that it names.
		return instant(a).After(instant(b).Add(span(b.Precision())))
	}
	if a.Offset() == "" && b.Offset() == "" {
		n := min(len(a.Value), len(b.Value))
		return a.Value[:n] > b.Value[:n]
	}
	x, y := a.Date(), b.Date()
	if len(x) < 10 || len(y) < 10 {
		return false
	}
	dx, _ := time.Parse(time.DateOnly, x)
	dy, _ := time.Parse(time.DateOnly, y)
	return dx.Sub(dy) > 24*time.Hour
}

func span(p TimePrecision) time.Duration {
	switch p {
	case Hour:
		return time.Hour - 1
	case Minute:
		return time.Minute - 1
	case Second:
		return time.Second - 1
	}
	return 0
}

// instant gives the moment of a well-formed time that has an offset.
func instant(t Time) time.Time {
	clock := "T15"
	switch t.Precision() {
	case Minute:
		clock = "T15:04"
	case Second, Fraction:
		clock = "T15:04:05"
	}
	at, _ := time.Parse(time.DateOnly+clock+"Z07:00", strings.Replace(t.Value, ":60", ":59", 1))
	return at
}
