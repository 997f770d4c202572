#!/bin/bash
# kill -9 of workers at any time: another one takes over, and what is lost is listed.
source "$TEST_TOP/common"

r1=$TEST_TOP/../../configs/validation/r1.conf
n=60000
begin=${EPOCHREALTIME/./}
run_check run "$r1" --replications $n -j 2 --quiet -o whole
took=$((${EPOCHREALTIME/./} - begin)) # us

"$TRIMSIM" run "$r1" --replications $n -j 2 --quiet -o r > "$out" 2> "$err" &
pid=$!
killed=0
while kill -0 $pid 2> /dev/null; do
	workers=($(pgrep -P $pid)) && kill -9 ${workers[RANDOM % ${#workers[@]}]} 2> /dev/null &&
		killed=$((killed + 1))
	# in proportion, or on a busy machine ten workers in a row die before they have started
	pause=$((took / 15 + RANDOM % (took / 15)))
	sleep $((pause / 1000000)).$(printf %06d $((pause % 1000000)))
done
wait $pid
status=$?
[ $killed -ge 5 ] || _fail "only $killed workers were killed"

failed=$(grep -cE '^trimsim: replication [0-9]+ under policy [a-z-]+, seed 20261122, failed: killed' "$err")
further=$(grep -c '^trimsim: further failures are only counted$' "$err")
counted=$(sed -n 2p r/points.tsv | cut -f2)
if [ $status -eq 0 ]; then
	[ "$failed" -eq 0 ] || _fail "failed replications, but status 0"
	cmp -s whole/points.tsv r/points.tsv || _fail "another result than that of the undisturbed run"
else
	[ $status -eq 1 ] && [ "$failed" -gt 0 ] || _fail "status $status with $failed failures"
	[ "$further" -eq 1 ] || [ $((counted + failed)) -eq $n ] ||
		_fail "$counted counted and $failed failed are not $n"
	[ "$counted" -lt $n ] || _fail "a failed replication counts"
fi
