package hl7v2_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/hl7v2"
	"github.com/portage-health/portage/record"
)

func findings(m *hl7v2.Message, o hl7v2.ConformOptions) []string {
	var out []string
	for _, i := range m.Conform(o) {
		s := fmt.Sprintf("%s %s %d:%d", i.Code, i.Path, i.Line, i.Column)
		if i.Rule != "" {
			s += " (" + i.Rule + ")"
		}
		out = append(out, s)
	}
	return out
}

func TestConform(t *testing.T) {
	const pid = "PID|1||A1^^^N^MR||Rivera^Ana"
	for _, c := range []struct {
		what string
		in   []string
		want []string
	}{
		{"clean", []string{head, pid, "OBR|1|||8^x", "OBX|1|NM|8^x||-1.80|||||N|F|||20260301"}, nil},
		{"segments", []string{head, pid, "ORC|RE", "OBX|1|ST|8||a||||||F", "PV1||I", "ZA1|x", "ACC", "loose line"}, []string{
			"v2-segment-missing PATIENT_RESULT[1].ORDER_OBSERVATION[1].OBR 3:0", "v2-segment-order PV1 5:1", "v2-segment-unexpected ACC 7:1", "not-a-segment segment[8] 8:1"}},
		{"nothing but a header", []string{head}, []string{"v2-segment-missing PATIENT_RESULT 1:0"}},
		{"fields", []string{head, `PID|1||""||Rivera`, "OBR|1", "OBX|1||8||a|||H~HH~Z|||F||||"}, []string{
			"v2-field-missing OBR-4 3:1", "v2-field-missing OBX-2 4:1"}},
		{"tables, numbers and times", []string{head, pid, "OBR|x|||8|||2026-03-01||||Y||||||||||||||Q", "OBX|1|NM|8||5 mg|||||A|?|||202613", "OBX|2|SN|8||>^5^-^x||||||F", "OBX|3|TS|8||20260301101500.1234-0500||||||F"}, []string{
			"v2-datatype OBR-1 3:5", "v2-datatype OBR-7 3:13", "v2-table OBR-11 3:27", "v2-table OBR-25 3:42", "v2-datatype OBX[1]-5 4:13", "v2-table OBX[1]-11 4:24", "v2-datatype OBX[1]-14 4:28", "v2-datatype OBX[2]-5.4 5:19"}},
		{"lengths and repetitions", []string{head, pid, "OBR|12345|||" + strings.Repeat("x", 251) + "~y", "OBX|1|ST|8||a||||||F"}, []string{
			"v2-too-long OBR-1 3:5", "v2-field-repeats OBR-4 3:13", "v2-too-long OBR-4[1] 3:13"}},
		{"header", []string{`MSH|^~\\&|LAB||||2026||ADT^A01^ADT_A05||P|3.0`, "EVN||2026", pid, "PV1||I"}, []string{
			"v2-field-missing MSH-10 1:1", "v2-delimiters MSH-2 1:5", "v2-message-structure MSH-9.3 1:32", "v2-version MSH-12 1:43"}},
		{"unknown type", []string{`MSH|^~\&|LAB||||2026||QQQ^Q99|1|P|2.5`, "PID|1||A1||R"}, []string{"v2-message-type MSH-9 1:1"}},
		{"what many leave out", []string{`MSH|^~\&|LAB||||2026||ADT^A08|1|P|2.5`, "PID|1||A1||R"}, []string{"v2-segment-expected EVN 1:0", "v2-segment-expected PV1 1:0"}},
		{"escapes", []string{head, pid, "OBR|1|||8", `OBX|1|TX|8||C:\x\F\y\.br\\T\|||||` + "|F"}, []string{"v2-escape OBX-5 4:13"}},
		{"character set", []string{head, "PID|1||A1||Zo\xeb", "OBR|1|||8", "OBX|1|ST|8||a||||||F"}, []string{"charset-assumed MSH-18 1:1"}},
		{"small letters", []string{head, "pid|1||A1||R", "OBR|1|||8", "OBX|1|ST|8||a||||||F"}, []string{"v2-segment-case PID 2:1"}},
	} {
		require.Equal(t, c.want, findings(parse(t, c.in...), hl7v2.ConformOptions{}), c.what)
	}
	m := parse(t, `MSH|^~\&|LAB||||2026||ADT^A08|1|P|2.5`, "PID|1||A1||R")
	require.Empty(t, findings(m, hl7v2.ConformOptions{RequiredOnly: true}))
	m, err := hl7v2.Parse([]byte(head+"\rPID|1||A1||R\nOBR|1|||8\nOBX|1|ST|8||a||||||F\r"), hl7v2.Options{})
	require.NoError(t, err)
	require.Equal(t, []string{"mixed-line-ends MSH 1:1"}, findings(m, hl7v2.ConformOptions{}))
}

