module github.com/portage-health/portage/internal/peers

go 1.26.0

replace github.com/portage-health/portage => ../..

require (
	github.com/beevik/etree v1.7.0
	github.com/esequiel378/hl7 v0.1.0
	github.com/go-json-experiment/json v0.0.0-20260820222146-c27c302e5fc3
	github.com/portage-health/portage v0.0.0-00010101000000-000000000000
)

require golang.org/x/text v0.43.0 // indirect
