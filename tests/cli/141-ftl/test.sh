#!/bin/bash
# device.ftl = page: what is reported of the flash, the same whatever -j, and
# what is refused.
source "$TEST_TOP/common"

short_configs
ftl="--set device.ftl=page --set device.ftl.fill=100% --set device.ftl.turnovers=1"

run_check run configs/seed-race.conf --replications 4 --quiet -j 1 $ftl --paranoid -o r
grep -qE '^  write amplification +1\.[0-9]' r/report.txt || _fail 'no write amplification'
grep -qE '^  made invalid by discards +[0-9]{4}' r/report.txt || _fail 'no page was trimmed'
grep -qE '"write_amplification" : 1\.[0-9]+' r/result.json || _fail 'nor in the JSON'
[ "$(awk 'length > 75' r/report.txt | wc -l)" -eq 0 ] || _fail 'wider than 75 columns'
run_check run configs/seed-race.conf --replications 4 --quiet -j 3 $ftl --paranoid -o other
for file in points.tsv result.json report.txt; do
	cmp r/$file other/$file || _fail "$file depends on -j"
done

# Of a sweep every kind of report says it, and the bare device nothing else.
run_check run configs/seed-race.conf --replications 2 --quiet -j 1 $ftl -o sweep \
	--set 'device.ftl.fill=${F = 50%, 100%}'
[ "$(grep -cE '^ write amplification: 1\.[0-9]+ \[.*\], 1\.[0-9]+ \[.*\]$' "$out")" -eq 2 ] ||
	_fail 'no write amplification of a sweep'
awk -F '\t' 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
	{ wa = $at["write_amplification"]; host = $at["host_pages"]; moved = $at["moved_pages"]
	  d = wa - (host + moved) / host
	  n += host > 0 && d * d < 1e-9 && $at["erased_blocks"] > 0 && $at["trimmed_pages"] > 0 }
	END { exit n != 4 }' sweep/points.tsv || _fail 'flash in points.tsv'
run_check report sweep --mail
[ "$(grep -cE '^  write amplif\. +1\.[0-9]+ +1\.[0-9]+$' "$out")" -eq 2 ] || _fail 'nor in a mail'
run_check report sweep --html
grep -q '<th>write amplif.</th>' sweep/report.html || _fail 'nor on the page'

# idle collection, FIFO, small pages, large ones
run_check run configs/seed-race.conf --replications 2 --quiet -o fifo $ftl --paranoid \
	--set device.ftl.background_blocks=4 --set device.ftl.gc=fifo --set device.ftl.page=512B
run_check run configs/seed-race.conf --replications 2 --quiet -o large $ftl --paranoid \
	--set device.ftl.page=64KiB --set device.ftl.program=64KiB --set device.ftl.protected=yes
# as little flash as can be, and times as long as can be
run_check run "configs/validation/wa.conf" --replications 1 --quiet -o small --paranoid \
	--set filesystem.size=109MiB --set device.ftl.over_provisioning=0.1% \
	--set device.ftl.program_time=1s --set workload.duration=1000s

run_mustfail 'device.ftl.program = 5kB must be a multiple of device.ftl.page = 4KiB' \
	check "configs/validation/wa.conf" --set device.ftl.program=5000B
run_mustfail 'device.ftl.buffer must hold device.ftl.program twice' \
	run "configs/validation/wa.conf" --set device.ftl.buffer=4KiB
run_mustfail 'no room for filesystem.size.*take a larger device.ftl.page' \
	run "configs/validation/wa.conf" --set filesystem.size=64TiB
run_mustfail "'2' is above 1" run "configs/validation/wa.conf" \
	--set device.ftl.over_provisioning=2
