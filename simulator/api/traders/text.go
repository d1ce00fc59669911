package traders

// Codes of the standard error body (docs/spec/api-2.1-3.0.md#5).
const (
	codeBadRequest   = "BAD_REQUEST"
	codeSchema       = "SCHEMA_VALIDATION"
	codeBusiness     = "BUSINESS_VALIDATION_ERROR"
	codeUnauthorized = "UNAUTHORIZED"
	codeForbidden    = "FORBIDDEN"
	codeNotFound     = "NOT_FOUND"
	codeNotAccepted  = "NOT_ACCEPTABLE"
	codeConflict     = "CONFLICT"
	codeTooLarge     = "REQUEST_ENTITY_TOO_LARGE"
	codeMediaType    = "UNSUPPORTED_MEDIA_TYPE"
	codeGone         = "GONE"
	codeInternal     = "INTERNAL_SERVER_ERROR"
)

// Texts of the standard error body; %s are filled in where they are used (docs/spec/api-2.1-3.0.md#2 to #7).
const (
	textAcceptMissing = "The Accept header is missing."
	textAcceptNoMatch = "Invalid accept header: %s"
	textAcceptInvalid = "The Accept header is missing or invalid."
	textVersion       = "Invalid version provided"

	textMediaType = "Content-type header %s is not supported!"
	textTooLarge  = "Request Entity Too Large"
	textMalformed = "Input was malformed"
	textRoot      = "%s is not a valid message type"
	textSchema    = "Request failed schema validation"

	textUnauthorized = "Failed to authorise user: %s"
	textForbidden    = "Current user doesn't have a valid EORI enrolment."

	textGoneDepartures = "New NCTS5 Departure Declarations can no longer be created using CTC Traders API v2.1. Use CTC Traders API v3.0 to create new NCTS6 Departure Declarations."
	textGoneArrivals   = "New NCTS5 Arrival Notifications can no longer be created using CTC Traders API v2.1. Use CTC Traders API v3.0 to create new NCTS6 Arrival Notifications."

	textPage  = "The page parameter must be a positive number"
	textCount = "The count parameter must be a positive number"

	textNoMovement = "%s movement with ID %s was not found"
	textNoMessage  = "Message with ID %s for movement %s was not found"
	textNoBody     = "Body for message id %s does not exist"
	textNoPage     = "The requested page does not exist"

	textLargeMessageJSON = "Large messages cannot be returned as json"
	textLargeBodyJSON    = "Messages larger than 5000000 bytes cannot be retrieved in JSON"

	textConflict = "LRN %s has previously been used and cannot be reused"
	textInternal = "Internal server error"
)

// Texts of the submission rules (docs/spec/api-2.1-3.0.md#7).
const (
	textRuleMissing   = "Missing element: n1:%s.messageType"
	textRuleType      = "Root node doesn't match with the messageType"
	textRuleOffice    = "The customs office specified for %s must be a customs office located in the United Kingdom (%s was specified)"
	textRuleRecipient = "The message recipient must be either NTA.GB or NTA.XI (%s was specified)"
	textRuleCountry   = "The message recipient country must match the country of the %s"
	textRuleLRN       = "LRN must match the regex %s, but '%s' was provided"
	textRuleNone      = "A LRN or MRN must be specified, neither were found (rule C0467)"
	textRuleBoth      = "Only an LRN or MRN must be specified, both were found (rule C0467)"
)
