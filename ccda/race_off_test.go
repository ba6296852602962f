//go:build !race

package ccda

const raceEnabled = false
