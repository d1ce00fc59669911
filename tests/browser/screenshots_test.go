package browser

import (
	"bytes"
	"cmp"
	"context"
	"flag"
	"image"
	"image/color"
	"image/png"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var screenshots = flag.Bool("screenshots", false, "write the pictures of the documents to docs/img")

var _ = Describe("The pictures of the documents", func() {
	It("are taken when somebody asks for them", func() {
		needed()
		if !*screenshots {
			Skip("SKIPPED: make screenshots takes them")
		}
		sim := open(playing)
		ctx := GinkgoT().Context()
		id := declare(sim, "ie015-simplified-gb-xi", "NW-BIKES-25-001")
		declare(sim, "ie015-normal-gb-xi", "BR-MIXED-25-014")
		declare(sim, "ie015-normal-gb-xi", "BR-MIXED-25-014")
		declare(sim, "ie015-two-houses-simplified-gb-xi", "NW-GROUPAGE-25-004")
		declare(sim, "ie015-prelodged-normal-gb-xi", "BR-CARS-25-015")
		_, err := sim.Officer(ctx, id, "control", map[string]any{"controls": []any{map[string]any{"type": "40"}}})
		Expect(err).NotTo(HaveOccurred())
		_, err = sim.Advance(ctx, 10*time.Minute)
		Expect(err).NotTo(HaveOccurred())
		_, err = sim.Officer(ctx, id, "release", nil)
		Expect(err).NotTo(HaveOccurred())
		controlled := declare(sim, "ie015-simplified-gb-xi", "NW-PARTS-25-002")
		_, err = sim.Officer(ctx, controlled, "control", map[string]any{"controls": []any{map[string]any{"type": "40"}}})
		Expect(err).NotTo(HaveOccurred())
		ask(sim, http.MethodPost, departures, "application/json", "<oops/>")
		ask(sim, http.MethodPost, departures, "application/vnd.hmrc.2.1+json", "<oops/>")
		m, err := sim.Movement(ctx, id)
		Expect(err).NotTo(HaveOccurred())
		messages := "movements/" + id + "/messages/"
		played(sim, "DSGB6")
		for name, p := range map[string]struct {
			path, theme   string
			width, height int64
			prepare       string
		}{
			"console-message":   {messages + m.Records[0].ID, "light", 1320, 760, ""},
			"console-compare":   {messages + m.Records[len(m.Records)-1].ID + "?view=diff", "light", 1320, 700, ""},
			"console-requests":  {"requests", "light", 1320, 700, ""},
			"console-send":      {"send", "light", 1320, 760, ""},
			"console-scenario":  {"scenarios/DSGB6", "light", 1320, 760, ""},
			"console-guarantee": {"guarantees", "light", 1320, 600, ""},
			"console-reference": {"reference/rules/C0085", "dark", 1320, 600, ""},
			"console-phone":     {"movements/" + controlled, "dark", 390, 844, ""},
			"console-movements": {"", "light", 1320, 620, ""},
			"console-movement":  {"movements/" + controlled, "light", 1320, 880, `[...document.querySelectorAll(".seq summary")].at(-1).click()`},
			"console-dark":      {"movements/" + controlled, "dark", 1320, 760, `document.querySelector("#do-release-more").open = true`},
		} {
			t := newTab(p.width)
			t.do(chromedp.EmulateViewport(p.width, p.height))
			_, err := chromedp.Call(t.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
				Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: p.theme}},
			})
			Expect(err).NotTo(HaveOccurred())
			t.visit(sim, p.path)
			if !strings.Contains(p.path, "messages/") && p.path != "send" && !strings.HasPrefix(p.path, "reference") {
				t.waitFor("#live:not([hidden])", "live")
			}
			if p.prepare != "" {
				value[any](t, p.prepare+";null")
			}
			picture, err := take(t.ctx)
			Expect(err).NotTo(HaveOccurred())
			t.do(chromedp.Navigate("about:blank")) // a browser has six connections for all its tabs, and streams keep theirs
			Expect(os.MkdirAll("../../docs/img", 0o755)).To(Succeed())
			Expect(os.WriteFile(filepath.Join("../../docs/img", name+".png"), picture, 0o644)).To(Succeed())
		}
	})
})

// take takes a picture and makes it small: as many colours as a palette holds are enough for pages.
func take(ctx context.Context) ([]byte, error) {
	shot, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		return nil, err
	}
	full, err := png.Decode(bytes.NewReader(shot))
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	err = encoder.Encode(&out, paletted(full))
	return out.Bytes(), err
}

// paletted is a picture in its 256 most frequent colours; what has another colour gets the nearest.
func paletted(full image.Image) *image.Paletted {
	counts := map[color.RGBA]int{}
	bounds := full.Bounds()
	at := func(x, y int) color.RGBA { return color.RGBAModel.Convert(full.At(x, y)).(color.RGBA) }
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			counts[at(x, y)]++
		}
	}
	colours := slices.SortedFunc(maps.Keys(counts), func(a, b color.RGBA) int {
		return cmp.Or(counts[b]-counts[a], int(a.R)-int(b.R), int(a.G)-int(b.G), int(a.B)-int(b.B))
	})
	var palette color.Palette
	for _, c := range colours[:min(len(colours), 256)] {
		palette = append(palette, c)
	}
	known := map[color.RGBA]uint8{}
	out := image.NewPaletted(bounds, palette)
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			c := at(x, y)
			i, seen := known[c]
			if !seen {
				i = uint8(palette.Index(c))
				known[c] = i
			}
			out.SetColorIndex(x, y, i)
		}
	}
	return out
}
