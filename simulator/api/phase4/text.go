package phase4

// Codes in bodies of errors (docs/spec/api-1.0.md#4-1).
const (
	codeClient       = "CLIENT_ERROR"
	codeUnauthorized = "UNAUTHORIZED"
	codeForbidden    = "FORBIDDEN"
	codeGone         = "GONE"
	codeTooLarge     = "REQUEST_ENTITY_TOO_LARGE"
)

// Texts of errors (docs/spec/api-1.0.md#4-1).
const (
	textInvalidXML   = "Invalid XML: %s"
	textNamespace    = `The request cannot be processed as it contains a namespace on the root node. Please remove any "xmlns" attributes from all nodes.`
	textSchema       = "The request has failed schema validation. Please review the required message structure as specified by the XSD file '%s'. Detailed error below:\n%s"
	textUnauthorized = "Failed to authorise user: "
	textForbidden    = "Current user doesn't have a valid EORI enrolment."
	textEnrolment    = "Legacy enrolment is no longer supported. Please upgrade to the new ECC enrolment to submit declarations. Guidance for new ECC enrolment: https://www.gov.uk/guidance/how-to-subscribe-to-the-new-computerised-transit-system"
	textAccept       = "The accept header is missing or invalid"
	textMediaType    = "Expecting xml body"
	textTooLarge     = "Request Entity Too Large"
	textClientID     = "Client Id Required"
	textNoBox        = "No box found for your client id"
	textUnexpected   = "Unexpected Error"
	textRefused      = "Message failed schema validation"

	textGoneDepartures = "New NCTS4 Departure Declarations can no longer be created using CTC Traders API v1.0. Use CTC Traders API v2.0 to create new NCTS5 Departure Declarations."
	textGoneArrivals   = "New NCTS4 Arrival Notifications can no longer be created using CTC Traders API v1.0. Use CTC Traders API v2.0 to create new NCTS5 Arrival Notifications."
)

// The header for traders with the legacy enrolment alone (docs/spec/api-1.0.md#2).
const (
	noticeHeader = "X-Missing-ECC-Enrolment"
	textNotice   = "User does not have the ECC enrolment, and will be unable to submit phase 5 declarations. See https://www.gov.uk/guidance/how-to-subscribe-to-the-new-computerised-transit-system"
)

// Reasons of the back end (docs/spec/api-1.0.md#4-5); %s are filled in where they are used.
const (
	textDateLength  = "The value of element 'DatOfPreMES9' is neither 6 or 8 characters long"
	textDatePattern = "The value of element 'DatOfPreMES9' is not valid with respect to pattern '%s'"
	textTime        = "Failed to parse TimOfPreMES10 to LocalTime with error: %s"
	textNoLRN       = "The element 'RefNumHEA4' must contain a value."

	textNoMRN        = "EmptyMovementReferenceNumber(DocNumHEA5 was empty)"
	textDateFailure  = "LocalDateParseFailure(%s)"
	textTimeFailure  = "LocalTimeParseFailure(%s)"
	textArrival      = "Failed to create ArrivalMovement with the following error: %s"
	textResubmission = "Failed to create message and MovementReferenceNumber with error: %s"
	textRemarks      = "Failed to create MovementMessageWithStatus with error: %s IE044"
)

// Texts of the Test Support API (docs/spec/api-1.0.md#15-2).
const (
	textNotJSON        = "Expecting text/json or application/json body"
	textInvalidJSON    = "Invalid Json: %s"
	textNoContent      = "No content to map due to end-of-input"
	textTooMany        = "Too many %s requested, max %d"
	textNoInstructions = "No instructions found"
)
