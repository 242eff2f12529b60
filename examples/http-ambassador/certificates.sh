#!/bin/sh
# Prints what cert-manager and trust-manager would keep in a cluster: an authority, and a certificate by it for each name,
# good for thirty days.   sh certificates.sh | kubectl apply -f -
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj /CN=internal-ca \
  -addext keyUsage=critical,keyCertSign -keyout ca.key -out ca.crt 2> log || { cat log >&2; exit 1; }

printf '%s\n' 'apiVersion: v1' 'kind: ConfigMap' 'metadata:' '  name: internal-ca' 'data:' '  ca.crt: |'
sed 's/^/    /' ca.crt

for name in postgres stock orders; do
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$name" \
    -keyout "$name.key" -out "$name.csr" 2> log || { cat log >&2; exit 1; }
  echo "subjectAltName=DNS:$name" > extensions
  openssl x509 -req -in "$name.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days 30 -extfile extensions \
    -out "$name.crt" 2> log || { cat log >&2; exit 1; }
  printf '%s\n' --- 'apiVersion: v1' 'kind: Secret' 'metadata:' "  name: $name-tls" 'type: kubernetes.io/tls' 'data:'
  echo "  ca.crt: $(openssl base64 -A -in ca.crt)"
  echo "  tls.crt: $(openssl base64 -A -in "$name.crt")"
  echo "  tls.key: $(openssl base64 -A -in "$name.key")"
done
