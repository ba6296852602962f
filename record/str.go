package record

import "encoding/json"

func marshalString(s string) []byte {
	b, _ := json.Marshal(s) // a string always marshals
	return b
}

func unmarshalString(b []byte) (string, error) {
	var s string
	err := json.Unmarshal(b, &s)
	return s, err
}
