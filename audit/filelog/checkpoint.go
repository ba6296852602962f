package filelog

import (
	"encoding/base64"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/portage-health/portage/audit"
)

// Checkpoint is what a log was at some time: its name, its size and the root of its tree. Its text, signed as a note, is
// three lines: name, size, root in base64.
type Checkpoint struct {
	Log  string
	Size int64
	Root tlog.Hash
}

func (c Checkpoint) text() string {
	return c.Log + "\n" + strconv.FormatInt(c.Size, 10) + "\n" + c.Root.String() + "\n"
}

// Sign gives the checkpoint as a signed note.
func (c Checkpoint) Sign(key note.Signer) ([]byte, error) {
	if key == nil {
		return nil, ErrNoKey
	}
	return note.Sign(&note.Note{Text: c.text()}, key)
}

// OpenCheckpoint checks the signature of a checkpoint and reads it.
func OpenCheckpoint(signed []byte, key note.Verifier) (Checkpoint, error) {
	if key == nil {
		return Checkpoint{}, ErrNoKey
	}
	n, err := note.Open(signed, note.VerifierList(key))
	if err != nil || !exact(signed) {
		return Checkpoint{}, damaged(checkpointName, "the signature of the checkpoint does not hold")
	}
	return parseCheckpoint(n.Text)
}

// exact reports whether the signatures of a note are in the one form that their base64 has: note reads past the bits of
// the last character that stand for nothing.
func exact(signed []byte) bool {
	_, lines, _ := strings.Cut(string(signed), "\n\n")
	for line := range strings.Lines(lines) {
		line = strings.TrimSuffix(line, "\n")
		if _, err := base64.StdEncoding.Strict().DecodeString(line[strings.LastIndexByte(line, ' ')+1:]); err != nil {
			return false
		}
	}
	return true
}

// parseCheckpoint reads the text of a checkpoint.
func parseCheckpoint(text string) (Checkpoint, error) {
	bad := damaged(checkpointName, "this is not a checkpoint")
	lines := strings.Split(text, "\n")
	if len(lines) != 4 || lines[3] != "" {
		return Checkpoint{}, bad
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	root, err2 := tlog.ParseHash(lines[2])
	c := Checkpoint{Log: lines[0], Size: size, Root: root}
	if err != nil || err2 != nil || size < 0 || c.text() != text {
		return Checkpoint{}, bad
	}
	return c, nil
}

// unsigned reads the text of a signed checkpoint without looking at its signatures.
func unsigned(signed []byte) (Checkpoint, error) {
	text, _, ok := strings.Cut(string(signed), "\n\n")
	if !ok {
		return Checkpoint{}, damaged(checkpointName, "this is not a checkpoint")
	}
	return parseCheckpoint(text + "\n")
}

// Leaf gives the hash that an event has in the tree.
func Leaf(e *audit.Event) (tlog.Hash, error) {
	f, err := e.AppendJSON(blank(1024))
	if err != nil {
		return tlog.Hash{}, err
	}
	return leafOf(f), nil
}

// CheckRecord checks a proof that an event is the one with this sequence in the log that the checkpoint is of.
func (c Checkpoint) CheckRecord(e *audit.Event, sequence int64, proof tlog.RecordProof) error {
	leaf, err := Leaf(e)
	if err != nil {
		return err
	}
	if tlog.CheckRecord(proof, c.Size, c.Root, sequence, leaf) != nil {
		return &Damage{File: checkpointName, Sequence: sequence, What: "the proof does not hold for this event"}
	}
	return nil
}

// CheckConsistent checks a proof that the log is the same up to an older checkpoint.
func (c Checkpoint) CheckConsistent(older Checkpoint, proof tlog.TreeProof) error {
	if older.Size == 0 && older.Log == c.Log {
		return nil // every log begins with nothing
	}
	if older.Log != c.Log || older.Size > c.Size || tlog.CheckTree(proof, c.Size, c.Root, older.Size, older.Root) != nil {
		return damaged(checkpointName, "the proof that the log continues the older one does not hold")
	}
	return nil
}
