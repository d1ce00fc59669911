package control

import (
	"net/http"
	"slices"
	"strings"

	"nctsim/simulator/api/wire"
	"nctsim/simulator/client"
	"nctsim/simulator/movement"
	"nctsim/simulator/store"
)

// GuaranteeVar is the name of a variable in the paths of the routes.
const GuaranteeVar = "grn"

// ListGuarantees lists the registered guarantees with what is left of them.
func (a *API) ListGuarantees(r *http.Request) (wire.Response, error) {
	registered, err := a.registered()
	return reply(http.StatusOK, client.Guarantees{Guarantees: orEmpty(registered)}), err
}

// Guarantee shows one with its ledger, which is read from the journals of the movements.
func (a *API) Guarantee(r *http.Request) (wire.Response, error) {
	grn := pathVar(r, GuaranteeVar)
	registered, err := a.registered()
	if err != nil {
		return wire.Response{}, err
	}
	v := client.GuaranteeDetail{Guarantee: client.Guarantee{GRN: grn, AccessCodes: []string{}}, UsedBy: []string{}}
	if at := slices.IndexFunc(registered, func(g client.Guarantee) bool { return g.GRN == grn }); at >= 0 {
		v.Guarantee, v.Registered = registered[at], true
	}
	v.Failing = slices.Contains(a.FailingGuarantees, grn)
	err = a.Engine.Read(func(tx *store.Tx) error {
		if v.Reserved, err = tx.Reserved(grn); err != nil {
			return err
		}
		v.Ledger, err = ledgerOf(tx, grn)
		return err
	})
	if err != nil {
		return wire.Response{}, err
	}
	if !v.Registered && !v.Failing && len(v.Reserved)+len(v.Ledger) == 0 {
		return wire.Response{}, &client.Error{
			Status: http.StatusNotFound, Code: codeNotFound, Message: "no guarantee " + grn + " is registered, and no movement has reserved anything of it",
			Hint: "GET /simulator/v1/guarantees lists those that are registered; --registry-file registers others",
		}
	}
	v.Reserved = orEmpty(v.Reserved)
	v.UsedBy = usersOf(v.Ledger)
	return reply(http.StatusOK, v), nil
}

// entriesPerRead is how many entries are in memory at once.
const entriesPerRead = 1000

// ledgerOf is what movements have reserved of a guarantee and given back, the oldest first.
func ledgerOf(tx *store.Tx, grn string) ([]client.LedgerLine, error) {
	lines := []client.LedgerLine{}
	// led are the lines to which an event has led whose messages have not come yet.
	led := map[uint64]int{}
	for after, more := uint64(0), true; more; {
		entries, err := tx.Entries(after, entriesPerRead)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			after = e.Number
			if e.Ledger.GRN == grn {
				led[e.Cause] = len(lines)
				lines = append(lines, client.LedgerLine{
					At: e.At, Movement: e.Movement, Amount: e.Ledger.Amount, Currency: e.Ledger.Currency, Left: e.Ledger.Left, Why: e.Why,
				})
			}
			if i, known := led[e.Cause]; known && e.Cause > 0 && e.Kind == movement.EntryMessage && lines[i].MessageType == "" {
				lines[i].MessageType = e.Type
			}
		}
		more = len(entries) == entriesPerRead
	}
	return lines, nil
}

// usersOf are the movements that have reserved something last, and not given it back.
func usersOf(lines []client.LedgerLine) []string {
	users := []string{}
	for _, l := range lines {
		users = slices.DeleteFunc(users, func(id string) bool { return id == l.Movement })
		if !strings.HasPrefix(l.Amount, "-") {
			users = append(users, l.Movement)
		}
	}
	return users
}
