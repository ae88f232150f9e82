package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// ChannelConfig is one destination. Its URL and signing secret are files, see Config.Secrets.
type ChannelConfig struct {
	// Kind is feishu, dingtalk, slack or webhook.
	Kind string `json:"kind"`
	// Language of what the relay writes itself, en or zh. Default en.
	Language string `json:"language"`
	// Cards are the messages about events of Flux, by event, with templates in their texts. Argo CD sends whole messages.
	Cards map[string]json.RawMessage `json:"cards"`
}

// Config is the settings file.
type Config struct {
	// Listen is host:port. RELAY_LISTEN overrides it. Default :8080.
	Listen string `json:"listen"`
	// Secrets is a folder of files: token, <channel>-url, <channel>-secret. RELAY_SECRETS overrides it.
	Secrets string `json:"secrets"`
	// State is a folder for what should survive a restart; none when empty. RELAY_STATE overrides it.
	State string `json:"state"`
	// DedupMinutes is how long the same message to the same channel is taken for a repetition. Default 30.
	DedupMinutes int `json:"dedupMinutes"`
	// DryRun logs messages instead of sending them.
	DryRun   bool                     `json:"dryRun"`
	Channels map[string]ChannelConfig `json:"channels"`
	// Approvals runs gates of merge requests again; absent: none.
	Approvals *ApprovalsConfig `json:"approvals"`
	// Commits reports on GitLab what became of commits; absent: nothing does. Of what, is in deliveries.json beside this file.
	Commits *CommitsConfig `json:"commits"`

	// folder the settings are in.
	folder string
}

var channelName = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?$`)

// LoadConfig reads and checks the settings; every mistake is in the error.
func LoadConfig(file string, env func(string) string) (Config, error) {
	config := Config{Listen: ":8080", Secrets: "/etc/relay/secrets", DedupMinutes: 30, folder: filepath.Dir(file)}
	data, err := os.ReadFile(file)
	if err != nil {
		return config, err
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&config); err != nil {
		return config, fmt.Errorf("%s: %w", file, err)
	}
	for name, target := range map[string]*string{
		"RELAY_LISTEN": &config.Listen, "RELAY_SECRETS": &config.Secrets, "RELAY_STATE": &config.State,
	} {
		if value := env(name); value != "" {
			*target = value
		}
	}
	return config, config.check()
}

func (c Config) check() error {
	var problems []string
	if c.DedupMinutes < 0 {
		problems = append(problems, "dedupMinutes must not be negative")
	}
	for name, channel := range c.Channels {
		if !channelName.MatchString(name) {
			problems = append(problems, fmt.Sprintf("channel %q: not a name", name))
		}
		if _, known := kinds[channel.Kind]; !known {
			problems = append(problems, fmt.Sprintf("channel %q: kind %q is not feishu, dingtalk, slack or webhook", name, channel.Kind))
		}
		for event, card := range channel.Cards {
			if _, err := (FluxEvent{}).fill(event, card); err != nil {
				problems = append(problems, fmt.Sprintf("channel %q: card of %q: %v", name, event, err))
			}
		}
	}
	problems = append(problems, c.Approvals.check()...)
	problems = append(problems, c.Commits.check()...)
	if len(problems) > 0 {
		return fmt.Errorf("settings: %s", strings.Join(problems, "; "))
	}
	return nil
}

func (c Config) window() time.Duration { return time.Duration(c.DedupMinutes) * time.Minute }

// secret reads a value anew each time, because Kubernetes replaces the files of a mounted Secret when it changes.
func (c Config) secret(name string) (string, error) {
	data, err := os.ReadFile(filepath.Join(c.Secrets, name))
	if os.IsNotExist(err) {
		return "", nil
	}
	return strings.TrimSpace(string(data)), err
}

// deliveries are read anew each time, as secrets are.
func (c Config) deliveries() (map[string]Delivery, error) {
	data, err := os.ReadFile(filepath.Join(c.folder, "deliveries.json"))
	if err != nil {
		return nil, err
	}
	var found map[string]Delivery
	if err := json.Unmarshal(data, &found); err != nil {
		return nil, err
	}
	for name, each := range found {
		if !tokenFile.MatchString(each.Token) {
			return nil, fmt.Errorf("deliveries.json: %q: %q is not the name of a file", name, each.Token)
		}
	}
	return found, nil
}

// address is a channel's URL and signing secret; the secret may be empty.
func (c Config) address(channel string) (*url.URL, string, error) {
	text, err := c.secret(channel + "-url")
	if err != nil {
		return nil, "", err
	}
	if text == "" {
		return nil, "", fmt.Errorf("there is no URL for channel %s", channel)
	}
	address, err := url.Parse(text)
	if err != nil || address.Host == "" || (address.Scheme != "http" && address.Scheme != "https") {
		// The text itself is a secret.
		return nil, "", fmt.Errorf("the URL of channel %s is not an http or https URL", channel)
	}
	secret, err := c.secret(channel + "-secret")
	return address, secret, err
}
