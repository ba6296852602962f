package recordtest

import (
	"fmt"
	"reflect"

	"github.com/portage-health/portage/record"
)

// nested counts how often T stands among the structs around the field at hand.
func nested[T any](f *filler) int {
	n := 0
	for _, t := range f.types {
		if t == reflect.TypeFor[T]() {
			n++
		}
	}
	return n
}

// timeAt gives a time in one of the precisions there are.
func timeAt(n uint32) record.Time {
	date := fmt.Sprintf("20%02d-%02d-%02d", 15+n%8, 1+n/8%12, 1+n/96%28)
	clock := fmt.Sprintf("T%02d:%02d", n%24, n%60)
	switch n % 11 {
	case 0:
		return record.Time{Value: date[:4]}
	case 1:
		return record.Time{Value: date[:7]}
	case 2:
		return record.Time{Value: date + clock} // local to a place not named
	case 3:
		return record.Time{Value: date + clock + ":05.250-05:00"}
	case 4, 5:
		return record.Time{Value: date + clock + ":30-05:00"}
	case 6:
		return record.Time{Value: date + clock + ":00Z"}
	case 7:
		if n%3 == 0 {
			return record.Time{Absent: record.AbsentUnknown}
		}
	case 8:
		if n%3 == 0 {
			return record.Time{AsSent: "spring of that year"}
		}
	}
	return record.Time{Value: date}
}

func (f *filler) period(path string, n uint32) record.Period {
	start := record.Time{Value: fmt.Sprintf("20%02d-%02d-%02d", 15+n%8, 1+n/8%12, 1+n/96%28)}
	end := record.Time{Value: fmt.Sprintf("2023-%02d-%02dT10:%02d:00-05:00", 1+n%12, 1+n%28, n%60)}
	p := record.Period{Start: start, End: end}
	switch n % 14 {
	case 0, 1:
		p = record.Period{At: timeAt(n + 3)}
	case 2:
		p.End = record.Time{Absent: record.AbsentUnknown}
	case 3:
		p.End = record.Time{}
	case 4:
		p.StartOpen, p.EndOpen = ptr(false), ptr(true)
	case 5:
		p = record.Period{Center: start, Width: &record.Quantity{Value: "3", Unit: "d", Code: "d", System: record.SystemUCUM}}
	case 6:
		p = record.Period{Absent: record.AbsentUnknown}
	case 7:
		p = record.Period{Age: years("41")}
	case 8:
		p = record.Period{AgeRange: &record.Range{Low: years("40"), High: years("45")}}
	case 9:
		p = record.Period{Text: "since childhood"}
	}
	return p
}

func years(n string) *record.Quantity {
	return &record.Quantity{Value: n, Unit: "a", Code: "a", System: record.SystemUCUM}
}

// quantities are value, unit as sent and UCUM code.
var quantities = [][3]string{{"10", "mg", "mg"}, {"1.80", "mmol/L", "mmol/L"}, {"30", "d", "d"}, {"2.5", "mL", "mL"}, {"120", "mm[Hg]", "mm[Hg]"}, {"0.50", "tablet", "{tbl}"}}

func (f *filler) quantity(path string, n uint32) record.Quantity {
	x := quantities[n%uint32(len(quantities))]
	q := record.Quantity{Value: x[0], Unit: x[1], Code: x[2], System: record.SystemUCUM}
	switch n % 12 {
	case 0:
		q.Comparator = "<"
	case 1:
		q.Code, q.System = "", ""
	case 2:
		if len(f.types) > 1 {
			q = record.Quantity{Absent: record.AbsentNotAsked}
		}
	case 3:
		q.Alternates = []record.QuantityAlternate{{Value: "100", Unit: f.concept("QuantityAlternate.Unit", path+".Alternates[0].Unit", 0)}}
	}
	return q
}

func (f *filler) extent(path string, n uint32) record.Range {
	q := func(v string) *record.Quantity {
		return &record.Quantity{Value: v, Unit: "mg/dL", Code: "mg/dL", System: record.SystemUCUM}
	}
	r := record.Range{Low: q("70"), High: q("99")}
	switch n % 10 {
	case 0:
		r.High = nil
	case 1:
		r.LowOpen, r.HighOpen = ptr(false), ptr(true)
	case 2:
		r = record.Range{Center: q("85"), Width: q("30")}
	case 3:
		r = record.Range{Absent: record.AbsentUnknown}
	}
	return r
}

