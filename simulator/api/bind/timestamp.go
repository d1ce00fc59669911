package bind

import (
	"strings"
	"time"
)

// Timestamp is a date-time of a query parameter: a local part and an offset (docs/spec/api-2.1-3.0.md#1-8).
type Timestamp struct {
	// local is the local part, as if it were UTC.
	local time.Time
	// offset is in minutes east.
	offset int
	given  bool
}

// Given says whether there is a timestamp at all.
func (t Timestamp) Given() bool { return t.given }

// Year is the year of the local part; it may be below 1.
func (t Timestamp) Year() int { return t.local.Year() }

// lastYear is the last year that a filter makes a difference for; times of a later year lie outside what
// many of Go's functions on times can handle.
const lastYear = 9999

// Since is the time that a lower bound stands for: the local part as if it were UTC, whatever the offset,
// which is how HMRC's filters compare (docs/spec/api-2.1-3.0.md#1-8). What is compared has milliseconds, so a finer
// bound is moved up to the next one. The zero time stands for no bound.
func (t Timestamp) Since() time.Time {
	until := t.Until()
	if fine := until.Nanosecond() % int(time.Millisecond); fine != 0 {
		return until.Add(time.Millisecond - time.Duration(fine))
	}
	return until
}

// Until is the time that an upper bound stands for; see Since.
func (t Timestamp) Until() time.Time {
	if t.given && t.Year() > lastYear {
		return time.Date(lastYear, time.December, 31, 23, 59, 59, 0, time.UTC)
	}
	return t.local
}

// Instant is the moment that the timestamp names, offset and all, as the filters of API 1.0 compare
// (docs/spec/api-1.0.md#6). A bound finer than milliseconds is moved up to the next one, as with Since. The zero time
// stands for no bound.
func (t Timestamp) Instant() time.Time {
	if !t.given {
		return time.Time{}
	}
	return t.Since().Add(-time.Duration(t.offset) * time.Minute)
}

// String renders the timestamp as a self link echoes it: seconds always, a fraction only if there is one and
// without trailing zeros, the offset as Z or +hh:mm (docs/spec/api-2.1-3.0.md#1-3).
func (t Timestamp) String() string {
	layout := "2006-01-02T15:04:05.999999999Z07:00"
	local := t.local
	sign := ""
	if year := local.Year(); year > lastYear {
		sign = "+"
	}
	return sign + time.Date(local.Year(), local.Month(), local.Day(), local.Hour(), local.Minute(), local.Second(),
		local.Nanosecond(), time.FixedZone("", t.offset*60)).Format(layout)
}

// ParseTimestamp reads an ISO 8601 timestamp with its mandatory offset: "2021-06-21T09:00Z",
// "2021-06-21T09:00:00.123456+01:00". Seconds and fraction may be left out; the fraction has up to nine
// digits; years above 9999 carry a plus sign and years before 1 a minus sign, as Java's formatter has it.
func ParseTimestamp(s string) (Timestamp, bool) {
	p := parser{rest: s}
	year := p.year()
	month := p.literal("-").digits(2)
	day := p.literal("-").digits(2)
	hour := p.literal("Tt").digits(2)
	minute := p.literal(":").digits(2)
	second, nano := 0, 0
	if p.at(":") {
		second = p.literal(":").digits(2)
		if p.at(".") {
			nano = p.literal(".").fraction()
		}
	}
	offset := p.offset()
	if p.bad || p.rest != "" || hour > 23 || minute > 59 || second > 59 || month < 1 || month > 12 {
		return Timestamp{}, false
	}
	local := time.Date(year, time.Month(month), day, hour, minute, second, nano, time.UTC)
	if local.Day() != day {
		return Timestamp{}, false
	}
	return Timestamp{local: local, offset: offset, given: true}, true
}

// parser eats a text from the left and remembers whether anything was not as it must be.
type parser struct {
	rest string
	bad  bool
}

// at says whether the next character is one of those given.
func (p *parser) at(any string) bool {
	return p.rest != "" && strings.IndexByte(any, p.rest[0]) >= 0
}

func (p *parser) literal(any string) *parser {
	if !p.at(any) {
		p.bad = true
		return p
	}
	p.rest = p.rest[1:]
	return p
}

// digits reads a number of exactly n digits.
func (p *parser) digits(n int) int {
	value := 0
	for range n {
		if !p.at("0123456789") {
			p.bad = true
			return 0
		}
		value = value*10 + int(p.rest[0]-'0')
		p.rest = p.rest[1:]
	}
	return value
}

// run is the length of the digits that come next.
func (p *parser) run() int {
	n := 0
	for n < len(p.rest) && p.rest[n] >= '0' && p.rest[n] <= '9' {
		n++
	}
	return n
}

func (p *parser) year() int {
	if !p.at("+-") {
		return p.digits(4)
	}
	negative := p.at("-")
	p.rest = p.rest[1:]
	n := p.run()
	if n < 4 || n > 9 || n == 4 && !negative {
		p.bad = true
		return 0
	}
	year := p.digits(n)
	if negative {
		return -year
	}
	return year
}

func (p *parser) fraction() int {
	n := p.run()
	if n < 1 || n > 9 {
		p.bad = true
		return 0
	}
	value := p.digits(n)
	for ; n < 9; n++ {
		value *= 10
	}
	return value
}

// offset reads Z, +hh:mm, +hhmm or +hh; offsets go up to 18 hours.
func (p *parser) offset() int {
	if p.at("Zz") {
		p.literal("Zz")
		return 0
	}
	negative := p.at("-")
	hours := p.literal("+-").digits(2)
	minutes := 0
	if p.at(":") {
		p.literal(":")
		minutes = p.digits(2)
	} else if p.rest != "" {
		minutes = p.digits(2)
	}
	total := hours*60 + minutes
	if minutes > 59 || total > 18*60 {
		p.bad = true
	}
	if negative {
		return -total
	}
	return total
}
