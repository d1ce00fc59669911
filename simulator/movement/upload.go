package movement

import "time"

// Upload is a large message on its way into a movement (docs/spec/api-2.1-3.0.md#10): its form was handed out, then its file
// comes and is scanned, and a very large one is transferred to NCTS. Then it is forgotten; the message stays.
type Upload struct {
	// Key is the UUID by which the form names it; it is as good as a password.
	Key string `json:"key"`
	// Message is the id of the message that it is the body of.
	Message string `json:"message"`
	// Created is when the form was handed out.
	Created time.Time `json:"created"`
	// Scenario is the scenario that the request for the form asked for, "" if it did not.
	Scenario string `json:"scenario,omitempty"`

	// File is the name of the file as the client gave it, shortened to what can be shown, and Size has its bytes. Zero as
	// long as no file has come.
	File string `json:"file,omitempty"`
	Size int    `json:"size,omitempty"`
	// Due is when the file has been scanned, or transferred; zero as long as no file has come.
	Due time.Time `json:"due,omitzero"`
	// Stored says that the message was taken and is being transferred.
	Stored bool `json:"stored,omitempty"`
}

// Uploaded reports whether the file has come.
func (u Upload) Uploaded() bool { return !u.Due.IsZero() }

// Timer is the name under which the end of the scan, or of the transfer, stands among the timers.
func (u Upload) Timer() string {
	if u.Stored {
		return "file_transfer " + u.Message
	}
	return "upload_scan " + u.Message
}

// Upload is the one that is the body of a message, nil if there is none.
func (m *Movement) Upload(messageID string) *Upload {
	for i := range m.Uploads {
		if m.Uploads[i].Message == messageID {
			return &m.Uploads[i]
		}
	}
	return nil
}

// DropUpload forgets the one that is the body of a message.
func (m *Movement) DropUpload(messageID string) {
	var left []Upload
	for _, u := range m.Uploads {
		if u.Message != messageID {
			left = append(left, u)
		}
	}
	m.Uploads = left
}
