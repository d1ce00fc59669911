package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"nctsim/simulator/application"
	"nctsim/simulator/client"
)

func newApplications() *cobra.Command {
	cmd := calling(&cobra.Command{
		Use:   "applications",
		Short: "List, register and remove applications and test users, and revoke tokens",
		Long: `List, register and remove the applications and test users of a running simulator, and revoke the
tokens of an application. An application is what HMRC's Developer Hub registers; one that nobody
registered is listed as soon as it has got a token. Secrets and passwords are never shown.

What is registered is kept with --data and over a reset. To have it from the start, name the file
with nctsim serve --applications.`,
		Example: `  nctsim applications
  nctsim applications show my-application
  nctsim applications put applications.yaml
  nctsim applications revoke my-application
  nctsim applications delete my-application`,
		Args: unknownCommand,
	}, listApplications)
	cmd.AddCommand(
		calling(&cobra.Command{Use: "list", Short: "List the applications and test users", Args: arguments(0, 0)}, listApplications),
		newApplicationsShow(), newApplicationsPut(), newApplicationsDelete(), newApplicationsRevoke(),
	)
	return cmd
}

func listApplications(cmd *cobra.Command, c remote, out printer, _ []string) error {
	shown, err := c.Applications(cmd.Context())
	return showApplications(out, shown, err)
}

func newApplicationsShow() *cobra.Command {
	return calling(&cobra.Command{
		Use:     "show CLIENT-ID",
		Short:   "Show one application without its secrets",
		Example: `  nctsim applications show my-application`,
		Args:    arguments(1, 1),
	}, func(cmd *cobra.Command, c remote, out printer, args []string) error {
		shown, err := c.Application(cmd.Context(), args[0])
		return out.result(err, shown, func(w io.Writer) { writeApplication(w, shown) })
	})
}

func newApplicationsPut() *cobra.Command {
	return calling(&cobra.Command{
		Use:   "put FILE",
		Short: "Register what a file of applications says",
		Long: `Register the applications and test users of a file (- is stdin), in YAML or JSON, in the place of
those with their ids. What the file does not name stays as it is, and so do tokens. docs/clients.md
explains the file.

The exit code is 1 when the file has mistakes, which are listed with their lines and register
nothing, or when nobody answers the challenge at a callback URL.`,
		Example: `  nctsim applications put applications.yaml`,
		Args:    arguments(1, 1),
	}, func(cmd *cobra.Command, c remote, out printer, args []string) error {
		text, err := readInput(cmd.InOrStdin(), args[0])
		if err != nil {
			return err
		}
		shown, err := c.PutApplications(cmd.Context(), text)
		var wrong *client.Error
		if errors.As(err, &wrong) {
			for n := range wrong.Problems {
				wrong.Problems[n].File = args[0]
			}
		}
		return showApplications(out, shown, err)
	})
}

func newApplicationsDelete() *cobra.Command {
	var all bool
	var user string
	cmd := calling(&cobra.Command{
		Use:   "delete [CLIENT-ID]",
		Short: "Forget an application with its tokens, a test user, or with --all everything that was registered",
		Long: `Forget an application with its tokens; its boxes stay. --user forgets a test user; what they have
granted stays. --all forgets all applications, test users and tokens.`,
		Example: `  nctsim applications delete my-application
  nctsim applications delete --user 085603622877
  nctsim applications delete --all`,
		Args: arguments(0, 1),
	}, func(cmd *cobra.Command, c remote, out printer, args []string) error {
		if all && user != "" || (all || user != "") == (len(args) == 1) {
			return usageError("delete needs either a client id, --user or --all; hint: nctsim applications lists the ids")
		}
		var gone string
		var err error
		switch {
		case all:
			gone = "all applications, test users and tokens are gone"
			err = c.RemoveApplications(cmd.Context())
		case user != "":
			gone = "the test user " + user + " is gone"
			err = c.RemoveTestUser(cmd.Context(), user)
		default:
			gone = args[0] + " and its tokens are gone"
			err = c.RemoveApplication(cmd.Context(), args[0])
		}
		return out.result(err, struct{}{}, func(w io.Writer) { fmt.Fprintln(w, gone) })
	})
	cmd.Flags().BoolVar(&all, "all", false, "forget all applications, test users and tokens")
	cmd.Flags().StringVar(&user, "user", "", "forget the test user of this `USER-ID`")
	return cmd
}

func newApplicationsRevoke() *cobra.Command {
	var onlyAccess bool
	cmd := calling(&cobra.Command{
		Use:   "revoke CLIENT-ID",
		Short: "End the tokens of an application",
		Long: `End all tokens of an application, as if its users had revoked what they granted: it has to ask them
again. With --only-access its access tokens end alone, as if their time were over: it has to
refresh them.`,
		Example: `  nctsim applications revoke my-application
  nctsim applications revoke my-application --only-access`,
		Args: arguments(1, 1),
	}, func(cmd *cobra.Command, c remote, out printer, args []string) error {
		done, err := c.RevokeTokens(cmd.Context(), args[0], onlyAccess)
		return out.result(err, done, func(w io.Writer) { fmt.Fprintf(w, "tokens of %s that have ended: %d\n", args[0], done.Revoked) })
	})
	cmd.Flags().BoolVar(&onlyAccess, "only-access", false, "end access tokens, and leave refresh tokens as they are")
	return cmd
}

// showApplications prints applications and test users, unless they could not be had.
func showApplications(out printer, shown client.Applications, err error) error {
	return out.result(err, shown, func(w io.Writer) {
		if len(shown.Applications) == 0 && len(shown.TestUsers) == 0 {
			fmt.Fprintln(w, "no applications and no test users yet")
			return
		}
		if len(shown.Applications) > 0 {
			table(w, "CLIENT ID\tREGISTERED\tSECRETS\tREDIRECT URIS\tCALLBACKS\tSUBSCRIPTIONS", shown.Applications, func(a client.Application) cells {
				return cells{a.ClientID, registered(a), secrets(a), len(a.RedirectURIs), strings.Join(versions(a), " "), subscriptions(a)}
			})
		}
		if len(shown.Applications) > 0 && len(shown.TestUsers) > 0 {
			fmt.Fprintln(w)
		}
		if len(shown.TestUsers) > 0 {
			table(w, "USER ID\tEORI\tNAME\tSERVICES", shown.TestUsers, func(u client.TestUser) cells {
				return cells{u.ID, u.EORI, u.Name, strings.Join(u.Services, " ")}
			})
		}
	})
}

func writeApplication(w io.Writer, a client.Application) {
	rows := []cells{{"client id", a.ClientID}, {"registered", registered(a)}, {"secrets", secrets(a)}}
	for _, uri := range a.RedirectURIs {
		rows = append(rows, cells{"redirect URI", uri})
	}
	for _, version := range versions(a) {
		rows = append(rows, cells{"callback " + version, a.Callbacks[version]})
	}
	rows = append(rows, cells{"subscriptions", subscriptions(a)})
	table(w, "", rows, asItIs)
}

func registered(a client.Application) string {
	if a.OnSight {
		return "no, it was taken on sight"
	}
	return "yes"
}

// secrets is how many there are; who was taken on sight may have any.
func secrets(a client.Application) string {
	if a.OnSight {
		return "any"
	}
	return strconv.Itoa(a.Secrets)
}

// versions are those that have a callback.
func versions(a client.Application) []string {
	return slices.Sorted(maps.Keys(a.Callbacks))
}

func subscriptions(a client.Application) string {
	if len(a.Subscriptions) == len(application.Subscriptions()) {
		return "all"
	}
	return strings.Join(a.Subscriptions, " ")
}
