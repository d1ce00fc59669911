package notify

import (
	"context"
	"encoding/base32"
	"errors"
	"fmt"
	"slices"

	"nctsim/simulator/application"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/store"
)

// BoxName is the name of the boxes for the notifications of an API version (docs/spec/api-1.0.md#14;
// docs/spec/api-2.1-3.0.md#11-1).
func BoxName(p message.Phase) string {
	return "customs/transits##" + p.APIVersion() + "##notificationUrl"
}

// BoxNames are the names of the boxes of all API versions.
func BoxNames() []string {
	var names []string
	for _, p := range message.Phases {
		names = append(names, BoxName(p))
	}
	return names
}

// BoxID is the id of the box that a client has, or would have, under a name.
func (s *Service) BoxID(clientID, name string) string {
	return s.Source.Stream("box", clientID, name).UUID()
}

// Find looks a client's box up by its name; false if the client is unknown ("") or has none. The error is that of the
// store.
func (s *Service) Find(ctx context.Context, clientID, name string) (movement.Box, bool, error) {
	if clientID == "" {
		return movement.Box{}, false, nil
	}
	var b movement.Box
	var ok bool
	err := s.Store.View(func(tx *store.Tx) (err error) {
		tx.LeaveOutDamaged() // another client's box
		b, ok, err = s.of(tx, clientID, name)
		return err
	})
	if err != nil || ok || s.Settings.Boxes != All || !slices.Contains(BoxNames(), name) {
		return b, ok, err
	}
	b, err = s.Make(ctx, clientID, name, "")
	return b, err == nil, err
}

// of is the client's box of a name. One that was made with another seed has another id than it would have now.
func (s *Service) of(tx *store.Tx, clientID, name string) (movement.Box, bool, error) {
	if b, ok, err := box(tx, s.BoxID(clientID, name)); err != nil || ok {
		return b, ok, err
	}
	earlier, err := s.earlierBoxes(tx)
	if id, made := earlier[boxKey{clientID, name}]; made && err == nil {
		return box(tx, id)
	}
	return movement.Box{}, false, err
}

// boxKey is what a client asks for a box by.
type boxKey struct{ client, name string }

// earlierBoxes are the ids of the boxes that were made with another seed. There are no new ones of them, so that all boxes are
// looked through once only.
func (s *Service) earlierBoxes(tx *store.Tx) (map[boxKey]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.earlier != nil {
		return s.earlier, nil
	}
	boxes, err := tx.Boxes()
	if err != nil {
		return nil, err
	}
	s.earlier = map[boxKey]string{}
	for _, b := range boxes {
		if b.ID != s.BoxID(b.ClientID, b.Name) {
			s.earlier[boxKey{b.ClientID, b.Name}] = b.ID
		}
	}
	return s.earlier, nil
}

// Box looks a box up by its id, in any case, whosever it is; false if there is none.
func (s *Service) Box(id string) (b movement.Box, ok bool, err error) {
	err = s.Store.View(func(tx *store.Tx) error {
		b, ok, err = box(tx, id)
		return err
	})
	return b, ok, err
}

func box(tx *store.Tx, id string) (movement.Box, bool, error) {
	b, err := tx.Box(lower(id))
	if errors.Is(err, store.ErrNotFound) {
		return movement.Box{}, false, nil
	}
	return b, err == nil, err
}

// Choose finds the box of a new movement: the one that the request names, whosever it is, and else that of the client
// for the API version; "" if there is none (docs/spec/api-2.1-3.0.md#11-1). named is "" in API 1.0.
func (s *Service) Choose(ctx context.Context, clientID, named string, p message.Phase) (boxID string, err error) {
	if clientID == "" {
		return "", nil
	}
	if named != "" {
		b, _, err := s.Box(named)
		return b.ID, err
	}
	b, _, err := s.Find(ctx, clientID, BoxName(p))
	return b.ID, err
}

// Boxes are those of a client, or of everybody if clientID is "", ordered by client and name.
func (s *Service) Boxes(clientID string) (boxes []movement.Box, err error) {
	err = s.Store.View(func(tx *store.Tx) error {
		tx.LeaveOutDamaged()
		boxes, err = tx.Boxes()
		return err
	})
	if clientID != "" {
		boxes = slices.DeleteFunc(boxes, func(b movement.Box) bool { return b.ClientID != clientID })
	}
	return boxes, err
}

