#!/bin/bash
# Streams of requests to the bare device: what is served, in which order, and what is refused.
source "$TEST_TOP/common"
short_configs

queue=configs/validation/queue.conf
small="--replications 20 --quiet -j 1"

run_check run "$queue" $small --format json -o r
expect '"commands" : [0-9]{4}'
expect '"write_amplification" : null'
grep -q 'write amplification' r/report.txt && _fail 'a device without flash reports on it'

# reads first, and with every invariant
run_check run "$queue" $small --paranoid -o reads-first --set device.scheduler=reads-first \
	--set device.discard.queueing=barrier --set workload.write_share=20% \
	--set workload.discard_share=10% --set workload.open_rate=0.3/s
run_check run "$queue" $small --paranoid -o closed --set workload.open_rate=0/s \
	--set workload.depth=7 --set 'workload.think=exponential(mean=3s)' \
	--set device.scheduler=reads-first --set workload.write_share=50%

# So many discards of a size, one after the other, and then the run ends.
trims="--set workload.open_rate=0/s --set workload.depth=1 --set workload.clients=discard"
trims+=" --set workload.warmup=0s --set workload.discard_bytes=1MiB --set workload.requests=8"
trims+=" --set device.discard.latency=fixed(1s)"
for places in random sequential; do
	run_check run "$queue" $small --format json -o $places $trims --set workload.places=$places
	expect '"simulated_s" : 160'
	expect '"commands" : 160'
done
# Of ranges that lie behind each other NVMe makes one command of up to four.
run_check run "$queue" $small --format json -o ranges $trims --set workload.places=sequential \
	--set workload.discard_ranges=8 --set device.discard.max_ranges=4 \
	--set device.discard.slots=1
expect '"simulated_s" : 320'

run_mustfail 'requests counts those of clients' run "$queue" --set workload.requests=5
run_mustfail 'discard_bytes must be 0B or at least 512B' run "$queue" \
	--set workload.discard_bytes=5B
run_mustfail 'discard_bytes=-5B' run "$queue" --set workload.discard_bytes=-5B
run_mustfail 'open_rate or depth must be above 0' run "$queue" --set workload.open_rate=0/s
run_mustfail 'are more than 100%' run "$queue" --set workload.write_share=60% \
	--set workload.discard_share=50%
run_mustfail 'warmup must be below duration' run "$queue" --set workload.warmup=4400s
run_mustfail 'reads-first needs workload = requests' run \
	"$TEST_TOP/../../configs/seed-race.conf" --set device.scheduler=reads-first
run_mustfail "'lifo' is not one of fifo, reads-first" run "$queue" --set device.scheduler=lifo

# Of a sweep the report has what the device did; nothing else happens.
run_check run "$queue" --quiet --replications 2 --set 'workload.discard_share=${X = 0, 10%}' -o sweep
[ "$(grep -c '^ read     latency p50 .*, p99 .*, max .*s$' "$out")" -eq 2 ] || _fail 'reads of two points'
[ "$(grep -c '^ discard  latency p50 ' "$out")" -eq 1 ] || _fail 'discards of one point'

# What a bare device cannot have is not spoken of.
silent()
{
	grep -nE 'corrupt|race:|stall|pinned space|hidden|\(< ' "$1" && _fail "$1 speaks of a file system"
	[ "$(awk 'length > 75' "$1" | wc -l)" -eq 0 ] || _fail "$1 is wider than 75 columns"
}
silent sweep/report.txt
silent r/report.txt
[ "$(wc -l < r/report.txt)" -lt 30 ] || _fail 'a long report of a bare device'
run_check report sweep --mail
silent "$out"
grep -qE '^ +mean read +mean write +mean discard +write amplif\.$' "$out" || _fail 'no means'
run_check report r --mail
silent "$out"
grep -qE '^reads +[0-9]+$' "$out" || _fail 'no reads'
run_check report sweep --html
grep -q '<th>mean discard</th>' sweep/report.html || _fail 'no means on the page'
grep -q '<th>writes</th>' sweep/report.html && _fail 'a column of dashes on the page'
grep -qE 'P\(corrupt\)|Significant' sweep/report.html && _fail 'the page speaks of a file system'

# What is not there is not drawn: a bare device loses nothing, and nobody asks it for space.
command -v gnuplot > /dev/null || exit 0
run_status 0 plot sweep --terminal svg
[ "$(cat "$out")" = "$(printf 'sweep/plots/%s.svg\n' read-latency discard-size)" ] || _fail 'figures of nothing'
grep -qE ' on [^,]*, seed [0-9]' sweep/plots/read-latency.svg || _fail 'a file system in the title'
for name in corruption risk convergence paired; do
	grep -q "^$name: no figure, the workload has no file system" "$err" || _fail "no word about $name"
done
grep -q '^stall: no figure, there were fewer than two requests$' "$err" || _fail 'no word about stall'
grep -q '^chunk-alloc: no figure, there were fewer than two chunk allocations$' "$err" ||
	_fail 'no word about chunk-alloc'
run_status 0 plot sweep --only risk
[ -s "$out" ] && _fail 'a figure of no risk'
[ "$(wc -l < "$err")" -eq 1 ] || _fail 'not one line about risk'
