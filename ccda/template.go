package ccda

import "strings"

// templateTable gives, for each template by its root, the extension that C-CDA R2.1 (or, for what R2.1 lacks, the
// Companion Guide), 3.0 and 4.0 have; where a release has that of the one before it, it is left out or "=".
// "-" is a template without an extension, "+" one that had a version in R1.1 and so stands twice in R2.1, with its
// extension and without (C-CDA R2.1 volume 1, 4.1.2; CONF:1198-32934). Roots begin with 2.16.840.1.113883.10.20
// but for those with more arcs or a "!".
const templateTable = `
1.3.6.1.4.1.19376.1.5.3.1.1.13.2.1 -; 1.3.6.1.4.1.19376.1.5.3.1.3.1 +2014-06-09; 1.3.6.1.4.1.19376.1.5.3.1.3.4 -; 1.3.6.1.4.1.19376.1.5.3.1.3.5 -;
1.3.6.1.4.1.19376.1.5.3.1.3.18 -; 1.3.6.1.4.1.19376.1.5.3.1.3.26 -; 1.3.6.1.4.1.19376.1.5.3.1.3.33 +2014-06-09;
!2.16.840.1.113883.10.15.2 2025-05-01; 1.19 -; 1.58 -; 2.5 -; 2.10 +2015-08-01; 6.1.1 -; 6.1.2 -; 6.2.1 +2014-06-09; 6.2.2 +2014-06-09; 6.2.3 -;
6.2.4 -; 6.2.5 -; 6.2.6 -; 6.2.8 -; 6.2.9 -; 6.2.10 -; 6.2.11 -; 6.2.12 -; 6.2.13 -; 6.2.14 -; 7.12 -; 7.13 -; 7.14 -; 15.3.1 -;
15.3.8 - = 2025-05-01; 18.2.9 -; 18.2.12 -; 21.2.1 -; 21.2.2 -; 21.2.3 +2015-08-01; 21.3.1 -; 22.1.1 +2015-08-01 2024-05-01 =; 22.1.1.999999 -;
22.1.2 +2015-08-01 2024-05-01 =; 22.1.3 +2015-08-01 2024-05-01 =; 22.1.4 +2015-08-01 2024-05-01 =; 22.1.5 +2015-08-01;
22.1.6 +2015-08-01 2024-05-01 =; 22.1.7 +2015-08-01 2024-05-01 =; 22.1.8 +2015-08-01 2024-05-01 =; 22.1.9 +2015-08-01 2024-05-01 =;
22.1.10 +2015-08-01 2024-05-01 =; 22.1.13 2015-08-01 2024-05-01 =; 22.1.14 2015-08-01 2024-05-01 =; 22.1.15 2015-08-01 2024-05-01 =;
22.2.1 +2014-06-09; 22.2.1.1 +2014-06-09; 22.2.2 +2015-08-01; 22.2.2.1 +2015-08-01; 22.2.3 +2015-08-01; 22.2.3.1 +2015-08-01; 22.2.4 +2015-08-01;
22.2.4.1 +2015-08-01; 22.2.5 +2015-08-01; 22.2.5.1 +2015-08-01; 22.2.6 +2015-08-01; 22.2.6.1 +2015-08-01; 22.2.7 +2014-06-09; 22.2.7.1 +2014-06-09;
22.2.8 -; 22.2.9 +2014-06-09; 22.2.10 +2014-06-09; 22.2.11 +2015-08-01; 22.2.11.1 +2015-08-01; 22.2.12 -; 22.2.13 -; 22.2.14 +2014-06-09;
22.2.15 +2015-08-01; 22.2.16 -; 22.2.17 +2015-08-01; 22.2.18 +2015-08-01; 22.2.20 +2015-08-01; 22.2.21 +2015-08-01;
22.2.21.1 +2015-08-01 2022-02-14 =; 22.2.22 +2015-08-01; 22.2.22.1 +2015-08-01; 22.2.23 +2014-06-09; 22.2.24 +2015-08-01; 22.2.25 +2014-06-09;
22.2.26 +2014-06-09; 22.2.27 -; 22.2.28 +2015-08-01; 22.2.29 +2014-06-09; 22.2.30 +2014-06-09; 22.2.31 -; 22.2.33 +2014-06-09; 22.2.34 +2015-08-01;
22.2.35 -; 22.2.36 +2015-08-01; 22.2.37 +2015-08-01; 22.2.38 +2014-06-09; 22.2.39 -; 22.2.40 -; 22.2.41 -; 22.2.42 -; 22.2.43 +2015-08-01;
22.2.44 +2015-08-01; 22.2.45 +2014-06-09; 22.2.56 2015-08-01; 22.2.57 -; 22.2.58 2015-08-01; 22.2.60 -; 22.2.61 -; 22.2.64 -; 22.2.65 2016-11-01;
22.2.500 2022-06-01; 22.4.1 +2015-08-01 2023-05-01 =; 22.4.2 +2015-08-01 2023-05-01 =; 22.4.3 +2015-08-01 2024-05-01 =;
22.4.4 +2015-08-01 2024-05-01 =; 22.4.5 +2014-06-09; 22.4.6 +2019-06-20; 22.4.7 +2014-06-09; 22.4.8 +2014-06-09; 22.4.9 +2014-06-09;
22.4.12 +2014-06-09; 22.4.13 +2014-06-09; 22.4.14 +2014-06-09 2024-05-01 =; 22.4.16 +2014-06-09; 22.4.17 +2014-06-09;
22.4.18 +2014-06-09 2023-05-01 =; 22.4.19 +2014-06-09 2023-05-01 =; 22.4.20 +2014-06-09; 22.4.23 +2014-06-09; 22.4.24 -; 22.4.25 +2014-06-09;
22.4.26 +2015-08-01; 22.4.27 +2014-06-09; 22.4.28 +2019-06-20; 22.4.30 +2015-08-01; 22.4.31 -; 22.4.32 -; 22.4.33 +2015-08-01; 22.4.34 +2015-08-01;
22.4.35 +2016-03-01; 22.4.36 +2014-06-09; 22.4.37 -; 22.4.38 +2015-08-01 2022-06-01 =; 22.4.39 +2014-06-09; 22.4.40 +2014-06-09;
22.4.41 +2014-06-09 2022-06-01 =; 22.4.42 +2014-06-09; 22.4.43 +2014-06-09 2024-05-01 =; 22.4.44 +2014-06-09; 22.4.45 +2015-08-01;
22.4.46 +2015-08-01; 22.4.47 -; 22.4.48 +2015-08-01 2022-02-14 2025-05-01; 22.4.49 +2015-08-01; 22.4.50 +2014-06-09; 22.4.51 +2015-08-01;
22.4.52 +2015-08-01; 22.4.53 - 2024-05-01 =; 22.4.54 +2014-06-09; 22.4.60 +2015-08-01 2024-05-01 =; 22.4.61 +2015-08-01 2024-05-01 =; 22.4.63 -;
22.4.64 -; 22.4.65 +2015-08-01; 22.4.66 +2014-06-09; 22.4.67 +2014-06-09; 22.4.68 +2014-06-09; 22.4.69 - 2022-06-01 =; 22.4.70 +2014-06-09;
22.4.72 -; 22.4.73 +2014-06-09; 22.4.74 +2015-08-01 2024-05-01 =; 22.4.75 +2015-08-01; 22.4.76 +2015-08-01 2024-05-01 =; 22.4.77 -;
22.4.78 +2014-06-09 2024-05-01 =; 22.4.79 +2015-08-01; 22.4.80 +2015-08-01 2024-05-01 =; 22.4.85 +2014-06-09; 22.4.86 - 2022-06-01 =; 22.4.87 -;
22.4.88 -; 22.4.89 -; 22.4.90 -; 22.4.108 2015-08-01 2022-02-14 =; 22.4.109 -; 22.4.110 -; 22.4.111 -; 22.4.113 -; 22.4.114 2015-08-01;
22.4.115 2014-06-09; 22.4.118 -; 22.4.119 -; 22.4.120 -; 22.4.121 - 2022-06-01 =; 22.4.122 -; 22.4.123 -; 22.4.124 -; 22.4.127 -; 22.4.128 -;
22.4.129 - 2024-05-01 =; 22.4.130 -; 22.4.131 2015-08-01; 22.4.132 2015-08-01 2022-06-01 =; 22.4.133 -; 22.4.134 -; 22.4.135 -; 22.4.136 2015-08-01;
22.4.138 -; 22.4.140 -; 22.4.141 -; 22.4.143 -; 22.4.144 -; 22.4.145 -; 22.4.146 2015-08-01; 22.4.147 -; 22.4.200 2024-05-01; 22.4.201 2016-06-01;
22.4.202 2016-11-01; 22.4.281 2023-05-01; 22.4.301 2019-06-21; 22.4.302 2019-06-21; 22.4.303 2019-06-21; 22.4.304 2022-06-01; 22.4.305 2019-06-21;
22.4.308 2019-06-21; 22.4.309 2019-06-21; 22.4.311 2019-06-21; 22.4.314 2019-06-21; 22.4.315 2019-06-21; 22.4.316 2019-06-21; 22.4.317 2019-06-21;
22.4.318 2019-06-21; 22.4.319 2019-06-21; 22.4.415 2018-09-01; 22.4.418 2018-09-01; 22.4.419 2018-09-01; 22.4.421 2018-06-12; 22.4.500 2022-06-01; 22.4.500.1 2022-06-01 2024-05-01 =;
22.4.500.2 2019-07-01; 22.4.500.3 2022-06-01; 22.4.501 2023-05-01; 22.4.502 2022-06-01; 22.4.503 2023-05-01; 22.4.504 2023-05-01;
22.4.505 2023-05-01; 22.4.506 2023-05-01; 22.4.507 2023-07-01 = 2023-06-28; 22.4.508 2023-05-01; 22.4.509 2024-05-01; 22.4.510 2024-05-01;
22.4.511 2024-05-01; 22.4.512 2024-05-01; 22.4.513 2025-05-01; 22.4.515 2025-05-01; 22.4.516 2025-05-01; 22.5.6 2019-10-01; 22.5.7 2020-05-19;
22.5.8 2023-05-01; 24.3.88 2023-05-01; 24.3.90 +2014-06-09; 29.1 2015-08-01 2024-05-01 =; 34.3.45 2023-05-01`

