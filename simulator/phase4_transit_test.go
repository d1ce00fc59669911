package simulator_test

import (
	"context"
	"encoding/json"
	"net/http"
	"path"
	"regexp"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator"
	"nctsim/simulator/clock"
	"nctsim/simulator/compose/composetest"
	"nctsim/simulator/message"
	"nctsim/simulator/simtest"
)

const (
	phase4Accept = "application/vnd.hmrc.1.0+json"
	phase4Sample = "phase4/valid/"
)

// phase4Transit is a departure and the arrival of its goods in API 1.0.
type phase4Transit struct {
	sim *simulator.Simulator
	mrn string
	// wire ids of the two movements
	departure, arrival string
}

// post sends a message and gives what the API answers.
func (t *phase4Transit) post(ctx context.Context, path, body string) (answer struct{ DepartureID, ArrivalID, Body string }) {
	GinkgoHelper()
	status, text := request(http.MethodPost, t.sim.URL()+path, phase4Accept, body)
	Expect(status).To(Equal(http.StatusAccepted), text)
	Expect(json.Unmarshal([]byte(text), &answer)).To(Succeed())
	Expect(t.sim.Settle(ctx)).To(Succeed())
	return answer
}

// place lets Test Support send a message of customs.
func (t *phase4Transit) place(ctx context.Context, movement, instruction string) {
	GinkgoHelper()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, t.sim.URL()+"/test"+movement+"/messages", strings.NewReader(`{"message":{`+instruction+`}}`))
	Expect(err).NotTo(HaveOccurred())
	req.Header.Set("Authorization", "Bearer GB123456789012")
	req.Header.Set("Content-Type", "application/json")
	res, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	Expect(err).NotTo(HaveOccurred())
	defer res.Body.Close()
	Expect(res.StatusCode).To(Equal(http.StatusCreated), instruction)
	Expect(t.sim.Settle(ctx)).To(Succeed())
}

// sample is a sample message about the goods of the transit.
func (t *phase4Transit) sample(name string) string {
	GinkgoHelper()
	data := simtest.File(phase4Sample + name)
	return regexp.MustCompile(`<DocNumHEA5>[^<]*<`).ReplaceAllString(string(data), "<DocNumHEA5>"+t.mrn+"<")
}

// act lets an officer do something to the departure with this wire id.
func (t *phase4Transit) act(ctx context.Context, action string) {
	GinkgoHelper()
	_, text := request(http.MethodGet, t.sim.URL()+"/simulator/v1/movements", "*/*", "")
	var list struct {
		Movements []struct{ ID, WireID, Type string }
	}
	Expect(json.Unmarshal([]byte(text), &list)).To(Succeed())
	for _, m := range list.Movements {
		if m.WireID != t.departure || m.Type != "departure" {
			continue
		}
		status, answer := request(http.MethodPost, t.sim.URL()+"/simulator/v1/movements/"+m.ID+"/actions", "*/*", `{"action":"`+action+`"}`)
		Expect(status).To(Equal(http.StatusOK), answer)
		Expect(t.sim.Settle(ctx)).To(Succeed())
		return
	}
	Fail("no departure " + t.departure)
}

// messages are those of a movement as the API keeps them, the trader's and those of customs, with all types in order.
func (t *phase4Transit) messages(kind, id string) (types string, sent, received []*message.Document) {
	GinkgoHelper()
	catalogue := simulator.Catalogue()
	_, text := request(http.MethodGet, t.sim.URL()+kind+"/"+id+"/messages", phase4Accept, "")
	var list struct {
		Embedded struct {
			Messages []struct{ MessageType, Body string }
		} `json:"_embedded"`
	}
	Expect(json.Unmarshal([]byte(text), &list)).To(Succeed())
	var all []string
	for _, m := range list.Embedded.Messages {
		d, err := catalogue.Parse(message.Phase4, []byte(m.Body))
		Expect(err).NotTo(HaveOccurred())
		Expect(d.Type.Code).To(Equal(m.MessageType))
		all = append(all, m.MessageType)
		if d.Type.Role == message.FromCustoms {
			received = append(received, d)
		} else {
			sent = append(sent, d)
		}
	}
	return strings.Join(all, " "), sent, received
}

