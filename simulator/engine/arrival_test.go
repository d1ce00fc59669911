package engine_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/compose/composetest"
	"nctsim/simulator/engine"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/office"
	"nctsim/simulator/simtest"
	"nctsim/simulator/store"
)

var phases = []message.Phase{message.Phase5, message.Phase6}

// released is a departure whose goods are under way.
func (w *world) released(p message.Phase, set ...string) movement.Movement {
	GinkgoHelper()
	m := w.post(sample(p, "ie015-simplified-gb-xi", set...))
	w.act(m.ID, "release")
	return w.movement(m.ID)
}

// notification is an IE007 from the trader at destination, who is somebody else.
func notification(p message.Phase, procedure, mrn string, set ...string) engine.Submission {
	s := sample(p, "ie007-"+procedure, append([]string{mrnPath, mrn, actualOffice, "XI000081", "messageRecipient", "NTA.XI", traderNumber, another}, set...)...)
	s.EORI = another
	return s
}

// remarks is an IE044 for an arrival; by default nothing is remarkable.
func remarks(m movement.Movement, set ...string) engine.Submission {
	s := sample(m.Phase, "ie044-clean", append([]string{mrnPath, m.MRN, actualOffice, m.Office, traderNumber, m.MovementEORI}, set...)...)
	s.EORI = m.EORI
	return s
}

const (
	actualOffice = "CustomsOfficeOfDestinationActual/referenceNumber"
	traderNumber = "TraderAtDestination/identificationNumber"
	conform      = "UnloadingRemark/conform"
	completion   = "UnloadingRemark/unloadingCompletion"
	seals        = "UnloadingRemark/stateOfSeals"
)

// settleAct lets an officer act and both sides learn of it.
func (w *world) settleAct(id, action string, with map[string]any) engine.Result {
	GinkgoHelper()
	h, err := w.Engine.Act(ctx, id, action, with, "officer")
	Expect(err).NotTo(HaveOccurred())
	w.Settle()
	return h
}

// documents are the messages of a movement, those of the trader and those of customs.
func (w *world) documents(id string) (sent, received []*message.Document) {
	GinkgoHelper()
	m := w.movement(id)
	for _, r := range w.messages(id) {
		d, err := simtest.Catalogue().Parse(m.Phase, w.body(id, r.ID))
		Expect(err).NotTo(HaveOccurred())
		if r.Status == movement.Received {
			received = append(received, d)
		} else {
			sent = append(sent, d)
		}
	}
	return sent, received
}

// coherent checks that the messages of both sides fit together, each for itself and with each other.
func (w *world) coherent(departure, arrival string) {
	GinkgoHelper()
	sent, received := w.documents(departure)
	Expect(composetest.Story{Sent: sent, Received: received}.Faults()).To(BeEmpty())
	arrived := composetest.Arrival{Declaration: sent[0]}
	arrived.Sent, arrived.Received = w.documents(arrival)
	Expect(arrived.Faults()).To(BeEmpty())
}

