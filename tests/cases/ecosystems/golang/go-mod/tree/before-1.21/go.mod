module example.com/old

go 1.16

require (
	golang.org/x/net v0.0.0-20190620200207-3b0461eec859
)
