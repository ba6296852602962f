package consent

import (
	"encoding/binary"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

// What a time covers, as precise as it was given; what is no time covers nothing.
func TestSpan(t *testing.T) {
	east := time.FixedZone("", 2*3600)
	tests := map[string][2]string{
		"2022":                          {"2022-01-01T00:00:00+02:00", "2023-01-01T00:00:00+02:00"},
		"2022-12":                       {"2022-12-01T00:00:00+02:00", "2023-01-01T00:00:00+02:00"},
		"2024-02-29":                    {"2024-02-29T00:00:00+02:00", "2024-03-01T00:00:00+02:00"},
		"2022-03-04T05":                 {"2022-03-04T05:00:00+02:00", "2022-03-04T06:00:00+02:00"},
		"2022-03-04T05Z":                {"2022-03-04T05:00:00Z", "2022-03-04T06:00:00Z"},
		"2022-03-04T05:06":              {"2022-03-04T05:06:00+02:00", "2022-03-04T05:07:00+02:00"},
		"2022-03-04T05:06:07-05:00":     {"2022-03-04T05:06:07-05:00", "2022-03-04T05:06:08-05:00"},
		"2022-03-04T05:06:07.5Z":        {"2022-03-04T05:06:07.5Z", "2022-03-04T05:06:07.500000001Z"},
		"2022-03-04T05:06:07.123456789": {"2022-03-04T05:06:07.123456789+02:00", "2022-03-04T05:06:07.12345679+02:00"},
	}
	for v, want := range tests {
		from, to, ok := span(record.Time{Value: v}, east)
		require.True(t, ok, v)
		for i, got := range []time.Time{from, to} {
			at, err := time.Parse(time.RFC3339Nano, want[i])
			require.NoError(t, err)
			require.True(t, at.Equal(got), "%s: %s, not %s", v, got, want[i])
		}
	}
	for _, v := range []string{"", "20", "nonsense", "2022-", "2022-1", "2022-13", "2022-00", "2022-02-30", "2023-02-29", "2022-02-00", "2022-02-3", "2022/02", "2022-02-03 05", "2022-02-03T", "2022-02-03T5", "2022-02-03T24",
		"2022-02-03T05:", "2022-02-03T05:60", "2022-02-03T05:06:60", "2022-02-03T05:06:07.", "2022-02-03T05:06:07,5", "2022-02-03T05:06:07.x", "2022-02-03T05.06", "2022-02-03T05:06+2", "2022-02-03T05:06+02", "2022-02-03T05:06Zulu"} {
		_, _, ok := span(record.Time{Value: v}, east)
		require.False(t, ok, v)
	}
}

// A time with an offset is that of its offset, whatever the clock of the place that the program runs in does in summer.
func TestOffsetIsNotThePlaces(t *testing.T) {
	u32 := func(list ...int32) (b []byte) {
		for _, x := range list {
			b = binary.BigEndian.AppendUint32(b, uint32(x))
		}
		return b
	}
	// Five hours west of UTC, four in the summer of 2022 (RFC 8536, version 1).
	zone := append([]byte("TZif"), make([]byte, 16)...)
	zone = append(zone, u32(0, 0, 0, 2, 2, 8, 1647154800, 1667714400)...)
	zone = append(zone, 1, 0)
	zone = append(append(zone, u32(-5*3600)...), 0, 0)
	zone = append(append(zone, u32(-4*3600)...), 1, 4)
	place, err := time.LoadLocationFromTZData("place", append(zone, "EST\x00EDT\x00"...))
	require.NoError(t, err)
	summer := time.Date(2022, 7, 1, 10, 0, 0, 0, place)
	require.Equal(t, 14, summer.UTC().Hour())

	was := time.Local
	time.Local = place
	t.Cleanup(func() { time.Local = was })
	from, to, ok := spanOf("2022-07-01T10:00:00-05:00", time.UTC)
	require.True(t, ok)
	require.Equal(t, 15, from.UTC().Hour())
	require.Equal(t, time.Second, to.Sub(from))
}

// The numbers that a decision compares are those of the calendar: of every day that a century ends in or a leap year has, with
// clocks put forward or not, and of years that nobody lives in.
func TestInstants(t *testing.T) {
	var values []string
	for _, year := range []int{0, 1, 4, 99, 100, 400, 1582, 1600, 1700, 1899, 1900, 1901, 1969, 1970, 1999, 2000, 2001, 2023, 2024, 2025, 2100, 2101, 2400, 9999} {
		values = append(values, fmt.Sprintf("%04d", year))
		for month := 1; month <= 12; month++ {
			values = append(values, fmt.Sprintf("%04d-%02d", year, month))
			for day := 1; day <= daysIn(year, month); day++ {
				date := fmt.Sprintf("%04d-%02d-%02d", year, month, day)
				values = append(values, date, date+"T02", date+"T02:30", date+"T23:59:59", date+"T23:59:59.999999999Z", date+"T00:00:00+05:45", date+"T12:00:00.5-05:00")
			}
		}
	}
	east := time.FixedZone("", 2*3600)
	for _, loc := range []*time.Location{time.UTC, east} {
		for _, v := range values {
			from, to, ok := spanOf(v, loc)
			require.True(t, ok, v)
			c := clock{loc: loc}
			first, after, ok := c.span(v)
			require.True(t, ok, v)
			if instantOf(from) != first || instantOf(to) != after {
				t.Fatalf("%s: %v to %v, not %s to %s", v, first, after, from, to)
			}
		}
	}
	require.Equal(t, []int{28, 29, 28, 29}, []int{daysIn(1900, 2), daysIn(2000, 2), daysIn(2023, 2), daysIn(2024, 2)})
}
