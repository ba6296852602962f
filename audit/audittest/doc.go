// Package audittest is a suite that any audit.Sink can be run through, and events of invented patients to try a sink on.
//
// A host calls Run from a test of its own with a function that sets up its sink.
package audittest
