// Package atna tells audit events as audit messages of DICOM PS3.15 A.5 in syslog frames (RFC 5424), as IHE ATNA [ITI-20]
// sends them to an audit record repository. It opens no connection: a Sink writes frames to a host's writer.
//
// A message tells what came to its end. An intent has no outcome, and a message must have one, so intents are not sent;
// what became of them is, also where that is unknown. Everything else that an event says is in its message: where DICOM
// has a place for it, there; else as a ParticipantObjectDetail by its path in the event's own JSON form.
package atna
