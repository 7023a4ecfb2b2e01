# Flock helper without Perl: the same protocol, arguments and statuses as flock-helper.pl.
HELD=$1
check() { [ ! -e "$1" ] || flock -s -n -E "$HELD" 9 9<"$1"; }
await() { [ ! -e "$1" ] || flock -s 9 9<"$1"; }
while read -r act number && IFS= read -r one && IFS= read -r two; do
  jobs >/dev/null # a shell releases ended children only when it lists them
  case $act in
    check) check "$one" && check "$two"; echo "$number $?" ;;
    await) { await "$one" && await "$two"; echo "$number $?"; } & ;;
  esac
done
kill -KILL 0
