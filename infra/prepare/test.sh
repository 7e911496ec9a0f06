# Sourced by ./hospital test: builds the solution, runs every test project found in it and the web tests, and closes with one line of totals.
# ./hospital test [FILTER...]: further arguments go to every xunit runner, e.g. -class '*Lake*'.
# ./hospital test --soak [FILTER...]: only the seeded kill and fault runs, with HOSPITAL_SOAK (20) times the seeds, and their totals.

# A test project that hangs is ended and counted as failed; until then its running tests are named every two minutes.
TEST_LIMIT_SECONDS=1500
SOAK_LIMIT_SECONDS=10800
SOAK_PROGRESS_SECONDS=30

test_projects() {
  (cd "$HOSPITAL_ROOT" && dotnet sln HospitalStreaming.sln list | grep -E '^tests/' | while read -r project; do
    grep -q '<IsTestProject>true' "$project" && basename "$project" .csproj; done)
}

# count FILE ATTRIBUTE: the sum of an attribute over the assemblies of an xunit result file.
count() { grep -oE "<assembly [^>]*" "$1" | grep -oE " $2=\"[0-9]+\"" | grep -oE '[0-9]+' | awk '{ sum += $1 } END { print sum + 0 }'; }

# soak_totals FILE: what the runs say they did (tests/Support/Faults/FaultReport.cs), kind by kind and in all.
soak_totals() {
  awk -F'\t' '
    { runs[$1]++; kills[$1] += $3; faults[$1] += $4; records[$1] += $5; lost[$1] += $6; doubled[$1] += $7 }
    END {
      for (name in runs) {
        printf "%-32s %6d runs %7d kills %8d faults %9d records %3d lost %3d doubled\n", name, runs[name], kills[name], faults[name], records[name], lost[name], doubled[name] | "sort"
        r += runs[name]; k += kills[name]; f += faults[name]; n += records[name]; l += lost[name]; d += doubled[name]
      }
      close("sort")
      printf "%d runs, %d kills, %d other faults, %d records, %d lost, %d doubled\n", r, k, f, n, l, d
      exit !(r > 0 && l == 0 && d == 0)
    }' "$1"
}

run_soak() {
  build_solution
  local results="$ARTIFACTS/test-results/soak" failed=0 skipped=0 project
  rm -rf "$results" && mkdir -p "$results"
  export HOSPITAL_SOAK="${HOSPITAL_SOAK:-20}" HOSPITAL_FAULT_REPORT="$results/faults.tsv"
  : > "$HOSPITAL_FAULT_REPORT"
  (while sleep "$SOAK_PROGRESS_SECONDS" </dev/null >/dev/null 2>&1; do say "so far: $(soak_totals "$HOSPITAL_FAULT_REPORT" | tail -n 1 || true)"; done) &
  local progress=$!
  for project in HospitalStreaming.Tests.Unit HospitalStreaming.Tests.Conformance; do
    say "seeded runs of $project, HOSPITAL_SOAK=$HOSPITAL_SOAK"
    local xml="$results/$project.xml" code=0
    timeout --foreground --signal=INT --kill-after=30 "$SOAK_LIMIT_SECONDS" \
      "$ARTIFACTS/bin/$project/release/$project" -noLogo -longRunning 600 -trait Kind=Soak -xml "$xml" "$@" >&2 || code=$?
    if [[ ! -s "$xml" ]]; then say "$project crashed before it wrote its results (exit code $code)"; failed=$((failed + 1)); continue; fi
    local bad=$(( $(count "$xml" failed) + $(count "$xml" errors) ))
    if [[ "$code" != 0 && "$bad" == 0 ]]; then say "$project ended with exit code $code"; bad=1; fi
    failed=$((failed + bad)); skipped=$((skipped + $(count "$xml" skipped)))
  done
  kill "$progress" 2>/dev/null || true
  local lossless=0
  soak_totals "$HOSPITAL_FAULT_REPORT" || lossless=$?
  if [[ "$skipped" -gt 0 ]]; then say "$skipped kinds of run were skipped: the servers they need are not here (HOSPITAL_LAB)"; fi
  if [[ "$failed" -gt 0 ]]; then say "$failed kinds of run failed"; fi
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
