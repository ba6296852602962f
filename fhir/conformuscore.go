package fhir

import (
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// profileInvariant gives a rule that a profile of US Core, or of the vital signs, adds to the type that it is of; nil
// where it is not known here.
func profileInvariant(u USCore, key, typ string) (func(*checker, tree.Node) bool, *record.IssueKind) {
	check := releaseInvariant(u, key, typ)
	if check == nil {
		check = usCoreInvariant(key, typ)
	}
	return check, invariantKind(key)
}

// releaseInvariant gives a rule that has another meaning in a release than in 6.1.0.
func releaseInvariant(u USCore, key, typ string) func(*checker, tree.Node) bool {
	always := func(*checker, tree.Node) bool { return true }
	switch {
	case u == USCore311 && key == "us-core-1" && typ == "Period":
		return func(*checker, tree.Node) bool { return false } // as it is written, it holds of no period
	case u == USCore311 && key == "us-core-1" && typ != "dateTime":
		return always // advice: a category, or NDC beside CVX
	case u == USCore311 && key == "us-core-8":
		return usCoreInvariant("us-core-6", "HumanName")
	case u == USCore311 && key == "us-core-9":
		return oneIfUDI("manufactureDate", "expirationDate", "lotNumber", "serialNumber", "distinctIdentifier")
	case u == USCore311 && key == "us-core-12":
		return func(_ *checker, n tree.Node) bool {
			return !hasAny(n, "udiCarrier") || !eachItem(n, "udiCarrier", func(x tree.Node) bool { return !hasAny(x, "carrierAIDC", "carrierHRF") })
		}
	case u == USCore311 && key == "provenance-1":
		return always // it stands on onBehalfOf, which is there where it is asked
	case (u == USCore700 || u == USCore800) && (key == "us-core-4" || key == "us-core-5"):
		return always // advice
	case key == "vs-1" && (u == USCore700 || u == USCore800):
		return usCoreInvariant("us-core-1", typ)
	}
	return nil
}

// oneIfUDI asks that a device with a UDI have one of these.
func oneIfUDI(names ...string) func(*checker, tree.Node) bool {
	return func(_ *checker, n tree.Node) bool { return !hasAny(n, "udiCarrier") || hasAny(n, names...) }
}

func usCoreInvariant(key, typ string) func(*checker, tree.Node) bool {
	reported := []string{"partial", "preliminary", "final", "amended", "corrected", "appended"}
	switch key {
	case "us-core-1": // to the day at least
		return func(_ *checker, n tree.Node) bool { return n.Kind() != tree.String || len(n.Value()) >= 10 }
	case "vs-1":
		return func(_ *checker, n tree.Node) bool { return n.Kind() != tree.String || len(n.Value()) >= 8 }
	case "us-core-2", "vs-2":
		return func(_ *checker, n tree.Node) bool {
			return hasAny(n, "component", "hasMember", "dataAbsentReason") || hasChoice(n, "value")
		}
	case "vs-3":
		return func(_ *checker, n tree.Node) bool { return hasAny(n, "dataAbsentReason") || hasChoice(n, "value") }
	case "us-core-3":
		return func(_ *checker, n tree.Node) bool {
			if typ == "Observation" {
				n = n.Child("valueQuantity")
			}
			return typ != "Observation" && typ != "Quantity" || ucumOrNone(n)
		}
	case "us-core-4":
		return func(_ *checker, n tree.Node) bool {
			return typ != "CodeableConcept" || eachItem(n, "coding", func(k tree.Node) bool {
				return !hasAny(k, "system") || stringOf(k, "system") == record.SystemSNOMED
			})
		}
	case "us-core-5":
		return func(_ *checker, n tree.Node) bool {
			return eachItem(n.Child("vaccineCode"), "coding", func(k tree.Node) bool { return stringOf(k, "system") != record.SystemNDC })
		}
	case "us-core-6":
		if typ == "HumanName" {
			return func(_ *checker, n tree.Node) bool { return hasAny(n, "family", "given") != isAbsent(n) }
		}
		return oneAtLeast("url", "data")
	case "us-core-7":
		return func(_ *checker, n tree.Node) bool {
			return !isOneOf(n, "status", "completed", "in-progress") || hasChoice(n, "performed")
		}
	case "us-core-8", "us-core-10":
		return func(_ *checker, n tree.Node) bool {
			return !isOneOf(n, "status", reported...) || hasChoice(n, "effective")
		}
	case "us-core-9":
		return func(_ *checker, n tree.Node) bool { return !isOneOf(n, "status", reported...) || hasAny(n, "issued") }
	case "us-core-13":
		return oneAtLeast("practitioner", "organization", "healthcareService", "location")
	case "us-core-14":
		return oneAtLeast("name", "relationship")
	case "us-core-15":
		return func(_ *checker, n tree.Node) bool {
			member := false
			for x := range items(n, "identifier") {
				member = member || hasCode(x.Child("type"), termStem+"v2-0203", "MB")
			}
			return member || hasAny(n, "subscriberId")
		}
	case "us-core-16":
		return valueForm("dddddddddd")
	case "us-core-17":
		return func(_ *checker, n tree.Node) bool {
			v := stringOf(n, "value")
			return digits(v, 0) != 10 || len(v) != 10 || isNPI(v)
		}
	case "us-core-18":
		return valueForm("ddDddddddd")
	case "us-core-19":
		return valueForm("ddddd")
	case "us-core-20":
		return func(_ *checker, n tree.Node) bool {
			return !isOneOf(n, "status", "completed") || hasAny(n, "whenHandedOver")
		}
	case "us-core-21":
		return func(_ *checker, n tree.Node) bool {
			return !isOneOf(n, "intent", "order", "original-order", "reflex-order", "filler-order", "instance-order") || hasAny(n, "requester")
		}
	case "us-core-22": // since 7.0.0
		return func(_ *checker, n tree.Node) bool {
			for _, name := range []string{"low", "high"} {
				if x := n.Child(name); x.OK() && !ucumOrNone(x) {
					return false
				}
			}
			return true
		}
	case "us-core-23":
		return categoryAlone
	case "us-core-24":
		return func(_ *checker, n tree.Node) bool {
			return !hasCode(n.Child("code"), record.SystemLOINC, "72166-2") && !hasCode(n.Child("code"), record.SystemLOINC, "11367-0") || hasAny(n, "valueCodeableConcept")
		}
	case "us-core-25":
		return func(_ *checker, n tree.Node) bool {
			return !hasCode(n.Child("code"), record.SystemSNOMED, "401201003") && !hasCode(n.Child("code"), record.SystemSNOMED, "782516008") || hasAny(n, "valueQuantity")
		}
	case "us-core-26":
		return func(_ *checker, n tree.Node) bool { return hasAny(n, "dataAbsentReason") || hasChoice(n, "value") }
	case "pd-1":
		return oneAtLeast("telecom", "endpoint")
	case "provenance-1":
		return func(c *checker, n tree.Node) bool {
			typ, _ := c.pointsTo(n.Child("who"))
			return typ != "Practitioner" && typ != "Device" || hasAny(n, "onBehalfOf")
		}
	case "sdcqr-1":
		return oneAtLeast("subject")
	case "sdcqr-2":
		return uniqueLinks
	}
	return nil
}

// categoryAlone asks that a race or ethnicity that is unknown, or was not told, be the only one.
func categoryAlone(_ *checker, n tree.Node) bool {
	k, unknown := 0, false
	for x := range items(n, "extension") {
		if stringOf(x, "url") == "ombCategory" {
			k++
			code := stringOf(x.Child("valueCoding"), "code")
			unknown = unknown || code == "ASKU" || code == "UNK"
		}
	}
	return !unknown || k == 1
}

// isAbsent reports whether an element says why it is absent.
func isAbsent(n tree.Node) bool {
	return !eachItem(n, "extension", func(x tree.Node) bool { return stringOf(x, "url") != extDataAbsent })
}

// valueForm asks for an identifier's value in a form: d is a digit, any other letter stands for itself.
func valueForm(form string) func(*checker, tree.Node) bool {
	return func(_ *checker, n tree.Node) bool {
		v := stringOf(n, "value")
		if v == "" {
			return !hasValue(n, "value")
		}
		if len(v) != len(form) {
			return false
		}
		for i := 0; i < len(v); i++ {
			if form[i] == 'd' && !isDigit(v[i]) || form[i] != 'd' && v[i] != form[i] {
				return false
			}
		}
		return true
	}
}

// uniqueLinks asks that a questionnaire's answers be given once (sdcqr-2).
func uniqueLinks(_ *checker, n tree.Node) bool {
	ok := true
	var below func(n tree.Node)
	below = func(n tree.Node) {
		seen := map[string]bool{}
		for x := range items(n, "item") {
			if id := stringOf(x, "linkId"); id == "" || eachItem(x, "answer", func(a tree.Node) bool { return !hasChoice(a, "value") }) {
				// not answered
			} else if seen[id] {
				ok = false
			} else {
				seen[id] = true
			}
			below(x)
			for a := range items(x, "answer") {
				below(a)
			}
		}
	}
	below(n)
	return ok
}
