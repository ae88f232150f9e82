module gitops-estate/relay

go 1.24
