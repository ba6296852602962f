package hl7v2_test

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/hl7v2"
)

// outline draws the tree of a message in one line.
func outline(g *hl7v2.Group) string {
	var parts []string
	for _, n := range g.Nodes {
		switch {
		case n.Group != nil:
			parts = append(parts, n.Group.Name+"("+outline(n.Group)+")")
		case n.Fit == hl7v2.OutOfOrder:
			parts = append(parts, n.Segment.Name()+"?")
		case n.Fit == hl7v2.Unexpected:
			parts = append(parts, n.Segment.Name()+"!")
		default:
			parts = append(parts, n.Segment.Name())
		}
	}
	return strings.Join(parts, " ")
}

func TestTree(t *testing.T) {
	for _, c := range []struct{ what, kind, segments, want string }{
		{"results", "ORU^R01", "PID NTE PV1 ORC OBR NTE OBX NTE NTE OBX OBR OBX SPM OBX PID OBR OBX",
			"MSH PATIENT_RESULT(PATIENT(PID NTE VISIT(PV1)) ORDER_OBSERVATION(COMMON_ORDER(ORC) OBR NTE OBSERVATION(OBX NTE NTE) OBSERVATION(OBX)) " +
				"ORDER_OBSERVATION(OBR OBSERVATION(OBX) SPECIMEN(SPM SPECIMEN_OBSERVATION(OBX)))) PATIENT_RESULT(PATIENT(PID) ORDER_OBSERVATION(OBR OBSERVATION(OBX)))"},
		{"results with Z segments and a visit too late", "ORU^R01", "PID ZPI OBR OBX ZBX PV1 NTE OBX",
			"MSH PATIENT_RESULT(PATIENT(PID ZPI!) ORDER_OBSERVATION(OBR OBSERVATION(OBX ZBX! PV1? NTE) OBSERVATION(OBX)))"},
		{"results without a request", "ORU^R01", "PID OBX OBX", "MSH PATIENT_RESULT(PATIENT(PID PATIENT_OBSERVATION(OBX) PATIENT_OBSERVATION(OBX)))"},
		{"vaccinations", "VXU^V04", "PID NK1 ORC RXA RXR OBX OBX ORC RXA", "MSH PID NK1 ORDER(ORC RXA RXR OBSERVATION(OBX) OBSERVATION(OBX)) ORDER(ORC RXA)"},
		{"vaccinations of old", "VXU^V04", "PID RXA RXR RXA OBX NTE", "MSH PID ORDER(RXA RXR) ORDER(RXA OBSERVATION(OBX NTE))"},
		{"orders", "ORM^O01", "PID PV1 ORC OBR DG1 OBX ORC OBR OBR NTE OBX",
			"MSH PATIENT(PID VISIT(PV1)) ORDER(ORC ORDER_DETAIL(OBR DG1 OBSERVATION(OBX))) ORDER(ORC ORDER_DETAIL(OBR)) ORDER(ORDER_DETAIL(OBR NTE OBSERVATION(OBX)))"},
		{"merges", "ADT^A40^ADT_A39", "EVN PID MRG PID PD1 MRG PV1", "MSH EVN PATIENT(PID MRG) PATIENT(PID PD1 MRG PV1)"},
		{"admission", "ADT^A01", "EVN PID PD1 NK1 NK1 PV1 PV2 OBX AL1 AL1 DG1 PR1 ROL GT1 IN1 IN2 IN1",
			"MSH EVN PID PD1 NEXT_OF_KIN(NK1) NEXT_OF_KIN(NK1) PV1 PV2 OBSERVATION(OBX) AL1 AL1 DG1 PROCEDURE(PR1 ROL) GT1 INSURANCE(IN1 IN2) INSURANCE(IN1)"},
		{"admission out of order", "ADT^A01", "EVN PID PV1 NK1 DG1 AL1 OBX", "MSH EVN PID PV1 NEXT_OF_KIN(NK1?) DG1 AL1? OBSERVATION(OBX?)"},
		{"appointment", "SIU^S12", "SCH PID PV1 RGS AIS NTE AIL AIS AIP RGS AIG",
			"MSH SCH PATIENT(PID PV1) RESOURCES(RGS SERVICE(AIS NTE) LOCATION_RESOURCE(AIL) SERVICE(AIS?) PERSONNEL_RESOURCE(AIP)) RESOURCES(RGS GENERAL_RESOURCE(AIG))"},
		{"pharmacy", "RDE^O11", "PID ORC RXO RXR RXE TQ1 RXR RXC ORC RXE RXR RXE",
			"MSH PATIENT(PID) ORDER(ORC ORDER_DETAIL(RXO RXR) RXE TIMING_ENCODED(TQ1) RXR RXC) ORDER(ORC RXE RXR) ORDER(RXE)"},
		{"document", "MDM^T02", "EVN PID PV1 ORC OBR TXA OBX OBX NTE", "MSH EVN PID PV1 COMMON_ORDER(ORC OBR) TXA OBSERVATION(OBX) OBSERVATION(OBX NTE)"},
		{"answer", "ACK^R01^ACK", "MSA ERR ERR", "MSH MSA ERR ERR"},
		{"query's answer", "RSP^K11^RSP_K11", "MSA QAK QPD PID NK1 ORC RXA OBX ORC RXA", "MSH MSA QAK QPD QUERY_RESPONSE(PID NK1 ORDER(ORC RXA OBSERVATION(OBX)) ORDER(ORC RXA))"},
		{"structure of the name alone", "ZZZ^Z01^ACK", "MSA", "MSH MSA"},
		{"not known", "ZZZ^Z01", "PID ZA1 OBX", "MSH PID ZA1! OBX"},
	} {
		m := parse(t, append([]string{`MSH|^~\&|A||||2026||` + c.kind + `|1|P|2.5.1`}, strings.Fields(c.segments)...)...)
		g := m.Tree()
		require.Equal(t, c.want, outline(g), c.what)
		i := 0
		for s := range g.All() {
			require.Equal(t, i, s.Index())
			i++
		}
	}
}

