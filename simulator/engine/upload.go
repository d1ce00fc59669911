package engine

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/notify"
	"nctsim/simulator/store"
	"nctsim/simulator/upload"
)

// UploadChecker checks messages that were uploaded as the API checks those that are posted.
type UploadChecker interface {
	// Check reads a message for a movement; nothing of the body must be in use after the submission is. The refusal is the
	// API's error body if the message cannot be taken, or, with s.Fail, if NCTS refuses it; nil if all is well. The error is
	// that of ctx.
	Check(ctx context.Context, m movement.Movement, body []byte) (s Submission, refusal []byte, err error)
	// Undelivered is the error body for a message that did not get to NCTS.
	Undelivered() []byte
	// NotAccepted is the error body for a file that the scanner does not let pass.
	NotAccepted(text string) []byte
}

// uploads is the folder of the files of large messages. A file has the name of its upload's key; while it comes in, with
// incoming behind it.
type uploads struct {
	folder  string
	checker UploadChecker
	// keeping is held while a file gets its name and is noted in the store, so that it is not taken for an orphan. Locks of
	// movements are taken before it.
	keeping sync.Mutex
	// removing is held while a file is removed, and while those that there are are opened.
	removing sync.Mutex
}

const incoming = ".part"

func (u *uploads) file(key string) string { return filepath.Join(u.folder, key) }

// ErrUploaded says that the file of an upload has come already.
var ErrUploaded = errors.New("the file was uploaded already")

// BeginUpload makes the record of a message that will be uploaded: of a new movement if the id is "", else of that movement.
// Of the submission it takes EORI, ClientID, BoxID, Prefixed, Phase, Kind and Scenario. The error wraps store.ErrNotFound if there is no
// such movement of this EORI and kind.
func (e *Engine) BeginUpload(ctx context.Context, movementID string, s Submission) (m movement.Movement, record movement.Message, u movement.Upload, err error) {
	var entries []movement.Entry
	begin := func() error {
		return e.store.Update(ctx, func(tx *store.Tx) (err error) {
			if m, record, err = e.uploaded(tx, movementID, s); err != nil {
				return err
			}
			u = movement.Upload{
				Key: e.source.Stream("upload", m.ID, strconv.Itoa(record.Ordinal)).UUID(), Message: record.ID,
				Created: record.Received, Scenario: s.Scenario,
			}
			m.Uploads = append(m.Uploads[:len(m.Uploads):len(m.Uploads)], u)
			if err := tx.PutMovement(&m); err != nil {
				return err
			}
			if err := tx.AddMessage(record, nil); err != nil {
				return err
			}
			entry := movement.Entry{
				Movement: m.ID, At: record.Received, Kind: movement.EntryNote, Message: record.ID, Type: record.Type,
				Actor: movement.Trader, Text: "a large message is awaited", Why: "API " + s.Phase.APIVersion() + " handed out the form for its upload",
			}
			entries = []movement.Entry{entry}
			return tx.AddEntry(&entries[0])
		})
	}
	if movementID == "" {
		err = begin()
	} else {
		err = e.withLock(ctx, movementID, begin)
	}
	if err != nil {
		return m, record, u, fmt.Errorf("begin upload: %w", err)
	}
	e.feed.publish(entries)
	return m, record, u, nil
}

// uploaded is the movement, with one message more, and the record of that message.
func (e *Engine) uploaded(tx *store.Tx, movementID string, s Submission) (m movement.Movement, record movement.Message, err error) {
	record.Status = movement.Pending
	if movementID == "" {
		now := e.clock.Now()
		m = movement.Movement{
			Kind: s.Kind, Phase: s.Phase, EORI: s.EORI, ClientID: s.ClientID, BoxID: s.BoxID, Prefixed: s.Prefixed, Created: now, State: movement.AwaitingUpload,
		}
		if m.ID, err = e.newMovementID(tx, now); err != nil {
			return m, record, err
		}
		record.Type = s.Phase.Creating(s.Kind).Code
	} else {
		stored, err := tx.Movement(movementID)
		if err != nil {
			return m, record, err
		}
		m = *stored
		if m.EORI != s.EORI || m.Kind != s.Kind || m.Phase.Generation() == message.GenerationPhase4 || e.Expired(m) {
			return m, record, fmt.Errorf("%s %s of %s: %w", s.Kind, movementID, s.EORI, store.ErrNotFound)
		}
	}
	now := e.now(&m)
	record.Movement, record.Ordinal, record.Received = m.ID, m.Messages, now
	record.ID, err = e.newMessageID(tx, m.ID, record.Ordinal, now)
	m.Messages++
	m.Updated = now
	return m, record, err
}

