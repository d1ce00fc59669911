package simulator_test

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator"
	"nctsim/simulator/clock"
	"nctsim/simulator/compose/composetest"
	"nctsim/simulator/message"
	"nctsim/simulator/schema"
	"nctsim/simulator/simtest"
)

const arrivals = "/customs/transits/movements/arrivals"

// transit is a departure and the arrival of its goods, in a simulator with all its rules.
type transit struct {
	sim                *simulator.Simulator
	phase              message.Phase
	mrn                string
	departure, arrival string
}

// depart posts a declaration and lets time pass until its goods are under way.
func depart(ctx context.Context, sim *simulator.Simulator, p message.Phase, declaration string) *transit {
	GinkgoHelper()
	t := &transit{sim: sim, phase: p}
	t.departure = declare(sim.URL(), p.APIVersion(), declaration, "TRANSIT")
	t.released(ctx)
	return t
}

// released waits until the goods are under way.
func (t *transit) released(ctx context.Context) {
	GinkgoHelper()
	Expect(t.sim.Settle(ctx)).To(Succeed())
	_, err := t.sim.Advance(ctx, 45*time.Minute)
	Expect(err).NotTo(HaveOccurred())
	_, shown := request(http.MethodGet, t.sim.URL()+departures+"/"+t.departure, t.accept("json"), "")
	var m struct{ MovementReferenceNumber string }
	Expect(json.Unmarshal([]byte(shown), &m)).To(Succeed())
	t.mrn = m.MovementReferenceNumber
	Expect(t.mrn).NotTo(BeEmpty(), strings.Join(chain(t.sim.URL(), t.departure), " "))
}

func (t *transit) accept(format string) string {
	return "application/vnd.hmrc." + t.phase.APIVersion() + "+" + format
}

// about is a sample message about the goods of the transit.
func (t *transit) about(name string) string {
	GinkgoHelper()
	data := simtest.File(name)
	return t.ours(string(data))
}

// ours gives a message the MRN of the transit.
func (t *transit) ours(body string) string {
	return regexp.MustCompile(`<MRN>[^<]*</MRN>`).ReplaceAllString(body, "<MRN>"+t.mrn+"</MRN>")
}

func (t *transit) post(ctx context.Context, path, body string) string {
	GinkgoHelper()
	status, answer := request(http.MethodPost, t.sim.URL()+path, t.accept("json"), body)
	Expect(status).To(Equal(http.StatusAccepted), answer)
	Expect(t.sim.Settle(ctx)).To(Succeed())
	var accepted struct{ ArrivalID string }
	Expect(json.Unmarshal([]byte(answer), &accepted)).To(Succeed())
	return accepted.ArrivalID
}

func (t *transit) arrive(ctx context.Context, notification string) {
	GinkgoHelper()
	t.arrival = t.post(ctx, arrivals, t.about(notification))
}

func (t *transit) remark(ctx context.Context, remarks string) {
	GinkgoHelper()
	t.post(ctx, arrivals+"/"+t.arrival+"/messages", remarks)
}

func (t *transit) act(ctx context.Context, movement, action string) {
	GinkgoHelper()
	status, answer := request(http.MethodPost, t.sim.URL()+"/simulator/v1/movements/"+movement+"/actions", "*/*", `{"action":"`+action+`"}`)
	Expect(status).To(Equal(http.StatusOK), answer)
	Expect(t.sim.Settle(ctx)).To(Succeed())
}

// messages are the types and bodies of a movement, the oldest first.
func (t *transit) messages(kind, movement string) (types []string, bodies []string) {
	GinkgoHelper()
	base := t.sim.URL() + kind + "/" + movement + "/messages"
	_, answer := request(http.MethodGet, base, t.accept("json"), "")
	var list struct{ Messages []struct{ ID, Type string } }
	Expect(json.Unmarshal([]byte(answer), &list)).To(Succeed())
	for i := len(list.Messages) - 1; i >= 0; i-- {
		_, body := request(http.MethodGet, base+"/"+list.Messages[i].ID+"/body", t.accept("xml"), "")
		types, bodies = append(types, list.Messages[i].Type), append(bodies, body)
	}
	return types, bodies
}

