#!/usr/bin/env bash
# Builds librdkafka 2.15.1 from the source that npm's @confluentinc/kafka-javascript ships, and packs it as
# librdkafka.redist into infra/packages. Run by ./hospital only where the NuGet feed does not serve that package.
set -euo pipefail
version=2.15.1 npm_package=@confluentinc/kafka-javascript@1.10.1
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
packages="$here/../packages"
[[ -f "$packages/librdkafka.redist.$version.nupkg" ]] && exit 0

say() { printf '%s\n' "$*" >&2; }
fail() { say "hospital: $*"; exit 1; }

missing_tools() { for tool in cc c++ make tar; do command -v "$tool" >/dev/null || printf '%s ' "$tool"; done; }
missing_headers() {
  local header
  for header in zstd.h lz4.h openssl/ssl.h zlib.h; do
    echo "#include <$header>" | cc -E -x c - >/dev/null 2>&1 || printf '%s ' "$header"
  done
}
needed() { printf '%s' "$(missing_tools)"; command -v cc >/dev/null && missing_headers || true; }

if [[ -n "$(needed)" ]]; then
  debian="build-essential libzstd-dev liblz4-dev libssl-dev zlib1g-dev"
  if [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null; then
    say "hospital: installing $debian (to build librdkafka once)"
    apt-get update -qq >/dev/null && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $debian >/dev/null \
      || fail "apt-get could not install: $debian"
  fi
  [[ -z "$(needed)" ]] || fail "librdkafka must be built once and these are missing: $(needed)
  On Debian or Ubuntu: sudo apt-get install $debian    On macOS: brew install zstd lz4 openssl
  or put a librdkafka.redist.$version.nupkg into infra/packages yourself."
fi

work="$(mktemp -d)"; trap 'rm -rf "$work"' EXIT
say "hospital: building librdkafka $version (about a minute, once)"
(cd "$work" && npm pack --silent "$npm_package" >/dev/null && tar xzf ./*.tgz) \
  || fail "could not fetch $npm_package from npm; is there a network for the first build?"
cd "$work/package/deps/librdkafka"
case "$(uname -s)" in
  Darwin) library=librdkafka.1.dylib name=librdkafka.dylib os=osx ;;
  *) library=librdkafka.so.1 name=librdkafka.so os=linux ;;
esac
case "$(uname -m)" in aarch64|arm64) arch=arm64 ;; *) arch=x64 ;; esac
jobs="$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)"
{ bash ./configure --disable-gssapi --disable-curl && make -j"$jobs" -C src "$library"; } >"$work/build.log" 2>&1 \
  || { tail -n 30 "$work/build.log" >&2; fail "librdkafka did not build"; }
cp "src/$library" "$work/$name"
[[ "$os" == linux ]] && strip --strip-unneeded "$work/$name"
# Packed in the work folder, out of reach of this repository's own build settings.
mkdir "$work/pack" && cp "$here/librdkafka.redist.csproj" "$work/pack/"
dotnet pack "$work/pack/librdkafka.redist.csproj" -nologo -v q -o "$packages" \
  "-p:NativeLibrary=$work/$name" "-p:NativeRid=$os-$arch" >"$work/pack.log" 2>&1 \
  || { cat "$work/pack.log" >&2; fail "packing librdkafka.redist failed"; }
say "hospital: librdkafka $version is in infra/packages"