// FindUpload is an upload that waits for its file, and its movement. The error wraps store.ErrNotFound if the key is none, and
// ErrUploaded if the file has come.
func (e *Engine) FindUpload(key string) (m movement.Movement, u movement.Upload, err error) {
	err = e.store.View(func(tx *store.Tx) error {
		m, u, err = e.findUpload(tx, key)
		return err
	})
	return m, u, err
}

func (e *Engine) findUpload(tx *store.Tx, key string) (m movement.Movement, u movement.Upload, err error) {
	stored, err := tx.MovementByUpload(key)
	if err != nil {
		return m, u, err
	}
	m = *stored
	if e.Expired(m) {
		return m, u, fmt.Errorf("upload of movement %s, which has expired: %w", m.ID, store.ErrNotFound)
	}
	for _, u = range m.Uploads {
		if u.Key == key && u.Uploaded() {
			return m, u, ErrUploaded
		} else if u.Key == key {
			return m, u, nil
		}
	}
	return m, u, fmt.Errorf("upload of movement %s: %w", m.ID, store.ErrNotFound)
}

// Incoming is the file of an upload while it comes in. One of Keep and Discard must be called.
type Incoming struct {
	*os.File
	engine   *Engine
	movement string
	key      string
}

// ReceiveUpload opens a file for what is uploaded. The errors are those of FindUpload and of the disk.
func (e *Engine) ReceiveUpload(key string) (*Incoming, error) {
	m, _, err := e.FindUpload(key)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(e.uploads.folder, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder for uploads: %w", err)
	}
	f, err := os.CreateTemp(e.uploads.folder, key+"-*"+incoming)
	if err != nil {
		return nil, fmt.Errorf("make a file for an upload: %w", err)
	}
	return &Incoming{f, e, m.ID, key}, nil
}

// Discard removes what has come.
func (in *Incoming) Discard() {
	_ = in.Close()
	_ = os.Remove(in.Name())
}

// Keep says that the whole file has come, under a name, and of so many bytes. When it returns without an error, that is
// committed, and the scan begins. The errors are those of FindUpload, of the disk and of the store; then nothing is kept.
func (in *Incoming) Keep(ctx context.Context, name string, size int) error {
	defer in.Discard()
	if err := errors.Join(in.Sync(), in.Close()); err != nil {
		return fmt.Errorf("write an upload: %w", err)
	}
	e := in.engine
	var entry movement.Entry
	err := e.withLock(ctx, in.movement, func() error {
		e.uploads.keeping.Lock()
		defer e.uploads.keeping.Unlock()
		if _, _, err := e.FindUpload(in.key); err != nil {
			return err
		}
		if err := os.Rename(in.Name(), e.uploads.file(in.key)); err != nil {
			return fmt.Errorf("keep an upload: %w", err)
		}
		return e.store.Update(ctx, func(tx *store.Tx) error {
			m, u, err := e.findUpload(tx, in.key)
			if err != nil {
				return err
			}
			now := e.now(&m)
			m.Uploads = append([]movement.Upload(nil), m.Uploads...)
			kept := m.Upload(u.Message)
			kept.File, kept.Size = name, size
			kept.Due = now.Add(e.office.Settings().UploadScan + upload.PlanOf(name).Delay)
			entry = movement.Entry{
				Movement: m.ID, At: now, Kind: movement.EntryTimer, Message: u.Message, Timer: kept.Timer(), Due: kept.Due,
				Actor: movement.Trader, Change: movement.TimerStarted, Text: fmt.Sprintf("%d bytes were uploaded as %q and are scanned", size, name), Why: "the form for the upload was sent",
			}
			if err := tx.PutMovement(&m); err != nil {
				return err
			}
			return tx.AddEntry(&entry)
		})
	})
	if err != nil {
		return err
	}
	e.feed.publish([]movement.Entry{entry})
	e.schedule.TimersChanged()
	return nil
}

// sweepFiles removes files whose upload is over or gone; at the start also those that did not come to their end.
func (e *Engine) sweepFiles(start bool) {
	if e.uploads.folder == "" {
		return
	}
	e.uploads.keeping.Lock()
	defer e.uploads.keeping.Unlock()
	files, err := os.ReadDir(e.uploads.folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		e.log.Error("the folder of uploads cannot be read", "folder", e.uploads.folder, "error", err)
	}
	for _, f := range files {
		if strings.HasSuffix(f.Name(), incoming) {
			if start {
				e.removeFile(f.Name())
			}
			continue
		}
		if _, _, err := e.FindUpload(f.Name()); err == nil || errors.Is(err, store.ErrNotFound) {
			e.removeFile(f.Name()) // no upload, or one that was cut off before it was noted
		}
	}
}