var _ = Describe("The goods of a departure", func() {
	// transit is a departure and the arrival of its goods.
	transit := func(p message.Phase, procedure string) (w *world, departure, arrival movement.Movement) {
		GinkgoHelper()
		w = run(options{})
		departure = w.released(p)
		w.advance(time.Hour)
		arrival = w.post(notification(p, procedure, departure.MRN))
		return w, departure, arrival
	}
	states := func(w *world, departure, arrival movement.Movement) string {
		return fmt.Sprint(w.movement(departure.ID).State, " ", w.movement(arrival.ID).State)
	}

	for _, p := range phases {
		Context("in phase "+p.String(), func() {
			It("arrive in the simplified procedure, are unloaded and written off, across EORIs", func() {
				w, d, a := transit(p, "simplified")
				Expect(a.EORI).To(Equal(another))
				Expect(states(w, d, a)).To(Equal("ARRIVED UNLOADING_PERMITTED"))
				w.attach(a.ID, remarks(a))
				Expect(w.types(a.ID)).To(Equal("IE007 IE043 IE044 IE025"))
				Expect(w.types(d.ID)).To(Equal("IE015 IE928 IE028 IE029 IE045"))
				Expect(states(w, d, a)).To(Equal("WRITTEN_OFF GOODS_RELEASED"))
				w.coherent(d.ID, a.ID)
				Expect(w.journal(d.ID)).To(ContainSubstring("office of destination reports: goods_released"))
				Expect(w.journal(a.ID)).To(ContainSubstring("tell the other side goods_released"))
			})

			It("arrive in the normal procedure, where the officer accepts and releases", func() {
				w, d, a := transit(p, "normal")
				Expect(states(w, d, a)).To(Equal("RELEASED AWAITING_ARRIVAL_ACCEPTANCE"))
				w.settleAct(a.ID, "accept_arrival", nil)
				Expect(states(w, d, a)).To(Equal("ARRIVED ARRIVAL_ACCEPTED"))
				h := w.settleAct(a.ID, "release_goods", nil)
				Expect(h.Messages).To(HaveLen(1), "those of the movement that was acted on")
				Expect(w.types(a.ID)).To(Equal("IE007 IE025"))
				Expect(w.last(d.ID).Type.Code).To(Equal("IE045"))
				Expect(w.last(a.ID).Get("correlationIdentifier")).To(Equal(w.messages(a.ID)[0].Identification))
				w.coherent(d.ID, a.ID)
			})

			It("are unloaded in the normal procedure when the officer wants to see them", func() {
				w, d, a := transit(p, "normal")
				w.settleAct(a.ID, "accept_arrival", nil)
				w.settleAct(a.ID, "permit_unloading", nil)
				w.attach(a.ID, remarks(a))
				Expect(w.types(a.ID)).To(Equal("IE007 IE043 IE044 IE025"))
				w.coherent(d.ID, a.ID)
			})

			It("do not conform, and the officer releases them all the same", func() {
				w, d, a := transit(p, "simplified")
				w.attach(a.ID, remarks(a, conform, "0"))
				Expect(w.types(a.ID)).To(Equal("IE007 IE043 IE044"))
				w.settleAct(a.ID, "release_goods", map[string]any{"controlResult": map[string]any{"code": "A5"}})
				Expect(states(w, d, a)).To(Equal("WRITTEN_OFF GOODS_RELEASED"))
				w.coherent(d.ID, a.ID)
			})

			It("are unloaded bit by bit, and released in part before the end", func() {
				w, d, a := transit(p, "simplified")
				for range 2 {
					w.attach(a.ID, remarks(a, completion, "0"))
					w.settleAct(a.ID, "continue_unloading", nil)
				}
				Expect(w.last(a.ID).Get("CTLControl/continueUnloading")).To(Equal("2"))
				w.attach(a.ID, remarks(a, conform, "0"))
				w.settleAct(a.ID, "partial_release", map[string]any{"houses": []any{map[string]any{"number": 1, "items": []any{map[string]any{"number": 2}}}}})
				Expect(w.last(a.ID).Get("Consignment/HouseConsignment/ConsignmentItem/declarationGoodsItemNumber")).To(Equal("2"))
				w.settleAct(a.ID, "release_goods", nil)
				Expect(w.types(a.ID)).To(Equal("IE007 IE043 IE044 IE043 IE044 IE043 IE044 IE025 IE025"))
				Expect(w.types(d.ID)).To(HaveSuffix("IE029 IE045"))
				w.coherent(d.ID, a.ID)
			})

			It("are remarked upon wrongly, then rightly", func() {
				w, d, a := transit(p, "simplified")
				w.attach(a.ID, remarks(a, seals, ""))
				rejected := w.last(a.ID)
				Expect(rejected.Type.Code).To(Equal("IE057"))
				Expect(rejected.Get("TransitOperation/businessRejectionType")).To(Equal("044"))
				Expect(rejected.Get("FunctionalError/errorReason")).To(Equal("C0440"))
				w.attach(a.ID, remarks(a))
				Expect(states(w, d, a)).To(Equal("WRITTEN_OFF GOODS_RELEASED"))
				w.coherent(d.ID, a.ID)
			})

			It("have major discrepancies, which are resolved at departure: released at destination first", func() {
				w, d, a := transit(p, "simplified")
				w.attach(a.ID, remarks(a, conform, "0"))
				w.settleAct(a.ID, "major_discrepancies", map[string]any{"text": "unsatisfactory"})
				Expect(w.last(a.ID).Get("TransitOperation/releaseIndicator")).To(Equal("4"))
				Expect(w.last(d.ID).Get("TransitOperation/discrepanciesNotificationText")).To(Equal("unsatisfactory"))
				Expect(states(w, d, a)).To(Equal("DISCREPANCIES DISCREPANCY_PENDING"))
				w.settleAct(d.ID, "resolve_discrepancies", nil)
				Expect(states(w, d, a)).To(Equal("WRITTEN_OFF GOODS_RELEASED"))
				Expect(w.types(a.ID)).To(HaveSuffix("IE044 IE025 IE025"))
				Expect(w.types(d.ID)).To(HaveSuffix("IE019 IE045"))
				w.coherent(d.ID, a.ID)
			})

			It("have major discrepancies, which are confirmed at destination: the duties are recovered", func() {
				w, d, a := transit(p, "simplified")
				w.attach(a.ID, remarks(a, seals, "0"))
				w.settleAct(a.ID, "major_discrepancies", nil)
				w.settleAct(a.ID, "start_recovery", map[string]any{"amount": "12.50", "currency": "GBP"})
				Expect(w.last(d.ID).Get("RecoveryNotification/amountClaimed")).To(Equal("12.50"))
				Expect(states(w, d, a)).To(Equal("RECOVERY GOODS_NOT_RELEASED"))
				w.settleAct(d.ID, "end_recovery", nil)
				Expect(w.types(d.ID)).To(HaveSuffix("IE019 IE035 IE045"))
				Expect(w.types(a.ID)).To(Equal("IE007 IE043 IE044 IE025"))
				w.coherent(d.ID, a.ID)
			})

			It("are recorded as arrived by customs, so that an arrival notification comes too late", func() {
				w := run(options{})
				d := w.released(p)
				w.act(d.ID, "arrive")
				Expect(w.types(d.ID)).To(HaveSuffix("IE029 IE045"))
				a := w.post(notification(p, "simplified", d.MRN))
				Expect(w.types(a.ID)).To(Equal("IE007 IE057"))
				Expect(w.last(a.ID).Get("FunctionalError/errorCode")).To(Equal("92"))
				w.coherent(d.ID, a.ID)
			})

			It("are cancelled by customs while their arrival waits, which rejects it", func() {
				w, d, a := transit(p, "normal")
				w.settleAct(d.ID, "cancel", nil)
				w.settleAct(a.ID, "accept_arrival", nil)
				Expect(w.types(a.ID)).To(Equal("IE007 IE057"))
				Expect(states(w, d, a)).To(Equal("CANCELLED ARR_REJECTED"))
			})

			It("arrive once: a second notification is rejected, a corrected one after a rejection is not", func() {
				w, d, a := transit(p, "normal")
				second := w.post(notification(p, "simplified", d.MRN))
				Expect(w.types(second.ID)).To(Equal("IE007 IE057"))
				Expect(w.last(second.ID).Get("FunctionalError/errorPointer")).To(Equal("/CC007C"))
				w.settleAct(a.ID, "reject_arrival", map[string]any{"justification": "wrong place"})
				third := w.post(notification(p, "simplified", d.MRN))
				Expect(w.types(third.ID)).To(Equal("IE007 IE043"))
				Expect(third.Facts.Departure).To(Equal(d.ID))
			})

			It("show the incidents of the journey on arrival", func() {
				w := run(options{})
				d := w.released(p)
				w.settleAct(d.ID, "incident", map[string]any{"code": "5", "text": "flood"})
				a := w.post(notification(p, "simplified", d.MRN))
				Expect(w.last(a.ID).Get("Consignment/Incident/text")).To(Equal("flood"))
				w.settleAct(d.ID, "enquiry", nil)
				Expect(w.last(d.ID).Type.Code).To(Equal("IE140"))
			})
		})
	}

	It("may arrive in another phase than they departed in", func() {
		for i, there := range phases {
			here := phases[1-i]
			w := run(options{})
			d := w.post(sample(there, "ie015-prelodged-simplified-gb-xi"))
			w.attach(d.ID, sample(there, "ie170-presentation", lrnPath, d.LRN))
			d = w.movement(d.ID)
			Expect(d.State).To(Equal(movement.Released))
			a := w.post(notification(here, "simplified", d.MRN))
			presented := w.messages(d.ID)[2]
			doc, err := simtest.Catalogue().Parse(there, w.body(d.ID, presented.ID))
			Expect(err).NotTo(HaveOccurred())
			const vehicle = "Consignment/DepartureTransportMeans[1]/identificationNumber"
			Expect(w.last(a.ID).Get(vehicle)).To(Equal(doc.Get(vehicle)))
			Expect(w.last(a.ID).Get("Consignment/referenceNumberUCR") == "").To(Equal(here == message.Phase5), "its IE043 has no place for it")
			w.attach(a.ID, remarks(a, seals, ""))
			Expect(w.types(a.ID)).To(Equal("IE007 IE043 IE044 IE025"))
			Expect(w.last(d.ID).Type.Code).To(Equal("IE045"))
		}
	})

	It("arrive and leave by themselves in the profiles with a default officer", func() {
		for _, profile := range []string{"instant", "fast"} {
			w := run(options{profile: profile})
			d := w.post(simplified())
			w.advance(time.Minute)
			d = w.movement(d.ID)
			a := w.post(notification(message.Phase5, "normal", d.MRN))
			w.advance(time.Minute)
			Expect(states(w, d, a)).To(Equal("WRITTEN_OFF GOODS_RELEASED"), profile)
			Expect(w.types(a.ID)).To(Equal("IE007 IE025"))
		}
	})

	It("may come from elsewhere where the profile takes them, and then nobody is told", func() {
		for _, p := range phases {
			w := run(options{profile: "instant"})
			a := w.post(sample(p, "ie007-simplified"))
			Expect(w.types(a.ID)).To(Equal("IE007 IE043"))
			Expect(a.Facts.Foreign).To(BeTrue())
			a.EORI = trader
			w.attach(a.ID, remarks(a))
			Expect(w.types(a.ID)).To(Equal("IE007 IE043 IE044 IE025"), "the goods are sealed, as the remarks say")
			story := composetest.Arrival{}
			story.Sent, story.Received = w.documents(a.ID)
			Expect(story.Faults()).To(BeEmpty())

			again := w.post(sample(p, "ie007-simplified"))
			Expect(w.types(again.ID)).To(Equal("IE007 IE057"), "the MRN has arrived")
		}
	})

	It("come from nowhere in profile trader-test", func() {
		w := run(options{})
		a := w.post(sample(message.Phase5, "ie007-simplified"))
		Expect(w.types(a.ID)).To(Equal("IE007 IE057"))
		Expect(w.last(a.ID).Get("FunctionalError/errorCode")).To(Equal("90"))
		Expect(a.State).To(Equal(movement.ArrivalRejected))
	})

	It("are made up for an arrival whose departure was forgotten", func() {
		w, d, a := transit(message.Phase5, "normal")
		w.settleAct(a.ID, "accept_arrival", nil)
		Expect(w.Engine.Forget(ctx, d.ID)).To(Succeed())
		w.settleAct(a.ID, "permit_unloading", nil)
		Expect(w.last(a.ID).Get("Consignment/HouseConsignment/ConsignmentItem/Commodity/descriptionOfGoods")).To(Equal("Goods from abroad"))
		w.attach(a.ID, remarks(a))
		Expect(w.types(a.ID)).To(Equal("IE007 IE043 IE044 IE025"))
		Expect(w.journal(a.ID)).To(ContainSubstring("nobody is told: goods_released"))
	})
})

