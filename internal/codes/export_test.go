package codes

import (
	"slices"
	"strings"
)

// ValueSetURLs are the embedded value sets, for tests.
func ValueSetURLs() []string {
	var urls []string
	for name := range valueSets() {
		if strings.Contains(name, "://") {
			urls = append(urls, name)
		}
	}
	slices.Sort(urls)
	return urls
}
