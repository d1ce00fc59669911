package phase4

import (
	"fmt"
	"strconv"
	"time"
)

// Java's descriptions of the formatters for dates of six and eight digits, which the service shows in its error.
const (
	formatter6 = "ReducedValue(YearOfEra,2,2,2000-01-01)Value(MonthOfYear,2)Value(DayOfMonth,2)"
	formatter8 = "Value(YearOfEra,4,19,EXCEEDS_PAD)Value(MonthOfYear,2)Value(DayOfMonth,2)"
)

// dateError and timeError are a preparation date and time that cannot be read; their texts are the reasons of
// docs/spec/api-1.0.md#4-5.
type (
	dateError struct{ text string }
	timeError struct{ text string }
)

func (e *dateError) Error() string { return e.text }
func (e *timeError) Error() string { return e.text }

// prepared is the preparation date and time of a message: DatOfPreMES9 as yyMMdd or yyyyMMdd and TimOfPreMES10 as HHmm
// (docs/spec/api-1.0.md#4-5). The error is a *dateError or a *timeError.
func prepared(date, clock string) (time.Time, error) {
	day, err := parseDate(date)
	if err != nil {
		return time.Time{}, err
	}
	at, err := parseTime(clock)
	return day.Add(at), err
}

func parseDate(s string) (time.Time, error) {
	formatter, century := formatter8, ""
	switch len(s) {
	case 6:
		formatter, century = formatter6, "20"
	case 8:
	default:
		return time.Time{}, &dateError{textDateLength}
	}
	digits, err := strconv.ParseUint(century+s, 10, 32)
	year, month, day := int(digits/10000), time.Month(digits/100%100), int(digits%100)
	if err != nil || year < 1 || month < time.January || month > time.December || day < 1 || day > 31 {
		return time.Time{}, &dateError{fmt.Sprintf(textDatePattern, formatter)}
	}
	return time.Date(year, month, min(day, lastDay(year, month)), 0, 0, 0, 0, time.UTC), nil
}

// lastDay is the last day of a month. Java's formatter takes the 31st of a shorter month for it: 20210231 is 28 February.
func lastDay(year int, month time.Month) int {
	return time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

func parseTime(s string) (time.Duration, error) {
	digits, err := strconv.ParseUint(s, 10, 16)
	if err != nil || len(s) != 4 {
		return 0, &timeError{fmt.Sprintf(textTime, fmt.Sprintf("Text '%s' could not be parsed at index 0", s))}
	}
	hour, minute := digits/100, digits%100
	for _, field := range []struct {
		name       string
		value, max uint64
	}{{"HourOfDay", hour, 23}, {"MinuteOfHour", minute, 59}} {
		if field.value > field.max {
			reason := fmt.Sprintf("Text '%s' could not be parsed: Invalid value for %s (valid values 0 - %d): %d", s, field.name, field.max, field.value)
			return 0, &timeError{fmt.Sprintf(textTime, reason)}
		}
	}
	return time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute, nil
}

// javaLocal renders a time as Java's LocalDateTime prints it (docs/spec/api-1.0.md#5-8): in UTC and without an offset,
// seconds and milliseconds left out when they are nothing.
func javaLocal(t time.Time) string {
	t = t.UTC().Truncate(time.Millisecond)
	switch {
	case t.Nanosecond() > 0:
		return t.Format("2006-01-02T15:04:05.000")
	case t.Second() > 0:
		return t.Format("2006-01-02T15:04:05")
	}
	return t.Format("2006-01-02T15:04")
}

// toSeconds renders the time of receipt of a message: seconds always, no fraction.
func toSeconds(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05") }
