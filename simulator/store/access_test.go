package store_test

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/application"
	"nctsim/simulator/store"
)

var _ = Describe("Those who may call", func() {
	app := application.Application{
		ClientID: "a", Secrets: []string{"digest"}, RedirectURIs: []string{"http://localhost/"}, Callbacks: map[string]string{"2.1": "http://localhost/x"},
	}
	user := application.TestUser{ID: "085603622877", Password: "digest", EORI: alice, Services: []string{application.ServiceTraders}}
	token := func(client string, end time.Time) application.Credential {
		return application.Credential{Kind: application.Access, Digest: "of " + client, ClientID: client, Scopes: []string{"x"}, Granted: start, Expires: end}
	}
	ask := func(s *store.Store, digest string, at time.Time) (application.Credential, error) {
		return try(s, func(tx *store.Tx) (application.Credential, error) {
			return tx.Credential(application.Access, digest, at)
		})
	}

	It("come back as they were stored, also after a reset, until their time is over", func() {
		s := open()
		c := token("a", start.Add(time.Hour))
		update(s, func(tx *store.Tx) error { return tx.PutApplication(app) })
		update(s, func(tx *store.Tx) error { return tx.PutTestUser(user) })
		update(s, func(tx *store.Tx) error { return tx.PutCredential(c, start) })
		update(s, func(tx *store.Tx) error { return tx.Reset() })
		Expect(try(s, func(tx *store.Tx) (application.Application, error) { return tx.Application("a") })).To(Equal(app))
		Expect(try(s, func(tx *store.Tx) ([]application.TestUser, error) { return tx.TestUsers() })).To(Equal([]application.TestUser{user}))
		Expect(ask(s, c.Digest, start)).To(Equal(c))
		_, err := ask(s, c.Digest, start.Add(time.Hour))
		Expect(err).To(MatchError(store.ErrNotFound))
	})
	It("are taken away when something new comes after their time", func() {
		s := open()
		old, mortal := token("a", start.Add(time.Hour)), user
		mortal.Expires = start.Add(time.Hour)
		update(s, func(tx *store.Tx) error { return tx.PutCredential(old, start) })
		update(s, func(tx *store.Tx) error { return tx.PutTestUser(mortal) })
		update(s, func(tx *store.Tx) error {
			return tx.PutCredential(token("b", start.Add(3*time.Hour)), start.Add(2*time.Hour))
		})
		_, err := ask(s, old.Digest, start)
		Expect(err).To(MatchError(store.ErrNotFound))
		Expect(try(s, func(tx *store.Tx) ([]application.TestUser, error) { return tx.TestUsers() })).To(BeEmpty())
	})
	It("go with their application", func() {
		s := open()
		update(s, func(tx *store.Tx) error { return tx.PutApplication(app) })
		update(s, func(tx *store.Tx) error { return tx.PutCredential(token("a", start.Add(time.Hour)), start) })
		update(s, func(tx *store.Tx) error { return tx.PutCredential(token("b", start.Add(time.Hour)), start) })
		update(s, func(tx *store.Tx) error { return tx.DeleteApplication("a") })
		_, err := ask(s, "of a", start)
		Expect(err).To(MatchError(store.ErrNotFound))
		_, err = ask(s, "of b", start)
		Expect(err).NotTo(HaveOccurred())
		Expect(s.Update(GinkgoT().Context(), func(tx *store.Tx) error { return tx.DeleteApplication("a") })).To(MatchError(store.ErrNotFound))
	})
	It("are numbered on after a reset, so that nobody gets what somebody has", func() {
		s := open()
		next := func() (n uint64) {
			update(s, func(tx *store.Tx) (err error) { n, err = tx.NextSecret(); return err })
			return n
		}
		first := next()
		update(s, func(tx *store.Tx) error { return tx.Reset() })
		Expect(next()).To(Equal(first + 1))
	})
})
