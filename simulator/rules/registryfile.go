package rules

import (
	"errors"
	"fmt"
	"regexp"
	"sync"
	"time"

	"nctsim/simulator/movement"
	"nctsim/simulator/yamlform"
)

// registryFile is what a file of registered data says.
type registryFile struct {
	replace        bool
	parties        []Party
	authorisations []Authorisation
	guarantees     []Guarantee
	locations      []Location
	unLocodes      []string
	subPlaces      []string
	loadingCodes   []string
	offices        []Office
	// refused counts in both modes, refusedWhenStrict in strict mode alone.
	refused, refusedWhenStrict refusedFile
}

// refusedFile is what a file says is known to be wrong.
type refusedFile struct {
	eoris, holders, representatives, authorisations, locations, unLocodes, subPlaces, loadingCodes, guarantees []string
}

// registryFormat is what a file of registered data is; it may be empty. A line for each trader of a large company fits in.
var registryFormat = yamlform.Format{Noun: "registry", MaxBytes: 4 << 20, NotXML: "a registry is YAML, and begins with parties: or guarantees:"}

var (
	eoriForm   = regexp.MustCompile(`^[A-Z]{2}[\x21-\x7E]{1,15}$`)
	officeForm = regexp.MustCompile(`^[A-Z]{2}[A-Z0-9]{6}$`)
	placeForm  = regexp.MustCompile(`^[\x20-\x7E]{1,17}$`)
	amountForm = regexp.MustCompile(`^[0-9]{1,13}(\.[0-9]{1,2})?$`)
	// currencyForm is that of docs/spec/guarantee-balance.md#2-2.
	currencyForm = regexp.MustCompile(`^[A-Z]{3}$`)
	codeForm     = regexp.MustCompile(`^[0-9A-Z]+$`)
	dayForm      = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}$`)
	usePlaces    = []string{"p4", "p5-transition", "p5-final", "p6"}
)

const (
	statusValid     = "valid"
	statusCancelled = "cancelled"
	useDeparture    = "departure"
	useDestination  = "destination"
)

// registryShape is the form of a file of registered data.
var registryShape = &yamlform.Shape{
	Name: "registry", Kind: yamlform.Group, Optional: true,
	Doc: "What the customs offices have on their registers, beside HMRC's test data or instead of it.",
	Fields: []yamlform.Field{
		{Key: "replace", Shape: &yamlform.Shape{Kind: yamlform.Flag, Optional: true}, Doc: "`true` leaves nothing of the built-in data."},
		{Key: "parties", Shape: listOf(partyShape), Doc: "Traders. What is registered here is no longer refused."},
		{Key: "authorisations", Shape: listOf(authorisationShape), Doc: "Authorisations of traders."},
		{Key: "guarantees", Shape: listOf(guaranteeShape), Doc: "Guarantees; one with the GRN of a built-in one takes its place."},
		{Key: "locations", Shape: listOf(locationShape), Doc: "Authorised places."},
		{Key: "unLocodes", Shape: listOf(text("")), Doc: "UN/LOCODEs."},
		{Key: "subPlaces", Shape: listOf(placeShape("DOVER ERTS")), Doc: "Customs sub places of phase 4."},
		{Key: "loadingCodes", Shape: listOf(placeShape("DOVER018")), Doc: "Places of loading of phase 4."},
		{Key: "offices", Shape: listOf(officeShape), Doc: "Customs offices."},
		{Key: "refused", Shape: refusedShape, Doc: "What is known to be wrong in both modes."},
		{Key: "refusedWhenStrict", Shape: refusedShape, Doc: "What is known to be wrong in strict mode alone."},
	},
}

var partyShape = &yamlform.Shape{
	Name: "party", Kind: yamlform.Group, Doc: "A trader.",
	Fields: []yamlform.Field{
		{Key: "eori", Required: true, Shape: &yamlform.Shape{Kind: yamlform.Text, Match: eoriForm, Example: "GB953574106000"}, Doc: "The EORI."},
		{Key: "name", Shape: anyText(), Doc: "What phase 4 prints of the trader."},
		{Key: "address", Doc: "What phase 4 prints of the trader.", Shape: &yamlform.Shape{
			Name: "address", Kind: yamlform.Group, Optional: true, Doc: "Where a trader is.",
			Fields: []yamlform.Field{
				{Key: "street", Shape: anyText(), Doc: "Street and number."},
				{Key: "postcode", Shape: anyText(), Doc: "Postcode."},
				{Key: "city", Shape: anyText(), Doc: "City."},
				{Key: "country", Shape: anyText(), Doc: "Code of the country."},
			},
		}},
	},
}

var authorisationShape = &yamlform.Shape{
	Name: "authorisation", Kind: yamlform.Group, Doc: "An authorisation.",
	Fields: []yamlform.Field{
		{Key: "type", Required: true, Shape: text("C521"), Doc: "`C521` authorised consignor, `C522` authorised consignee."},
		{Key: "number", Required: true, Shape: text("GBAUTHDEP01"), Doc: "The number that declarations refer to."},
		{Key: "owner", Required: true, Shape: text("GB953574106000"), Doc: "The EORI that it was given to."},
	},
}

var guaranteeShape = &yamlform.Shape{
	Name: "guarantee", Kind: yamlform.Group, Doc: "A guarantee.",
	Fields: []yamlform.Field{
		{Key: "grn", Required: true, Shape: &yamlform.Shape{Kind: yamlform.Text, Check: movement.CheckGRN}, Doc: "The GRN, with its check digit."},
		{Key: "type", Required: true, Shape: &yamlform.Shape{Kind: yamlform.Value, Match: codeForm, Example: "1"}, Doc: "Code of CL251: `1` is a comprehensive guarantee."},
		{Key: "owner", Required: true, Shape: text("GB953574106000"), Doc: "The EORI that it belongs to."},
		{Key: "access", Shape: anyText(), Doc: "The access code. Without it, any will do."},
		{Key: "balance", With: []string{"currency"}, Shape: &yamlform.Shape{Kind: yamlform.Value, Optional: true, Match: amountForm, Example: "1250.00"}, Doc: "What is left of it. Without it there is no limit."},
		{Key: "currency", Shape: &yamlform.Shape{Kind: yamlform.Text, Optional: true, Match: currencyForm, Example: "GBP"}, Doc: "Currency of the balance, three capital letters."},
		{Key: "from", Shape: dayShape(), Doc: "First day of validity."},
		{Key: "until", Shape: dayShape(), Doc: "Last day of validity."},
		{Key: "status", Shape: word("status of a guarantee", statusValid, statusCancelled), Doc: "Default: `valid`."},
		{Key: "valid", Shape: listOf(&yamlform.Shape{Kind: yamlform.Word, Noun: "place of validity", Words: usePlaces}), Doc: "Where it is accepted in strict mode. Default: everywhere."},
	},
}

var locationShape = &yamlform.Shape{
	Name: "location", Kind: yamlform.Group, Doc: "An authorised place.",
	Fields: []yamlform.Field{
		{Key: "number", Required: true, Shape: text("GB XYZ E20 1HZ"), Doc: "The number that messages refer to."},
		{Key: "use", Required: true, Shape: word("use of a place", useDeparture, useDestination), Doc: "What goods do there."},
	},
}

var officeShape = &yamlform.Shape{
	Name: "office", Kind: yamlform.Group, Doc: "A customs office.",
	Fields: []yamlform.Field{
		{Key: "id", Required: true, Shape: &yamlform.Shape{Kind: yamlform.Text, Match: officeForm, Example: "GB000246"}, Doc: "The reference number."},
		{Key: "name", Shape: anyText(), Doc: "The name."},
		{Key: "roles", Shape: listOf(text("DEP")), Doc: "What the office does: `DEP` departure, `DES` destination."},
	},
}

var refusedShape = &yamlform.Shape{
	Kind: yamlform.Group, Optional: true, Doc: "What is known to be wrong.",
	Fields: []yamlform.Field{
		{Key: "eoris", Shape: listOf(text("")), Doc: "EORIs that nobody has."},
		{Key: "holders", Shape: listOf(text("")), Doc: "EORIs that may not be holder of the procedure."},
		{Key: "representatives", Shape: listOf(text("")), Doc: "EORIs that may not represent."},
		{Key: "authorisations", Shape: listOf(text("")), Doc: "Numbers of authorisations."},
		{Key: "locations", Shape: listOf(text("")), Doc: "Numbers of authorised places."},
		{Key: "unLocodes", Shape: listOf(text("")), Doc: "UN/LOCODEs."},
		{Key: "subPlaces", Shape: listOf(text("")), Doc: "Customs sub places."},
		{Key: "loadingCodes", Shape: listOf(text("")), Doc: "Places of loading."},
		{Key: "guarantees", Shape: listOf(text("")), Doc: "GRNs that customs does not know."},
	},
}

func listOf(item *yamlform.Shape) *yamlform.Shape {
	return &yamlform.Shape{Kind: yamlform.List, Optional: true, Item: item}
}

func text(example string) *yamlform.Shape {
	return &yamlform.Shape{Kind: yamlform.Text, Example: example}
}

func anyText() *yamlform.Shape { return &yamlform.Shape{Kind: yamlform.Value, Optional: true} }

func word(noun string, words ...string) *yamlform.Shape {
	return &yamlform.Shape{Kind: yamlform.Word, Optional: true, Noun: noun, Words: words}
}

func dayShape() *yamlform.Shape {
	return &yamlform.Shape{Kind: yamlform.Text, Optional: true, Match: dayForm, Example: "2026-12-31", Check: func(day string) error {
		if _, err := time.Parse(time.DateOnly, day); err != nil {
			return errors.New("there is no day " + day)
		}
		return nil
	}}
}

// placeShape is a place that messages of phase 4 name in 17 characters.
func placeShape(like string) *yamlform.Shape {
	return &yamlform.Shape{Kind: yamlform.Text, Example: like, Check: func(place string) error {
		if !placeForm.MatchString(place) {
			return fmt.Errorf("%q does not consist of 1 to 17 characters of ASCII; hint: it looks like %s", place, like)
		}
		return nil
	}}
}

// defaultFile is HMRC's published test data.
var defaultFile = sync.OnceValues(func() (registryFile, error) {
	data, err := embedded.ReadFile("data/registry.yaml")
	if err != nil {
		return registryFile{}, err
	}
	return readRegistry("data/registry.yaml", data)
})

// readRegistry reads a file. The error is of type [yamlform.Problems] and holds every mistake.
func readRegistry(name string, data []byte) (registryFile, error) {
	file, root := yamlform.Parse(name, data, registryFormat)
	if root != nil {
		file.Check(root, registryShape, "the registry")
	}
	if err := file.Err(); err != nil {
		return registryFile{}, err
	}
	return registryFile{
		replace:        root.Get("replace").String() == "true",
		parties:        each(root.Get("parties"), readParty),
		authorisations: each(root.Get("authorisations"), readAuthorisation),
		guarantees:     each(root.Get("guarantees"), readGuarantee),
		locations:      each(root.Get("locations"), readLocation),
		unLocodes:      texts(root.Get("unLocodes")), subPlaces: texts(root.Get("subPlaces")), loadingCodes: texts(root.Get("loadingCodes")),
		offices: each(root.Get("offices"), readOffice),
		refused: readRefused(root.Get("refused")), refusedWhenStrict: readRefused(root.Get("refusedWhenStrict")),
	}, nil
}

func each[T any](list *yamlform.Node, read func(*yamlform.Node) T) []T {
	var out []T
	for _, n := range list.List() {
		out = append(out, read(n))
	}
	return out
}

func texts(list *yamlform.Node) []string { return each(list, (*yamlform.Node).String) }

func readParty(n *yamlform.Node) Party {
	a := n.Get("address")
	return Party{EORI: n.Get("eori").String(), Name: n.Get("name").String(), Address: Address{
		Street: a.Get("street").String(), Postcode: a.Get("postcode").String(), City: a.Get("city").String(), Country: a.Get("country").String(),
	}}
}

func readAuthorisation(n *yamlform.Node) Authorisation {
	return Authorisation{Type: n.Get("type").String(), Number: n.Get("number").String(), Owner: n.Get("owner").String()}
}

func readGuarantee(n *yamlform.Node) Guarantee {
	return Guarantee{
		GRN: n.Get("grn").String(), Type: n.Get("type").String(), Access: n.Get("access").String(), Owner: n.Get("owner").String(),
		Balance: n.Get("balance").String(), Currency: n.Get("currency").String(),
		From: n.Get("from").String(), Until: n.Get("until").String(), Status: n.Get("status").String(), Valid: texts(n.Get("valid")),
	}
}

func readLocation(n *yamlform.Node) Location {
	return Location{Number: n.Get("number").String(), Use: n.Get("use").String()}
}

func readOffice(n *yamlform.Node) Office {
	return Office{ID: n.Get("id").String(), Name: n.Get("name").String(), Roles: texts(n.Get("roles"))}
}

func readRefused(n *yamlform.Node) refusedFile {
	return refusedFile{
		eoris: texts(n.Get("eoris")), holders: texts(n.Get("holders")), representatives: texts(n.Get("representatives")),
		authorisations: texts(n.Get("authorisations")), locations: texts(n.Get("locations")), unLocodes: texts(n.Get("unLocodes")),
		subPlaces: texts(n.Get("subPlaces")), loadingCodes: texts(n.Get("loadingCodes")), guarantees: texts(n.Get("guarantees")),
	}
}
