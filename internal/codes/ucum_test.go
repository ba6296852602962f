package codes_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/record"
)

func ExampleUCUM() {
	for _, unit := range []string{"mg/dL", "10 mL", "MG/DL"} {
		fmt.Println(codes.UCUM(unit) == record.Yes, codes.UCUM(unit) == record.No)
	}
	// Output:
	// true false
	// false true
	// false false
}

func TestUCUM(t *testing.T) {
	for answer, units := range map[record.Answer][]string{
		record.Yes: {
			"mg/dL", "1", "{tablet}", "[lb_av]", "/min", "10*3/uL", "10^9/L", "[degF]", "Cel", "mm[Hg]", "kg/m2", "%", "%{vol}",
			"mL/min/{1.73_m2}", "mL/min/(173.10*-2.m2)", "U/L", "[iU]/mL", "k[iU]/L", "ug/(24.h)", "mmol/L", "meq/L", "mosm/kg", "ng/mL{FEU}",
			"/[HPF]", "{score}", "m/s2", "s-1", "10*-6", "L/(min.m2)", "[in_i]", "[ft_i]", "h", "d", "wk", "mo", "a", "min", "kPa", "dB",
			"cm[H2O]", "dyn.s/cm5", "dyn.s.cm-5", "mg/kg/h", "{beats}/min", "10.mL", "[pH]", "mGy.cm", "MBq", "umol/min/g", "[in_i'H2O]", "deg", "dam",
			"((m))", "1/min", "24.h", "pmol/L", "uS", "mT", "g{creat}", "[CFU]/mL", "B[SPL]", "M[iU]",
		},
		record.No: {
			"", " ", "10 mL", "mm Hg", "tablet(s)", "mg / dL", "mg/", "//min", "/", ".", "mg//dL", "(mg", "mg)", "()", "{", "{a", "{a{b}}", "[", "[]", "]",
			"10mL", "m+", "m-", "10*+", "mg\t", "mg/dL ", "µg", "µmol/L", "{µ}", "m 2", "a=b", "\"", "2m", "m2m",
		},
		record.Unknown: {
			"MG/DL", "degF", "mmHg", "lbs", "IU", "IU/L", "mEq/L", "tablet", "bpm", "ML", "MG", "G", "C", "F", "mL/min/1.73.m2", "sec", "cc", "mcg", "x", "[nonsense]", "K/uL.xx", "mg,dL",
		},
	} {
		for _, unit := range units {
			require.Equal(t, answer, codes.UCUM(unit), "%q", unit)
		}
	}
	// Deep nesting ends.
	deep := ""
	for range 10000 {
		deep += "("
	}
	require.Equal(t, record.No, codes.UCUM(deep))
	require.Zero(t, testing.AllocsPerRun(10, func() { codes.UCUM("mL/min/{1.73_m2}") }))
}

func FuzzUCUM(f *testing.F) {
	for _, s := range []string{"mg/dL", "10*3/uL", "{a}", "(m.s)", "[in_i'H2O]", "1.73", ".5", "m/.1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if codes.UCUM(s) != record.No {
			for _, c := range []byte(s) {
				require.True(t, c > ' ' && c <= '~')
			}
		}
	})
}

func BenchmarkUCUM(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		codes.UCUM("mL/min/{1.73_m2}")
	}
}
