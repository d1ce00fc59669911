package movement

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"nctsim/simulator/clock"
	"nctsim/simulator/message"
)

// What can be wrong with an MRN or a GRN. The office gives different errors for the two.
var (
	ErrMalformed  = errors.New("has not the right form")
	ErrCheckDigit = errors.New("has a wrong check digit")
)

// alphanumerics is what the free part of an MRN, a GRN and a message identification is made of.
const alphanumerics = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

// letterValues are the values of A to Z in ISO 6346, which skips the multiples of eleven.
var letterValues = [26]int{
	10, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 23, 24,
	25, 26, 27, 28, 29, 30, 31, 32, 34, 35, 36, 37, 38,
}

// CheckDigit is the last digit of a number whose other characters are s, by the algorithm of ISO 6346 that
// MRNs and GRNs share: each value times two to the power of its position, the sum modulo 11, and 10 counts
// as 0. It is 0 (no digit at all) if s has anything but upper-case letters and digits.
func CheckDigit(s string) byte {
	sum, weight := 0, 1
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			sum += weight * int(c-'0')
		case c >= 'A' && c <= 'Z':
			sum += weight * letterValues[c-'A']
		default:
			return 0
		}
		weight = weight * 2 % 11
	}
	return byte('0' + sum%11%10)
}

// ProcedureLetter is the 17th character of an MRN, which tells what safety data the declaration has (R0410):
// by the declared security 1 (entry) L, 2 (exit) K, 3 (both) M, else J.
func ProcedureLetter(security string) byte {
	switch security {
	case "1":
		return 'L'
	case "2":
		return 'K'
	case "3":
		return 'M'
	}
	return 'J'
}

// NewMRN makes the MRN of a declaration accepted at a time: year in UTC, the office of departure, six
// characters from the stream, the letter for the declared security and the check digit. Nothing prevents the
// same six characters from coming up twice: whoever needs uniqueness asks again.
func NewMRN(at time.Time, office, security string, st *clock.Stream) string {
	mrn := fmt.Sprintf("%02d%s%s%c", at.UTC().Year()%100, office, st.Pick(alphanumerics, 6), ProcedureLetter(security))
	return mrn + string(CheckDigit(mrn))
}

// hexadecimals is what the free part of an MRN of phase 4 is made of.
const hexadecimals = "0123456789ABCDEF"

// NewPhase4MRN makes the MRN of a declaration of phase 4 accepted at a time: year in UTC, the office of departure, a 1,
// six hexadecimal digits from the stream and the check digit (docs/spec/responses.md#1-1). There is no letter for
// safety data. Like NewMRN it may give the same one twice.
func NewPhase4MRN(at time.Time, office string, st *clock.Stream) string {
	mrn := fmt.Sprintf("%02d%s1%s", at.UTC().Year()%100, office, st.Pick(hexadecimals, 6))
	return mrn + string(CheckDigit(mrn))
}

// CheckMRN reports whether s can be the MRN of any phase: year, country, 13 letters or digits, check digit. That
// the 17th character is a procedure letter from year 24 on is for the schemas of phases 5 and 6; phase 4
// has other letters there. The error wraps ErrMalformed or ErrCheckDigit.
func CheckMRN(s string) error {
	if len(s) != 18 || !referenceForm(s, 2, 2, 13, 1) {
		return fmt.Errorf("MRN %.40q %w", s, ErrMalformed)
	}
	if CheckDigit(s[:17]) != s[17] {
		return fmt.Errorf("MRN %q %w", s, ErrCheckDigit)
	}
	return nil
}

// NewGRN makes the number of a guarantee registered at an office: year in UTC, the office, six characters
// from the stream and the check digit.
func NewGRN(at time.Time, office string, st *clock.Stream) string {
	grn := fmt.Sprintf("%02d%s%s", at.UTC().Year()%100, office, st.Pick(alphanumerics, 6))
	return grn + string(CheckDigit(grn))
}

// CheckGRN reports whether s can be a guarantee reference number: 17 characters, or 24 for a voucher, whose
// letter and six digits stand behind the check digit (R0318). The error wraps ErrMalformed or ErrCheckDigit
// (R0028).
func CheckGRN(s string) error {
	voucher := len(s) == 24 && isUpper(s[17]) && strings.Trim(s[18:], "0123456789") == ""
	if len(s) != 17 && !voucher || !referenceForm(s[:17], 2, 2, 12, 1) {
		return fmt.Errorf("GRN %.40q %w", s, ErrMalformed)
	}
	if CheckDigit(s[:16]) != s[16] {
		return fmt.Errorf("GRN %q %w", s, ErrCheckDigit)
	}
	return nil
}

// referenceForm reports whether s is so many digits, letters, letters or digits, and digits.
func referenceForm(s string, digits, letters, either, last int) bool {
	if len(s) != digits+letters+either+last {
		return false
	}
	for i := 0; i < len(s); i++ {
		ok := isDigit(s[i])
		switch {
		case i >= digits && i < digits+letters:
			ok = isUpper(s[i])
		case i >= digits+letters && i < digits+letters+either:
			ok = ok || isUpper(s[i])
		}
		if !ok {
			return false
		}
	}
	return true
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isUpper(c byte) bool { return c >= 'A' && c <= 'Z' }

// addressSides are how the address of a trader tells which side of a transit the movement is.
var addressSides = map[message.Kind]string{message.Departure: "DEP", message.Arrival: "ARR"}

// TraderAddress is how NCTS of phase 4 knows the sender of a trader's message: by the kind and the Number of its
// movement and by the correlation number of the message, which counts the trader's messages from 1. The API writes it
// into MesSenMES3, and the offices answer to it in MesRecMES6 (docs/spec/api-1.0.md#7):
//
//	MDTP-DEP-00000000000000000000012-01
//
// It has 35 characters as long as the correlation number has two digits.
func TraderAddress(k message.Kind, number, correlation int) string {
	return fmt.Sprintf("MDTP-%s-%023d-%02d", addressSides[k], number, correlation)
}
