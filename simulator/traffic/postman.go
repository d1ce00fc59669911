package traffic

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// deepest is how deep folders of a collection may be nested.
const deepest = 50

// The parts of a Postman collection 2.0 and 2.1.
type (
	postmanCollection struct {
		Item       []postmanItem `json:"item"`
		Variable   []postmanPair `json:"variable"`
		Auth       *postmanAuth  `json:"auth"`
		Collection *struct {
			Item     []postmanItem `json:"item"`
			Variable []postmanPair `json:"variable"`
			Auth     *postmanAuth  `json:"auth"`
		} `json:"collection"`
	}
	postmanItem struct {
		Name     string            `json:"name"`
		Item     []postmanItem     `json:"item"`
		Variable []postmanPair     `json:"variable"`
		Auth     *postmanAuth      `json:"auth"`
		Request  *postmanRequest   `json:"request"`
		Response []postmanResponse `json:"response"`
	}
	postmanRequest struct {
		Method string       `json:"method"`
		URL    postmanURL   `json:"url"`
		Header postmanPairs `json:"header"`
		Body   *postmanBody `json:"body"`
		Auth   *postmanAuth `json:"auth"`
	}
	postmanResponse struct {
		Name            string          `json:"name"`
		OriginalRequest *postmanRequest `json:"originalRequest"`
		Code            amount          `json:"code"`
		Header          postmanPairs    `json:"header"`
		Body            string          `json:"body"`
		ResponseTime    amount          `json:"responseTime"`
	}
	postmanBody struct {
		Mode       string        `json:"mode"`
		Raw        string        `json:"raw"`
		URLEncoded []postmanPair `json:"urlencoded"`
		GraphQL    any           `json:"graphql"`
		Disabled   bool          `json:"disabled"`
		Options    struct {
			Raw struct {
				Language string `json:"language"`
			} `json:"raw"`
		} `json:"options"`
	}
	postmanPair struct {
		Key      string `json:"key"`
		ID       string `json:"id"`
		Value    any    `json:"value"`
		Disabled bool   `json:"disabled"`
		Enabled  *bool  `json:"enabled"`
	}
	postmanAuth struct {
		Type string
		// Of are the settings of the type: the token of bearer, for example.
		Of Variables
	}
	postmanURL struct {
		Raw  string
		Path Variables
	}
	postmanPairs []postmanPair
)

// UnmarshalJSON takes a URL as text or as an object, which has its parts if it has no text.
func (u *postmanURL) UnmarshalJSON(data []byte) error {
	if data[0] == '"' {
		return json.Unmarshal(data, &u.Raw)
	}
	var parts struct {
		Raw      string        `json:"raw"`
		Protocol string        `json:"protocol"`
		Host     any           `json:"host"`
		Port     string        `json:"port"`
		Path     any           `json:"path"`
		Query    []postmanPair `json:"query"`
		Variable []postmanPair `json:"variable"`
	}
	if err := json.Unmarshal(data, &parts); err != nil {
		return err
	}
	u.Path = pairsByName(parts.Variable)
	if u.Raw = parts.Raw; u.Raw != "" {
		return nil
	}
	u.Raw = joined(parts.Host, ".")
	if parts.Protocol != "" {
		u.Raw = parts.Protocol + "://" + u.Raw
	}
	if parts.Port != "" {
		u.Raw += ":" + parts.Port
	}
	u.Raw += "/" + strings.TrimPrefix(joined(parts.Path, "/"), "/")
	between := "?"
	for _, p := range parts.Query {
		if !p.Disabled {
			u.Raw += between + p.Key + "=" + p.text()
			between = "&"
		}
	}
	return nil
}

// UnmarshalJSON takes a request as an object, or as its URL alone.
func (r *postmanRequest) UnmarshalJSON(data []byte) error {
	if data[0] == '"' {
		return json.Unmarshal(data, &r.URL)
	}
	type plain postmanRequest
	return json.Unmarshal(data, (*plain)(r))
}

