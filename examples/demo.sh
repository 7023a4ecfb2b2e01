#!/usr/bin/env bash
# Demo of the main job with real processes: three agents carry out a mission; one is killed, one is
# frozen, then the pit itself is killed. Exit status 0 only if all checks succeed.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1

java=${JAVA_HOME:+$JAVA_HOME/bin/}java
jvm=(-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx96m)
pit_jar=$PWD/examples/lazarus-pit/target/lazarus-pit.jar
gateway_jar=$PWD/examples/gateway/target/gateway.jar
agent_jar=$PWD/examples/agent/target/agent.jar
shell_agent=$PWD/examples/agent/shell-agent.sh
home='' gateway_pid='' pit_pid=''

say() { printf '%s\n' "$*"; }
fail() {
  say "FAILED: $*"
  [ -z "$home" ] || for log in "$home"/*.log "$home"/missions/*/logs/*; do
    [ ! -s "$log" ] || { say "--- end of ${log#"$home"/}"; tail -n 15 "$log"; }
  done
  exit 1
}

# ---- tools -------------------------------------------------------------------------------------
now_us() { printf '%s' "${EPOCHREALTIME/[.,]/}"; }
ms_between() { printf '%d.%d ms' $((($2 - $1) / 1000)) $((($2 - $1) % 1000 / 100)); }
get() { # GET a path of the gateway; prints the body, or nothing
  local host=${gateway_url#http://} line
  exec {web}<>"/dev/tcp/${host%:*}/${host##*:}" || return 1
  printf 'GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n' "$1" "$host" >&"$web"
  while IFS= read -r -t 5 line <&"$web" && [ "$line" != $'\r' ]; do :; done
  cat <&"$web"
  exec {web}>&-
} 2>/dev/null
field() { # the value of a simple field in a line of JSON
  [[ $2 =~ \"$1\":[[:space:]]*(\"([^\"]*)\"|([^,}[:space:]]*)) ]] || return 1
  printf '%s' "${BASH_REMATCH[2]:-${BASH_REMATCH[3]}}"
}
agent() { field "$2" "$(get "/agent/$1")"; }
await() { # seconds, condition, command...: waits until the command succeeds
  local deadline=$(($(now_us) + $1 * 1000000)) condition=$2
  shift 2
  until "$@"; do
    [ "$(now_us)" -lt "$deadline" ] || fail "time-out of the wait until $condition"
    sleep 0.05
  done
}
started() { [ "$(wc -l 2>/dev/null <"$cell/artifacts/starts.log")" = "$1" ]; }
pid_of() { awk -v id="$1" '$1 == id { pid = $3 } END { print pid }' "$cell/artifacts/starts.log"; }
is_at() { # agent, incarnation: whether the agent is healthy in that incarnation
  local answer
  answer=$(get "/agent/$1")
  [ "$(field status "$answer")" = healthy ] && [ "$(field incarnation "$answer")" = "$2" ] &&
    [ "$(field last_heartbeat "$answer")" != null ]
}
is_past() { [ "$(agent "$1" progress)" -gt "$2" ] 2>/dev/null; }
chain() { # steps: computes the value after that many steps
  local value=lazarus i
  for ((i = 0; i < $1; i++)); do
    value=$(printf %s "$value" | sha256sum) && value=${value%% *}
  done
  printf '%s' "$value"
}

clean_up() {
  trap - EXIT
  trap '' INT TERM
  [ -z "$pit_pid" ] || { kill -KILL "$pit_pid" && wait "$pit_pid"; } 2>/dev/null
  if [ -n "${cell:-}" ]; then # agents run in sessions of their own; LAZARUS_CELL identifies them
    for environment in /proc/[0-9]*/environ; do
      if grep -qzxF "LAZARUS_CELL=$cell" "$environment" 2>/dev/null; then
        kill -KILL "$(basename "${environment%/environ}")" 2>/dev/null
      fi
    done
  fi
  [ -z "$gateway_pid" ] || kill -TERM "$gateway_pid" 2>/dev/null
  wait 2>/dev/null
  [ -z "$home" ] || rm -rf "$home"
}
trap 'exit 130' INT
trap 'exit 143' TERM

