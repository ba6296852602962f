package consent

// whole tells what rules say of a request as such: a denial of all that is asked for denies it.
func whole(rules []Rule, req *Request) Outcome {
	out, limited := NoConsent, len(req.Categories) > 0 || len(req.Labels) > 0
	for i := range rules {
		switch r := &rules[i]; {
		case r.Effect == Permit:
			out = Permitted
		case len(r.Unless) == 0 && (r.If.IsZero() || limited && coversAll(&r.If, req)):
			return Denied
		}
	}
	return out
}

// coversAll reports whether a condition holds for all that is asked for.
func coversAll(c *Condition, req *Request) bool {
	if c.IsZero() {
		return true
	}
	bare := len(c.Data) == 0 && c.Period == nil && len(c.Codes) == 0 && len(c.Parts) == 0
	switch {
	case !bare:
		return false
	case len(c.Classes) > 0 && len(c.Labels) == 0 && len(req.Categories) > 0:
		for i := range req.Categories {
			if !classAmong(&req.Categories[i], c.Classes) {
				return false
			}
		}
		return true
	case len(c.Labels) > 0 && len(c.Classes) == 0 && len(req.Labels) > 0:
		for i := range req.Labels {
			if !labelAmong(&req.Labels[i], c.Labels) {
				return false
			}
		}
		return true
	}
	return false
}
