# The release build: every image of docker/images.ts for amd64 and arm64, with attestations, from the same Dockerfile
# and with the same labels as `npm run image`. CONTRIBUTING, section Release, says how to use it:
#   eval "$(npm run --silent origin)"
#   REGISTRY=registry.example.com/podmate docker buildx bake -f docker/bake.hcl --push
# A test compares it with docker/images.ts and `npm run image`.

# Where to push: host and path, without the image's name.
variable "REGISTRY" { default = "podmate" }

# Where the images come from, as `npm run --silent origin` prints it.
variable "VERSION" { default = "unreleased" }
variable "REVISION" { default = "unknown" }
variable "SOURCE" { default = "" }
variable "SOURCE_DATE_EPOCH" { default = "" }

# The base, by digest in a release.
variable "NODE_IMAGE" { default = "node:26-bookworm-slim" }

# The rows are docker/images.ts', written by `npm run docs`.
variable "IMAGES" {
  default = [
    # begin:images
    { name = "log-tailer", description = "Sidecar: log files to stdout, losing nothing across rotation, restarts, slow readers and shutdown." },
    { name = "date-adapter", description = "Adapter: log lines in the format you want, by awk programs, date layouts or rules, line by line." },
    { name = "metrics-adapter", description = "Adapter: JMX without a JVM, StatsD and DogStatsD for Prometheus; as jmx_exporter and statsd_exporter." },
    { name = "redis-ambassador", description = "Ambassador: Redis on localhost; writes reach the primary, reads the replicas, through failovers." },
    { name = "http-ambassador", description = "Ambassador: HTTP, databases and any TCP on localhost; TLS, retries and where the world is are its business." },
# end:images
  ]
}

group "default" {
  targets = [for image in IMAGES : image.name]
}

target "image" {
  name       = image.name
  matrix     = { image = IMAGES }
  context    = "."
  dockerfile = "docker/Dockerfile"
  platforms  = ["linux/amd64", "linux/arm64"]
  tags       = ["${REGISTRY}/${image.name}:${VERSION}", "${REGISTRY}/${image.name}:latest"]
  args = {
    NODE_IMAGE        = NODE_IMAGE
    PACKAGE           = image.name
    DESCRIPTION       = image.description
    VERSION           = VERSION
    REVISION          = REVISION
    SOURCE_DATE_EPOCH = SOURCE_DATE_EPOCH == "" ? null : SOURCE_DATE_EPOCH
  }
  # what is not known is no label
  labels = {
    "org.opencontainers.image.source"  = SOURCE == "" ? null : SOURCE
    "org.opencontainers.image.created" = SOURCE_DATE_EPOCH == "" ? null : timeadd("1970-01-01T00:00:00Z", "${SOURCE_DATE_EPOCH}s")
  }
  attest = ["type=provenance,mode=max", "type=sbom"]
}
