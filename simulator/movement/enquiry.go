package movement

import "time"

// Enquiry is a question of a trader about the balance of a guarantee that was not answered at once
// (docs/spec/guarantee-balance.md#1-5).
type Enquiry struct {
	ID    string `json:"id"` // UUID
	TaxID string `json:"taxId"`
	GRN   string `json:"grn"`
	// Requested is when the enquiry came, Completed when its answer does; until then it is pending.
	Requested time.Time `json:"requested"`
	Completed time.Time `json:"completed"`
	// Forgotten is when nobody can ask for it any more.
	Forgotten time.Time `json:"forgotten"`
	// Answer is the answer of the guarantee system: an IE037, IE906 or IE917.
	Answer string `json:"answer"`
}
