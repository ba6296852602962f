package record

import (
	"reflect"
	"strings"
	"unsafe"
)

// agreeing compares what two parts of a merge say. Two values agree where neither
// says what the other does not allow: one of them is silent, or coarser, or says
// the same in another form. What is silent for a reason is silent.
type agreeing struct {
	m    *merger
	a, b int // the parts that the values at hand stand in
	// strict says that lists which otherwise gather are values too.
	strict bool
	// dated says that both tell of one day: then a side that only one of them names is told by one alone.
	dated bool
	// identity says that both stand under one id or identifier.
	identity bool
}

var (
	typeTime       = reflect.TypeFor[Time]()
	typePeriod     = reflect.TypeFor[Period]()
	typeConcept    = reflect.TypeFor[Concept]()
	typeCoding     = reflect.TypeFor[Coding]()
	typeQuantity   = reflect.TypeFor[Quantity]()
	typeRef        = reflect.TypeFor[Ref]()
	typeIdentifier = reflect.TypeFor[Identifier]()
	typeValue      = reflect.TypeFor[Value]()
	typeAmount     = reflect.TypeFor[Amount]()
	typeStatus     = reflect.TypeFor[Status]()
	typeClinical   = reflect.TypeFor[ClinicalStatus]()
	typeProduct    = reflect.TypeFor[Product]()
	typeUDI        = reflect.TypeFor[UDI]()
	typeBodySite   = reflect.TypeFor[BodySite]()

	typeTiming     = reflect.TypeFor[Timing]()
	typeAttachment = reflect.TypeFor[Attachment]()

	typeReaction        = reflect.TypeFor[Reaction]()
	typeFamilyCondition = reflect.TypeFor[FamilyCondition]()
	typeMedication      = reflect.TypeFor[Medication]()
	typeIndication      = reflect.TypeFor[Indication]()
)

// values compares two values of one type.
func (g *agreeing) values(l *layout, p, q unsafe.Pointer) bool {
	if l.zeroAt(p) || l.zeroAt(q) {
		return true
	}
	switch l.shape {
	case shapeString:
		return *(*string)(p) == *(*string)(q)
	case shapeBool:
		return *(*bool)(p) == *(*bool)(q)
	case shapePointer:
		return g.values(l.elem, *(*unsafe.Pointer)(p), *(*unsafe.Pointer)(q))
	case shapeSlice:
		return g.lists(l, p, q)
	case shapeData:
		x, errX := (*Data)(p).Base64()
		y, errY := (*Data)(q).Base64()
		return errX == nil && errY == nil && x == y
	case shapeStruct:
		return g.structs(l, p, q)
	}
	return true
}

// lists compares lists that count as one value, element by element.
func (g *agreeing) lists(l *layout, p, q unsafe.Pointer) bool {
	x, y := (*sliceWords)(p), (*sliceWords)(q)
	if x.len != y.len {
		return false
	}
	for i := range x.len {
		at := uintptr(i) * l.elem.size
		if !g.values(l.elem, unsafe.Add(x.first, at), unsafe.Add(y.first, at)) {
			return false
		}
	}
	return true
}

// meet reports whether two lists have an element in common.
func (g *agreeing) meet(l *layout, p, q unsafe.Pointer) bool {
	x, y := (*sliceWords)(p), (*sliceWords)(q)
	for i := range x.len {
		for j := range y.len {
			if g.values(l.elem, unsafe.Add(x.first, uintptr(i)*l.elem.size), unsafe.Add(y.first, uintptr(j)*l.elem.size)) {
				return true
			}
		}
	}
	return false
}

// among reports whether each element of one list is in the other too.
func (g *agreeing) among(l *layout, p, q unsafe.Pointer) bool {
	x, y := (*sliceWords)(p), (*sliceWords)(q)
	for i := range x.len {
		found := false
		for j := 0; j < y.len && !found; j++ {
			found = g.values(l.elem, unsafe.Add(x.first, uintptr(i)*l.elem.size), unsafe.Add(y.first, uintptr(j)*l.elem.size))
		}
		if !found {
			return false
		}
	}
	return true
}

