package audit

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// CSVHeader gives the names of the columns of an event as CSV. The last holds the whole event as JSON; those before it
// are for people.
func CSVHeader() []string {
	return []string{"recorded", "id", "phase", "intent", "kind", "action", "outcome", "reason", "start", "end", "patient", "agents", "requestor", "purposes",
		"recipient", "recipientAddress", "description", "purpose", "basis", "citation", "format", "bytes", "digest", "counts", "withheld", "decision", "policies",
		"source", "request", "event"}
}

// CSVRow gives the cells of an event, by CSVHeader. A cell that a spreadsheet would take for a formula begins with an
// apostrophe; the event in the last one is as it is.
func (e *Event) CSVRow() ([]string, error) {
	data, err := e.AppendJSON(nil)
	if err != nil {
		return nil, err
	}
	at := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.UTC().Format(time.RFC3339Nano)
	}
	var patient, agents, requestor, purposes []string
	if e.Patient != nil {
		for _, id := range e.Patient.Identifiers {
			patient = append(patient, name(Party{ID: id}))
		}
		if e.Patient.Reference != "" {
			patient = append(patient, e.Patient.Reference)
		}
	}
	for i := range e.Agents {
		a := &e.Agents[i]
		agents = append(agents, string(a.Role)+" "+name(a.Party))
		if a.Requestor {
			requestor = append(requestor, name(a.Party))
		}
	}
	for _, c := range e.Purposes {
		purposes = append(purposes, c.Code)
	}
	row := []string{at(e.Recorded), e.ID, string(e.Phase), e.Intent, string(e.Kind), string(e.Action), string(e.Outcome), string(e.Reason), at(e.Period.Start), at(e.Period.End),
		strings.Join(patient, "; "), strings.Join(agents, "; "), strings.Join(requestor, "; "), strings.Join(purposes, "; ")}
	if d := e.Disclosure; d != nil {
		row = append(row, name(d.Recipient), strings.Join(d.Recipient.Address, ", "), Describe(e), d.Purpose, string(d.Basis), d.Citation)
	} else {
		row = append(row, "", "", "", "", "", "")
	}
	if p := e.Payload; p != nil {
		digest := ""
		if p.Digest != nil {
			digest = p.Digest.Algorithm + ":" + p.Digest.Value
		}
		row = append(row, strings.TrimSpace(p.Format+" "+p.Version), strconv.FormatInt(p.Bytes, 10), digest, counts(p.Counts))
	} else {
		row = append(row, "", "", "", "")
	}
	if d := e.Decision; d != nil {
		var policies []string
		for _, p := range d.Policies {
			policies = append(policies, strings.TrimSpace(p.ID+" "+p.Version))
		}
		row = append(row, counts(slices.Concat(d.Withheld, d.Masked)), d.Final, strings.Join(policies, "; "))
	} else {
		row = append(row, "", "", "")
	}
	row = append(row, name(e.Source.Observer), e.Request)
	for i, s := range row {
		if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
			row[i] = "'" + s
		}
	}
	return append(row, string(data)), nil
}

func appendCSV(b []byte, e *Event) ([]byte, error) {
	row, err := e.CSVRow()
	if err != nil {
		return b, err
	}
	return csvLine(b, row), nil
}

// name is what a party is called: its name, else how it is known.
func name(p Party) string {
	for _, s := range []string{p.Name, p.ID.System + "|" + p.ID.Value, p.Reference, p.AltID} {
		if s != "" && s != "|" {
			return strings.TrimPrefix(s, "|")
		}
	}
	return ""
}

func counts(list []Count) string {
	var out []string
	for _, c := range list {
		out = append(out, strconv.FormatInt(c.Count, 10)+" "+c.Kind)
	}
	return strings.Join(out, "; ")
}

// Describe says in brief what was disclosed, by kinds (45 CFR 164.528(b)(2)(iii)): the host's own words where it gave
// any, else the counts of the payload.
func Describe(e *Event) string {
	if e.Disclosure != nil && e.Disclosure.Description != "" {
		return e.Disclosure.Description
	}
	if e.Payload == nil {
		return ""
	}
	var parts []string
	for _, c := range e.Payload.Counts {
		if c.Count > 0 {
			parts = append(parts, c.Kind+" ("+strconv.FormatInt(c.Count, 10)+")")
		}
	}
	return strings.Join(parts, ", ")
}
