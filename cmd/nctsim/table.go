package main

import (
	"cmp"
	"fmt"
	"io"
	"text/tabwriter"
	"time"
)

// cells are what stands in a row of a table: texts, numbers, times of the simulator's clock, and what has a text of its own.
type cells []any

// table writes a heading, "" for none, and a row for each item of a list, in columns. Tabs part the words of the heading. A cell
// that is empty shows a dash.
func table[T any](w io.Writer, heading string, list []T, row func(T) cells) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	if heading != "" {
		fmt.Fprintln(t, heading)
	}
	for _, item := range list {
		between := ""
		for _, cell := range row(item) {
			if at, is := cell.(time.Time); is {
				cell = at.UTC().Format(timeOfDay)
			}
			fmt.Fprintf(t, "%s%s", between, cmp.Or(fmt.Sprint(cell), "-"))
			between = "\t"
		}
		fmt.Fprintln(t)
	}
	_ = t.Flush() // the writer below is the caller's concern
}

// asItIs is for tables whose rows are made already.
func asItIs(row cells) cells { return row }
