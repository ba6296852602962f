package consent

import (
	"context"
	"time"
)

// Recheck decides a request again before what was decided earlier is carried out, at the time that it is carried out. It
// never permits what was not permitted before.
func Recheck(ctx context.Context, d Decider, req *Request, earlier *Decision, at time.Time) *Decision {
	if req == nil || !earlier.Permits() {
		return failed(req)
	}
	again := *req
	again.At = at
	return Decide(ctx, d, &again)
}
