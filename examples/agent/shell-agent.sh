#!/usr/bin/env bash
# An agent that is no Java program: it needs bash and sha256sum, and speaks to the pit through the
# LAZARUS_* variables, its gateway over HTTP, and a folder of checkpoints.
# Its work: value := SHA-256 of value, once a step. Its memory: step and value.
# (The lock that proves it alive is an inherited descriptor: don't close descriptors 3 to 9.)
set -u
step=0 value=lazarus home="$LAZARUS_CELL/checkpoints/$LAZARUS_AGENT_ID"
echo "$LAZARUS_AGENT_ID $LAZARUS_INCARNATION $$ $(date +%s)" >>"$LAZARUS_CELL/artifacts/starts.log"

if [ -n "$LAZARUS_CHECKPOINT" ]; then
  [[ $(<"$LAZARUS_CHECKPOINT/state.json") =~ \"step\":\ *([0-9]+),\ *\"value\":\ *\"([^\"]*)\" ]] ||
    { echo "checkpoint without step and value"; exit 1; }
  step=${BASH_REMATCH[1]} value=${BASH_REMATCH[2]}
fi
echo "incarnation $LAZARUS_INCARNATION: going on from step $step, value $value"

beat() { # tells the gateway how far it is; 409 means that a newer incarnation has taken over
  local url=${LAZARUS_HEARTBEAT_URL#http://} body="{\"progress\": $step}" status
  local host=${url%%/*} path=/${url#*/}
  exec {gateway}<>"/dev/tcp/${host%:*}/${host##*:}" || return 0
  printf 'POST %s HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s' \
    "$path" "$host" "${#body}" "$body" >&"$gateway"
  read -r -t 2 _ status _ <&"$gateway"
  exec {gateway}>&-
  [ "${status:-}" != 409 ] || { echo "a newer incarnation lives: ending"; exit 0; }
}

checkpoint() { # a folder is prepared aside, then renamed: whoever sees it first commits it
  rm -rf "$home/.prepared" && mkdir -p "$home/.prepared"
  printf '{"step": %d, "value": "%s"}\n' "$step" "$value" >"$home/.prepared/state.json"
  printf '{"task": "hash chain", "next_step": %d}\n' $((step + 1)) >"$home/.prepared/context.json"
  if [ -e "$home/next" ]; then # the last one waits still: it is out of date
    rm -rf "$home/.outdated"
    mv -T "$home/next" "$home/.outdated" 2>/dev/null
  fi
  mv -T "$home/.prepared" "$home/next"
}

while true; do
  value=$(printf %s "$value" | sha256sum) && value=${value%% *}
  step=$((step + 1))
  checkpoint
  beat
  sleep 0.3 # its pace
done
