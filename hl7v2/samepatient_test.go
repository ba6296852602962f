package hl7v2

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

// TestSamePatient holds that numbers that several people have do not make one patient of them (HL7 v2.5.1 3.4.2.3, table 0203).
func TestSamePatient(t *testing.T) {
	pid := func(facility, numbers, name, born string) string {
		return strings.Join([]string{`MSH|^~\&|A|` + facility + `|R|R|20240101||ADT^A31^ADT_A05|` + name + numbers + `|P|2.5.1`, "EVN||20240101",
			"PID|1||" + numbers + "||" + name + "||" + born + "|F", "PV1|1|N"}, "\r")
	}
	for name, c := range map[string]struct {
		messages []string
		want     int
		shared   int
	}{
		"one number":                        {[]string{pid("F", "1^^^A^MR", "Quill^Ada", "1970"), pid("F", "1^^^A^MR", "Rook^Ada", "1971")}, 1, 0},
		"with a type and without":           {[]string{pid("F", "1^^^A^MR", "Quill^Ada", "1970"), pid("F", "1^^^A", "Quill^Ada", "1970")}, 1, 0},
		"without a type and with":           {[]string{pid("F", "1^^^A", "Quill^Ada", "1970"), pid("F", "1^^^A^MR", "Quill^Ada", "1970")}, 1, 0},
		"numbers of two kinds":              {[]string{pid("F", "1^^^A^MR", "Quill^Ada", "1970"), pid("F", "1^^^A^AN", "Rook^Bo", "1980")}, 2, 0},
		"of two authorities":                {[]string{pid("F", "1^^^A^MR", "Quill^Ada", "1970"), pid("F", "1^^^B^MR", "Quill^Ada", "1970")}, 2, 0},
		"of two senders":                    {[]string{pid("F", "1", "Quill^Ada", "1970"), pid("G", "1", "Quill^Ada", "1970")}, 2, 0},
		"null":                              {[]string{pid("F", `""`, "Quill^Ada", "1970"), pid("F", `""`, "Rook^Bo", "1980")}, 2, 0},
		"a number of everybody":             {[]string{pid("F", "1^^^A^MR~000-00-0000^^^USSSA^SS", "Quill^Ada", "1970"), pid("F", "2^^^A^MR~000-00-0000^^^USSSA^SS", "Rook^Bo", "1970")}, 2, 1},
		"a number of everybody, born apart": {[]string{pid("F", "1^^^A^MR~000-00-0000^^^USSSA^SS", "Quill^Ada", "1970"), pid("G", "2^^^B^MR~000-00-0000^^^USSSA^SS", "Rook^Bo", "19800101")}, 2, 1},
		"a number of a person":              {[]string{pid("F", "1^^^A^MR~123-45-6789^^^USSSA^SS", "Quill^Ada", "1970"), pid("G", "2^^^B^MR~123-45-6789^^^USSSA^SS", "Rook^Ada", "19700304")}, 1, 0},
		"insured together":                  {[]string{pid("F", "1^^^A^MR~77^^^PAYER^SN", "Quill^Ada", "1970"), pid("G", "2^^^B^MR~77^^^PAYER^SN", "Quill^Bo", "1970")}, 2, 0},
		"insured alone":                     {[]string{pid("F", "1^^^A^MR~77^^^PAYER^MB", "Quill^Ada", "1970"), pid("G", "2^^^B^MR~77^^^PAYER^MB", "Quill^Ada", "1970")}, 1, 0},
		"an account alone":                  {[]string{pid("F", "9^^^A^AN", "Quill^Ada", "1970"), pid("F", "9^^^A^AN", "Quill^Ada", "1970")}, 1, 0},
		"a third, once it is known to be of two": {[]string{pid("F", "1^^^A^MR~0^^^USSSA^SS", "Quill^Ada", "1970"), pid("F", "2^^^A^MR~0^^^USSSA^SS", "Rook^Bo", "1970"),
			pid("G", "0^^^USSSA^SS", "Quill^Ada", "1970"), pid("F", "1^^^A^MR~0^^^USSSA^SS", "Quill^Ada", "1970")}, 3, 1},
		"two numbers of one authority": {[]string{pid("F", "1^^^A^MR~2^^^A^MR", "Quill^Ada", "1970"), pid("F", "2^^^A^MR", "Quill^Ada", "1970")}, 1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			all := imported(t, []byte(strings.Join(c.messages, "\r")+"\r"))
			require.Len(t, all, c.want)
			shared := 0
			for _, x := range all {
				for _, code := range issueCodes(x.Report) {
					if code == record.IssueSharedIdentifier.Code {
						shared++
					}
				}
			}
			require.Equal(t, c.shared, shared)
		})
	}
}

// Very many numbers, of very many people, cost no more than their number.
func TestVeryManyNumbers(t *testing.T) {
	var b strings.Builder
	for i := range 2000 {
		fmt.Fprintf(&b, "MSH|^~\\&|A|F|R|R|20240101||ADT^A31^ADT_A05|%d|P|2.5.1\rPID|1||%d^^^A^MR~0^^^S^SS", i, i)
		for k := range 20 {
			fmt.Fprintf(&b, "~%d^^^S^SS~%d^^^A^MR", k, 1000000+20*i+k)
		}
		b.WriteString("||Quill^Ada\r")
	}
	require.Len(t, imported(t, []byte(b.String())), 2000)
}