// seg writes a segment from the numbers of its fields and what they hold.
func seg(name string, fields ...any) string {
	s := name
	at := 0
	if name == "MSH" {
		s, at = `MSH|^~\&`, 2
	}
	for i := 0; i < len(fields); i += 2 {
		n := fields[i].(int)
		s += strings.Repeat("|", n-at) + fields[i+1].(string)
		at = n
	}
	return s
}

func msh(kind, profile string) string {
	return seg("MSH", 3, "EHR^1.2^ISO", 4, "CLINIC^1.3^ISO", 5, "HUB^1.4^ISO", 6, "STATE^1.5^ISO", 7, "20260301101500-0500", 9, kind, 10, "9", 11, "P", 12, "2.5.1", 15, "ER", 16, "AL", 21, profile)
}

var pid = seg("PID", 1, "1", 3, "A1^^^CLINIC^MR", 5, "Rivera^Ana", 6, "Sosa", 7, "20240105", 8, "F", 10, "2106-3", 11, "1 Main St^^^OR^97001", 22, "2135-2")

func TestImmunizationGuide(t *testing.T) {
	dose := func(fields ...any) string {
		return seg("RXA", append([]any{1, "0", 2, "1", 3, "20260301", 4, "20260301", 5, "141^Influenza^CVX"}, fields...)...)
	}
	given := dose(6, "0.5", 7, "mL^^UCUM", 9, "00^new^NIP001", 10, "1^Sosa", 11, "^^^CLINIC", 15, "LOT1", 16, "20270101", 17, "SKB^GSK^MVX", 20, "CP", 21, "A")
	route := "RXR|C28161^IM^NCIT"
	eligible := "OBX|1|CE|64994-7^Eligibility^LN|1|V02^VFC^HL70064||||||F|||20260301"
	vis := func(code, kind string, sub int, value string) string {
		return seg("OBX", 1, "2", 2, kind, 3, code+"^Statement^LN", 4, strconv.Itoa(sub), 5, value, 11, "F", 14, "20260301")
	}
	for _, c := range []struct {
		what string
		in   []string
		want []string
	}{
		{"given", []string{given, route, eligible}, nil},
		{"history", []string{dose(6, "999", 9, "01^history^NIP001", 20, "CP", 21, "A")}, nil},
		{"refused", []string{dose(6, "999", 18, "00^Parent^NIP002", 20, "RE", 21, "A")}, nil},
		{"refused without a reason", []string{dose(6, "0.5", 7, "mL", 20, "RE", 21, "A")}, []string{
			"v2-guide-value RXA-6 4:45 (IZ 1.5 RXA-6)", "v2-guide-missing RXA-18.1 4:1 (IZ 1.5 RXA-18.1)"}},
		{"given with a reason of refusal, without lot", []string{dose(6, "0.5", 9, "00", 11, "^^^CLINIC", 16, "20270101", 17, "SKB", 18, "00^Parent^NIP002", 20, "CP", 21, "A"), route, eligible}, []string{
			"v2-guide-missing RXA-15 4:1 (IZ 1.5 RXA-15)", "v2-guide-expected RXA-10 4:1 (IZ 1.5 RXA-10)", "v2-guide-missing RXA-7.1 4:1 (IZ 1.5 RXA-7.1)", "v2-guide-forbidden RXA-18 4:82 (IZ 1.5 RXA-18)"}},
		{"statement by document", []string{given, route, eligible, vis("69764-9", "CE", 2, "253088698300010311120702^Influenza^cdcgs1vis"), vis("29769-7", "TS", 2, "20260301")}, nil},
		{"statement by vaccine", []string{given, route, eligible, vis("30956-7", "CE", 2, "88^influenza^CVX"), vis("29768-9", "TS", 2, "20250101"), vis("29769-7", "TS", 2, "20260301")}, nil},
		{"statement without dates", []string{given, route, eligible, vis("30956-7", "ST", 2, "88"), vis("29769-7", "TS", 3, "20260301")}, []string{
			"v2-guide-value OBX[2]-2 7:7 (IZ 1.5 OBX-2)", "v2-guide-expected OBX[2] 7:1 (IZ 1.5 OBX 29769-7)", "v2-guide-expected OBX[2] 7:1 (IZ 1.5 OBX 29768-9)",
			"v2-guide-expected OBX[3] 8:1 (IZ 1.5 OBX 69764-9)", "v2-guide-expected OBX[3] 8:1 (IZ 1.5 OBX 29768-9)"}},
		{"no eligibility, no route", []string{given}, []string{"v2-guide-expected RXA 4:1 (IZ 1.5 RXR)", "v2-guide-missing RXA 4:1 (IZ 1.5 OBX 64994-7)"}},
	} {
		m := parse(t, append([]string{msh("VXU^V04^VXU_V04", "Z22^CDCPHINVS"), pid, "ORC|RE||B7^CLINIC"}, c.in...)...)
		require.ElementsMatch(t, c.want, findings(m, hl7v2.ConformOptions{}), c.what)
	}
}

