package seal

import (
	"errors"

	"github.com/portage-health/portage/audit"
)

// Errors of this package. None holds a value of what was signed or encrypted.
var (
	// ErrKey says that a key is of no kind or size that is allowed.
	ErrKey = errors.New("seal: the key is of no kind or size that is allowed")
	// ErrSignature says that a signature is none, is of an algorithm that is not allowed, or was not made by a key that
	// counts over these bytes. Which of these it is is not told: it helps only those who forge.
	ErrSignature = audit.ErrSignature
	// ErrTooLarge says that what was to be signed, verified, encrypted or opened is beyond the limit.
	ErrTooLarge = errors.New("seal: larger than the limit")
	// ErrSigned says that a Bundle has a signature already.
	ErrSigned = errors.New("seal: the bundle is signed already")
	// ErrUnsigned says that there is no signature.
	ErrUnsigned = errors.New("seal: there is no signature")
	// ErrJSON says that the input is not JSON that can be made canonical (RFC 8785): it is broken, names a member twice,
	// or is not the resource that it was said to be.
	ErrJSON = errors.New("seal: not JSON that can be signed")
	// ErrName says that a file's name cannot be referred to.
	ErrName = errors.New("seal: the file has no name that can be referred to")
	// ErrSealed says that what was to be opened is broken, or is not for this key.
	ErrSealed = errors.New("seal: it cannot be opened with this key")
)
