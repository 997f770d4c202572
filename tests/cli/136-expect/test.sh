#!/bin/bash
# Expectations of a result: status 4 when one does not hold, and bad ones are
# known before anything runs.
source "$TEST_TOP/common"
source "$TEST_TOP/sweep-config"

r1=$TEST_TOP/../../configs/validation/r1.conf
# expecting STATUS EXPECTATION
expecting()
{
	run_status $1 run "$r1" --replications 400 --quiet -o r --set "experiment.expect=$2"
}

for good in 'pinned-chunk.hits == 0' 'unpinned.hits != 0' 'unpinned.corrupted>=20' \
	'unpinned.corruption_probability.low > 2%, unpinned.corruption_probability.high < 0.2' \
	'unpinned.first_hit_s.min > 10ms' 'unpinned.first_hit_s.max < 1min' 'unpinned.lost_bytes > 4KiB' \
	'unpinned.discard_ns.p50 <= 1s' 'unpinned.discard_ns.p50 > 100000' \
	'paired.pinned-chunk.corrupted.estimate < 0' 'paired.pinned-chunk.corrupted.significant == 1'; do
	expecting 0 "$good"
	[ ! -s "$err" ] || _fail "'$good' holds, but something is said"
done
expecting 4 'unpinned.hits == 0'
grep -qE '^trimsim: expected unpinned.hits == 0, but it is [1-9][0-9]*$' "$err" || _fail "no message"
expect '^400 replications per policy'
expecting 4 'pinned-chunk.hits == 0, unpinned.first_hit_s.min < 10ms, unpinned.discard_ns.p50 > 1s'
[ "$(wc -l < "$err")" -eq 2 ] || _fail "not a line for each of two"
# What is not known is not as expected.
expecting 4 'pinned-chunk.first_hit_s.p50 > 0'
grep -q 'but it is not known$' "$err" || _fail "null"

long="run $r1 --replications 100000000 -o none"
bad()
{
	run_mustfail "\[experiment r1\] expect: '$1': $2" $long --set "experiment.expect=$1"
}
bad 'pinned-chunk.hit == 0' "no result is called 'hit' \(did you mean 'hits'\?\)"
bad 'pinned.hits == 0' "no result is called 'pinned.hits', there is unpinned, pinned-chunk"
bad 'pinned-chunk.hits' 'no comparison, write POLICY.NAME == NUMBER'
bad 'pinned-chunk.hits = 0' 'no comparison'
bad 'pinned-chunk.hits ==' 'a side is missing'
bad 'pinned-chunk.hits == none' "'none' is no number"
bad 'pinned-chunk.hits == 5ms' "'5ms' is no number"
bad 'unpinned.discard_ns.p50 < 5MB' "'5MB' has no known unit"
bad 'unpinned.allocation < 5' "'unpinned.allocation' is no single number"
bad 'unpinned.fingerprint == 5' "'unpinned.fingerprint' is no single number"

# In a file, with file:line; at every point of a sweep, which is named.
sweep_config > e.conf
echo 'expect = unpinned.hit == 0' >> e.conf
for command in run check list; do
	run_mustfail '^trimsim: e.conf:17: \[experiment e\] expect: .*did you mean .*\(point 0: D = 100ms, C = 500ms\)$' $command e.conf
done
run_mustfail '^trimsim: e.conf:17: \[experiment e\] expect: .*did you mean' run e.conf
sed -i 's/unpinned.hit == 0/unpinned.hits < 10/' e.conf
run_status 4 run e.conf --quiet -o sweep --replications 100 --set experiment.stop=none -r 'D >= 1s'
grep -qE '^trimsim: expected unpinned.hits < 10, but it is [0-9]+ \(D = 2s, C = 500ms\)$' "$err" || _fail "point"
[ "$(wc -l < "$err")" -le 4 ] || _fail "points that are as expected"
