// The version that runs here. Pipelines write it; the image's name comes from the environment, through the Application.
// Empty: no pods.
{
  imagetag: '',
}
