package ccda

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

// TestPanelWithin: a panel within another is read as naming it. Where the record does not say so, the report does.
func TestPanelWithin(t *testing.T) {
	panel := func(id string, members ...record.Ref) record.Panel {
		return record.Panel{Entry: record.Entry{ID: id, Assertion: record.Affirmed}, Class: "BATTERY", Members: members,
			Code: record.Concept{Codings: []record.Coding{{System: record.SystemLOINC, Code: "24320-4"}}}}
	}
	rec := &record.Record{
		Patient:      &record.Patient{Entry: record.Entry{ID: "p", Assertion: record.Affirmed}},
		ResultPanels: []record.Panel{panel("outer", record.Ref{ID: "inner", Kind: record.KindResultPanel}), panel("inner")},
	}
	says := func() bool {
		out, rep := write(t, Exporter{}, rec, exportOptions)
		back, _, err := Import(t.Context(), out, record.ImportOptions{})
		require.NoError(t, err)
		require.Len(t, back.ResultPanels, 2)
		require.NotNil(t, back.ResultPanels[1].Parent)
		require.Equal(t, back.ResultPanels[0].ID, back.ResultPanels[1].Parent.ID)
		return slices.ContainsFunc(rep.Issues, func(i record.Issue) bool {
			return i.Path == "resultPanels[1].parent" && i.Code == record.IssueAltered.Code && i.Message == standsWithin.At("", 0, 0).Message
		})
	}
	require.True(t, says())
	rec.ResultPanels[1].Parent = &record.Ref{ID: "outer", Kind: record.KindResultPanel}
	require.False(t, says())
	rec.ResultPanels[1].Parent = &record.Ref{ID: "p", Kind: "patient"} // which is no panel
	require.True(t, says())
	_, rep := write(t, Exporter{}, rec, exportOptions)
	require.True(t, slices.ContainsFunc(rep.Issues, func(i record.Issue) bool { return i.Path == "resultPanels[1].parent.id" }))
}
