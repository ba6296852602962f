package record

// Quantity is a number with a unit. Value is the decimal as written (1.80 stays
// 1.80); no float touches it.
type Quantity struct {
	Value string `json:"value,omitempty"`
	// Comparator is <, <=, >=, > or ad (FHIR quantity-comparator); HL7 v2 SN.1 and CDA bounds say the same.
	Comparator string `json:"comparator,omitempty"`
	// Unit is the unit as sent.
	Unit string `json:"unit,omitempty"`
	// Code is the unit's code in System; UCUM where System is http://unitsofmeasure.org.
	Code   string       `json:"code,omitempty" portage:"same=Unit"`
	System string       `json:"system,omitempty" portage:"unless=http://unitsofmeasure.org"`
	Absent AbsentReason `json:"absent,omitempty"`
	// Alternates are the same quantity in other units (CDA PQ.translation).
	Alternates []QuantityAlternate `json:"alternates,omitempty"`
}

// QuantityAlternate is the same quantity in another unit (CDA PQR).
type QuantityAlternate struct {
	Value string  `json:"value,omitempty"`
	Unit  Concept `json:"unit,omitzero"`
}

// IsZero reports whether nothing at all was said.
func (q Quantity) IsZero() bool {
	return q.Value == "" && q.Comparator == "" && q.Unit == "" && q.Code == "" && q.System == "" && q.Absent == "" && len(q.Alternates) == 0
}

// Range is a pair of bounds, each of which may be missing.
type Range struct {
	Low      *Quantity    `json:"low,omitempty"`
	High     *Quantity    `json:"high,omitempty"`
	LowOpen  *bool        `json:"lowOpen,omitempty"`
	HighOpen *bool        `json:"highOpen,omitempty"`
	Center   *Quantity    `json:"center,omitempty"`
	Width    *Quantity    `json:"width,omitempty"`
	Absent   AbsentReason `json:"absent,omitempty"`
}

// Ratio is one quantity to another.
type Ratio struct {
	Numerator   *Quantity    `json:"numerator,omitempty"`
	Denominator *Quantity    `json:"denominator,omitempty"`
	Absent      AbsentReason `json:"absent,omitempty"`
}

// Amount is a dose or a rate: one of a quantity, a range and a ratio.
type Amount struct {
	Quantity *Quantity `json:"quantity,omitempty"`
	Range    *Range    `json:"range,omitempty"`
	Ratio    *Ratio    `json:"ratio,omitempty"`
}

// Money is an amount of a currency (ISO 4217).
type Money struct {
	Value    string `json:"value,omitempty"`
	Currency string `json:"currency,omitempty"`
}

// SampledData is a series of measurements (FHIR SampledData, HL7 v2 NA/MA).
type SampledData struct {
	Origin     Quantity `json:"origin,omitzero"`
	Period     string   `json:"period,omitempty"` // milliseconds
	Factor     string   `json:"factor,omitempty"`
	LowerLimit string   `json:"lowerLimit,omitempty"`
	UpperLimit string   `json:"upperLimit,omitempty"`
	Dimensions string   `json:"dimensions,omitempty"`
	Data       string   `json:"data,omitempty"`
}

// Value is what an observation found. At most one of the fields is set in a
// well-made source; Absent says why none is.
type Value struct {
	Concept    *Concept     `json:"concept,omitempty"`
	Quantity   *Quantity    `json:"quantity,omitempty"`
	Range      *Range       `json:"range,omitempty"`
	Ratio      *Ratio       `json:"ratio,omitempty"`
	Text       *string      `json:"text,omitempty"`
	Bool       *bool        `json:"bool,omitempty"`
	Integer    *string      `json:"integer,omitempty"`
	Decimal    *string      `json:"decimal,omitempty"` // a number without a unit (CDA REAL)
	Time       *Time        `json:"time,omitempty"`
	TimeOfDay  *string      `json:"timeOfDay,omitempty"` // hh:mm[:ss]
	Period     *Period      `json:"period,omitempty"`
	Money      *Money       `json:"money,omitempty"`
	Sampled    *SampledData `json:"sampled,omitempty"`
	Attachment *Attachment  `json:"attachment,omitempty"`
	Identifier *Identifier  `json:"identifier,omitempty"`
	URI        *string      `json:"uri,omitempty"`
	Ref        *Ref         `json:"ref,omitempty"`
	Absent     AbsentReason `json:"absent,omitempty"`
}

// IsZero reports whether nothing at all was said.
func (v Value) IsZero() bool { return v == (Value{}) }
