package movement

import (
	"fmt"
	"math/big"
	"regexp"
)

// Decimal is an exact decimal number, such as an amount of money: sums of amounts come out to the penny. The zero
// value is 0. Decimals are values: no method changes its receiver.
type Decimal struct{ value *big.Rat }

// decimalForm is the notation of a Decimal. Exponents are left out on purpose: no declaration is written with them, and
// a short text could ask for a number of a billion digits.
var decimalForm = regexp.MustCompile(`^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)$`)

// ParseDecimal reads a number in plain notation ("1250", "1250.00", "-.5"). The error says that it is none.
func ParseDecimal(text string) (Decimal, error) {
	if decimalForm.MatchString(text) {
		if v, ok := new(big.Rat).SetString(text); ok {
			return Decimal{v}, nil
		}
	}
	return Decimal{}, fmt.Errorf("%.40q is not a decimal number; hint: it looks like 1250.00", text)
}

// rat is the value to compute with; it must not be changed.
func (d Decimal) rat() *big.Rat {
	if d.value == nil {
		return new(big.Rat)
	}
	return d.value
}

// Plus is the sum of both.
func (d Decimal) Plus(e Decimal) Decimal { return Decimal{new(big.Rat).Add(d.rat(), e.rat())} }

// Minus is the difference of both.
func (d Decimal) Minus(e Decimal) Decimal { return Decimal{new(big.Rat).Sub(d.rat(), e.rat())} }

// Cmp is -1, 0 or 1: less than e, equal, greater.
func (d Decimal) Cmp(e Decimal) int { return d.rat().Cmp(e.rat()) }

// Sign is -1, 0 or 1: negative, zero, positive.
func (d Decimal) Sign() int { return d.rat().Sign() }

// String is the number in plain notation without superfluous zeros: "262626", "12345678.9". It is a JSON number.
func (d Decimal) String() string { return d.rat().FloatString(d.places()) }

// Fixed is the number with at least so many decimals, and as many more as it needs to be exact: "10000.00".
func (d Decimal) Fixed(decimals int) string { return d.rat().FloatString(max(decimals, d.places())) }

// Rounded is the number with so many decimals at most; halves are rounded away from zero.
func (d Decimal) Rounded(decimals int) Decimal {
	r, _ := ParseDecimal(d.rat().FloatString(decimals))
	return r
}

// places is how many decimals the number has.
func (d Decimal) places() int {
	n, _ := d.rat().FloatPrec()
	return n
}

// MarshalText writes the number as String does.
func (d Decimal) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what ParseDecimal reads.
func (d *Decimal) UnmarshalText(text []byte) error {
	v, err := ParseDecimal(string(text))
	if err != nil {
		return err
	}
	*d = v
	return nil
}
