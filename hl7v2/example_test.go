package hl7v2_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/portage-health/portage/hl7v2"
	"github.com/portage-health/portage/record"
)

const sample = "MSH|^~\\&|LAB|NORTH|EHR|SOUTH|20260301101500+0100||ORU^R01^ORU_R01|77|P|2.5.1\r" +
	"PID|1||A1^^^NORTH&1.2.3&ISO^MR~B2||Rivera^Ana||19710502|F|\"\"\r" +
	"OBR|1||F1|24331-1^Lipids^LN|||20260301\r" +
	"OBX|1|NM|2093-3^Cholesterol^LN||5.10|mmol/L|||||F\r" +
	"OBR|2||F2|11502-2^Report^LN|||20260301\r" +
	"OBX|1|TX|11502-2^Report^LN||Normal \\T\\ clear.\\.br\\Signed.||||||F\r"

func ExampleParse() {
	m, err := hl7v2.Parse([]byte(sample), hl7v2.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	code, event, _ := m.Type()
	fmt.Println(code, event, m.Version())
	fmt.Println(m.Get("PID-5.1"), m.Get("PID-3[2]"), m.Get("PID-3.4.2"))
	fmt.Println(m.Get("ORDER_OBSERVATION[2].OBR-4.2"))
	fmt.Println(m.At("PID-9").State(), m.At("PID-6").State(), m.At("PID-10").State())
	fmt.Printf("%q\n", m.Get("OBX[2]-5"))
	// Output:
	// ORU R01 2.5.1
	// Rivera B2 1.2.3
	// Report
	// null empty absent
	// "Normal & clear.\nSigned."
}

func ExampleMessage_Set() {
	m, _ := hl7v2.Parse([]byte(sample), hl7v2.Options{})
	// A value stays a value, whatever it holds.
	_ = m.Set("PID-5.1", "Ríos|\rPID")
	fmt.Println(string(m.At("PID-5").Raw()))
	fmt.Println(m.Get("PID-5.1") == "Ríos|\rPID", m.SegmentCount())
	// Output:
	// Ríos\F\\X0D\PID^Ana
	// true 6
}

func ExampleMessage_Tree() {
	m, _ := hl7v2.Parse([]byte(sample), hl7v2.Options{})
	for order := range m.Tree().Groups("ORDER_OBSERVATION") {
		fmt.Println(order.Path(), order.Segment("OBR").Field(4).Component(2))
		for result := range order.Groups("OBSERVATION") {
			obx := result.Segment("OBX")
			fmt.Println(" ", obx.Field(5), obx.Field(6))
		}
	}
	// Output:
	// PATIENT_RESULT[1].ORDER_OBSERVATION[1] Lipids
	//   5.10 mmol/L
	// PATIENT_RESULT[1].ORDER_OBSERVATION[2] Report
	//   Normal & clear.
	// Signed.
}

func ExampleBatch() {
	file := "BHS|^~\\&|LAB\r" + sample + "BTS|2\r"
	for it := range hl7v2.Batch([]byte(file), hl7v2.Options{}) {
		fmt.Println(it.Kind, it.Offset, it.Err)
		for _, i := range it.Issues {
			fmt.Println(i.Code, i.Path)
		}
	}
	// Output:
	// batch-header 0 <nil>
	// message 13 <nil>
	// batch-trailer 344 <nil>
	// batch-count BTS-1
}

func ExampleMessage_Conform() {
	m, _ := hl7v2.Parse([]byte(strings.Replace(sample, "|5.10|", "|high|", 1)), hl7v2.Options{})
	var errors []hl7v2.AckError
	for _, i := range m.Conform(hl7v2.ConformOptions{}) {
		fmt.Println(i.Severity, i.Code, i.Path, i.Line, i.Column)
		errors = append(errors, hl7v2.AckErrorOf(i))
	}
	ack, _ := m.Acknowledge(hl7v2.Ack{Code: hl7v2.Fail, ControlID: "1", Time: time.Unix(0, 0).UTC(), Errors: errors})
	os.Stdout.Write(bytes.ReplaceAll(ack, []byte("\r"), []byte("\n")))
	// Output:
	// error v2-datatype OBX[1]-5 4 33
	// MSH|^~\&|EHR|SOUTH|LAB|NORTH|19700101000000+0000||ACK^R01^ACK|1|P|2.5.1
	// MSA|AE|77
	// ERR||OBX^1^5^1|102^Data type error^HL70357|E||||the value is not of the form that its datatype has: a number, a date or a time
}

func ExampleFrameReader() {
	var stream bytes.Buffer
	_ = hl7v2.NewFrameWriter(&stream).Write([]byte(sample))
	frames := hl7v2.NewFrameReader(&stream, 0)
	for {
		data, err := frames.Next()
		if err != nil {
			fmt.Println(err)
			return
		}
		m, _ := hl7v2.Parse(data, hl7v2.Options{})
		fmt.Println(m.ControlID())
	}
	// Output:
	// 77
	// EOF
}

func ExampleWriter() {
	w, _ := hl7v2.NewWriter(hl7v2.Delimiters{}, "UNICODE UTF-8")
	w.Put(9, 0, 1, 0, "ADT")
	w.Put(9, 0, 2, 0, "A04")
	w.Put(18, 0, 0, 0, "UNICODE UTF-8")
	w.Segment("PID")
	w.Put(3, 1, 1, 0, "A1")
	w.Put(3, 1, 5, 0, "MR")
	w.Put(5, 0, 1, 0, "Müller & Sons")
	b, err := w.Bytes()
	fmt.Println(strings.ReplaceAll(string(b), "\r", "\n"), err)
	// Output:
	// MSH|^~\&|||||||ADT^A04|||||||||UNICODE UTF-8
	// PID|||A1^^^^MR||Müller \T\ Sons
	//  <nil>
}

func ExampleImporter_Messages() {
	merge := "MSH|^~\\&|ADT|NORTH|EHR|SOUTH|20260301101500+0100||ADT^A40^ADT_A39|78|P|2.5.1\r" +
		"PID|1||A1^^^NORTH&1.2.3&ISO^MR||Rivera^Ana\r" +
		"MRG|A0^^^NORTH&1.2.3&ISO^MR\r"
	in := record.Input{Bytes: []byte(sample + merge)}
	for x, err := range (hl7v2.Importer{}).Messages(context.Background(), in, record.ImportOptions{}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		p := x.Record.Patient
		fmt.Println(p.Names[0], p.BirthTime.Value, len(x.Record.Sources), "messages")
		q := x.Record.Results[0].Values[0].Quantity
		fmt.Println(x.Record.Results[0].Code.Codings[0].Display, q.Value, q.Unit)
		for _, e := range x.Events {
			fmt.Println(e.Kind, e.Level, len(e.Prior.Patient))
		}
		fmt.Println("unaccounted:", x.Report.Counts.Unaccounted())
	}
	// Output:
	// Ana Rivera 1971-05-02 2 messages
	// Cholesterol 5.10 mmol/L
	// result  0
	// merge patient 1
	// unaccounted: 0
}

// A record that came from elsewhere goes out as a set of messages.
func ExampleExporter() {
	rec := &record.Record{
		Patient: &record.Patient{
			Entry: record.Entry{ID: "1", Assertion: record.Affirmed, Identifiers: []record.Identifier{{Value: "A-1", System: "urn:oid:2.999.1"}}},
			Names: []record.Name{{Family: []record.NamePart{{Value: "Muster|Example"}}, Given: []record.NamePart{{Value: "Ada"}}}},
		},
		Allergies: []record.Allergy{{Entry: record.Entry{ID: "2", Assertion: record.NoneKnown}}},
		Problems:  []record.Problem{{Entry: record.Entry{ID: "3", Assertion: record.Negated}, Code: record.Concept{Text: "gout"}}},
	}
	var out bytes.Buffer
	x := hl7v2.Exporter{Application: "PORTAL", ControlID: func(n int, _ [32]byte) string { return fmt.Sprint("M", n+1) }}
	report, err := x.Export(context.Background(), rec, &out, record.ExportOptions{Now: time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC)})
	if err != nil {
		panic(err)
	}
	fmt.Println(strings.ReplaceAll(out.String(), "\r", "\n"))
	for _, i := range report.Issues {
		if i.Severity == record.SeverityError {
			fmt.Println(i.Code, i.Path)
		}
	}
	// Output:
	// MSH|^~\&|PORTAL||||20240102030405+0000||ADT^A31^ADT_A05|M1|P|2.5.1||||||UNICODE UTF-8
	// EVN|A31|20240102030405+0000
	// PID|1||A-1^^^&2.999.1&ISO||Muster\F\Example^Ada
	// AL1|1||716186003^No known allergy^SCT
	//
	// not-stated problems[0]
}