func TestLaboratoryGuides(t *testing.T) {
	m := parse(t, msh("ORU^R01^ORU_R01", "PHLabReport-Ack^^2.16.840.1.113883.9.11^ISO"), "SFT|Maker|1|Lab|2", pid,
		seg("ORC", 1, "RE", 21, "North Lab", 22, "2 Main St", 23, "^^^^^1^555"),
		seg("OBR", 1, "1", 3, "F1", 4, "625-4^x^LN", 7, "20260301", 22, "20260301101500-0500", 25, "F"),
		seg("OBX", 1, "1", 2, "NM", 3, "8^x^LN", 5, "5", 6, "mg", 11, "F", 14, "20260301", 19, "20260301", 23, "North Lab", 24, "2 Main St"),
		seg("SPM", 1, "1", 2, "S1", 4, "119339001", 17, "20260301", 18, "20260301"))
	require.Equal(t, []hl7v2.Guide{hl7v2.GuideReportableLab}, m.Guides())
	require.Equal(t, []string{"v2-guide-expected OBR-16 5:1 (ELR R1 OBR-16)"}, findings(m, hl7v2.ConformOptions{}))

	m = parse(t, msh("ORU^R01^ORU_R01", "LRI_NG_RN_Profile^^2.16.840.1.113883.9.20^ISO"), pid, "ORC|RE", "OBR|1|||625-4^x^LN", "OBX|1|NM|8^x^LN||5||||||F")
	require.Equal(t, []hl7v2.Guide{hl7v2.GuideLabResults}, m.Guides())
	require.Equal(t, []string{
		"v2-guide-missing ORC-3.1 3:1 (LRI R1 ORC-3.1)", "v2-guide-missing ORC-12 3:1 (LRI R1 ORC-12)",
		"v2-guide-missing OBR-3.1 4:1 (LRI R1 OBR-3.1)", "v2-guide-missing OBR-7 4:1 (LRI R1 OBR-7)", "v2-guide-missing OBR-22 4:1 (LRI R1 OBR-22)",
		"v2-guide-missing OBR-25 4:1 (LRI R1 OBR-25)", "v2-guide-missing OBR-16 4:1 (LRI R1 OBR-16)",
		"v2-guide-missing OBX-23 5:1 (LRI R1 OBX-23)", "v2-guide-expected OBX-14 5:1 (LRI R1 OBX-14)", "v2-guide-expected OBX-19 5:1 (LRI R1 OBX-19)",
		"v2-guide-expected OBX-24 5:1 (LRI R1 OBX-24)", "v2-guide-missing OBX-6 5:1 (LRI R1 OBX-6)",
	}, findings(m, hl7v2.ConformOptions{}))
}

