#!/bin/sh
# A job for any CI system that runs lines of a shell: job.sh COMMAND… runs the tests of your software, COMMAND, against a
# simulator of their own, and judges by your scenarios what it did there. The job passes if both do.
#
#   NCTSIM_OAUTH=auto CTC_SCENARIOS=transit/scenarios sh job.sh npm test
#
# The program is nctsim on the PATH, or NCTSIM. Its settings come from variables; CTC_BASE_URL tells the tests where it is.
set -eu
nctsim=${NCTSIM:-nctsim}
scenarios=${CTC_SCENARIOS:-transit/scenarios}
reports=${CTC_REPORTS:-reports}
export NCTSIM_ADDR="${NCTSIM_ADDR:-127.0.0.1:8080}"
export NCTSIM_URL="http://$NCTSIM_ADDR" CTC_BASE_URL="http://$NCTSIM_ADDR"
server='' verdicts=''
trap 'kill $server $verdicts 2>/dev/null || true' EXIT
mkdir -p "$reports"
: >"$reports/verdicts.log" # one of an earlier job says that it is watching, too

"$nctsim" serve >"$reports/nctsim.log" 2>&1 &
server=$!
"$nctsim" healthcheck --wait 30s && kill -0 "$server" || { cat "$reports/nctsim.log" >&2; exit 1; }

# What is watched from the beginning cannot be missed: the tests begin when it says that it is watching.
"$nctsim" replay --follow "$scenarios" ${GITHUB_ACTIONS:+--output github} \
	--report "$reports/junit.xml" --report "$reports/report.html" >"$reports/verdicts.txt" 2>"$reports/verdicts.log" &
verdicts=$!
until grep -q '^watching' "$reports/verdicts.log"; do
	kill -0 "$verdicts" 2>/dev/null || { cat "$reports/verdicts.log" >&2; exit 2; }
	sleep 0.1
done

tests=0
"$@" || tests=$?

# The tests are over, so nothing more will come: SIGTERM asks for the verdicts as things stand now.
kill -TERM "$verdicts" 2>/dev/null || true
judged=0
wait "$verdicts" || judged=$?
cat "$reports/verdicts.txt"
[ "$tests" = 0 ] || { echo "the tests failed with $tests" >&2; exit "$tests"; }
exit "$judged"
