// Package balp tells audit events as FHIR R4 AuditEvents by IHE's Basic Audit Log Patterns (BALP).
//
// A profile is claimed where the event has what it asks for, and only there: Profiles tells which. Everything an event
// says is in its AuditEvent: where FHIR has an element for it, there; else as a detail of one entity of type 4 (other),
// by its path in the event's own JSON form. Nothing is made up: what R4 requires and the event does not know goes out as
// absent, with the reason.
package balp
