#!/bin/bash
# The shards of a run, merged, are that run, byte for byte: with a rule to stop
# and without, with one point and with many.
source "$TEST_TOP/common"
source "$TEST_TOP/sweep-config"

sweep_config > e.conf

# check_shards NAME ARGUMENT...
check_shards()
{
	local name=$1 i blocks=0
	shift
	run_check run "$@" -o $name-whole --quiet
	for i in 0 1 2; do
		run_status 0 run "$@" --shard $i/3 -o $name-$i
		[ "$(cat "$err")" = "shard $i/3: $name-$i; when all 3 have run: trimsim merge DIR... -o RESULT" ] ||
			_fail "$name: the shard is not named"
		[ ! -s "$out" ] && [ ! -e $name-$i/points.tsv ] || _fail "$name: a shard has a result"
	done
	# In whatever order they come.
	run_status 0 merge $name-2 $name-0 $name-1 -o $name-all
	cmp -s "$out" $name-whole/report.txt || _fail "$name: another report"
	same_result $name-whole $name-all
	# Two of three are not enough, and say so.
	run_status 3 merge $name-2 $name-0 -o $name-part
	grep -q 'not finished: .* points lack replications: shard 1/3 missing: merge it too, or go on with: ' "$err" ||
		_fail "$name: no message"
	[ ! -e $name-part/points.tsv ] || _fail "$name: a result without a shard"
	# What it says to go on with works as it is.
	rest=$(sed -n 's/.* go on with: trimsim //p' "$err")
	run_mustfail 'not finished: run it again' report $name-part
	eval "run_check $rest --quiet"
	cmp -s $name-whole/points.tsv $name-part/points.tsv || _fail "$name: gone on with, another result"
	# Nothing was run that the whole would not run; each block in one shard only.
	run_check verify $name-1 --quiet
	expect 'all the same$'
}
# One alone says which are missing.
run_check run e.conf --replications 20 --shard 1/3 -o alone --quiet
run_status 3 merge alone -o one-of-three
grep -q 'shards 0/3, 2/3 missing: merge them too' "$err" || _fail "missing shards are not named"

check_shards rule e.conf -r 'D > 100ms' --set 'experiment.stop=failures >= 5' --replications 60000
check_shards fixed e.conf --set experiment.stop=none --replications 700
check_shards one "$TEST_TOP/../../configs/validation/r1.conf" --replications 1000
check_shards some e.conf -r 'D >= 1s'

run_mustfail 'are not of one run: their manifest.conf differ' merge one-0 rule-1 -o x
run_mustfail '-o: e.conf exists and is no result' merge one-0 -o e.conf

# Each by default in a place of its own.
run_status 0 run e.conf --replications 3 --shard 1/2
grep -qE '^shard 1/2: results/e-[0-9a-f]{12}-1of2; when' "$err" || _fail "default place of a shard"
