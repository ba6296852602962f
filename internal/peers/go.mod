module github.com/portage-health/portage/internal/peers

go 1.26.0

replace github.com/portage-health/portage => ../..

require (
	github.com/beevik/etree v1.7.0
	github.com/esequiel378/hl7 v0.1.0
	github.com/go-json-experiment/json v0.0.0-20260820222146-c27c302e5fc3
	github.com/google/fhir/go v0.7.4
	github.com/portage-health/portage v0.0.0-00010101000000-000000000000
	github.com/transparency-dev/merkle v0.0.2
	golang.org/x/mod v0.41.0
)

require (
	bitbucket.org/creachadair/stringset v0.0.9 // indirect
	github.com/golang/protobuf v1.4.3 // indirect
	github.com/json-iterator/go v1.1.10 // indirect
	github.com/modern-go/concurrent v0.0.0-20180306012644-bacd9c7ef1dd // indirect
	github.com/modern-go/reflect2 v1.0.1 // indirect
	github.com/pkg/errors v0.9.1 // indirect
	github.com/serenize/snaker v0.0.0-20201027110005-a7ad2135616e // indirect
	golang.org/x/text v0.43.0 // indirect
	google.golang.org/protobuf v1.25.0 // indirect
)