// versions are the extensions of one template by release.
type versions struct {
	ext    [3]string // by Release; "" for none
	before bool      // R1.1 had it
	xml    [4]string // the ids as documents of each release have them, and at last those that were of R1.1
}

// of gives the extension by which a release has the template.
func (v *versions) of(r Release) string { return v.ext[min(int(r), len(v.ext)-1)] }

// plain reports whether documents of a release claim the template without an extension too.
func (v *versions) plain(r Release) bool { return v.of(r) == "" || v.before && r == R21 }

// claims gives the template ids of an element, as they are written.
func (v *versions) claims(root string, r Release) (xml string) {
	if v.plain(r) {
		xml = `<templateId root="` + root + `"/>`
	}
	if ext := v.of(r); ext != "" {
		xml += `<templateId root="` + root + `" extension="` + ext + `"/>`
	}
	return xml
}

var templateVersions = func() map[string]*versions {
	m := make(map[string]*versions, 300)
	for row := range strings.SplitSeq(templateTable, ";") {
		f := strings.Fields(row)
		root := f[0]
		switch {
		case root[0] == '!':
			root = root[1:]
		case strings.HasPrefix(root, "1.3."):
		default:
			root = "2.16.840.1.113883.10.20." + root
		}
		v := &versions{before: f[1][0] == '+'}
		for i := range v.ext {
			switch {
			case i+1 >= len(f) || f[i+1] == "=":
				v.ext[i] = v.ext[i-1]
			case f[i+1] != "-":
				v.ext[i] = strings.TrimPrefix(f[i+1], "+")
			}
		}
		for r := range v.ext {
			v.xml[r] = v.claims(root, Release(r))
		}
		v.xml[len(v.ext)] = (&versions{}).claims(root, R21)
		m[root] = v
	}
	return m
}()

