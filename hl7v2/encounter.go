package hl7v2

func (r *reader) visit(b *block) {}
