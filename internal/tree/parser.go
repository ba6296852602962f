package tree

import "github.com/portage-health/portage/internal/room"

// Both hold working memory only: nothing in them belongs to a document or is a part of one.
var (
	xmlParsers  = room.Shelf[xmlParser]{New: func() *xmlParser { return new(xmlParser) }}
	jsonParsers = room.Shelf[jsonParser]{New: func() *jsonParser { return new(jsonParser) }}
)

// stayNodes is how large the block of a parser may be that stays when garbage is collected: 640 kB.
const stayNodes = 1 << 15

// A Parser reads one document after the other into the same memory, as for the lines of an NDJSON file. Its zero value is
// ready for use, by one goroutine at a time.
//
// A document from a Parser, with its nodes, is valid only until the Parser reads the next; then all of them change. Strings
// taken from it stay valid as long as the input they came from does not change. Member names of JSON are copied once, so the
// input may be changed as soon as the document and its strings are no longer in use.
type Parser struct {
	XMLOptions // limits of both; they and WellKnown may be changed between documents

	xml  xmlParser
	json jsonParser
	doc  Doc
}

// XML reads an XML document as ParseXML does.
func (p *Parser) XML(data []byte) (*Doc, error) {
	if err := p.xml.read(data, p.XMLOptions); err != nil {
		return nil, err
	}
	p.xml.lend(&p.doc)
	p.xml.fill(&p.doc)
	return &p.doc, nil
}

// JSON reads a JSON text as ParseJSON does.
func (p *Parser) JSON(data []byte) (*Doc, error) {
	p.json.keep = true
	if err := p.json.read(data, p.Limits); err != nil {
		return nil, err
	}
	p.json.lend(&p.doc)
	p.json.fill(&p.doc)
	return &p.doc, nil
}

// Reset gives up the memory of earlier documents, and all that refers to their input.
func (p *Parser) Reset() {
	p.xml, p.json = xmlParser{}, jsonParser{}
	p.doc.clear()
}

func (d *Doc) clear() {
	d.src, d.text, d.block, d.chunks, d.n = nil, "", nil, nil, 0
	d.side, d.names, d.spaces, d.prefixes = "", nil, nil, nil
	d.repairs, d.repaired, d.encoding = nil, nil, ""
	d.lines.Store(nil)
	d.hints, d.members, d.lender = nil, nil, nil
}