func (g *agreeing) structs(l *layout, p, q unsafe.Pointer) bool {
	switch l.typ {
	case typeTime:
		return timesAgree(*(*Time)(p), *(*Time)(q))
	case typePeriod:
		return g.periods((*Period)(p), (*Period)(q)) && g.fields(l, p, q, "at", "start", "end")
	case typeConcept:
		return g.concepts((*Concept)(p), (*Concept)(q))
	case typeCoding:
		x, y := (*Coding)(p), (*Coding)(q)
		return x.Code == y.Code && sameSystem(x, y)
	case typeQuantity:
		return quantitiesAgree((*Quantity)(p), (*Quantity)(q))
	case typeRef:
		return g.refs((*Ref)(p), (*Ref)(q))
	case typeIdentifier:
		x, y := (*Identifier)(p), (*Identifier)(q)
		return x.Value == y.Value && (x.System == y.System || x.System == "" || y.System == "")
	case typeStatus:
		x, y := (*Status)(p), (*Status)(q)
		if x.Code == "" || y.Code == "" {
			return !isDenial(x.Code) && !isDenial(y.Code)
		}
		return x.Code == y.Code || isDone(x.Code) && isDone(y.Code) || isUnderWay(x.Code) && isUnderWay(y.Code) && (x.Code == StatusActive || y.Code == StatusActive)
	case typeClinical:
		x, y := (*ClinicalStatus)(p), (*ClinicalStatus)(q)
		return x.Code == "" || y.Code == "" || x.Code == y.Code
	case typeValue, typeAmount:
		return g.alternatives(l, p, q)
	case typeTiming:
		if x, y := (*Timing)(p), (*Timing)(q); timesADay(x) != "" && timesADay(x) == timesADay(y) {
			return g.fields(l, p, q, "frequency", "period", "periodUnit", "institutionSpecified")
		}
	case typeAttachment:
		if x, y := contentOf((*Attachment)(p)), contentOf((*Attachment)(q)); x != "" && y != "" {
			return x == y
		}
	case typeBodySite:
		x, y := (*BodySite)(p), (*BodySite)(q)
		if !g.dated && (x.Laterality == nil) != (y.Laterality == nil) {
			return false // a side is no detail where nothing else says that they are one
		}
	}
	return g.fields(l, p, q)
}

// isDone reports whether a status is one of those that formats have for what is
// done and final: CDA's completed of an observation is FHIR's and HL7 v2's final.
func isDone(s StatusCode) bool { return s == StatusCompleted || s == StatusFinal }

// isUnderWay reports whether a status is one of those that an observation has before it is final: CDA has active for each of them.
func isUnderWay(s StatusCode) bool {
	return s == StatusActive || s == StatusRegistered || s == StatusPreliminary || s == StatusPartial
}

// fields compares the fields of a struct but some; lists that gather are no ground to differ.
func (g *agreeing) fields(l *layout, p, q unsafe.Pointer, but ...string) bool {
	for i := range l.fields {
		f := &l.fields[i]
		if f.turned(p, q) {
			return false
		}
		if f.made || f.form >= 0 || f.absent(p) || f.absent(q) || besides[f.name] || has(but, f.name) {
			continue
		}
		if !g.strict && f.layout.shape == shapeSlice && f.layout.elem.shape == shapeStruct && !isOrdered(f.layout.elem.typ) {
			if isChoice(f.layout.elem.typ) && !g.meet(f.layout, unsafe.Add(p, f.offset), unsafe.Add(q, f.offset)) {
				return false
			}
			continue
		}
		if !g.values(f.layout, unsafe.Add(p, f.offset), unsafe.Add(q, f.offset)) {
			return false
		}
	}
	return true
}

func has(list []string, name string) bool {
	for _, x := range list {
		if x == name {
			return true
		}
	}
	return false
}

// isOrdered reports whether a list of such elements is one value wherever it stands.
func isOrdered(t reflect.Type) bool {
	switch t {
	case reflect.TypeFor[Ingredient](), reflect.TypeFor[Timing](), reflect.TypeFor[Component](), reflect.TypeFor[Value](), reflect.TypeFor[NamePart](), typeTime:
		return true
	}
	return false
}

// isChoice reports whether lists of such elements say one thing in several ways, or several at once: where they have
// nothing in common they differ (the left eye and the right, before meals and at night).
func isChoice(t reflect.Type) bool { return t == typeConcept || t == typeBodySite }

