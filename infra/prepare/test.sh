# Sourced by ./hospital test: builds the solution, runs every test project found in it and the web tests, and closes with one line of totals.
# ./hospital test [FILTER...]: further arguments go to every xunit runner, e.g. -class '*Lake*'.
# ./hospital test --soak [FILTER...]: only the seeded kill and fault runs, with a soak's seeds (tests/Support/Faults/FaultKinds.cs) times
# HOSPITAL_SOAK (1), and their totals.

# A test project that hangs is ended and counted as failed; until then its running tests are named every two minutes.
TEST_LIMIT_SECONDS=2700
# Against a run that hangs, not against many seeds: a soak takes a fifth of it.
SOAK_LIMIT_SECONDS=10800
SOAK_PROGRESS_SECONDS=30

test_projects() {
  (cd "$HOSPITAL_ROOT" && dotnet sln HospitalStreaming.sln list | grep -E '^tests/' | while read -r project; do
    grep -q '<IsTestProject>true' "$project" && basename "$project" .csproj; done)
}

# count FILE ATTRIBUTE: the sum of an attribute over the assemblies of an xunit result file.
count() { grep -oE "<assembly [^>]*" "$1" | grep -oE " $2=\"[0-9]+\"" | grep -oE '[0-9]+' | awk '{ sum += $1 } END { print sum + 0 }'; }

