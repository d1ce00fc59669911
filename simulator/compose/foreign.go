package compose

import (
	"fmt"
	"strings"
	"time"

	"nctsim/simulator/clock"
	"nctsim/simulator/message"
)

// Foreign makes up the release for transit (IE029) of goods that left elsewhere, for an arrival whose MRN is unknown
// here (docs/spec/process.md#5-4). It depends on the arrival notification, on the day and on the stream alone, so that
// the goods of an MRN are always the same. The MRN must have the right form, except in phase 4, where any text may
// stand for one.
func (c *Composer) Foreign(p message.Phase, arrival *message.Document, day time.Time, st *clock.Stream) (*message.Document, error) {
	release, _ := p.TypeOfCode("IE029")
	b, err := message.New(c.catalogue, p, release.Root)
	if err != nil {
		return nil, fmt.Errorf("make up goods from elsewhere: %w", err)
	}
	goods, err := formatOf(p).foreign(arrival, day, st)
	if err != nil {
		return nil, fmt.Errorf("make up goods from elsewhere: %w", err)
	}
	for _, one := range goods {
		if err := b.Set(one.path, one.value); err != nil {
			return nil, fmt.Errorf("make up goods from elsewhere: %w", err)
		}
	}
	return b.Document(), nil
}

func filledIn(fields []field, with *strings.Replacer) []field {
	out := make([]field, len(fields))
	for i, one := range fields {
		out[i] = field{one.path, with.Replace(one.value)}
	}
	return out
}
