#!/bin/bash
# A sweep: the report, points.tsv and JSON of many points, the rule to stop.
source "$TEST_TOP/common"
source "$TEST_TOP/sweep-config"

sweep_config 'failures >= 50' > e.conf
run_status 3 run e.conf -o r -j 2
grep -qE '^trimsim: [0-9]+ of 20 points reached the cap of replications before the rule to stop \(failures >= 50\)$' "$err" ||
	_fail "the cap came first, and no word"
capped=$(sed -n 's/^trimsim: \([0-9]*\) of 20 points reached the cap.*/\1/p' "$err")
[ "$(grep -c '^ CAP of replications reached before the rule to stop$' "$out")" -eq "$capped" ] ||
	_fail "not all that reached the cap say so"
grep -qx 'result: r' "$err" || _fail "the result is not named"
expect '^20 points, seed 20261122, common random numbers,$'
expect '^D = 200ms, C = 500ms$'
expect '^ pinned-chunk +0:3000 +< 0\.0012'
awk 'length > 75 && !/trimsim run/' "$out" | grep -q . && _fail "a line of more than 75 columns"
expect '^ +fail:runs +P\(corrupt\) +hits +stalled +p99$'
expect '^fail:runs   replications that were corrupted'
grep -q 'no race' "$out" && _fail "no race, where there are hits"
cmp -s "$out" r/report.txt || _fail "report.txt is not what was printed"

# A column per variable first, numbers in base units; a line per point and policy.
[ "$(head -1 r/points.tsv | cut -f1-5)" = "$(printf 'D_s\tC_s\tpolicy\treplications\tcorrupted')" ] ||
	_fail "columns: $(head -1 r/points.tsv | cut -f1-5)"
[ "$(wc -l < r/points.tsv)" -eq 41 ] || _fail "not 40 lines of points"
[ "$(sed -n '2p;41p' r/points.tsv | cut -f1-3)" = "$(printf '0.1\t0.5\tunpinned\n2\t4\tpinned-chunk')" ] ||
	_fail "first and last point"
awk -F '\t' 'NR > 1 && NF != n { exit 1 } { n = NF }' r/points.tsv || _fail "rows of different length"

# A point that has its failures has as few replications as that takes, others have all.
awk -F '\t' 'NR > 1 && $3 == "unpinned" {
		if ($5 >= 50 ? $4 >= 3000 || $5 > 60 : $4 != 3000) exit 1
		enough += $5 >= 50
		few += $5 < 50
	} END { exit !(enough > 5 && few > 5) }' r/points.tsv || _fail "not stopped by the rule"
# Both policies have the same.
awk -F '\t' 'NR % 2 == 0 { n = $4 } NR % 2 && NR > 1 && $4 != n { exit 1 }' r/points.tsv ||
	_fail "policies of a point have different replications"

if command -v python3 > /dev/null; then
	python3 - r/result.json <<- 'EOT' || _fail "result.json"
	import json, sys
	points = json.load(open(sys.argv[1]))["points"]
	assert len(points) == 20
	assert points[5]["parameters"] == {"D": "200ms", "C": "1s"}
	assert points[0]["stopped"] == "cap"
	assert points[19]["stopped"] == "enough"
	p = points[19]["policies"]["unpinned"]
	e = p["corruption_probability"]
	assert e["method"] == "inverse sampling"
	assert abs(e["estimate"] - (p["corrupted"] - 1) / (p["replications"] - 1)) < 1e-12
	assert all(q["paired"]["pinned-chunk"]["corrupted"]["estimate"] <= 0 for q in points)
	EOT
fi
grep -q '"point" : "D = ' r/races/001-unpinned.json || _fail "a race without its point"
run_check explain r
expect '^D = 200ms, C = 500ms$'
expect '^a sweep keeps one per point and policy'
expect '^hit 1 of'
cp -r r healed
sed -i 's/"fate" : "persistent"/"fate" : "healed"/' healed/races/001-*.json
run_check explain healed
expect '^hit 2 of'
run_check explain healed --hit 1
expect '^hit 1 of'

# A part says that it is one.
run_status 3 run e.conf -o r -r 'D == 1s && C < 1s' --replications 20
expect '^CAP of replications reached before failures >= 50: less precise$'
expect '^PART        1 of 20 points; the others were not selected \(-r\)$'
grep -qx 'trimsim: a part: 1 of 20 points; the others were not selected (-r)' "$err" || _fail "a part, and no word"
grep -q '"points_in_all" : 20' r/result.json || _fail "result.json does not know that it is a part"
run_check report r --mail
expect '^1 of 20 points'
run_status 3 run e.conf -o r --quiet
grep -q PART r/report.txt && _fail "all points are called a part"

# Nothing could be destroyed: a sweep says so at each point, and one point under each policy.
no_race='--set experiment.stop=none --replications 2 --quiet -o none --set'
run_check run e.conf $no_race 'device.discard.latency=fixed(${D = 1us, 2us, 5us, 1ms, 2ms})' -r 'D < 1ms && C == 1s'
[ "$(grep -cx ' no race: no block group was removed' "$out")" -eq 3 ] || _fail "no reason at each point"
rm -r none
run_check run e.conf $no_race 'device.discard.latency=fixed(${D = 1us, 2us, 5us, 1ms, 2ms})' -r 'D < 2us && C == 1s'
expect '^no race under unpinned, see the funnel:$'
expect '^  no block group was removed$'

# Of so many points no line could be followed.
if command -v gnuplot > /dev/null; then
	run_status 0 plot r --only stall
	grep -qx 'stall: no figure, it would have 40 lines, stall-map, risk and ccdf show a sweep' "$err" ||
		_fail "a crowded figure"
fi

# Common random numbers: what comes before the commit is the same whatever its delay.
awk -F '\t' 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "funnel_removed") c = i }
	NR > 1 && $4 == 3000 { if ($1 == d && $c != n) bad = 1; d = $1; n = $c; seen++ }
	END { exit !(seen > 10 && n > 0 && !bad) }' r/points.tsv || _fail "points have other random numbers"

# The same bytes for any number of workers, and from the manifest.
for j in 1 5; do
	run_status 3 run e.conf -o j$j -j $j --quiet
	same_result r j$j
done
run_status 3 run r/manifest.conf -o again --quiet
for f in points.tsv result.json manifest.conf; do
	cmp -s r/$f again/$f || _fail "the manifest does not reproduce $f"
done
