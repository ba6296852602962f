package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"github.com/portage-health/portage"
	"github.com/portage-health/portage/audit"
	"github.com/portage-health/portage/audit/filelog"
	"github.com/portage-health/portage/audit/seal"
)

// seals reads the keys of -sign and -encrypt.
func (x *disclosure) seals(ex *portage.Exchange) error {
	if x.sign != "" {
		text, err := os.ReadFile(x.sign)
		if err != nil {
			return errors.New("the key of -sign cannot be read")
		}
		key, err := seal.ReadPrivateKey(text)
		if err != nil {
			return fmt.Errorf("-sign: %w", err)
		}
		s, err := seal.NewJWS(key, seal.JWSOptions{})
		if err != nil {
			return fmt.Errorf("-sign: %w", err)
		}
		ex.Signer, ex.Signed = s, &audit.Seal{Algorithm: s.Algorithm(), Key: s.KeyID()}
	}
	if x.encrypt == "" {
		return nil
	}
	to := x.encrypt
	if !strings.HasPrefix(to, "age1") {
		text, err := os.ReadFile(to)
		if err != nil {
			return errors.New("-encrypt is neither a recipient (age1…) nor a file of them that can be read")
		}
		to = string(text)
	}
	e, err := seal.ReadAge(to)
	if err != nil {
		return fmt.Errorf("-encrypt: %w", err)
	}
	ex.Encrypter, ex.Encrypted = e, &audit.Seal{Algorithm: "age"}
	return nil
}

// unlogged stands in where no -audit was asked for.
type unlogged struct{}

func (unlogged) Append(context.Context, ...*audit.Event) error { return nil }

// book opens the audit log. Intents that an earlier run left without an outcome are closed as unknown by that.
func (x *disclosure) book(ctx context.Context) (sink audit.Sink, done func(), err error) {
	if x.sink != nil {
		return x.sink, func() {}, nil
	}
	if x.audit == "" {
		return unlogged{}, func() {}, nil
	}
	var opt filelog.Options
	if x.auditKey != "" {
		text, err := os.ReadFile(x.auditKey)
		if err != nil {
			return nil, nil, errors.New("the key of -audit-key cannot be read")
		}
		if opt.Key, err = note.NewSigner(strings.TrimSpace(string(text))); err != nil {
			return nil, nil, errors.New("-audit-key holds no key that signs checkpoints")
		}
		if have, err := os.ReadDir(x.audit); err != nil || len(have) == 0 {
			opt.Name = opt.Key.Name() // a new log is called as its key is
		}
	}
	log, err := filelog.Open(ctx, x.audit, opt)
	if err != nil {
		return nil, nil, fmt.Errorf("-audit: %w", err)
	}
	return log, func() {
		if err := log.Close(); err != nil { // what was acknowledged is on the disk
			fmt.Fprintln(x.stderr, "disclose: closing the audit log:", err)
		}
	}, nil
}