// joined is a text, or a list of them with something in between; a part may be an object with its value.
func joined(v any, between string) string {
	list, some := v.([]any)
	if !some {
		return postmanPair{Value: v}.text()
	}
	parts := make([]string, len(list))
	for i, part := range list {
		if object, some := part.(map[string]any); some {
			part = object["value"]
		}
		parts[i] = postmanPair{Value: part}.text()
	}
	return strings.Join(parts, between)
}

// UnmarshalJSON takes headers as a list; other forms, as old collections have them, count as none.
func (p *postmanPairs) UnmarshalJSON(data []byte) error {
	if data[0] != '[' {
		return nil
	}
	var list []postmanPair
	err := json.Unmarshal(data, &list)
	*p = list
	return err
}

// UnmarshalJSON takes the settings as a list of pairs, as collections 2.1 have them, or as an object, as those of 2.0.
func (a *postmanAuth) UnmarshalJSON(data []byte) error {
	if data[0] != '{' {
		return nil
	}
	var parts map[string]json.RawMessage
	if err := json.Unmarshal(data, &parts); err != nil {
		return err
	}
	if err := json.Unmarshal(parts["type"], &a.Type); err != nil {
		return nil // without a type there is nothing to send
	}
	var list []postmanPair
	var object map[string]any
	switch settings := parts[a.Type]; {
	case json.Unmarshal(settings, &list) == nil:
		a.Of = pairsByName(list)
	case json.Unmarshal(settings, &object) == nil:
		a.Of = Variables{}
		for name, value := range object {
			a.Of[name] = postmanPair{Value: value}.text()
		}
	}
	return nil
}

func (p postmanPair) text() string {
	if p.Value == nil {
		return ""
	}
	return fmt.Sprint(p.Value)
}

func pairsByName(pairs []postmanPair) Variables {
	out := Variables{}
	for _, p := range pairs {
		name := p.Key
		if name == "" {
			name = p.ID
		}
		if !p.Disabled {
			out[name] = p.text()
		}
	}
	return out
}

// postman reads the requests of a collection.
type postman struct {
	// given are the values that count more than those of the collection.
	given Variables
	made  int
	out   []Exchange
}

func readPostman(text []byte, given Variables) ([]Exchange, error) {
	var c postmanCollection
	if err := json.Unmarshal(text, &c); err != nil {
		return nil, err
	}
	if c.Collection != nil { // as Postman's API gives it out
		c.Item, c.Variable, c.Auth = c.Collection.Item, c.Collection.Variable, c.Collection.Auth
	}
	p := &postman{given: given}
	err := p.items(c.Item, pairsByName(c.Variable), c.Auth, "", 0)
	return p.out, err
}

// items reads the requests of a folder, with the variables and the authorisation of those around it.
func (p *postman) items(items []postmanItem, vars Variables, auth *postmanAuth, above string, depth int) error {
	if depth > deepest {
		return fmt.Errorf("folders are nested more than %d deep", deepest)
	}
	for _, item := range items {
		name := strings.TrimPrefix(above+" / "+item.Name, " / ")
		own, ownAuth := vars, auth
		if len(item.Variable) > 0 {
			own = pairsByName(item.Variable).under(vars)
		}
		if item.Auth != nil {
			ownAuth = item.Auth
		}
		if err := p.items(item.Item, own, ownAuth, name, depth+1); err != nil {
			return err
		}
		if item.Request == nil {
			continue
		}
		answers := item.Response
		if len(answers) == 0 {
			answers = []postmanResponse{{}}
		}
		for _, r := range answers {
			request := item.Request
			if r.OriginalRequest != nil {
				request = r.OriginalRequest
				if request.Auth == nil && item.Request.Auth != nil { // saved requests have none of their own
					request.Auth = item.Request.Auth
				}
			}
			if err := p.add(request, r, own, ownAuth, strings.TrimSuffix(name+" / "+r.Name, " / ")); err != nil {
				return fmt.Errorf("%q: %w", name, err)
			}
		}
	}
	return nil
}

