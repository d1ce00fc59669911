package rules

import (
	"fmt"
	"maps"
	"slices"
	"strings"
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
	EORI    string
	Name    string
	Address Address
}

// Address is where a party is.
type Address struct {
	Street   string
	Postcode string
	City     string
	Country  string
}

// Authorisation is a permission: type C521 (authorised consignor) or C522 (authorised consignee), for example.
type Authorisation struct {
	Type   string
	Number string
	Owner  string
}

// Guarantee is a registered guarantee.
type Guarantee struct {
	GRN    string
	Type   string // code of CL251: "1" comprehensive
	Access string
	Owner  string
	// Balance is what is left, a decimal number; empty for no limit. Currency belongs to it.
	Balance  string
	Currency string
	// From and Until are the first and last day of validity (2006-01-02), empty for no limit.
	From  string
	Until string
	// Status is "valid" or "cancelled"; empty means valid.
	Status string
	// Valid names where it is accepted in strict mode: p4, p5-transition, p5-final, p6; empty means everywhere.
	Valid []string
}

// Location is an authorised place.
type Location struct {
	Number string
	Use    string // "departure" or "destination"
}

// Office is a customs office. Roles are those of offices.tsv: "DEP", "DES".
type Office struct {
	ID    string
	Name  string
	Roles []string
}

// refusals is what is known to be wrong.
type refusals struct {
	eoris, holders, representatives, authorisations, locations, unLocodes wordSet
	subPlaces, loadingCodes, guarantees                                   wordSet
}

// Refusal is what declarations are refused for, although it is well-formed.
type Refusal struct {
	// What are such values: "EORI", "guarantee".
	What   string
	Values []string
}

// Refused lists what is refused, by what it is.
func (r *Registry) Refused() (out []Refusal) {
	for _, one := range []struct {
		what   string
		values wordSet
	}{
		{"EORI", r.refused.eoris}, {"EORI of a holder", r.refused.holders}, {"EORI of a representative", r.refused.representatives},
		{"authorisation", r.refused.authorisations}, {"GRN", r.refused.guarantees}, {"location of goods", r.refused.locations},
		{"UN/LOCODE", r.refused.unLocodes}, {"customs subplace", r.refused.subPlaces}, {"place of loading", r.refused.loadingCodes},
	} {
		if len(one.values) > 0 {
			out = append(out, Refusal{one.what, slices.Sorted(maps.Keys(one.values))})
		}
	}
	return out
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
func DefaultRegistry() (*Registry, error) { return LoadRegistry("", nil, Lenient) }

// LoadRegistry reads a user's file (data/registry.yaml shows the form) on top of the published test data; nil adds
// nothing. The name is what errors call the file: they are of type [yamlform.Problems], all mistakes with their places.
func LoadRegistry(name string, file []byte, s Strictness) (*Registry, error) {
	if s == "" {
		s = Lenient
	}
	if s != Lenient && s != Strict {
		return nil, fmt.Errorf("registry mode %q is unknown; hint: %q or %q", s, Lenient, Strict)
	}
	own, err := readRegistry(name, file)
	if err != nil {
		return nil, err
	}
	r := emptyRegistry(s)
	if !own.replace {
		if err := r.addDefaults(); err != nil {
			return nil, err
		}
	}
	r.add(own)
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
	for _, row := range shipped("data/offices.tsv", "id", "country", "name", "roles") {
		r.offices[row.cells[0]] = Office{ID: row.cells[0], Name: row.cells[2], Roles: strings.Split(row.cells[3], ",")}
	}
	file, err := defaultFile()
	if err != nil {
		return fmt.Errorf("read registry: %w", err)
	}
	r.add(file)
	return nil
}

// add takes the entries of a file: what it registers is no longer refused, and what it refuses stays refused.
func (r *Registry) add(f registryFile) {
	for _, p := range f.parties {
		r.parties[p.EORI] = p
		r.refused.accept(p.EORI)
	}
	for _, a := range f.authorisations {
		r.authorisations[a.Number] = a
		delete(r.refused.authorisations, a.Number)
	}
	for _, g := range f.guarantees {
		r.guarantees[g.GRN] = g
		delete(r.refused.guarantees, g.GRN)
	}
	for _, l := range f.locations {
		r.locations[l.Number] = l
		delete(r.refused.locations, l.Number)
	}
	r.unLocodes.register(r.refused.unLocodes, f.unLocodes)
	r.subPlaces.register(r.refused.subPlaces, f.subPlaces)
	r.loadingCodes.register(r.refused.loadingCodes, f.loadingCodes)
	for _, o := range f.offices {
		r.offices[o.ID] = o
	}
	r.refused.add(f.refused)
	if r.strictness == Strict {
		r.refused.add(f.refusedWhenStrict)
	}
}

func (r *refusals) add(f refusedFile) {
	r.eoris.add(f.eoris...)
	r.holders.add(f.holders...)
	r.representatives.add(f.representatives...)
	r.authorisations.add(f.authorisations...)
	r.locations.add(f.locations...)
	r.unLocodes.add(f.unLocodes...)
	r.subPlaces.add(f.subPlaces...)
	r.loadingCodes.add(f.loadingCodes...)
	r.guarantees.add(f.guarantees...)
}

func (r *refusals) accept(eori string) {
	delete(r.eoris, eori)
	delete(r.holders, eori)
	delete(r.representatives, eori)
}

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

// RefusesGuarantee reports whether a guarantee is known to be wrong.
func (r *Registry) RefusesGuarantee(grn string) bool { return r.refused.guarantees[grn] }

// Knows reports whether somebody has that EORI: in strict mode a registered party, else whoever is not known to be wrong.
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

// office reports whether an office may be declared in a role; "" is any role.
func (r *Registry) office(id, role string) bool {
	o, known := r.offices[id]
	if !known {
		return r.strictness == Lenient
	}
	return role == "" || slices.Contains(o.Roles, role)
}
