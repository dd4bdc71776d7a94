# common.sh - what tools/setup, tools/demo and tools/test share: steps that name themselves when they fail.
#
# Sourced, never run. Must not need anything but bash and coreutils.

set -Eeuo pipefail
# dpkg needs these, and a bare environment may lack them.
export PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
venv="$root/.venv"
build="${ATTNC_BUILD:-$root/build}"
script=$(basename "$0")
current_step="start"
step_started=$SECONDS

# step NAME: says what begins; a failure from here on is reported under this name.
step() {
  current_step=$1
  step_started=$SECONDS
  printf '\n==> %s\n' "$1"
}

# die MESSAGE...: reports a failure of the current step that has a known reason.
die() {
  trap - ERR
  printf '\n%s: error: step "%s" failed: %s\n' "$script" "$current_step" "$1" >&2
  shift
  local line
  for line in "$@"; do printf '  %s\n' "$line" >&2; done
  exit 1
}

on_error() {
  local code=$1 command=$2
  trap - ERR
  printf '\n%s: error: step "%s" failed after %d s: exit code %d from: %s\n' \
    "$script" "$current_step" $((SECONDS - step_started)) "$code" "$command" >&2
  exit "$code"
}
trap 'on_error $? "$BASH_COMMAND"' ERR

# Settings that tools/setup found on this machine (where the NVRTC wheel is). A missing file is not an error: it
# only exists once set-up has run.
load_environment() {
  if [[ -f $venv/attnc.env ]]; then
    # shellcheck disable=SC1091
    source "$venv/attnc.env"
  fi
}

jobs_count() {
  if [[ -n ${ATTNC_JOBS:-} ]]; then
    echo "$ATTNC_JOBS"
  else
    nproc
  fi
}

# configure_and_build TARGET...: the Release build in build/ that every script uses.
configure_and_build() {
  step "configure (log: ${build#"$root"/}/configure.log)"
  mkdir -p "$build"
  local generator_args=(-G Ninja)
  if ! cmake -S "$root" -B "$build" "${generator_args[@]}" -DCMAKE_BUILD_TYPE="${ATTNC_BUILD_TYPE:-Release}" \
    -DATTNC_PYTHON="$venv/bin/python" -DATTNC_NVRTC_WHEEL="${ATTNC_NVRTC_WHEEL:-}" \
    >"$build/configure.log" 2>&1; then
    tail -n 40 "$build/configure.log" >&2
    die "CMake could not configure the build (whole log: $build/configure.log)" \
      "if the build folder is from another machine or checkout, remove it: rm -rf $build"
  fi
  step "build with $(jobs_count) jobs (first time: some minutes)"
  if ! ninja -C "$build" -j "$(jobs_count)" "$@"; then
    die "the build stopped; the first error is above" \
      "if the compiler was killed, memory ran out: try ATTNC_JOBS=1 tools/$script"
  fi
}
