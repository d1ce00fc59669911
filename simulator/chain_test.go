package simulator_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator"
	"nctsim/simulator/clock"
	"nctsim/simulator/compose/composetest"
	"nctsim/simulator/message"
	"nctsim/simulator/office"
	"nctsim/simulator/schema"
	"nctsim/simulator/simtest"
)

// declaration is an IE015 that the chain specs post.
type declaration struct {
	name  string
	phase message.Phase
	body  string
}

// declarations are our own and, where their folder is there, the published ones.
func declarations() (out []declaration, published int) {
	for short, phase := range map[string]message.Phase{"p5": message.Phase5, "p6": message.Phase6} {
		for _, name := range simtest.Files(path.Join(phase.Dir(), "valid", "ie015-*.xml")) {
			out = append(out, declaration{name, phase, string(simtest.File(name))})
		}
		theirs, err := filepath.Glob(filepath.Join("..", "..", "shared", "samples", short, "*ie015.xml"))
		if err != nil {
			panic(err)
		}
		for _, name := range theirs {
			data, err := os.ReadFile(name)
			if err != nil {
				panic(err)
			}
			out = append(out, declaration{"published " + short + " " + filepath.Base(name), phase, string(data)})
			published++
		}
	}
	slices.SortFunc(out, func(a, b declaration) int { return strings.Compare(a.name, b.name) })
	return out, published
}

// expected is the chain of the process tables when nobody but the profile acts.
func expected(profile string, d *message.Document) []string {
	preLodged := d.Get("TransitOperation/additionalDeclarationType") == "D"
	simplified := slices.ContainsFunc(d.Each("Authorisation"), func(a *message.Document) bool { return a.Get("type") == "C521" })
	defaultOfficer := profile == "fast" || profile == "instant"
	switch {
	case profile == "silent":
		return []string{"IE015"}
	case preLodged:
		return []string{"IE015", "IE928"}
	case simplified || defaultOfficer:
		return []string{"IE015", "IE928", "IE028", "IE029"}
	default:
		return []string{"IE015", "IE928"}
	}
}

var _ = Describe("The chain of answers to a declaration", func() {
	read := func(p message.Phase, body string) *message.Document {
		GinkgoHelper()
		r := simtest.Catalogue().Set(p).Validate(context.Background(), []byte(body), schema.Options{})
		Expect(r.Errors).To(BeEmpty(), body)
		d, err := simtest.Catalogue().Document(p, r.Root)
		Expect(err).NotTo(HaveOccurred())
		return d
	}

	all, published := declarations()
	It("is tried on published declarations too", func() {
		if published == 0 {
			Skip("the folder of published messages is not there; only our own declarations are tried")
		}
		Expect(published).To(BeNumerically(">=", 8))
	})

	for _, profile := range office.Profiles {
		It("is that of the process tables in profile "+profile+", valid and coherent", func(ctx SpecContext) {
			sim := simulator.RunT(GinkgoT(), func(c *simulator.Config) {
				c.Profile, c.Clock, c.Now = profile, clock.Manual, time.Date(2026, 3, 2, 9, 15, 0, 0, time.UTC)
				// Some published declarations of phase 5 are from before the end of the transitional period, when there
				// was neither a place of loading (C0403) nor a country of dispatch (C0909) to declare.
				c.RulesOff = []string{"C0403", "C0909"}
			})
			posted := map[string]string{} // movement by declaration
			for i, d := range all {
				posted[d.name] = send(sim.URL(), d, fmt.Sprintf("CHAIN-%d", i))
			}
			Expect(sim.Settle(ctx)).To(Succeed())
			_, err := sim.Advance(ctx, 44*time.Minute+59*time.Second) // before anything pre-lodged runs out
			Expect(err).NotTo(HaveOccurred())
			_, err = sim.Advance(ctx, 0)
			Expect(err).NotTo(HaveOccurred())
			for _, d := range all {
				original := read(d.phase, d.body)
				want := expected(profile, original)
				if profile == "trader-test" {
					want = want[:min(len(want), 3)] // the release is due a second later
				}
				Expect(chain(sim.URL(), posted[d.name])).To(Equal(want), "%s in profile %s", d.name, profile)
				story := composetest.Story{}
				for _, body := range bodies(sim.URL(), posted[d.name], d.phase) {
					if doc := read(d.phase, body); doc.Type.Role == message.FromCustoms {
						story.Received = append(story.Received, doc)
					} else {
						story.Sent = append(story.Sent, doc)
					}
				}
				Expect(story.Faults()).To(BeEmpty(), d.name)
			}
		})
	}
})

// bodies are the messages of a departure as XML, the oldest first.
func bodies(url, movement string, p message.Phase) []string {
	GinkgoHelper()
	accept := "application/vnd.hmrc." + p.APIVersion()
	status, answer := request(http.MethodGet, url+departures+"/"+movement+"/messages", accept+"+json", "")
	Expect(status).To(Equal(http.StatusOK), answer)
	var list struct{ Messages []struct{ ID string } }
	Expect(json.Unmarshal([]byte(answer), &list)).To(Succeed())
	var out []string
	for _, m := range slices.Backward(list.Messages) {
		status, body := request(http.MethodGet, url+departures+"/"+movement+"/messages/"+m.ID+"/body", accept+"+xml", "")
		Expect(status).To(Equal(http.StatusOK), body)
		out = append(out, body)
	}
	return out
}

// send posts a declaration under another LRN and gives the id of its movement.
func send(url string, d declaration, lrn string) string {
	GinkgoHelper()
	return declareText(url, d.phase.APIVersion(), []byte(d.body), lrn)
}
