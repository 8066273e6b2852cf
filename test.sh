#!/usr/bin/env bash
# The one test command: installs what the tests need where it is missing, builds with warnings as errors, runs all
# tests, and ends with the line "N passed, N failed, N skipped". Exit code 0 only if all passed and none was skipped.
#
#   ./test.sh                      all tests
#   ./test.sh --filter Push        those whose full name contains "Push"; all arguments go to `dotnet test`
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
# No build process outlives the script: whoever reads its output through a pipe would wait for it.
export MSBUILDDISABLENODEREUSE=1
export DEBIAN_FRONTEND=noninteractive
exec </dev/null

# Whoever starts this in the background has SIGINT ignored, and so would have every server that a test stops with it.
signals=()
if env --default-signal=INT true 2>/dev/null; then signals=(env --default-signal=INT,QUIT); fi

results=TestResults/run
# A client of strangers, and what judges docs/asyncapi.yaml.
node_folders=(ChatApp.Tests/Wire/centrifuge ChatApp.Tests/Wire/asyncapi)
passed=0 failed=1 skipped=0

# Whatever happens, this is the last line.
summarize() {
  local code=$?
  echo "$passed passed, $failed failed, $skipped skipped"
  if ((code == 0 && (failed > 0 || skipped > 0 || passed == 0))); then code=1; fi
  exit "$code"
}
trap summarize EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

say() { echo "test.sh: $*"; }
give_up() { say "$*" >&2; exit 1; }
has() { command -v "$1" >/dev/null 2>&1; }

has_browser() {
  [[ -n ${CHROMIUM:-} ]] || has chromium || has chromium-browser || has google-chrome || has google-chrome-stable
}

# Screenshots and the tests of Chinese need glyphs.
has_cjk_font() {
  if has fc-list; then [[ -n $(fc-list :lang=zh family 2>/dev/null) ]]; else [[ -d /usr/share/fonts/opentype/noto ]]; fi
}

install_missing_packages() {
  local missing=()
  has_browser || missing+=(chromium)
  has node || missing+=(nodejs)
  has npm || missing+=(npm)
  # Its fault injection: a disk that does not keep what it was given.
  has strace || missing+=(strace)
  has_cjk_font || missing+=(fonts-noto-cjk)
  if ((${#missing[@]} == 0)); then return; fi

  local as_root=()
  if ((EUID != 0)); then as_root=(sudo); fi
  local mend="${as_root[*]:+sudo }apt-get update && ${as_root[*]:+sudo }apt-get install -y --no-install-recommends ${missing[*]}"
  say "the tests need: ${missing[*]}"
  has apt-get || give_up "there is no apt-get here; install them with the package manager of this system, then run again. On Debian: $mend"
  # -n: never ask for a password.
  if ((EUID != 0)); then
    has sudo && sudo -n true 2>/dev/null || give_up "no right to install them; this mends it: $mend"
    as_root=(sudo -n env "DEBIAN_FRONTEND=$DEBIAN_FRONTEND")
  fi
  say "installing: $mend"
  # An outdated list is better than none: only the installation has to succeed.
  "${as_root[@]}" apt-get -q update || say "apt-get update failed; trying with the lists at hand"
  "${as_root[@]}" apt-get -q install -y --no-install-recommends "${missing[@]}" || give_up "that did not work; this mends it: $mend"
}

# Only when the lock file is another one than that of the packages that are there.
install_node_packages() {
  local node_folder=$1 stamp=$1/node_modules/.lock.sha256 wanted
  wanted=$(sha256sum <"$node_folder/package-lock.json")
  if [[ -f $stamp && $(<"$stamp") == "$wanted" ]]; then return; fi
  local install=(npm ci --prefix "$node_folder" --ignore-scripts --no-audit --no-fund --no-update-notifier --prefer-offline)
  say "installing packages of others: ${install[*]}"
  "${install[@]}" || give_up "that did not work; with a registry in reach this mends it: ${install[*]}"
  echo "$wanted" >"$stamp"
}

# From the counters of the result files. A skipped test was counted but not executed; an error counts as a failure.
count_results() {
  local counters total executed
  counters=$(cat "$results"/*.trx 2>/dev/null | grep -o '<Counters [^>]*>' || true)
  sum() { grep -o " $1=\"[0-9]*\"" <<<"$counters" | grep -o '[0-9]*' | awk '{ n += $1 } END { print n + 0 }' || true; }
  total=$(sum total) executed=$(sum executed) passed=$(sum passed)
  skipped=$((total - executed)) failed=$((executed - passed))
}

has dotnet || give_up "the .NET SDK 10 is missing: install it, then run again"
install_missing_packages
for folder in "${node_folders[@]}"; do install_node_packages "$folder"; done

say "building"
dotnet build ChatApp.sln -c Debug -warnaserror -nologo -v quiet -clp:NoSummary

say "testing"
rm -rf "$results"
code=0
"${signals[@]}" dotnet test ChatApp.Tests --no-build -c Debug --nologo \
  --logger trx --logger "console;verbosity=minimal" --results-directory "$results" \
  --blame-hang --blame-hang-timeout 5m --blame-hang-dump-type none "$@" || code=$?

count_results
# A run that broke off may have counted nothing as failed.
if ((code != 0 && failed == 0)); then
  say "the run broke off with exit code $code"
  failed=1
fi
exit "$code"
