package filelog_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"

	"golang.org/x/mod/sumdb/note"

	"github.com/portage-health/portage/audit/audittest"
	"github.com/portage-health/portage/audit/filelog"
)

// A log is kept, its checkpoint goes elsewhere, and the log is checked against it later.
func Example() {
	ctx := context.Background()
	dir, _ := os.MkdirTemp("", "audit")
	defer func() { _ = os.RemoveAll(dir) }()
	secret, public, _ := note.GenerateKey(rand.Reader, "audit.example.org") // once; the host keeps the secret
	key, _ := note.NewSigner(secret)
	verifier, _ := note.NewVerifier(public)

	log, err := filelog.Open(ctx, dir, filelog.Options{Name: "audit.example.org", Key: key})
	if err != nil {
		return
	}
	for n := range 5 {
		if err := log.Append(ctx, audittest.Event(n)); err != nil {
			return
		}
	}
	signed, _ := log.Checkpoint() // to be kept by somebody else
	proof, _ := log.ProveRecord(3, log.Size())
	_ = log.Close()

	checkpoint, err := filelog.OpenCheckpoint(signed, verifier)
	fmt.Println(checkpoint.Log, checkpoint.Size, err)
	fmt.Println("third:", checkpoint.CheckRecord(audittest.Event(2), 3, proof)) // the log's start is number 0
	fmt.Println("another:", checkpoint.CheckRecord(audittest.Event(9), 3, proof))
	found, err := filelog.Verify(ctx, dir, filelog.Check{Key: verifier, Checkpoints: []filelog.Checkpoint{checkpoint}})
	fmt.Println(found.Size, err)
	// Output:
	// audit.example.org 6 <nil>
	// third: <nil>
	// another: audit/filelog: checkpoint: offset 0, event 3: the proof does not hold for this event
	// 7 <nil>
}
