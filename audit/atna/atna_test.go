package atna_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/audit"
	"github.com/portage-health/portage/audit/atna"
	"github.com/portage-health/portage/audit/audittest"
)

// node is any element of a message.
type node struct {
	XMLName xml.Name
	Attr    []xml.Attr `xml:",any,attr"`
	Child   []node     `xml:",any"`
	Text    string     `xml:",chardata"`
}

func (n node) attr(name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Name.Local == name {
			return a.Value, true
		}
	}
	return "", false
}

func (n node) all(name string) (out []node) {
	for _, c := range n.Child {
		if c.XMLName.Local == name {
			out = append(out, c)
		}
	}
	return out
}

// schema is what PS3.15 A.5.1 asks of each element: the attributes it must and may have, and how often its children stand,
// in their order.
var schema = map[string]struct {
	must, may []string
	children  []string // name, or name? name* name+
}{
	"AuditMessage":              {children: []string{"EventIdentification", "ActiveParticipant+", "AuditSourceIdentification", "ParticipantObjectIdentification*"}},
	"EventIdentification":       {must: []string{"EventDateTime", "EventOutcomeIndicator"}, may: []string{"EventActionCode"}, children: []string{"EventID", "EventTypeCode*", "EventOutcomeDescription?", "PurposeOfUse*"}},
	"EventID":                   {must: []string{"csd-code", "codeSystemName", "originalText"}},
	"EventTypeCode":             {must: []string{"csd-code", "codeSystemName", "originalText"}},
	"PurposeOfUse":              {must: []string{"csd-code", "codeSystemName", "originalText"}},
	"EventOutcomeDescription":   {},
	"ActiveParticipant":         {must: []string{"UserID", "UserIsRequestor"}, may: []string{"AlternativeUserID", "UserName", "NetworkAccessPointID", "NetworkAccessPointTypeCode"}, children: []string{"RoleIDCode*"}},
	"RoleIDCode":                {must: []string{"csd-code", "codeSystemName", "originalText"}},
	"AuditSourceIdentification": {must: []string{"AuditSourceID"}, may: []string{"AuditEnterpriseSiteID"}, children: []string{"AuditSourceTypeCode*"}},
	"AuditSourceTypeCode":       {must: []string{"csd-code", "codeSystemName", "originalText"}},
	"ParticipantObjectIdentification": {must: []string{"ParticipantObjectID"},
		may:      []string{"ParticipantObjectTypeCode", "ParticipantObjectTypeCodeRole", "ParticipantObjectDataLifeCycle", "ParticipantObjectSensitivity"},
		children: []string{"ParticipantObjectIDTypeCode", "ParticipantObjectQuery?", "ParticipantObjectDetail*"}},
	"ParticipantObjectIDTypeCode": {must: []string{"csd-code", "codeSystemName", "originalText"}},
	"ParticipantObjectQuery":      {},
	"ParticipantObjectDetail":     {must: []string{"type", "value"}},
}

