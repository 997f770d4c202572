#!/bin/bash
# Two results of an experiment: which points and policies, paired or not, three formats.
source "$TEST_TOP/common"
source "$TEST_TOP/sweep-config"

r1=$(realpath "$TEST_TOP/../../configs/validation/r1.conf")
run_check run "$r1" --replications 400 --quiet -o a
run_check run "$r1" --replications 400 --quiet -o b --set 'workload.write_delay=exponential(mean=9s)'
run_check run "$r1" --replications 400 --quiet -o other --seed 7
run_check run "$r1" --replications 300 --quiet -o fewer

# The same twice: no pair differs, no test, nothing significant; it can be its own other.
for other in a a/; do
	run_check compare a $other
	expect '^paired, the same random numbers$'
	expect 'over all 0 tests \(Holm\): 0$'
	expect '^  fail:runs +[0-9]+:400 +[0-9]+:400 +no pair differs$'
done

# Writes that come later are in time less often: fewer corruptions, and that is no chance.
run_check compare a b
expect '^A  a$'
expect '^paired, '
expect '^  fail:runs +[0-9]+:400 +[0-9]+:400 +-0\.[0-9]+ \[-0\.[0-9]+, -0\.[0-9]+\] \*$'
[ "$(awk '{ print length }' "$out" | sort -n | tail -1)" -le 75 ] || _fail 'more than 75 columns'
run_check compare b a --format tsv
awk -F '\t' 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
	$at["policy"] == "unpinned" && $at["metric"] == "corrupted" {
		exit !($at["difference"] > 0 && $at["low"] > 0 && $at["significant"] == 1 &&
			$at["p_adjusted"] >= $at["p"] && $at["p_adjusted"] <= 0.05) }' "$out" || _fail 'tsv'

# Without pairs the interval is wider; each reason is told.
run_check compare a other
expect '^unpaired: the seeds differ$'
run_check compare a fewer
expect '^unpaired: the numbers of replications differ$'
cp -r b nostore && rm nostore/results.sqlite
run_check compare a nostore
expect '^unpaired: their results.sqlite cannot be read$'
run_check compare a nostore --format json
grep -q '"paired" : false' "$out" || _fail 'json: paired'
command -v python3 > /dev/null && python3 - "$out" <<- 'EOT' || _fail 'json: numbers'
	import json, sys
	c = json.load(open(sys.argv[1]))
	row = c["points"][0]["policies"]["unpinned"]["corrupted"]
	d = row["difference"]
	assert abs(d["estimate"] - (row["b"]["estimate"] - row["a"]["estimate"])) < 1e-12
	assert d["low"] < d["estimate"] < d["high"] < 0 and row["significant"]
	assert c["correction"] == "holm" and c["tests"] >= 1
EOT

# Sweeps: points by their values, however written; those of one side only are counted.
sweep_config > e.conf
run_check run e.conf -o s1 --quiet -r 'D >= 1s' --replications 200 --set experiment.stop=none
sed 's/1s, 2s}/1000ms, 3s}/' e.conf > f.conf
run_check run f.conf -o s2 --quiet -r 'D >= 1s' --replications 200 --set experiment.stop=none
run_check compare s1 s2
expect '^paired, the same random numbers at 4 of 4 points$'
expect '^4 points only in A, 4 only in B, left out$'
expect '^D = 1s, C = 500ms$'

# Nothing in common, or no result at all.
run_mustfail 's1 and a have no point in common: .* e here \(D = 1s, C = 500ms\) .* r1 there \(no variables\)' compare s1 a
run_check run "$r1" --replications 50 --quiet -o pinned --set experiment.policies=pinned-chunk
run_check run "$r1" --replications 50 --quiet -o free --set experiment.policies=unpinned
run_mustfail 'free and pinned have no policy in common: unpinned here, pinned-chunk there' compare free pinned
run_check compare a pinned
run_mustfail 'no such directory' compare a nowhere
run_mustfail 'too few arguments' compare a
run_mustfail "'html' is not one of text, json, tsv" compare a b --format html
for broken in '' '[]' '{"points": []}' '{"points": [{"parameters": {}, "policies": {"x": 5}}]}' '{'; do
	echo "$broken" > nostore/result.json
	run_mustfail 'nostore/result.json' compare a nostore
done
echo '{"points": [{"parameters": {}, "policies": {"unpinned": {}}}]}' > nostore/result.json
run_check compare a nostore
