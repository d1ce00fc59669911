// Package guarantee knows what transit guarantees are about: what a declaration says of its liability, the default
// amount that API 1.0 inserts where the trader gives none, what a declaration claims of each guarantee in every phase,
// and how claims turn into reservations and back (the ledger).
//
// It is pure: documents and records in, values out. Amounts are exact decimals (movement.Decimal), never floating
// point numbers. Amounts of different currencies are never compared or added up: rates of exchange are not known here.
package guarantee