var _ = Describe("A message injected into an arrival", func() {
	It("is composed from the goods of its departure, or of others, in every state", func() {
		for _, p := range phases {
			w := run(options{profile: "silent"})
			a := w.post(sample(p, "ie007-normal"))
			Expect(w.types(a.ID)).To(Equal("IE007"))
			for _, typ := range []string{"IE043", "IE057", "IE025", "IE906", "IE917"} {
				_, body, err := w.Engine.Inject(ctx, a.ID, engine.Injection{Type: typ, By: "tester"})
				Expect(err).NotTo(HaveOccurred(), typ)
				if typ != "IE906" && typ != "IE917" {
					Expect(string(body)).To(ContainSubstring("<MRN>" + a.MRN + "</MRN>"))
				}
			}
			Expect(w.movement(a.ID).State).To(Equal(movement.GoodsReleased))
			Expect(w.Bugs()).To(BeEmpty())
		}
	})

	It("tells the departure nothing, and counts in what comes after", func() {
		w := run(options{})
		d := w.released(message.Phase5)
		a := w.post(notification(message.Phase5, "normal", d.MRN))
		inject := func(in engine.Injection) {
			GinkgoHelper()
			_, _, err := w.Engine.Inject(ctx, a.ID, in)
			Expect(err).NotTo(HaveOccurred())
			w.Settle()
		}
		inject(engine.Injection{Type: "IE043", Set: map[string]string{"Consignment/TransportEquipment[1]/numberOfSeals": "2"}})
		Expect(w.movement(d.ID).State).To(Equal(movement.Released))
		inject(engine.Injection{Type: "IE043", Set: map[string]string{"CTLControl/continueUnloading": "8"}})
		w.attach(a.ID, remarks(a, completion, "0"))
		w.settleAct(a.ID, "continue_unloading", nil)
		Expect(w.last(a.ID).Get("CTLControl/continueUnloading")).To(Equal("9"))
		inject(engine.Injection{Body: []byte("<CC043C>nobody can read this"), Type: "IE043", Force: true})
		w.attach(a.ID, remarks(a, seals, ""))
		Expect(w.last(a.ID).Get("FunctionalError/errorReason")).To(Equal("C0440"), "the last permission that can be read shows seals")
		w.attach(a.ID, remarks(a))
		Expect(w.movement(d.ID).State).To(Equal(movement.WrittenOff))
	})

	It("is random when that is asked for", func() {
		w := run(options{})
		d := w.released(message.Phase6)
		a := w.post(notification(message.Phase6, "simplified", d.MRN))
		for _, typ := range []string{"IE025", "IE043", "IE057"} {
			_, body, err := w.Engine.Inject(ctx, a.ID, engine.Injection{Type: typ, Random: true})
			Expect(err).NotTo(HaveOccurred())
			Expect(string(body)).To(ContainSubstring("<messageRecipient>" + a.ID + "-0000000000000000<"))
		}
	})

	It("has to be one to the trader at destination", func() {
		w := run(options{})
		d := w.released(message.Phase5)
		a := w.post(notification(message.Phase5, "simplified", d.MRN))
		for id, typ := range map[string]string{a.ID: "IE029", d.ID: "IE043"} {
			_, _, err := w.Engine.Inject(ctx, id, engine.Injection{Type: typ})
			Expect(err).To(BeAssignableToTypeOf(&engine.InvalidError{}))
		}
	})
})

