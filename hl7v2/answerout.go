package hl7v2

// answerQuery writes MSA, QAK and QPD of an answer: the query is acknowledged, and its name and parameters go back (5.3.2.1).
func (w *sender) answerQuery() {
	q := w.x.Query
	msa := w.segment("MSA", "", 0)
	w.put(msa.at(1), "AA")
	w.put(msa.at(2), q.ControlID())
	qpd := q.Segment("QPD", 1)
	qak := w.segment("QAK", "", 0)
	w.put(qak.at(1), qpd.Field(2).String())
	w.put(qak.at(2), "OK")
	qak.set(keyOf(3, 0, 0, 0), qpd.Field(1).ER7())
	s := w.segment("QPD", "", 0)
	for n, f := range qpd.Fields() {
		if n > 0 && f.Valued() {
			s.set(keyOf(n, 0, 0, 0), f.ER7())
		}
	}
}
