package hl7v2

import (
	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/record"
)

// Tables of HL7 v2 whose codes choose a term of the record, as HL7's v2-to-FHIR maps have them. A code that is in no table stays as sent.

// nameUses is table 0200.
var nameUses = codes.NewTable(
	codes.Both("L", "official"), codes.OnlyFrom("L", "legal"), codes.Both("D", "usual"), codes.Both("N", "nickname"), codes.Both("M", "maiden"), codes.Both("S", "pseudonym"),
	codes.Both("I", "license"), codes.Both("R", "official-registry"), codes.Both("REL", "religious"), codes.Both("T", "indigenous"),
	codes.Both("TEMP", "temporary"), codes.Both("BAD", "old"), codes.Both("MSK", "anonymous"),
)

// nameForms is table 0465: how a name is written.
var nameForms = codes.NewTable(codes.Both("A", "alphabetic"), codes.Both("I", "ideographic"), codes.Both("P", "phonetic"))

// addressUses is table 0190 as far as it says what an address is for; M and SH say what kind of one it is.
var addressUses = codes.NewTable(codes.Both("H", "home"), codes.Both("B", "work"), codes.Both("C", "temporary"),
	codes.Both("BA", "bad"), codes.Both("BI", "billing"), codes.Both("V", "vacation-home"))

// telecomUses is table 0201.
var telecomUses = codes.NewTable(codes.Both("PRN", "home"), codes.Both("WPN", "work"), codes.Both("VHN", "vacation-home"), codes.Both("ASN", "answering-service"),
	codes.Both("EMR", "emergency"), codes.Both("PRS", "mobile"))

// telecomSystems is table 0202. A cellular phone is a phone whose use is mobile.
var telecomSystems = codes.NewTable(codes.Both("PH", "phone"), codes.Both("FX", "fax"), codes.Both("BP", "pager"), codes.Both("Internet", "email"),
	codes.Both("MD", "other"))

// observationStatus is table 0085.
var observationStatus = codes.NewTable(
	codes.Both("F", record.StatusFinal), codes.Both("P", record.StatusPreliminary), codes.Both("C", record.StatusCorrected), codes.Both("A", record.StatusAmended),
	codes.Both("D", record.StatusEnteredInError), codes.OnlyTo("W", record.StatusEnteredInError), codes.Both("X", record.StatusCancelled),
	codes.Both("R", record.StatusRegistered),
)

// reportStatus is table 0123.
var reportStatus = codes.NewTable(
	codes.Both("F", record.StatusFinal), codes.Both("P", record.StatusPreliminary), codes.Both("C", record.StatusCorrected), codes.Both("R", record.StatusPartial),
	codes.Both("O", record.StatusRegistered), codes.OnlyTo("I", record.StatusRegistered), codes.OnlyTo("S", record.StatusRegistered), codes.Both("X", record.StatusCancelled),
)

// orderStatus is table 0038.
var orderStatus = codes.NewTable(
	codes.Both("CA", record.StatusCancelled), codes.Both("CM", record.StatusCompleted), codes.OnlyTo("DC", record.StatusCancelled), codes.Both("ER", record.StatusEnteredInError),
	codes.Both("HD", record.StatusOnHold), codes.Both("IP", record.StatusActive), codes.OnlyTo("RP", record.StatusCancelled), codes.OnlyTo("SC", record.StatusActive),
)

// orderControl is table 0119 as far as it says where an order stands (OrderControlCode[ServiceRequest.status]).
var orderControl = codes.NewTable(
	codes.Both("NW", record.StatusActive), codes.OnlyTo("OK", record.StatusActive), codes.OnlyTo("CR", record.StatusCancelled), codes.OnlyTo("DC", record.StatusCancelled),
	codes.OnlyTo("DR", record.StatusCancelled), codes.OnlyTo("OC", record.StatusCancelled), codes.OnlyTo("OD", record.StatusCancelled), codes.OnlyTo("FU", record.StatusCompleted),
	codes.OnlyTo("HR", record.StatusOnHold), codes.OnlyTo("OH", record.StatusOnHold), codes.OnlyTo("RL", record.StatusActive), codes.OnlyTo("RO", record.StatusActive),
)

// appointmentStatus is table 0278.
var appointmentStatus = codes.NewTable(
	codes.Both("Pending", record.StatusPending), codes.Both("Waitlist", record.StatusWaitlist), codes.Both("Booked", record.StatusBooked), codes.Both("Started", record.StatusCheckedIn),
	codes.Both("Complete", record.StatusCompleted), codes.Both("Cancelled", record.StatusCancelled), codes.Both("Deleted", record.StatusEnteredInError), codes.Both("Noshow", record.StatusNoShow),
)

// documentStatus is table 0273: whether a document can be had.
var documentStatus = codes.NewTable(codes.Both("AV", record.StatusAvailable), codes.Both("UN", record.StatusUnavailable), codes.Both("OB", record.StatusSuperseded),
	codes.Both("CA", record.StatusEnteredInError))

// status reads a status by a table; a code that is in none is kept as sent.
func (r *reader) status(d datum, t *codes.Table[string, record.StatusCode]) (s record.Status) {
	r.statusInto(&s, d, t)
	return s
}

// statusInto is status into a place that is empty.
func (r *reader) statusInto(s *record.Status, d datum, t *codes.Table[string, record.StatusCode]) {
	v := r.text(d)
	if v == "" {
		return
	}
	if code, ok := t.To(v); ok {
		s.Code = code
		if t.TwoWay(v, code) {
			return
		}
	}
	s.AsSent = v
}
