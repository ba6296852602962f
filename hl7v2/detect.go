package hl7v2

// Detect says from the first bytes of an input whether it is HL7 v2: a message, a batch or a file, in a frame or not.
func Detect(head []byte) bool {
	if f := wideFormOf(head); f != nil {
		const letters = 16 // enough for the name of the header and its delimiters
		text, bad := f.text(head[:min(len(head)/f.size, letters)*f.size], maxOffset)
		if bad != nil {
			return false
		}
		head = text
	}
	from, to := trim(head)
	switch kindAt(head[from:to]) {
	case ItemMessage, ItemFileHeader, ItemBatchHeader:
		return true
	}
	return false
}
