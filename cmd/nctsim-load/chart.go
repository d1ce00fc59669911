package main

import (
	"bytes"
	"fmt"
	"html"
	"math"
	"strconv"
)

// chart is lines over the same quantity, on logarithmic scales.
type chart struct {
	title, x, y string
	lines       []line
}

// line has a point for each x.
type line struct {
	name string
	x    []int
	y    []float64
}

func (l *line) add(x int, y float64) { l.x, l.y = append(l.x, x), append(l.y, y) }

// The measures of a chart in pixels, and the colours of its lines, which show on white and on black.
const (
	chartWidth, chartHeight = 420, 280
	left, right, top, below = 52, 16, 40, 84
)

var colours = []string{"#2a78d6", "#c2571a", "#1b8a4c", "#8a4fc0"}

// draw draws charts side by side as SVG, with a line about where the figures come from.
func draw(about string, charts []chart) []byte {
	b := new(bytes.Buffer)
	width := chartWidth * len(charts)
	fmt.Fprintf(b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12">`+"\n", width, chartHeight+24)
	fmt.Fprintf(b, `<rect width="%d" height="%d" fill="#fff"/>`+"\n", width, chartHeight+24)
	for i, c := range charts {
		fmt.Fprintf(b, `<g transform="translate(%d 0)">`+"\n", i*chartWidth)
		c.draw(b)
		b.WriteString("</g>\n")
	}
	text(b, left, chartHeight+14, "start", "#555", about)
	b.WriteString("</svg>\n")
	return b.Bytes()
}

func text(b *bytes.Buffer, x, y float64, anchor, colour, s string) {
	fmt.Fprintf(b, `<text x="%.1f" y="%.1f" text-anchor="%s" fill="%s">%s</text>`+"\n", x, y, anchor, colour, html.EscapeString(s))
}

// scale is one axis: decades from low on.
type scale struct {
	low, high  float64 // exponents of ten
	from, size float64 // pixels; size is below zero where it goes up
}

// scaleOf spans whole decades around values.
func scaleOf(values []float64, from, size float64) scale {
	s := scale{math.Inf(1), math.Inf(-1), from, size}
	for _, v := range values {
		s.low, s.high = min(s.low, math.Floor(math.Log10(v))), max(s.high, math.Ceil(math.Log10(v)))
	}
	s.high = max(s.high, s.low+1)
	return s
}

func (s scale) at(v float64) float64 {
	return s.from + s.size*(math.Log10(v)-s.low)/(s.high-s.low)
}

func (c chart) draw(b *bytes.Buffer) {
	var xs, ys []float64
	for _, l := range c.lines {
		for i := range l.x {
			xs, ys = append(xs, float64(l.x[i])), append(ys, max(l.y[i], 1e-3))
		}
	}
	const bottom = chartHeight - below
	x, y := scaleOf(xs, left, chartWidth-left-right), scaleOf(ys, bottom, top-bottom)
	text(b, left, 18, "start", "#111", c.title+": "+c.y)
	for e := y.low; e <= y.high; e++ {
		at := y.at(math.Pow(10, e))
		fmt.Fprintf(b, `<path d="M%d %.1fH%d" stroke="#ddd"/>`+"\n", left, at, chartWidth-right)
		text(b, left-6, at+4, "end", "#555", strconv.FormatFloat(math.Pow(10, e), 'f', -1, 64))
	}
	for _, n := range c.lines[0].x {
		text(b, x.at(float64(n)), bottom+16, "middle", "#555", strconv.Itoa(n))
	}
	for i, l := range c.lines {
		colour := colours[i%len(colours)]
		fmt.Fprintf(b, `<polyline fill="none" stroke="%s" stroke-width="2" points="`, colour)
		for j := range l.x {
			fmt.Fprintf(b, "%.1f,%.1f ", x.at(float64(l.x[j])), y.at(max(l.y[j], 1e-3)))
		}
		b.WriteString(`"/>` + "\n")
		for j := range l.x {
			fmt.Fprintf(b, `<circle cx="%.1f" cy="%.1f" r="3" fill="%s"/>`+"\n", x.at(float64(l.x[j])), y.at(max(l.y[j], 1e-3)), colour)
		}
		text(b, left, bottom+34+14*float64(i), "start", colour, l.name)
	}
}
