package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"nctsim/simulator"
	"nctsim/simulator/clock"
)

const (
	// demoVersion is the API version that the demo speaks if nobody says another.
	demoVersion = "2.1"
	// demoPatience is how long the demo waits for the release; with the fast profile it takes two seconds.
	demoPatience = 30 * time.Second
)

func newDemo() *cobra.Command {
	config := simulator.Default()
	config.Version = version
	var once bool
	var url, api string
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Start a simulator, declare goods as a trader would and show what customs answers",
		Long: `Start a simulator with its default settings, post a real declaration (IE015) to it over HTTP as a
trader would, and show what customs answers until the goods are released: IE928, IE028, IE029.
The server then goes on running for you until Ctrl-C; the demo prints a few calls to try on it.
With --api it speaks another version of the API; in 1.0 there is no IE928 on the way.

With --url it uses a simulator that runs already, if that releases goods within half a minute: with
the profile fast or instant. A manual clock is moved on by the few seconds that the release takes.

With --output json it prints one object when the goods are released: where the simulator is, the
movement and its messages.

The exit code is 0 when the goods were released, 1 when they were not.`,
		Example: `  nctsim demo
  nctsim demo --once                        # stop after the timeline
  nctsim demo --api 1.0                     # as software of NCTS phase 4 does
  nctsim demo --url http://localhost:9090   # on a simulator that runs already`,
		Args: cobra.NoArgs,
	}
	cmd.Flags().StringVar(&config.Addr, "addr", config.Addr, "`HOST:PORT` to listen on; port 0 takes a free one")
	cmd.Flags().BoolVar(&once, "once", false, "stop when the timeline is complete")
	cmd.Flags().StringVar(&url, "url", "", "`URL` of a running simulator to use instead of starting one")
	cmd.Flags().StringVar(&api, "api", demoVersion, "`VERSION` of the API to speak: 1.0, 2.1 or 3.0")
	cmd.MarkFlagsMutuallyExclusive("addr", "url")
	cmd.RunE = doing(func(cmd *cobra.Command, _ []string) error {
		out, err := newPrinter(cmd)
		if err != nil {
			return err
		}
		if _, known := dialects[api]; !known {
			return usageError("--api: %q is unknown; hint: choose one of %s", api, strings.Join(versions, ", "))
		}
		d := &demo{out: out, colours: colours(cmd.OutOrStdout()), api: api}
		if url != "" {
			return d.visit(cmd.Context(), strings.TrimRight(url, "/"))
		}
		if err := config.Validate(); err != nil {
			return &exitError{exitUsage, err}
		}
		config.LogLevel = "warn"
		config.Logger = newLogger(cmd.ErrOrStderr(), config)
		return d.serve(cmd.Context(), config, once)
	})
	return cmd
}

// demo shows a trader at work.
type demo struct {
	out     printer
	colours palette
	// api is the version of the API that it speaks.
	api string
	// once: the simulator ends with the demo, so that nobody can look at it afterwards.
	once  bool
	story demoStory
	// manual is the clock that the demo has to move, nil if time passes by itself.
	manual *client
	// idle: nothing waited for a manual clock when the demo last looked.
	idle bool
}

// demoStory is what the demo has to tell to a program.
type demoStory struct {
	URL      string        `json:"url"`
	Movement string        `json:"movement"`
	LRN      string        `json:"lrn"`
	Messages []demoMessage `json:"messages"`
}

// demoMessage is one line of the timeline.
type demoMessage struct {
	listed
	MRN   string `json:"mrn,omitempty"`
	State string `json:"state"`
}

// say tells people something.
func (d *demo) say(format string, args ...any) {
	if !d.out.json {
		fmt.Fprintf(d.out, format+"\n", args...)
	}
}

// visit declares at a simulator that runs already.
func (d *demo) visit(ctx context.Context, url string) error {
	control := client{url: url, token: os.Getenv(simulator.Variable("control-token"))}
	var about struct{ Profile, Clock string }
	if err := control.call(ctx, http.MethodGet, infoPath, nil, &about); err != nil {
		return err
	}
	if about.Profile != "fast" && about.Profile != "instant" {
		return fmt.Errorf("the simulator at %s has the profile %s, in which goods are not released within %v; hint: start it with --profile fast, or run nctsim demo without --url", url, about.Profile, demoPatience)
	}
	if about.Clock == string(clock.Manual) {
		d.manual = &control
		d.say("the clock of the simulator is manual: the demo moves it to each timer of its movement")
	}
	return d.declare(ctx, url)
}

// serve starts a simulator, declares, and keeps the simulator running unless the demo is to end at once.
func (d *demo) serve(ctx context.Context, config simulator.Config, once bool) error {
	sim, err := simulator.New(config)
	if err != nil {
		return &exitError{exitUsage, err}
	}
	if err := sim.Start(ctx); err != nil {
		return err
	}
	d.say("simulator ready at %s%s%s (profile %s, clock %s, data temporary)", d.colours.strong, sim.URL(), d.colours.off, config.Profile, config.Clock)
	d.once = once
	err = d.declare(ctx, sim.URL())
	if err != nil || once {
		return stop(sim, err)
	}
	d.say("The simulator goes on running at %s; Ctrl-C stops it.", sim.URL())
	select {
	case <-ctx.Done():
	case err = <-sim.Failed():
	}
	return stop(sim, err)
}

