package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"
)

const (
	// Most messages that wait for one channel.
	queueLimit = 50
	// How long a message is worth sending.
	messageLife = 15 * time.Minute
	// How long a refusal is answered without asking the bot again: Argo CD repeats every minute.
	refusalLife = 5 * time.Minute
	firstPause  = time.Second
	longPause   = time.Minute
)

// Job is a message on its way.
type Job struct {
	Message Message   `json:"message"`
	Since   time.Time `json:"since"`
	// Sending: an attempt began. Found after a restart, nobody knows whether it arrived.
	Sending bool `json:"sending,omitempty"`
	// Note is a text of the relay's own; it is nobody's message.
	Note bool `json:"note,omitempty"`

	attempts int
	notUntil time.Time
	result   Result
	done     chan struct{}
}

// ChannelState is what survives a restart.
type ChannelState struct {
	Reported Memory      `json:"told,omitempty"`
	Waiting  []*Job      `json:"waiting,omitempty"`
	Sent     []time.Time `json:"sent,omitempty"`
	// Dropped messages nobody was notified of yet.
	Dropped int `json:"dropped,omitempty"`
	// Newest revision of the branch that an app runs from, by app, where an engine says it.
	Newest map[string]string `json:"newest,omitempty"`
}

type refusal struct {
	result Result
	until  time.Time
}

// Channel sends to one bot, one message at a time, in the order they came.
type Channel struct {
	name     string
	kind     Kind
	settings ChannelConfig
	config   Config
	client   *http.Client
	log      *slog.Logger
	now      func() time.Time
	// changed is called, without the lock, when there is something to keep.
	changed func()

	mutex    sync.Mutex
	state    ChannelState
	refused  map[string]refusal
	counts   map[Outcome]int
	attempts int
	wake     chan struct{}
}

func newChannel(name string, config Config, client *http.Client, log *slog.Logger, state ChannelState) *Channel {
	settings := config.Channels[name]
	channel := &Channel{
		name: name, kind: kinds[settings.Kind], settings: settings, config: config, client: client,
		log: log.With("channel", name), now: time.Now, changed: func() {}, state: state,
		refused: map[string]refusal{}, counts: map[Outcome]int{}, wake: make(chan struct{}, 1),
	}
	channel.recover()
	return channel
}

// recover sorts out what an earlier process left.
func (c *Channel) recover() {
	if c.state.Reported == nil {
		c.state.Reported = Memory{}
	}
	waiting := c.state.Waiting
	c.state.Waiting = nil
	for _, job := range waiting {
		if job.Sending {
			c.counts[Unconfirmed]++
			c.log.Warn("a message was on its way when the relay stopped; it is not sent again",
				"app", job.Message.App, "event", job.Message.Event)
			if !job.Note {
				c.state.Reported.Add(job.Message, c.now())
			}
			continue
		}
		job.done = make(chan struct{})
		c.state.Waiting = append(c.state.Waiting, job)
	}
}

// Newest is the newest revision that an app's branch is known to have; `seen` takes its place unless it is empty.
func (c *Channel) Newest(app, seen string) string {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if seen != "" {
		if c.state.Newest == nil {
			c.state.Newest = map[string]string{}
		}
		c.state.Newest[app] = seen
	}
	return c.state.Newest[app]
}

// Accept takes a message, or says at once what became of it. The job's `done` closes when its result is known.
func (c *Channel) Accept(message Message) (*Job, Result) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	now := c.now()
	if c.state.Reported.Knows(message, now.Add(-c.config.window())) {
		c.counts[Duplicate]++
		return nil, Result{Outcome: Duplicate}
	}
	key := message.App + " " + message.Event + " " + message.story() + " " + string(message.Card)
	if known, found := c.refused[key]; found && now.Before(known.until) {
		return nil, known.result
	}
	for _, job := range c.state.Waiting {
		if !job.Note && job.Message.App == message.App && job.Message.Event == message.Event && job.Message.story() == message.story() {
			return job, Result{}
		}
	}
	job := c.add(message, false)
	return job, Result{}
}

// add needs the lock.
func (c *Channel) add(message Message, note bool) *Job {
	job := &Job{Message: message, Since: c.now(), Note: note, done: make(chan struct{})}
	c.state.Waiting = append(c.state.Waiting, job)
	if len(c.state.Waiting) > queueLimit {
		c.drop(c.dispensable())
	}
	rouse(c.wake)
	return job
}

// dispensable is the place of the message that is missed least: the oldest one that a newer one of the same app
// follows, or else the oldest.
func (c *Channel) dispensable() int {
	last := map[string]int{}
	for place, job := range c.state.Waiting {
		last[job.Message.App] = place
	}
	for place, job := range c.state.Waiting {
		if !job.Sending && last[job.Message.App] > place {
			return place
		}
	}
	for place, job := range c.state.Waiting {
		if !job.Sending {
			return place
		}
	}
	return 0
}

func (c *Channel) drop(place int) {
	job := c.state.Waiting[place]
	c.state.Dropped++
	c.log.Warn("too many messages wait; one is dropped", "app", job.Message.App, "event", job.Message.Event)
	c.finish(job, Result{Outcome: Dropped, Reason: "too many messages wait"})
}

// finish needs the lock.
func (c *Channel) finish(job *Job, result Result) {
	for place, each := range c.state.Waiting {
		if each == job {
			c.state.Waiting = append(c.state.Waiting[:place:place], c.state.Waiting[place+1:]...)
			break
		}
	}
	c.counts[result.Outcome]++
	job.result = result
	close(job.done)
}

// Work sends until the context ends.
func (c *Channel) Work(ctx context.Context) {
	for {
		job, pause := c.next()
		if job != nil {
			c.changed()
			c.attempt(ctx, job)
			c.changed()
			continue
		}
		if !rest(ctx, c.wake, pause) {
			return
		}
	}
}