func TestSyndromicGuide(t *testing.T) {
	visit := seg("PV1", 1, "1", 2, "E", 19, "V1^^^CLINIC^VN", 36, "01", 44, "20260301")
	in := []string{
		msh("ADT^A04^ADT_A01", "PH_SS-NoAck^SS Sender^2.16.840.1.114222.4.10.3^ISO"), "EVN||20260301|||||CLINIC^1.2^NPI", pid, visit,
		"OBX|1|CWE|SS003^x^PHINQUESTION||261QE0002X||||||F", "OBX|2|NM|21612-7^age^LN||7|a^year^UCUM|||||F",
	}
	require.Equal(t, []string{"v2-guide-expected OBX 1:0 (PHIN 2.0 OBX 8661-1)"}, findings(parse(t, in...), hl7v2.ConformOptions{}))
	in[3] = "PV1|1|E"
	require.Equal(t, []string{"v2-guide-missing PV1-19.1 4:1 (PHIN 2.0 PV1-19.1)", "v2-guide-missing PV1-19.5 4:1 (PHIN 2.0 PV1-19.5)", "v2-guide-missing PV1-44 4:1 (PHIN 2.0 PV1-44)"},
		findings(parse(t, in...), hl7v2.ConformOptions{RequiredOnly: true}))
	require.Empty(t, findings(parse(t, in...), hl7v2.ConformOptions{RequiredOnly: true, Guides: []hl7v2.Guide{}}))
}

