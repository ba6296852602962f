// Package hl7v2 reads and writes HL7 v2 messages, versions 2.1 to 2.9, and reads them into the record.
//
// [Parse] makes a [Message] over the bytes it is given: an index of offsets, no copies, so that a message which is not changed is written again to the
// byte, and a change changes only itself. Places are found by the addresses that people write, such as PID-5[2].1 or
// ORDER_OBSERVATION[2].OBR-4 ([Message.At], [Message.Get], [Message.Set]), or by walking [Message.Segments], [Segment.Field] and what is within; by the
// structure of the message, as a tree of groups ([Message.Tree]).
//
// [Batch] and [BatchReader] read files of many messages, [FrameReader] and [FrameWriter] messages in MLLP frames, [Message.Acknowledge] and
// [NAK] answer them, [Message.Conform] checks them. [Writer] writes a message from its start.
//
// [Importer] makes records of messages, files and batches: one for each patient, with what each message means beside it ([Event]).
//
// The package reads liberally and keeps what it does not understand at its place; docs/hl7v2.md tells how. Errors and issues name segment, field and
// byte, and hold nothing of the message. Everything but Read, Set and its like, and the readers and writers of streams, is safe for concurrent use.
package hl7v2