// rest waits until it is woken, or a pause is over; false: the context has ended.
func rest(ctx context.Context, wake <-chan struct{}, pause time.Duration) bool {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-wake:
	case <-timer.C:
	}
	return true
}

// rouse ends the rest of who waits for it, or the next one.
func rouse(wake chan<- struct{}) {
	select {
	case wake <- struct{}{}:
	default:
	}
}

// next is the message whose turn it is, marked as on its way; or how long to wait.
func (c *Channel) next() (*Job, time.Duration) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	now := c.now()
	if len(c.state.Waiting) == 0 && c.state.Dropped > 0 {
		card, _ := json.Marshal(c.kind.Text(c.droppedText(c.state.Dropped)))
		c.state.Dropped = 0
		c.add(Message{Event: "note", App: "relay", Card: card}, true)
	}
	if len(c.state.Waiting) == 0 {
		return nil, time.Hour
	}
	job := c.state.Waiting[0]
	if wait := job.notUntil.Sub(now); wait > 0 {
		return nil, wait
	}
	if wait := c.untilFree(now); wait > 0 {
		return nil, wait
	}
	c.state.Sent = append(c.state.Sent, now)
	job.Sending = true
	return job, 0
}

// untilFree is how long the bot's limits want nothing more. Needs the lock.
func (c *Channel) untilFree(now time.Time) time.Duration {
	longest := time.Duration(0)
	wait := time.Duration(0)
	for _, limit := range c.kind.Limits {
		longest = max(longest, limit.Per)
		if first := len(c.state.Sent) - limit.Count; first >= 0 {
			wait = max(wait, c.state.Sent[first].Add(limit.Per).Sub(now))
		}
	}
	for len(c.state.Sent) > 0 && now.Sub(c.state.Sent[0]) >= longest {
		c.state.Sent = c.state.Sent[1:]
	}
	return wait
}

func (c *Channel) attempt(ctx context.Context, job *Job) {
	result := c.once(ctx, job.Message)
	c.mutex.Lock()
	defer c.mutex.Unlock()
	now := c.now()
	job.Sending = false
	job.attempts++
	c.attempts++
	log := c.log.With("app", job.Message.App, "event", job.Message.Event, "revision", job.Message.Revision,
		"attempt", job.attempts, "outcome", result.Outcome, "code", result.Code, "reason", result.Reason)
	switch result.Outcome {
	case Later:
		pause := max(min(firstPause<<min(job.attempts-1, 10), longPause), result.After)
		if now.Add(pause).Sub(job.Since) > messageLife {
			log.Error("a message is given up")
			c.state.Dropped++
			c.finish(job, Result{Outcome: GivenUp, Code: result.Code, Reason: result.Reason})
			return
		}
		log.Warn("a message has to wait", "seconds", pause.Seconds())
		job.notUntil = now.Add(pause)
		return
	case Refused:
		log.Error("a message was refused")
		key := job.Message.App + " " + job.Message.Event + " " + job.Message.story() + " " + string(job.Message.Card)
		c.remember(key, refusal{result, now.Add(refusalLife)}, now)
	case Unconfirmed:
		log.Warn("a message was sent without an answer; it is not sent again")
	default:
		log.Info("a message was handled")
	}
	if result.Outcome != Refused && !job.Note {
		c.state.Reported.Forget(now.Add(-c.config.window()))
		c.state.Reported.Add(job.Message, now)
	}
	c.finish(job, result)
}

func (c *Channel) remember(key string, what refusal, now time.Time) {
	for known, each := range c.refused {
		if now.After(each.until) {
			delete(c.refused, known)
		}
	}
	if len(c.refused) < 1000 {
		c.refused[key] = what
	}
}

// once signs and sends.
func (c *Channel) once(ctx context.Context, message Message) Result {
	if c.config.DryRun {
		c.log.Info("dry run", "app", message.App, "event", message.Event, "message", string(message.Card))
		return Result{Outcome: DryRun}
	}
	address, secret, err := c.config.address(c.name)
	if err != nil {
		return Result{Outcome: Refused, Reason: err.Error()}
	}
	signed, body, err := c.kind.Sign(address, message.Card, secret, c.now())
	if err != nil {
		return Result{Outcome: Refused, Reason: err.Error()}
	}
	return send(ctx, c.client, c.kind, signed, body)
}

func (c *Channel) droppedText(count int) string {
	if c.settings.Language == "zh" {
		return fmt.Sprintf("由于发送频率限制或机器人不可用，有 %d 条通知未能送达。", count)
	}
	return fmt.Sprintf("%d notifications were left out: too many at once, or the bot was out of reach.", count)
}

// test sends a card past queue and memory.
func (c *Channel) test(ctx context.Context) Result {
	title, text := "Test of the notification relay", "If you can read this, channel **"+c.name+"** works."
	if c.settings.Language == "zh" {
		title, text = "通知中继测试", "看到这条消息，说明通道 **"+c.name+"** 工作正常。"
	}
	card, _ := json.Marshal(c.kind.Card(title, text))
	c.mutex.Lock()
	wait := c.untilFree(c.now())
	if wait == 0 {
		c.state.Sent = append(c.state.Sent, c.now())
	}
	c.mutex.Unlock()
	if wait > 0 {
		return Result{Outcome: Later, Reason: fmt.Sprintf("the bot's limit is reached; free in %s", wait.Round(time.Second))}
	}
	return c.once(ctx, Message{Event: "test", App: "relay", Card: card})
}

// snapshot is the state as JSON.
func (c *Channel) snapshot() json.RawMessage {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	data, _ := json.Marshal(c.state)
	return data
}
