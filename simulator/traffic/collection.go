package traffic

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// deepest is how deep folders of a collection may be nested.
const deepest = 50

// The parts of a Postman collection 2.x.
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
		Code            int             `json:"code"`
		Header          postmanPairs    `json:"header"`
		Body            string          `json:"body"`
		ResponseTime    json.Number     `json:"responseTime"`
	}
	postmanBody struct {
		Mode       string        `json:"mode"`
		Raw        string        `json:"raw"`
		URLEncoded []postmanPair `json:"urlencoded"`
	}
	postmanPair struct {
		Key      string `json:"key"`
		ID       string `json:"id"`
		Value    any    `json:"value"`
		Disabled bool   `json:"disabled"`
	}
	postmanAuth struct {
		Type   string        `json:"type"`
		Bearer []postmanPair `json:"bearer"`
	}
	postmanURL   struct{ Raw string }
	postmanPairs []postmanPair
)

// UnmarshalJSON takes a URL as text or as an object.
func (u *postmanURL) UnmarshalJSON(data []byte) error {
	if data[0] == '"' {
		return json.Unmarshal(data, &u.Raw)
	}
	var parts struct {
		Raw string `json:"raw"`
	}
	err := json.Unmarshal(data, &parts)
	u.Raw = parts.Raw
	return err
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

func (p postmanPair) text() string {
	if p.Value == nil {
		return ""
	}
	return fmt.Sprint(p.Value)
}

// variable is one in the text of a collection, "{{base-url}}".
var variable = regexp.MustCompile(`\{\{\s*([^{}\s]+)\s*\}\}`)

type variables map[string]string

// in puts the values of variables into a text; those without a value stay.
func (v variables) in(text string) string {
	for range 5 { // a value may name another variable
		before := text
		text = variable.ReplaceAllStringFunc(text, func(name string) string {
			if value, known := v[variable.FindStringSubmatch(name)[1]]; known {
				return value
			}
			return name
		})
		if text == before || len(text) > MostBody {
			break
		}
	}
	return text
}

// address is a URL of a collection; a first variable that has no value stands for the service.
func (v variables) address(raw string) (*url.URL, error) {
	text := v.in(strings.TrimSpace(raw))
	if m := variable.FindStringIndex(text); m != nil && m[0] == 0 {
		text = "http://collection" + text[m[1]:]
	}
	if !strings.Contains(text, "://") {
		text = "http://" + text
	}
	u, err := url.Parse(variable.ReplaceAllString(text, "${1}"))
	if err != nil || u.Host == "" {
		return nil, fmt.Errorf("%.200q is not a URL", raw)
	}
	return u, nil
}

func readPostman(dec *json.Decoder) ([]Exchange, error) {
	var c postmanCollection
	if err := dec.Decode(&c); err != nil {
		return nil, err
	}
	if c.Collection != nil { // as Postman's API gives it out
		c.Item, c.Variable, c.Auth = c.Collection.Item, c.Collection.Variable, c.Collection.Auth
	}
	vars := variables{}
	for _, p := range c.Variable {
		name := p.Key
		if name == "" {
			name = p.ID
		}
		vars[name] = p.text()
	}
	var out []Exchange
	err := postmanItems(c.Item, vars, c.Auth, "", 0, &out)
	return out, err
}

func postmanItems(items []postmanItem, vars variables, auth *postmanAuth, above string, depth int, out *[]Exchange) error {
	if depth > deepest {
		return fmt.Errorf("folders are nested more than %d deep", deepest)
	}
	for _, item := range items {
		name := strings.TrimPrefix(above+" / "+item.Name, " / ")
		if err := postmanItems(item.Item, vars, auth, name, depth+1, out); err != nil {
			return err
		}
		if item.Request == nil {
			continue
		}
		if len(item.Response) == 0 {
			x, err := item.Request.exchange(vars, auth)
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			x.Name = name
			*out = append(*out, x)
		}
		for _, r := range item.Response {
			request := item.Request
			if r.OriginalRequest != nil {
				request = r.OriginalRequest
			}
			x, err := request.exchange(vars, auth)
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			x.Name, x.Status = strings.TrimSuffix(name+" / "+r.Name, " / "), r.Code
			x.Answered = Content{Header: headers(r.Header, vars), Body: []byte(r.Body)}
			if ms, err := r.ResponseTime.Float64(); err == nil {
				x.Took = time.Duration(ms * float64(time.Millisecond))
			}
			*out = append(*out, x)
		}
	}
	return nil
}

func headers(pairs []postmanPair, vars variables) http.Header {
	h := http.Header{}
	for _, p := range pairs {
		if p.Key != "" && !p.Disabled {
			h.Add(p.Key, vars.in(p.text()))
		}
	}
	return h
}

func (r *postmanRequest) exchange(vars variables, auth *postmanAuth) (Exchange, error) {
	u, err := vars.address(r.URL.Raw)
	x := Exchange{Method: strings.ToUpper(r.Method), URL: u, Sent: Content{Header: headers(r.Header, vars)}}
	if x.Method == "" {
		x.Method = http.MethodGet
	}
	if r.Auth != nil {
		auth = r.Auth
	}
	if auth != nil && auth.Type == "bearer" && x.Sent.Header.Get("Authorization") == "" {
		for _, p := range auth.Bearer {
			if p.Key == "token" {
				x.Sent.Header.Set("Authorization", "Bearer "+vars.in(p.text()))
			}
		}
	}
	switch b := r.Body; {
	case b == nil:
	case b.Mode == "urlencoded":
		form := url.Values{}
		for _, p := range b.URLEncoded {
			if !p.Disabled {
				form.Add(p.Key, vars.in(p.text()))
			}
		}
		x.Sent.Body = []byte(form.Encode())
	case b.Mode == "file", b.Mode == "formdata":
		x.Sent.Left = "the collection does not have it: it is in a file"
	default:
		x.Sent.Body = []byte(vars.in(b.Raw))
	}
	return x, err
}

// The parts of an export of Bruno.
type (
	brunoCollection struct {
		Items        []brunoItem `json:"items"`
		Environments []struct {
			Variables []brunoPair `json:"variables"`
		} `json:"environments"`
	}
	brunoItem struct {
		Name     string         `json:"name"`
		Items    []brunoItem    `json:"items"`
		Request  *brunoRequest  `json:"request"`
		Examples []brunoExample `json:"examples"`
	}
	brunoRequest struct {
		URL     string      `json:"url"`
		Method  string      `json:"method"`
		Headers []brunoPair `json:"headers"`
		Body    brunoBody   `json:"body"`
		Auth    struct {
			Mode   string `json:"mode"`
			Bearer struct {
				Token string `json:"token"`
			} `json:"bearer"`
		} `json:"auth"`
	}
	brunoBody struct {
		Mode string `json:"mode"`
		JSON string `json:"json"`
		XML  string `json:"xml"`
		Text string `json:"text"`
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
		Value   string `json:"value"`
		Enabled *bool  `json:"enabled"`
	}
	brunoStatus int
	brunoAnswer struct{ Content string }
)

// UnmarshalJSON takes a status as a number or as text.
func (s *brunoStatus) UnmarshalJSON(data []byte) error {
	n, err := strconv.Atoi(strings.Trim(string(data), `" `))
	if err != nil {
		return nil // an example without a status has no answer
	}
	*s = brunoStatus(n)
	return nil
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

func readBruno(dec *json.Decoder) ([]Exchange, error) {
	var c brunoCollection
	if err := dec.Decode(&c); err != nil {
		return nil, err
	}
	vars := variables{}
	for _, e := range c.Environments {
		for _, p := range e.Variables {
			if _, there := vars[p.Name]; !there {
				vars[p.Name] = p.Value
			}
		}
	}
	var out []Exchange
	err := brunoItems(c.Items, vars, "", 0, &out)
	return out, err
}

func brunoItems(items []brunoItem, vars variables, above string, depth int, out *[]Exchange) error {
	if depth > deepest {
		return fmt.Errorf("folders are nested more than %d deep", deepest)
	}
	for _, item := range items {
		name := strings.TrimPrefix(above+" / "+item.Name, " / ")
		if err := brunoItems(item.Items, vars, name, depth+1, out); err != nil {
			return err
		}
		if item.Request == nil {
			continue
		}
		examples := item.Examples
		if len(examples) == 0 {
			examples = []brunoExample{{}}
		}
		for _, e := range examples {
			x, err := e.exchange(item.Request, vars)
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			x.Name = strings.TrimSuffix(name+" / "+e.Name, " / ")
			*out = append(*out, x)
		}
	}
	return nil
}

func (e brunoExample) exchange(r *brunoRequest, vars variables) (Exchange, error) {
	whole := *r
	if own := e.Request; own != nil && own.URL != "" {
		if own.Auth.Mode == "" {
			own.Auth = r.Auth
		}
		whole = *own
	}
	u, err := vars.address(whole.URL)
	x := Exchange{Method: strings.ToUpper(whole.Method), URL: u, Status: int(e.Response.Status)}
	if x.Method == "" {
		x.Method = http.MethodGet
	}
	x.Sent.Header, x.Answered.Header = brunoHeaders(whole.Headers, vars), brunoHeaders(e.Response.Headers, vars)
	if whole.Auth.Mode == "bearer" && x.Sent.Header.Get("Authorization") == "" {
		x.Sent.Header.Set("Authorization", "Bearer "+vars.in(whole.Auth.Bearer.Token))
	}
	text := map[string]string{"json": whole.Body.JSON, "xml": whole.Body.XML, "text": whole.Body.Text}[whole.Body.Mode]
	x.Sent.Body, x.Answered.Body = []byte(vars.in(text)), []byte(e.Response.Body.Content)
	if media := map[string]string{"json": "application/json", "xml": "application/xml", "text": "text/plain"}[whole.Body.Mode]; media != "" && x.Sent.Header.Get("Content-Type") == "" {
		x.Sent.Header.Set("Content-Type", media)
	}
	return x, err
}

func brunoHeaders(pairs []brunoPair, vars variables) http.Header {
	h := http.Header{}
	for _, p := range pairs {
		if p.Name != "" && (p.Enabled == nil || *p.Enabled) {
			h.Add(p.Name, vars.in(p.Value))
		}
	}
	return h
}
