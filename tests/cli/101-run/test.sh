#!/bin/bash
# A run prints its report and leaves a complete result directory behind.
source "$TEST_TOP/common"

short_configs
r1=configs/validation/r1.conf
run_status 0 run "$r1" --replications 400 -j 2
expect '^experiment  r1$'
expect '^400 replications per policy, seed 20261122, common random numbers,$'
expect '^corrupt \(fail:runs\) +[1-9][0-9]*:400 +0:400 \(< 0.0092\)$'
expect '^  trimsim run'
tr -d '\\\n' < "$out" | grep -qE -- ' --replications 400 +--seed 20261122' ||
	_fail 'not the command that reproduces it'
awk 'length > 75 && !/trimsim run/' "$out" | grep -q . && _fail "a line of more than 75 columns"

# The place is named on stderr.
grep -qE '^result: results/r1-[0-9a-f]{12}$' "$err" || _fail "the result is not named"
dir=$(sed -n 's/^result: //p' "$err")
for f in manifest.conf points.tsv report.txt result.json results.sqlite plots races \
	 data/corruption.tsv data/stall.tsv data/race-001.tsv races/001-unpinned.json; do
	[ -e "$dir/$f" ] || _fail "no $f in the result"
done
[ "$(ls races "$dir/races" 2> /dev/null | grep -c json)" -eq 20 ] || _fail "not 20 races kept"
cmp -s "$out" "$dir/report.txt" || _fail "report.txt is not what was printed"
[ "$(ls results | wc -l)" -eq 1 ] || _fail "something beside the result"

# Percentiles have intervals, which hold them; too few values have no upper limit.
expect '^  first hit p50 +[0-9.]+m?s \[[0-9.]+m?s, [0-9.]+m?s\]'
expect '^  discard\+queue p50 +[0-9.]+m?s \[[0-9.]+m?s, [0-9.]+m?s\]'
awk -F '\t' 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
	{ split("p50 p90 p99", q, " ")
	  for (k in q) { x = $at["discard_" q[k] "_ns"]; low = $at["discard_" q[k] "_low_ns"]; high = $at["discard_" q[k] "_high_ns"]
		if (!(low > 0 && low < x && x < high && high < 3 * low)) exit 1 }
	  if ($at["discard_p999_low_ns"] != "nan" && $at["discard_p999_high_ns"] != "nan") exit 1 }' "$dir/points.tsv" ||
	_fail "intervals of percentiles"

# The manifest is a configuration that gives the same result again, byte for byte.
cp "$dir/points.tsv" first.tsv
run_check run "$dir/manifest.conf" --quiet -o again
cmp -s first.tsv again/points.tsv || _fail "the manifest does not reproduce the result"

# How far a run goes does not change its place; what it is of does.
run_status 0 run "$r1" --replications 300
grep -qx "result: $dir" "$err" || _fail "another place for fewer replications"
run_status 0 run "$r1" --replications 300 --set experiment.confidence=0.9
grep -qx "result: $dir" "$err" || _fail "another place for another confidence"
run_status 0 run "$r1" --replications 300 --seed 4
grep -qx "result: $dir" "$err" && _fail "the same place for another seed"

# A result is replaced by a shorter one of the same experiment; nothing is lost of it.
run_check run "$r1" --replications 10 --quiet -o again
[ "$(sed -n 2p again/points.tsv | cut -f2)" = 10 ] || _fail "not replaced"
run_check run "$r1" --replications 400 --quiet -o again
cmp -s first.tsv again/points.tsv || _fail "the longer result has not come back"

# Another experiment's is not: another seed, a value set otherwise, another name.
before=$(cd again && sha256sum *.* races/* data/*)
other='-o: again holds another experiment \(r1, with'
run_mustfail "$other seed = 20261122\): choose another -o\$" run "$r1" --seed 5 -o again
run_mustfail "$other write_delay = .*\): choose another -o" \
	run "$r1" --set 'workload.write_delay=fixed(1s)' -o again
run_mustfail "$other .*\): choose another -o" run configs/validation/r3.conf -o again
run_mustfail "$other .*\): choose another -o" run configs/validation/r3.conf --shard 0/2 -o again
[ "$(cd again && sha256sum *.* races/* data/*)" = "$before" ] || _fail "something has changed"
# Where nothing has run nothing can be lost.
mkdir unused && cp again/manifest.conf unused
run_mustfail 'unused exists and is no result' run configs/validation/r3.conf -o unused
