package harbor

import (
	"context"
	"encoding/json"
	"strings"

	"estate/providers/internal/crud"
	"estate/providers/internal/plugin"
)

// settings are values that Harbor always has: making them is changing them, deleting leaves them.
type settings struct {
	id     string
	fields map[string]string
	hidden []string
	send   func(property string, value any) any
	show   func(property string, value any) any
}

func (p *provider) settings(s settings) *crud.Handler {
	read := func(ctx context.Context, c *crud.Call) (plugin.Map, error) {
		found, err := p.get(ctx, "/configurations")
		if err != nil {
			return nil, err
		}
		state := plugin.Map{}
		for property, field := range s.fields {
			entry, there := found[field].(map[string]any)
			if !there || entry["value"] == nil {
				continue
			}
			state[property] = s.show(property, entry["value"])
		}
		for _, property := range s.hidden {
			delete(state, property)
		}
		return state, nil
	}
	write := func(ctx context.Context, c *crud.Call) (plugin.Map, error) {
		body := plugin.Map{}
		for property, field := range s.fields {
			if c.Given(property) {
				body[field] = s.send(property, c.Inputs[property])
			}
		}
		if err := p.Put(ctx, "/configurations", body, nil); err != nil {
			return nil, err
		}
		return read(ctx, c)
	}
	return &crud.Handler{
		Create: func(ctx context.Context, c *crud.Call) (string, plugin.Map, error) {
			state, err := write(ctx, c)
			if err != nil {
				return "", nil, err
			}
			return s.id, state, nil
		},
		Read:   read,
		Update: write,
		Delete: func(context.Context, *crud.Call) error { return nil },
	}
}

func (p *provider) configSystem() *crud.Handler {
	return p.settings(settings{
		id: "configuration/system",
		fields: map[string]string{
			"auditLogForwardEndpoint": "audit_log_forward_endpoint", "bannerMessage": "banner_message",
			"projectCreationRestriction": "project_creation_restriction", "readOnly": "read_only", "robotNamePrefix": "robot_name_prefix",
			"robotTokenExpiration": "robot_token_duration", "scannerSkipUpdatePulltime": "scanner_skip_update_pulltime",
			"skipAuditLogDatabase": "skip_audit_log_database", "storagePerProject": "storage_per_project",
		},
		send: func(property string, value any) any {
			switch property {
			case "storagePerProject":
				return bytes(value)
			case "bannerMessage":
				text, _ := json.Marshal(value)
				return string(text)
			}
			return value
		},
		show: func(property string, value any) any {
			switch property {
			case "storagePerProject":
				if size, _ := value.(float64); size > 0 {
					return size / gibibyte
				}
			case "bannerMessage":
				message := map[string]any{}
				if json.Unmarshal([]byte(plugin.Text(value)), &message) != nil {
					return nil
				}
				return message
			}
			return value
		},
	})
}

var scopes = []string{"base", "onelevel", "subtree"}

func (p *provider) configAuth() *crud.Handler {
	fields := map[string]string{
		"ldapGroupFilter": "ldap_group_search_filter", "ldapGroupGid": "ldap_group_attribute_name", "ldapGroupUid": "ldap_group_attribute_name",
		"ldapGroupMembership": "ldap_group_membership_attribute", "ldapGroupScope": "ldap_group_search_scope",
	}
	for _, name := range []string{
		"authMode", "primaryAuthMode", "ldapBaseDn", "ldapFilter", "ldapGroupAdminDn", "ldapGroupBaseDn", "ldapScope", "ldapSearchDn",
		"ldapSearchPassword", "ldapUid", "ldapUrl", "ldapVerifyCert", "oidcAdminGroup", "oidcAutoOnboard", "oidcClientId", "oidcClientSecret",
		"oidcEndpoint", "oidcGroupFilter", "oidcGroupsClaim", "oidcName", "oidcScope", "oidcUserClaim", "oidcVerifyCert",
	} {
		fields[name] = snake(name)
	}
	return p.settings(settings{
		id: "/configurations", fields: fields, hidden: []string{"ldapSearchPassword", "oidcClientSecret"},
		send: func(property string, value any) any {
			if strings.HasSuffix(property, "Scope") && strings.HasPrefix(property, "ldap") {
				for i, name := range scopes {
					if name == value {
						return i
					}
				}
			}
			return value
		},
		show: func(property string, value any) any {
			if number, isNumber := value.(float64); isNumber && strings.HasPrefix(property, "ldap") && int(number) < len(scopes) && number >= 0 {
				return scopes[int(number)]
			}
			return value
		},
	})
}

func snake(name string) string {
	var out strings.Builder
	for _, r := range name {
		if r >= 'A' && r <= 'Z' {
			out.WriteByte('_')
			r += 'a' - 'A'
		}
		out.WriteRune(r)
	}
	return out.String()
}

func (p *provider) configSecurity() *crud.Handler {
	const path = "/system/CVEAllowlist"
	read := func(ctx context.Context, _ *crud.Call) (plugin.Map, error) {
		found, err := p.get(ctx, path)
		if err != nil || found == nil {
			return nil, err
		}
		items, _ := found["items"].([]any)
		cves := []any{}
		for _, one := range items {
			entry, _ := one.(map[string]any)
			cves = append(cves, entry["cve_id"])
		}
		state := plugin.Map{"cveAllowlists": cves, "creationTime": found["creation_time"], "updateTime": found["update_time"]}
		if expires, there := found["expires_at"].(float64); there {
			state["expiresAt"] = expires
		}
		return state, nil
	}
	set := func(ctx context.Context, c *crud.Call, cves []any) error {
		items := []any{}
		for _, one := range cves {
			items = append(items, plugin.Map{"cve_id": one})
		}
		body := plugin.Map{"items": items}
		if c.Given("expiresAt") {
			body["expires_at"] = c.Int("expiresAt")
		}
		return p.Put(ctx, path, body, nil)
	}
	write := func(ctx context.Context, c *crud.Call) (plugin.Map, error) {
		if err := set(ctx, c, c.List("cveAllowlists")); err != nil {
			return nil, err
		}
		return read(ctx, c)
	}
	return &crud.Handler{
		Create: func(ctx context.Context, c *crud.Call) (string, plugin.Map, error) {
			state, err := write(ctx, c)
			if err != nil {
				return "", nil, err
			}
			return path, state, nil
		},
		Read:   read,
		Update: write,
		Delete: func(ctx context.Context, c *crud.Call) error { return set(ctx, &crud.Call{}, nil) },
	}
}
