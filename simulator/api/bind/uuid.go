package bind

import "github.com/google/uuid"

// uuidLength is that of the usual form, with four hyphens; the library also takes shorter and longer ones.
const uuidLength = 36

// IsUUID reports whether a text is a UUID of any version in its usual form, in upper or lower case.
func IsUUID(text string) bool { return len(text) == uuidLength && uuid.Validate(text) == nil }
