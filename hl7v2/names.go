package hl7v2

// segmentNames are, in alphabetical order, the segments that HL7 defines in versions 2.1 to 2.9 (chapters 2 to 17).
const segmentNames = "ABS ACC ADD ADJ AFF AIG AIL AIP AIS AL1 APR ARQ ARV AUT BHS BLC BLG BPO BPX BTS BTX BUI CDM CDO CER CM0 CM1 CM2 CNS CON " +
	"CSP CSR CSS CTD CTI CTR DB1 DEV DG1 DMI DON DPS DRG DSC DSP DST ECD ECR EDU EQL EQP EQU ERQ ERR EVN FAC FHS FT1 FTS GOL " +
	"GP1 GP2 GT1 IAM IAR IIM ILT IN1 IN2 IN3 INV IPC IPR ISD ITM IVC IVT LAN LCC LCH LDP LOC LRL MCP MFA MFE MFI MRG MSA MSH " +
	"NCK NDS NK1 NPU NSC NST NTE OBR OBX ODS ODT OH1 OH2 OH3 OH4 OM1 OM2 OM3 OM4 OM5 OM6 OM7 OMC ORC ORG OVR PAC PCE PCR PD1 " +
	"PDA PDC PEO PES PID PKG PM1 PMT PR1 PRA PRB PRC PRD PRT PSG PSH PSL PSS PTH PV1 PV2 PYE QAK QID QPD QRD QRF QRI RCP RDF " +
	"RDT REL RF1 RFI RGS RMI ROL RQ1 RQD RXA RXC RXD RXE RXG RXO RXR RXV SAC SCD SCH SCP SDD SFT SGH SGT SHP SID SLT SPM SPR " +
	"STF STZ TCC TCD TQ1 TQ2 TXA UAC UB1 UB2 URD URS VAR VND VTQ "

// Names of segments as the index packs them.
const (
	idMSH = 'M'<<16 | 'S'<<8 | 'H'
	idFHS = 'F'<<16 | 'H'<<8 | 'S'
	idBHS = 'B'<<16 | 'H'<<8 | 'S'
	idBTS = 'B'<<16 | 'T'<<8 | 'S'
	idFTS = 'F'<<16 | 'T'<<8 | 'S'
	idNTE = 'N'<<16 | 'T'<<8 | 'E'
	idPID = 'P'<<16 | 'I'<<8 | 'D'
	idPV1 = 'P'<<16 | 'V'<<8 | '1'
	idORC = 'O'<<16 | 'R'<<8 | 'C'
	idOBR = 'O'<<16 | 'B'<<8 | 'R'
	idOBX = 'O'<<16 | 'B'<<8 | 'X'
	idRXO = 'R'<<16 | 'X'<<8 | 'O'
	idSCH = 'S'<<16 | 'C'<<8 | 'H'
	idDG1 = 'D'<<16 | 'G'<<8 | '1'
	idSPM = 'S'<<16 | 'P'<<8 | 'M'
	idTQ1 = 'T'<<16 | 'Q'<<8 | '1'
	idCTD = 'C'<<16 | 'T'<<8 | 'D'
	idROL = 'R'<<16 | 'O'<<8 | 'L'
	idPRT = 'P'<<16 | 'R'<<8 | 'T'
)

// segmentID packs a name of three letters; 0 for anything else.
func segmentID(name string) uint32 {
	if !isSegmentName(name) {
		return 0
	}
	return uint32(name[0])<<16 | uint32(name[1])<<8 | uint32(name[2])
}

// isSegmentName says whether a text can name a segment: a capital letter and two capitals or digits.
func isSegmentName(s string) bool {
	if len(s) != 3 || s[0] < 'A' || s[0] > 'Z' {
		return false
	}
	for i := 1; i < 3; i++ {
		if (s[i] < 'A' || s[i] > 'Z') && (s[i] < '0' || s[i] > '9') {
			return false
		}
	}
	return true
}

// defined gives the name of a segment that HL7 defines.
func defined(id uint32) (string, bool) {
	low, high := 0, len(segmentNames)/4
	for low < high {
		mid := (low + high) / 2
		name := segmentNames[4*mid : 4*mid+3]
		switch have := uint32(name[0])<<16 | uint32(name[1])<<8 | uint32(name[2]); {
		case have == id:
			return name, true
		case have < id:
			low = mid + 1
		default:
			high = mid
		}
	}
	return "", false
}

func isDefined(id uint32) bool { _, ok := defined(id); return ok }

// safeName gives a name that may stand in an error: one that HL7 defines, or that of a Z segment.
func safeName(id uint32) string {
	if name, ok := defined(id); ok {
		return name
	}
	if byte(id>>16) == 'Z' {
		return string([]byte{byte(id >> 16), byte(id >> 8), byte(id)})
	}
	return ""
}
