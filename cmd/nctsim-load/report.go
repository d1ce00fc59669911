package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"
)

// machine describes where the figures come from.
type machine struct {
	processor string
	cores     int
	system    string
	disk      string
	golang    string
	date      time.Time
}

func describeMachine(dir string) machine {
	return machine{
		processor: firstValue("/proc/cpuinfo", "model name"),
		cores:     runtime.NumCPU(),
		system:    strings.Trim(firstValue("/etc/os-release", "PRETTY_NAME"), `"`),
		disk:      fileSystem(dir),
		golang:    runtime.Version(),
		date:      time.Now().UTC(),
	}
}

// firstValue finds "name : value" or "name=value" in a system file.
func firstValue(file, name string) string {
	f, err := os.Open(file)
	if err != nil {
		return "unknown"
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		key, value, ok := strings.Cut(lines.Text(), ":")
		if !ok {
			key, value, ok = strings.Cut(lines.Text(), "=")
		}
		if ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return "unknown"
}

func fileSystem(dir string) string {
	out, err := exec.Command("stat", "-f", "-c", "%T", dir).Output()
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(out))
}

// write prints the results as Markdown.
func (r *results) write(w io.Writer) {
	m := r.machine
	fmt.Fprintf(w, "%s, %d cores, %s, %s, file system %s, %s.\n", m.date.Format("2 January 2006"), m.cores, m.processor, m.system, m.disk, m.golang)
	if len(r.rows) == 0 { // only what a grown store costs
		fmt.Fprintln(w)
		r.writeStore(w)
		return
	}
	fmt.Fprintf(w, "A declaration (IE015) of %d bytes; bare validation with libxml2 on one core: V = %s/s.\n\n", r.document, rate(r.validation))

	r.writeSubmissions(w)
	r.writeReads(w)
	r.writeFormats(w)
	r.writeBeside(w)
	r.writeRest(w)
	r.writeStore(w)
}

func (r *results) writeSubmissions(w io.Writer) {
	fmt.Fprint(w, "Submissions: accepted, validated and stored, the office silent. Beside them what the machine can do: bbolt alone (group\ncommit of the same bytes) and HTTP alone (a canned answer), and the submissions as a part of each.\n\n")
	t := newTable("store", "clients", "submissions/s", "p50 ms", "p99 ms", "of V", "bbolt alone/s", "of it", "HTTP alone/s", "of it", "RSS MB", "anonymous MB")
	for _, x := range r.rows {
		t.add(x.store.name, fmt.Sprint(x.clients), rate(x.posts), ms(x.posts.p50), ms(x.posts.p99), ratio(x.posts, r.validation),
			rate(x.commits), ratio(x.posts, x.commits), rate(x.echoed), ratio(x.posts, x.echoed), mb(x.memory.resident), mb(x.memory.anonymous))
	}
	t.write(w)
}

func (r *results) writeReads(w io.Writer) {
	fmt.Fprint(w, "Reads of a stored body, and HTTP alone giving as many bytes.\n\n")
	t := newTable("store", "clients", "reads/s", "p50 ms", "p99 ms", "HTTP alone/s", "of it")
	for _, x := range r.rows {
		t.add(x.store.name, fmt.Sprint(x.clients), rate(x.gets), ms(x.gets.p50), ms(x.gets.p99), rate(x.read), ratio(x.gets, x.read))
	}
	t.write(w)
	x := r.mixed
	fmt.Fprintf(w, "Reading while writing, durable, %d clients each at the same time: %s reads/s (p50 %s ms, p99 %s ms), %s submissions/s (p50 %s ms, p99 %s ms).\n\n",
		x.clients, rate(x.gets), ms(x.gets.p50), ms(x.gets.p99), rate(x.posts), ms(x.posts.p50), ms(x.posts.p99))
}

func (r *results) writeFormats(w io.Writer) {
	if len(r.json) == 0 {
		return
	}
	fmt.Fprintf(w, "The same declaration as XML (%d bytes) and as JSON (%d bytes), durable: submitted, and read in the format.\n\n", r.json[0].document, r.json[0].jsonBytes)
	t := newTable("clients", "XML submissions/s", "JSON submissions/s", "p50 ms", "p99 ms", "of XML", "XML reads/s", "JSON reads/s", "p50 ms", "p99 ms", "of XML")
	for _, x := range r.json {
		t.add(fmt.Sprint(x.clients), rate(x.posts), rate(x.jsonPosts), ms(x.jsonPosts.p50), ms(x.jsonPosts.p99), ratio(x.jsonPosts, x.posts),
			rate(x.gets), rate(x.jsonGets), ms(x.jsonGets.p50), ms(x.jsonGets.p99), ratio(x.jsonGets, x.gets))
	}
	t.write(w)
}

