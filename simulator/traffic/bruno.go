package traffic

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// The parts of an export of Bruno. Collections in folders are read into the same.
type (
	brunoCollection struct {
		Items        []brunoItem `json:"items"`
		Environments []struct {
			Variables []brunoPair `json:"variables"`
		} `json:"environments"`
		Root brunoRoot `json:"root"`
	}
	brunoItem struct {
		Name     string         `json:"name"`
		Type     string         `json:"type"`
		Items    []brunoItem    `json:"items"`
		Root     brunoRoot      `json:"root"`
		Request  *brunoRequest  `json:"request"`
		Examples []brunoExample `json:"examples"`
		// Line and File are where it stands, "" if all is one file.
		Line int    `json:"-"`
		File string `json:"-"`
	}
	// brunoRoot is what a collection or a folder has for all requests in it.
	brunoRoot struct {
		Request struct {
			Headers []brunoPair `json:"headers"`
			Auth    brunoAuth   `json:"auth"`
			Vars    brunoVars   `json:"vars"`
		} `json:"request"`
	}
	brunoVars struct {
		Req []brunoPair `json:"req"`
	}
	brunoAuth struct {
		Mode   string `json:"mode"`
		Bearer struct {
			Token string `json:"token"`
		} `json:"bearer"`
	}
	brunoRequest struct {
		URL     string      `json:"url"`
		Method  string      `json:"method"`
		Headers []brunoPair `json:"headers"`
		Params  []brunoPair `json:"params"`
		Body    brunoBody   `json:"body"`
		Auth    brunoAuth   `json:"auth"`
		Vars    brunoVars   `json:"vars"`
	}
	brunoBody struct {
		Mode string      `json:"mode"`
		JSON string      `json:"json"`
		XML  string      `json:"xml"`
		Text string      `json:"text"`
		Form []brunoPair `json:"formUrlEncoded"`
	}
	brunoExample struct {
		Name     string        `json:"name"`
		Request  *brunoRequest `json:"request"`
		Response struct {
			Status  brunoStatus `json:"status"`
			Headers []brunoPair `json:"headers"`
			Body    brunoAnswer `json:"body"`
		} `json:"response"`
	}
	brunoPair struct {
		Name    string `json:"name"`
		Value   any    `json:"value"`
		Type    string `json:"type"`
		Enabled *bool  `json:"enabled"`
	}
	brunoStatus amount
	brunoAnswer struct{ Content string }
)

// UnmarshalJSON takes a status as a number, as text, or as an object with its code. An example without one has no answer.
func (s *brunoStatus) UnmarshalJSON(data []byte) error {
	var object struct {
		Code amount `json:"code"`
	}
	if data[0] != '{' {
		return (*amount)(s).UnmarshalJSON(data)
	}
	err := json.Unmarshal(data, &object)
	*s = brunoStatus(object.Code)
	return err
}

// UnmarshalJSON takes a body as text or as an object with its content.
func (b *brunoAnswer) UnmarshalJSON(data []byte) error {
	if data[0] == '"' {
		return json.Unmarshal(data, &b.Content)
	}
	var parts struct {
		Content any `json:"content"`
	}
	if err := json.Unmarshal(data, &parts); err != nil {
		return err
	}
	switch content := parts.Content.(type) {
	case nil:
	case string:
		b.Content = content
	default:
		text, err := json.Marshal(content)
		if err != nil {
			return err
		}
		b.Content = string(text)
	}
	return nil
}

func (p brunoPair) text() string { return postmanPair{Value: p.Value}.text() }

func (p brunoPair) on() bool { return p.Name != "" && (p.Enabled == nil || *p.Enabled) }

// addBruno adds variables; those that are there stay as they are.
func (v Variables) addBruno(pairs []brunoPair) {
	for _, p := range pairs {
		if _, there := v[p.Name]; !there && p.on() {
			v[p.Name] = p.text()
		}
	}
}

// bruno reads the requests of a collection.
type bruno struct {
	given Variables
	made  int
	out   []Exchange
}

func readBruno(text []byte, given Variables) ([]Exchange, error) {
	var c brunoCollection
	if err := json.Unmarshal(text, &c); err != nil {
		return nil, err
	}
	return c.exchanges(given)
}

func (c brunoCollection) exchanges(given Variables) ([]Exchange, error) {
	b := &bruno{given: given}
	vars := Variables{}
	for _, e := range c.Environments {
		vars.addBruno(e.Variables)
	}
	vars.addBruno(c.Root.Request.Vars.Req)
	err := b.items(c.Items, brunoAbove{vars, c.Root.Request.Headers, c.Root.Request.Auth}, "", 0)
	return b.out, err
}

