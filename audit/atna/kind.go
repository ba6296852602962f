package atna

import "github.com/portage-health/portage/audit"

func dcm(code, text string) coded { return coded{code, "DCM", text} }

// kindOf gives EventID and the first of EventTypeCode (DICOM PS3.16 CID 400 and 401).
func kindOf(e *audit.Event) (id coded, types []coded) {
	switch e.Kind {
	case audit.KindDisclose, audit.KindExport:
		id = dcm("110106", "Export")
	case audit.KindReceive:
		id = dcm("110107", "Import")
	case audit.KindQuery:
		id = dcm("110112", "Query")
	case audit.KindRead, audit.KindCreate, audit.KindUpdate, audit.KindDelete, audit.KindMerge, audit.KindConsent:
		id = dcm("110110", "Patient Record")
	case audit.KindDecide:
		id = dcm("110113", "Security Alert")
	case audit.KindStart:
		return dcm("110100", "Application Activity"), []coded{dcm("110120", "Application Start")}
	case audit.KindStop:
		return dcm("110100", "Application Activity"), []coded{dcm("110121", "Application Stop")}
	case audit.KindConfigure:
		return dcm("110113", "Security Alert"), []coded{dcm("110129", "Security Configuration")}
	case audit.KindPrivilege:
		return dcm("110113", "Security Alert"), []coded{dcm("110137", "User Security Attributes Changed")}
	case audit.KindVerify, audit.KindRepair, audit.KindRetire, audit.KindAccess, audit.KindAccount:
		id = dcm("110101", "Audit Log Used")
	default:
		id = dcm("110100", "Application Activity")
	}
	return id, nil
}

// roleOf gives RoleIDCode (DICOM PS3.16 CID 402, and what FHIR takes where DICOM has none).
var roleOf = map[audit.AgentRole]coded{
	audit.AgentSource:      dcm("110153", "Source Role ID"),
	audit.AgentDestination: dcm("110152", "Destination Role ID"),
	audit.AgentApplication: dcm("110150", "Application"),
	audit.AgentMedia:       dcm("110154", "Destination Media"),
	audit.AgentUser:        {"IRCP", "HL7 ParticipationType", "information recipient"},
	audit.AgentOrg:         {"PROV", "HL7 RoleClass", "healthcare provider"},
	audit.AgentCustodian:   {"159541003", "SNOMED CT", "Record keeping/library clerk"},
	audit.AgentAuthorizer:  {"429577009", "SNOMED CT", "Patient Advocate"},
	audit.AgentAuthServer:  {"authserver", "FHIR extra-security-role-type", "authorization server"},
}
