package oauth

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"nctsim/simulator/application"
	"nctsim/simulator/clock"
	"nctsim/simulator/store"
)

// HMRCService is one that a test user can be enrolled for.
type HMRCService struct {
	Key, Name string
	// Types are the kinds of users that have it.
	Types []UserType
	// EORI says that it goes with an EORI number; OrganisationEORI, that it does for organisations alone.
	EORI, OrganisationEORI bool
}

// UserType is a kind of test user, as HMRC writes it.
type UserType string

// Kinds of test users.
const (
	Individual   UserType = "INDIVIDUAL"
	Organisation UserType = "ORGANISATION"
	Agent        UserType = "AGENT"
)

// Services are those that the Create Test User API lists (docs/spec/oauth-and-test-users.md#2). Of those that have nothing to do
// with transit only the number is known for certain.
var Services = []HMRCService{
	{Key: "national-insurance", Name: "National Insurance", Types: []UserType{Individual, Organisation}},
	{Key: "self-assessment", Name: "Self Assessment", Types: []UserType{Individual, Organisation}},
	{Key: "corporation-tax", Name: "Corporation Tax", Types: []UserType{Organisation}},
	{Key: "paye-for-employers", Name: "PAYE for Employers", Types: []UserType{Organisation}},
	{Key: "submit-vat-returns", Name: "Submit VAT Returns", Types: []UserType{Individual, Organisation}},
	{Key: "mtd-vat", Name: "MTD VAT", Types: []UserType{Individual, Organisation}},
	{Key: "mtd-income-tax", Name: "MTD Income Tax", Types: []UserType{Individual, Organisation}},
	{Key: "agent-services", Name: "Agent Services", Types: []UserType{Agent}},
	{Key: "lisa", Name: "Lifetime ISA", Types: []UserType{Organisation}},
	{Key: "secure-electronic-transfer", Name: "Secure Electronic Transfer", Types: []UserType{Organisation}},
	{Key: "relief-at-source", Name: "Relief at Source", Types: []UserType{Organisation}},
	{Key: "customs-services", Name: "Customs Services", Types: []UserType{Individual, Organisation}, EORI: true},
	{Key: "ics-safety-and-security", Name: "Import Control System", Types: []UserType{Organisation}},
	{Key: "safety-and-security", Name: "Safety and Security", Types: []UserType{Organisation}, OrganisationEORI: true},
	{Key: "goods-vehicle-movements", Name: "Goods Vehicle Services", Types: []UserType{Individual, Organisation}, EORI: true},
	{Key: application.ServiceTraders, Name: "Common Transit Convention Traders", Types: []UserType{Individual, Organisation}, EORI: true},
	{Key: application.ServiceLegacy, Name: "Common Transit Convention Traders Legacy", Types: []UserType{Individual, Organisation}, EORI: true},
	{Key: "excise-movement-control-system", Name: "Excise Movement Control System", Types: []UserType{Organisation}},
	{Key: "modernised-vapour-duty", Name: "Vaping Products Duty", Types: []UserType{Organisation}},
	{Key: "pillar-2", Name: "Pillar 2", Types: []UserType{Organisation}},
}

func serviceKeys() []string {
	var keys []string
	for _, s := range Services {
		keys = append(keys, s.Key)
	}
	return keys
}

// KnownService reports whether there is a service of a key.
func KnownService(key string) bool { return slices.Contains(serviceKeys(), key) }

// NewUser is a test user as they are shown once, to whoever has them made.
type NewUser struct {
	ID, Password, FirstName, LastName, Email, Group string
	// Company is the name of an organisation, Born the birthday of a person.
	Company, Born  string
	Address        [3]string // two lines and a postcode
	CompanyAddress [3]string
	EORI           string
}

