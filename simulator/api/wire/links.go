package wire

import "nctsim/simulator/message"

// basePath begins every link of the API.
const basePath = "/customs/transits/movements/"

// ListPath is the path of all movements of a kind.
func ListPath(k message.Kind) string { return basePath + k.Plural() }

// MovementPath is the path of a movement.
func MovementPath(k message.Kind, id string) string { return basePath + k.Plural() + "/" + id }

// MessagesPath is the path of a movement's messages.
func MessagesPath(k message.Kind, id string) string { return MovementPath(k, id) + "/messages" }

// MessagePath is the path of one message of a movement.
func MessagePath(k message.Kind, id, messageID string) string {
	return MessagesPath(k, id) + "/" + messageID
}
