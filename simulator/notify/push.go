package notify

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"nctsim/simulator/movement"
)

// DefaultTimeout is how long a subscriber may take for its answer, in real time.
const DefaultTimeout = 10 * time.Second

const (
	// largestAnswer is how many bytes of an answer are looked at.
	largestAnswer = 64 << 10
	// largestHeader is how many bytes the header of an answer may have.
	largestHeader = 16 << 10
	// signatureHeader has the signature of what is sent (docs/spec/api-2.1-3.0.md#11-3).
	signatureHeader = "X-Hub-Signature"
	userAgent       = "nctsim"
)

// newClient makes the client that calls subscribers. It goes where it is told and nowhere else: no proxy, and no
// redirect, which would lead past what is allowed. dialTLS makes its encrypted connections.
func newClient(timeout time.Duration, dialTLS func(ctx context.Context, network, addr string) (net.Conn, error)) *http.Client {
	return &http.Client{
		Timeout: timeout,
		Transport: &http.Transport{
			DialTLSContext:         dialTLS,
			DisableCompression:     true,
			MaxIdleConnsPerHost:    maxSideBySide,
			IdleConnTimeout:        timeout,
			MaxResponseHeaderBytes: largestHeader,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// send sends a notification to the callback of its box. The error says why there was no answer; the delivery says what was
// sent all the same.
func (s *Service) send(ctx context.Context, b movement.Box, n movement.Notification) (d movement.Delivery, err error) {
	began := time.Now()
	d = movement.Delivery{At: s.Clock.Now(), Real: began.UTC(), URL: Shown(b.Callback)}
	if err := s.allowed.check(b.Callback); err != nil {
		return d, err
	}
	body, err := JSON(Wrap(n))
	if err != nil {
		return d, err
	}
	d.Size, d.Signature, d.WithBody = len(body), sign(body, b.Secret), n.WithBody
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, b.Callback, bytes.NewReader(body))
	if err != nil {
		return d, err
	}
	request.Header.Set("Content-Type", contentType)
	request.Header[signatureHeader] = []string{d.Signature}
	var answer []byte
	d.Status, answer, err = s.call(request)
	d.Duration, d.Body = time.Since(began), beginning(answer)
	return d, err
}

// mostShown is how many bytes of an answer are kept for people to look at.
const mostShown = 512

// beginning is the beginning of an answer as text.
func beginning(answer []byte) string {
	text := strings.ToValidUTF8(string(answer[:min(len(answer), mostShown)]), "\uFFFD")
	if len(answer) > mostShown {
		text += "…"
	}
	return text
}

// sign is the hex HMAC-SHA1 of what is sent, by which a subscriber knows the sender.
func sign(body []byte, secret string) string {
	mac := hmac.New(sha1.New, []byte(secret))
	mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}

// call makes a request and reads the beginning of the answer.
func (s *Service) call(request *http.Request) (status int, answer []byte, err error) {
	request.Header.Set("User-Agent", userAgent)
	response, err := s.client.Do(request)
	if err != nil {
		return 0, nil, plain(err)
	}
	defer response.Body.Close()
	answer, err = io.ReadAll(io.LimitReader(response.Body, largestAnswer))
	return response.StatusCode, answer, plain(err)
}

// plain is an error without method and URL, which may carry a secret in its query.
func plain(err error) error {
	var of *url.Error
	if errors.As(err, &of) {
		if of.Timeout() {
			return errors.New("no answer in time")
		}
		return untrusted(of.Err)
	}
	return err
}

// challenge asks whoever is behind a callback URL to repeat a word, so that nobody is sent what they did not ask for
// (docs/spec/api-2.1-3.0.md#11-3). The error says why the URL must not be used.
func (s *Service) challenge(ctx context.Context, callback, word string) error {
	_, _, err := s.challenged(ctx, callback, word)
	return err
}

// challenged does that, and says what the answer was.
func (s *Service) challenged(ctx context.Context, callback, word string) (status int, answer []byte, err error) {
	joint := "?"
	if strings.Contains(callback, "?") {
		joint = "&"
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, callback+joint+"challenge="+word, nil)
	if err != nil {
		return 0, nil, err
	}
	status, answer, err = s.call(request)
	if err != nil {
		return status, answer, err
	}
	if status != http.StatusOK {
		return status, answer, fmt.Errorf("the answer to the challenge had status %d", status)
	}
	var said struct {
		Challenge string `json:"challenge"`
	}
	if json.Unmarshal(answer, &said) != nil || said.Challenge != word {
		return status, answer, errors.New("the answer to the challenge does not repeat it")
	}
	return status, answer, nil
}
