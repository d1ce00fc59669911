package testsupport

// Texts and codes of the Test Support API (docs/spec/api-2.1-3.0.md#12); %s are filled in where they are used.
const (
	codeBadRequest     = "BAD_REQUEST"
	codeMediaType      = "UNSUPPORTED_MEDIA_TYPE"
	codeNotImplemented = "NOT_IMPLEMENTED"
	codeNotFound       = "NOT_FOUND"
	codeInternal       = "INTERNAL_SERVER_ERROR"

	textMediaType      = "Expecting text/json or application/json body"
	textInvalidJSON    = "Invalid Json: %s"
	textTooLarge       = "Request Entity Too Large"
	textForbidden      = "Current user doesn't have a valid EORI enrolment."
	textAcceptMissing  = "An accept header is required"
	textAcceptOther    = "Accept header %s is not supported"
	textMessageType    = "(/message/messageType,List(JsonValidationError(List(%s),ArraySeq())))"
	textNotImplemented = "API has not been implemented"
	textNoMovement     = "%s with ID %s was not found"
	textNoTrigger      = "Message ID %s for movement ID %s was not found"
	textInternal       = "Internal server error"

	// Reasons in textMessageType.
	reasonMissing  = "error.path.missing"
	reasonNoString = "error.expected.jsstring"
	reasonUnknown  = "Code not found"

	// What Java's JSON parser says of an empty body.
	textNoContent = "No content to map due to end-of-input"
)
