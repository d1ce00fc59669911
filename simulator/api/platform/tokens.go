package platform

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strings"

	"nctsim/simulator/pattern"
	"nctsim/simulator/textfile"
)

// Grant is what a fixed token stands for.
type Grant struct {
	Standing Standing
	// EORI is set for Enrolled only, and so is Enrolment.
	EORI      string
	Enrolment Enrolment
	// ClientID is the application that holds the token; "" for one of the token's own.
	ClientID string
}

// enrolments are the words of a token file behind an EORI.
var enrolments = map[string]Enrolment{"legacy": LegacyEnrolment, "legacy-refused": LegacyRefused}

// words of a token file that stand for a token with something wrong, beside EORI numbers, and what comes of it.
var words = []struct {
	word     string
	standing Standing
	answer   string
}{
	{"expired", Expired, "401 INVALID_CREDENTIALS"},
	{"no-enrolment", NoEnrolment, "403 FORBIDDEN, no HMRC-CTC-ORG enrolment"},
	{"no-scope", NoScope, "403 INVALID_SCOPE"},
	{"not-subscribed", NotSubscribed, "403 RESOURCE_FORBIDDEN"},
}

// String says what a token with the grant leads to.
func (g Grant) String() string {
	text := g.EORI
	for _, w := range words {
		if w.standing == g.Standing {
			text = w.answer
		}
	}
	for word, enrolment := range enrolments {
		if g.Standing == Enrolled && enrolment == g.Enrolment {
			text += ", enrolment " + word
		}
	}
	if g.ClientID != "" {
		text += ", client " + g.ClientID
	}
	return text
}

// ReadTokens reads a token file: one token and what it stands for per line, with blanks between them.
// It stands for an EORI number, or one of the words expired, no-enrolment, no-scope and not-subscribed. Behind an EORI may
// stand legacy or legacy-refused: the trader has the enrolment of phase 4 alone, with which API 1.0 warns or refuses
// declarations.
// The last word of a line may be client=ID: the application that holds the token, so that several tokens can be of one.
// Empty lines and lines that begin with # are passed over. The error names the line.
func ReadTokens(r io.Reader) (map[string]Grant, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("read tokens: %w", err)
	}
	if data, err = textfile.Decode(data); err != nil {
		return nil, err
	}
	grants := map[string]Grant{}
	lines := bufio.NewScanner(bytes.NewReader(data))
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		fields, client, err := takeClient(strings.Fields(line))
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		if len(fields) != 2 && len(fields) != 3 {
			return nil, fmt.Errorf("line %d: %d words instead of a token and an EORI; hint: write them as in \"my-token GB123456789012\"", n, len(fields))
		}
		token, meaning := fields[0], fields[1:]
		if _, twice := grants[token]; twice {
			return nil, fmt.Errorf("line %d: token %q stands there twice; hint: remove one of its lines", n, token)
		}
		g, err := grant(meaning)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		g.ClientID = client
		grants[token] = g
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read tokens: %w", err)
	}
	return grants, nil
}

// clientWord begins the word of a line that names the application, and clientForm is what its id may be.
const clientWord = "client="

var clientForm = pattern.New(`^[A-Za-z0-9_-]{1,64}$`)

// takeClient takes the word for the application from the end of a line; the id is "" if there is none.
func takeClient(words []string) (rest []string, client string, err error) {
	last := len(words) - 1
	client, named := strings.CutPrefix(words[last], clientWord)
	switch {
	case !named:
		return words, "", nil
	case !clientForm().MatchString(client):
		return nil, "", fmt.Errorf("%q is not the id of a client; hint: up to 64 letters, digits, - and _, as in client=my-application", client)
	}
	return words[:last], client, nil
}

func grant(meaning []string) (Grant, error) {
	first := meaning[0]
	if eoriPattern().MatchString(first) {
		g := Grant{EORI: first}
		if len(meaning) == 1 {
			return g, nil
		}
		var known bool
		if g.Enrolment, known = enrolments[meaning[1]]; !known {
			return Grant{}, fmt.Errorf("%q is not an enrolment; hint: legacy and legacy-refused may stand behind an EORI", meaning[1])
		}
		return g, nil
	}
	for _, w := range words {
		if w.word == first && len(meaning) == 1 {
			return Grant{Standing: w.standing}, nil
		}
	}
	return Grant{}, fmt.Errorf("%q is no EORI; hint: an EORI is GB or XI and 12 to 15 digits; "+
		"expired, no-enrolment, no-scope and not-subscribed may stand in its place", strings.Join(meaning, " "))
}
