// Package fhirproto carries records to and from the protocol buffers of
// github.com/google/fhir/go (R4), for hosts that hold those.
//
// It is the only package that imports them: whoever does not import it neither
// downloads nor compiles them, which takes minutes and adds some 30 MB to a
// program. What goes through them has the meaning that package fhir gives it;
// Google's jsonformat stands between, as an independent and strict reader and
// writer of the same JSON.
//
// Import takes a Bundle, any resource, or a ContainedResource that holds one.
// Export gives a Bundle. Both are safe for concurrent use.
package fhirproto