// template writes a template id as the release has it.
func (w *writer) template(root string) {
	v := w.versions.of(root)
	xml := v.xml[min(int(w.release), len(v.ext)-1)]
	if w.before {
		xml = v.xml[len(v.ext)]
	}
	if xml != "" && w.open[len(w.open)-1].kept == nil {
		w.endTag()
		w.b = append(w.b, xml...)
		return
	}
	w.claimed(root)
	ext, plain := w.claim(v)
	if plain {
		w.leaf("templateId", "root", root)
	}
	if ext != "" {
		w.leaf("templateId", "root", root, "extension", ext)
	}
}

// lately knows some of the templates that were claimed, by the end of their root.
type lately [64]struct {
	root string
	*versions
}

// of is versionsOf. Roots are mostly the library's literals, which are equal at a glance.
func (t *lately) of(root string) *versions {
	n := len(root)
	if n < 2 {
		return versionsOf(root)
	}
	x := &t[(root[n-1]+root[n-2]<<3^byte(n)<<5)%byte(len(t))]
	if x.root != root {
		x.root, x.versions = root, versionsOf(root)
	}
	return x.versions
}

func versionsOf(root string) *versions {
	if v := templateVersions[root]; v != nil {
		return v
	}
	return &versions{}
}

// claim gives the extension by which the document claims a template, and whether it claims it without one.
func (w *writer) claim(v *versions) (ext string, plain bool) {
	if w.before {
		return "", true
	}
	return v.of(w.release), v.plain(w.release)
}

// claimed takes the carried template ids that say what the element is about to claim itself.
func (w *writer) claimed(root string) {
	e := &w.open[len(w.open)-1]
	if e.kept == nil {
		return
	}
	ext, plain := w.claim(versionsOf(root))
	for i := range e.kept.pieces {
		p := &e.kept.pieces[i]
		if p.Kind != "element" || !strings.HasPrefix(p.Data, "<templateId") || !strings.Contains(p.Data, `root="`+root+`"`) {
			continue
		}
		if plain && !strings.Contains(p.Data, "extension=") || ext != "" && strings.Contains(p.Data, `extension="`+ext+`"`) {
			*p.done = true
		}
	}
}
