// Package filelog keeps audit events in files that are only appended to, and whose alteration shows.
//
// Open gives a Log, an audit.Log and audit.Pender: Append returns after its events are on the disk (many callers share
// one fsync), and after a failure nothing more is acknowledged until the log is opened again. Each event is a record
// with a checksum in a chain of hashes and in a Merkle tree by RFC 6962, of which the host's key signs checkpoints.
// Whoever keeps a checkpoint elsewhere can tell by Verify, or by an inclusion or consistency proof, that nothing up to
// it was changed, taken out or put in. Without one, a tail that was cut off together with its traces cannot be told.
//
// Intents whose outcome was never recorded are found when the log is opened, and closed as unknown. The bytes of the
// files are described in docs/audit.md, so that another program can check them.
package filelog
