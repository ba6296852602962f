package seal_test

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"flag"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/audit/seal"
)

var thorough = flag.Bool("thorough", false, "every document and every bit through every tool, however long it takes")

var document = []byte("<?xml version=\"1.0\" encoding=\"iso-8859-1\"?>\r\n<?xml-stylesheet href=\"x.xsl\"?>\n<ClinicalDocument><title><![CDATA[" + marker + "]]>&#xD;</title></ClinicalDocument>\n<?end?>\n")

func signer(t testing.TB, key crypto.Signer) (*seal.XMLSigner, *seal.XMLVerifier) {
	t.Helper()
	s, err := seal.NewXMLSigner(key)
	require.NoError(t, err)
	v, err := seal.NewXMLVerifier(publicOf(t, key))
	require.NoError(t, err)
	return s, v
}

func TestXMLSignature(t *testing.T) {
	for name, key := range keys(t) {
		if name == "EdDSA" {
			continue // XML Signature 1.1 has no word for it
		}
		t.Run(name, func(t *testing.T) {
			s, v := signer(t, key)
			sig, err := s.Sign(t.Context(), "a document.xml", bytes.NewReader(document))
			require.NoError(t, err)
			require.Contains(t, string(sig), `URI="a%20document.xml"`)
			require.NotContains(t, string(sig), marker)
			require.NoError(t, v.Verify(t.Context(), "a document.xml", bytes.NewReader(document), sig))
			require.ErrorIs(t, v.Verify(t.Context(), "another.xml", bytes.NewReader(document), sig), seal.ErrSignature)
			_, other := signer(t, keys(t)[name])
			require.ErrorIs(t, other.Verify(t.Context(), "a document.xml", bytes.NewReader(document), sig), seal.ErrSignature)
		})
	}
}

// No flipped bit of the document holds, nor one of what is signed or of the signature's value. Which prefix stands for
// the namespace, and what stands outside the signature's elements, is not signed.
func TestNoFlippedBitOfAnXMLSignatureHolds(t *testing.T) {
	s, v := signer(t, p256(t))
	sig, err := s.Sign(t.Context(), "d.xml", bytes.NewReader(document))
	require.NoError(t, err)
	for i := range len(document) * 8 {
		bad := bytes.Clone(document)
		bad[i/8] ^= 1 << (i % 8)
		require.ErrorIs(t, v.Verify(t.Context(), "d.xml", bytes.NewReader(bad), sig), seal.ErrSignature, "bit %d", i)
	}
	step := 5
	if *thorough {
		step = 1
	}
	for i := 0; i < len(sig)*8; i += step {
		bad := bytes.Clone(sig)
		bad[i/8] ^= 1 << (i % 8)
		require.Error(t, v.Verify(t.Context(), "d.xml", bytes.NewReader(document), bad), "bit %d: %s", i, bad)
	}
}

// The certificates that a reader may go by are signed as well.
func TestCertificatesAreSigned(t *testing.T) {
	key := p256(t)
	cert := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Lakeside Clinic"}, NotAfter: time.Date(2036, 1, 1, 0, 0, 0, 0, time.UTC)}
	der, err := x509.CreateCertificate(rand.Reader, cert, cert, key.Public(), key)
	require.NoError(t, err)
	s, err := seal.NewXMLSigner(key, der)
	require.NoError(t, err)
	v, err := seal.NewXMLVerifier(publicOf(t, key))
	require.NoError(t, err)
	sig, err := s.Sign(t.Context(), "d.xml", bytes.NewReader(document))
	require.NoError(t, err)
	require.NoError(t, v.Verify(t.Context(), "d.xml", bytes.NewReader(document), sig))
	require.NoError(t, v.Named("d.xml").Verify(t.Context(), bytes.NewReader(document), sig))
	step := 7
	if *thorough {
		step = 1
	}
	for i := 0; i < len(sig)*8; i += step {
		bad := bytes.Clone(sig)
		bad[i/8] ^= 1 << (i % 8)
		require.Error(t, v.Verify(t.Context(), "d.xml", bytes.NewReader(document), bad), "bit %d: %s", i, bad)
	}
	without := append(bytes.Clone(sig[:bytes.Index(sig, []byte("<ds:KeyInfo"))]), "</ds:Signature>"...)
	require.ErrorIs(t, v.Verify(t.Context(), "d.xml", bytes.NewReader(document), without), seal.ErrSignature)
	if xmlsec, err := exec.LookPath("xmlsec1"); err == nil {
		dir := t.TempDir()
		publicFile(t, dir, key)
		require.NoError(t, os.WriteFile(filepath.Join(dir, "d.xml"), document, 0o600))
		require.NoError(t, os.WriteFile(filepath.Join(dir, "s.xml"), sig, 0o600))
		cmd := exec.Command(xmlsec, "--verify", "--pubkey-pem", "key.pem", "s.xml")
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, string(out))
	}
}

