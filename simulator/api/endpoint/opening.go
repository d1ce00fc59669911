package endpoint

// Opening says how far an API that is near its end is open.
type Opening string

// The openings: as ever; without new movements; and with nothing at all.
const (
	Open    Opening = "on"
	Closing Opening = "closing"
	Gone    Opening = "gone"
)

// Openings are all of them.
var Openings = []Opening{Open, Closing, Gone}

// Admits reports whether calls get in; creates says that a call makes a new movement. The zero value admits all.
func (o Opening) Admits(creates bool) bool { return o != Gone && (o != Closing || !creates) }
