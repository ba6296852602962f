package consent_test

import (
	"testing"

	"github.com/portage-health/portage/consent/consenttest"
)

func TestScenarios(t *testing.T) { consenttest.Run(t, consenttest.Evaluator) }