func TestForgedXMLSignatures(t *testing.T) {
	s, v := signer(t, p256(t))
	sig, err := s.Sign(t.Context(), "d.xml", bytes.NewReader(document))
	require.NoError(t, err)
	text := string(sig)
	info := text[strings.Index(text, "<ds:SignedInfo>") : strings.Index(text, "</ds:SignedInfo>")+len("</ds:SignedInfo>")]
	for name, bad := range map[string]string{
		"nothing":                 "",
		"not XML":                 "<ds:Signature",
		"another root":            "<a>" + text + "</a>",
		"a DOCTYPE":               "<!DOCTYPE a>" + text,
		"SignedInfo twice":        strings.Replace(text, info, info+info, 1),
		"a transform":             strings.Replace(text, "<ds:DigestMethod", `<ds:Transforms><ds:Transform Algorithm="x"/></ds:Transforms><ds:DigestMethod`, 1),
		"HMAC":                    strings.Replace(text, "ecdsa-sha256", "hmac-sha256", 1),
		"SHA-1":                   strings.Replace(text, "ecdsa-sha256", "ecdsa-sha1", 1),
		"another digest":          strings.Replace(text, "xmlenc#sha256", "xmlenc#sha512", 1),
		"another canonical form":  strings.Replace(text, "xml-exc-c14n#", "xml-exc-c14n#WithComments", 1),
		"a second reference":      strings.Replace(text, "</ds:Reference>", `</ds:Reference><ds:Reference URI="e.xml"/>`, 1),
		"another namespace":       strings.ReplaceAll(text, "xmldsig#", "xmldsig"),
		"an object":               strings.Replace(text, "</ds:Signature>", "<ds:Object/></ds:Signature>", 1),
		"no value":                text[:strings.Index(text, "<ds:SignatureValue>")] + "</ds:Signature>",
		"longer than a signature": text + strings.Repeat(" ", 70<<10),
	} {
		err := v.Verify(t.Context(), "d.xml", bytes.NewReader(document), []byte(bad))
		require.Equal(t, seal.ErrSignature, err, name)
	}
}

// Every C-CDA document there is signs and verifies, here and in xmlsec1 where that is installed.
func TestRealDocuments(t *testing.T) {
	dir := filepath.Join(shared(t), "corpus", "ccda")
	xmlsec, _ := exec.LookPath("xmlsec1")
	var files []string
	require.NoError(t, filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.EqualFold(filepath.Ext(path), ".xml") {
			files = append(files, path)
		}
		return err
	}))
	few := 8 // a process of xmlsec1 for each takes long; all of them with -thorough
	if *thorough {
		few = len(files)
	}
	key := p256(t)
	s, v := signer(t, key)
	work := t.TempDir()
	pub := publicFile(t, work, key)
	for i, path := range files {
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		sig, err := s.Sign(t.Context(), "document.xml", bytes.NewReader(data))
		require.NoError(t, err)
		require.NoError(t, v.Verify(t.Context(), "document.xml", bytes.NewReader(data), sig), path)
		if xmlsec == "" || i*few/len(files) == (i+1)*few/len(files) {
			continue
		}
		require.NoError(t, os.WriteFile(filepath.Join(work, "document.xml"), data, 0o600))
		require.NoError(t, os.WriteFile(filepath.Join(work, "signature.xml"), sig, 0o600))
		cmd := exec.Command(xmlsec, "--verify", "--pubkey-pem", pub, "signature.xml")
		cmd.Dir = work
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s: %s", path, out)
	}
	t.Logf("%d documents signed and verified; %d of them by xmlsec1 (%q)", len(files), few, xmlsec)
	require.NotEmpty(t, files)
}
