package gitlab

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"estate/providers/internal/plugin"
)

// lookups is a server that knows alice, two users with one address, and the group acme/shop.
func lookups(t *testing.T) plugin.Backend {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		answer := map[string]string{
			"/api/v4/users?username=alice":                      `[{"id":7,"username":"alice","name":"Alice","state":"active"}]`,
			"/api/v4/users?username=nobody":                     `[]`,
			"/api/v4/users?search=a%40b.test":                   `[{"id":7},{"id":8}]`,
			"/api/v4/users/7":                                   `{"id":7,"username":"alice"}`,
			"/api/v4/groups/acme%2Fshop?with_projects=false":    `{"id":12,"full_path":"acme/shop","parent_id":3,"web_url":"http://g/acme/shop"}`,
			"/api/v4/groups/12?with_projects=false":             `{"id":12,"full_path":"acme/shop","parent_id":null}`,
			"/api/v4/user":                                      `{"id":1,"username":"root","name":"Administrator"}`,
			"/api/v4/groups/12/members?per_page=100&page=1":     `[{"id":7,"username":"alice","access_level":30}]`,
			"/api/v4/groups/12/members/all?per_page=100&page=1": `[{"id":7,"username":"alice","access_level":50},{"id":8,"username":"bob","access_level":30}]`,
		}[r.URL.RequestURI()]
		if answer == "" {
			w.WriteHeader(http.StatusNotFound)
			answer = `{"message":"404 Not found"}`
		}
		_, _ = w.Write([]byte(answer))
	}))
	t.Cleanup(server.Close)
	p := newProvider()
	if err := p.setup(context.Background(), plugin.Map{"baseUrl": server.URL, "token": "fake", "earlyAuthCheck": false}); err != nil {
		t.Fatal(err)
	}
	return backend{gitlab: p}
}

func TestFunctions(t *testing.T) {
	const getUser, getGroup = "gitlab:index/getUser:getUser", "gitlab:index/getGroup:getGroup"
	for _, test := range []struct {
		name, token string
		args        plugin.Map
		key         string
		value       any
		failure     string
	}{
		{"user by name", getUser, plugin.Map{"username": "alice"}, "userId", float64(7), ""},
		{"user's id is a text", getUser, plugin.Map{"username": "alice"}, "id", "7", ""},
		{"user by number", getUser, plugin.Map{"userId": float64(7)}, "username", "alice", ""},
		{"unknown user", getUser, plugin.Map{"username": "nobody"}, "", nil, `0 users with name "nobody"`},
		{"unclear user", getUser, plugin.Map{"email": "a@b.test"}, "", nil, `2 users with address "a@b.test"`},
		{"no user named", getUser, plugin.Map{}, "", nil, "one of userId, username and email is needed"},
		{"group by path", getGroup, plugin.Map{"fullPath": "acme/shop"}, "groupId", float64(12), ""},
		{"group's parent", getGroup, plugin.Map{"fullPath": "acme/shop"}, "parentId", float64(3), ""},
		{"group without parent", getGroup, plugin.Map{"groupId": float64(12)}, "parentId", nil, ""},
		{"unknown group", getGroup, plugin.Map{"fullPath": "other"}, "", nil, "group other does not exist"},
		{"token's user", "gitlab:index/getCurrentUser:getCurrentUser", plugin.Map{}, "username", "root", ""},
		{"no group named", getGroup, plugin.Map{}, "", nil, "one of groupId and fullPath is needed"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := lookups(t).Invoke(context.Background(), plugin.InvokeRequest{Token: test.token, Args: test.args})
			if test.failure != "" {
				if err == nil || !strings.Contains(err.Error(), test.failure) {
					t.Fatalf("got error %v, want %q in it", err, test.failure)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got.Result[test.key] != test.value {
				t.Errorf("%s is %v, want %v", test.key, got.Result[test.key], test.value)
			}
		})
	}
}

func TestMembers(t *testing.T) {
	const token = "gitlab:index/getGroupMembership:getGroupMembership"
	for _, test := range []struct {
		name string
		args plugin.Map
		want string
	}{
		{"of the group", plugin.Map{"fullPath": "acme/shop"}, "alice developer"},
		{"inherited", plugin.Map{"fullPath": "acme/shop", "inherited": true}, "alice owner, bob developer"},
		{"of one role", plugin.Map{"groupId": float64(12), "inherited": true, "accessLevel": "owner"}, "alice owner"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := lookups(t).Invoke(context.Background(), plugin.InvokeRequest{Token: token, Args: test.args})
			if err != nil {
				t.Fatal(err)
			}
			var members []string
			for _, one := range got.Result["members"].([]any) {
				member := one.(map[string]any)
				members = append(members, plugin.Text(member["username"])+" "+plugin.Text(member["accessLevel"]))
			}
			if text := strings.Join(members, ", "); text != test.want {
				t.Errorf("got %s, want %s", text, test.want)
			}
		})
	}
	_, err := lookups(t).Invoke(context.Background(), plugin.InvokeRequest{Token: token, Args: plugin.Map{"fullPath": "other"}})
	if err == nil || !strings.Contains(err.Error(), ": 404") {
		t.Errorf("a group that is not there: %v", err)
	}
}

func TestOfflineAsksNobody(t *testing.T) {
	t.Setenv("ESTATE_OFFLINE", "true")
	asked := false
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	t.Cleanup(server.Close)
	p := newProvider()
	if err := p.setup(context.Background(), plugin.Map{"baseUrl": server.URL, "token": "fake"}); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		token string
		args  plugin.Map
		key   string
		value any
	}{
		{"gitlab:index/getUser:getUser", plugin.Map{"username": "alice"}, "userId", 0},
		{"gitlab:index/getUser:getUser", plugin.Map{"username": "alice"}, "username", "alice"},
		{"gitlab:index/getGroup:getGroup", plugin.Map{"fullPath": "acme"}, "groupId", 0},
		{"gitlab:index/getGroup:getGroup", plugin.Map{"fullPath": "acme"}, "webUrl", "https://gitlab.invalid"},
	} {
		got, err := backend{gitlab: p}.Invoke(context.Background(), plugin.InvokeRequest{Token: test.token, Args: test.args})
		if err != nil || got.Result[test.key] != test.value {
			t.Errorf("%s %s is %v (%v), want %v", test.token, test.key, got.Result[test.key], err, test.value)
		}
	}
	if asked {
		t.Error("the server was asked")
	}
}
