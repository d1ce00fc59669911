package replay

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"nctsim/simulator/client"
	"nctsim/simulator/movement"
	"nctsim/simulator/scenario"
	"nctsim/simulator/upload"
)

// uploading sends messages of a step by the route for large ones.
type uploading struct {
	*player
	step  *scenario.Step
	token string
}

// submit uploads a message, first under the names that make it fail. When it returns, the message is with NCTS. The error is
// a *client.RefusedError if that is not so.
func (u uploading) submit(ctx context.Context, s client.Submission) (client.Receipt, error) {
	for _, name := range u.step.Trader.Failing {
		if err := u.fails(ctx, s, name); err != nil {
			return client.Receipt{}, err
		}
	}
	receipt, status, err := u.upload(ctx, s, s.Type.Code+".xml")
	if err == nil && status != movement.Success {
		err = unlike(s, fmt.Sprintf("the message is %s, not %s", status, movement.Success))
	}
	return receipt, err
}

// fails uploads a message under a name that makes the upload fail.
func (u uploading) fails(ctx context.Context, s client.Submission, name string) error {
	_, status, err := u.upload(ctx, s, name)
	refused := upload.PlanOf(name).Refused
	switch {
	case refused != "" && client.IsRefused(err) && strings.Contains(err.Error(), `"errorCode":"`+refused+`"`):
		return nil
	case err != nil:
		return err
	case refused != "" || status != movement.Failed:
		return unlike(s, fmt.Sprintf("the upload of %s should fail, but the message is %s", name, status))
	}
	return nil
}

// unlike says that an upload has ended otherwise than it should.
func unlike(s client.Submission, what string) error {
	return &client.RefusedError{What: "the upload of the " + s.Type.Code, Status: http.StatusAccepted, Body: []byte(what)}
}

// upload uploads a message under a name and waits until that has come to its end.
func (u uploading) upload(ctx context.Context, s client.Submission, name string) (client.Receipt, movement.Status, error) {
	trader := u.as(u.token)
	receipt, form, err := trader.BeginUpload(ctx, s)
	if err != nil {
		return receipt, "", err
	}
	if err := trader.Upload(ctx, form, name, s.Text); err != nil {
		return receipt, "", err
	}
	for {
		if _, err := u.control.Settle(ctx, settleTime); err != nil {
			return receipt, "", err
		}
		m, err := u.control.Movement(ctx, receipt.Movement)
		if err != nil {
			return receipt, "", err
		}
		var r client.Record
		for _, one := range m.Records {
			if one.ID == receipt.Message {
				r = one
			}
		}
		if r.Status != movement.Pending && r.Status != movement.Processing {
			return receipt, r.Status, nil
		}
		waits := movement.Upload{Message: receipt.Message, Stored: r.Status == movement.Processing}
		due := m.Due(waits.Timer())
		if due.IsZero() {
			continue // it has just ended
		}
		if err := u.until(ctx, due, "for timer "+waits.Timer()); err != nil {
			return receipt, "", err
		}
	}
}
