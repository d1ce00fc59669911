package report

import (
	"fmt"
	"strings"
)

// Annotation is a workflow command of GitHub Actions, which shows a text beside a line of a file: as an error, a warning or a
// notice. Line 0 leaves the line out.
func Annotation(level, file string, line int, title, text string) string {
	at := ""
	if line > 0 {
		at = fmt.Sprintf("line=%d,", line)
	}
	return fmt.Sprintf("::%s file=%s,%stitle=%s::%s\n", level, propertyEscaper.Replace(file), at, propertyEscaper.Replace(title), textEscaper.Replace(text))
}

// textEscaper escapes what ends a workflow command, propertyEscaper what ends one of its properties as well.
var (
	commandEscapes  = []string{"%", "%25", "\r", "%0D", "\n", "%0A"}
	textEscaper     = strings.NewReplacer(commandEscapes...)
	propertyEscaper = strings.NewReplacer(append(commandEscapes, ":", "%3A", ",", "%2C")...)
)