// alternatives compares values of which one of several kinds is there.
func (g *agreeing) alternatives(l *layout, p, q unsafe.Pointer) bool {
	met := false
	for i := range l.fields {
		f := &l.fields[i]
		if f.made || f.name == "absent" || f.absent(p) || f.absent(q) {
			continue
		}
		met = true
		if !g.values(f.layout, unsafe.Add(p, f.offset), unsafe.Add(q, f.offset)) {
			return false
		}
	}
	// One who declined to be measured was not measured then: only under one identifier is it what became known later.
	noP, noQ := silent(l, p), silent(l, q)
	return met || noP && noQ || g.identity && (noP || noQ)
}

// silent reports whether a value says nothing but why.
func silent(l *layout, p unsafe.Pointer) bool {
	for i := range l.fields {
		if f := &l.fields[i]; f.name != "absent" && !f.absent(p) {
			return false
		}
	}
	return true
}

// timesAgree reports whether one time is the other, or the other less precisely.
// Of two with an offset the instants count; of others the text on the clock.
func timesAgree(a, b Time) bool {
	if a.Value == "" || b.Value == "" {
		return a.Value != "" || b.Value != "" || a.AsSent == b.AsSent || a.AsSent == "" || b.AsSent == ""
	}
	if a.Value == b.Value {
		return true
	}
	x, y := a.Offset(), b.Offset()
	if x != "" && y != "" && x != y {
		i, okX := a.instant()
		j, okY := b.instant()
		return okX && okY && i.Equal(j)
	}
	s, t := strings.TrimSuffix(a.Value, x), strings.TrimSuffix(b.Value, y)
	if len(s) > len(t) {
		s, t = t, s
	}
	if !strings.HasPrefix(t, s) {
		return false
	}
	return len(s) == len(t) || t[len(s)] == '-' || t[len(s)] == 'T' || t[len(s)] == ':' || t[len(s)] == '.'
}

// begin is when a period begins: its point, or its start.
func (p *Period) begin() Time {
	if p.At.Value != "" {
		return p.At
	}
	return p.Start
}

func (g *agreeing) periods(a, b *Period) bool {
	return timesAgree(a.begin(), b.begin()) && timesAgree(a.End, b.End)
}

// quantitiesAgree compares two quantities: 1.80 is 1.8, but a number without a unit is none with one.
func quantitiesAgree(a, b *Quantity) bool {
	if a.Value == "" || b.Value == "" {
		return a.Comparator == b.Comparator || a.Value == "" && a.Comparator == "" || b.Value == "" && b.Comparator == ""
	}
	return a.Comparator == b.Comparator && number(a.Value) == number(b.Value) && sameUnit(a, b)
}

func sameUnit(a, b *Quantity) bool {
	for _, x := range []string{a.Code, a.Unit} {
		for _, y := range []string{b.Code, b.Unit} {
			if x != "" && x == y {
				return true
			}
		}
	}
	none := func(q *Quantity) bool { return (q.Code == "" || q.Code == "1") && (q.Unit == "" || q.Unit == "1") }
	return none(a) && none(b)
}

// number gives a decimal without what adds nothing to it: a plus, zeros before and after.
func number(text string) string {
	if strings.ContainsAny(text, "eE") {
		return text
	}
	text = strings.TrimPrefix(text, "+")
	sign := ""
	if rest, ok := strings.CutPrefix(text, "-"); ok {
		sign, text = "-", rest
	}
	whole, part, _ := strings.Cut(text, ".")
	whole, part = strings.TrimLeft(whole, "0"), strings.TrimRight(part, "0")
	if whole == "" {
		whole = "0"
	}
	if part == "" {
		if whole == "0" {
			return "0"
		}
		return sign + whole
	}
	return sign + whole + "." + part
}

// refs compares references: what they point to where it was merged already, else what they say.
func (g *agreeing) refs(a, b *Ref) bool {
	if a.ID != "" && b.ID != "" {
		if g.a == resultPart {
			return a.ID == b.ID
		}
		x, okX := g.m.clusterOf(g.a, a.ID)
		y, okY := g.m.clusterOf(g.b, b.ID)
		if okX && okY {
			return x == y
		}
		if a.ID == b.ID {
			return true
		}
	}
	if a.Identifier != nil && b.Identifier != nil {
		return a.Identifier.Value == b.Identifier.Value && (authorityOf(a.Identifier) == authorityOf(b.Identifier) || authorityOf(a.Identifier) == "" || authorityOf(b.Identifier) == "")
	}
	return a.Display == "" || b.Display == "" || folded(a.Display) == folded(b.Display)
}
