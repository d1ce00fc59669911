package client

import (
	"context"
	"net/http"

	"nctsim/simulator/message"
)

// Preparation is how a message of a trader is to be made. It begins with one of: a sample by its name, XML of one's own, or a
// message about a movement.
type Preparation struct {
	// Phase is needed with a sample; with XML, 0 lets the message decide. A movement has its own.
	Phase message.Phase `json:"phase,omitempty"`
	// Sample is the name of a sample.
	Sample string `json:"sample,omitempty"`
	// XML is a message.
	XML string `json:"xml,omitempty"`
	// Movement is the id of a movement, MessageType the IE code of a message about it: IE013, IE014, IE170, IE044, or an IE007
	// with the MRN of a departure. It repeats of the movement's own messages what it must.
	Movement    string `json:"movement,omitempty"`
	MessageType string `json:"messageType,omitempty"`
	// Remarks are those of an IE044 of phases 5 and 6 about the IE043: conform, seals, packages or weight; "" for conform.
	Remarks string `json:"remarks,omitempty"`
	// LRN and MRN take the place of those of the message where it has one; empty ones leave them as they are.
	LRN string `json:"lrn,omitempty"`
	MRN string `json:"mrn,omitempty"`
	// Dated makes the message one that is prepared now, with its other dates moved along.
	Dated bool `json:"dated,omitempty"`
	// Set gives values by path.
	Set map[string]string `json:"set,omitempty"`
}

// Prepared is a message that was made.
type Prepared struct {
	Phase message.Phase `json:"phase"`
	// Type is its IE code.
	Type string `json:"messageType"`
	LRN  string `json:"lrn,omitempty"`
	MRN  string `json:"mrn,omitempty"`
	// EORI is that of the trader who sends it.
	EORI string `json:"eori,omitempty"`
	XML  string `json:"xml"`
}

// Prepare makes a message for a trader to send. Nothing is sent or stored.
func (c Client) Prepare(ctx context.Context, p Preparation) (Prepared, error) {
	return send[Prepared](ctx, c, http.MethodPost, preparePath, p)
}
