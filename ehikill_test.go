package portage_test

import (
	"flag"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record/recordtest"
)

var (
	ehiKills    = flag.Int("ehi-kills", 4, "random moments at which TestEHIKilled ends an export with SIGKILL")
	ehiPatients = flag.Int("ehi-patients", 200, "patients of TestEHIPopulation")
	ehiJobs     = flag.Int("ehi-jobs", 0, "jobs of TestEHIPopulation; 0 for as many as cores")
	ehiZipped   = flag.Bool("ehi-zip", true, "parts of TestEHIPopulation are zips")
)

const ehiChild = "PORTAGE_EHI_CHILD"

const ehiKilledPatients = 60

// TestEHIChild is the process that TestEHIKilled ends.
func TestEHIChild(t *testing.T) {
	dir := os.Getenv(ehiChild)
	if dir == "" {
		t.Skip("for TestEHIKilled")
	}
	e := ehiExport()
	e.PartSize, e.Zip = 3, strings.HasSuffix(dir, "-zip")
	_, err := e.Folder(t.Context(), dir, &invented{n: ehiKilledPatients, size: recordtest.Small})
	require.NoError(t, err)
}

// An export that is killed at any moment goes on, and is the same to the byte as one that was not.
//
//	go test . -run TestEHIKilled -ehi-kills 100
func TestEHIKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("not in short mode")
	}
	child := func(dir string) *exec.Cmd {
		c := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestEHIChild$")
		c.Env = append(os.Environ(), ehiChild+"="+dir)
		return c
	}
	want := map[string]map[string]string{}
	whole := map[string]time.Duration{}
	for _, kind := range []string{"-folder", "-zip"} {
		dir := filepath.Join(t.TempDir(), "whole"+kind)
		start := time.Now()
		out, err := child(dir).CombinedOutput()
		require.NoError(t, err, "%s", out)
		whole[kind], want[kind] = time.Since(start), tree(t, dir)
	}
	random := rand.New(rand.NewPCG(7, uint64(*ehiKills)))
	killed, amid := 0, 0
	for killed < *ehiKills {
		kind := []string{"-folder", "-zip"}[killed%2]
		dir := filepath.Join(t.TempDir(), strconv.Itoa(killed)+kind)
		for again := true; again; {
			c := child(dir)
			require.NoError(t, c.Start())
			wait := time.Duration(random.Int64N(int64(whole[kind]) + 1))
			ended := make(chan error, 1)
			go func() { ended <- c.Wait() }()
			select {
			case err := <-ended: // faster than the clock
				require.NoError(t, err)
				again = false
			case <-time.After(wait):
				require.NoError(t, c.Process.Kill())
				if err := <-ended; err == nil {
					again = false // it had ended
					break
				}
				killed++
				if parts, _ := filepath.Glob(filepath.Join(dir, "parts", "*")); len(parts) > 0 {
					amid++
				}
				if _, err := os.Stat(filepath.Join(dir, "manifest.json")); err == nil {
					again = false
				} else if again = random.IntN(2) == 0; !again { // on to the end
					out, err := child(dir).CombinedOutput()
					require.NoError(t, err, "%s", out)
				}
			}
		}
		got := tree(t, dir)
		delete(got, "journal.ndjson") // where it was ended after the manifest was written
		require.Equal(t, want[kind], got)
	}
	t.Logf("%d exports were killed, %d of them while parts were written; all were the same in the end", killed, amid)
}

// A population is exported in memory that does not grow with it.
//
//	go test . -run TestEHIPopulation -ehi-patients 100000 -ehi-jobs 1 -v -timeout 0
func TestEHIPopulation(t *testing.T) {
	if testing.Short() {
		t.Skip("not in short mode")
	}
	e := ehiExport()
	e.PartSize, e.Jobs, e.Zip = 0, *ehiJobs, *ehiZipped
	dir := filepath.Join(t.TempDir(), "export")
	start := time.Now()
	res, err := e.Folder(t.Context(), dir, &invented{n: *ehiPatients, size: recordtest.Small})
	require.NoError(t, err)
	took := time.Since(start)
	require.Equal(t, *ehiPatients, res.Patients)
	peak := peakMemory()
	t.Logf("%d patients, %d files, %d MB in %s with %d jobs: %.0f patients/s, peak %d MB", res.Patients, res.Files, res.Bytes>>20, took.Round(time.Millisecond),
		*ehiJobs, float64(res.Patients)/took.Seconds(), peak>>20)
	if *ehiPatients >= 10000 { // of a process that does nothing else
		require.Less(t, peak, int64(300<<20))
	}
}

// peakMemory is the most that the process had in memory, in bytes; 0 where nobody tells.
func peakMemory() int64 {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			n, _ := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			return n << 10
		}
	}
	return 0
}
