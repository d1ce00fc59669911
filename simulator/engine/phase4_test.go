package engine_test

import (
	"bytes"
	"fmt"
	"os"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"pgregory.net/rapid"

	"nctsim/simulator/compose/composetest"
	"nctsim/simulator/engine"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/office"
	"nctsim/simulator/simtest"
	"nctsim/simulator/store"
)

const (
	phase4MRNPath = "HEAHEA/DocNumHEA5"
	unloadingDate = "UNLREMREM/UnlDatREM67"
	// elsewhere is an MRN of phase 4 that nobody here has given.
	elsewhere = "19IT02110010007827"
)

// phase4 is a message of phase 4 as API 1.0 hands it over: it puts the sender into it.
func phase4(name string, set ...string) engine.Submission {
	s := sample(message.Phase4, name, set...)
	const before = "</SynVerNumMES2>"
	s.Seal = func(m movement.Movement) []byte {
		sender := movement.TraderAddress(m.Kind, m.Number, m.Sent)
		return bytes.Replace(s.Body, []byte(before), []byte(before+"<MesSenMES3>"+sender+"</MesSenMES3>"), 1)
	}
	return s
}

// cancels is an IE014 for a departure of phase 4.
func cancels(m movement.Movement) engine.Submission {
	mrn := m.MRN
	if mrn == "" {
		mrn = elsewhere
	}
	return phase4("ie014-cancellation-gb", phase4MRNPath, mrn)
}

// phase4Notification is an IE007 of phase 4 from the trader at destination, who is somebody else.
func phase4Notification(procedure, mrn string) engine.Submission {
	s := phase4("ie007-"+procedure+"-gb-xi", phase4MRNPath, mrn)
	s.EORI = another
	return s
}

// phase4Remarks is an IE044 for an arrival of phase 4 about an unloading today.
func (w *world) phase4Remarks(m movement.Movement, name string, set ...string) engine.Submission {
	s := phase4("ie044-"+name+"-gb-xi", append([]string{phase4MRNPath, m.MRN, unloadingDate, w.Clock.Now().Format("20060102")}, set...)...)
	s.EORI = m.EORI
	return s
}

// phase4Released is a departure of phase 4 whose goods are under way.
func (w *world) phase4Released() movement.Movement {
	GinkgoHelper()
	m := w.post(phase4("ie015-simplified-gb-xi"))
	Expect(m.State).To(Equal(movement.Phase4ReleaseForTransit))
	return m
}

// coherentDeparture checks that the messages of a departure of phase 4 fit together.
func (w *world) coherentDeparture(id string) {
	GinkgoHelper()
	sent, received := w.documents(id)
	Expect(composetest.Story{Sent: sent, Received: received}.Faults()).To(BeEmpty())
}