// brunoAbove is what the folders around a request have for it.
type brunoAbove struct {
	vars    Variables
	headers []brunoPair
	auth    brunoAuth
}

func (b *bruno) items(items []brunoItem, above brunoAbove, path string, depth int) error {
	if depth > deepest {
		return fmt.Errorf("folders are nested more than %d deep", deepest)
	}
	for _, item := range items {
		name := strings.TrimPrefix(path+" / "+item.Name, " / ")
		around := above
		if own := item.Root.Request; len(item.Items) > 0 {
			vars := Variables{}
			vars.addBruno(own.Vars.Req)
			around.vars = vars.under(above.vars)
			around.headers = append(above.headers[:len(above.headers):len(above.headers)], own.Headers...)
			if own.Auth.Mode != "" && own.Auth.Mode != "inherit" {
				around.auth = own.Auth
			}
		}
		if err := b.items(item.Items, around, name, depth+1); err != nil {
			return err
		}
		if item.Request == nil || strings.HasPrefix(item.Type, "graphql") || strings.HasPrefix(item.Type, "grpc") || strings.HasPrefix(item.Type, "ws") {
			continue
		}
		examples := item.Examples
		if len(examples) == 0 {
			examples = []brunoExample{{}}
		}
		for _, e := range examples {
			if err := b.add(item, e, above, strings.TrimSuffix(name+" / "+e.Name, " / ")); err != nil {
				return fmt.Errorf("%q: %w", name, err)
			}
		}
	}
	return nil
}

// add takes a request with the answer of an example.
func (b *bruno) add(item brunoItem, e brunoExample, above brunoAbove, name string) error {
	r := *item.Request
	vars := Variables{}
	vars.addBruno(r.Vars.Req)
	if own := e.Request; own != nil && own.URL != "" {
		auth, method := r.Auth, r.Method
		r = *own
		if r.Auth.Mode == "" {
			r.Auth = auth
		}
		r.Method = cmp.Or(r.Method, method)
	}
	if r.Auth.Mode == "inherit" || r.Auth.Mode == "" {
		r.Auth = above.auth
	}
	fill := &filler{values: b.given.under(vars.under(above.vars)), made: &b.made}
	path := Variables{}
	for _, p := range r.Params {
		if p.Type == "path" && p.on() {
			path[p.Name] = p.text()
		}
	}
	u, err := fill.address(r.URL, path)
	if err != nil {
		return err
	}
	x := Exchange{
		Name: name, Line: item.Line, File: item.File, Method: cmp.Or(strings.ToUpper(r.Method), http.MethodGet), URL: u, Status: int(max(e.Response.Status, 0)),
		Sent:     Content{Header: brunoHeaders(append(above.headers[:len(above.headers):len(above.headers)], r.Headers...), fill)},
		Answered: Content{Header: brunoHeaders(e.Response.Headers, &filler{made: new(int)}), Body: []byte(e.Response.Body.Content)},
	}
	if r.Auth.Mode == "bearer" || r.Auth.Mode == "oauth2" {
		(&postmanAuth{r.Auth.Mode, Variables{"token": r.Auth.Bearer.Token}}).sign(x.Sent.Header, fill)
	}
	r.Body.fill(&x.Sent, fill)
	x.Open = fill.open
	b.out = append(b.out, x)
	return nil
}

// fill puts a body into what is sent.
func (b brunoBody) fill(c *Content, fill *filler) {
	media, text := "", ""
	switch b.Mode {
	case "", "none":
		return
	case "json":
		media, text = "application/json", b.JSON
	case "xml":
		media, text = "application/xml", b.XML
	case "text":
		media, text = "text/plain", b.Text
	case "formUrlEncoded", "form-urlencoded":
		form := url.Values{}
		for _, p := range b.Form {
			if p.on() {
				form.Add(fill.in(p.Name), fill.in(p.text()))
			}
		}
		media, text = "application/x-www-form-urlencoded", form.Encode()
	default:
		c.Left = "the collection does not have it (body " + b.Mode + "); hint: paste the message as an XML or JSON body"
		return
	}
	if c.Body = []byte(fill.in(text)); c.Header.Get("Content-Type") == "" {
		c.Header.Set("Content-Type", media)
	}
}

func brunoHeaders(pairs []brunoPair, fill *filler) http.Header {
	h := http.Header{}
	for _, p := range pairs {
		if p.on() {
			h.Del(p.Name) // that of a folder
			addHeader(h, p.Name, p.text(), fill)
		}
	}
	return h
}