func (r *results) writeRest(w io.Writer) {
	t := newTable("what", "figure")
	seconds := max(r.chains.elapsed.Seconds(), 1e-9)
	t.add("messages stored/s with all that the office answers, durable", fmt.Sprintf("%.0f (%d declarations, %d messages)", float64(r.chains.messages)/seconds, r.chains.submissions, r.chains.messages))
	t.add("start of the process to first accepted submission, durable", ms(r.start["durable"])+" ms")
	t.add("same, ephemeral", ms(r.start["ephemeral"])+" ms")
	t.add(fmt.Sprintf("declaration of %.1f MB, one client, durable", float64(r.large.bytes)/1e6), fmt.Sprintf("p50 %s ms, p99 %s ms", ms(r.large.p50), ms(r.large.p99)))
	u := r.upload
	t.add(fmt.Sprintf("upload of %.1f MB, from its end to the end of the check, durable", float64(u.bytes)/1e6), fmt.Sprintf("%s ms, %.2f of bare libxml2 (%s ms); anonymous memory at most %s MB more",
		ms(u.took), float64(u.took)/float64(max(u.bare, 1)), ms(u.bare), mb(u.anonymous)))
	t.add(fmt.Sprintf("submissions/s with the log of requests, %d clients, ephemeral", logClients), fmt.Sprintf("%.0f", r.requestLog.on))
	t.add("same, without it (--request-log 0)", fmt.Sprintf("%.0f: the log costs %.1f %%", r.requestLog.off, 100*r.requestLog.cost()))
	t.add("memory idle, schemas loaded", fmt.Sprintf("RSS %s MB, anonymous %s MB", mb(r.idle.resident), mb(r.idle.anonymous)))
	t.write(w)
}

func (r *results) writeStore(w io.Writer) {
	t := newTable("what", "figure")
	t.add(fmt.Sprintf("memory with %d movements", r.restart.movements), fmt.Sprintf("RSS %s MB, anonymous %s MB", mb(r.restart.memory.resident), mb(r.restart.memory.anonymous)))
	t.add(fmt.Sprintf("restart on that store (%s MB) to first accepted submission", mb(r.restart.bytes)), ms(r.restart.ready)+" ms")
	s := r.snapshots
	t.add(fmt.Sprintf("snapshot of %d movements (%s MB), nobody submitting", s.movements, mb(s.bytes)), s.saveAlone.show())
	t.add("restore of it, nobody submitting", s.restoreAlone.show())
	t.add("snapshot while 64 clients submit, the slowest", ms(s.save)+" ms")
	t.add("p99 of submissions then, and without", ms(s.during.p99)+" ms, "+ms(s.usual.p99)+" ms")
	t.add("submissions/s then, and without", rate(s.during)+", "+rate(s.usual))
	t.add("restore while 64 clients submit, the slowest", ms(s.restore)+" ms")
	t.add("longest submission then, and without", ms(s.restoring.longest)+" ms, "+ms(s.usual.longest)+" ms")
	t.write(w)
}

func rate(f figures) string { return fmt.Sprintf("%.0f", f.perSecond()) }

func ratio(f, of figures) string {
	if of.perSecond() == 0 {
		return "–"
	}
	return fmt.Sprintf("%.2f", f.perSecond()/of.perSecond())
}

func ms(d time.Duration) string { return fmt.Sprintf("%.2f", float64(d.Microseconds())/1000) }

func mb(n int64) string { return fmt.Sprintf("%.0f", float64(n)/(1<<20)) }

// table is a Markdown table whose columns line up in a terminal, too.
type table struct{ rows [][]string }

func newTable(head ...string) *table { return &table{rows: [][]string{head}} }

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

func (t *table) write(w io.Writer) {
	widths := make([]int, len(t.rows[0]))
	for _, row := range t.rows {
		for i, cell := range row {
			widths[i] = max(widths[i], len([]rune(cell)))
		}
	}
	rule := make([]string, len(widths))
	for i, n := range widths {
		rule[i] = strings.Repeat("-", n)
	}
	for _, row := range slices.Insert(slices.Clone(t.rows), 1, rule) {
		fmt.Fprint(w, "|")
		for i, cell := range row {
			fmt.Fprintf(w, " %s%s |", cell, strings.Repeat(" ", widths[i]-len([]rune(cell))))
		}
		fmt.Fprintln(w)
	}
	fmt.Fprintln(w)
}