func (f *filler) amount(path string, n uint32) record.Amount {
	switch n % 4 {
	case 0:
		return record.Amount{Range: ptr(f.extent(path+".Range", 5))}
	case 1:
		return record.Amount{Ratio: &record.Ratio{Numerator: ptr(f.quantity(path, 5)), Denominator: &record.Quantity{Value: "1", Unit: "h", Code: "h", System: record.SystemUCUM}}}
	}
	return record.Amount{Quantity: ptr(f.quantity(path, n/4+4))}
}

// values is how many alternatives a Value has, absence among them.
const values = 18

func (f *filler) value(key, path string, alternative int) record.Value {
	var v record.Value
	switch alternative {
	case 0:
		v.Concept = ptr(f.concept("Value.Concept", path+".Concept", 0))
	case 1:
		v.Quantity = ptr(f.quantity(path+".Quantity", 5))
	case 2:
		v.Range = ptr(f.extent(path+".Range", 5))
	case 3:
		v.Ratio = &record.Ratio{Numerator: &record.Quantity{Value: "1"}, Denominator: &record.Quantity{Value: "128"}}
	case 4:
		v.Text = ptr("Growth of normal flora")
	case 5:
		v.Bool = ptr(false)
	case 6:
		v.Integer = ptr("7")
	case 7:
		v.Decimal = ptr("7.40")
	case 8:
		v.Time = &record.Time{Value: "2021-05-06T07:08:09-04:00"}
	case 9:
		v.TimeOfDay = ptr("07:30:00")
	case 10:
		v.Period = &record.Period{Start: record.Time{Value: "2021-05"}, End: record.Time{Value: "2021-06"}}
	case 11:
		v.Money = &record.Money{Value: "12.00", Currency: "USD"}
	case 12:
		v.Sampled = &record.SampledData{Origin: record.Quantity{Value: "0", Unit: "uV", Code: "uV", System: record.SystemUCUM}, Period: "10",
			Factor: "1.612", LowerLimit: "-3300", UpperLimit: "3300", Dimensions: "1", Data: "2041 2043 2037 E 2047 U"}
	case 13:
		v.Attachment = &record.Attachment{ContentType: "image/png", Data: record.Base64Data("iVBORw0KGgo="), Title: "Strip"}
	case 14:
		v.Identifier = &record.Identifier{System: "urn:oid:2.16.840.1.113883.19.5", Value: "ACC-7"}
	case 15:
		v.URI = ptr("https://images.example/7")
	case 16:
		v.Ref = &record.Ref{}
		f.ref(v.Ref, "Value.Ref", path, 1, 0)
	default:
		v.Absent = record.AbsentNotPerformed
	}
	return v
}

func (f *filler) attachment(path string, n uint32) record.Attachment {
	a := record.Attachment{ContentType: "text/plain", Title: "Letter"}
	switch n % 4 {
	case 0:
		a.Text, a.Language = "The patient was seen and is well.", "en-US"
	case 1:
		a.Data, a.Charset, a.Created = record.Base64Data("SW52ZW50ZWQgY29udGVudA=="), "UTF-8", &record.Time{Value: "2022-02-03"}
		a.Size, a.Hash, a.HashAlgorithm = "16", "rLdNZQMAYK2/rc1YEQeHoihU5ew=", "SHA-1"
	case 2:
		a.URL, a.ContentType = "letters/2023-04.pdf", "application/pdf"
		if n%3 == 0 {
			a = record.Attachment{ContentType: "application/pdf", Absent: record.AbsentMasked}
		}
	case 3:
		a.TextRef = f.anchor("The letter in words")
		if n%3 == 0 {
			a.TextRef, a.ContentType, a.Compression, a.Data = "", "application/octet-stream", "GZ", record.Base64Data("H4sIAAAAAAAAAwMAAAAAAAAAAAA=")
		}
	}
	return a
}
