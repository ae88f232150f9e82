package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Limit is how many messages a bot takes within a time.
type Limit struct {
	Count int
	Per   time.Duration
}

// Kind is what the relay knows of one chat system.
type Kind struct {
	// Limits are the published ones of a custom bot.
	Limits []Limit
	// Sign puts the signature where the bot looks for it. It must not change what it is given.
	Sign func(address *url.URL, body []byte, secret string, now time.Time) (*url.URL, []byte, error)
	// Judge looks into an answer with status 2xx.
	Judge func(answer []byte) Verdict
	// Text is a plain message.
	Text func(text string) any
	// Card is the message of a test.
	Card func(title, text string) any
}

// Verdict is what a bot says to a message.
type Verdict struct {
	Taken bool
	// Busy: the bot took nothing because it was sent too much; it takes the message later.
	Busy bool
	// Code and Reason are the bot's own words.
	Code   string
	Reason string
}

var kinds = map[string]Kind{
	"feishu": {
		// open.feishu.cn, "custom bot": 100 a minute and 5 a second.
		Limits: []Limit{{5, time.Second}, {100, time.Minute}},
		Sign:   signFeishu,
		Judge:  judgeFeishu,
		Text: func(text string) any {
			return map[string]any{"msg_type": "text", "content": map[string]string{"text": text}}
		},
		Card: func(title, text string) any {
			return map[string]any{"msg_type": "interactive", "card": map[string]any{
				"header":   map[string]any{"template": "blue", "title": map[string]string{"tag": "plain_text", "content": title}},
				"elements": []any{map[string]any{"tag": "div", "text": map[string]string{"tag": "lark_md", "content": text}}},
			}}
		},
	},
	"dingtalk": {
		// open.dingtalk.com, "custom robot": 20 a minute; who sends more is shut out for ten minutes.
		Limits: []Limit{{20, time.Minute}},
		Sign:   signDingTalk,
		Judge:  judgeDingTalk,
		Text: func(text string) any {
			return map[string]any{"msgtype": "text", "text": map[string]string{"content": text}}
		},
		Card: func(title, text string) any {
			return map[string]any{"msgtype": "markdown", "markdown": map[string]string{"title": title, "text": "### " + title + "\n" + text}}
		},
	},
	"slack": {
		// api.slack.com, "rate limits": one a second to an incoming webhook.
		Limits: []Limit{{1, time.Second}},
		Sign:   unsigned,
		Judge:  judgeStatus,
		Text:   func(text string) any { return map[string]string{"text": text} },
		Card:   func(title, text string) any { return map[string]string{"text": "*" + title + "*\n" + text} },
	},
	"webhook": {
		Limits: []Limit{{10, time.Second}},
		Sign:   unsigned,
		Judge:  judgeStatus,
		Text:   func(text string) any { return map[string]string{"event": "note", "message": text} },
		Card: func(title, text string) any {
			return map[string]string{"event": "test", "title": title, "message": text}
		},
	},
}

func unsigned(address *url.URL, body []byte, _ string, _ time.Time) (*url.URL, []byte, error) {
	return address, body, nil
}

func sign(key, message string) string {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(message))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// signFeishu: seconds and secret are the key, the message is empty; both fields go into the body.
func signFeishu(address *url.URL, body []byte, secret string, now time.Time) (*url.URL, []byte, error) {
	if secret == "" {
		return address, body, nil
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(body, &fields); err != nil {
		return nil, nil, fmt.Errorf("the message is not a JSON object")
	}
	timestamp := strconv.FormatInt(now.Unix(), 10)
	fields["timestamp"], _ = json.Marshal(timestamp)
	fields["sign"], _ = json.Marshal(sign(timestamp+"\n"+secret, ""))
	signed, err := json.Marshal(fields)
	return address, signed, err
}

// signDingTalk: the secret is the key, milliseconds and secret the message; both fields go into the query.
func signDingTalk(address *url.URL, body []byte, secret string, now time.Time) (*url.URL, []byte, error) {
	if secret == "" {
		return address, body, nil
	}
	timestamp := strconv.FormatInt(now.UnixMilli(), 10)
	signed := *address
	query := signed.Query()
	query.Set("timestamp", timestamp)
	query.Set("sign", sign(secret, timestamp+"\n"+secret))
	signed.RawQuery = query.Encode()
	return &signed, body, nil
}

func judgeStatus([]byte) Verdict { return Verdict{Taken: true} }

func judgeFeishu(answer []byte) Verdict {
	var said struct {
		Code *int   `json:"code"`
		Msg  string `json:"msg"`
		// Older bots answer in these.
		StatusCode    *int   `json:"StatusCode"`
		StatusMessage string `json:"StatusMessage"`
	}
	if err := json.Unmarshal(answer, &said); err != nil || (said.Code == nil && said.StatusCode == nil) {
		return Verdict{Reason: "the answer is not a bot's"}
	}
	code, reason := said.StatusCode, said.StatusMessage
	if said.Code != nil {
		code, reason = said.Code, said.Msg
	}
	// 9499 stands for several mistakes, and for too many requests.
	busy := *code == 11232 || (*code == 9499 && strings.Contains(strings.ToLower(reason), "too many request"))
	return Verdict{Taken: *code == 0, Busy: busy, Code: strconv.Itoa(*code), Reason: reason}
}

func judgeDingTalk(answer []byte) Verdict {
	var said struct {
		Code *int   `json:"errcode"`
		Msg  string `json:"errmsg"`
	}
	if err := json.Unmarshal(answer, &said); err != nil || said.Code == nil {
		return Verdict{Reason: "the answer is not a bot's"}
	}
	busy := *said.Code == 130101 || *said.Code == -1
	return Verdict{Taken: *said.Code == 0, Busy: busy, Code: strconv.Itoa(*said.Code), Reason: said.Msg}
}