# What the runs say they planned and did (tests/Support/Faults/FaultReport.cs).
soak_lines() { cat "$1"/*.tsv 2>/dev/null || true; }

# soak_progress FOLDER: each kind that is under way, and what it all came to by now.
soak_progress() {
  soak_lines "$1" | awk -F'\t' '
    $1 == "plan" { plan[$2] = $3 }
    $1 == "run" { runs[$2] += $4; lost += $8; doubled += $9; if ($2 !~ /^model-/) { all += $4; kills += $5 } }
    END {
      for (kind in plan) { if (kind !~ /^model-/) of += plan[kind]; if (runs[kind] >= plan[kind]) done++; else if (runs[kind]) now = now sprintf(" %s %d/%d,", kind, runs[kind], plan[kind]) }
      printf "%s %d kinds done; %d of %d runs, %d kills, %d lost, %d doubled\n", now, done, all, of, kills, lost, doubled
    }'
}

# soak_totals FOLDER [FILTER...]: kind by kind and in all; fails where something was lost or doubled, or a kind has not run all its seeds
# (with a filter: one that it let through).
soak_totals() {
  soak_lines "$1" | awk -F'\t' -v filtered="$(($# - 1))" '
    $1 == "plan" { plan[$2] = $3 }
    $1 == "run" { runs[$2] += $4; kills[$2] += $5; faults[$2] += $6; records[$2] += $7; lost[$2] += $8; doubled[$2] += $9 }
    $1 == "time" { seconds[$2] += $4 }
    END {
      for (kind in plan) {
        if (!runs[kind] && !seconds[kind] && filtered) continue
        short = runs[kind] < plan[kind]
        printf "%-24s %7d of %7d runs %7d kills %8d faults %9d records %3d lost %3d doubled%s%s\n", kind, runs[kind], plan[kind], kills[kind], faults[kind], records[kind], lost[kind], doubled[kind],
          seconds[kind] ? sprintf(" %6.1f s a run", seconds[kind] / (runs[kind] ? runs[kind] : 1)) : "", short ? "  NOT ALL OF ITS SEEDS" : "" | "sort -V"
        bad += short; l += lost[kind]; d += doubled[kind]
        if (kind ~ /^model-/) models += runs[kind]; else { r += runs[kind]; k += kills[kind]; f += faults[kind]; n += records[kind] }
      }
      close("sort -V")
      printf "%d runs, %d kills, %d other faults, %d records, %d lost, %d doubled; and %d runs of models in memory\n", r, k, f, n, l, d, models
      if (bad) printf "%d kinds did not run all their seeds\n", bad
      exit !(r + models > 0 && l == 0 && d == 0 && bad == 0)
    }'
}

run_soak() {
  build_solution
  local results="$ARTIFACTS/test-results/soak" failed=0 skipped=0 project
  rm -rf "$results" && mkdir -p "$results"
  export HOSPITAL_SOAK="${HOSPITAL_SOAK:-1}"
  SECONDS=0
  (while sleep "$SOAK_PROGRESS_SECONDS" </dev/null >/dev/null 2>&1; do say "$SECONDS s:$(soak_progress "$results")"; done) &
  local progress=$!
  for project in HospitalStreaming.Tests.Unit HospitalStreaming.Tests.Conformance; do
    say "seeded runs of $project, HOSPITAL_SOAK=$HOSPITAL_SOAK"
    local xml="$results/$project.xml" code=0
    HOSPITAL_FAULT_REPORT="$results/$project.tsv" timeout --foreground --signal=INT --kill-after=30 "$SOAK_LIMIT_SECONDS" \
      "$ARTIFACTS/bin/$project/release/$project" -noLogo -longRunning 1800 -trait Kind=Soak -xml "$xml" "$@" >&2 || code=$?
    if [[ ! -s "$xml" ]]; then say "$project crashed before it wrote its results (exit code $code)"; failed=$((failed + 1)); continue; fi
    local bad=$(( $(count "$xml" failed) + $(count "$xml" errors) ))
    if [[ "$code" != 0 && "$bad" == 0 ]]; then say "$project ended with exit code $code"; bad=1; fi
    failed=$((failed + bad)); skipped=$((skipped + $(count "$xml" skipped)))
  done
  kill "$progress" 2>/dev/null || true
  local lossless=0
  soak_totals "$results" "$@" || lossless=$?
  if [[ "$skipped" -gt 0 ]]; then say "$skipped kinds of run were skipped: the servers they need are not here (HOSPITAL_LAB)"; fi
  if [[ "$failed" -gt 0 ]]; then say "$failed kinds of run failed"; fi
  say "the soak took $SECONDS s"
  [[ "$failed" == 0 && "$lossless" == 0 ]]
}

run_tests() {
  if [[ "${1:-}" == --soak ]]; then shift; run_soak "$@"; return; fi
  build_solution
  local results="$ARTIFACTS/test-results" passed=0 failed=0 skipped=0 project
  rm -rf "$results" && mkdir -p "$results"
  for project in $(test_projects); do
    say "testing $project"
    local xml="$results/$project.xml" code=0
    timeout --foreground --signal=INT --kill-after=30 "$TEST_LIMIT_SECONDS" \
      "$ARTIFACTS/bin/$project/release/$project" -noLogo -longRunning 120 -xml "$xml" "$@" >&2 || code=$?
    if [[ ! -s "$xml" ]]; then
      say "$project crashed before it wrote its results (exit code $code)"; failed=$((failed + 1)); continue
    fi
    local total; total="$(count "$xml" total)"
    if [[ "$total" == 0 && $# == 0 ]]; then say "$project ran no test"; failed=$((failed + 1)); fi
    local bad=$(( $(count "$xml" failed) + $(count "$xml" errors) )) not=$(count "$xml" skipped)
    if [[ "$code" != 0 && "$bad" == 0 ]]; then say "$project ended with exit code $code"; bad=1; fi
    passed=$((passed + $(count "$xml" passed))); failed=$((failed + bad)); skipped=$((skipped + not))
  done
  say "testing the dashboard's page"
  local web_results="$results/web.json"
  npm --prefix "$HOSPITAL_ROOT/services/Dashboard/web" test --silent -- --run --reporter=default --reporter=json --outputFile.json="$web_results" >&2 || true
  if [[ -s "$web_results" ]]; then
    read -r web_passed web_failed web_skipped < <(node -e '
      const r = JSON.parse(require("fs").readFileSync(process.argv[1], "utf8"));
      const broken = r.testResults.filter(f => f.status === "failed" && !f.assertionResults.length).length;
      console.log(r.numPassedTests, r.numFailedTests + broken, r.numPendingTests + r.numTodoTests);' "$web_results")
    if [[ "$web_passed" == 0 ]]; then web_failed=$((web_failed + 1)); fi
    passed=$((passed + web_passed)); failed=$((failed + web_failed)); skipped=$((skipped + web_skipped))
  else
    say "the web tests wrote no results"; failed=$((failed + 1))
  fi
  if [[ -n "${CI:-}" && "$skipped" -gt 0 && $# == 0 ]]; then
    say "$skipped skipped: in CI a skipped test is a failed one"; failed=$((failed + skipped)); skipped=0
  fi
  if [[ "$skipped" -gt 0 ]]; then echo "$passed passed, $failed failed, $skipped skipped"; else echo "$passed passed, $failed failed"; fi
  [[ "$failed" == 0 ]]
}
