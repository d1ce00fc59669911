package pushpull

import (
	"errors"
	"net/http"

	"nctsim/simulator/api/exchange"
	"nctsim/simulator/api/platform"
	"nctsim/simulator/api/wire"
	"nctsim/simulator/client"
	"nctsim/simulator/notify"
)

// textBadCallback is all that HMRC says of a callback URL that does not do.
const textBadCallback = "Invalid callback URL. Check the information you have provided is correct."

// SetCallback sets the URL to which what is in a box is sent; an empty one takes it away.
func (a *API) SetCallback(r *http.Request, c platform.Caller) (wire.Response, error) {
	id, clientID, err := enterBox(r, c)
	if err != nil {
		return wire.Response{}, err
	}
	var order struct {
		ClientID    *string `json:"clientId"`
		CallbackURL *string `json:"callbackUrl"`
	}
	if err := decode(r, &order); err != nil {
		return wire.Response{}, err
	}
	if order.ClientID == nil || order.CallbackURL == nil {
		return wire.Response{}, invalidBody
	}
	exchange.At(r.Context(), client.CheckBox)
	b, err := a.own(id, clientID)
	if err != nil {
		return wire.Response{}, err
	}
	if *order.ClientID != b.ClientID {
		return wire.Response{}, anotherClient
	}
	_, err = a.boxes.Subscribe(r.Context(), b.ID, *order.CallbackURL)
	return outcome(err)
}

// outcome says whether the callback was set. Why not is told in HMRC's words, but where only the simulator's settings
// stand in the way: nobody could find that out by himself.
func outcome(err error) (wire.Response, error) {
	var no *notify.CallbackError
	if err != nil && !errors.As(err, &no) {
		return wire.Response{}, err
	}
	var j wire.JSON
	j.Object("").Bool("successful", err == nil)
	switch {
	case errors.Is(err, notify.ErrNotAllowed):
		j.String("errorMessage", textBadCallback+" "+no.Reason.Error())
	case err != nil:
		j.String("errorMessage", textBadCallback)
	}
	return wire.OfJSON(http.StatusOK, j.EndObject().Bytes()), nil
}
