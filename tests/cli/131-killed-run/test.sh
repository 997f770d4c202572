#!/bin/bash
# kill -9 at ten moments of a sweep: what was stored is not run again, and the
# result is that of a run that nobody disturbed.
source "$TEST_TOP/common"
source "$TEST_TOP/sweep-config"

sweep_config > e.conf
options='--replications 20000 --set experiment.stop=failures>=150 -j 2 --quiet'
run_status 3 run e.conf $options -o whole

kept=0
for i in 1 2 3 4 5 6 7 8 9 10; do
	"$TRIMSIM" run e.conf $options -o r > "$out" 2> "$err" &
	pid=$!
	sleep 0.$((RANDOM % 30 + 5))
	kill -9 $pid 2> /dev/null
	wait $pid 2> /dev/null
	[ ! -e r/results.sqlite ] || kept=$((kept + 1))
done
[ $kept -ge 5 ] || _fail "killed $kept times only after the start"
run_status 3 run e.conf $options -o r
same_result whole r

# Nothing is left to be run.
if command -v sqlite3 > /dev/null; then
	last='select count(*), max(session) from block'
	before=$(sqlite3 r/results.sqlite "$last")
	run_status 3 run e.conf $options -o r
	[ "$(sqlite3 r/results.sqlite "$last")" = "$before" ] || _fail "something was run again"
	same_result whole r
fi
run_check verify r --all --quiet
expect ' replications: all the same$'