// Make makes a client's box of a name; one that is there stays. secret is the client secret that signs what is sent; "" is
// one that is derived from the seed, and leaves that of a box that is there.
func (s *Service) Make(ctx context.Context, clientID, name, secret string) (b movement.Box, err error) {
	if clientID == "" || name == "" {
		return movement.Box{}, errors.New("make a box: it needs a client and a name; hint: the client id is derived from the bearer token")
	}
	err = s.recorder()(ctx, func(tx *store.Tx) (_ []movement.Entry, err error) {
		var there bool
		tx.LeaveOutDamaged() // another client's box
		if b, there, err = s.of(tx, clientID, name); err != nil {
			return nil, err
		}
		if there && (secret == "" || secret == b.Secret) {
			return nil, nil
		}
		what := "has a new client secret"
		if !there {
			b = movement.Box{ID: s.BoxID(clientID, name), ClientID: clientID, Name: name}
			what = "was made"
		}
		if b.Secret = secret; secret == "" {
			if b.Secret, err = s.secret(tx, clientID); err != nil {
				return nil, err
			}
		}
		if err := tx.PutBox(b); err != nil {
			return nil, err
		}
		return s.changed(tx, b, what)
	})
	if err != nil {
		return movement.Box{}, fmt.Errorf("make box %s: %w", name, err)
	}
	return b, nil
}

// secret is the push secret of a client: that of the application, or, if it was given none, one of the seed's.
func (s *Service) secret(tx *store.Tx, clientID string) (string, error) {
	if application.ValidClientID(clientID) {
		a, err := tx.Application(clientID)
		if err == nil && a.PushSecret != "" || err != nil && !errors.Is(err, store.ErrNotFound) {
			return a.PushSecret, err
		}
	}
	b := make([]byte, pushSecretBytes)
	_, _ = s.Source.Stream("push secret", clientID).Read(b) // never fails
	return base32.StdEncoding.EncodeToString(b), nil
}

// pushSecretBytes are encoded in 32 characters of Base32 (docs/spec/oauth-and-test-users.md#4).
const pushSecretBytes = 20

// Register gives a registered application the boxes for its callbacks, and its boxes its push secret. challenged says that
// whoever is behind a callback URL is asked first, as by HMRC when it is saved; otherwise it is only looked at whether
// callbacks may go there. The error is that of [Service.Subscribe].
func (s *Service) Register(ctx context.Context, a application.Application, challenged bool) error {
	secret, err := store.Read(s.Store.View, func(tx *store.Tx) (string, error) { return s.secret(tx, a.ClientID) })
	if err != nil {
		return err
	}
	for _, p := range message.Phases {
		callback, set := a.Callbacks[p.APIVersion()]
		b, there, err := s.Find(ctx, a.ClientID, BoxName(p))
		if err != nil {
			return err
		}
		if !set && !there {
			continue
		}
		if b, err = s.Make(ctx, a.ClientID, BoxName(p), secret); err != nil {
			return err
		}
		if b.Callback == callback || !set {
			continue
		}
		if err := s.subscribe(ctx, b.ID, callback, challenged); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) subscribe(ctx context.Context, boxID, callback string, challenged bool) (err error) {
	if challenged {
		_, err = s.Subscribe(ctx, boxID, callback)
		return err
	}
	if err := s.allowed.check(callback); err != nil {
		return &CallbackError{err}
	}
	_, err = s.setCallback(ctx, boxID, callback)
	return err
}

// Remove forgets a box with what is in it; the error wraps store.ErrNotFound if there is none. Movements that have it go
// on without notifications.
func (s *Service) Remove(ctx context.Context, id string) error {
	return s.recorder()(ctx, func(tx *store.Tx) ([]movement.Entry, error) {
		b, err := tx.Box(lower(id))
		if err != nil {
			return nil, err
		}
		if err := tx.DeleteBox(b.ID); err != nil {
			return nil, err
		}
		return s.changed(tx, b, "was removed")
	})
}

// changed writes into the store's own journal what happened to a box. No secret is in it.
func (s *Service) changed(tx *store.Tx, b movement.Box, what string) ([]movement.Entry, error) {
	entry := movement.Entry{
		At: s.Clock.Now(), Kind: movement.EntryBoxes, Text: "box " + b.ID + " " + what, Why: "it is the box " + b.Name + " of client " + b.ClientID,
	}
	err := tx.AddEntry(&entry)
	return []movement.Entry{entry}, err
}
