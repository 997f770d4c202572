#!/bin/bash
# Ctrl-C: status 130, no worker is left, what has run is kept; a kill of the
# parent takes the workers along.
source "$TEST_TOP/common"

r1=$TEST_TOP/../../configs/validation/r1.conf
for signal in INT TERM KILL; do
	setsid bash -c 'trap - INT; exec "$@"' - "$TRIMSIM" run "$r1" --replications 100000000 -j 2 -o r \
		> "$out" 2> "$err" &
	pid=$!
	sleep 1
	workers=$(pgrep -P $pid) || _fail "no worker"
	kill -$signal $pid
	wait $pid
	status=$?
	for i in 1 2 3 4 5 6 7 8 9 10; do
		alive=0
		for worker in $workers; do
			[ -d /proc/$worker ] && ! grep -q '^State:.*Z' /proc/$worker/status 2> /dev/null && alive=1
		done
		[ $alive -eq 0 ] && break
		sleep 0.3
	done
	[ $alive -eq 0 ] || _fail "a worker outlives SIG$signal"
	[ -s r/results.sqlite ] || _fail "SIG$signal: nothing is kept"
	[ ! -e r/points.tsv ] || _fail "SIG$signal: a result of a run that did not end"
	if [ $signal != KILL ]; then
		[ $status -eq 130 ] || _fail "SIG$signal: status $status"
		grep -q '^trimsim: interrupted; what has run is in r, the same command goes on there$' "$err" ||
			_fail "no message"
	fi
	run_status 2 report r
	grep -q '^trimsim: r: not finished' "$err" || _fail "SIG$signal: a report on what is not finished"
done

# It goes on from there.
run_check run "$r1" --replications 500 --quiet -o r
run_check run "$r1" --replications 500 --quiet -o whole
cmp -s r/points.tsv whole/points.tsv || _fail "another result after three interruptions"
