package compose

// Party is how the customs register describes somebody.
type Party struct {
	Name, Street, Postcode, City, Country string
}

// KnownParties are the parties whose details the published examples and the answers of phase 4 show; docs/spec/responses.md#6.
func KnownParties() map[string]Party {
	return map[string]Party{
		"GB954131533000": {
			Name: "NCTS UK TEST LAB HMCE", Street: "11TH FLOOR, ALEX HOUSE, VICTORIA AV", Postcode: "SS99 1AA",
			City: "SOUTHEND-ON-SEA, ESSEX", Country: "GB",
		},
		"XI195624547845": {Name: "NI Consignor Ltd", Street: "1 Consignor Close", Postcode: "BT1 1AA", City: "BELFAST", Country: "XI"},
		"GB954133135000": {
			Name: "NCTS TEST TRADER", Street: "CE HEATH, VICTORIA AV", Postcode: "SS2 6DX", City: "SOUTHEND-ON-SEA, ESSEX", Country: "GB",
		},
		"XI198654787835": {Name: "NI Consignee Ltd", Street: "1 Consignee Close", Postcode: "BT2 2AA", City: "BELFAST", Country: "XI"},
		"GB201909015000": {Name: "TT INVENTORY", Street: "3 LONDON ROAD", Postcode: "IP1 2JJ", City: "IPSWICH", Country: "GB"},
	}
}

// KnownAuthorisations are those of the principals of phase 4; docs/spec/responses.md#6.
func KnownAuthorisations() map[string]string {
	return map[string]string{"GB954131533000": "GB-AUTH-42", "XI195624547845": "XI-AUTH-86"}
}

// unknownText stands for every detail of a party that the register does not show.
const unknownText = "---"