// values are those that the schema allows.
var values = map[string]*regexp.Regexp{
	"EventActionCode":                regexp.MustCompile(`^[CRUDE]$`),
	"EventDateTime":                  regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$`),
	"EventOutcomeIndicator":          regexp.MustCompile(`^(0|4|8|12)$`),
	"UserIsRequestor":                regexp.MustCompile(`^(true|false)$`),
	"NetworkAccessPointTypeCode":     regexp.MustCompile(`^[1-5]$`),
	"ParticipantObjectTypeCode":      regexp.MustCompile(`^[1-4]$`),
	"ParticipantObjectTypeCodeRole":  regexp.MustCompile(`^([1-9]|1\d|2[0-6])$`),
	"ParticipantObjectDataLifeCycle": regexp.MustCompile(`^([1-9]|1[0-5])$`),
	"csd-code":                       regexp.MustCompile(`^\S+$`),
	"codeSystemName":                 regexp.MustCompile(`.`),
	"originalText":                   regexp.MustCompile(`.`),
	"type":                           regexp.MustCompile(`.`),
	"value":                          regexp.MustCompile(`^[A-Za-z0-9+/]+=*$`),
	"ParticipantObjectID":            regexp.MustCompile(``),
}

// faults gives what of the schema an element does not meet.
func faults(n node) (out []string) {
	name := n.XMLName.Local
	want, ok := schema[name]
	if !ok {
		return []string{"no element " + name}
	}
	for _, m := range want.must {
		if _, ok := n.attr(m); !ok {
			out = append(out, name+" without "+m)
		}
	}
	for _, a := range n.Attr {
		known := false
		for _, m := range append(append([]string{}, want.must...), want.may...) {
			known = known || m == a.Name.Local
		}
		if !known {
			out = append(out, name+" with "+a.Name.Local)
		}
		if re := values[a.Name.Local]; re != nil && !re.MatchString(a.Value) {
			out = append(out, name+": "+a.Name.Local+" is not of its list")
		}
	}
	at := 0
	for _, c := range want.children {
		base := strings.TrimRight(c, "?*+")
		count := 0
		for at < len(n.Child) && n.Child[at].XMLName.Local == base {
			at, count = at+1, count+1
		}
		if (c == base || strings.HasSuffix(c, "+")) && count == 0 || (c == base || strings.HasSuffix(c, "?")) && count > 1 {
			out = append(out, name+": "+c+" "+strconv.Itoa(count)+" times")
		}
	}
	if at < len(n.Child) {
		out = append(out, name+": "+n.Child[at].XMLName.Local+" out of order")
	}
	for _, c := range n.Child {
		out = append(out, faults(c)...)
	}
	return out
}

func parse(t *testing.T, text []byte) node {
	t.Helper()
	var n node
	d := xml.NewDecoder(bytes.NewReader(text))
	require.NoError(t, d.Decode(&n), "%s", text)
	_, err := d.Token()
	require.Equal(t, io.EOF, err, "one root, and nothing behind it")
	return n
}

var kinds = []audit.Kind{audit.KindDisclose, audit.KindReceive, audit.KindExport, audit.KindRead, audit.KindQuery, audit.KindCreate, audit.KindUpdate, audit.KindDelete, audit.KindMerge,
	audit.KindDecide, audit.KindConsent, audit.KindOther, audit.KindStart, audit.KindStop, audit.KindConfigure, audit.KindPrivilege, audit.KindVerify, audit.KindRepair, audit.KindRetire,
	audit.KindAccess, audit.KindAccount}

func TestEveryKindMeetsTheSchema(t *testing.T) {
	for _, k := range kinds {
		for _, e := range []*audit.Event{audittest.Full(), {ID: "ev-1", Recorded: audittest.Start, Outcome: audit.OutcomeSuccess}} {
			e.Kind, e.Action = k, k.Action()
			if k == audit.KindOther {
				e.Subtypes = []audit.Code{{System: "https://ehr.example.org/events", Code: "print"}}
			}
			if e.Validate() != nil { // a disclosure tells of whom and to whom
				require.Contains(t, []audit.Kind{audit.KindDisclose}, k)
				continue
			}
			text, err := atna.Marshal(e)
			require.NoError(t, err, k)
			require.Empty(t, faults(parse(t, text)), "%s: %s", k, text)
		}
	}
}

// The schema finds faults: each of these breaks one of its rules.
func TestTheSchemaFindsFaults(t *testing.T) {
	good, err := atna.Marshal(audittest.Full())
	require.NoError(t, err)
	for old, new := range map[string]string{
		`EventOutcomeIndicator="8"`: `EventOutcomeIndicator="1"`, ` csd-code="110106"`: ``, `UserIsRequestor="true"`: `UserIsRequestor="yes"`, "<EventID": "<EventTypeCode",
		` UserID=`: ` User=`, ` AuditSourceID=`: ` SourceID=`, `ParticipantObjectIDTypeCode`: `ParticipantObjectName`,
	} {
		bad := []byte(strings.ReplaceAll(string(good), old, new))
		require.NotEqual(t, string(good), string(bad), old)
		if old == "<EventID" {
			bad = bytes.ReplaceAll(bad, []byte("</EventID"), []byte("</EventTypeCode"))
		}
		require.NotEmpty(t, faults(parse(t, bad)), old)
	}
}

func TestWhatADisclosureTells(t *testing.T) {
	text, err := atna.Marshal(audittest.Full())
	require.NoError(t, err)
	m := parse(t, text)
	get := func(n node, name string) string { v, _ := n.attr(name); return v }
	ev := m.all("EventIdentification")[0]
	require.Equal(t, "110106", get(ev.all("EventID")[0], "csd-code"))
	require.Equal(t, "2026-03-02T09:30:00.123Z", get(ev, "EventDateTime"))
	require.Equal(t, "8", get(ev, "EventOutcomeIndicator"))
	require.Equal(t, "the destination failed", ev.all("EventOutcomeDescription")[0].Text)
	p := m.all("ActiveParticipant")
	require.Len(t, p, 2)
	require.Equal(t, []string{"id-src", "Lakeside Records", "true", "records.example.org", "1", "110153"},
		[]string{get(p[0], "UserID"), get(p[0], "UserName"), get(p[0], "UserIsRequestor"), get(p[0], "NetworkAccessPointID"), get(p[0], "NetworkAccessPointTypeCode"), get(p[0].all("RoleIDCode")[0], "csd-code")})
	require.Equal(t, "110152", get(p[1].all("RoleIDCode")[0], "csd-code"))
	require.Equal(t, "id-obs", get(m.all("AuditSourceIdentification")[0], "AuditSourceID"))
	o := m.all("ParticipantObjectIdentification")
	require.Equal(t, []string{"MRN-7001^^^&2.16.840.1.113883.19.5&ISO", "1", "1", "2"},
		[]string{get(o[0], "ParticipantObjectID"), get(o[0], "ParticipantObjectTypeCode"), get(o[0], "ParticipantObjectTypeCodeRole"), get(o[0].all("ParticipantObjectIDTypeCode")[0], "csd-code")})
}

// Everything that an event says is in its message: take any leaf away, and the message is another.
func TestNothingOfAnEventIsLost(t *testing.T) {
	e := audittest.Full()
	whole, err := atna.Marshal(e)
	require.NoError(t, err)
	seen := 0
	var walk func(v reflect.Value, path string)
	walk = func(v reflect.Value, path string) {
		if v.IsZero() {
			return
		}
		switch {
		case v.Kind() == reflect.Pointer:
			walk(v.Elem(), path)
		case v.Kind() == reflect.Slice && v.Type().Elem().Kind() != reflect.Uint8:
			for i := range v.Len() {
				walk(v.Index(i), path+"[]")
			}
		case v.Kind() == reflect.Struct && v.Type() != reflect.TypeFor[time.Time]():
			for i := range v.NumField() {
				walk(v.Field(i), path+"."+v.Type().Field(i).Name)
			}
		default:
			was := reflect.New(v.Type()).Elem()
			was.Set(v)
			v.SetZero()
			if e.Validate() == nil && e.Phase != audit.PhaseIntent {
				seen++
				got, err := atna.Marshal(e)
				require.NoError(t, err)
				require.NotEqual(t, string(whole), string(got), path)
			}
			v.Set(was)
		}
	}
	walk(reflect.ValueOf(e).Elem(), "")
	require.Greater(t, seen, 50)
}

// A name can break out of nothing: neither of an attribute nor of a header.
func TestInjection(t *testing.T) {
	e := audittest.Event(1)
	e.Agents[0].Name = `"><x a='&amp;]]>` + "\u2028<14>1 - - - - - -"
	text, err := atna.Marshal(e)
	require.NoError(t, err)
	m := parse(t, text)
	require.Empty(t, faults(m))
	got, _ := m.all("ActiveParticipant")[0].attr("UserName")
	require.Equal(t, e.Agents[0].Name, got)
	f, err := atna.Frame(e, atna.Options{Hostname: "a b\nc<é", AppName: strings.Repeat("x", 100), ProcID: "\x00"})
	require.NoError(t, err)
	require.Regexp(t, `^<85>1 2026-03-02T09:30:01\.123000Z abc< x{48} - DICOM\+RFC3881 - `+"\ufeff<AuditMessage>", string(f))
}