// coherent judges what both sides sent and received.
func (t *phase4Transit) coherent() {
	GinkgoHelper()
	_, sent, received := t.messages(departures, t.departure)
	Expect(composetest.Story{Sent: sent, Received: received}.Faults()).To(BeEmpty())
	if t.arrival == "" {
		return
	}
	a := composetest.Arrival{Declaration: sent[0]}
	_, a.Sent, a.Received = t.messages(arrivals, t.arrival)
	Expect(a.Faults()).To(BeEmpty())
}

var _ = Describe("A transit of API 1.0, with all rules", func() {
	// depart declares and lets time pass until the goods are under way.
	depart := func(ctx context.Context, name string) *phase4Transit {
		GinkgoHelper()
		t := &phase4Transit{sim: simulator.RunT(GinkgoT(), func(c *simulator.Config) {
			c.Profile, c.Clock, c.Now = "trader-test", clock.Manual, time.Date(2026, 3, 2, 9, 15, 0, 0, time.UTC)
		})}
		t.departure = t.post(ctx, departures, t.sample(name)).DepartureID
		if types, _, _ := t.messages(departures, t.departure); types == "IE015 IE928" {
			t.act(ctx, "accept")
			t.act(ctx, "release")
		}
		_, err := t.sim.Advance(ctx, 45*time.Minute)
		Expect(err).NotTo(HaveOccurred())
		_, text := request(http.MethodGet, t.sim.URL()+departures+"/"+t.departure, phase4Accept, "")
		var m struct{ MovementReferenceNumber string }
		Expect(json.Unmarshal([]byte(text), &m)).To(Succeed())
		t.mrn = m.MovementReferenceNumber
		return t
	}

	for _, name := range simtest.Files(phase4Sample + "ie015-*.xml") {
		name = path.Base(name)
		It("is coherent on both sides: "+name, func(ctx SpecContext) {
			t := depart(ctx, name)
			types, _, _ := t.messages(departures, t.departure)
			Expect(types).To(BeElementOf("IE015 IE028 IE029", "IE015 IE928 IE028 IE029"))
			direction := "gb-xi"
			if strings.Contains(name, "xi-gb") {
				direction = "xi-gb"
			}
			t.arrival = t.post(ctx, arrivals, t.sample("ie007-simplified-"+direction+".xml")).ArrivalID
			remarks := regexp.MustCompile(`<UnlDatREM67>[0-9]*<`).ReplaceAllString(t.sample("ie044-discrepancies-"+direction+".xml"), "<UnlDatREM67>20260302<")
			t.post(ctx, arrivals+"/"+t.arrival+"/messages", remarks)
			types, _, _ = t.messages(arrivals, t.arrival)
			Expect(types).To(HavePrefix("IE007 IE043 IE044"))
			t.coherent()
		})
	}

	It("is coherent when the cancellation comes too late", func(ctx SpecContext) {
		t := depart(ctx, "ie015-normal-gb-it.xml")
		t.post(ctx, departures+"/"+t.departure+"/messages", t.sample("ie014-cancellation-gb.xml"))
		types, _, received := t.messages(departures, t.departure)
		Expect(types).To(Equal("IE015 IE928 IE028 IE029 IE014 IE009"))
		Expect(received[3].Get("MesRecMES6")).To(Equal("MDTP-DEP-00000000000000000000001-01"))
		Expect(received[3].Get("HEAHEA/CanDecHEA93")).To(Equal("0"))
		t.coherent()
	})

	It("is coherent with whatever Test Support places (docs/spec/api-1.0.md#15)", func(ctx SpecContext) {
		t := depart(ctx, "ie015-simplified-gb-xi.xml")
		departure := departures + "/" + t.departure
		for _, code := range []string{"IE928", "IE016", "IE055", "IE060", "IE062", "IE029", "IE051", "IE009", "IE045"} {
			t.place(ctx, departure, `"messageType":"`+code+`"`)
		}
		t.place(ctx, departure, `"messageType":"IE917","source":"DEP"`)
		t.arrival = t.post(ctx, arrivals, t.sample("ie007-simplified-gb-xi.xml")).ArrivalID
		arrival := arrivals + "/" + t.arrival
		for _, code := range []string{"IE008", "IE043", "IE058", "IE025"} {
			t.place(ctx, arrival, `"messageType":"`+code+`"`)
		}
		t.place(ctx, arrival, `"messageType":"IE917","source":"ARR"`)
		t.coherent()
	})
})
