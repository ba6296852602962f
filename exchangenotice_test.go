package portage_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage"
	"github.com/portage-health/portage/audit"
	"github.com/portage-health/portage/ccda"
	"github.com/portage-health/portage/consent"
	"github.com/portage-health/portage/fhir"
	"github.com/portage-health/portage/hl7v2"
	"github.com/portage-health/portage/record"
	"github.com/portage-health/portage/record/recordtest"
)

// The notice of 42 CFR 2.32, which the redaction puts into the record, leaves with it without a Duty, or nothing leaves.
func TestNoticeTravelsOrNothingLeaves(t *testing.T) {
	under := []string{consent.CodeUnderPart2}
	owed := func(codes ...string) *consent.Decision {
		d := permits(codes...)
		for i := range d.Obligations {
			d.Obligations[i].Labels = under
		}
		return d
	}
	rec := func(documents bool) *record.Record {
		rec := recordtest.Generate(3, recordtest.Small)
		require.NotEmpty(t, rec.Documents)
		if !documents {
			rec.Documents = nil
		}
		rec.Results[0].Labels = []record.Label{{Coding: record.Coding{System: record.SystemActCode, Code: consent.CodeUnderPart2}}}
		return rec
	}
	for name, c := range map[string]struct {
		to        record.Format
		documents bool
		codes     []string
		leaves    bool
	}{
		"FHIR":                              {fhir.Format(), true, []string{consent.ObligeNotice}, true},
		"C-CDA":                             {ccda.Format(), true, []string{consent.ObligeNotice}, true},
		"own JSON":                          {record.JSONFormat(), true, []string{consent.ObligeNotice}, true},
		"HL7 v2 has no sections":            {hl7v2.Format(), true, []string{consent.ObligeNotice}, false},
		"a note in FHIR":                    {fhir.Format(), false, []string{consent.ObligeNotice}, true},
		"a note in HL7 v2":                  {hl7v2.Format(), false, []string{consent.ObligeNotice}, true},
		"not to be passed on":               {fhir.Format(), true, []string{consent.ObligeNotice, consent.ObligeNoRedisclose}, true},
		"HL7 v2 loses the mark":             {hl7v2.Format(), false, []string{consent.ObligeNotice, consent.ObligeNoRedisclose}, false},
		"an obligation that stays a Duty's": {fhir.Format(), true, []string{consent.ObligeNotice, consent.ObligeCopy}, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t)
			s.out.Record, s.to = rec(c.documents), c.to
			s.x.Decider = decides(owed(c.codes...))
			_, err := s.x.Disclose(s.ctx, s.out, s.to, s.dest)
			last := s.book.events[len(s.book.events)-1]
			if !c.leaves {
				require.ErrorIs(t, err, portage.ErrObligation)
				require.Empty(t, s.dest.files)
				require.Equal(t, audit.ReasonConsent, last.Reason)
				return
			}
			require.NoError(t, err)
			text := s.dest.files[s.dest.names[0]].String()
			require.Contains(t, text, consent.Notice)
			if len(c.codes) > 1 {
				require.Contains(t, text, consent.ObligeNoRedisclose)
			}
			require.Contains(t, last.Decision.Obligations, consent.ObligeNotice)
		})
	}
	// In an export the forms that bear it are written; what the source itself sent, which lacks it, is not.
	s := newScene(t)
	s.x.Decider = decides(owed(consent.ObligeNotice))
	dir := filepath.Join(t.TempDir(), "export")
	_, err := s.x.ExportEHI(s.ctx, ehiExport(), dir, &invented{n: 1, record: func(int) *record.Record { return rec(true) }}, askFor)
	require.NoError(t, err)
	files, err := os.ReadDir(filepath.Join(dir, "parts/000001/0001"))
	require.NoError(t, err)
	var names []string
	for _, f := range files {
		names = append(names, f.Name())
		text, err := os.ReadFile(filepath.Join(dir, "parts/000001/0001", f.Name()))
		require.NoError(t, err)
		if f.Name() != "report.ndjson" {
			require.Contains(t, string(text), consent.Notice, f.Name())
		}
	}
	require.Equal(t, []string{"ccda.xml", "fhir.ndjson", "record.json", "report.ndjson"}, names)

	// Of which entries it is, nobody says: then nobody has carried it out.
	s = newScene(t)
	s.out.Record = rec(true)
	s.x.Decider = decides(permits(consent.ObligeNotice))
	_, err = s.x.Disclose(s.ctx, s.out, s.to, s.dest)
	require.ErrorIs(t, err, portage.ErrObligation)
	require.Empty(t, s.dest.files)
}