# ---- build, if needed --------------------------------------------------------------------------
stale() { # JAR: whether it is missing or older than its sources
  [ ! -f "$1" ] || [ -n "$(find pom.xml ./*/pom.xml ./*/src/main examples/*/pom.xml \
    examples/*/src/main -newer "$1" -type f -print -quit)" ]
}
if stale "$pit_jar" || stale "$gateway_jar" || stale "$agent_jar"; then
  say "Building the JARs (the first time Maven downloads dependencies)..."
  mvn -B -Dmaven.test.skip=true package -pl examples/lazarus-pit,examples/gateway,examples/agent -am 2>&1 |
    grep --line-buffered -E 'Building Lazarus|ERROR|BUILD' | sed -u 's/^\[INFO\] */  /'
  [ "${PIPESTATUS[0]}" = 0 ] || fail "the build failed: run mvn package to see why"
fi

# ---- a mission with three agents ---------------------------------------------------------------
trap clean_up EXIT
begun=$(now_us)
home=$(mktemp -d "${TMPDIR:-/tmp}/lazarus-demo.XXXXXX") || exit 1
pit() { "$java" "${jvm[@]}" -jar "$pit_jar" "$@"; }

"$java" "${jvm[@]}" -jar "$gateway_jar" --port 0 --timeout 2 --interval 1 >"$home/gateway.log" 2>&1 &
gateway_pid=$!
gateway_is_up() {
  [[ $(cat "$home/gateway.log") =~ http://127\.0\.0\.1:[0-9]+ ]] && gateway_url=${BASH_REMATCH[0]}
}

cat >"$home/config.json" <<JSON
{
  "poll_interval": 1,
  "missions_path": "$home/missions",
  "gateways": [{"name": "gateway_1", "url": "GATEWAY"}],
  "launchers": {
    "default": {"command": ["$java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx48m", "-jar", "$agent_jar"]},
    "shell": {"command": ["bash", "$shell_agent"]}
  }
}
JSON
mkdir "$home/missions"
cell=$(pit cell create --name "Demo mission" --root "$home/missions") ||
  fail "the cell could not be created"
for spec in "planner lead default" "builder write default" "scribe write shell"; do
  read -r name role launcher <<<"$spec"
  pit cell add-agent "$cell" --id "$name" --name "${name^}" --role "$role" --gateway gateway_1 \
    --launcher "$launcher" >/dev/null || fail "agent $name could not be added"
done
pit cell validate "$cell" >/dev/null || fail "the cell is not valid"
await 10 "the gateway answers" gateway_is_up
sed -i "s|GATEWAY|$gateway_url|" "$home/config.json"
say "Gateway at $gateway_url; mission cell with three agents in $cell"

start_pit() { # name of its log
  "$java" "${jvm[@]}" -jar "$pit_jar" run --config "$home/config.json" >"$home/$1.log" 2>&1 &
  pit_pid=$!
}
start_pit first-pit
say "Pit started; it starts the three agents."
all_healthy() { is_at planner 1 && is_at builder 1 && is_at scribe 1; }
await 20 "all three agents are healthy" all_healthy
say "All three are healthy: planner and builder (Java), scribe (shell)."
await 10 "each has done three steps" eval 'is_past planner 3 && is_past builder 3 && is_past scribe 3'

# ---- one agent dies, one hangs -----------------------------------------------------------------
journal=$cell/logs/revivals.jsonl
follow() { # agent, time of the fault, next incarnation: prints the steps of its revival
  local name=$1 fault=$2 incarnation=$3 seen='' line event detail at deadline
  deadline=$((fault + 30000000))
  local -A printed=()
  until [[ $seen == *revived* ]]; do
    [ "$(now_us)" -lt "$deadline" ] || fail "$name was not revived within 30 s"
    while IFS= read -r line; do
      event=$(field event "$line")
      if [ -z "${printed[$(field seq "$line")]:-}" ]; then
        printed[$(field seq "$line")]=1
        at=$(date -d "$(field at "$line")" +%s%6N)
        detail=$(field detail "$line")
        case $event in
          requested) say "  $name: detected after $(ms_between "$fault" "$at"): $detail" ;;
          verify_checkpoint) [ -z "$detail" ] || say "  $name: $detail" ;;
          raise_incarnation) say "  $name: $detail" ;;
          register)
            [ "$(field incarnation "$line")" = "$incarnation" ] ||
              fail "$name was started as incarnation $(field incarnation "$line"), not $incarnation"
            say "  $name: restarted as incarnation $incarnation after $(ms_between "$fault" "$at") ($detail)"
            ;;
          revived) say "  $name: healthy after $(ms_between "$fault" "$at"), $detail" ;;
          attempt_failed | failed) fail "$name: $detail" ;;
        esac
        seen+=" $event"
      fi
    done < <(grep "\"agent_id\":\"$name\"" "$journal" | tail -n "+$((${lines_before[$name]} + 1))")
    sleep 0.02
  done
  for event in requested stop verify_checkpoint raise_incarnation start register verify_health; do
    [[ " $seen " == *" $event "* ]] || fail "the journal has no $event of $name"
  done
}
check_state() { # agent, incarnation, step before the fault: checks the state after the revival
  local name=$1 line step value
  line=$(grep "^incarnation $2: going on from step" "$cell/logs/$name.log") ||
    fail "the log of $name has no first step"
  [[ $line =~ step\ ([0-9]+),\ value\ ([0-9a-f]+) ]] || fail "$name began without a checkpoint: $line"
  step=${BASH_REMATCH[1]} value=${BASH_REMATCH[2]}
  # The pit commits a shell agent's checkpoint, at most one round later.
  [ "$step" -gt 0 ] && [ "$step" -ge "$(($3 - 5))" ] && [ "$step" -le "$(($3 + 5))" ] ||
    fail "$name went on from step $step, not from about $3"
  [ "$value" = "$(chain "$step")" ] || fail "$name has a wrong value at step $step"
  await 10 "$name makes progress" is_past "$name" "$step"
  say "  $name: resumed from step $step of its checkpoint (now at $(agent "$name" progress))"
}
declare -A lines_before
count_lines() { lines_before[$1]=$(grep -c "\"agent_id\":\"$1\"" "$journal"); }

