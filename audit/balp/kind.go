package balp

import "github.com/portage-health/portage/audit"

// Code systems.
const (
	systemDCM       = "http://dicom.nema.org/resources/ontology/DCM"
	systemREST      = "http://terminology.hl7.org/CodeSystem/audit-event-type"
	systemAction    = "http://hl7.org/fhir/restful-interaction"
	systemLife      = "http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle"
	systemAuthZ     = "https://profiles.ihe.net/ITI/BALP/CodeSystem/AuthZsubType"
	systemBALP      = "https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType"
	systemEntity    = "http://terminology.hl7.org/CodeSystem/audit-entity-type"
	systemRole      = "http://terminology.hl7.org/CodeSystem/object-role"
	systemTypes     = "http://hl7.org/fhir/resource-types"
	systemStages    = "http://terminology.hl7.org/CodeSystem/dicom-audit-lifecycle"
	systemSCT       = "http://snomed.info/sct"
	systemPart      = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"
	systemRoleClass = "http://terminology.hl7.org/CodeSystem/v3-RoleClass"
	systemServer    = "http://terminology.hl7.org/CodeSystem/extra-security-role-type"
	systemCustodian = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"
)

var (
	rest      = coding{System: systemREST, Code: "rest"}
	alert     = coding{System: systemDCM, Code: "110113"} // Security Alert
	logUsed   = coding{System: systemDCM, Code: "110101"} // Audit Log Used
	activity  = coding{System: systemDCM, Code: "110100"} // Application Activity
	disclosed = life("disclose")
)

func dcm(code string) coding  { return coding{System: systemDCM, Code: code} }
func life(code string) coding { return coding{System: systemLife, Code: code} }
func done(code string) coding { return coding{System: systemAction, Code: code} }

// kindOf gives AuditEvent.type and the first of AuditEvent.subtype (DICOM PS3.16 CID 400 and 401, ISO 21089, FHIR restful-interaction).
func kindOf(e *audit.Event) (typ coding, sub []coding) {
	switch e.Kind {
	case audit.KindDisclose:
		return dcm("110106"), []coding{disclosed} // Export
	case audit.KindExport:
		if e.Disclosure == nil {
			return dcm("110106"), nil
		}
		return dcm("110106"), []coding{disclosed}
	case audit.KindReceive:
		return dcm("110107"), []coding{disclosed, life("receive")} // Import
	case audit.KindRead:
		return rest, []coding{done("read")}
	case audit.KindQuery:
		return rest, []coding{done("search")}
	case audit.KindCreate:
		return rest, []coding{done("create")}
	case audit.KindUpdate:
		return rest, []coding{done("update")}
	case audit.KindDelete:
		return rest, []coding{done("delete")}
	case audit.KindMerge:
		return life("merge"), nil
	case audit.KindDecide:
		return alert, []coding{{System: systemAuthZ, Code: "AuthZ-Consent"}}
	case audit.KindConsent:
		return dcm("110110"), nil // Patient Record
	case audit.KindStart:
		return activity, []coding{dcm("110120")} // Application Start
	case audit.KindStop:
		return activity, []coding{dcm("110121")} // Application Stop
	case audit.KindConfigure:
		return alert, []coding{dcm("110129")} // Security Configuration
	case audit.KindPrivilege:
		return alert, []coding{dcm("110137")} // User Security Attributes Changed
	case audit.KindVerify:
		return logUsed, []coding{life("verify")}
	case audit.KindRepair:
		return logUsed, []coding{life("amend")}
	case audit.KindRetire:
		return logUsed, []coding{life("destroy")}
	case audit.KindAccount:
		return logUsed, []coding{life("report")}
	case audit.KindAccess:
		return logUsed, nil
	}
	return activity, nil
}

// agentType gives AuditEvent.agent.type. Who is client and who server of a RESTful passage goes by its direction (BALP).
func agentType(kind audit.Kind, role audit.AgentRole) *concept {
	var c coding
	switch role {
	case audit.AgentSource:
		c = dcm("110153")
		if kind == audit.KindDelete {
			c = coding{System: systemCustodian, Code: "custodian"} // the server that held it
		}
	case audit.AgentDestination:
		c = dcm("110152")
	case audit.AgentUser:
		c = coding{System: systemPart, Code: "IRCP"}
		if kind == audit.KindCreate || kind == audit.KindUpdate || kind == audit.KindDelete {
			c.Code = "AUT"
		}
	case audit.AgentApplication:
		c = dcm("110150")
	case audit.AgentOrg:
		c = coding{System: systemRoleClass, Code: "PROV"}
	case audit.AgentCustodian:
		c = coding{System: systemSCT, Code: "159541003"}
	case audit.AgentAuthorizer:
		c = coding{System: systemSCT, Code: "429577009"}
	case audit.AgentAuthServer:
		c = coding{System: systemServer, Code: "authserver"}
	case audit.AgentMedia:
		c = dcm("110154")
	default:
		return nil
	}
	return &concept{Coding: []coding{c}}
}
