module example.com/a
require golang.org/x/net v0.1.0
require golang.org/x/text
