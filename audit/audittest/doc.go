// Package audittest is a suite that any audit.Sink can be run through, with events of invented patients to try it on.
package audittest
