package consenttest

func (s suite) redaction() []row { return nil }
