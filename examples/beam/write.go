package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"time"

	"github.com/portage-health/portage/fhir"
	"github.com/portage-health/portage/record"
)

// shard gives the number of a chart's file, so that all its lines are in files of one number.
func shard(chart string, shards int) int {
	h := fnv.New32a()
	h.Write([]byte(chart))
	return int(h.Sum32() % uint32(shards))
}

func fileName(kind, ext string, n, shards int) string {
	if shards == 1 {
		return kind + ext
	}
	return fmt.Sprintf("%s.%04d%s", kind, n, ext)
}

// linesFn writes a chart as FHIR NDJSON: a line for each resource, under the file of its type.
type linesFn struct {
	Now    time.Time
	Shards int
}

func (f *linesFn) ProcessElement(ctx context.Context, chart string, text []byte, emit func(string, Line), dead func(Letter)) {
	fail := func(reason string) {
		failures.Inc(ctx, 1)
		dead(Letter{Input: chart, Stage: "write", Reason: reason})
	}
	rec, err := decode(ctx, text)
	if err != nil {
		fail(err.Error())
		return
	}
	var out bytes.Buffer
	rep, err := fhir.Exporter{Form: fhir.NDJSON}.Export(ctx, rec, &out, record.ExportOptions{Now: f.Now})
	if err != nil {
		fail(err.Error())
		return
	}
	lost.Inc(ctx, int64(rep.Counts.Lost))
	issues.Inc(ctx, int64(len(rep.Issues)))
	n := shard(chart, f.Shards)
	for i, line := range bytes.Split(bytes.TrimSuffix(out.Bytes(), []byte("\n")), []byte("\n")) {
		var head struct {
			ResourceType string `json:"resourceType"`
		}
		if json.Unmarshal(line, &head) != nil || head.ResourceType == "" {
			fail("a line is no resource")
			return
		}
		emit(fileName(head.ResourceType, ".ndjson", n, f.Shards), Line{Place: fmt.Sprintf("%s %08d", chart, i), Text: bytes.Clone(line)})
	}
}