var _ = Describe("The two sides of a transit", func() {
	It("wait for what came before at the other side", func() {
		w := newWorld(GinkgoT().TempDir(), options{})
		defer w.Close()
		d, _, err := w.Engine.Create(ctx, normal())
		must(err)
		_, err = w.Engine.Act(ctx, d.ID, "accept", nil, "officer")
		must(err)
		_, err = w.Engine.Act(ctx, d.ID, "release", nil, "officer")
		must(err)
		d = w.movement(d.ID)
		// Nobody works: the arrival is only in the queue when customs acts at the departure.
		a, _, err := w.Engine.Create(ctx, notification(message.Phase5, "simplified", d.MRN))
		must(err)
		_, err = w.Engine.Act(ctx, a.ID, "release_goods", nil, "officer")
		must(err)
		Expect(w.movement(d.ID).State).To(Equal(movement.Arrived), "of the release it was told, but has not taken it in")
		Expect(w.waiting()).To(Equal([]string{d.ID}))
		_, err = w.Engine.Act(ctx, d.ID, "cancel", nil, "officer")
		var refused *office.Refused
		Expect(errors.As(err, &refused)).To(BeTrue())
		Expect(refused.State).To(Equal(movement.WrittenOff))
		Expect(w.types(d.ID)).To(HaveSuffix("IE029 IE045"))
	})

	It("let a timer of the departure that is due come before the arrival", func() {
		w := newWorld(GinkgoT().TempDir(), options{})
		defer w.Close()
		d, _, err := w.Engine.Create(ctx, simplified())
		must(err)
		must(w.Engine.Drain(ctx, d.ID))
		d = w.movement(d.ID)
		must(w.Clock.MoveTo(w.Clock.Now().Add(time.Hour)))
		a, _, err := w.Engine.Create(ctx, notification(message.Phase5, "simplified", d.MRN))
		must(err)
		must(w.Engine.Drain(ctx, a.ID))
		Expect(w.types(a.ID)).To(Equal("IE007 IE043"), "the automatic release was due")
		Expect(w.types(d.ID)).To(HaveSuffix("IE029"))
	})

	It("try again what the other side has overtaken, instead of contradicting it", func() {
		w := newWorld(GinkgoT().TempDir(), options{})
		defer w.Close()
		released := func(lrn string) movement.Movement {
			d, _, err := w.Engine.Create(ctx, simplified(lrnPath, lrn))
			must(err)
			_, err = w.Engine.Act(ctx, d.ID, "release", nil, "officer")
			must(err)
			return w.movement(d.ID)
		}
		arriving := func(procedure string, d movement.Movement) movement.Movement {
			a, _, err := w.Engine.Create(ctx, notification(message.Phase5, procedure, d.MRN))
			must(err)
			return a
		}

		d := released("CANCEL")
		a := arriving("simplified", d)
		_, err := w.Engine.Act(ctx, d.ID, "cancel", nil, "officer")
		Expect(err).To(BeAssignableToTypeOf(&office.Refused{}), "the notification came before")
		Expect(w.movement(a.ID).State).To(Equal(movement.UnloadingPermitted))
		Expect(w.movement(d.ID).State).To(Equal(movement.Arrived))

		d = released("CANCEL-2")
		err = w.Engine.Overtaken(ctx, d.ID, "cancel", func() {
			a = arriving("simplified", d)
			must(w.Engine.Drain(ctx, a.ID))
		})
		Expect(err).To(MatchError(engine.ErrMoved), "the arrival was accepted meanwhile, and the departure told")
		Expect(w.movement(d.ID).State).To(Equal(movement.Released))

		d = released("ACCEPT")
		a = arriving("normal", d)
		must(w.Engine.Drain(ctx, a.ID))
		err = w.Engine.Overtaken(ctx, a.ID, "accept_arrival", func() {
			_, err := w.Engine.Act(ctx, d.ID, "cancel", nil, "officer")
			must(err)
		})
		Expect(err).To(MatchError(engine.ErrMoved), "the departure was cancelled meanwhile")
		_, err = w.Engine.Act(ctx, a.ID, "accept_arrival", nil, "officer")
		must(err)
		Expect(w.types(a.ID)).To(Equal("IE007 IE057"))

		d = released("FORGET")
		a = arriving("normal", d)
		must(w.Engine.Drain(ctx, a.ID))
		err = w.Engine.Overtaken(ctx, a.ID, "accept_arrival", func() { must(w.Engine.Forget(ctx, d.ID)) })
		Expect(err).To(MatchError(engine.ErrMoved), "there is nobody left to tell")
	})

	It("agree whatever happens at once", func() {
		w := run(options{})
		const transits = 12
		var wg sync.WaitGroup
		departures := make([]movement.Movement, transits)
		for i := range departures {
			departures[i] = w.released(message.Phase5, lrnPath, fmt.Sprint("LRN", i))
		}
		arrivals := make([][]movement.Movement, transits)
		for i, d := range departures {
			arrivals[i] = make([]movement.Movement, 3)
			for k := range arrivals[i] {
				wg.Go(func() {
					defer GinkgoRecover()
					var err error
					arrivals[i][k], _, err = w.Engine.Create(ctx, notification(message.Phase5, []string{"simplified", "normal"}[i%2], d.MRN))
					Expect(err).NotTo(HaveOccurred())
					_, _ = w.Engine.Act(ctx, arrivals[i][k].ID, "accept_arrival", nil, "officer")
				})
			}
			wg.Go(func() {
				defer GinkgoRecover()
				_, err := w.Engine.Act(ctx, d.ID, "cancel", nil, "officer")
				var refused *office.Refused
				Expect(err == nil || errors.As(err, &refused)).To(BeTrue())
			})
		}
		wg.Wait()
		w.Settle()
		for i, d := range departures {
			accepted := 0
			for _, a := range arrivals[i] {
				switch w.movement(a.ID).State {
				case movement.UnloadingPermitted, movement.ArrivalAccepted:
					accepted++
				default:
					Expect(w.movement(a.ID).State).To(Equal(movement.ArrivalRejected))
				}
			}
			want := movement.Cancelled
			if accepted > 0 {
				want = movement.Arrived
			}
			Expect(accepted).To(BeNumerically("<=", 1))
			Expect(w.movement(d.ID).State).To(Equal(want), w.journal(d.ID))
		}
		Expect(w.Bugs()).To(BeEmpty())
	})
})

