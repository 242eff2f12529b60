#!/bin/sh
# Fills the folder $1 with the file system below every image: a stripped Node, the libraries it is linked to, the few
# files of /etc that libc and TLS read, and who made all that under which licence. Run in the image build, for the target's
# processor, on a Debian that has node, npm, strip, ca-certificates and fresh package lists; beside runtime-sbom.ts.
# The invariant: nothing here depends on which image is built or when (SOURCE_DATE_EPOCH, too, would differ between two
# releases), so that all images of all releases share one layer until Node or Debian changes.
set -eu
root=$1
here=$(cd "$(dirname "$0")" && pwd)
node=$(readlink -f "$(command -v node)")
documents=$root/usr/share/doc
scratch=$(mktemp -d)
mkdir "$scratch/deb"
cd "$scratch"

# A quarter of the file is symbols; Node runs, and shows its stack traces, without them.
mkdir -p "$root/usr/local/bin"
strip -o "$root/usr/local/bin/node" "$node"

# libraries that node names, and the loader itself
libraries=$(ldd "$node" | awk '$2 == "=>" { print $3 } $1 ~ /\/ld-linux/ { print $1 }')
for library in $libraries; do
  install -D -m 755 "$library" "$root$library"
done

# Certificates come from Debian's package, never from the build machine's bundle, which may trust a company proxy.
mkdir -p "$root/etc/ssl/certs"
LC_ALL=C sh -c 'cat /usr/share/ca-certificates/mozilla/*.crt' > "$root/etc/ssl/certs/ca-certificates.crt"

# For scanners: whose files these are. Debian names merged paths with or without /usr.
packages=$({
  echo ca-certificates
  for library in $libraries; do
    dpkg -S "$library" 2>/dev/null || dpkg -S "/usr$library" 2>/dev/null || dpkg -S "$(readlink -f "$library")"
  done | cut -d: -f1
} | sort -u)
mkdir -p "$root/var/lib/dpkg/status.d"
for package in $packages; do
  dpkg -s "$package" > "$root/var/lib/dpkg/status.d/$package"
done

# For lawyers: slim images leave out most of /usr/share/doc, so the texts come from the packages. Those built from one
# source share a folder by a link (libstdc++6 -> gcc-12-base), which is followed. $1: package
copyright() {
  [ -d "$scratch/deb/$1" ] || {
    apt-get download -qq -o APT::Sandbox::User=root "$1"
    dpkg-deb --extract "$1"_*.deb "$scratch/deb/$1"
  }
  folder=$scratch/deb/$1/usr/share/doc/$1
  if [ -L "$folder" ]; then copyright "$(basename "$(readlink "$folder")")"; else cat "$folder/copyright"; fi
}
for package in $packages; do
  mkdir -p "$documents/$package"
  copyright "$package" > "$documents/$package/copyright"
done
# the full texts that they only name
grep -oh '/usr/share/common-licenses/[A-Za-z0-9.-]*[A-Za-z0-9]' "$documents"/*/copyright | sort -u | while read -r text; do
  install -D -m 644 "$text" "$root$text"
done

# Node's own licence, with those of all it contains: beside it in the official images, else in the npm package of that Node.
mkdir -p "$documents/node"
if ! [ -e /usr/local/LICENSE ]; then
  npm pack --silent "$(node -p '`node-${process.platform}-${process.arch}@${process.versions.node}`')" > /dev/null
  tar -xzf node-*.tgz -C /usr/local --strip-components=1 package/LICENSE
fi
install -m 644 /usr/local/LICENSE "$documents/node/LICENSE"
node "$here/runtime-sbom.ts" > "$documents/node/sbom.spdx.json"

echo 'root:x:0:0:root:/root:/sbin/nologin
nonroot:x:65532:65532:nonroot:/:/sbin/nologin' > "$root/etc/passwd"
echo 'root:x:0:
nonroot:x:65532:' > "$root/etc/group"
echo 'hosts: files dns' > "$root/etc/nsswitch.conf"
install -m 644 /etc/os-release "$root/etc/os-release"
mkdir -m 1777 "$root/tmp"

find "$root" -exec touch --no-dereference --date=@0 {} +
