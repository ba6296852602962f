// Package seal signs what leaves and encrypts it, by well-kept libraries: detached JWS (RFC 7515) over bytes and over
// canonical FHIR, a detached XML signature beside a C-CDA document, JWE (RFC 7516) and age for whole packages. A host
// with other means implements audit.Signer, audit.Verifier and audit.Encrypter instead, and does not import this package.
//
// Keys stay with the host: everything that signs or opens takes a crypto.Signer or a crypto.Decrypter, so a key may live
// in a module that never gives it out. Nothing is trusted because a signature names it: a verifier is told which keys count.
package seal
