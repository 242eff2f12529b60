#!/bin/sh
# Fills the folder $1 with the file system below every image: a stripped Node, the libraries it is linked to and the
# few files of /etc that libc and TLS read. Run in the image build, on a Debian that has node, strip and ca-certificates.
# The invariant: nothing here depends on which image is built, no time stamp is of today, so all images share one layer.
set -eu
root=$1
node=$(readlink -f "$(command -v node)")

# A quarter of the file is symbols; Node runs, and shows its stack traces, without them.
mkdir -p "$root/usr/local/bin"
strip -o "$root/usr/local/bin/node" "$node"

# libraries that node names, and the loader itself
libraries=$(ldd "$node" | awk '$2 == "=>" { print $3 } $1 ~ /\/ld-linux/ { print $1 }')
for library in $libraries; do
  install -D -m 755 "$library" "$root$library"
done

# For scanners and lawyers: whose libraries these are. Debian names merged paths with or without /usr.
mkdir -p "$root/var/lib/dpkg/status.d"
for library in $libraries; do
  dpkg -S "$library" 2>/dev/null || dpkg -S "/usr$library" 2>/dev/null || dpkg -S "$(readlink -f "$library")"
done | cut -d: -f1 | sort -u | while read -r package; do
  dpkg -s "$package" > "$root/var/lib/dpkg/status.d/$package"
  copyright=/usr/share/doc/$package/copyright
  if [ -e "$copyright" ]; then install -D -m 644 "$copyright" "$root$copyright"; fi
done
if [ -e /usr/local/LICENSE ]; then install -D -m 644 /usr/local/LICENSE "$root/usr/share/doc/node/LICENSE"; fi

# Certificates come from Debian's package, never from the build machine's bundle, which may trust a company proxy.
mkdir -p "$root/etc/ssl/certs"
LC_ALL=C sh -c 'cat /usr/share/ca-certificates/mozilla/*.crt' > "$root/etc/ssl/certs/ca-certificates.crt"

echo 'root:x:0:0:root:/root:/sbin/nologin
nonroot:x:65532:65532:nonroot:/:/sbin/nologin' > "$root/etc/passwd"
echo 'root:x:0:
nonroot:x:65532:' > "$root/etc/group"
echo 'hosts: files dns' > "$root/etc/nsswitch.conf"
install -m 644 /etc/os-release "$root/etc/os-release"
mkdir -m 1777 "$root/tmp"

find "$root" -exec touch --no-dereference --date="@${SOURCE_DATE_EPOCH:-0}" {} +
