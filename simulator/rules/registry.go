package rules

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"nctsim/simulator/movement"
	"nctsim/simulator/textfile"
)

// Strictness says what becomes of what is not registered.
type Strictness string

// Modes of a Registry.
const (
	// Lenient accepts what is well-formed and not known to be wrong. The default.
	Lenient Strictness = "lenient"
	// Strict accepts only what is registered.
	Strict Strictness = "strict"
)

// Registry is what the customs offices know about traders, guarantees and places. Read-only once made.
type Registry struct {
	strictness     Strictness
	parties        map[string]Party
	authorisations map[string]Authorisation
	guarantees     map[string]Guarantee
	locations      map[string]Location
	unLocodes      wordSet
	subPlaces      wordSet
	loadingCodes   wordSet
	offices        map[string]Office
	refused        refusals
}

// Party is a registered trader. Everything but the EORI may be empty.
type Party struct {
	EORI    string  `yaml:"eori"`
	Name    string  `yaml:"name,omitempty"`
	Address Address `yaml:"address,omitempty"`
}

// Address is where a party is.
type Address struct {
	Street   string `yaml:"street,omitempty"`
	Postcode string `yaml:"postcode,omitempty"`
	City     string `yaml:"city,omitempty"`
	Country  string `yaml:"country,omitempty"`
}

// Authorisation is a permission: type C521 (authorised consignor) or C522 (authorised consignee), for example.
type Authorisation struct {
	Type   string `yaml:"type"`
	Number string `yaml:"number"`
	Owner  string `yaml:"owner"`
}

// Guarantee is a registered guarantee.
type Guarantee struct {
	GRN    string `yaml:"grn"`
	Type   string `yaml:"type"` // code of CL251: "1" comprehensive
	Access string `yaml:"access,omitempty"`
	Owner  string `yaml:"owner"`
	// Balance is what is left, a decimal number; empty for no limit. Currency belongs to it.
	Balance  Digits `yaml:"balance,omitempty"`
	Currency string `yaml:"currency,omitempty"`
	// From and Until are the first and last day of validity (2006-01-02), empty for no limit.
	From  string `yaml:"from,omitempty"`
	Until string `yaml:"until,omitempty"`
	// Status is "valid" or "cancelled"; empty means valid.
	Status string `yaml:"status,omitempty"`
	// Valid names where it is accepted in strict mode: p4, p5-transition, p5-final, p6; empty means everywhere.
	Valid []string `yaml:"valid,omitempty"`
}

// Digits is a number as it is written in a file, to the last digit, in quotes or not.
type Digits string

// UnmarshalYAML takes the text of a number that YAML would make a floating point number of.
func (d *Digits) UnmarshalYAML(text []byte) error {
	*d = Digits(strings.Trim(strings.TrimSpace(string(text)), `"'`))
	return nil
}

// Location is an authorised place.
type Location struct {
	Number string `yaml:"number"`
	Use    string `yaml:"use"` // "departure" or "destination"
}

// Office is a customs office. Roles are those of offices.tsv: "DEP", "DES".
type Office struct {
	ID    string   `yaml:"id"`
	Name  string   `yaml:"name,omitempty"`
	Roles []string `yaml:"roles"`
}

// registryFile is the form of registry.yaml.
type registryFile struct {
	Replace        bool            `yaml:"replace"`
	Parties        []Party         `yaml:"parties"`
	Authorisations []Authorisation `yaml:"authorisations"`
	Guarantees     []Guarantee     `yaml:"guarantees"`
	Locations      []Location      `yaml:"locations"`
	UNLocodes      []string        `yaml:"unLocodes"`
	SubPlaces      []string        `yaml:"subPlaces"`
	LoadingCodes   []string        `yaml:"loadingCodes"`
	Offices        []Office        `yaml:"offices"`
	// Refused counts in both modes, RefusedWhenStrict in strict mode alone.
	Refused           refusedFile `yaml:"refused"`
	RefusedWhenStrict refusedFile `yaml:"refusedWhenStrict"`
}

// refusedFile is what a file says is known to be wrong.
type refusedFile struct {
	EORIs           []string `yaml:"eoris"`
	Holders         []string `yaml:"holders"`
	Representatives []string `yaml:"representatives"`
	Authorisations  []string `yaml:"authorisations"`
	Locations       []string `yaml:"locations"`
	UNLocodes       []string `yaml:"unLocodes"`
	SubPlaces       []string `yaml:"subPlaces"`
	LoadingCodes    []string `yaml:"loadingCodes"`
	Guarantees      []string `yaml:"guarantees"`
}

// refusals is what is known to be wrong.
type refusals struct {
	eoris, holders, representatives, authorisations, locations, unLocodes wordSet
	subPlaces, loadingCodes, guarantees                                   wordSet
}

// wordSet is a set of codes or numbers.
type wordSet map[string]bool

func (s wordSet) add(values ...string) {
	for _, v := range values {
		s[v] = true
	}
}

// register adds values, which are no longer refused then.
func (s wordSet) register(refused wordSet, values []string) {
	for _, v := range values {
		s[v] = true
		delete(refused, v)
	}
}