// Of a message that keeps a guide, each thing that the guide asks for is taken away or replaced in turn: the guide notices.
func TestGuidesFindEachFault(t *testing.T) {
	vaccination := []string{msh("VXU^V04^VXU_V04", "Z22^CDCPHINVS"), pid, "ORC|RE||B7^CLINIC",
		"RXA|0|1|20260301|20260301|141^Influenza^CVX|0.5|mL^^UCUM||00^new^NIP001|1^Sosa|^^^CLINIC||||LOT1|20270101|SKB^GSK^MVX|||CP|A",
		"RXR|C28161^IM^NCIT", "OBX|1|CE|64994-7^Eligibility^LN|1|V02^VFC^HL70064||||||F|||20260301"}
	public := []string{msh("ORU^R01^ORU_R01", "PHLabReport-Ack^^2.16.840.1.113883.9.11^ISO"), "SFT|Maker|1|Lab|2", pid,
		seg("ORC", 1, "RE", 21, "North Lab", 22, "2 Main St", 23, "^^^^^1^555"),
		seg("OBR", 1, "1", 3, "F1", 4, "625-4^x^LN", 7, "20260301", 16, "7^Hale", 22, "20260301101500-0500", 25, "F"),
		seg("OBX", 1, "1", 2, "NM", 3, "8^x^LN", 5, "5", 6, "mg", 11, "F", 14, "20260301", 19, "20260301", 23, "North Lab", 24, "2 Main St"),
		seg("SPM", 1, "1", 2, "S1", 4, "119339001", 17, "20260301", 18, "20260301")}
	ordered := []string{msh("ORU^R01^ORU_R01", "LRI_NG_RN_Profile^^2.16.840.1.113883.9.20^ISO"), pid, seg("ORC", 1, "RE", 3, "F1", 12, "7^Hale"), public[4], public[5], public[6]}
	visit := []string{msh("ADT^A04^ADT_A01", "PH_SS-NoAck^SS Sender^2.16.840.1.114222.4.10.3^ISO"), "EVN||20260301|||||CLINIC^1.2^NPI", pid,
		seg("PV1", 1, "1", 2, "E", 19, "V1^^^CLINIC^VN", 36, "01", 44, "20260301"),
		"OBX|1|CWE|SS003^x^PHINQUESTION||261QE0002X||||||F", "OBX|2|NM|21612-7^age^LN||7|a^year^UCUM|||||F", "OBX|3|TX|8661-1^complaint^LN||cough||||||F"}
	for _, c := range []struct {
		what   string
		in     []string
		faults string // places that are emptied, or are given another value behind =
	}{
		{"IZ 1.5", vaccination, "MSH-7 MSH-9.3 MSH-10 MSH-11.1 MSH-15 MSH-16 MSH-4 MSH-12.1=2.4 MSH-9.3=ORU_R01 PID-3.1 PID-3.4 PID-3.5 PID-5.1 PID-5.2 PID-6 PID-7 PID-8 PID-10 PID-11 PID-22 " +
			"ORC-1 ORC-1=NW ORC-3.1 RXA-1=1 RXA-2 RXA-3 RXA-5.1 RXA-5.3 RXA-6 RXA-7.1 RXA-9.1 RXA-10 RXA-11.4 RXA-15 RXA-16 RXA-17.1 RXA-20=XX RXA-21 RXA-21=Q RXA-4=20260302 RXA-18=00 RXR-1.1 " +
			"OBX-1 OBX-2 OBX-3.1 OBX-3.3 OBX-4 OBX-5 OBX-11 OBX-11=P OBX-14 OBX-3.1=30963-3"},
		{"ELR R1", public, "MSH-3 MSH-4 MSH-5 MSH-6 MSH-7 MSH-7=20260301101500 MSH-9.3=ACK MSH-12.1=2.3 PID-3.4 PID-3.5 PID-5.1 PID-7 PID-8 PID-10 ORC-1 ORC-21 ORC-22 ORC-23 " +
			"OBR-1 OBR-3.1 OBR-4 OBR-7 OBR-16 OBR-22 OBR-22=20260301101500 OBR-25 OBX-1 OBX-3 OBX-5 OBX-6 OBX-11 OBX-14 OBX-19 OBX-23 OBX-24 SPM-2 SPM-4 SPM-17 SPM-18"},
		{"LRI R1", ordered, "MSH-3 MSH-4 MSH-6 ORC-1 ORC-3.1 ORC-12 OBR-3.1 OBR-4 OBR-7 OBR-16 OBR-22 OBR-25 OBX-3 OBX-6 OBX-11 OBX-14 OBX-19 OBX-23 OBX-24 PID-5.1 PID-8"},
		{"PHIN 2.0", visit, "MSH-4 MSH-9.2=A02 MSH-12.1=2.8 EVN-2 EVN-7 PID-3.1 PID-3.5 PID-5 PID-8 PID-10 PID-11.5 PID-22 PV1-2 PV1-19.1 PV1-19.5 PV1-19.5=AN PV1-36 PV1-44 OBX-2 OBX-11 OBX[1]-3.1=SS002 OBX[2]-3.1=1 OBX[3]-3.1=1"},
	} {
		require.Empty(t, findings(parse(t, c.in...), hl7v2.ConformOptions{}), c.what)
		for _, fault := range strings.Fields(c.faults) {
			m := parse(t, c.in...)
			place, value, _ := strings.Cut(fault, "=")
			require.NoError(t, m.Set(place, value), fault)
			guided := 0
			for _, f := range findings(m, hl7v2.ConformOptions{}) {
				if strings.Contains(f, "("+c.what+" ") {
					guided++
				}
			}
			require.NotZero(t, guided, "%s: %s: the guide does not notice", c.what, fault)
		}
	}
}