var _ = Describe("A movement of phase 4", func() {
	It("goes from the declaration to the release in the simplified procedure, without an acknowledgement", func() {
		w := run(options{})
		m := w.post(phase4("ie015-simplified-gb-xi"))
		Expect(w.types(m.ID)).To(Equal("IE015 IE028 IE029"))
		Expect(m.State).To(Equal(movement.Phase4ReleaseForTransit))
		Expect(m.MRN).To(MatchRegexp(`^26GB0000601[0-9A-F]{6}[0-9]$`))
		w.coherentDeparture(m.ID)
	})

	It("goes from the declaration to the release in the normal procedure, by the officer", func() {
		w := run(options{})
		m := w.post(phase4("ie015-normal-gb-xi"))
		w.act(m.ID, "accept")
		w.act(m.ID, "control")
		w.act(m.ID, "release")
		Expect(w.types(m.ID)).To(Equal("IE015 IE928 IE028 IE060 IE029"))
		w.coherentDeparture(m.ID)
	})

	It("gets references that nobody else has while the clock does not move: other digits than 41 when a second has no more", func() {
		w := run(options{})
		seen, with41 := map[string]bool{}, 0
		for i := range 60 {
			m := w.post(phase4("ie015-simplified-gb-xi", "HEAHEA/RefNumHEA4", fmt.Sprintf("REF-%d", i)))
			for _, r := range w.messages(m.ID)[1:] {
				d, err := simtest.Catalogue().Parse(message.Phase4, w.body(m.ID, r.ID))
				Expect(err).NotTo(HaveOccurred())
				Expect(r.Identification).To(MatchRegexp(`^[1-9][0-9]4[12]` + w.Clock.Now().Format("0102150405") + "$"))
				Expect([]string{d.Get("IntConRefMES11"), d.Get("MesIdeMES19")}).To(Equal([]string{r.Identification, r.Identification}))
				if r.Identification[2:4] == "41" {
					with41++
				}
				seen[r.Identification] = true
			}
		}
		Expect(seen).To(HaveLen(120))
		Expect(with41).To(Equal(90))
	})

	It("keeps the reference that somebody gives to an injected message", func() {
		w := run(options{profile: "silent"})
		m := w.post(phase4("ie015-simplified-gb-xi"))
		for range 2 {
			r, body, err := w.Engine.Inject(ctx, m.ID, engine.Injection{Type: "IE028", Set: map[string]string{"IntConRefMES11": "1", "MesIdeMES19": "1"}})
			Expect(err).NotTo(HaveOccurred())
			Expect(r.Identification).To(Equal("1"))
			Expect(string(body)).To(ContainSubstring("<MesIdeMES19>1</MesIdeMES19>"))
		}
		own := map[string]bool{}
		for range 3 {
			r, body, err := w.Engine.Inject(ctx, m.ID, engine.Injection{Type: "IE029"})
			Expect(err).NotTo(HaveOccurred())
			Expect(string(body)).To(ContainSubstring("<MesIdeMES19>" + r.Identification + "</MesIdeMES19>"))
			Expect(body).To(Equal(w.body(m.ID, r.ID)))
			own[r.Identification] = true
		}
		Expect(own).To(HaveLen(3))
	})

	It("asks for the release in spite of a control, in vain", func() {
		w := run(options{})
		m := w.post(phase4("ie015-normal-gb-xi"))
		w.act(m.ID, "accept")
		w.act(m.ID, "control")
		w.attach(m.ID, phase4("ie054-release", phase4MRNPath, w.movement(m.ID).MRN))
		Expect(w.movement(m.ID).State).To(Equal(movement.Phase4RequestOfRelease))
		w.act(m.ID, "refuse_release")
		Expect(w.types(m.ID)).To(Equal("IE015 IE928 IE028 IE060 IE054 IE062 IE051"))
		_, received := w.documents(m.ID)
		Expect(received[3].Get("MesRecMES6")).To(Equal(movement.TraderAddress(message.Departure, m.Number, 1)), "all answers go to the address of the first message")
		w.coherentDeparture(m.ID)
	})

	It("arrives with its MRN at another trader's, is unloaded and written off", func() {
		w := run(options{})
		d := w.phase4Released()
		a := w.post(phase4Notification("simplified", d.MRN))
		Expect(a.EORI).To(Equal(another))
		Expect(a.State).To(Equal(movement.Phase4UnloadingPermission))
		Expect(a.Facts.Departure).To(Equal(d.ID))
		Expect(w.movement(d.ID).State).To(Equal(movement.Phase4ReleaseForTransit), "there is no word for the arrival")
		w.attach(a.ID, w.phase4Remarks(a, "clean", unloadingDate, "20260301"))
		Expect(w.movement(a.ID).State).To(Equal(movement.Phase4UnloadingRemarksRejected))
		w.attach(a.ID, w.phase4Remarks(a, "clean"))
		Expect(w.types(a.ID)).To(Equal("IE007 IE043 IE044 IE058 IE044 IE025"))
		Expect(w.types(d.ID)).To(Equal("IE015 IE028 IE029 IE045"))
		Expect(w.movement(d.ID).State).To(Equal(movement.Phase4WriteOff))
		Expect(w.movement(a.ID).State).To(Equal(movement.Phase4GoodsReleased))
		w.coherent(d.ID, a.ID)
	})

	It("is written off when the officer releases goods that do not conform", func() {
		w := run(options{})
		d := w.phase4Released()
		a := w.post(phase4Notification("simplified", d.MRN))
		w.attach(a.ID, w.phase4Remarks(a, "discrepancies"))
		w.settleAct(a.ID, "continue_unloading", nil)
		w.attach(a.ID, w.phase4Remarks(a, "discrepancies"))
		w.settleAct(a.ID, "release_goods", nil)
		Expect(w.types(a.ID)).To(Equal("IE007 IE043 IE044 IE043 IE044 IE025"))
		Expect(w.last(d.ID).Type.Code).To(Equal("IE045"))
		w.coherent(d.ID, a.ID)
	})

	It("arrives in the normal procedure", func() {
		w := run(options{})
		d := w.phase4Released()
		a := w.post(phase4Notification("normal", d.MRN))
		Expect(a.State).To(Equal(movement.Phase4ArrivalSubmitted))
		w.settleAct(a.ID, "release_goods", nil)
		Expect(w.types(a.ID)).To(Equal("IE007 IE025"))
		Expect(w.types(d.ID)).To(Equal("IE015 IE028 IE029 IE045"))
		w.coherent(d.ID, a.ID)
	})

	It("is written off after a cancellation that was refused because it came after the release", func() {
		w := run(options{})
		d := w.phase4Released()
		w.attach(d.ID, cancels(d))
		Expect(w.movement(d.ID).State).To(Equal(movement.Phase4CancellationDecision))
		Expect(w.last(d.ID).Get("HEAHEA/CanDecHEA93")).To(Equal("0"))
		Expect(w.last(d.ID).Get("HEAHEA/CanJusHEA248")).To(Equal("NOT IN REQUIRED STATE"))
		a := w.post(phase4Notification("normal", d.MRN))
		w.settleAct(a.ID, "release_goods", nil)
		Expect(w.types(d.ID)).To(Equal("IE015 IE028 IE029 IE014 IE009 IE045"))
		w.coherent(d.ID, a.ID)
	})

	It("is cancelled by an officer's consent, or goes on to the release if they refuse", func() {
		w := run(options{})
		for action, want := range map[string]string{"accept_cancellation": "IE015 IE928 IE028 IE014 IE009", "refuse_cancellation": "IE015 IE928 IE028 IE014 IE009 IE029"} {
			m := w.post(phase4("ie015-normal-gb-xi"))
			w.act(m.ID, "accept")
			w.attach(m.ID, cancels(w.movement(m.ID)))
			w.settleAct(m.ID, action, nil)
			Expect(w.types(m.ID)).To(Equal(want))
			w.coherentDeparture(m.ID)
		}
	})

	It("is cancelled by customs, and its goods cannot arrive any more", func() {
		w := run(options{})
		d := w.phase4Released()
		w.act(d.ID, "cancel")
		Expect(w.last(d.ID).Get("HEAHEA/CanIniByCusHEA94")).To(Equal("1"))
		a := w.post(phase4Notification("simplified", d.MRN))
		Expect(w.types(a.ID)).To(Equal("IE007 IE008"))
		Expect(w.last(a.ID).Get("FUNERRER1/ErrTypER11")).To(Equal("92"))
	})

	It("gets an answer to every message that comes at the wrong time, even before there is an MRN", func() {
		w := run(options{})
		m := w.post(phase4("ie015-normal-gb-xi"))
		w.attach(m.ID, cancels(m))
		w.attach(m.ID, phase4("ie054-release"))
		Expect(w.types(m.ID)).To(Equal("IE015 IE928 IE014 IE009 IE054 IE062"))
		w.act(m.ID, "accept")
		Expect(w.movement(m.ID).State).To(Equal(movement.Phase4MrnAllocated))
		Expect(w.Bugs()).To(BeEmpty())
	})

	It("is told that a message could not be read", func() {
		w := run(options{})
		m := w.post(phase4("ie015-normal-gb-xi"))
		w.act(m.ID, "accept")
		w.attach(m.ID, cancels(w.movement(m.ID)))
		w.act(m.ID, "unreadable")
		Expect(w.movement(m.ID).State).To(Equal(movement.Phase4CancellationNack))
		w.act(m.ID, "release")
		Expect(w.types(m.ID)).To(Equal("IE015 IE928 IE028 IE014 IE917 IE029"))
		w.coherentDeparture(m.ID)
	})

	It("may have the LRN of another one, of whatever phase", func() {
		w := run(options{})
		first, again := w.post(phase4("ie015-simplified-gb-xi")), w.post(phase4("ie015-simplified-gb-xi"))
		Expect([]movement.State{first.State, again.State}).To(HaveEach(movement.Phase4ReleaseForTransit))
		Expect(again.MRN).NotTo(Equal(first.MRN))
		later := w.post(simplified(lrnPath, first.LRN, "HolderOfTheTransitProcedure/identificationNumber", first.MovementEORI))
		Expect(w.types(later.ID)).To(Equal("IE015 IE928 IE028"))
	})

	It("never meets one of a later phase, even with the same MRN", func() {
		w := run(options{profile: "fast"})
		const mrn = "26XI000081CIV3XWJ7"
		d := w.phase4ReleasedIn(2 * time.Second)
		for _, code := range []string{"IE028", "IE029"} {
			set := map[string]string{phase4MRNPath: mrn}
			_, _, err := w.Engine.Inject(ctx, d.ID, engine.Injection{Type: code, Set: set})
			Expect(err).NotTo(HaveOccurred())
		}
		late := w.post(notification(message.Phase5, "simplified", mrn))
		Expect(late.Facts.Foreign).To(BeTrue(), w.journal(late.ID))
		a := w.post(phase4Notification("simplified", mrn))
		Expect(a.Facts.Departure).To(Equal(d.ID), "the other arrival is none of its goods: "+w.journal(a.ID))

		later := w.released(message.Phase5)
		foreign := w.post(phase4Notification("simplified", later.MRN))
		Expect(foreign.Facts.Foreign).To(BeTrue())
		w.attach(foreign.ID, w.phase4Remarks(foreign, "clean",
			"HEAHEA/TotNumOfIteHEA305", "1", "HEAHEA/TotNumOfPacHEA306", "24", "HEAHEA/TotGroMasHEA307", "1200"))
		Expect(w.types(foreign.ID)).To(Equal("IE007 IE043 IE044 IE025"))
		Expect(w.movement(later.ID).State).To(Equal(movement.Released))
	})

	It("is notified again after a rejection, with another MRN, and goes on as at first", func() {
		w := run(options{})
		d := w.phase4Released()
		a := w.post(phase4Notification("simplified", elsewhere))
		Expect(w.types(a.ID)).To(Equal("IE007 IE008"))
		w.attach(a.ID, phase4Notification("simplified", d.MRN))
		Expect(w.types(a.ID)).To(Equal("IE007 IE008 IE007 IE043"))
		Expect(w.movement(a.ID).MRN).To(Equal(d.MRN))
		w.attach(a.ID, w.phase4Remarks(w.movement(a.ID), "clean"))
		Expect(w.last(d.ID).Type.Code).To(Equal("IE045"))
		w.coherent(d.ID, a.ID)
	})

	It("is notified again in any state, and then begins anew", func() {
		w := run(options{profile: "fast"})
		a := w.post(phase4Notification("simplified", elsewhere))
		w.attach(a.ID, w.phase4Remarks(a, "discrepancies"))
		w.attach(a.ID, phase4Notification("normal", elsewhere))
		m := w.movement(a.ID)
		Expect(m.State).To(Equal(movement.Phase4ArrivalSubmitted))
		Expect(m.Facts.Remarks).To(BeEmpty())
		w.advance(2 * time.Second)
		Expect(w.types(a.ID)).To(Equal("IE007 IE043 IE044 IE007 IE025"))
		w.coherentArrival(a.ID)
	})

	It("is notified again before the default officer has decided about the first time", func() {
		w := run(options{profile: "fast"})
		a := w.post(phase4Notification("normal", elsewhere))
		w.advance(time.Second)
		w.attach(a.ID, phase4Notification("normal", elsewhere))
		w.advance(time.Second)
		Expect(w.types(a.ID)).To(Equal("IE007 IE007"), "the officer waits for two seconds again")
		w.advance(time.Second)
		Expect(w.types(a.ID)).To(Equal("IE007 IE007 IE025"))
	})

	It("arrives any number of times under the MRN of goods from elsewhere, but only once if the departure is here", func() {
		w := run(options{profile: "fast"})
		for range 120 {
			Expect(w.types(w.post(phase4Notification("simplified", elsewhere)).ID)).To(Equal("IE007 IE043"))
		}
		d := w.phase4ReleasedIn(2 * time.Second)
		Expect(w.types(w.post(phase4Notification("simplified", d.MRN)).ID)).To(Equal("IE007 IE043"))
		again := w.post(phase4Notification("simplified", d.MRN))
		Expect(w.types(again.ID)).To(Equal("IE007 IE008"))
		Expect(w.journal(again.ID)).To(ContainSubstring("another arrival notification with this MRN was taken"))
	})

	It("takes the MRN of an injected IE028, also one that another movement has", func() {
		w := run(options{profile: "silent"})
		first, second := w.post(phase4("ie015-simplified-gb-xi")), w.post(phase4("ie015-simplified-gb-xi"))
		Expect([]movement.State{first.State, second.State}).To(HaveEach(movement.Phase4DepartureSubmitted))
		for _, m := range []movement.Movement{first, second} {
			_, _, err := w.Engine.Inject(ctx, m.ID, engine.Injection{Type: "IE028", Set: map[string]string{phase4MRNPath: elsewhere}})
			Expect(err).NotTo(HaveOccurred())
			Expect(w.movement(m.ID).MRN).To(Equal(elsewhere))
		}
		_, _, err := w.Engine.Inject(ctx, first.ID, engine.Injection{Type: "IE028"})
		Expect(err).NotTo(HaveOccurred())
	})

	It("can be sent every message of its phase by injection", func() {
		w := run(options{profile: "silent"})
		d := w.post(phase4("ie015-simplified-gb-xi"))
		a := w.post(phase4Notification("simplified", elsewhere))
		for _, t := range message.Phase4.Types() {
			for _, m := range []movement.Movement{d, a} {
				if t.Role != message.FromCustoms || !t.Of(m.Kind) {
					continue
				}
				_, _, err := w.Engine.Inject(ctx, m.ID, engine.Injection{Type: t.Code})
				Expect(err).NotTo(HaveOccurred(), t.Code)
			}
		}
		Expect(w.Bugs()).To(BeEmpty())
	})

	It("is led to its end by the default officer", func() {
		for _, profile := range []string{"fast", "instant"} {
			w := run(options{profile: profile})
			d := w.post(phase4("ie015-normal-gb-xi"))
			a := w.post(phase4Notification("normal", elsewhere))
			r := w.post(phase4Notification("simplified", elsewhere))
			w.attach(r.ID, w.phase4Remarks(r, "discrepancies"))
			w.advance(time.Minute)
			Expect(w.types(d.ID)).To(Equal("IE015 IE928 IE028 IE029"), profile)
			Expect(w.types(a.ID)).To(Equal("IE007 IE025"), profile)
			Expect(w.types(r.ID)).To(Equal("IE007 IE043 IE044 IE025"), profile)
		}
	})

	It("waits for those who speak for customs where the profile is silent", func() {
		w := run(options{profile: "silent"})
		m := w.post(phase4("ie015-simplified-gb-xi"))
		w.advance(24 * time.Hour)
		Expect(w.types(m.ID)).To(Equal("IE015"))
		w.attach(m.ID, cancels(m))
		Expect(w.movement(m.ID).State).To(Equal(movement.Phase4CancellationRequest))
	})
})