// declare posts the declaration, shows the answers as they come and ends when the goods are released.
func (d *demo) declare(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, demoPatience)
	defer cancel()
	now, err := d.today(ctx)
	if err != nil {
		return err
	}
	lrn := time.Now().UTC().Format("DEMO-060102-150405.000") // an LRN is used up, also while a manual clock stands still
	lrn = strings.ReplaceAll(lrn, ".", "")
	speech := dialects[d.api]
	declaration, err := speech.fill(now, lrn)
	if err != nil {
		return err
	}
	t := trader{
		url: url, token: element(declaration, speech.holder), version: d.api,
		control: os.Getenv(simulator.Variable("control-token")),
	}
	d.say("\nA trader posts a declaration of %d bytes with the LRN %s; customs answers:\n", len(declaration), lrn)
	movement, err := t.submit(ctx, declaration)
	if err != nil {
		return err
	}
	d.say("%s%-12s  %-5s  %-20s  %-16s  %-18s  %s%s", d.colours.dim, "time (UTC)", "code", "message", "message id", "MRN", "state then", d.colours.off)
	release, err := d.follow(ctx, t, movement, lrn)
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("the goods were not released within %v; hint: the movement's journal says where it stands, as nctsim officer %s does", demoPatience, lrn)
	}
	if err != nil {
		return err
	}
	d.story.URL, d.story.Movement, d.story.LRN = url, movement, lrn
	file, err := t.file(ctx, lrn)
	if err != nil {
		return err
	}
	return d.out.print(d.story, func(io.Writer) {
		if d.once {
			d.say("\nReleased, and the simulator has stopped. Without --once it goes on running, for you to look around.")
			return
		}
		d.suggest(t, movement, release, file.ID)
	})
}

// follow prints each message of the movement once, in order, until it is released, and returns the id of the release.
func (d *demo) follow(ctx context.Context, t trader, movement, lrn string) (release string, err error) {
	shown := 0
	for {
		messages, err := t.messages(ctx, movement)
		if err != nil {
			return "", err
		}
		for ; shown < len(messages); shown++ {
			m := messages[shown]
			if err := d.show(ctx, t, movement, lrn, shown, m); err != nil {
				return "", err
			}
			if m.Type == "IE029" {
				return m.ID, nil
			}
		}
		if err := d.pass(ctx, t, lrn); err != nil {
			return "", err
		}
	}
}

// today is the simulator's time if its clock is manual, and else the real one.
func (d *demo) today(ctx context.Context) (time.Time, error) {
	if d.manual == nil {
		return time.Now().UTC(), nil
	}
	var shown struct{ Now time.Time }
	err := d.manual.call(ctx, http.MethodGet, clockPath, nil, &shown)
	return shown.Now.UTC(), err
}

// pass lets a little time pass, on a manual clock as much as the movement waits for.
func (d *demo) pass(ctx context.Context, t trader, lrn string) error {
	if d.manual == nil {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(50 * time.Millisecond):
			return nil
		}
	}
	if err := d.manual.call(ctx, http.MethodPost, "/simulator/v1/settle", nil, nil); err != nil {
		return err
	}
	file, err := t.file(ctx, lrn)
	if err != nil {
		return err
	}
	first := movementRow{Timers: file.Timers}.first()
	if first == nil && d.idle {
		return context.DeadlineExceeded
	}
	if d.idle = first == nil; d.idle {
		return nil // what has happened meanwhile is still to be shown
	}
	return d.manual.call(ctx, http.MethodPost, clockPath+"/advance", map[string]string{"to": first.Due.Format(time.RFC3339Nano)}, nil)
}

func (d *demo) show(ctx context.Context, t trader, movement, lrn string, number int, m listed) error {
	body, err := t.body(ctx, movement, m.ID)
	if err != nil {
		return err
	}
	file, err := t.file(ctx, lrn)
	if err != nil {
		return err
	}
	state := cmp.Or(file.stateAfter(number), t.begins())
	mrn := element(body, t.dialect().mrn)
	d.story.Messages = append(d.story.Messages, demoMessage{m, mrn, state})
	colour := d.colours.good
	if m.Status != "Received" {
		colour = d.colours.strong
	}
	d.say("%-12s  %s%-5s%s  %-20s  %-16s  %-18s  %s", m.Received.UTC().Format("15:04:05.000"),
		colour, m.Type, d.colours.off, m.name(), m.ID, mrn, state)
	return nil
}

// suggest prints what may be tried next on the same movement, which the control API knows by an id of its own.
func (d *demo) suggest(t trader, movement, release, id string) {
	d.say(`
Released. To look at it yourself:

  # all messages, as HMRC's API lists them
  curl -H 'Authorization: Bearer %[1]s' -H 'Accept: application/vnd.hmrc.%[6]s+json' \
    %[2]s%[3]s/messages

  # the release itself, as %[8]s
  curl -H 'Authorization: Bearer %[1]s' -H 'Accept: application/vnd.hmrc.%[6]s+%[7]s' \
    %[2]s%[3]s/messages/%[4]s%[9]s

  # everything that happened at the customs office, and why
  curl %[2]s/simulator/v1/movements/%[5]s
`, t.token, t.url, departures+"/"+movement, release, id, t.version, t.dialect().bodyFormat, strings.ToUpper(t.dialect().bodyFormat), t.dialect().bodyPath)
}

func content(name string) *regexp.Regexp {
	return regexp.MustCompile(`<` + name + `>([^<]*)</` + name + `>`)
}

// element is the text of the first element of that name, "" if there is none.
func element(xml []byte, name string) string {
	if found := content(name).FindSubmatch(xml); found != nil {
		return string(found[1])
	}
	return ""
}
