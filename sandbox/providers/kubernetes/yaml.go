package kubernetes

import "strings"

// splitDocuments takes a YAML stream apart at its document markers.
func splitDocuments(text string) []string {
	var documents []string
	var current strings.Builder
	for line := range strings.Lines(text) {
		if marker := strings.TrimRight(line, " \t\r\n"); marker == "---" || strings.HasPrefix(line, "--- ") {
			documents = append(documents, current.String())
			current.Reset()
			continue
		}
		current.WriteString(line)
	}
	return append(documents, current.String())
}