// phase4ReleasedIn is a departure of phase 4 whose goods are under way after a while.
func (w *world) phase4ReleasedIn(after time.Duration) movement.Movement {
	GinkgoHelper()
	m := w.post(phase4("ie015-simplified-gb-xi"))
	w.advance(after)
	Expect(w.movement(m.ID).State).To(Equal(movement.Phase4ReleaseForTransit))
	return w.movement(m.ID)
}

// coherentArrival checks that the messages of an arrival from elsewhere fit together.
func (w *world) coherentArrival(id string) {
	GinkgoHelper()
	var a composetest.Arrival
	a.Sent, a.Received = w.documents(id)
	Expect(a.Faults()).To(BeEmpty())
}

// TestAnyInterruptedPhase4Transit plays a random story of departures and arrivals of phase 4 twice, as
// TestAnyInterruptedTransit does: once without a break and once with engines that end between any two things.
func TestAnyInterruptedPhase4Transit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		profile := rapid.SampledFrom([]string{"fast", "instant", "trader-test", "silent"}).Draw(t, "profile")
		steps := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) crossing {
			return crossing{
				what: rapid.SampledFrom([]string{
					"departure", "simplified", "simplified", "normal", "again", "remarks", "remarks", "cancel", "request",
					"action", "action", "action", "advance", "injection",
				}).Draw(t, "what"),
				target: rapid.IntRange(0, 3).Draw(t, "target"),
				number: rapid.IntRange(0, 99).Draw(t, "number"),
			}
		}), 1, 12).Draw(t, "steps")
		breaks := rapid.SliceOfN(rapid.Bool(), len(steps), len(steps)).Draw(t, "breaks")
		smooth := playPhase4(t, profile, steps, make([]bool, len(steps)))
		rough := playPhase4(t, profile, steps, breaks)
		if smooth != rough {
			t.Fatalf("without a break:\n%s\nwith breaks:\n%s", smooth, rough)
		}
	})
}

