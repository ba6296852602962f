package seal_test

import (
	"github.com/portage-health/portage/audit"
	"github.com/portage-health/portage/audit/seal"
)

var (
	_ audit.Signer    = (*seal.JWS)(nil)
	_ audit.Verifier  = (*seal.JWSVerifier)(nil)
	_ audit.Signer    = (*seal.NamedXMLSigner)(nil)
	_ audit.Verifier  = (*seal.NamedXMLVerifier)(nil)
	_ audit.Encrypter = (*seal.JWE)(nil)
	_ audit.Encrypter = (*seal.Age)(nil)
)
