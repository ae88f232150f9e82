package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// Message is what Argo CD sends, and what an event of Flux becomes: the card as the bot wants it, and what it is about.
type Message struct {
	// Event is the estate's name of what happened, e.g. degraded.
	Event string `json:"event"`
	// App is the Application.
	App string `json:"app"`
	// Revision is the commit it is about; empty where none is known.
	Revision string `json:"revision"`
	// Operation distinguishes two syncs of one commit: when the last one began.
	Operation string          `json:"operation"`
	Card      json.RawMessage `json:"message"`
}

// Bodies above this are refused; the bots' own limits are far below.
const messageLimit = 256 << 10

func (m Message) check() error {
	var missing []string
	for name, value := range map[string]string{"event": m.Event, "app": m.App} {
		if value == "" {
			missing = append(missing, name)
		}
	}
	var card map[string]json.RawMessage
	if json.Unmarshal(m.Card, &card) != nil || card == nil {
		missing = append(missing, "message (an object)")
	}
	if len(missing) > 0 {
		return fmt.Errorf("missing: %s", strings.Join(missing, ", "))
	}
	return nil
}

// story is what two messages have in common when they say the same.
func (m Message) story() string { return m.Revision + " " + m.Operation }

var troubles = []string{"degraded", "failed", "unknown"}

func isTrouble(event string) bool {
	for _, each := range troubles {
		if each == event {
			return true
		}
	}
	return false
}

// Reported is what was sent last, by event.
type Reported struct {
	Story string    `json:"story"`
	At    time.Time `json:"at"`
}

// Memory is what a channel was sent, by app and event.
type Memory map[string]map[string]Reported

// Knows says whether the same was sent since `since`.
func (m Memory) Knows(message Message, since time.Time) bool {
	last, found := m[message.App][message.Event]
	return found && last.Story == message.story() && last.At.After(since)
}

// Add remembers. Trouble after health, and health after trouble, is news even where commit and sync are the same, so
// the one makes the other forgotten.
func (m Memory) Add(message Message, now time.Time) {
	events := m[message.App]
	if events == nil {
		events = map[string]Reported{}
		m[message.App] = events
	}
	if message.Event == "healthy" {
		for _, trouble := range troubles {
			delete(events, trouble)
		}
	} else if isTrouble(message.Event) {
		delete(events, "healthy")
	}
	events[message.Event] = Reported{Story: message.story(), At: now}
}

// Forget drops what was sent before `since`.
func (m Memory) Forget(since time.Time) {
	for app, events := range m {
		for event, last := range events {
			if !last.At.After(since) {
				delete(events, event)
			}
		}
		if len(events) == 0 {
			delete(m, app)
		}
	}
}
