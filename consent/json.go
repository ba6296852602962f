package consent

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"slices"
	"strings"
	"sync"
)

// Errors of ReadRequest. None repeats anything of its input.
var (
	ErrRequest        = errors.New("consent: request: not the JSON of a request")
	ErrRequestMember  = errors.New("consent: request: a member that no request has, or one twice")
	ErrRequestMissing = errors.New("consent: request: no time to decide for")
)

// mostRequest is how many bytes a request may have.
const mostRequest = 1 << 20

// ReadRequest reads a request from its JSON (docs/consent.md). What is not understood is an error: a member that no request
// has (names are told apart by case), one that stands twice, a word of no list, a second value after the first. A host denies then.
func ReadRequest(r io.Reader) (*Request, error) {
	b, err := io.ReadAll(io.LimitReader(r, mostRequest+1))
	if err != nil || len(b) > mostRequest {
		return nil, ErrRequest
	}
	req := new(Request)
	if err := req.UnmarshalJSON(b); err != nil {
		return nil, err
	}
	return req, nil
}

// UnmarshalJSON reads a request as ReadRequest does.
func (r *Request) UnmarshalJSON(b []byte) error {
	type bare Request
	var got bare
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&got); err != nil {
		if strings.Contains(err.Error(), "unknown field") {
			return ErrRequestMember
		}
		return ErrRequest
	}
	if _, err := d.Token(); err != io.EOF {
		return ErrRequest
	}
	// encoding/json takes "PURPOSES" for "purposes", and the last of two: neither may be.
	exact := true
	if !eachMember(b, func(name string) { exact = exact && memberNames()[name] }) || !exact {
		return ErrRequestMember
	}
	q := Request(got)
	switch {
	case q.At.IsZero():
		return ErrRequestMissing
	case q.invalid() != "":
		return ErrRequest
	}
	*r = q
	return nil
}

// memberNames are the names of all members that a request can have anywhere in it.
var memberNames = sync.OnceValue(func() map[string]bool {
	names, seen := map[string]bool{}, map[reflect.Type]bool{}
	var each func(t reflect.Type)
	each = func(t reflect.Type) {
		for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
			t = t.Elem()
		}
		if t.Kind() != reflect.Struct || seen[t] {
			return
		}
		seen[t] = true
		for i := range t.NumField() {
			f := t.Field(i)
			if n, _, _ := strings.Cut(f.Tag.Get("json"), ","); n != "" {
				names[n] = true
			}
			each(f.Type)
		}
	}
	each(reflect.TypeFor[Request]())
	return names
})

// eachMember calls f with the name of every member of every object, and reports false where an object has one twice.
func eachMember(b []byte, f func(string)) bool {
	d := json.NewDecoder(bytes.NewReader(b))
	type level struct {
		object bool
		key    bool // a name comes next
		names  []string
	}
	var stack []level
	for {
		t, err := d.Token()
		if err == io.EOF {
			return true
		}
		if err != nil {
			return false
		}
		top := len(stack) - 1
		switch x := t.(type) {
		case json.Delim:
			if x == '}' || x == ']' {
				stack = stack[:top]
				top--
			} else {
				stack = append(stack, level{object: x == '{', key: x == '{'})
				continue
			}
		case string:
			if top >= 0 && stack[top].object && stack[top].key {
				if slices.ContainsFunc(stack[top].names, func(n string) bool { return strings.EqualFold(n, x) }) {
					return false
				}
				stack[top].names = append(stack[top].names, x)
				stack[top].key = false
				f(x)
				continue
			}
		}
		if top >= 0 && stack[top].object {
			stack[top].key = true
		}
	}
}

// MarshalJSON writes a decision. Its reasons, residual rules, obligations, basis and counts of what is withheld are there even where they are empty.
func (d Decision) MarshalJSON() ([]byte, error) {
	type bare Decision
	x := struct {
		Outcome     Outcome      `json:"outcome"`
		Final       Effect       `json:"final"`
		Reasons     []Reason     `json:"reasons"`
		Residual    []Stage      `json:"residual"`
		Obligations []Obligation `json:"obligations"`
		Basis       []Basis      `json:"basis"`
		Withheld    []Count      `json:"withheld"`
		bare
	}{d.Outcome, d.Final, d.Reasons, d.Residual, d.Obligations, d.Basis, d.Withheld, bare(d)}
	x.Reasons, x.Residual, x.Obligations = present(x.Reasons), present(x.Residual), present(x.Obligations)
	x.Basis, x.Withheld = present(x.Basis), present(x.Withheld)
	return json.Marshal(x)
}

// present gives a list that JSON writes as a list even where it is empty.
func present[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
