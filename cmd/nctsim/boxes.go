package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"nctsim/simulator/client"
)

func newBoxes() *cobra.Command {
	cmd := calling(&cobra.Command{
		Use:   "boxes",
		Short: "Show boxes for notifications and every attempt to send one",
		Long: `Show the boxes for notifications of a running simulator, what is in one, and every attempt to send a
notification to its callback; make a box or give one another callback, send a notification again, or test a callback.`,
		Example: `  nctsim boxes
  nctsim boxes put 4a5b6c7d-client --api 2.1 --callback http://localhost:9000/notifications
  nctsim boxes show c6c35253-1884-40b7-85c9-61e3316823fe
  nctsim boxes notification 75290e91-0574-4648-8fb0-258bdc9d9b45
  nctsim boxes resend 75290e91-0574-4648-8fb0-258bdc9d9b45
  nctsim boxes test c6c35253-1884-40b7-85c9-61e3316823fe`,
		Args: unknownCommand,
	}, func(cmd *cobra.Command, c remote, out printer, _ []string) error {
		boxes, err := c.Boxes(cmd.Context())
		return out.result(err, boxes, func(w io.Writer) { writeBoxes(w, boxes) })
	})
	cmd.AddCommand(
		boxesCommand("show BOX", "List what is in a box, the newest first", func(c remote, cmd *cobra.Command, out printer, id string) error {
			found, err := c.Notifications(cmd.Context(), id, client.NotificationQuery{})
			return out.result(err, found, func(w io.Writer) { writeNotifications(w, found) })
		}),
		boxesCommand("notification ID", "Show a notification with its attempts", func(c remote, cmd *cobra.Command, out printer, id string) error {
			n, err := c.Notification(cmd.Context(), id)
			return printNotification(out, n, err)
		}),
		boxesCommand("resend ID", "Send a notification again, whatever has become of it", func(c remote, cmd *cobra.Command, out printer, id string) error {
			n, err := c.Resend(cmd.Context(), id)
			return printNotification(out, n, err)
		}),
		boxesCommand("acknowledge ID", "Mark a notification as read", func(c remote, cmd *cobra.Command, out printer, id string) error {
			n, err := c.Acknowledge(cmd.Context(), id)
			return printNotification(out, n, err)
		}),
		boxesCommand("test BOX", "Ask the callback of a box to repeat a challenge; the exit code is 1 if it does not", func(c remote, cmd *cobra.Command, out printer, id string) error {
			d, err := c.TestBox(cmd.Context(), id)
			if err != nil {
				return err
			}
			if err := out.print(d, func(w io.Writer) { writeDelivery(w, d) }); err != nil || d.Error == "" {
				return err
			}
			return no()
		}),
		boxesCommand("remove BOX", "Forget a box and its notifications", func(c remote, cmd *cobra.Command, out printer, id string) error {
			err := c.RemoveBox(cmd.Context(), id)
			return out.result(err, client.Box{ID: id}, func(w io.Writer) { fmt.Fprintf(w, "box %s forgotten\n", id) })
		}),
		newBoxesPut(),
	)
	return cmd
}

