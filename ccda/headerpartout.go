package ccda

import (
	"github.com/portage-health/portage/record"
)

// headerAuthors writes the authors of the document and gives the others.
func (w *writer) headerAuthors(list []record.Participation) []record.Participation {
	n := 0
	for i := range list {
		if list[i].Role == "author" {
			w.line()
			w.In("participants", i)
			w.participation("author", list[i])
			w.Leave()
			n++
		}
	}
	if dev := w.x.Device; dev != nil {
		w.hostDevice(dev)
		n++
	}
	if n == 0 && w.strict {
		w.Note(&issueRequired, "participants")
		w.line()
		w.el("author")
		w.leaf("time", "nullFlavor", "NI")
		w.el("assignedAuthor")
		w.leaf("id", "nullFlavor", "NI")
		w.leaf("addr", "nullFlavor", "NI")
		w.leaf("telecom", "nullFlavor", "NI")
		w.el("assignedAuthoringDevice")
		w.leaf("manufacturerModelName", "nullFlavor", "NI")
		w.leaf("softwareName", "nullFlavor", "NI")
		w.end()
		if w.typ.typ == CCD {
			w.leaf("representedOrganization", "nullFlavor", "NI") // CONF:1198-8456
		}
		w.end()
		w.end()
	}
	return list
}

// hostDevice writes the host's own device as an author.
func (w *writer) hostDevice(dev *record.Device) {
	x := *dev
	quiet := w.Quiet
	w.Quiet = true
	w.line()
	w.el("author")
	w.leaf("time", "value", w.now())
	w.el("assignedAuthor")
	if len(x.Identifiers) == 0 {
		w.leaf("id", "nullFlavor", "NI")
	}
	w.identifiers("id", "", &x.Identifiers)
	w.orNull("addr", "", len(x.Addresses))
	w.addresses("", &x.Addresses)
	w.orNull("telecom", "", len(x.Contacts))
	w.telecoms("", &x.Contacts)
	w.el("assignedAuthoringDevice")
	w.deviceParts(&x)
	w.end()
	if w.strict && w.typ.typ == CCD {
		w.leaf("representedOrganization", "nullFlavor", "NI") // CONF:1198-8456
	}
	w.end()
	w.end()
	w.Quiet = quiet
}

// headerParts writes the participants of the header that have a role, under an
// element of their own; role "" is for all that have none.
func (w *writer) headerParts(list *[]record.Participation, role, name string) {
	if w.stands == nil {
		w.stands = make([]bool, len(*list))
	}
	for i := range *list {
		if w.stands[i] {
			continue
		}
		p := (*list)[i]
		r := p.Role
		switch r {
		case "author", "enterer", "informant", "legal-authenticator", "authenticator":
		default:
			r = ""
		}
		if w.strict && r == "legal-authenticator" && (p.Signature != "S" || w.signed) {
			r = "" // see headerParticipant
		}
		if w.strict && r == "enterer" && w.entered {
			r = "" // one enters the data (CDA R2 4.2.2)
		}
		if r != role {
			continue
		}
		w.stands[i] = true
		if w.strict && r == "informant" && w.typ.typ == DiagnosticImagingReport {
			w.headerParticipant("participants", i, p) // it has no informant (CONF:1198-8410)
			continue
		}
		if role == "" {
			w.headerParticipant("participants", i, p)
			continue
		}
		w.line()
		w.In("participants", i)
		w.participation(name, p)
		w.Leave()
		w.signed = w.signed || role == "legal-authenticator"
		w.entered = w.entered || role == "enterer"
	}
	if role == "" {
		*list = nil
	}
}

// headerParticipant writes somebody who has a part in the document that no
// element of the header is for. A legal authenticator whose signature is not
// said to be there stands here, with the type code that says so: the element of
// that name demands the code S, signed (CONF:1198-5584).
func (w *writer) headerParticipant(list string, i int, p record.Participation) {
	w.callback = w.strict && p.RoleAsSent == "CALLBCK" && (w.typ.typ == ConsultationNote || w.typ.typ == ReferralNote || w.typ.typ == TransferSummary)
	w.indirect = w.callback || w.strict && typeCodeOf("participant", &p) == "IND" && (w.typ.typ == ReferralNote || w.typ.typ == TransferSummary || w.typ.typ == CarePlan)
	defer func() { w.callback, w.indirect = false, false }()
	w.In(list, i)
	defer w.Leave()
	if w.strict && w.typ.typ == ConsultationNote && !w.callback {
		// The template's rules take every participant for the one to call back (CONF:1198-31656).
		w.Drop("", &p, &withheld)
		return
	}
	if w.strict && p.Signature != "" {
		w.DropString("signature", take(&p.Signature), &withheld)
	}
	w.line()
	w.participation("participant", p)
}

// recipients writes who is to have the document. A Referral Note has one (CONF:1198-31589):
// the others are participants.
func (w *writer) recipients(d *record.Document) {
	one := w.strict && w.typ.typ == ReferralNote
	for i := range d.Recipients {
		w.line()
		w.In("recipients", i)
		w.participation("informationRecipient", d.Recipients[i])
		w.Leave()
		if one {
			w.recipientsLeft = d.Recipients[1:]
			break
		}
	}
	none := len(d.Recipients) == 0
	d.Recipients = nil
	if one && none {
		w.Note(&issueRequired, "recipients")
		w.line()
		w.el("informationRecipient")
		w.el("intendedRecipient")
		w.el("informationRecipient")
		w.leaf("name", "nullFlavor", "NI")
		w.end()
		w.end()
		w.end()
	}
}

// custodian writes who keeps the document (CONF:1198-5519).
func (w *writer) custodian(d *record.Document) {
	if host := w.x.Custodian; host != nil {
		x := *host
		if d.Custodian != nil {
			w.DropString("custodian", d.Custodian.ID, &lostFilter)
			d.Custodian = nil
		}
		w.line()
		w.el("custodian")
		w.el("assignedCustodian")
		w.el("representedCustodianOrganization")
		quiet := w.Quiet
		w.Quiet = true
		w.organizationParts("representedCustodianOrganization", &x)
		w.Quiet = quiet
		w.end()
		w.end()
		w.end()
		return
	}
	if d.Custodian == nil && !w.strict {
		return
	}
	w.line()
	w.el("custodian")
	w.el("assignedCustodian")
	if d.Custodian != nil && w.organization("representedCustodianOrganization", d.Custodian) {
		d.Custodian = nil
	} else if w.strict {
		w.Note(&issueRequired, "custodian")
		w.el("representedCustodianOrganization")
		for _, n := range [...]string{"id", "name", "telecom", "addr"} {
			w.leaf(n, "nullFlavor", "NI")
		}
		w.end()
	}
	w.end()
	w.end()
}

// contacts writes the related persons whom the source named as contacts of the
// patient's and nobody refers to (C-CDA R2.1 US Realm Header, participant support).
func (w *writer) contacts() {
	for i := range w.rec.RelatedPersons {
		x := &w.rec.RelatedPersons[i]
		if w.wrote[x.ID] || w.inStatements[x.ID] {
			continue
		}
		if w.strict && w.typ.typ == ConsultationNote {
			continue // see headerParticipant: unmentioned names them
		}
		w.indirect = w.strict && (w.typ.typ == ReferralNote || w.typ.typ == TransferSummary || w.typ.typ == CarePlan)
		w.line()
		w.el("participant")
		w.at("typeCode", "IND")
		w.el("associatedEntity")
		p := record.Participation{}
		w.relatedRole("associatedEntity", i, &p)
		w.end()
		w.end()
		w.indirect = false
	}
}