count_lines scribe
reached=$(agent scribe progress)
fault=$(now_us)
kill -KILL "$(pid_of scribe)" || fail "scribe could not be killed"
say "SIGKILL to scribe (pid $(pid_of scribe), at step $reached):"
follow scribe "$fault" 2
check_state scribe 2 "$reached"

count_lines builder
reached=$(agent builder progress)
fault=$(now_us)
frozen=$(pid_of builder)
kill -STOP "$frozen" || fail "builder could not be stopped"
say "SIGSTOP to builder (pid $frozen, at step $reached); its gateway allows 3 time-outs of 2 s:"
follow builder "$fault" 2
! kill -0 "$frozen" 2>/dev/null || fail "the frozen builder still exists"
check_state builder 2 "$reached"

# ---- the pit dies ------------------------------------------------------------------------------
settled() { started 5 && is_at planner 1 && is_at builder 2 && is_at scribe 2; }
await 10 "all agents are healthy again" settled
before=$(wc -l <"$journal")
pids="$(pid_of planner) $(pid_of builder) $(pid_of scribe)"
was=$(agent scribe progress)
kill -KILL "$pit_pid" && wait "$pit_pid" 2>/dev/null
say "SIGKILL to the pit (pid $pit_pid)."
await 10 "the agents run on without a pit" is_past scribe "$((was + 2))"
say "  the agents ran on without a pit: scribe went from step $was to $(agent scribe progress)"
start_pit second-pit
say "Pit started again (pid $pit_pid):"
adopted() { [ "$(grep -c ', adopted' "$home/second-pit.log")" = 3 ]; }
await 15 "the new pit has adopted all three" adopted
was=$(agent planner progress)
await 15 "the new pit has watched them for a while" is_past planner "$((was + 8))"
settled || fail "an agent is not healthy in its former incarnation"
[ "$(wc -l <"$journal")" = "$before" ] || fail "the new pit revived an agent that was alive"
[ "$pids" = "$(pid_of planner) $(pid_of builder) $(pid_of scribe)" ] || fail "an agent was replaced"
for pid in $pids; do kill -0 "$pid" 2>/dev/null || fail "pid $pid is gone"; done
say "  the new pit adopted all three (pids $pids); no agent was started twice:"
sed 's/^\([^ ]*\) \([0-9]*\) \([0-9]*\) .*/    \1 incarnation \2, pid \3/' "$cell/artifacts/starts.log"
say "All checks succeeded, in $((($(now_us) - begun) / 1000000)) s."