// newBoxesPut makes a box, or changes one.
func newBoxesPut() *cobra.Command {
	var o client.BoxOrder
	var callback string
	var bearer bool
	cmd := calling(&cobra.Command{
		Use:   "put CLIENT",
		Short: "Make a box, or change the callback or the secret of one",
		Long: `Give a client a box for notifications, as HMRC does when an application subscribes to the API. For a box that
is there, --callback and --secret take the place of what it has; without them it stays as it is. An empty --callback makes
the client fetch its notifications by itself.

CLIENT is the client id of an application, or with --bearer a bearer token of it.`,
		Example: `  nctsim boxes put 4a5b6c7d-client --api 2.1 --callback http://localhost:9000/notifications
  nctsim boxes put GB954131533000 --bearer --api 2.1`,
		Args: arguments(1, 1),
	}, func(cmd *cobra.Command, c remote, out printer, args []string) error {
		if (o.APIVersion == "") == (o.BoxName == "") {
			return usageError("boxes put needs either --api or --name; hint: nctsim boxes put %s --api 2.1", args[0])
		}
		if o.ClientID = args[0]; bearer {
			o.ClientID, o.Token = "", args[0]
		}
		if cmd.Flags().Changed("callback") {
			o.CallbackURL = &callback
		}
		box, err := c.MakeBox(cmd.Context(), o)
		return out.result(err, box, func(w io.Writer) { writeBoxes(w, []client.Box{box}) })
	})
	cmd.Flags().BoolVar(&bearer, "bearer", false, "CLIENT is a bearer token")
	cmd.Flags().StringVar(&o.APIVersion, "api", "", "`VERSION` of the API that the box is for: 1.0, 2.1 or 3.0")
	cmd.Flags().StringVar(&o.BoxName, "name", "", "`NAME` of the box in its place, such as customs/transits##2.1##notificationUrl")
	cmd.Flags().StringVar(&callback, "callback", "", "`URL` that notifications are sent to")
	cmd.Flags().StringVar(&o.PushSecret, "secret", "", "`SECRET` that signs them; otherwise one of the simulator's")
	return cmd
}

// boxesCommand is a command about one box or notification.
func boxesCommand(use, short string, do func(c remote, cmd *cobra.Command, out printer, id string) error) *cobra.Command {
	return calling(&cobra.Command{Use: use, Short: short, Args: arguments(1, 1)}, func(cmd *cobra.Command, c remote, out printer, args []string) error {
		return do(c, cmd, out, args[0])
	})
}

func writeBoxes(w io.Writer, boxes []client.Box) {
	if len(boxes) == 0 {
		fmt.Fprintln(w, "no boxes yet")
		return
	}
	table(w, "BOX\tCLIENT\tNAME\tPENDING\tACKNOWLEDGED\tFAILED\tCALLBACK", boxes, func(b client.Box) cells {
		var n client.NotificationCounts
		if b.Notifications != nil {
			n = *b.Notifications
		}
		return cells{b.ID, b.ClientID, b.Name, n.Pending, n.Acknowledged, n.Failed, b.CallbackURL}
	})
}

func writeNotifications(w io.Writer, found client.Notifications) {
	if len(found.Notifications) == 0 {
		fmt.Fprintln(w, "no notifications")
		return
	}
	table(w, "NOTIFICATION\tCREATED\tMOVEMENT\tMESSAGE\tSTATUS\tATTEMPTS\tANSWER", found.Notifications, func(n client.Notification) cells {
		return cells{n.ID, n.Created, n.Movement, n.MessageType, n.Status, n.Attempts, n.Answer}
	})
	if more := found.Total - len(found.Notifications); more > 0 {
		fmt.Fprintf(w, "and %d older ones\n", more)
	}
}

func printNotification(out printer, n client.NotificationDetail, err error) error {
	return out.result(err, n, func(w io.Writer) {
		fmt.Fprintf(w, "%s  %s  %s of %s  %s\n", n.ID, n.Created.UTC().Format(timeOfDay), orDash(n.MessageType), n.Movement, n.Status)
		if n.Due != nil {
			fmt.Fprintf(w, "  will be sent at %s\n", n.Due.UTC().Format(timeOfDay))
		}
		for _, a := range n.Answers {
			fmt.Fprintf(w, "  %d times: %s\n", a.Count, a.Answer)
		}
		for _, d := range n.Deliveries {
			writeDelivery(w, d)
		}
		fmt.Fprintf(w, "\n%s\n", n.Body)
	})
}

func writeDelivery(w io.Writer, d client.Delivery) {
	came := fmt.Sprintf("status %d", d.Status)
	if d.Error != "" {
		came = d.Error
	}
	fmt.Fprintf(w, "  %d  %s  %s  %s, in %s\n", d.Number, d.At.UTC().Format(timeOfDay), d.URL, came, d.Duration)
	if d.Answer != "" {
		fmt.Fprintf(w, "     %s\n", d.Answer)
	}
}
