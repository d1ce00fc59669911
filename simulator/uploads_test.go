package simulator_test

import (
	"bytes"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator"
	"nctsim/simulator/client"
	"nctsim/simulator/clock"
	"nctsim/simulator/simtest"
)

var _ = Describe("An upload", func() {
	It("survives a restart, and what did not come to its end is removed", func(ctx SpecContext) {
		c := simulator.Default()
		c.Addr, c.Data, c.Clock, c.Profile = "127.0.0.1:0", GinkgoT().TempDir(), clock.Manual, "instant"
		c.PublicURL = "http://nctsim.example:8080/"
		sim, err := simulator.New(c)
		Expect(err).NotTo(HaveOccurred())
		Expect(sim.Start(ctx)).To(Succeed())
		const movements = "/customs/transits/movements/departures"
		call := func(method, path, contentType string, body io.Reader) (int, string) {
			r, err := http.NewRequestWithContext(ctx, method, sim.URL()+path, body)
			Expect(err).NotTo(HaveOccurred())
			r.Header.Set("Authorization", "Bearer GB123456789012")
			r.Header.Set("Accept", "application/vnd.hmrc.2.1+json")
			if contentType != "" {
				r.Header.Set("Content-Type", contentType)
			}
			response, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(r)
			Expect(err).NotTo(HaveOccurred())
			defer response.Body.Close()
			text, err := io.ReadAll(response.Body)
			Expect(err).NotTo(HaveOccurred())
			return response.StatusCode, string(text)
		}
		_, text := call("POST", movements, "", nil)
		var o struct {
			DepartureID, MessageID string
			UploadRequest          struct {
				Href   string
				Fields map[string]string
			}
		}
		Expect(json.Unmarshal([]byte(text), &o)).To(Succeed())
		Expect(o.UploadRequest.Href).To(Equal("http://nctsim.example:8080/upscan/upload-proxy"))
		var b bytes.Buffer
		form := multipart.NewWriter(&b)
		for name, value := range o.UploadRequest.Fields {
			Expect(form.WriteField(name, value)).To(Succeed())
		}
		file, err := form.CreateFormFile("file", "delayed.1h.x.xml")
		Expect(err).NotTo(HaveOccurred())
		xml := simtest.File("phase5/valid/ie015-simplified-gb-xi.xml")
		_, _ = file.Write(xml)
		Expect(form.Close()).To(Succeed())
		status, _ := call("POST", "/upscan/upload-proxy", form.FormDataContentType(), &b)
		Expect(status).To(Equal(204))
		Expect(sim.Close(ctx)).To(Succeed())

		folder := filepath.Join(c.Data, "uploads")
		Expect(os.WriteFile(filepath.Join(folder, "0e84e0e5-orphan"), nil, 0o600)).To(Succeed())
		Expect(os.WriteFile(filepath.Join(folder, "0e84e0e5-123.part"), nil, 0o600)).To(Succeed())
		sim, err = simulator.New(c)
		Expect(err).NotTo(HaveOccurred())
		Expect(sim.Start(ctx)).To(Succeed())
		defer func() { Expect(sim.Close(ctx)).To(Succeed()) }()
		left, err := os.ReadDir(folder)
		Expect(err).NotTo(HaveOccurred())
		Expect(left).To(HaveLen(1))
		_, err = sim.Client().SaveSnapshot(ctx, client.NewSnapshot{Name: "uploaded"})
		Expect(err).NotTo(HaveOccurred())
		_, err = sim.Advance(ctx, time.Hour)
		Expect(err).NotTo(HaveOccurred())
		_, text = call("GET", movements+"/"+o.DepartureID+"/messages/"+o.MessageID, "", nil)
		Expect(text).To(ContainSubstring(`"type":"IE015","status":"Success"`))
		Expect(os.ReadDir(folder)).To(BeEmpty())

		By("waiting for its scan again after a restore, with its file")
		_, err = sim.Client().RestoreSnapshot(ctx, "uploaded")
		Expect(err).NotTo(HaveOccurred())
		_, text = call("GET", movements+"/"+o.DepartureID+"/messages/"+o.MessageID, "", nil)
		Expect(text).To(ContainSubstring(`"status":"Pending"`))
		_, err = sim.Advance(ctx, time.Hour)
		Expect(err).NotTo(HaveOccurred())
		_, text = call("GET", movements+"/"+o.DepartureID+"/messages/"+o.MessageID, "", nil)
		Expect(text).To(ContainSubstring(`"type":"IE015","status":"Success"`))
	})
})
