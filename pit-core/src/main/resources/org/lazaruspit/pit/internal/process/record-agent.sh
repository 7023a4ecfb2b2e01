# Writes the record of an agent and becomes the agent, see AgentLock.java.
# Arguments: head of the record, the records' files, "--", the command.
set -f
head=$1
shift
read -r stat </proc/$$/stat
tick=$(set -- ${stat##*) }; echo "${20}")
while [ "$1" != -- ]; do
  printf '%sfirst %s %s\n' "$head" $$ "$tick" >"$1" || exit 69
  shift
done
shift
set +f
exec "$@"
