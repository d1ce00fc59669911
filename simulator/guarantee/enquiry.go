package guarantee

import (
	"fmt"
	"strings"
	"time"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
)

// Enquiry is a trader's question about the balance of a guarantee.
type Enquiry struct{ TaxID, GRN, Access string }

// Envelope is what differs in the headers of the messages behind an enquiry.
type Envelope struct {
	// Address is that of the enquiring service in NCTS: "MDTP-GUA-" and 24 hex digits.
	Address string
	// Reference is the message's own, at most 14 characters, of which no two messages share one.
	Reference string
	At        time.Time
}

// AddressPrefix is what the address of the enquiring service begins with (docs/spec/guarantee-balance.md#1-6).
const AddressPrefix = "MDTP-GUA-"

// customsAddress is that of the guarantee system.
const customsAddress = "NTA.GB"

// balanceQuery is the query identifier that asks for the balance.
const balanceQuery = "2"

// Query is the enquiry as an IE034 (docs/spec/guarantee-balance.md#1-6). The error says that the catalogue has
// no such message.
func (q Enquiry) Query(c *message.Catalogue, e Envelope) (*message.Document, error) {
	return build(c, "CD034A", header(e.Address, customsAddress, "GB034A", e), []entry{
		{"TRAPRIRC1/TINRC159", q.TaxID},
		{"GUAREF2[1]/GuaRefNumGRNREF21", q.GRN},
		{"GUAREF2[1]/GUAQUE/QueIdeQUE1", balanceQuery},
		{"GUAREF2[1]/TRAPRIOTG/TINOTG59", q.TaxID},
		{"GUAREF2[1]/ACCDOC728/AccCodCOD729", q.Access},
	})
}

// Account is a guarantee as the guarantee system keeps it.
type Account struct {
	GRN, Type, Holder string
	// Access is the access code, "" if any will do.
	Access string
	// Balance is what is left, and Reserved what is not; both in Currency. Accounts of a type without a balance have none.
	Balance, Reserved movement.Decimal
	Currency          string
	// Since is the first day of validity (2006-01-02), "" if it is not known.
	Since string
}

// HasBalance reports whether guarantees of the account's type have a balance that can be asked for: types 0, 1 and 9
// (docs/spec/guarantee-balance.md#2-1).
func (a Account) HasBalance() bool { return len(a.Type) == 1 && strings.Contains("019", a.Type) }

// Opens reports whether an access code is the right one.
func (a Account) Opens(access string) bool { return a.Access == "" || a.Access == access }

// Accounts is what the guarantee system looks things up in.
type Accounts interface {
	// Account finds a guarantee by its GRN.
	Account(grn string) (Account, bool)
	// Trader reports whether somebody has that tax id.
	Trader(taxID string) bool
	// Unreadable reports whether the guarantee system fails to read enquiries about a GRN.
	Unreadable(grn string) bool
}

// Answer is what the guarantee system answers an IE034: the balance (IE037), a refusal (IE906), or that it cannot read
// the message (IE917).
func Answer(c *message.Catalogue, query *message.Document, in Accounts, e Envelope) (*message.Document, error) {
	grn := query.Get("GUAREF2[1]/GuaRefNumGRNREF21")
	if in.Unreadable(grn) {
		return unreadable(c, query, e)
	}
	account, known := in.Account(grn)
	if refusal := refuse(query, in, account, known); refusal != nil {
		return refused(c, query, *refusal, e)
	}
	return balance(c, query, account, e)
}

// RefusedQuery is why the guarantee system refuses a query: type, pointer and reason of a functional error.
type RefusedQuery struct{ Type, Pointer, Reason string }

// What is wrong with an enquiry (docs/spec/guarantee-balance.md#1-6), in the order in which it is looked at.
var (
	unknownTrader    = RefusedQuery{"12", "RC1.TIN", ""}
	unknownGuarantee = RefusedQuery{"12", "GRR(1).Guarantee reference number (GRN)", ""}
	otherHolder      = RefusedQuery{"12", "GRR(1).OTG(1).TIN", ""}
	wrongAccess      = RefusedQuery{"12", "GRR(1).ACC(1).Access code", ""}
	unsupportedType  = RefusedQuery{"14", "GRR(1).GQY(1).Query identifier", "R261"}
)

func refuse(query *message.Document, in Accounts, account Account, known bool) *RefusedQuery {
	holder := query.Get("GUAREF2[1]/TRAPRIOTG/TINOTG59")
	switch {
	case !in.Trader(query.Get("TRAPRIRC1/TINRC159")):
		return &unknownTrader
	case !known:
		return &unknownGuarantee
	case account.Holder != holder:
		return &otherHolder
	case !account.Opens(query.Get("GUAREF2[1]/ACCDOC728/AccCodCOD729")):
		return &wrongAccess
	case !account.HasBalance():
		return &unsupportedType
	}
	return nil
}

func refused(c *message.Catalogue, query *message.Document, r RefusedQuery, e Envelope) (*message.Document, error) {
	return build(c, "CD906A", reply(query, "GB906A", e), []entry{
		{"OriMesIdeMES22", query.Field(message.Identification)},
		{"FUNERRER1[1]/ErrTypER11", r.Type},
		{"FUNERRER1[1]/ErrPoiER12", r.Pointer},
		{"FUNERRER1[1]/ErrReaER13", r.Reason},
	})
}

