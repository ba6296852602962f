package fhir

import "github.com/portage-health/portage/internal/tree"

// formInvariants are the rules of R4's Questionnaire.
func formInvariants() []invariant {
	typed := func(types string) func(n tree.Node) bool {
		return func(n tree.Node) bool { return inList(types, stringOf(n, "type")) }
	}
	display, option, length := typed(" display "), typed(optionedTypes), typed(lengthTypes)
	question := func(key string, holds func(n tree.Node) bool) invariant {
		return invariant{"Questionnaire.item", key, func(_ *checker, n tree.Node) bool { return holds(n) }}
	}
	return []invariant{
		{"Questionnaire", "que-2", func(_ *checker, n tree.Node) bool { return oneLinkEach(n, map[string]bool{}) }},
		question("que-1", func(n tree.Node) bool {
			return hasAny(n, "item") && !display(n) || !hasAny(n, "item") && stringOf(n, "type") != "group"
		}),
		question("que-3", func(n tree.Node) bool { return !display(n) || !hasAny(n, "code") }),
		question("que-4", func(n tree.Node) bool { return !hasAny(n, "answerOption") || !hasAny(n, "answerValueSet") }),
		question("que-5", func(n tree.Node) bool { return option(n) || !hasAny(n, "answerOption", "answerValueSet") }),
		question("que-6", func(n tree.Node) bool { return !display(n) || !hasAny(n, "required", "repeats") }),
		question("que-8", func(n tree.Node) bool {
			return !display(n) && stringOf(n, "type") != "group" || !hasAny(n, "initial")
		}),
		question("que-9", func(n tree.Node) bool { return !display(n) || !hasAny(n, "readOnly") }),
		question("que-10", func(n tree.Node) bool { return length(n) || !hasAny(n, "maxLength") }),
		question("que-11", func(n tree.Node) bool { return !hasAny(n, "answerOption") || !hasAny(n, "initial") }),
		question("que-12", func(n tree.Node) bool { return count(n, "enableWhen") <= 2 || hasAny(n, "enableBehavior") }),
		question("que-13", func(n tree.Node) bool { return count(n, "initial") <= 1 || n.Child("repeats").Value() == "true" }),
		{"Questionnaire.item.enableWhen", "que-7", func(_ *checker, n tree.Node) bool {
			return stringOf(n, "operator") != "exists" || hasAny(n, "answerBoolean")
		}},
	}
}

func count(n tree.Node, name string) (k int) {
	for range items(n, name) {
		k++
	}
	return k
}

// oneLinkEach reports whether no two questions of a form have one link id.
func oneLinkEach(n tree.Node, seen map[string]bool) bool {
	return eachItem(n, "item", func(x tree.Node) bool {
		id := stringOf(x, "linkId")
		if id != "" && seen[id] {
			return false
		}
		seen[id] = true
		return oneLinkEach(x, seen)
	})
}
