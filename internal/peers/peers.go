// Package peers measures the readers of package tree against other readers. It is a module of its own so that those do not
// become dependencies of the library.
package peers
