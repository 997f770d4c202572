#!/bin/bash
# How far it is: SIGUSR1, the time budget, --quiet.
source "$TEST_TOP/common"
source "$TEST_TOP/sweep-config"

sweep_config > e.conf
long='--replications 100000000 --set experiment.stop=none -j 2'
for quiet in '' --quiet; do
	"$TRIMSIM" run e.conf $long $quiet -o p > "$out" 2> "$err" &
	pid=$!
	for i in $(seq 50); do
		[ -n "$(pgrep -P $pid)" ] && [ -s p/results.sqlite ] && break
		sleep 0.1
	done
	sleep 0.3
	[ ! -s "$err" ] || _fail "a line of progress that nobody asked for"
	# To all, as killall does: no worker dies of it.
	kill -USR1 $pid $(pgrep -P $pid)
	sleep 0.7
	kill -INT $pid
	wait $pid
	[ $? -eq 130 ] || _fail "SIGUSR1 ends it"
	grep -qE '^\[0/20 points, [0-9]+%\] [0-9]+k? replications, [0-9.e+]+/s, [0-9]+ corrupted, ETA [0-9.:e+]+( days)?$' "$err" ||
		_fail "SIGUSR1 $quiet: no line of progress"
	grep -q 'worker died\|failed' "$err" && _fail "SIGUSR1 kills a worker"
	rm -r p
done

# With a rule to stop nobody knows what is left: the cap is the most.
"$TRIMSIM" run e.conf --replications 100000000 --set 'experiment.stop=failures >= 1000000' -j 2 -o p > "$out" 2> "$err" &
pid=$!
for i in $(seq 50); do
	[ -n "$(pgrep -P $pid)" ] && [ -s p/results.sqlite ] && break
	sleep 0.1
done
# until there is a rate
for i in $(seq 50); do
	kill -USR1 $pid
	sleep 0.4
	grep -q ETA "$err" && break
done
kill -INT $pid
wait $pid
grep -qE ' corrupted, ETA <= [0-9.:e+]+( days)?$' "$err" || _fail "an ETA that nobody knows"
rm -r p

# The time budget: status 3, a result that says so, and the same command goes on.
run_status 3 run e.conf $long --set experiment.time_budget=2s -o r
grep -qE '^trimsim: the time budget ended before 20 of 20 points had what they need' "$err" || _fail "no message"
[ "$(grep -c '^ STOPPED when its time was up$' "$out")" -eq 20 ] || _fail "not marked in the report"
[ "$(grep -c '"stopped" : "time budget"' r/result.json)" -eq 20 ] || _fail "not marked in result.json"
# No point has much more than another, once the first round, of 128, is over.
awk -F '\t' 'NR > 1 { if (NR == 2 || $4 < least) least = $4; if ($4 > most) most = $4 }
	END { exit !(most <= 160 || most <= 2 * least + 256) }' r/points.tsv || _fail "replications are not shared out"
n=$(awk -F '\t' 'NR > 1 { n += $4 } END { print n }' r/points.tsv)
run_status 3 run e.conf $long --set experiment.time_budget=2s -o r
[ "$(awk -F '\t' 'NR > 1 { n += $4 } END { print n }' r/points.tsv)" -gt "$n" ] || _fail "it does not go on"
run_check verify r --quiet --sample 30
expect '^30 of [0-9]+ blocks run again, [0-9]+ replications: all the same$'
# With fewer replications it is complete.
run_check run e.conf --replications 20 --set experiment.stop=none --set experiment.time_budget=1min --quiet -o r
