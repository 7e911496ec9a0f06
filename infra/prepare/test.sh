# Sourced by ./hospital test: builds the solution, runs every test project found in it and the web tests, and closes with one line of totals.
# ./hospital test [FILTER...]: further arguments go to every xunit runner, e.g. -class '*Lake*'.

# A test project that hangs is ended and counted as failed; until then its running tests are named every two minutes.
TEST_LIMIT_SECONDS=1500

test_projects() {
  (cd "$HOSPITAL_ROOT" && dotnet sln HospitalStreaming.sln list | grep -E '^tests/' | while read -r project; do
    grep -q '<IsTestProject>true' "$project" && basename "$project" .csproj; done)
}

# count FILE ATTRIBUTE: the sum of an attribute over the assemblies of an xunit result file.
count() { grep -oE "<assembly [^>]*" "$1" | grep -oE " $2=\"[0-9]+\"" | grep -oE '[0-9]+' | awk '{ sum += $1 } END { print sum + 0 }'; }

run_tests() {
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
