package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// Relay is all channels and what they keep.
type Relay struct {
	config   Config
	log      *slog.Logger
	channels map[string]*Channel
	// patience is how long a sender waits for the outcome.
	patience time.Duration
	started  time.Time
	// approvals is nil where the estate has no gate of merge requests.
	approvals *Approvals
	// commits is nil where the estate reports no deliveries on GitLab.
	commits *Commits

	stop    context.CancelFunc
	workers sync.WaitGroup
	saving  sync.Mutex
}

// How long Argo CD waits for the outcome of a message before it gets the answer that it is queued.
const defaultPatience = 8 * time.Second

// NewRelay reads what an earlier one left and starts to work.
func NewRelay(config Config, log *slog.Logger) (*Relay, error) {
	states, err := readState(config.State)
	if err != nil {
		// Memory is worth less than a relay that runs.
		log.Warn("the state of an earlier relay cannot be read; starting without", "error", err.Error())
	}
	ctx, stop := context.WithCancel(context.Background())
	relay := &Relay{
		config: config, log: log, channels: map[string]*Channel{}, patience: defaultPatience,
		started: time.Now(), stop: stop,
	}
	client := newClient()
	for name := range config.Channels {
		channel := newChannel(name, config, client, log, states[name])
		channel.changed = relay.save
		relay.channels[name] = channel
	}
	if err := relay.writeState(); err != nil {
		stop()
		return nil, fmt.Errorf("the state folder cannot be written: %w", err)
	}
	for _, channel := range relay.channels {
		relay.workers.Add(1)
		go func() {
			defer relay.workers.Done()
			channel.Work(ctx)
		}()
	}
	if config.Approvals != nil {
		relay.approvals = newApprovals(ctx, *config.Approvals, config.secret, log)
	}
	if config.Commits != nil {
		relay.commits = newCommits(ctx, *config.Commits, config.secret, config.deliveries, log)
		relay.commits.dryRun = config.DryRun
		relay.workers.Add(1)
		go func() {
			defer relay.workers.Done()
			relay.commits.Work()
		}()
	}
	log.Info("started", "channels", len(relay.channels), "dryRun", config.DryRun)
	return relay, nil
}

// Close lets the queues run empty until the context ends, then stops and keeps what is left.
func (r *Relay) Close(ctx context.Context) {
	for r.waiting() > 0 && ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-time.After(50 * time.Millisecond):
		}
	}
	r.stop()
	r.workers.Wait()
	if r.approvals != nil {
		r.approvals.workers.Wait()
	}
	r.save()
}

func (r *Relay) waiting() int {
	count := 0
	for _, channel := range r.channels {
		channel.mutex.Lock()
		count += len(channel.state.Waiting)
		channel.mutex.Unlock()
	}
	return count
}

func (r *Relay) save() {
	if err := r.writeState(); err != nil {
		r.log.Warn("the state cannot be written", "error", err.Error())
	}
}

const stateFile = "state.json"

func readState(folder string) (map[string]ChannelState, error) {
	if folder == "" {
		return nil, nil
	}
	data, err := os.ReadFile(filepath.Join(folder, stateFile))
	if os.IsNotExist(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	states := map[string]ChannelState{}
	err = json.Unmarshal(data, &states)
	return states, err
}

// writeState replaces the file at once, so that a kill leaves the old one or the new one.
func (r *Relay) writeState() error {
	if r.config.State == "" {
		return nil
	}
	r.saving.Lock()
	defer r.saving.Unlock()
	states := map[string]json.RawMessage{}
	for name, channel := range r.channels {
		states[name] = channel.snapshot()
	}
	data, err := json.Marshal(states)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(r.config.State, 0o700); err != nil {
		return err
	}
	temporary := filepath.Join(r.config.State, stateFile+".new")
	if err := os.WriteFile(temporary, data, 0o600); err != nil {
		return err
	}
	return os.Rename(temporary, filepath.Join(r.config.State, stateFile))
}