// Codes are never two kinds, and the page lists every one.
func TestConformKindsAreListed(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "docs", "hl7v2.md"))
	require.NoError(t, err)
	var rows []string
	for _, k := range hl7v2.ConformKinds() {
		for _, other := range record.IssueKinds() {
			require.NotEqual(t, other.Code, k.Code)
		}
		rows = append(rows, fmt.Sprintf("| `%s` | %s | %s | %s |", k.Code, k.Severity, k.Message, k.Advice))
	}
	_, table, _ := strings.Cut(string(page), "| Code | Severity | What it means | What to do |\n|---|---|---|---|\n")
	table, _, _ = strings.Cut(table, "\n\n")
	require.Equal(t, strings.Join(rows, "\n"), table)
	source, err := os.ReadFile("conformkind.go")
	require.NoError(t, err)
	require.Len(t, regexp.MustCompile(`record\.IssueKind\{Code`).FindAll(source, -1), len(rows))
}

func TestDatatype(t *testing.T) {
	require.Equal(t, "XPN", hl7v2.Datatype("PID", 5))
	require.Empty(t, hl7v2.Datatype("OBX", 5))
	require.Empty(t, hl7v2.Datatype("PID", 99))
	require.Empty(t, hl7v2.Datatype("ZA1", 1))
}

// Markers stand where a patient's data would, wherever a message can hold something: no error, issue, position or answer repeats them.
func TestNothingLeaks(t *testing.T) {
	const marker = "ZEBULON"
	check := func(what string, v any) {
		require.NotContains(t, strings.ToUpper(fmt.Sprintf("%+v", v)), marker, what)
	}
	var sources [][]byte
	for _, f := range corpus(t) {
		sources = append(sources, f.data)
	}
	for i, data := range sources {
		m, err := hl7v2.Parse(data, hl7v2.Options{})
		if err != nil {
			check("error", err)
			continue
		}
		var places []string
		for l := range m.Leaves() {
			if a := l.Address(); a.Segment != "MSH" && a.Segment != "" && len(places) < 40 {
				places = append(places, a.String())
			}
		}
		for _, p := range places {
			require.NoError(t, m.Set(p, marker), p)
		}
		broken := append(append([]byte{}, m.Bytes()...), "\rZEBULON Ana|x\rZEBULON\rzebulon|1"...)
		for _, in := range [][]byte{m.Bytes(), broken, append([]byte(marker), data...), append(broken, "\rMSH|^~\\&|ZEBULON\r"...), append(broken, "\rBTS|ZEBULON"...)} {
			m, err := hl7v2.Parse(in, hl7v2.Options{Limits: hl7v2.Limits{Segments: 20 + i%50}})
			if err != nil {
				check("error", err)
				nak, _ := hl7v2.NAK(err, hl7v2.Ack{})
				check("answer", string(nak))
				continue
			}
			issues := m.Conform(hl7v2.ConformOptions{Guides: []hl7v2.Guide{hl7v2.GuideImmunization, hl7v2.GuideLabResults, hl7v2.GuideReportableLab, hl7v2.GuideSyndromic}})
			check("issues", issues)
			for _, i := range issues {
				check("answer", hl7v2.AckErrorOf(i))
			}
			check("error", m.Set("ZEB-1", marker))
			check("error", m.SetRaw("MSH-10", []byte(marker+"|")))
		}
		for it := range hl7v2.Batch(append(broken, "\rMSH|^~\\&\rBTS|ZEBULON\r"...), hl7v2.Options{}) {
			check("batch", it.Issues)
			check("batch", it.Err)
		}
	}
	_, err := hl7v2.ParseAddress("ZEBULON-x")
	check("address", err)
}
