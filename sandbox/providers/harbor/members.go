package harbor

import (
	"context"

	"estate/providers/internal/crud"
	"estate/providers/internal/plugin"
)

var roles = map[string]float64{"projectadmin": 1, "developer": 2, "guest": 3, "maintainer": 4, "limitedguest": 5}

var groupTypes = map[string]float64{"ldap": 1, "internal": 2, "oidc": 3}

func nameOf(numbers map[string]float64, number any) string {
	for name, value := range numbers {
		if plugin.Equal(value, number) {
			return name
		}
	}
	return ""
}

// member is a user (kind u) or group (kind g) in a project.
func (p *provider) member(kind string) *crud.Handler {
	entity := map[string]string{"u": "userName", "g": "groupName"}[kind]
	return p.crud(object{
		list: func(c *crud.Call) string { return projectPath(projectOf(c)) + "/members" },
		body: func(c *crud.Call, update bool) plugin.Map {
			body := plugin.Map{"role_id": roles[c.Text("role")]}
			if update {
				return body
			}
			if kind == "u" {
				body["member_user"] = plugin.Map{"username": c.Text("userName")}
				return body
			}
			group := plugin.Map{"group_type": groupTypes[c.Text("type")]}
			if c.Given("groupName") {
				group["group_name"] = c.Text("groupName")
			}
			if c.Int("groupId") != 0 {
				group["id"] = c.Int("groupId")
			}
			if dn := c.Text("ldapGroupDn"); dn != "" {
				group["ldap_group_dn"] = dn
			}
			body["member_group"] = group
			return body
		},
		state: func(c *crud.Call, found plugin.Map) plugin.Map {
			state := plugin.Map{
				"projectId": projectOf(c), "role": nameOf(roles, found["role_id"]), "memberId": found["id"], entity: found["entity_name"],
			}
			if kind == "g" {
				state["groupId"] = found["entity_id"]
			}
			return state
		},
	})
}

func (p *provider) account() *crud.Handler {
	return p.crud(object{
		list: func(*crud.Call) string { return "/users" },
		body: func(c *crud.Call, update bool) plugin.Map {
			body := plugin.Map{"email": c.Text("email"), "realname": c.Text("fullName")}
			if !update {
				body["username"], body["password"] = c.Text("username"), c.Text("password")
			}
			return body
		},
		state: func(_ *crud.Call, found plugin.Map) plugin.Map {
			admin, _ := found["sysadmin_flag"].(bool)
			return plugin.Map{"username": found["username"], "email": found["email"], "fullName": found["realname"], "admin": admin}
		},
		after: func(ctx context.Context, c *crud.Call, id string, isNew bool) error {
			if c.Bool("admin") != (c.State["admin"] == true) {
				if err := p.Put(ctx, id+"/sysadmin", plugin.Map{"sysadmin_flag": c.Bool("admin")}, nil); err != nil {
					return err
				}
			}
			// Harbor refuses to set the password that is set already.
			if !isNew && c.Changed("password") {
				return p.Put(ctx, id+"/password", plugin.Map{"new_password": c.Text("password")}, nil)
			}
			return nil
		},
	})
}

func (p *provider) userGroup() *crud.Handler {
	return p.crud(object{
		list:  func(*crud.Call) string { return "/usergroups" },
		fixed: true,
		body: func(c *crud.Call, _ bool) plugin.Map {
			return plugin.Map{"group_name": c.Text("groupName"), "group_type": c.Int("groupType"), "ldap_group_dn": c.Text("ldapGroupDn")}
		},
		state: func(_ *crud.Call, found plugin.Map) plugin.Map {
			return plugin.Map{"groupName": found["group_name"], "groupType": found["group_type"], "ldapGroupDn": plugin.Text(found["ldap_group_dn"])}
		},
	})
}
