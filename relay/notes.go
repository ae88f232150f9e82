package main

import (
	"fmt"
	"sort"
	"strings"
)

// noteMark is how the note of a merge request is found again; nobody sees it.
const noteMark = "<!-- gitops-estate: deliveries -->"

// noteOf says where the commit that a merge request ended in runs.
func noteOf(sha string, statuses map[string]commitStatus) string {
	names := make([]string, 0, len(statuses))
	for name := range statuses {
		names = append(names, name)
	}
	sort.Strings(names)
	var text strings.Builder
	fmt.Fprintf(&text, "%s\nDeliveries of %s:\n\n| app | environment | cluster | |\n| --- | --- | --- | --- |\n", noteMark, sha)
	for _, name := range names {
		parts := strings.Split(name, "/")
		if len(parts) != 4 {
			continue
		}
		status := statuses[name]
		mark := ":red_circle:"
		if status.State == "success" {
			mark = ":green_circle:"
		}
		fmt.Fprintf(&text, "| %s | %s | %s | %s %s |\n", parts[1], parts[2], parts[3], mark, plainText(status.Description))
	}
	return strings.TrimSuffix(text.String(), "\n")
}

// plainText is a text of an engine that neither breaks a table, nor calls people or commands, nor loads anything.
func plainText(text string) string {
	return "`` " + strings.NewReplacer("`", "'", "|", "/", "\n", " ", "\r", " ").Replace(text) + " ``"
}
