# What stands before the commands of a page when a test runs them: a reader with an empty home, who has the
# daemon's JAR at hand, and two terminals.
set -eEm -o pipefail
trap 'echo "@@ failed with $?: $BASH_COMMAND"; echo; cat /tmp/beside' ERR
: >/tmp/beside
mkdir -p "$HOME" /tmp/bin
export PATH=/tmp/bin:$PATH
ln -s "$TOP/docs" "$TOP/examples" "$TOP/examples/lazarus-pit/target/lazarus-pit.jar" .

printf '#!/bin/sh\nexec java -jar %q "$@"\n' "$TOP/examples/lazarus-pit/target/lazarus-pit.jar" >/tmp/bin/lazarus-pit
printf '#!/bin/sh\nexec curl -fsS "$@"\n' >/tmp/bin/xdg-open # a browser
chmod +x /tmp/bin/*

said() { # text: waits until what runs in the other terminal has said it
  local line
  while IFS= read -r line; do
    printf '  | %s\n' "$line"
    [[ $line != *"$1"* ]] || return 0
  done < <(tail -n +1 -f --pid="$beside" /tmp/beside)
  echo "it has ended without: $1"
  return 1
}
beside() { # text, command...: runs the command in the other terminal, and waits until it has said that
  local text=$1
  shift
  end_beside
  # The trap has this shell wait for the command where both get the signal.
  (trap : TERM; trap - ERR; set +e; "$@") >>/tmp/beside 2>&1 &
  beside=$!
  said "$text"
}
end_beside() { # what runs in the other terminal ends when it is told to, and says so by its exit status
  local status=0
  [ -n "${beside:-}" ] || return 0
  kill -TERM -- "-$beside"
  wait "$beside" || status=$?
  sed 's/^/  : /' /tmp/beside
  [ "$status" = 0 ] || [ "$status" = 143 ] || { echo "it ended with $status"; return 1; }
  beside='' && : >/tmp/beside
}
