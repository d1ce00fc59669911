package console

import (
	"nctsim/simulator/client"
)

// mostFound is how many movements a search lists of each kind.
const mostFound = 50

// find looks for what a text may stand for: an id, an LRN, an MRN, an EORI, or a part of them.
func (v *visit) find(q string) ([]hit, error) {
	if client.IsID(q) {
		m, err := v.client.Movement(v.ctx(), q)
		if err == nil {
			return []hit{movementHit(m.Movement)}, nil
		}
		if !client.IsNotFound(err) {
			return nil, err
		}
	}
	if exact, err := v.client.Named(v.ctx(), q); err == nil {
		return hits(exact), nil
	} else if refusal(err) != nil {
		return nil, err
	}
	for _, query := range []client.MovementQuery{{LRN: q}, {MRN: q}, {EORI: q}} {
		query.Limit = mostFound
		list, err := v.client.Movements(v.ctx(), query)
		if err != nil {
			return nil, err
		}
		if len(list.Movements) > 0 {
			return hits(list.Movements), nil
		}
	}
	return nil, nil
}

func hits(list []client.Movement) (found []hit) {
	for _, m := range list {
		found = append(found, movementHit(m))
	}
	return found
}

func movementHit(m client.Movement) hit {
	return hit{What: m.Type.Title(), Name: called(m), More: string(m.State), Href: "movements/" + m.ID}
}