func TestGroups(t *testing.T) {
	m := parse(t, head, "PID|1||A1", "OBR|1|||a", "OBX|1|ST|x||1", "OBX|2|ST|y||2", "OBR|2|||b", "OBX|1|ST|z||3", "NTE|1||n")
	require.Equal(t, "b", m.Get("ORDER_OBSERVATION[2].OBR-4"))
	require.Equal(t, "2", m.Get("ORDER_OBSERVATION[1].OBX[2]-5"))
	require.Equal(t, "3", m.Get("PATIENT_RESULT.ORDER_OBSERVATION[2].OBSERVATION.OBX-5"))
	require.Equal(t, "A1", m.Get("ORU_R01.PID-3"))
	require.Empty(t, m.Get("ORDER_OBSERVATION[3].OBR-4"))
	require.Empty(t, m.Get("ORDER_OBSERVATION[2].OBX[2]-5"))
	require.NoError(t, m.Set("ORDER_OBSERVATION[2].OBX-5", "9"))
	require.Equal(t, "9", m.Get("OBX[3]-5"))
	g := m.Tree().Find("OBSERVATION", 3)
	require.Equal(t, "PATIENT_RESULT[1].ORDER_OBSERVATION[2].OBSERVATION[1]", g.Path())
	require.Equal(t, "n", g.Segment("NTE").Field(3).String())
	require.False(t, g.Segment("PID").OK())
	require.Nil(t, m.Tree().Find("OBSERVATION", 4))
	require.Equal(t, "ORDER_OBSERVATION", g.Parent.Name)
}

// The structures are those of HL7's own mapping sheets, group by group.
func TestStructuresOfTheSheets(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(sharedDir(t), "spec", "v2-to-fhir", "mappings", "messages", "*.csv"))
	if len(files) == 0 {
		t.Skip("the mapping sheets are not there")
	}
	known := map[string]bool{}
	for _, p := range hl7v2.StructurePaths() {
		known[p] = true
	}
	// Left out: a document between an order and its request, which nothing tells from a result.
	leftOut := map[string]bool{"ORU_R01.PATIENT_RESULT.ORDER_OBSERVATION.COMMON_ORDER.ORDER_DOCUMENT": true}
	for _, name := range files {
		f, err := os.Open(name)
		require.NoError(t, err)
		r := csv.NewReader(f)
		r.FieldsPerRecord, r.LazyQuotes = -1, true
		rows, err := r.ReadAll()
		require.NoError(t, f.Close())
		require.NoError(t, err)
		for _, row := range rows {
			if len(row) < 3 || !strings.Contains(row[1], "_") || strings.ContainsAny(row[1], " /") {
				continue
			}
			// The sheets write some places in ways of their own.
			p := strings.NewReplacer("follow:PID", "", "follow:PV1", "", ".CHOICE", "", ":", ".", "ADT_A11", "ADT_A09", "ADT_A0.", "ADT_A01.").Replace(row[1])
			p = strings.ReplaceAll(p, "..", ".")
			p = strings.Replace(p, "ORM_O01.ORDER_DETAIL", "ORM_O01.ORDER.ORDER_DETAIL", 1)
			out := false
			for l := range leftOut {
				out = out || strings.HasPrefix(p, l)
			}
			if !out && !known[p] {
				t.Errorf("%s", p)
			}
		}
	}
}

// A message made to be slow is not: nothing takes time by the square of its size.
func TestManySegments(t *testing.T) {
	if testing.Short() || raceEnabled {
		t.Skip("33,000 segments")
	}
	for _, part := range []string{"OBR|1\r", "PV1|x\r", "OBX|1|NM|8||x\r", "ZZZ|1\r", "loose\r", "PID|1\rOBR|1\rOBX|2\r", "NTE|~^&\\\\x\r"} {
		n := 33_000 / strings.Count(part, "\r")
		m, err := hl7v2.Parse([]byte(head+"\r"+strings.Repeat(part, n)), hl7v2.Options{})
		require.NoError(t, err)
		start := time.Now()
		m.Tree()
		m.Conform(hl7v2.ConformOptions{})
		for s := range m.Segments() {
			s.Position()
		}
		require.Less(t, time.Since(start), 10*time.Second, part)
	}
	m, err := hl7v2.Parse([]byte(head+"\rNTE|1||"+strings.Repeat("\\", 1<<20)+strings.Repeat("\\F", 1<<20)), hl7v2.Options{})
	require.NoError(t, err)
	start := time.Now()
	_ = m.Get("NTE-3")
	m.Conform(hl7v2.ConformOptions{})
	require.Less(t, time.Since(start), 10*time.Second)
}