func playPhase4(t *rapid.T, profile string, steps []crossing, breaks []bool) string {
	dir, err := os.MkdirTemp("", "nctsim")
	must(err)
	defer func() { _ = os.RemoveAll(dir) }()
	w := newWorld(dir, options{profile: profile})
	defer func() { w.Close() }()
	must(w.Start())
	c := &crossings{world: w}
	c.departPhase4("simplified")
	c.quiet(t)
	for i, s := range steps {
		if breaks[i] {
			w.Close()
			w.Open() // not started: what comes now waits for the next one
		}
		c.doPhase4(s)
		if breaks[i] {
			w.Restart()
		}
		c.quiet(t)
	}
	w.uniqueMRNs(t)
	return w.everything()
}

func (c *crossings) departPhase4(procedure string) {
	m, _, err := c.Engine.Create(ctx, phase4("ie015-"+procedure+"-gb-xi"))
	must(err)
	c.departures = append(c.departures, m.ID)
}

// doPhase4 does one thing; that it may be refused is part of the story.
func (c *crossings) doPhase4(s crossing) {
	departure := c.now(c.departures[s.target%len(c.departures)])
	mrn := departure.MRN
	if mrn == "" || s.number < 10 {
		mrn = elsewhere
	}
	attach := func(id string, submission engine.Submission) {
		_, _, err := c.Engine.Attach(ctx, id, submission)
		must(err)
	}
	switch s.what {
	case "departure":
		c.departPhase4([]string{"simplified", "normal"}[s.number%2])
	case "simplified", "normal":
		m, _, err := c.Engine.Create(ctx, phase4Notification(s.what, mrn))
		must(err)
		c.arrivals = append(c.arrivals, m.ID)
	case "again", "remarks":
		if len(c.arrivals) == 0 {
			return
		}
		m := c.now(c.arrivals[s.target%len(c.arrivals)])
		if s.what == "again" {
			attach(m.ID, phase4Notification([]string{"simplified", "normal"}[s.number%2], mrn))
			return
		}
		attach(m.ID, c.phase4Remarks(m, []string{"clean", "discrepancies"}[s.number%2]))
	case "cancel":
		attach(departure.ID, cancels(departure))
	case "request":
		attach(departure.ID, phase4("ie054-release", phase4MRNPath, mrn))
	case "advance":
		must(c.Clock.MoveTo(c.Clock.Now().Add(time.Duration(s.number) * time.Minute)))
	default:
		c.meddlePhase4(s)
	}
}

