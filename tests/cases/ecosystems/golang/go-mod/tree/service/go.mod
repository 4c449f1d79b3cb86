// Deprecated: use example.com/service/v2
module example.com/service // the service

go 1.21.0

toolchain go1.21.5

godebug default=go1.21

require github.com/BurntSushi/toml v1.3.2 // indirect; for configuration
require(
	"github.com/Masterminds/goutils" v1.1.0
	`golang.org/x/text` v0.3.7 // indirect
	github.com/docker/docker v20.10.7+incompatible
	gopkg.in/yaml.v3 v3.0.0-20200313102051-9f266ea9e77c	//indirect
	github.com/example/forked v1.2.3
	github.com/example/renamed v1.0.0
	github.com/example/otherwise v1.5.0
	github.com/example/beside v0.0.0
	github.com/example/above v0.0.0-00010101000000-000000000000
	github.com/example/branch main
	github.com/example/excluded v1.4.0
	// github.com/example/commented v1.0.0
)

replace github.com/example/forked => github.com/another/forked/v2 v2.0.1

replace (
	github.com/example/renamed v1.0.0 => github.com/example/renamed v1.0.1
	github.com/example/otherwise v1.4.0 => github.com/example/otherwise v1.4.1 // another version
	github.com/example/beside => ./beside
	github.com/example/above v0.0.0-00010101000000-000000000000 => ../above
)

exclude github.com/example/excluded v1.4.0

exclude (
	golang.org/x/text v0.3.8
)

retract [v1.0.0, v1.0.5] // wrong

retract (
	v1.1.0
)

tool golang.org/x/tools/cmd/stringer

tool (
	example.com/service/cmd/generate
)

ignore ./node_modules

newer (
	things v1.0.0 => v2
)