// DefaultRegistry is HMRC's published test data in lenient mode (docs/spec/responses.md#6).
func DefaultRegistry() (*Registry, error) { return LoadRegistry(nil, Lenient) }

// LoadRegistry reads a user's file (data/registry.yaml shows the form) on top of the published test data; nil adds
// nothing. The error names the line and shows it.
func LoadRegistry(file []byte, s Strictness) (*Registry, error) {
	if s == "" {
		s = Lenient
	}
	if s != Lenient && s != Strict {
		return nil, fmt.Errorf("registry mode %q is unknown; hint: %q or %q", s, Lenient, Strict)
	}
	file, err := textfile.Decode(file)
	if err != nil {
		return nil, fmt.Errorf("read registry: %w", err)
	}
	var own registryFile
	if err := yaml.UnmarshalWithOptions(file, &own, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("read registry: %w", err)
	}
	r := emptyRegistry(s)
	if !own.Replace {
		if err := r.addDefaults(); err != nil {
			return nil, err
		}
	}
	if err := r.add(own); err != nil {
		return nil, fmt.Errorf("read registry: %w", err)
	}
	return r, nil
}

func emptyRegistry(s Strictness) *Registry {
	return &Registry{
		strictness: s,
		parties:    map[string]Party{}, authorisations: map[string]Authorisation{}, guarantees: map[string]Guarantee{},
		locations: map[string]Location{}, unLocodes: wordSet{}, subPlaces: wordSet{}, loadingCodes: wordSet{}, offices: map[string]Office{},
		refused: refusals{
			eoris: wordSet{}, holders: wordSet{}, representatives: wordSet{}, authorisations: wordSet{}, locations: wordSet{},
			unLocodes: wordSet{}, subPlaces: wordSet{}, loadingCodes: wordSet{}, guarantees: wordSet{},
		},
	}
}

func (r *Registry) addDefaults() error {
	rows, err := readTable(embedded, "data/offices.tsv", "id", "country", "name", "roles")
	if err != nil {
		return fmt.Errorf("read offices: %w", err)
	}
	for _, row := range rows {
		r.offices[row[0]] = Office{ID: row[0], Name: row[2], Roles: strings.Split(row[3], ",")}
	}
	data, err := embedded.ReadFile("data/registry.yaml")
	if err != nil {
		return fmt.Errorf("read registry: %w", err)
	}
	var file registryFile
	if err := yaml.UnmarshalWithOptions(data, &file, yaml.Strict()); err != nil {
		return fmt.Errorf("read registry: %w", err)
	}
	return r.add(file)
}

// add takes the entries of a file: what it registers is no longer refused, and what it refuses stays refused.
func (r *Registry) add(f registryFile) error {
	if err := f.check(); err != nil {
		return err
	}
	for _, p := range f.Parties {
		r.parties[p.EORI] = p
		r.refused.welcome(p.EORI)
	}
	for _, a := range f.Authorisations {
		r.authorisations[a.Number] = a
		delete(r.refused.authorisations, a.Number)
	}
	for _, g := range f.Guarantees {
		r.guarantees[g.GRN] = g
		delete(r.refused.guarantees, g.GRN)
	}
	for _, l := range f.Locations {
		r.locations[l.Number] = l
		delete(r.refused.locations, l.Number)
	}
	r.unLocodes.register(r.refused.unLocodes, f.UNLocodes)
	r.subPlaces.register(r.refused.subPlaces, f.SubPlaces)
	r.loadingCodes.register(r.refused.loadingCodes, f.LoadingCodes)
	for _, o := range f.Offices {
		r.offices[o.ID] = o
	}
	r.refused.add(f.Refused)
	if r.strictness == Strict {
		r.refused.add(f.RefusedWhenStrict)
	}
	return nil
}

func (r *refusals) add(f refusedFile) {
	r.eoris.add(f.EORIs...)
	r.holders.add(f.Holders...)
	r.representatives.add(f.Representatives...)
	r.authorisations.add(f.Authorisations...)
	r.locations.add(f.Locations...)
	r.unLocodes.add(f.UNLocodes...)
	r.subPlaces.add(f.SubPlaces...)
	r.loadingCodes.add(f.LoadingCodes...)
	r.guarantees.add(f.Guarantees...)
}

func (r *refusals) welcome(eori string) {
	delete(r.eoris, eori)
	delete(r.holders, eori)
	delete(r.representatives, eori)
}

var (
	eoriForm   = regexp.MustCompile(`^[A-Z]{2}[\x21-\x7E]{1,15}$`)
	officeForm = regexp.MustCompile(`^[A-Z]{2}[A-Z0-9]{6}$`)
	placeForm  = regexp.MustCompile(`^[\x20-\x7E]{1,17}$`)
	amountForm = regexp.MustCompile(`^[0-9]{1,13}(\.[0-9]{1,2})?$`)
	// currencyForm is that of docs/spec/guarantee-balance.md#2-2.
	currencyForm = regexp.MustCompile(`^[A-Z]{3}$`)
	usePlaces    = []string{"p4", "p5-transition", "p5-final", "p6"}
)

