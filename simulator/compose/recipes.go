package compose

// recipe says what the messages have in common and where each differs.
type recipe struct {
	groups      groups
	correlation correlation
	references  references
	holder      holderForm
	// representative is copied when the declaration has one (G0860).
	representative bool
	// echo takes office, holder and representative as they are in the rejected message (G0868).
	echo bool
	// pruned messages show a part of the declaration by design, so that nobody needs to be told what is left out.
	pruned bool
	// fill does the rest, in the order of docs/spec/responses.md#4, or #7-2 of phase 4.
	fill func(*draft)
}

// groups says which of the groups that most messages share a message has.
type groups int

const (
	// ofDeparture are TransitOperation, CustomsOfficeOfDeparture, HolderOfTheTransitProcedure and Representative.
	ofDeparture groups = iota
	// ofArrival are TransitOperation, CustomsOfficeOfDestinationActual and TraderAtDestination.
	ofArrival
	ofNeither
)

// correlation is where the correlationIdentifier comes from; docs/spec/responses.md#2.
type correlation int

const (
	none correlation = iota
	// ofDeclaration is the messageIdentification of the IE015, also when an officer or a timer caused the message.
	ofDeclaration
	// ofAnswered is that of the message answered or rejected, or of the IE015 or IE007 when nothing was sent (an
	// invalidation by customs, the presentation time-out, goods released without unloading remarks).
	ofAnswered
	// ofNobody is an identification that was never sent to the trader: the published IE045 carries one that
	// belongs to messages between offices.
	ofNobody
)

// references says which of LRN and MRN the TransitOperation has; docs/spec/responses.md#3.
type references int

const (
	lrnOnly references = iota + 1
	mrnOnly
	// mrnEchoed is the MRN of the rejected message, even one that nobody knows.
	mrnEchoed
	lrnAndMRN
	// lrnOrMRN is the MRN as soon as there is one (C0467).
	lrnOrMRN
	// lrnThenBoth adds the MRN to the LRN as soon as there is one; see Options.StrictC0467.
	lrnThenBoth
)

// holderForm says how much of the HolderOfTheTransitProcedure is shown; docs/spec/responses.md#3.
type holderForm int

const (
	noHolder holderForm = iota
	// shortHolder is the identification numbers alone, if there is one.
	shortHolder
	// longHolder has name and address too.
	longHolder
	// longHolderFromPhase6 is short in phase 5.
	longHolderFromPhase6
	// wholeHolder is as the trader sent it.
	wholeHolder
)

// positiveAcknowledgement is IE928: nothing beside the common groups.
func positiveAcknowledgement(*draft) {}
