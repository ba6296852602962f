package portage

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"html"
)

//go:embed ehidictionary.json
var ehiRecordTypes []byte

// ehiDictionary is the data dictionary of an export (dictionary.json): what each file is, and each field in it.
type ehiDictionary struct {
	Version string         `json:"portageEHIDictionary"` // 1
	Address string         `json:"address"`              // where it is published
	Basis   string         `json:"basis"`
	Files   []ehiFileType  `json:"files"`
	Types   []ehiType      `json:"types"`
	Tables  []ehiTableType `json:"tables,omitempty"`
}

type ehiFileType struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

type ehiType struct {
	Name   string     `json:"name"`
	Text   string     `json:"text"`
	Fields []ehiField `json:"fields,omitempty"`
	Words  []ehiField `json:"words,omitempty"`
}

type ehiField struct {
	Name  string `json:"name"`
	Shape string `json:"shape,omitempty"`
	Text  string `json:"text,omitempty"`
}

type ehiTableType struct {
	Name    string      `json:"name"`
	File    string      `json:"file"`
	Text    string      `json:"text"`
	Columns []EHIColumn `json:"columns"`
}

// Dictionary gives the data dictionary of an export with these options as HTML
// and as JSON: what the host publishes at Documentation (45 CFR 170.315(b)(10)(iii)), and what every export holds.
func (e EHIExport) Dictionary() (page, data []byte, err error) {
	d := ehiDictionary{Version: ehiVersion, Address: e.Documentation, Basis: ehiBasis, Files: e.layout()}
	if err := json.Unmarshal(ehiRecordTypes, &d.Types); err != nil {
		return nil, nil, err
	}
	for i := range e.Tables {
		t := &e.Tables[i]
		d.Tables = append(d.Tables, ehiTableType{t.Name, "tables/" + t.Name + t.extension(), t.Description, t.Columns})
	}
	data, err = marshalEHI(&d)
	return d.html(), data, err
}

// layout tells what each file of an export is.
func (e *EHIExport) layout() []ehiFileType {
	const at = "parts/NNNNNN/PPPP/"
	files := []ehiFileType{
		{"manifest.json", "When, for what and with what the export was made; its parts, and the SHA-256 of their manifests and of these pages."},
		{"dictionary.html, dictionary.json", "This page, to be read and to be processed."},
		{"parts/NNNNNN.json", "The manifest of part NNNNNN: its patients, and name, size and SHA-256 of each of their files."},
	}
	if e.Zip {
		files = append(files, ehiFileType{"parts/NNNNNN.zip", "The files of part NNNNNN; their names in it are those below without parts/NNNNNN/."})
	}
	files = append(files, ehiFileType{at + "record.json", "The record of one patient, whole: an object with portageRecord, the version of the form (1), and record, a Record as below. All other forms are made of it."})
	for _, f := range e.Forms {
		text := "The record as " + f.MediaType
		if f.Version != "" {
			text += ", " + f.Version
		}
		files = append(files, ehiFileType{at + f.Name + f.Extension, text + "."})
	}
	return append(files,
		ehiFileType{at + "report.ndjson", "For each form, in a line of JSON, how many facts of the record it holds and which it has no place for (issues, each with the path in the record)."},
		ehiFileType{at + "originals/", "What the record was read from, byte for byte. The manifest names the source in the record (source) of each."},
		ehiFileType{at + "attachments/", "What is attached to the record, each as a file, in the order in which record.json has them. A .bin is content of another type, which record.json names."},
		ehiFileType{at + "tables/", "Rows of the tables below that are about the patient. In CSV by RFC 4180, in UTF-8, with the names of the columns in the first line; in NDJSON an object a line."})
}

type ehiDocument struct {
	file EHIFile
	text []byte
}

func (e *EHIExport) documentation() ([]ehiDocument, error) {
	page, data, err := e.Dictionary()
	if err != nil {
		return nil, err
	}
	return []ehiDocument{
		{fileOf("dictionary.html", "documentation", "text/html; charset=utf-8", page), page},
		{fileOf("dictionary.json", "documentation", "application/json", data), data},
	}, nil
}

// html writes the page. It loads nothing from anywhere.
func (d *ehiDictionary) html() []byte {
	var b bytes.Buffer
	text := func(s string) { b.WriteString(html.EscapeString(s)) }
	row := func(tag string, cells ...string) {
		b.WriteString("<tr>")
		for _, c := range cells {
			b.WriteString("<" + tag + ">")
			text(c)
			b.WriteString("</" + tag + ">")
		}
		b.WriteString("</tr>\n")
	}
	table := func(head []string, each func()) {
		b.WriteString("<table>\n")
		row("th", head...)
		each()
		b.WriteString("</table>\n")
	}
	section := func(tag, id, title, words string) {
		b.WriteString("<" + tag + " id=\"" + html.EscapeString(id) + "\">")
		text(title)
		b.WriteString("</" + tag + ">\n<p>")
		text(words)
		b.WriteString("</p>\n")
	}
	b.WriteString("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Data dictionary</title>\n<style>body{font:15px/1.5 sans-serif;max-width:70em;margin:2em auto;padding:0 1em}" +
		"table{border-collapse:collapse;width:100%}td,th{border:1px solid #ccc;padding:.3em .6em;text-align:left;vertical-align:top}</style></head><body>\n")
	section("h1", "top", "Data dictionary of the export", "Export of electronic health information ("+d.Basis+"). Published at "+d.Address+".")
	section("h2", "files", "Files", "Patients are divided into parts (NNNNNN); a folder (PPPP) is one patient. No name of a file is made of a patient's values.")
	table([]string{"File", "What it is"}, func() {
		for _, f := range d.Files {
			row("td", f.Name, f.Text)
		}
	})
	if len(d.Tables) > 0 {
		section("h2", "tables", "Tables", "What is held of patients outside of the record.")
	}
	for _, t := range d.Tables {
		section("h3", "table-"+t.Name, t.File, t.Text)
		table([]string{"Column", "Type", "What it is"}, func() {
			for _, c := range t.Columns {
				row("td", c.Name, c.Type, c.Description)
			}
		})
	}
	section("h2", "record", "The record", "What record.json holds. A field that says nothing is not written. Decimals, dates and codes are text as they were sent; content in bytes is base64.")
	for _, t := range d.Types {
		section("h3", t.Name, t.Name, t.Text)
		if len(t.Fields) > 0 {
			table([]string{"Field", "Shape", "What it is"}, func() {
				for _, f := range t.Fields {
					row("td", f.Name, f.Shape, f.Text)
				}
			})
		}
		if len(t.Words) > 0 {
			table([]string{"Word", "What it is"}, func() {
				for _, f := range t.Words {
					row("td", f.Name, f.Text)
				}
			})
		}
	}
	b.WriteString("</body></html>\n")
	return b.Bytes()
}