// check says what no register could hold.
func (f registryFile) check() error {
	for i, p := range f.Parties {
		if !eoriForm.MatchString(p.EORI) {
			return fmt.Errorf("parties[%d]: %q is no EORI; hint: it looks like GB953574106000", i, p.EORI)
		}
	}
	for i, a := range f.Authorisations {
		if a.Type == "" || a.Number == "" || a.Owner == "" {
			return fmt.Errorf("authorisations[%d]: type, number and owner are needed", i)
		}
	}
	for i, g := range f.Guarantees {
		if err := g.check(); err != nil {
			return fmt.Errorf("guarantees[%d]: %w", i, err)
		}
	}
	for i, l := range f.Locations {
		if l.Number == "" || l.Use != useDeparture && l.Use != useDestination {
			return fmt.Errorf("locations[%d]: number is needed, and use is %q or %q", i, useDeparture, useDestination)
		}
	}
	if err := checkPlaces("subPlaces", f.SubPlaces, "DOVER ERTS"); err != nil {
		return err
	}
	if err := checkPlaces("loadingCodes", f.LoadingCodes, "DOVER018"); err != nil {
		return err
	}
	for i, o := range f.Offices {
		if !officeForm.MatchString(o.ID) {
			return fmt.Errorf("offices[%d]: %q is no office; hint: it looks like GB000246", i, o.ID)
		}
	}
	return nil
}

// checkPlaces looks at places that messages of phase 4 name in 17 characters.
func checkPlaces(key string, places []string, like string) error {
	for i, p := range places {
		if !placeForm.MatchString(p) {
			return fmt.Errorf("%s[%d]: %q has not 1 to 17 characters; hint: it looks like %s", key, i, p, like)
		}
	}
	return nil
}

func (g Guarantee) check() error {
	if err := movement.CheckGRN(g.GRN); err != nil {
		return err
	}
	for _, day := range []string{g.From, g.Until} {
		if _, err := time.Parse(time.DateOnly, day); day != "" && err != nil {
			return fmt.Errorf("%q is no day; hint: it looks like 2026-12-31", day)
		}
	}
	for _, place := range g.Valid {
		if !slices.Contains(usePlaces, place) {
			return fmt.Errorf("valid: %q is unknown; hint: %s", place, strings.Join(usePlaces, ", "))
		}
	}
	switch {
	case g.Type == "" || g.Owner == "":
		return fmt.Errorf("type and owner of %s are needed", g.GRN)
	case g.Balance != "" && (!amountForm.MatchString(string(g.Balance)) || g.Currency == ""):
		return fmt.Errorf("balance %q needs the form 1250.00 and a currency", g.Balance)
	case g.Currency != "" && !currencyForm.MatchString(g.Currency):
		return fmt.Errorf("currency %q is none; hint: it has three capital letters, as GBP", g.Currency)
	case g.Status != "" && g.Status != statusValid && g.Status != statusCancelled:
		return fmt.Errorf("status %q is unknown; hint: %q or %q", g.Status, statusValid, statusCancelled)
	}
	return nil
}

const (
	statusValid     = "valid"
	statusCancelled = "cancelled"
	useDeparture    = "departure"
	useDestination  = "destination"
)

// Mode is lenient or strict.
func (r *Registry) Mode() Strictness { return r.strictness }

// Party finds a trader by EORI.
func (r *Registry) Party(eori string) (Party, bool) {
	p, ok := r.parties[eori]
	return p, ok
}

// Parties lists the registered traders by EORI.
func (r *Registry) Parties() []Party { return sorted(r.parties) }

// Authorisations lists the registered authorisations by number.
func (r *Registry) Authorisations() []Authorisation { return sorted(r.authorisations) }

// Guarantee finds a guarantee by its GRN.
func (r *Registry) Guarantee(grn string) (Guarantee, bool) {
	g, ok := r.guarantees[grn]
	return g, ok
}

// RefusesGuarantee says whether a guarantee is known to be wrong.
func (r *Registry) RefusesGuarantee(grn string) bool { return r.refused.guarantees[grn] }

// Knows says whether somebody has that EORI: in strict mode a registered party, else whoever is not known to be wrong.
func (r *Registry) Knows(eori string) bool {
	if r.refused.eoris[eori] || !eoriForm.MatchString(eori) {
		return false
	}
	_, registered := r.parties[eori]
	return registered || r.strictness == Lenient
}

// Guarantees lists the registered guarantees by GRN.
func (r *Registry) Guarantees() []Guarantee { return sorted(r.guarantees) }

// Office finds a customs office.
func (r *Registry) Office(id string) (Office, bool) {
	o, ok := r.offices[id]
	return o, ok
}

func sorted[T any](m map[string]T) []T {
	out := make([]T, 0, len(m))
	for _, key := range slices.Sorted(maps.Keys(m)) {
		out = append(out, m[key])
	}
	return out
}

// office says whether an office may be declared in a role; "" is any role.
func (r *Registry) office(id, role string) bool {
	o, known := r.offices[id]
	if !known {
		return r.strictness == Lenient
	}
	return role == "" || slices.Contains(o.Roles, role)
}