// chains are both sides of the transit: "IE015 … IE045 | IE007 … IE025".
func (t *transit) chains() string {
	GinkgoHelper()
	d, _ := t.messages(departures, t.departure)
	a, bodies := t.messages(arrivals, t.arrival)
	both := strings.Join(d, " ") + " | " + strings.Join(a, " ")
	if strings.HasSuffix(both, "IE057") {
		both += " " + strings.Join(functionalError.FindStringSubmatch(bodies[len(bodies)-1])[1:4], " ")
	}
	return both
}

var _ = Describe("A transit, with all rules", func() {
	start := func(change ...func(*simulator.Config)) *simulator.Simulator {
		return simulator.RunT(GinkgoT(), func(c *simulator.Config) {
			c.Profile, c.Clock, c.Now = "trader-test", clock.Manual, time.Date(2026, 3, 2, 9, 15, 0, 0, time.UTC)
			for _, f := range change {
				f(c)
			}
		})
	}
	coherent := func(t *transit) {
		GinkgoHelper()
		read := func(kind, movement string) (sent, received []*message.Document) {
			_, bodies := t.messages(kind, movement)
			for _, body := range bodies {
				result := simtest.Catalogue().Set(t.phase).Validate(context.Background(), []byte(body), schema.Options{})
				Expect(result.Errors).To(BeEmpty(), body)
				d, err := simtest.Catalogue().Document(t.phase, result.Root)
				Expect(err).NotTo(HaveOccurred())
				if d.Type.Role == message.FromCustoms {
					received = append(received, d)
				} else {
					sent = append(sent, d)
				}
			}
			return sent, received
		}
		sent, received := read(departures, t.departure)
		Expect(composetest.Story{Sent: sent, Received: received}.Faults()).To(BeEmpty())
		a := composetest.Arrival{Declaration: sent[0]}
		a.Sent, a.Received = read(arrivals, t.arrival)
		Expect(a.Faults()).To(BeEmpty())
	}
	const away = "IE015 IE928 IE028 IE029"

	// Every sample declaration that is released by itself, with the samples of its direction and phase.
	for _, p := range []message.Phase{message.Phase5, message.Phase6} {
		for _, name := range simtest.Files(path.Join(p.Dir(), "valid", "ie015-*simplified*.xml")) {
			if strings.Contains(name, "prelodged") {
				continue
			}
			report, remarks := "ie007-simplified.xml", "ie044-clean.xml"
			if strings.Contains(name, "xi-gb") {
				report, remarks = "ie007-simplified-xi-gb.xml", "ie044-clean-xi-gb.xml"
			}
			It("ends with a clean unloading: "+p.Dir()+" "+filepath.Base(name), func(ctx SpecContext) {
				t := depart(ctx, start(), p, name)
				t.arrive(ctx, path.Join(p.Dir(), "valid", report))
				Expect(t.chains()).To(Equal(away + " | IE007 IE043"))
				clean := t.about(path.Join(p.Dir(), "valid", remarks))
				if _, bodies := t.messages(arrivals, t.arrival); !strings.Contains(bodies[1], "<Seal>") {
					clean = regexp.MustCompile(`\s*<stateOfSeals>1</stateOfSeals>`).ReplaceAllString(clean, "")
				}
				t.remark(ctx, clean)
				Expect(t.chains()).To(Equal(away + " IE045 | IE007 IE043 IE044 IE025"))
				coherent(t)
			})
		}

		It("is rejected without the state of the seals, then taken, then has major discrepancies: phase "+p.String(), func(ctx SpecContext) {
			t := depart(ctx, start(), p, p.Dir()+"/valid/ie015-two-houses-simplified-gb-xi.xml")
			t.arrive(ctx, p.Dir()+"/valid/ie007-simplified.xml")
			t.remark(ctx, strings.Replace(t.about(p.Dir()+"/valid/ie044-clean.xml"), "<stateOfSeals>1</stateOfSeals>", "", 1))
			Expect(t.chains()).To(HaveSuffix("IE044 IE057 /CC044C/UnloadingRemark/stateOfSeals 13 C0440"))
			t.remark(ctx, t.about(p.Dir()+"/valid/ie044-two-houses-discrepancies-gb-xi.xml"))
			t.act(ctx, t.arrival, "major_discrepancies")
			t.act(ctx, t.departure, "resolve_discrepancies")
			Expect(t.chains()).To(Equal(away + " IE019 IE045 | IE007 IE043 IE044 IE057 IE044 IE025 IE025"))
			coherent(t)
		})

		It("goes the normal way: phase "+p.String(), func(ctx SpecContext) {
			t := depart(ctx, start(), p, p.Dir()+"/valid/ie015-simplified-gb-xi.xml")
			t.arrive(ctx, p.Dir()+"/valid/ie007-normal-gb-xi.xml")
			t.act(ctx, t.arrival, "accept_arrival")
			t.act(ctx, t.arrival, "release_goods")
			Expect(t.chains()).To(Equal(away + " IE045 | IE007 IE025"))
			coherent(t)
		})

		It("does not end at a consignee without authorisation, nor without an authorisation at all: phase "+p.String(), func(ctx SpecContext) {
			t := depart(ctx, start(), p, p.Dir()+"/valid/ie015-simplified-gb-xi.xml")
			right := t.about(p.Dir() + "/valid/ie007-simplified.xml")
			t.arrival = t.post(ctx, arrivals, strings.Replace(right, "XIAUTHDES02", "GBACT24A7770003", 1))
			Expect(t.chains()).To(HaveSuffix("IE007 IE057 //Authorisation[1]/referenceNumber 14 G0033"))
			t.arrival = t.post(ctx, arrivals, strings.Replace(right, "<simplifiedProcedure>1<", "<simplifiedProcedure>0<", 1))
			Expect(t.chains()).To(HaveSuffix("IE007 IE057 /CC007C/Authorisation[1] 15 C0102"))
			t.arrival = t.post(ctx, arrivals, right)
			Expect(t.chains()).To(Equal(away + " | IE007 IE043"))
		})
	}

	for _, story := range []struct {
		p                     message.Phase
		declaration           string
		notification, remarks string
	}{
		{message.Phase5, "dsxi1-ie015.xml", "asgb6-ie007.xml", "asgb6-ie044.xml"},
		{message.Phase6, "p6-dsgb-01-ie015.xml", "p6-asxi-01-ie007.xml", "p6-asxi-01-ie044.xml"},
	} {
		It("ends with the published messages of a trader too: phase "+story.p.String(), func(ctx SpecContext) {
			folder := filepath.Join("..", "..", "shared", "samples", "p"+story.p.String())
			read := func(name string) string {
				data, err := os.ReadFile(filepath.Join(folder, name))
				if err != nil {
					Skip("the published samples are not beside the repository (folder shared/samples)")
				}
				return string(data)
			}
			sim := start(func(c *simulator.Config) { c.RulesOff = []string{"C0403", "C0909"} })
			t := &transit{sim: sim, phase: story.p}
			t.departure = send(sim.URL(), declaration{story.declaration, story.p, read(story.declaration)}, "PUBLISHED")
			t.released(ctx)
			t.arrival = t.post(ctx, arrivals, t.ours(read(story.notification)))
			t.remark(ctx, t.ours(read(story.remarks)))
			Expect(t.chains()).To(Equal(away + " IE045 | IE007 IE043 IE044 IE025"))
			coherent(t)
		})
	}

	It("shows the incidents of the notification in transition mode", func(ctx SpecContext) {
		const samples = "phase5/valid/transition/"
		t := depart(ctx, start(func(c *simulator.Config) { c.Mode = simulator.ModeTransition }), message.Phase5, samples+"ie015-simplified-gb-xi.xml")
		t.arrive(ctx, samples+"ie007-incident-simplified-gb-xi.xml")
		Expect(t.chains()).To(Equal(away + " | IE007 IE043"))
		_, bodies := t.messages(arrivals, t.arrival)
		Expect(bodies[1]).To(ContainSubstring("<text>Boat covers soaked by rain through a torn tarpaulin</text>"))
		coherent(t)
	})
})
