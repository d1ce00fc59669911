package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"nctsim/simulator"
	"nctsim/simulator/client"
	"nctsim/simulator/clock"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/scenario"
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
		Args: arguments(0, 0),
	}
	cmd.Flags().StringVar(&config.Addr, "addr", config.Addr, "`HOST:PORT` to listen on; port 0 takes a free one")
	cmd.Flags().BoolVar(&once, "once", false, "stop when the timeline is complete")
	cmd.Flags().StringVar(&url, "url", "", "`URL` of a running simulator to use instead of starting one")
	cmd.Flags().StringVar(&api, "api", demoVersion, "`VERSION` of the API to speak: 1.0, 2.1 or 3.0")
	cmd.RunE = printing(func(cmd *cobra.Command, out printer, _ []string) error {
		phase, known := message.PhaseOfVersion(api)
		if !known {
			return usageError("--api: %q is unknown; hint: choose one of 1.0, 2.1, 3.0", api)
		}
		d := &demo{out: out, colours: colours(cmd.OutOrStdout()), phase: phase}
		if url != "" {
			if cmd.Flags().Changed("addr") {
				return usageError("--addr and --url are both given; hint: --addr starts a simulator, --url is one that runs already")
			}
			there := remote{Client: client.Client{Token: os.Getenv(simulator.Variable("control-token"))}}
			if err := there.readToken(false, false, os.Getenv(simulator.Variable("control-token-file"))); err != nil {
				return err
			}
			return d.visit(cmd.Context(), url, there.Token)
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
	// phase is that whose version of the API it speaks.
	phase message.Phase
	// control is the control API, which no trader has; trader is the one who declares.
	control client.Client
	trader  client.Trader
	// catalogue has the messages.
	catalogue *message.Catalogue
	// once: the simulator ends with the demo, so that nobody can look at it afterwards.
	once  bool
	story demoStory
	// manual: the clock of the simulator is one that the demo has to move.
	manual bool
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
	client.Listed
	MRN   string `json:"mrn,omitempty"`
	State string `json:"state"`
}

// say tells people something.
func (d *demo) say(format string, args ...any) {
	if !d.out.json {
		fmt.Fprintf(d.out, format+"\n", args...)
	}
}

// visit declares at a simulator that runs already; token is its control token, if it wants one.
func (d *demo) visit(ctx context.Context, url, token string) error {
	d.at(url, token)
	about, err := d.control.Info(ctx)
	if err != nil {
		return err
	}
	if about.Profile != "fast" && about.Profile != "instant" {
		return fmt.Errorf("the simulator at %s has the profile %s, in which goods are not released within %v; hint: start it with --profile fast, or run nctsim demo without --url", d.control.Base(), about.Profile, demoPatience)
	}
	if d.manual = about.Clock == clock.Manual; d.manual {
		d.say("the clock of the simulator is manual: the demo moves it to each timer of its movement")
	}
	return d.declare(ctx)
}

// at is where the demo takes place.
func (d *demo) at(url, token string) {
	d.control = client.Client{URL: url, Token: token}
	d.trader = client.Trader{URL: d.control.Base(), Phase: d.phase}
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
	d.at(sim.URL(), config.ControlToken)
	err = d.declare(ctx)
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
func (d *demo) declare(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, demoPatience)
	defer cancel()
	lrn := time.Now().UTC().Format("DEMO-060102-150405.000") // an LRN is used up, also while a manual clock stands still
	lrn = strings.ReplaceAll(lrn, ".", "")
	declaration, err := d.declaration(ctx, lrn)
	if err != nil {
		return err
	}
	d.say("\nA trader posts a declaration of %d bytes with the LRN %s; customs answers:\n", len(declaration.Text), lrn)
	receipt, err := d.trader.Submit(ctx, declaration)
	if err != nil {
		return err
	}
	d.say("%s%-12s  %-5s  %-20s  %-16s  %-18s  %s%s", d.colours.dim, "time (UTC)", "code", "message", "message id", "MRN", "state then", d.colours.off)
	release, err := d.follow(ctx, receipt.Movement)
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("the goods were not released within %v; hint: the movement's journal says where it stands, as nctsim officer %s does", demoPatience, lrn)
	}
	if err != nil {
		return err
	}
	d.story.URL, d.story.Movement, d.story.LRN = d.control.Base(), receipt.Movement, lrn
	file, err := d.file(ctx, receipt.Movement)
	if err != nil {
		return err
	}
	return d.out.print(d.story, func(io.Writer) {
		if d.once {
			d.say("\nReleased, and the simulator has stopped. Without --once it goes on running, for you to look around.")
			return
		}
		d.suggest(receipt.Movement, release, file.ID)
	})
}

// demoFixture is a declaration of every phase in the simplified procedure, which customs accepts and releases by itself.
const demoFixture = "ie015-simplified-gb-xi"

// declaration is that of a trader who declares now, by the simulator's clock if that is manual, and else by the real one.
func (d *demo) declaration(ctx context.Context, lrn string) (client.Submission, error) {
	now := time.Now()
	if d.manual {
		shown, err := d.control.Clock(ctx)
		if err != nil {
			return client.Submission{}, err
		}
		now = shown.Now
	}
	d.catalogue = simulator.Catalogue()
	text, eori, err := simulator.Fixture(d.phase, demoFixture, scenario.Facts{LRN: lrn, Now: now})
	if err != nil {
		return client.Submission{}, err
	}
	d.trader.Token = eori
	return client.Submission{Type: d.phase.Creating(message.Departure), Text: text}, nil
}

// file is the movement as the control API knows it.
func (d *demo) file(ctx context.Context, movementID string) (client.MovementDetail, error) {
	return d.control.Known(ctx, d.phase, message.Departure, movementID)
}

// follow prints each message of the movement once, in order, until it is released, and returns the id of the release.
func (d *demo) follow(ctx context.Context, movementID string) (release string, err error) {
	shown := 0
	for {
		messages, err := d.trader.Messages(ctx, message.Departure, movementID)
		if err != nil {
			return "", err
		}
		for ; shown < len(messages); shown++ {
			m := messages[shown]
			if err := d.show(ctx, movementID, shown, m); err != nil {
				return "", err
			}
			if m.Type == "IE029" {
				return m.ID, nil
			}
		}
		if err := d.pass(ctx, movementID); err != nil {
			return "", err
		}
	}
}

// pass lets a little time pass, on a manual clock as much as the movement waits for.
func (d *demo) pass(ctx context.Context, movementID string) error {
	if !d.manual {
		return client.Pause(ctx, 50*time.Millisecond)
	}
	if _, err := d.control.Settle(ctx, demoPatience); err != nil {
		return err
	}
	file, err := d.file(ctx, movementID)
	if err != nil {
		return err
	}
	first := file.First()
	if first == nil && d.idle {
		return context.DeadlineExceeded
	}
	if d.idle = first == nil; d.idle {
		return nil // what has happened meanwhile is still to be shown
	}
	_, err = d.control.Advance(ctx, client.Until(*first.Due))
	return err
}

func (d *demo) show(ctx context.Context, movementID string, number int, m client.Listed) error {
	body, err := d.trader.Body(ctx, message.Departure, movementID, m.ID)
	if err != nil {
		return err
	}
	file, err := d.file(ctx, movementID)
	if err != nil {
		return err
	}
	document, err := d.catalogue.Parse(d.phase, body)
	if err != nil {
		return err
	}
	mrn := document.Field(message.MRN)
	state := cmp.Or(stateAfter(file, number), movement.Begin(d.phase, message.Departure))
	d.story.Messages = append(d.story.Messages, demoMessage{m, mrn, string(state)})
	colour := d.colours.good
	if !m.FromCustoms() {
		colour = d.colours.strong
	}
	d.say("%-12s  %s%-5s%s  %-20s  %-16s  %-18s  %s", m.Received.UTC().Format("15:04:05.000"),
		colour, m.Type, d.colours.off, document.Type.Name, m.ID, mrn, state)
	return nil
}

// stateAfter is the state in which the message of a number, counted from 0, left the movement; "" if the message left it
// where it began.
func stateAfter(file client.MovementDetail, number int) (state movement.State) {
	found := false
	for _, e := range file.Journal {
		if found && e.Kind == movement.EntryEvent {
			break
		}
		found = found || number < len(file.Records) && e.Message == file.Records[number].ID
		if e.To != "" {
			state = e.To
		}
	}
	return state
}

// suggest prints what may be tried next on the same movement, which the control API knows by an id of its own.
func (d *demo) suggest(movementID, release, id string) {
	path, accept := client.BodyPath(d.phase, message.Departure, movementID, release)
	_, format, _ := strings.Cut(accept, "+")
	d.say(`
Released. To look at it yourself:

  # all messages, as HMRC's API lists them
  curl -H 'Authorization: Bearer %[1]s' -H 'Accept: application/vnd.hmrc.%[6]s+json' \
    %[2]s%[3]s

  # the release itself, as %[7]s
  curl -H 'Authorization: Bearer %[1]s' -H 'Accept: %[8]s' \
    %[2]s%[4]s

  # everything that happened at the customs office, and why
  curl %[2]s/simulator/v1/movements/%[5]s
`, d.trader.Token, d.trader.URL, client.MessagesPath(message.Departure, movementID), path, id, d.phase.APIVersion(), strings.ToUpper(format), accept)
}