func TestFrames(t *testing.T) {
	var out bytes.Buffer
	s := atna.NewSink(&out, atna.Options{Hostname: "records.example.org", AppName: "portage", ProcID: "7"})
	require.NoError(t, s.Append(t.Context(), audittest.Event(1), audittest.Intent(2), audittest.Event(3)))
	require.Error(t, s.Append(t.Context(), audittest.Event(4), &audit.Event{}), "nothing of a call with an event that is not valid")
	require.NoError(t, s.Append(t.Context(), audittest.Outcome(5, 2)))
	n := 0
	for rest := out.Bytes(); len(rest) > 0; n++ {
		size, after, ok := bytes.Cut(rest, []byte(" "))
		require.True(t, ok)
		long, err := strconv.Atoi(string(size))
		require.NoError(t, err)
		frame := after[:long]
		_, body, ok := bytes.Cut(frame, []byte(" - \ufeff"))
		require.True(t, ok)
		require.Empty(t, faults(parse(t, body)))
		rest = after[long:]
	}
	require.Equal(t, 3, n, "an intent has no message, its outcome has")
	_, err := atna.Marshal(audittest.Intent(1))
	require.ErrorIs(t, err, atna.ErrIntent)
	bad := atna.NewSink(failing{}, atna.Options{})
	require.ErrorIs(t, bad.Append(t.Context(), audittest.Event(1)), audit.ErrBroken)
	require.ErrorIs(t, bad.Append(t.Context(), audittest.Event(1)), audit.ErrBroken)
}