// MakeUser makes a test user who is enrolled for services. eori is theirs if a service goes with one; "" for a new one.
func (s *Service) MakeUser(ctx context.Context, kind UserType, services []string, eori string) (u NewUser, err error) {
	err = s.Store.Update(ctx, func(tx *store.Tx) error {
		n, err := tx.NextSecret()
		if err != nil {
			return err
		}
		random := s.Source.Stream("test user", strconv.FormatUint(n, 10))
		if u, err = s.invent(tx, random, kind); err != nil {
			return err
		}
		if withEORI(kind, services) {
			if u.EORI = eori; eori == "" {
				if u.EORI, err = s.freeEORI(tx, random); err != nil {
					return err
				}
			}
		}
		return tx.PutTestUser(application.TestUser{
			ID: u.ID, Password: application.Digest(u.Password), Name: u.FirstName + " " + u.LastName, EORI: u.EORI,
			Services: services, Expires: s.Clock.Now().Add(application.UserLife),
		})
	})
	return u, err
}

func withEORI(kind UserType, services []string) bool {
	return kind != Agent && slices.ContainsFunc(Services, func(s HMRCService) bool {
		return (s.EORI || s.OrganisationEORI && kind == Organisation) && slices.Contains(services, s.Key)
	})
}

const (
	digits        = "0123456789"
	alphanumerics = "abcdefghijklmnopqrstuvwxyz0123456789"
)

// Names and places that test users are made of.
var (
	firstNames = []string{"Ada", "Alan", "Cecilia", "Charles", "Dorothy", "Edith", "Ernest", "Hertha", "Humphry", "Isaac", "Jocelyn", "John", "Kathleen", "Mary", "Michael", "Rosalind"}
	lastNames  = []string{"Ashdown", "Barrow", "Calder", "Dunmore", "Eastwell", "Fairholm", "Garnock", "Hathersage", "Inverkip", "Kelso", "Lathom", "Marlow", "Norham", "Penryn", "Selkirk", "Wharram"}
	streets    = []string{"Bridge Street", "Canal Road", "Castle Lane", "Chapel Row", "Dock Street", "Harbour Way", "Market Place", "Mill Lane", "Station Road", "Wharf Street"}
	towns      = []string{"Aberdeen", "Belfast", "Cardiff", "Dover", "Felixstowe", "Grangemouth", "Harwich", "Holyhead", "Hull", "Larne", "Liverpool", "Southampton"}
)

// invent makes up a user whom nobody has yet.
func (s *Service) invent(tx *store.Tx, random *clock.Stream, kind UserType) (NewUser, error) {
	pick := func(list []string) string { return list[random.IntN(len(list))] }
	address := func() [3]string {
		return [3]string{strconv.Itoa(1+random.IntN(120)) + " " + pick(streets), pick(towns), "TS" + random.Pick(digits[1:], 1) + " " + random.Pick(digits[1:], 1) + random.Pick("ABDEFGHJLNPQRSTUWXYZ", 2)}
	}
	u := NewUser{ID: random.Pick(digits, 12)}
	for {
		_, err := tx.TestUser(u.ID)
		if errors.Is(err, store.ErrNotFound) {
			break
		}
		if err != nil {
			return u, err
		}
		u.ID = random.Pick(digits, 12)
	}
	u.Password, u.Group = random.Pick(alphanumerics, 12), random.Pick(digits, 12)
	u.FirstName, u.LastName = pick(firstNames), pick(lastNames)
	u.Born = strconv.Itoa(1940+random.IntN(60)) + "-0" + random.Pick(digits[1:], 1) + "-1" + random.Pick(digits, 1)
	u.Address = address()
	if kind == Organisation {
		u.Company = "Company " + random.Pick("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", 6)
		u.CompanyAddress = address()
	}
	return u, nil
}

// freeEORI is an EORI that no test user has.
func (s *Service) freeEORI(tx *store.Tx, random *clock.Stream) (string, error) {
	tx.LeaveOutDamaged()
	users, err := tx.TestUsers()
	for {
		eori := "GB" + random.Pick(digits, 12)
		if err != nil || !slices.ContainsFunc(users, func(u application.TestUser) bool { return u.EORI == eori }) {
			return eori, err
		}
	}
}
