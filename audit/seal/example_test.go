package seal_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"

	"github.com/portage-health/portage/audit/seal"
)

// A manifest is signed, and whoever gets it checks it with the public key.
func Example() {
	key := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize)) // a host's key does not stand in its code
	signer, err := seal.NewJWS(key, seal.JWSOptions{KeyID: "lakeside-2026", Type: "application/json"})
	if err != nil {
		panic(err)
	}
	manifest := []byte(`{"files":[]}`)
	signature, err := signer.Sign(context.Background(), bytes.NewReader(manifest))
	if err != nil {
		panic(err)
	}
	fmt.Println(string(signature[:60]) + "…")

	verifier, err := seal.NewJWSVerifier(0, seal.Key{ID: "lakeside-2026", Public: key.Public()})
	if err != nil {
		panic(err)
	}
	fmt.Println("as it was:", verifier.Verify(context.Background(), bytes.NewReader(manifest), signature))
	changed := bytes.Replace(manifest, []byte("[]"), []byte("{}"), 1)
	err = verifier.Verify(context.Background(), bytes.NewReader(changed), signature)
	fmt.Println("changed:", errors.Is(err, seal.ErrSignature))
	// Output:
	// eyJhbGciOiJFZERTQSIsImN0eSI6ImFwcGxpY2F0aW9uL2pzb24iLCJraWQi…
	// as it was: <nil>
	// changed: true
}
