package guarantee

import (
	"strings"

	"nctsim/simulator/movement"
)

// Refusal is why API 1.0 refuses a declaration over its guarantees: the exact text of its answer 400, which is plain
// text (docs/spec/api-1.0.md#8-4).
type Refusal string

func (r Refusal) Error() string { return string(r) }

// The texts of docs/spec/api-1.0.md#8-4. The one of a currency that is none goes on with what stands in its place.
const (
	DepartureEmpty         Refusal = "Departure Empty"
	DestinationEmpty       Refusal = "Destination Empty"
	InappropriateDeparture Refusal = "Inappropriate Departure Office"
	TypeEmpty              Refusal = "GuaTypGUA1 was invalid"
	TypeTooLong            Refusal = "GuaTypGUA1 was too long"
	TypeUnknown            Refusal = "GuaTypGUA1 was not a valid type"
	GRNEmpty               Refusal = "GuaRefNumGRNREF1 was empty"
	OtherReferenceEmpty    Refusal = "OthGuaRefREF4 was empty"
	ItemNumberMissing      Refusal = "Missing Item Number"
	ItemNumberInvalid      Refusal = "Invalid Item Number"
	QuotedText             Refusal = "invalid characters in additional info"
	CurrencyInvalid        Refusal = "Invalid Currency Code: "
	AmountTooLong          Refusal = "Guarantee amount should be not be longer than 18 characters"
	AmountInvalid          Refusal = "The specified amount is not a valid representation of a decimal"
	CurrencyMissing        Refusal = "Parsed Amount value without currency"
	AmountNotPositive      Refusal = "Amount cannot be equal to or less than 0"
	NotTransformable       Refusal = "Transformation impossible with provided xml"
)

// longestAmount is how many characters an amount may have.
const longestAmount = 18

// Liability is what a guarantee mention of phase 4 says: an amount of a currency, secured by a guarantee. A mention
// without an amount has neither; the default is meant.
type Liability struct {
	Amount    movement.Decimal
	Currency  string
	Reference string
}

// Stated reports whether the mention gives an amount.
func (l Liability) Stated() bool { return l.Amount.Sign() > 0 }

// ParseLiability reads the text of a guarantee mention, such as "99.05EUR20GB0000010000GX1": amount, currency and
// the reference of a guarantee, with which the text has to end. The error is a Refusal.
func ParseLiability(text, reference string) (Liability, error) {
	front, ok := strings.CutSuffix(text, reference)
	if !ok {
		return Liability{}, NotTransformable
	}
	amount, currency, err := splitCurrency(front, text)
	if err != nil {
		return Liability{}, err
	}
	l := Liability{Reference: reference}
	if amount == "" {
		return l, nil
	}
	if len([]rune(amount)) > longestAmount {
		return Liability{}, AmountTooLong
	}
	if l.Amount, err = movement.ParseDecimal(amount); err != nil {
		return Liability{}, AmountInvalid
	}
	switch {
	case currency == "":
		return Liability{}, CurrencyMissing
	case l.Amount.Sign() <= 0:
		return Liability{}, AmountNotPositive
	}
	l.Currency = currency
	return l, nil
}

// splitCurrency takes the three letters of the currency off what stands before the reference. None is there if the
// whole text begins with a digit, or if it is nothing but the reference.
func splitCurrency(front, text string) (amount, currency string, err error) {
	if front == "" {
		return "", "", nil
	}
	letters := []rune(front)
	letters = letters[max(len(letters)-3, 0):]
	code := string(letters)
	switch {
	case isCurrency(code):
		return strings.TrimSuffix(front, code), code, nil
	case text[0] >= '0' && text[0] <= '9':
		return front, "", nil
	}
	return "", "", CurrencyInvalid + Refusal(code)
}

// isCurrency reports whether a text has the form of a currency: three capital letters.
func isCurrency(code string) bool {
	return len(code) == 3 && strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}