// meddlePhase4 lets an officer act, or somebody inject a message, at either side.
func (c *crossings) meddlePhase4(s crossing) {
	kind, all := message.Departure, c.departures
	if s.number%2 > 0 && len(c.arrivals) > 0 {
		kind, all = message.Arrival, c.arrivals
	}
	id := all[s.target%len(all)]
	if s.what == "action" {
		verbs := office.VerbsOf(message.Phase4, kind)
		_, _ = c.Engine.Act(ctx, id, verbs[s.number/2%len(verbs)], nil, "officer")
		return
	}
	types := message.Phase4.Types()
	for i := range types {
		if t := types[(s.number+i)%len(types)]; t.Role == message.FromCustoms && t.Of(kind) {
			_, _, err := c.Engine.Inject(ctx, id, engine.Injection{Type: t.Code})
			must(err)
			return
		}
	}
}

// uniqueMRNs: the office gives no MRN twice.
func (w *world) uniqueMRNs(t *rapid.T) {
	seen := map[string]bool{}
	must(w.Store.View(func(tx *store.Tx) error {
		page, _, err := tx.Movements(store.MovementQuery{Kind: message.Departure, Generation: message.GenerationPhase4})
		for _, m := range page {
			if seen[m.MRN] && m.MRN != "" {
				t.Fatalf("two departures have the MRN %s", m.MRN)
			}
			seen[m.MRN] = true
		}
		return err
	}))
}
