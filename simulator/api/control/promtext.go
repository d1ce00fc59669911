package control

import (
	"bytes"
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// metric is one name of GET /metrics with its values, one for each combination of its labels' values. Its lines are those of
// the Prometheus text format 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats). The client library of
// Prometheus would bring its other formats along, and with them Protocol Buffers: two of the binary's megabytes.
type metric struct {
	name, help string
	// kind is counter or gauge.
	kind string
	// labels are the names of the labels, in alphabetical order; at most as many as labelValues has places.
	labels []string

	mu     sync.Mutex
	values map[labelValues]float64
}

// labelValues are the values of a metric's labels, in the order of their names.
type labelValues [2]string

// newMetric makes a metric. One without labels is 0 from the beginning, one with labels has no values yet.
func newMetric(kind, name, help string, labels ...string) *metric {
	m := &metric{name: name, help: help, kind: kind, labels: labels, values: make(map[labelValues]float64)}
	if len(labels) == 0 {
		m.values[labelValues{}] = 0
	}
	return m
}

// inc adds one to the value with these labels.
func (m *metric) inc(labels ...string) {
	var at labelValues
	copy(at[:], labels)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.values[at]++
}

// set gives the value of a metric without labels.
func (m *metric) set(value float64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.values[labelValues{}] = value
}

var (
	escapeHelp  = strings.NewReplacer(`\`, `\\`, "\n", `\n`)
	escapeLabel = strings.NewReplacer(`\`, `\\`, "\n", `\n`, `"`, `\"`)
)

// write writes the metric's lines in the order of its labels' values; nothing if it has no values.
func (m *metric) write(b *bytes.Buffer) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.values) == 0 {
		return
	}
	b.WriteString("# HELP " + m.name + " " + escapeHelp.Replace(m.help) + "\n# TYPE " + m.name + " " + m.kind + "\n")
	ordered := slices.SortedFunc(maps.Keys(m.values), func(a, b labelValues) int { return slices.Compare(a[:], b[:]) })
	for _, at := range ordered {
		b.WriteString(m.name)
		for i, label := range m.labels {
			before := ","
			if i == 0 {
				before = "{"
			}
			b.WriteString(before + label + `="` + escapeLabel.Replace(at[i]) + `"`)
		}
		if len(m.labels) > 0 {
			b.WriteByte('}')
		}
		b.WriteString(" " + strconv.FormatFloat(m.values[at], 'g', -1, 64) + "\n")
	}
}

// writeMetrics writes metrics in the order of their names.
func writeMetrics(metrics []*metric) []byte {
	var b bytes.Buffer
	for _, m := range slices.SortedFunc(slices.Values(metrics), func(a, b *metric) int { return cmp.Compare(a.name, b.name) }) {
		m.write(&b)
	}
	return b.Bytes()
}
