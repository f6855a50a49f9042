#!/usr/bin/env bash
# One run of the action: finds topsail and runs one `topsail ci` command. Inputs are variables, always quoted, and never
# part of a script; the forge's token is handed to topsail alone. Exits as topsail does, and with 2 for wrong inputs.
set -euo pipefail

wrong() {
  printf '::error title=topsail action::%s\n' "$1"
  exit 2
}

# The token is no variable of anything that is started before topsail.
token="${TOPSAIL_TOKEN:-}"
unset TOPSAIL_TOKEN GITHUB_TOKEN GH_TOKEN

command="${TOPSAIL_COMMAND:-pr}"
arguments=(ci)
case "$command" in
  pr)
    arguments+=(pr)
    [ -z "${TOPSAIL_SINCE:-}" ] || arguments+=("--since=$TOPSAIL_SINCE")
    [ -z "${TOPSAIL_REPORT:-}" ] || arguments+=("--report=$TOPSAIL_REPORT")
    ;;
  post)
    [ -n "${TOPSAIL_REPORT:-}" ] || wrong 'The command post wants the input report: the file to post.'
    arguments+=(post)
    ;;
  main)
    arguments+=(main)
    case "${TOPSAIL_DIRECT:-false}" in
      true) arguments+=(--direct) ;;
      false) ;;
      *) wrong 'The input direct is true or false.' ;;
    esac
    ;;
  *) wrong 'The input command is pr, post or main.' ;;
esac
arguments+=("--cwd=${TOPSAIL_CWD:-.}")
[ "$command" != post ] || arguments+=(-- "$TOPSAIL_REPORT")

node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 22 || (a == 22 && b >= 22) ? 0 : 1)' ||
  wrong 'Topsail needs Node 22.22 or newer: put actions/setup-node before it.'

# The repository's own topsail, as its lockfile has it. On a pull request that is what somebody proposes, be it a
# lockfile or a committed folder: only `main` takes it by itself.
installed() {
  local folder
  folder="$(cd "${TOPSAIL_CWD:-.}" && pwd -P)"
  while :; do
    if [ -f "$folder/node_modules/topsail/bin/topsail.js" ]; then
      printf '%s' "$folder/node_modules/topsail/bin/topsail.js"
      return
    fi
    [ "$folder" != "${GITHUB_WORKSPACE:-/}" ] && [ "$folder" != / ] || return 0
    folder="${folder%/*}"
    folder="${folder:-/}"
  done
}

# One exact version from the registry, in a folder where no configuration of the checkout counts, and no script of a
# package runs.
fetched() {
  local version="$1" folder="$RUNNER_TEMP/topsail-$1"
  if [ ! -f "$folder/node_modules/topsail/bin/topsail.js" ]; then
    mkdir -p "$folder"
    printf '{ "private": true }\n' >"$folder/package.json"
    (
      cd "$folder"
      env -u ACTIONS_ID_TOKEN_REQUEST_TOKEN -u ACTIONS_ID_TOKEN_REQUEST_URL -u ACTIONS_RUNTIME_TOKEN \
        npm install --ignore-scripts --no-audit --no-fund --no-package-lock --save-exact "topsail@$version" >&2
    )
  fi
  printf '%s' "$folder/node_modules/topsail/bin/topsail.js"
}

program=''
version="${TOPSAIL_VERSION:-}"
case "$command:$version" in
  main:) program="$(installed)" ;;
  *:installed)
    [ "$command" != post ] || wrong 'The command post runs nothing that lies in the checkout: give an exact version.'
    program="$(installed)"
    [ -n "$program" ] || wrong 'topsail is not installed in this repository: install its dependencies first.'
    ;;
esac
if [ -z "$program" ]; then
  if [ -z "$version" ]; then
    version="$(node -p 'JSON.parse(require("fs").readFileSync(process.argv[1], "utf8")).version' \
      "$GITHUB_ACTION_PATH/packages/cli/package.json")"
  fi
  [[ "$version" =~ ^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?$ ]] ||
    wrong 'The input version is one exact version, such as 1.2.3, or installed.'
  program="$(fetched "$version")"
fi

[ -z "$token" ] || export GITHUB_TOKEN="$token"
exec node "$program" "${arguments[@]}"