func TestDatagrams(t *testing.T) {
	var w writes
	s := atna.NewSink(&w, atna.Options{Framing: atna.Datagrams})
	require.NoError(t, s.Append(t.Context(), audittest.Event(1), audittest.Event(2)))
	require.Len(t, w, 2)
	for _, f := range w {
		require.True(t, strings.HasPrefix(f, "<85>1 "))
	}
	big := audittest.Event(3)
	big.Agents[0].Address = []string{strings.Repeat("x", 70_000)}
	if big.Validate() == nil {
		require.ErrorIs(t, s.Append(t.Context(), big), atna.ErrTooLarge)
		require.Len(t, w, 2)
	}
}

type writes []string

func (w *writes) Write(p []byte) (int, error) { *w = append(*w, string(p)); return len(p), nil }

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errors.New("full") }

// medium is a writer that can fail from some time on.
type medium struct {
	bytes.Buffer
	broken bool
}

func (m *medium) Write(p []byte) (int, error) {
	if m.broken {
		n, _ := m.Buffer.Write(p[:len(p)/2])
		return n, io.ErrShortWrite
	}
	return m.Buffer.Write(p)
}

// The sink is held to the contract by its bytes: frame behind frame, and none for intents. A datagram has no room for a large
// event, and says so.
func TestSinkByItsBytes(t *testing.T) {
	subject := func(o atna.Options) audittest.Subject {
		m := new(medium)
		return audittest.Subject{Sink: atna.NewSink(m, o), Break: func() { m.broken = true },
			Written: func() ([]byte, error) { return m.Bytes(), nil },
			Words: func(e *audit.Event) ([]byte, error) {
				f, err := atna.Frame(e, o)
				switch {
				case errors.Is(err, atna.ErrIntent):
					return nil, nil
				case o.Framing == atna.OctetCounting:
					f = append([]byte(strconv.Itoa(len(f))+" "), f...)
				}
				return f, err
			}}
	}
	audittest.Run(t, func(*testing.T) audittest.Subject { return subject(atna.Options{}) })
	for _, c := range audittest.Checks() {
		t.Run("datagrams/"+c.Name, func(t *testing.T) {
			err := c.Run(t.Context(), subject(atna.Options{Framing: atna.Datagrams, Hostname: "ehr.example.org", AppName: "portage"}))
			if c.Name == "large" {
				require.ErrorIs(t, err, atna.ErrTooLarge)
				return
			}
			require.NoError(t, err)
		})
	}
}
