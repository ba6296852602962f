package fhir

import (
	"strings"

	"github.com/portage-health/portage/internal/tree"
)

// bundleRules checks what holds between the entries of a Bundle (R4 2.36, bdl-1 to bdl-12).
func (c *checker) bundleRules(n tree.Node) {
	typ := stringOf(n, "type")
	asks := typ == "batch" || typ == "transaction" || typ == "history"
	answers := typ == "batch-response" || typ == "transaction-response" || typ == "history"
	rule := func(ok bool, at tree.Node, key string) {
		if !ok {
			c.find(&conformInvariant, at, key)
		}
	}
	rule(!hasAny(n, "total") || typ == "searchset" || typ == "history", n, "bdl-1")
	var first tree.Node
	urls, ids := map[string]bool{}, map[string]bool{}
	for e := range items(n, "entry") {
		res := e.Child("resource")
		if !first.OK() {
			first = e
		}
		rule(!hasAny(e, "search") || typ == "searchset", e, "bdl-2")
		rule(hasAny(e, "request") == asks, e, "bdl-3")
		rule(hasAny(e, "response") == answers, e, "bdl-4")
		rule(hasAny(e, "resource", "request", "response"), e, "bdl-5")
		url := stringOf(e, "fullUrl")
		rule(!strings.Contains(url, "/_history/"), e, "bdl-8")
		version := stringOf(res.Child("meta"), "versionId")
		if url != "" {
			rule(typ == "history" || !urls[url+"&"+version], e, "bdl-7")
			urls[url+"&"+version] = true
			c.fullURL(e, res, url)
		}
		if id := stringOf(res, "id"); id != "" && typ != "history" {
			key := stringOf(res, "resourceType") + "/" + id
			if base, ok := strings.CutSuffix(url, key); ok {
				key = base + key // one of another server
			}
			key += "&" + version
			if ids[key] {
				c.find(&conformDuplicate, res.Child("id"), "Resource.id")
			}
			ids[key] = true
		}
	}
	switch typ {
	case "document":
		id := n.Child("identifier")
		rule(hasAny(id, "system") && hasAny(id, "value"), n, "bdl-9")
		rule(n.Child("timestamp").Kind() == tree.String, n, "bdl-10")
		rule(stringOf(first.Child("resource"), "resourceType") == "Composition", n, "bdl-11")
	case "message":
		rule(stringOf(first.Child("resource"), "resourceType") == "MessageHeader", n, "bdl-12")
	}
}

// fullURL checks that the address of an entry is absolute, and that of the resource in it (R4 2.36.4).
func (c *checker) fullURL(e, res tree.Node, url string) {
	at := e.Child("fullUrl")
	if !strings.Contains(url, ":") || strings.ContainsAny(url, " \t\n") {
		c.find(&conformFullURL, at, "Bundle.entry.fullUrl")
		return
	}
	id := stringOf(res, "id")
	typ := stringOf(res, "resourceType")
	if id == "" || strings.HasPrefix(url, "urn:") {
		return
	}
	parts := strings.Split(url, "/")
	if k := len(parts); k < 2 || parts[k-1] != id || parts[k-2] != typ {
		c.find(&conformFullURL, at, "Bundle.entry.fullUrl")
	}
}

// contained checks the rules for contained resources (R4, DomainResource: dom-2 to dom-5); inner tells that the one that
// contains them is contained itself.
func (c *checker) contained(n, list tree.Node, inner bool) {
	if inner {
		c.find(&conformContained, list, "dom-2")
		return
	}
	named := map[string]bool{} // what is referred to within n, with #
	for i := n.Index(); i < n.End(); i++ {
		if x := n.Doc().Node(i); x.Kind() == tree.String {
			if v := x.Value(); len(v) > 0 && v[0] == '#' {
				named[v] = true
			}
		}
	}
	ids := map[string]bool{}
	for x := range items(n, "contained") {
		id := stringOf(x, "id")
		back := false
		for i := x.Index(); i < x.End() && !back && !named["#"+id]; i++ {
			y := x.Doc().Node(i)
			back = y.Kind() == tree.String && y.Value() == "#"
		}
		if id == "" || !back && !named["#"+id] {
			c.find(&conformContained, x, "dom-3")
		}
		if ids[id] && id != "" {
			c.find(&conformDuplicate, x.Child("id"), "Resource.id")
		}
		ids[id] = true
		meta := x.Child("meta")
		if hasAny(meta, "versionId", "lastUpdated") {
			c.find(&conformContained, x, "dom-4")
		}
		if hasAny(meta, "security") {
			c.find(&conformContained, x, "dom-5")
		}
	}
}
