package guarantees

import (
	"net/http"
	"net/url"
	"regexp"
	"unicode/utf8"

	"github.com/gorilla/mux"

	"nctsim/simulator/api/exchange"
	"nctsim/simulator/api/platform"
	"nctsim/simulator/api/wire"
	"nctsim/simulator/client"
	"nctsim/simulator/guarantee"
)

// accept2 is the Accept header of version 2.0, exactly.
const accept2 = "application/vnd.hmrc.2.0+json"

// grnForm is a GRN in the path; its country is in the group (docs/spec/guarantee-balance.md#2-1).
var grnForm = regexp.MustCompile(`^[0-9]{2}([A-Z]{2})[A-Z0-9]{12}[0-9]$`)

// Balance is POST /customs/guarantees/{grn}/balance. The checks stand in the order of
// docs/spec/guarantee-balance.md#2-1: the guarantee is locked before the form of the access code is looked at, so that
// a wrong one locks as well.
func (a *API) Balance(r *http.Request, c platform.Caller) (wire.Response, error) {
	exchange.At(r.Context(), client.CheckPath)
	grn, err := grnOf(r)
	if err != nil {
		return wire.Response{}, err
	}
	exchange.At(r.Context(), client.CheckAuthorisation)
	if err := authorise(c); err != nil {
		return wire.Response{}, err
	}
	value, err := readJSON(r)
	if err != nil {
		return wire.Response{}, err
	}
	exchange.At(r.Context(), client.CheckAccept)
	if r.Header.Get("Accept") != accept2 {
		exchange.Want(r.Context(), "Accept", accept2)
		return wire.Response{}, errAccept2
	}
	exchange.At(r.Context(), client.CheckBody)
	object, _ := value.(map[string]any)
	access, given := object[fieldAccess].(string)
	if !given {
		return wire.Response{}, errNoAccess
	}
	exchange.At(r.Context(), client.CheckThrottle)
	_, free, err := a.lock(r.Context(), c, grn)
	switch {
	case err != nil:
		return wire.Response{}, err
	case !free:
		return wire.Response{}, errLocked2
	case utf8.RuneCountInString(access) != 4 || !alphanumeric(access):
		exchange.At(r.Context(), client.CheckBody)
		return wire.Response{}, errAccessForm(access)
	}
	exchange.At(r.Context(), client.CheckGuarantee)
	return a.tell(grn, access)
}

// grnOf reads the GRN of the path.
func grnOf(r *http.Request) (string, error) {
	grn, err := url.PathUnescape(mux.Vars(r)[GRNVar])
	if err != nil {
		return "", errGRNFormat
	}
	form := grnForm.FindStringSubmatch(grn)
	if form == nil {
		return "", errGRNFormat
	}
	if form[1] != "GB" && form[1] != "XI" {
		return "", errGRNCountry
	}
	return grn, nil
}

// tell looks the balance up.
func (a *API) tell(grn, access string) (wire.Response, error) {
	found, err := a.accounts(grn)
	if err != nil {
		return wire.Response{}, err
	}
	account, known := found.Account(grn)
	switch {
	case found.Unreadable(grn):
		return wire.Response{}, errInternal
	case !known || !account.Opens(access):
		return wire.Response{}, errNoGuarantee
	case !account.HasBalance():
		return wire.Response{}, errNoBalance
	}
	var j wire.JSON
	j.Object("").Object("_links").Link("self", basePath+grn+"/balance").EndObject()
	return ok(j.Number("balance", guarantee.Shown(account.Balance)).String("currency", account.Currency).EndObject().Bytes()), nil
}