func unreadable(c *message.Catalogue, query *message.Document, e Envelope) (*message.Document, error) {
	return build(c, "CC917A", reply(query, "GB917A", e), []entry{
		{"HEAHEA/OriMesIdeMES22", query.Field(message.Identification)},
		{"FUNERRER1/ErrTypER11", "90"},
		{"FUNERRER1/ErrPoiER12", "CD034A"},
	})
}

// monitored is the monitoring code of a guarantee whose balance is kept.
const monitored = "1"

func balance(c *message.Catalogue, query *message.Document, a Account, e Envelope) (*message.Document, error) {
	uses := "0"
	if a.Reserved.Sign() > 0 {
		uses = "1"
	}
	return build(c, "CD037A", reply(query, "GB037A", e), []entry{
		{"TRAPRIRC1/TINRC159", query.Get("TRAPRIRC1/TINRC159")},
		{"CUSTOFFGUARNT/RefNumRNT1", officeOfGuarantee(a.GRN)},
		{"GUAREF2[1]/GuaRefNumGRNREF21", a.GRN},
		{"GUAREF2[1]/AccDatREF24", validSince(a, e.At)},
		{"GUAREF2[1]/GuaTypREF22", a.Type},
		{"GUAREF2[1]/GuaMonCodREF23", monitored},
		{"GUAREF2[1]/GUAQUE/QueIdeQUE1", balanceQuery},
		{"GUAREF2[1]/EXPEXP/ExpEXP1", Shown(a.Reserved)},
		{"GUAREF2[1]/EXPEXP/ExpCouEXP2", uses},
		{"GUAREF2[1]/EXPEXP/BalEXP3", Shown(a.Balance)},
		{"GUAREF2[1]/EXPEXP/CurEXP4", a.Currency},
	})
}

// officeOfGuarantee keeps the guarantees of a side: GB000001 or XI000001.
func officeOfGuarantee(grn string) string {
	if len(grn) > 4 && grn[2:4] == "XI" {
		return "XI000001"
	}
	return "GB000001"
}

func validSince(a Account, now time.Time) string {
	if day, err := time.Parse(time.DateOnly, a.Since); err == nil {
		now = day
	}
	return now.UTC().Format("20060102")
}

// largestAmount is the largest amount that the messages hold: 16 characters. Movements of phases 5 and 6 can reserve more.
var largestAmount, _ = movement.ParseDecimal("9999999999999.99")

// Shown is an amount as the guarantee system tells it: not below zero, with two decimals at most, and no more than its
// messages hold.
func Shown(d movement.Decimal) string {
	if d.Sign() < 0 {
		return "0"
	}
	if d = d.Rounded(2); d.Cmp(largestAmount) > 0 {
		d = largestAmount
	}
	return d.String()
}

// Reply is what the answer to an enquiry says: a balance, or why there is none.
type Reply struct {
	Balance  movement.Decimal
	Currency string
	// Errors are those of a refusal.
	Errors []RefusedQuery
	// Unreadable says that the guarantee system could not read the enquiry.
	Unreadable bool
}

// ReadReply reads an IE037, IE906 or IE917. The error says that the document is none of them, or an IE037 without a
// balance.
func ReadReply(d *message.Document) (Reply, error) {
	switch d.Root.Name {
	case "CD906A":
		return Reply{Errors: refusals(d)}, nil
	case "CC917A":
		return Reply{Unreadable: true}, nil
	case "CD037A":
		amount, err := movement.ParseDecimal(d.Get("GUAREF2[1]/EXPEXP/BalEXP3"))
		if err != nil {
			return Reply{}, fmt.Errorf("read IE037: %w", err)
		}
		return Reply{Balance: amount, Currency: d.Get("GUAREF2[1]/EXPEXP/CurEXP4")}, nil
	}
	return Reply{}, fmt.Errorf("read answer to an enquiry: %.40q is none", d.Root.Name)
}

func refusals(d *message.Document) (out []RefusedQuery) {
	for _, f := range d.Each("FUNERRER1") {
		out = append(out, RefusedQuery{f.Get("ErrTypER11"), f.Get("ErrPoiER12"), f.Get("ErrReaER13")})
	}
	return out
}

// entry is a value at a path; without a value it is left out.
type entry struct{ path, value string }

// header is what every message begins with (docs/spec/guarantee-balance.md#1-6). Times are UTC.
func header(sender, recipient, typ string, e Envelope) []entry {
	return []entry{
		{"SynIdeMES1", "UNOC"},
		{"SynVerNumMES2", "3"},
		{"MesSenMES3", sender},
		{"MesRecMES6", recipient},
		{"DatOfPreMES9", e.At.UTC().Format("20060102")},
		{"TimOfPreMES10", e.At.UTC().Format("1504")},
		{"IntConRefMES11", e.Reference},
		{"MesIdeMES19", e.Reference},
		{"MesTypMES20", typ},
	}
}

// reply is the header of an answer.
func reply(query *message.Document, typ string, e Envelope) []entry {
	return header(customsAddress, query.Field(message.Sender), typ, e)
}

func build(c *message.Catalogue, root string, parts ...[]entry) (*message.Document, error) {
	b, err := message.New(c, message.Phase4, root)
	if err != nil {
		return nil, fmt.Errorf("write %s: %w", root, err)
	}
	for _, entries := range parts {
		for _, e := range entries {
			if e.value == "" {
				continue
			}
			if err := b.Set(e.path, e.value); err != nil {
				return nil, fmt.Errorf("write %s: %w", root, err)
			}
		}
	}
	return b.Document(), nil
}
