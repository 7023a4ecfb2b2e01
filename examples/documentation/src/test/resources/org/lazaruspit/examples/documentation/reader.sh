# Prologue of a page's commands in a test: an empty home, the daemon's JAR in the path, and a second terminal.
set -eEm -o pipefail
trap 'echo "@@ failed with $?: $BASH_COMMAND"; echo; cat /tmp/beside' ERR
: >/tmp/beside
mkdir -p "$HOME" /tmp/bin
export PATH=/tmp/bin:$PATH
ln -s "$TOP/docs" "$TOP/examples" "$TOP/examples/lazarus-pit/target/lazarus-pit.jar" .

printf '#!/bin/sh\nexec java -jar %q "$@"\n' "$TOP/examples/lazarus-pit/target/lazarus-pit.jar" >/tmp/bin/lazarus-pit
printf '#!/bin/sh\nexec curl -fsS "$@"\n' >/tmp/bin/xdg-open # a browser
chmod +x /tmp/bin/*

said() { # text: waits until the command in the other terminal has printed the text
  local line
  while IFS= read -r line; do
    printf '  | %s\n' "$line"
    [[ $line != *"$1"* ]] || return 0
  done < <(tail -n +1 -f --pid="$beside" /tmp/beside)
  echo "the command has ended without: $1"
  return 1
}
beside() { # text, command...: runs the command in the other terminal, and waits until it has printed the text
  local text=$1
  shift
  end_beside
  # With the trap this shell waits for the command if both get the signal.
  (trap : TERM; trap - ERR; set +e; "$@") >>/tmp/beside 2>&1 &
  beside=$!
  said "$text"
}
end_beside() { # ends the command in the other terminal with SIGTERM, and checks its exit status
  local status=0
  [ -n "${beside:-}" ] || return 0
  kill -TERM -- "-$beside"
  wait "$beside" || status=$?
  sed 's/^/  : /' /tmp/beside
  [ "$status" = 0 ] || [ "$status" = 143 ] || { echo "the command ended with status $status"; return 1; }
  beside='' && : >/tmp/beside
}
