package gitlab

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"estate/providers/internal/crud"
	"estate/providers/internal/plugin"
	"estate/providers/internal/rest"
)

// A file is written by a commit. One at a time: two commits to one branch at once would refuse each other.
func (p *provider) file() *crud.Handler {
	item := func(c *crud.Call) string {
		return ownerPath("project", c.Text("project")) + "/repository/files/" + escape(c.Text("filePath"))
	}
	get := func(ctx context.Context, c *crud.Call) (plugin.Map, error) {
		var found plugin.Map
		err := p.Get(ctx, item(c)+"?ref="+url.QueryEscape(c.Text("branch")), &found)
		return found, err
	}
	write := func(ctx context.Context, c *crud.Call, method string, extra plugin.Map) error {
		// The author is always sent, also where the program names none: GitLab then takes the token's user.
		body := plugin.Map{
			"branch": c.Text("branch"), "content": c.Text("content"), "encoding": c.Text("encoding"),
			"author_name": c.Text("authorName"), "author_email": c.Text("authorEmail"),
		}
		if c.Given("startBranch") {
			body["start_branch"] = c.Text("startBranch")
		}
		if c.Given("executeFilemode") {
			body["execute_filemode"] = c.Bool("executeFilemode")
		}
		for name, value := range extra {
			body[name] = value
		}
		_, err := p.Call(ctx, method, item(c), body, nil)
		return err
	}
	read := func(ctx context.Context, c *crud.Call) (plugin.Map, error) {
		found, err := get(ctx, c)
		if err != nil {
			return gone(nil, err)
		}
		return fileState(c, found), nil
	}
	update := func(ctx context.Context, c *crud.Call) (plugin.Map, error) {
		p.files.Lock()
		defer p.files.Unlock()
		err := p.refreshing(ctx, c, func() error {
			found, err := get(ctx, c)
			if err != nil {
				return err
			}
			return write(ctx, c, http.MethodPut, plugin.Map{
				"commit_message": message(c, "updateCommitMessage", "Update"), "last_commit_id": found["last_commit_id"],
			})
		})
		if err != nil {
			return nil, err
		}
		return read(ctx, c)
	}
	return &crud.Handler{
		Check: func(_ context.Context, inputs plugin.Map) []plugin.Failure {
			if inputs["encoding"] != "base64" {
				return nil
			}
			if content, known := inputs["content"].(string); known {
				if _, err := base64.StdEncoding.DecodeString(content); err != nil {
					return []plugin.Failure{{Property: "content", Reason: "must be base64, as encoding says"}}
				}
			}
			return nil
		},
		Create: func(ctx context.Context, c *crud.Call) (string, plugin.Map, error) {
			id := c.Text("project") + ":" + c.Text("branch") + ":" + c.Text("filePath")
			p.files.Lock()
			err := p.refreshing(ctx, c, func() error {
				method, extra := http.MethodPost, plugin.Map{"commit_message": message(c, "createCommitMessage", "Create")}
				if c.Bool("overwriteOnCreate") {
					switch found, err := get(ctx, c); {
					case err == nil:
						method, extra["last_commit_id"] = http.MethodPut, found["last_commit_id"]
					case !rest.NotFound(err):
						return err
					}
				}
				return write(ctx, c, method, extra)
			})
			p.files.Unlock()
			if err != nil {
				return "", nil, err
			}
			state, err := read(ctx, c)
			return id, state, err
		},
		Read: func(ctx context.Context, c *crud.Call) (plugin.Map, error) {
			found, err := parts(c.ID, "project", "branch", "filePath")
			if err != nil {
				return nil, err
			}
			for i, name := range []string{"project", "branch", "filePath"} {
				c.Inputs = withInput(c.Inputs, name, found[i])
			}
			return read(ctx, c)
		},
		Update: update,
		Delete: func(ctx context.Context, c *crud.Call) error {
			p.files.Lock()
			defer p.files.Unlock()
			return p.refreshing(ctx, c, func() error {
				found, err := get(ctx, c)
				if err != nil {
					return err
				}
				text := c.Text("deleteCommitMessage")
				if text == "" {
					text = "[DELETE]: " + message(c, "commitMessage", "Delete")
				}
				body := plugin.Map{"branch": c.Text("branch"), "commit_message": text, "last_commit_id": found["last_commit_id"]}
				for _, name := range []string{"authorName", "authorEmail"} {
					if c.Given(name) {
						body[snake(name)] = c.Text(name)
					}
				}
				_, err = p.Call(ctx, http.MethodDelete, item(c), body, nil)
				return err
			})
		},
	}
}

func message(c *crud.Call, special, verb string) string {
	return first(c.Text(special), c.Text("commitMessage"), verb+" "+c.Text("filePath"))
}

// refreshing does a write again that GitLab refused because the branch moved under it.
func (p *provider) refreshing(ctx context.Context, c *crud.Call, write func() error) error {
	return p.until(ctx, timeLimit(c), "writing the file", func() (bool, error) {
		err := write()
		var failed *rest.Error
		if errors.As(err, &failed) && failed.Status == http.StatusBadRequest && strings.Contains(strings.ToLower(failed.Reason), "refresh and try again") {
			return false, nil
		}
		return err == nil, err
	})
}

func fileState(c *crud.Call, found plugin.Map) plugin.Map {
	content := plugin.Text(found["content"])
	given := first(c.Text("encoding"), "text")
	if raw, err := base64.StdEncoding.DecodeString(content); err == nil {
		switch {
		case given == "text" && utf8.Valid(raw):
			content = string(raw)
		case given == "text":
			given = "base64" // no text: somebody put other content there
		case c.Given("content"):
			// The same bytes can be written in base64 with other line breaks or padding.
			if mine, err := base64.StdEncoding.DecodeString(c.Text("content")); err == nil && string(mine) == string(raw) {
				content = c.Text("content")
			}
		}
	}
	mode, _ := found["execute_filemode"].(bool)
	return plugin.Map{
		"project": c.Text("project"), "branch": c.Text("branch"), "filePath": c.Text("filePath"), "encoding": given, "content": content,
		"blobId": found["blob_id"], "commitId": found["commit_id"], "lastCommitId": found["last_commit_id"],
		"contentSha256": found["content_sha256"], "fileName": found["file_name"], "ref": found["ref"], "size": found["size"],
		"executeFilemode": mode,
	}
}
