#!/usr/bin/env bash
# An agent without Java: needs bash and sha256sum. Its interfaces are the LAZARUS_* variables, the
# gateway's HTTP interface, and a folder of checkpoints.
# Work: value := SHA-256 of value, once per step. State: step and value.
# (The agent lock is an inherited descriptor: do not close descriptors 3 to 9.)
set -u
step=0 value=lazarus home="$LAZARUS_CELL/checkpoints/$LAZARUS_AGENT_ID"
echo "$LAZARUS_AGENT_ID $LAZARUS_INCARNATION $$ $(date +%s)" >>"$LAZARUS_CELL/artifacts/starts.log"

if [ -n "$LAZARUS_CHECKPOINT" ]; then
  [[ $(<"$LAZARUS_CHECKPOINT/state.json") =~ \"step\":\ *([0-9]+),\ *\"value\":\ *\"([^\"]*)\" ]] ||
    { echo "checkpoint without step and value"; exit 1; }
  step=${BASH_REMATCH[1]} value=${BASH_REMATCH[2]}
fi
echo "incarnation $LAZARUS_INCARNATION: going on from step $step, value $value"

heartbeat() { # sends a heartbeat with the progress; status 409: a newer incarnation exists
  local url=${LAZARUS_HEARTBEAT_URL#http://} body="{\"progress\": $step}" status
  local host=${url%%/*} path=/${url#*/}
  exec {gateway}<>"/dev/tcp/${host%:*}/${host##*:}" || return 0
  printf 'POST %s HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s' \
    "$path" "$host" "${#body}" "$body" >&"$gateway"
  read -r -t 2 _ status _ <&"$gateway"
  exec {gateway}>&-
  [ "${status:-}" != 409 ] || { echo "a newer incarnation exists: ending"; exit 0; }
}

checkpoint() { # prepares a folder and renames it to "next"; the pit commits it
  rm -rf "$home/.prepared" && mkdir -p "$home/.prepared"
  printf '{"step": %d, "value": "%s"}\n' "$step" "$value" >"$home/.prepared/state.json"
  printf '{"task": "hash chain", "next_step": %d}\n' $((step + 1)) >"$home/.prepared/context.json"
  if [ -e "$home/next" ]; then # replaces a checkpoint that is not committed yet
    rm -rf "$home/.outdated"
    mv -T "$home/next" "$home/.outdated" 2>/dev/null
  fi
  mv -T "$home/.prepared" "$home/next"
}

while true; do
  value=$(printf %s "$value" | sha256sum) && value=${value%% *}
  step=$((step + 1))
  checkpoint
  heartbeat
  sleep 0.3
done
