package binary

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
)

// Curl is as much of curl as documents and scripts use, so that tests do not depend on one being installed: the main function
// of a command of package testscript.
func Curl() {
	if err := runCurl(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "curl:", err)
		os.Exit(1)
	}
}

func runCurl(args []string) error {
	method, url, header := "", "", http.Header{}
	var body io.Reader
	var form []string
	output, written := io.Writer(os.Stdout), ""
	for i := 0; i < len(args); i++ {
		switch args[i] {
		case "-s":
			continue
		case "-X", "-H", "-d", "--data-binary", "-o", "-w":
			if i++; i == len(args) {
				return errors.New("an option wants a value")
			}
		default:
			url = args[i]
			continue
		}
		switch args[i-1] {
		case "-X":
			method = args[i]
		case "-H":
			name, value, _ := strings.Cut(args[i], ": ")
			header.Set(name, value)
		case "-d":
			form = append(form, args[i])
		case "-o":
			output = io.Discard // the documents write to /dev/null alone
		case "-w":
			written = args[i]
		case "--data-binary":
			f, err := os.Open(strings.TrimPrefix(args[i], "@"))
			if err != nil {
				return err
			}
			defer f.Close()
			body = f
		}
	}
	if form != nil {
		body = strings.NewReader(strings.Join(form, "&"))
		if header.Get("Content-Type") == "" {
			header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
	}
	if method == "" && body != nil {
		method = http.MethodPost
	}
	req, err := http.NewRequest(method, url, body)
	if err != nil {
		return err
	}
	req.Header = header
	res, err := http.DefaultTransport.RoundTrip(req) // follows no redirect
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if _, err = io.Copy(output, res.Body); err != nil {
		return err
	}
	_, err = fmt.Print(strings.NewReplacer("%{redirect_url}", res.Header.Get("Location"), `\n`, "\n").Replace(written))
	return err
}
