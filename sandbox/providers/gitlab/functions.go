package gitlab

import (
	"context"
	"fmt"
	"net/url"
	"os"

	"estate/providers/internal/crud"
	"estate/providers/internal/plugin"
	"estate/providers/internal/rest"
)

// backend adds the functions to the resources.
type backend struct {
	*crud.Provider
	gitlab *provider
}

// Invoke serves the functions that look something up: an existing group and its members, a user by name, the token's own.
func (b backend) Invoke(ctx context.Context, req plugin.InvokeRequest) (plugin.InvokeResponse, error) {
	look := map[string]func(context.Context, plugin.Map) (plugin.Map, error){
		"gitlab:index/getUser:getUser":   b.gitlab.getUser,
		"gitlab:index/getGroup:getGroup": b.gitlab.getGroup,

		"gitlab:index/getGroupMembership:getGroupMembership": b.gitlab.getGroupMembership,
		"gitlab:index/getCurrentUser:getCurrentUser":         b.gitlab.getCurrentUser,
	}[req.Token]
	if look == nil {
		return b.Provider.Invoke(ctx, req)
	}
	if offline() {
		return plugin.InvokeResponse{Result: madeUp(plugin.StripMap(req.Args))}, nil
	}
	found, err := look(ctx, plugin.StripMap(req.Args))
	return plugin.InvokeResponse{Result: found}, err
}

// offline says whether no server may be asked: the preview of a stack whose servers are elsewhere.
func offline() bool { return os.Getenv("ESTATE_OFFLINE") == "true" }

// madeUp answers a lookup without a server. The engine takes no unknown values from a function, so the number of what is
// looked for is 0, which GitLab never gives, and its page is nowhere.
func madeUp(args plugin.Map) plugin.Map {
	result := plugin.Map{"id": "0", "userId": 0, "groupId": 0, "webUrl": "https://gitlab.invalid", "username": "", "members": []any{}}
	for key, value := range args {
		result[key] = value
	}
	return result
}

// getUser finds a user by number, name or mail address. GitLab compares names without case and searches mail addresses,
// so the answer is a list.
func (p *provider) getUser(ctx context.Context, args plugin.Map) (plugin.Map, error) {
	var user plugin.Map
	if id := args["userId"]; id != nil {
		if err := p.Get(ctx, "/users/"+number(id), &user); err != nil {
			return nil, notThere(err, "user "+number(id))
		}
		return userResult(user), nil
	}
	key, wanted := "username", plugin.Text(args["username"])
	if wanted == "" {
		key, wanted = "search", plugin.Text(args["email"])
	}
	if wanted == "" {
		return nil, fmt.Errorf("one of userId, username and email is needed")
	}
	var users []plugin.Map
	if err := p.Get(ctx, "/users?"+key+"="+url.QueryEscape(wanted), &users); err != nil {
		return nil, err
	}
	if len(users) != 1 {
		return nil, fmt.Errorf("there are %d users with %s %q, not one", len(users), map[bool]string{true: "name", false: "address"}[key == "username"], wanted)
	}
	return userResult(users[0]), nil
}

func userResult(user plugin.Map) plugin.Map {
	return plugin.Map{
		"id": number(user["id"]), "userId": user["id"], "username": user["username"], "name": user["name"],
		"state": user["state"], "email": plugin.Text(user["email"]), "avatarUrl": plugin.Text(user["avatar_url"]),
		"isAdmin": plugin.Bool(user["is_admin"]), "isBot": plugin.Bool(user["bot"]), "createdAt": plugin.Text(user["created_at"]),
	}
}

// getGroup finds a group by number or full path.
func (p *provider) getGroup(ctx context.Context, args plugin.Map) (plugin.Map, error) {
	which := plugin.Text(args["fullPath"])
	if id := args["groupId"]; id != nil {
		which = number(id)
	}
	if which == "" {
		return nil, fmt.Errorf("one of groupId and fullPath is needed")
	}
	var group plugin.Map
	if err := p.Get(ctx, "/groups/"+escape(which)+"?with_projects=false", &group); err != nil {
		return nil, notThere(err, "group "+which)
	}
	result := plugin.Map{
		"id": number(group["id"]), "groupId": group["id"], "fullPath": group["full_path"], "fullName": group["full_name"],
		"name": group["name"], "path": group["path"], "description": plugin.Text(group["description"]),
		"webUrl": group["web_url"], "visibilityLevel": group["visibility"],
	}
	if group["parent_id"] != nil {
		result["parentId"] = group["parent_id"]
	}
	return result, nil
}

// getGroupMembership lists a group's members; with inherited, those of the groups above too, each with the highest role.
func (p *provider) getGroupMembership(ctx context.Context, args plugin.Map) (plugin.Map, error) {
	group, err := p.getGroup(ctx, args)
	if err != nil {
		return nil, err
	}
	path := "/groups/" + number(group["groupId"]) + "/members"
	if plugin.Bool(args["inherited"]) {
		path += "/all"
	}
	found, err := p.all(ctx, path)
	if err != nil {
		return nil, err
	}
	members := []any{}
	for _, one := range found {
		accessLevel := role(one["access_level"])
		if wanted := plugin.Text(args["accessLevel"]); wanted != "" && wanted != accessLevel {
			continue
		}
		members = append(members, map[string]any{
			"id": one["id"], "username": one["username"], "name": one["name"], "state": one["state"], "webUrl": plugin.Text(one["web_url"]),
			"avatarUrl": plugin.Text(one["avatar_url"]), "accessLevel": accessLevel, "expiresAt": plugin.Text(one["expires_at"]),
		})
	}
	return plugin.Map{
		"id": group["id"], "groupId": group["groupId"], "fullPath": group["fullPath"], "members": members,
	}, nil
}

// getCurrentUser says whose the token is. Upstream asks GraphQL, which has the same facts.
func (p *provider) getCurrentUser(ctx context.Context, _ plugin.Map) (plugin.Map, error) {
	var user plugin.Map
	if err := p.Get(ctx, "/user", &user); err != nil {
		return nil, err
	}
	return plugin.Map{
		"id": number(user["id"]), "globalId": "gid://gitlab/User/" + number(user["id"]), "username": user["username"],
		"name": user["name"], "bot": plugin.Bool(user["bot"]), "publicEmail": plugin.Text(user["public_email"]),
	}, nil
}

// notThere names what is missing, in place of the address that answered 404.
func notThere(err error, what string) error {
	if rest.NotFound(err) {
		return fmt.Errorf("%s does not exist, or the token may not see it: %w", what, err)
	}
	return err
}
