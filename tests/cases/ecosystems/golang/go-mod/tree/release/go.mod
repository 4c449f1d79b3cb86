module example.com/release

go 1.22.1
toolchain default
