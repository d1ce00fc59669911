package replay

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"nctsim/simulator/client"
	"nctsim/simulator/clock"
	"nctsim/simulator/message"
)

// serves reports whether the API version of a phase answers.
func serves(about client.Info, p message.Phase) bool {
	return slices.Contains(about.APIVersions, p.APIVersion())
}

// advance moves a manual clock to an instant. Somebody else may have moved it further meanwhile.
func advance(ctx context.Context, c client.Client, to time.Time) error {
	_, err := c.Advance(ctx, client.Until(to))
	var refused *client.Error
	if errors.As(err, &refused) && refused.Status == http.StatusConflict {
		if now, again := c.Clock(ctx); again == nil && now.Mode == clock.Manual && !now.Now.Before(to) {
			return nil
		}
	}
	return err
}

// settleTime is how long the offices may work on what they have.
const settleTime = 30 * time.Second

// following are the movements that follow a scenario, or any one for "", without their journals.
func following(ctx context.Context, c client.Client, id string) ([]client.Movement, error) {
	all, err := c.Movements(ctx, client.MovementQuery{Scenario: id})
	return slices.DeleteFunc(all.Movements, func(m client.Movement) bool { return m.Script == nil }), err
}

// sideOf is the movement as a result shows it.
func sideOf(m client.Movement) Side {
	out := Side{Kind: m.Type, ID: m.ID, EORI: m.EORI, LRN: m.LRN, MRN: m.MRN, State: m.State}
	if m.WireID != m.ID {
		out.Wire = m.WireID
	}
	return out
}

// partnerOf is the movement that follows the scenario beside the one that keeps the position, "" if there is none.
func partnerOf(m client.Movement) string {
	if m.Script == nil || m.Script.Keeper != "" {
		return ""
	}
	return m.Script.Partner
}

// wireOf is what the API calls a message, "" if it has the same id.
func wireOf(m client.MovementDetail, id string) string {
	if known := m.KnownAs(id); known != id {
		return known
	}
	return ""
}