// add takes a request with a saved answer.
func (p *postman) add(request *postmanRequest, r postmanResponse, vars Variables, auth *postmanAuth, name string) error {
	fill := &filler{values: p.given.under(vars), made: &p.made}
	x, err := request.exchange(fill, auth)
	if err != nil {
		return err
	}
	x.Name, x.Open, x.Status = name, fill.open, int(r.Code)
	x.Took = time.Duration(r.ResponseTime * amount(time.Millisecond))
	x.Answered = Content{Header: headers(r.Header, &filler{made: new(int)})}
	x.Answered.Body, x.Answered.Left = Uncompressed("", []byte(r.Body))
	p.out = append(p.out, x)
	return nil
}

func headers(pairs []postmanPair, fill *filler) http.Header {
	h := http.Header{}
	for _, p := range pairs {
		if p.Key != "" && !p.Disabled {
			addHeader(h, p.Key, p.text(), fill)
		}
	}
	return h
}

// addHeader adds a header of a request. A token that has no value is that of some trader all the same.
func addHeader(h http.Header, name, value string, fill *filler) {
	if strings.EqualFold(name, "Authorization") {
		fill = &filler{values: fill.values, made: fill.made}
	}
	h.Add(fill.in(name), fill.in(value))
}

// rawMedia are the media types that Postman sends with the language of a raw body.
var rawMedia = map[string]string{"json": "application/json", "xml": "application/xml", "text": "text/plain", "html": "text/html", "javascript": "application/javascript"}

func (r *postmanRequest) exchange(fill *filler, auth *postmanAuth) (Exchange, error) {
	u, err := fill.address(r.URL.Raw, r.URL.Path)
	x := Exchange{Method: strings.ToUpper(r.Method), URL: u, Sent: Content{Header: headers(r.Header, fill)}}
	if x.Method == "" {
		x.Method = http.MethodGet
	}
	if r.Auth != nil {
		auth = r.Auth
	}
	auth.sign(x.Sent.Header, fill)
	media := ""
	switch b := r.Body; {
	case b == nil, b.Disabled, b.Mode == "", b.Mode == "none":
	case b.Mode == "urlencoded":
		form := url.Values{}
		for _, p := range b.URLEncoded {
			if !p.Disabled {
				form.Add(fill.in(p.Key), fill.in(p.text()))
			}
		}
		x.Sent.Body, media = []byte(form.Encode()), "application/x-www-form-urlencoded"
	case b.Mode == "raw":
		x.Sent.Body, media = []byte(fill.in(b.Raw)), rawMedia[b.Options.Raw.Language]
	case b.Mode == "graphql":
		x.Sent.Left = "it is GraphQL"
	default:
		x.Sent.Left = "the collection does not have it: it is in a file (body " + b.Mode + "); hint: paste the message as a raw body"
	}
	if media != "" && len(x.Sent.Body) > 0 && x.Sent.Header.Get("Content-Type") == "" {
		x.Sent.Header.Set("Content-Type", media)
	}
	return x, err
}

// sign adds the authorisation to the headers of a request that has none. A token without a value stands for some trader all the same.
func (a *postmanAuth) sign(h http.Header, fill *filler) {
	if a == nil || h.Get("Authorization") != "" {
		return
	}
	token := map[string]string{"bearer": "token", "oauth2": "accessToken"}[a.Type]
	if token == "" {
		return
	}
	apart := filler{values: fill.values, made: fill.made}
	if value := strings.TrimSpace(apart.in(a.Of[token])); value != "" || a.Type == "oauth2" {
		h.Set("Authorization", strings.TrimSpace("Bearer "+value))
	}
}
