//go:build race

package ccda

const raceEnabled = true
