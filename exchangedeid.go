package portage

import (
	"context"
	"errors"
	"fmt"

	"github.com/portage-health/portage/consent"
	"github.com/portage-health/portage/consent/deid"
	"github.com/portage-health/portage/record"
)

// DeidMethods de-identifies by the methods of package deid. A form for which there
// is none is refused, and so is a method that does not give what the form promises.
type DeidMethods struct {
	// Deidentified is for consent.FormDeidentified: Safe Harbor, or the host's expert answers for another method (45 CFR
	// 164.514(b)(1)), which Expert says. Limited is for consent.FormLimited.
	Deidentified, Limited *deid.Deidentifier
	Expert                bool
	// Told, where there is one, is given the statement of what was done to each record.
	Told func(ctx context.Context, st deid.Statement)
}

var _ Deidentifier = DeidMethods{}

// errDeidMethod says that a method does not do what was promised.
var errDeidMethod = errors.New("portage: the method of de-identification is not that of the form asked for")

// Deidentify gives a record in the form asked for.
func (m DeidMethods) Deidentify(ctx context.Context, rec *record.Record, form consent.Form) (*record.Record, error) {
	d := m.Limited
	if form == consent.FormDeidentified {
		d = m.Deidentified
	}
	if d == nil || form != consent.FormDeidentified && form != consent.FormLimited {
		return nil, fmt.Errorf("%w (%s)", ErrObligation, consent.ObligeDeidentify)
	}
	out, st, err := d.Record(ctx, rec)
	switch {
	case err != nil:
		return nil, err
	case form == consent.FormDeidentified && !st.SafeHarbor && !m.Expert:
		return nil, errDeidMethod
	case form == consent.FormLimited && !st.SafeHarbor && st.Method != string(deid.LimitedDataSet):
		return nil, errDeidMethod
	}
	if m.Told != nil {
		m.Told(ctx, st)
	}
	return out, nil
}
