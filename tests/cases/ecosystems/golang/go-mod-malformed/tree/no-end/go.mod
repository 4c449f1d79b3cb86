module example.com/a
require (
	golang.org/x/net v0.1.0
