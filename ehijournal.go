package portage

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"regexp"
	"time"
)

// ehiJournal remembers which parts of an export are finished. It is a file in the
// folder of the export until that is whole: a line for the export, then one for each part.
type ehiJournal struct {
	file *os.File
	made time.Time
	done map[int]ehiEntry
}

type ehiHead struct {
	Version  string    `json:"portageEHIJournal"`
	Settings string    `json:"settings"`
	Made     time.Time `json:"made"`
}

type ehiEntry struct {
	Part     int    `json:"part"`
	Keys     string `json:"keys"`     // a digest
	Manifest string `json:"manifest"` // the SHA-256 of the part's manifest
}

// openJournal opens the journal of an export that goes on, or begins one.
func openJournal(root *os.Root, settings string, now time.Time) (j *ehiJournal, err error) {
	if _, err := root.Stat(ehiManifestName); err == nil {
		return nil, finishedBefore(root)
	}
	f, err := root.OpenFile(ehiJournalName, os.O_RDWR|os.O_CREATE, ehiFileMode)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			f.Close()
		}
	}()
	if err := lockFile(f); err != nil {
		return nil, ErrEHIBusy
	}
	if _, err := root.Stat(ehiManifestName); err == nil { // while the lock was waited for
		return nil, finishedBefore(root)
	}
	data, err := io.ReadAll(f)
	if err != nil {
		return nil, err
	}
	j = &ehiJournal{file: f, done: map[int]ehiEntry{}}
	head, rest, whole := bytes.Cut(data, []byte("\n"))
	if !whole { // nothing was begun
		return j, j.begin(root, settings, now)
	}
	var h ehiHead
	if json.Unmarshal(head, &h) != nil || h.Version != ehiVersion || h.Settings != settings || !now.IsZero() && !now.Equal(h.Made) {
		return nil, ErrEHIOther
	}
	j.made = h.Made
	end := len(head) + 1
	for {
		line, after, whole := bytes.Cut(rest, []byte("\n"))
		if !whole { // the line that was being written
			break
		}
		var e ehiEntry
		if json.Unmarshal(line, &e) != nil || e.Part < 1 {
			return nil, ErrEHIOther
		}
		j.done[e.Part] = e
		end += len(line) + 1
		rest = after
	}
	if err := f.Truncate(int64(end)); err != nil {
		return nil, err
	}
	_, err = f.Seek(int64(end), io.SeekStart)
	return j, err
}

// begin writes the first line. The folder must be empty but for the journal.
func (j *ehiJournal) begin(root *os.Root, settings string, now time.Time) error {
	names, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return err
	}
	if len(names) > 1 {
		return ErrEHIOther
	}
	if now.IsZero() {
		now = time.Now()
	}
	j.made = now.UTC()
	if err := j.file.Truncate(0); err != nil {
		return err
	}
	if _, err := j.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if err := j.append(ehiHead{ehiVersion, settings, j.made}); err != nil {
		return err
	}
	return syncFolder(root, ".")
}

// finishedBefore clears away the journal of an export that was ended after its manifest was written.
func finishedBefore(root *os.Root) error {
	if _, err := root.Stat(ehiJournalName); err == nil {
		if err := root.Remove(ehiJournalName); err != nil {
			return err
		}
	}
	return ErrEHIFinished
}

// append adds a line and makes it last.
func (j *ehiJournal) append(line any) error {
	b, err := json.Marshal(line)
	if err != nil {
		return err
	}
	if _, err := j.file.Write(append(b, '\n')); err != nil {
		return err
	}
	return j.file.Sync()
}

// sweep removes what an earlier run left behind, but for the journal and the parts in it. Files that no export makes are not touched.
func (j *ehiJournal) sweep(root *os.Root) error {
	kept := map[string]bool{ehiJournalName: true, ehiPartsName: true}
	if err := sweepFolder(root, ".", kept, `^\.?(manifest\.json(\.[a-z0-9_-]+)?|dictionary\.(html|json))$`); err != nil {
		return err
	}
	if err := root.Mkdir(ehiPartsName, ehiFolderMode); err == nil {
		return syncFolder(root, ".")
	} else if !errors.Is(err, fs.ErrExist) {
		return err
	}
	clear(kept)
	for n := range j.done {
		base := path.Base(ehiPartName(n))
		kept[base], kept[base+".json"], kept[base+".zip"] = true, true, true
	}
	return sweepFolder(root, ehiPartsName, kept, `^\.?[0-9]{6,}(\.json|\.zip)?$`)
}

// sweepFolder removes what is not kept and has a name of ours; another name is somebody else's.
func sweepFolder(root *os.Root, dir string, kept map[string]bool, ours string) error {
	name := regexp.MustCompile(ours)
	names, err := fs.ReadDir(root.FS(), dir)
	if err != nil {
		return err
	}
	for _, d := range names {
		if !kept[d.Name()] && !name.MatchString(d.Name()) {
			return ErrEHIOther
		}
	}
	for _, d := range names {
		if !kept[d.Name()] {
			if err := root.RemoveAll(path.Join(dir, d.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

// settings digests what the bytes of an export depend on.
func (e *EHIExport) settings() string {
	sum := sha256.New()
	enc := json.NewEncoder(sum)
	write := func(v any) { _ = enc.Encode(v) } // to a digest: it cannot fail
	o := e.Options
	write([]any{ehiVersion, e.Documentation, e.Producer, e.Zip, e.PartSize, o.Zone, o.TypedOnly, e.KeepGoing})
	for _, f := range e.Forms {
		write([]any{f.Name, f.Extension, f.MediaType, f.Version})
	}
	for _, t := range e.Tables {
		write([]any{t.Name, t.Description, t.Columns, t.NDJSON, t.Judged})
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// keysDigest digests the keys of a part, so that another order of patients is noticed.
func keysDigest(settings string, part int, keys []string) string {
	sum := sha256.New()
	write := func(s string) {
		_ = binary.Write(sum, binary.BigEndian, uint64(len(s)))
		_, _ = io.WriteString(sum, s)
	}
	write(settings)
	_ = binary.Write(sum, binary.BigEndian, uint64(part))
	for _, k := range keys {
		write(k)
	}
	return hex.EncodeToString(sum.Sum(nil))
}