func (e *Engine) removeFile(name string) {
	e.uploads.removing.Lock()
	defer e.uploads.removing.Unlock()
	if err := os.Remove(e.uploads.file(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		e.log.Error("the file of an upload cannot be removed", "file", e.uploads.file(name), "error", err)
	}
}

// dueUpload is the upload whose scan or transfer has ended first.
func dueUpload(m *movement.Movement, until time.Time) (first movement.Upload, ok bool) {
	for _, u := range m.Uploads {
		if u.Uploaded() && !u.Due.After(until) && (!ok || u.Due.Before(first.Due)) {
			first, ok = u, true
		}
	}
	return first, ok
}

// ending is what comes of an upload whose scan or transfer has ended.
type ending struct {
	s Submission
	// body is that of the message, if it is to be stored now; nil for none.
	body *store.Body
	// refusal is the error body for the trader; nil if the message gets to NCTS, or is transferred.
	refusal []byte
	why     string
}

// endUpload goes on with an upload whose scan or transfer has ended; the caller has the movement's lock.
func (e *Engine) endUpload(ctx context.Context, m movement.Movement, messageID string) error {
	u := m.Upload(messageID)
	over, err := func() {}, error(nil)
	if u.Size > largeDocuments && !u.Stored {
		over, err = e.takeLarge()
	}
	if err != nil {
		return err
	}
	sends, queued, err := e.concluded(ctx, m, *u)
	over()
	if err != nil {
		return err
	}
	e.removeFile(u.Key)
	if sends {
		e.notify.Wake()
	}
	if queued {
		e.schedule.Add(m.ID)
	}
	e.schedule.TimersChanged()
	return nil
}

// concluded checks an upload and stores what has come of it.
func (e *Engine) concluded(ctx context.Context, m movement.Movement, u movement.Upload) (sends, queued bool, err error) {
	var file uploadedFile
	defer file.close()
	end, err := e.scanned(ctx, m, u, &file)
	if err != nil {
		return false, false, err
	}
	err = e.Record(ctx, func(tx *store.Tx) (entries []movement.Entry, err error) {
		entries, sends, queued, err = e.conclude(tx, m.ID, u.Message, end)
		return entries, err
	})
	switch {
	case errors.Is(err, store.ErrNotFound):
		return false, false, errStale // reset under our hands
	case err != nil:
		return false, false, &storeError{fmt.Errorf("store what came of an upload: %w", err)}
	}
	return sends, queued, nil
}

// scanned is what comes of a file after its scan or its transfer. The file, if it is opened, must not be closed before that is
// stored.
func (e *Engine) scanned(ctx context.Context, m movement.Movement, u movement.Upload, file *uploadedFile) (end ending, err error) {
	plan := upload.PlanOf(u.File)
	if plan.Failed != "" {
		why := fmt.Sprintf("the scan says %s: %s; the name of the file asked for it", plan.Failed, plan.Text)
		return ending{refusal: e.uploads.checker.NotAccepted(plan.Text), why: why}, nil
	}
	if !u.Stored {
		body, err := file.open(e.uploads.file(u.Key), u.Size)
		if err != nil {
			e.log.Error("the file of an upload cannot be read", "file", e.uploads.file(u.Key), "error", err)
			return ending{refusal: e.uploads.checker.Undelivered(), why: "the file is gone: " + err.Error()}, nil
		}
		end.s, end.refusal, err = e.uploads.checker.Check(ctx, m, body)
		switch {
		case err != nil:
			return end, err
		case end.refusal != nil && !end.s.Fail:
			end.why = "the message was refused: " + string(end.refusal[:min(len(end.refusal), mostOfRefusal)])
			return end, nil
		case end.s.Fail:
			end.why = "NCTS refuses the LRN as one that was used before"
		}
		packed := store.PackBody(body)
		end.body, end.s.Scenario = &packed, u.Scenario
		if end.refusal != nil || u.Size > upload.MaxDirect {
			return end, nil
		}
	}
	if plan.Undelivered {
		end.refusal, end.why = e.uploads.checker.Undelivered(), "it did not get to NCTS; the name of the file asked for it"
	}
	return end, nil
}

// mostOfRefusal is how much of an error body the journal shows.
const mostOfRefusal = 300

// conclude stores what has come of an upload.
func (e *Engine) conclude(tx *store.Tx, movementID, messageID string, end ending) (entries []movement.Entry, sends, queued bool, err error) {
	stored, err := tx.Movement(movementID)
	if err != nil {
		return nil, false, false, err
	}
	m := *stored
	m.Uploads = append([]movement.Upload(nil), m.Uploads...)
	u := m.Upload(messageID)
	record, err := tx.Message(movementID, messageID)
	if err == nil && u == nil {
		err = store.ErrNotFound
	}
	if err != nil {
		return nil, false, false, err
	}
	now := e.now(&m)
	m.Updated = now
	say := func(kind movement.EntryKind, text, why string) {
		entries = append(entries, movement.Entry{
			Movement: m.ID, At: now, Kind: kind, Message: record.ID, Type: record.Type, Text: text, Why: why,
			Actor: movement.TimerParty,
		})
	}
	note := func(text, why string) { say(movement.EntryNote, text, why) }
	name := orMessage(record.Type)
	if end.body != nil {
		chosen, err := e.take(tx, &m, &record, end, now)
		if err != nil {
			return nil, false, false, err
		}
		name = orMessage(record.Type)
		say(movement.EntryMessage, name+" received from the trader", "the uploaded file was accepted by API "+m.Phase.APIVersion())
		came := &entries[len(entries)-1]
		came.Actor, came.Sender, came.Recipient = movement.Trader, movement.Trader, movement.OfficeFor(m.Kind == message.Departure)
		entries = append(entries, chosen...)
	}
	transfers := end.body != nil && end.refusal == nil && u.Size > upload.MaxDirect
	switch {
	case transfers:
		record.Status, u.Stored, u.Due = movement.Processing, true, now.Add(e.office.Settings().FileTransfer)
		say(movement.EntryTimer, name+" is transferred to NCTS", fmt.Sprintf("it has %d bytes, more than %d", u.Size, upload.MaxDirect))
		transfer := &entries[len(entries)-1]
		transfer.Timer, transfer.Due, transfer.Change = u.Timer(), u.Due, movement.TimerStarted
	case end.refusal != nil:
		record.Status = movement.Failed
		note(name+" failed", end.why)
		if m.State == movement.AwaitingUpload || m.Facts.Original == record.ID {
			m.State = movement.Undelivered(m.Phase, m.Kind)
		}
	default:
		record.Status = movement.Success
		if queued, err = deliver(&m, record, note); err != nil {
			return nil, false, false, err
		}
	}
	if !transfers {
		m.DropUpload(messageID)
	}
	if err := tx.PutMovement(&m); err != nil {
		return nil, false, false, err
	}
	if err := tx.PutMessage(record); err != nil {
		return nil, false, false, err
	}
	if end.body != nil {
		if err := tx.SetBody(m.ID, record.ID, *end.body); err != nil {
			return nil, false, false, err
		}
	}
	for i := range entries {
		if err := tx.AddEntry(&entries[i]); err != nil {
			return nil, false, false, err
		}
	}
	if queued {
		event := movement.Event{Movement: m.ID, Kind: movement.EventMessage, At: now, Name: record.Type, Message: record.ID}
		if err := tx.Enqueue(&event); err != nil {
			return nil, false, false, err
		}
	}
	if e.notify == nil || transfers {
		return entries, false, queued, nil
	}
	posted, sends, err := e.notify.Post(tx, m, []notify.Posted{{Record: record, Submission: &notify.Submission{At: now, Refusal: end.refusal}}})
	return append(entries, posted...), sends, queued, err
}

// take fills in what is learnt from an uploaded message, and gives a movement that begins with it its scenario.
func (e *Engine) take(tx *store.Tx, m *movement.Movement, record *movement.Message, end ending, now time.Time) ([]movement.Entry, error) {
	d := end.s.Document
	record.Type, record.Identification = d.Type.Code, d.Field(message.Identification)
	if !begins(*m, d.Type.Role) {
		return nil, nil
	}
	fresh := end.s.movement(now)
	m.State, m.Sender, m.MovementEORI, m.MRN, m.LRN, m.Office = fresh.State, fresh.Sender, fresh.MovementEORI, fresh.MRN, fresh.LRN, fresh.Office
	m.Facts.Original = record.ID
	if m.Kind == message.Departure {
		m.Facts.Declaration = record.ID
	}
	return e.choose(tx, m, end.s, e.Find(end.s), 0)
}

// begins reports whether a message begins the movement, which was made without one.
func begins(m movement.Movement, r message.Role) bool {
	return r == message.Creates && m.Facts.Original == ""
}

// deliver reports whether the office is to see a message that has got to NCTS. At HMRC any message of the trader may be
// uploaded anywhere; an office can do nothing with a declaration in the middle, or with a further message at the beginning.
func deliver(m *movement.Movement, record movement.Message, note func(text, why string)) (queued bool, err error) {
	t, known := m.Phase.TypeOfCode(record.Type)
	switch {
	case !known:
		return false, fmt.Errorf("message %s has the type %q", record.ID, record.Type)
	case m.Facts.Original == "":
		m.State = movement.Undelivered(m.Phase, m.Kind)
		note(record.Type+" is not shown to the office", "nothing was declared before it")
		return false, nil
	case t.Role == message.Creates && m.Facts.Original != record.ID:
		note(record.Type+" is not shown to the office", "the movement has begun with another message")
		return false, nil
	}
	return true, nil
}

func orMessage(typ string) string {
	if typ == "" {
		return "the large message"
	}
	return typ
}
