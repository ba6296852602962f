package portage_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage"
	"github.com/portage-health/portage/audit"
	"github.com/portage-health/portage/consent"
	"github.com/portage-health/portage/consent/deid"
	"github.com/portage-health/portage/record"
)

// What is to leave de-identified leaves so by the method that its form promises, or not at all.
func TestDiscloseDeidentified(t *testing.T) {
	method := func(m deid.Method) *deid.Deidentifier {
		d, err := deid.New(deid.Options{Method: m, Key: []byte("an invented key of the tests"), At: ehiTime, DataSet: "test",
			Code: func(*record.Record) (string, error) { return "7", nil }})
		require.NoError(t, err)
		return d
	}
	safe, limited, shifted := method(deid.SafeHarbor), method(deid.LimitedDataSet), method(deid.DateShift)
	for name, c := range map[string]struct {
		form  consent.Form
		with  portage.DeidMethods
		basis audit.Basis
		fails bool
	}{
		"safe harbor":                {consent.FormDeidentified, portage.DeidMethods{Deidentified: safe}, audit.BasisDeidentified, false},
		"limited":                    {consent.FormLimited, portage.DeidMethods{Limited: limited}, audit.BasisLimited, false},
		"safe harbor for limited":    {consent.FormLimited, portage.DeidMethods{Limited: safe}, audit.BasisLimited, false},
		"shifted, by an expert":      {consent.FormDeidentified, portage.DeidMethods{Deidentified: shifted, Expert: true}, audit.BasisDeidentified, false},
		"shifted is no safe harbor":  {consent.FormDeidentified, portage.DeidMethods{Deidentified: shifted}, "", true},
		"limited is no safe harbor":  {consent.FormDeidentified, portage.DeidMethods{Deidentified: limited}, "", true},
		"shifted is no limited data": {consent.FormLimited, portage.DeidMethods{Limited: shifted}, "", true},
		"none for the form":          {consent.FormLimited, portage.DeidMethods{Deidentified: safe}, "", true},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t)
			told := 0
			c.with.Told = func(context.Context, deid.Statement) { told++ }
			s.x.Deidentifier = c.with
			s.out.Request.Form = c.form
			_, err := s.x.Disclose(s.ctx, s.out, s.to, s.dest)
			if c.fails {
				require.Error(t, err)
				require.Empty(t, s.dest.files)
				require.Equal(t, []audit.Phase{audit.PhaseWhole}, []audit.Phase{s.book.events[0].Phase})
				return
			}
			require.NoError(t, err)
			require.Equal(t, 1, told)
			require.Equal(t, c.basis, s.book.events[1].Disclosure.Basis)
			out := s.dest.files["000001.json"].String()
			for _, id := range s.out.Record.Patient.Identifiers {
				require.NotContains(t, out, id.Value)
			}
			require.NotContains(t, out, s.out.Record.Patient.Names[0].Family[0].Value)
			require.NotContains(t, out, s.out.Record.Patient.ID)
		})
	}
}