var _ = Describe("An engine that ends between the two sides", func() {
	It("has told the departure in the transaction of the arrival: it is written off exactly once", func() {
		w := newWorld(GinkgoT().TempDir(), options{})
		defer func() { w.Close() }()
		must(w.Start())
		d := w.released(message.Phase5)
		a := w.post(notification(message.Phase5, "simplified", d.MRN))
		w.Close()
		w.Open() // nobody works
		_, _, err := w.Engine.Attach(ctx, a.ID, remarks(a))
		must(err)
		must(w.Engine.Drain(ctx, a.ID))
		Expect(w.types(a.ID)).To(HaveSuffix("IE044 IE025"))
		Expect(w.types(d.ID)).To(HaveSuffix("IE029"))
		Expect(w.waiting()).To(Equal([]string{d.ID}))
		for range 2 {
			w.Restart()
			w.Settle()
			Expect(w.types(d.ID)).To(HaveSuffix("IE029 IE045"))
			Expect(w.types(a.ID)).To(Equal("IE007 IE043 IE044 IE025"))
			Expect(w.movement(d.ID).State).To(Equal(movement.WrittenOff))
		}
		w.coherent(d.ID, a.ID)
	})

	It("tells nobody when the departure was forgotten in between", func() {
		w := newWorld(GinkgoT().TempDir(), options{})
		defer func() { w.Close() }()
		must(w.Start())
		d := w.released(message.Phase5)
		a := w.post(notification(message.Phase5, "simplified", d.MRN))
		w.Close()
		w.Open()
		_, _, err := w.Engine.Attach(ctx, a.ID, remarks(a))
		must(err)
		must(w.Engine.Drain(ctx, a.ID))
		Expect(w.waiting()).To(Equal([]string{d.ID}))
		must(w.Engine.Forget(ctx, d.ID))
		w.Restart()
		w.Settle()
		Expect(w.types(a.ID)).To(HaveSuffix("IE044 IE025"))
		Expect(w.Bugs()).To(BeEmpty())
		w.read(func(tx *store.Tx) error {
			_, err := tx.Movement(d.ID)
			Expect(err).To(MatchError(store.ErrNotFound))
			return nil
		})
	})
})

var _ = Describe("A list of arrivals", func() {
	It("has the MRN and the trader at destination at once, and no LRN", func() {
		w := newWorld(GinkgoT().TempDir(), options{})
		defer w.Close()
		s := sample(message.Phase6, "ie007-normal")
		a, _, err := w.Engine.Create(ctx, s)
		must(err)
		Expect(a.MRN).To(Equal(s.Document.Get(mrnPath)))
		Expect(a.MovementEORI).To(Equal(s.Document.Get(traderNumber)))
		Expect(a.LRN).To(BeEmpty())
		Expect(a.State).To(Equal(movement.ArrivalSubmitted))
		Expect(strings.TrimSpace(a.Facts.Declaration)).To(BeEmpty(), "an arrival has no declaration of its own")
	})
})
