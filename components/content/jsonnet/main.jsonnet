// What Argo CD renders. It passes `image`, the name without tag; `values` where the estate's spec has some; `imagetag` where
// an environment is pinned; `name` for a preview. `std.extVar` knows `app`, `environment` and `cluster`.
function(image, imagetag=(import 'version.libsonnet').imagetag, name='__app__', values={})
  (import '__objects__')({ name: name, image: image, imagetag: imagetag } + values)
