#!/bin/bash
# The report for mails: its layout, 75 columns, no number that is a bare 0.
source "$TEST_TOP/common"
source "$TEST_TOP/sweep-config"

short_configs
r1=configs/validation/r1.conf
fits()
{
	awk 'length > 75 && !/\.conf/ { exit 1 }' "$out" || _fail 'more than 75 columns'
	grep -nE '(^| )(0|0\.0*|0\.0*%|\+-0%)( |$)' "$out" && _fail 'a bare 0'
	grep -nE ' $' "$out" && _fail 'blanks at the end of a line'
}

# One point: a row per number, the command under the table.
run_check run "$r1" --replications 400 --quiet -o r
run_check report r --mail
fits
expect '^r1: probe on probe, probe$'
expect '^400 replications per policy, seed [0-9]+, common random numbers,$'
expect '^metric +unpinned +pinned-chunk +diff$'
expect '^corrupt \(fail:runs\) +[1-9][0-9]*:400 +0:400$'
expect '^P\(corrupt\) +0\.[0-9]+ \+-[0-9]+% +< 0\.0092 +-0\.[0-9]+ \+-[0-9]+% \*$'
expect '^800 replications of all policies, .* simulated, [0-9]+ events$'
expect '^  trimsim run .*r1.conf.*--replications 400'
expect '^  \(trimsim [0-9.]+, model [0-9a-f]+\)$'
# The command is right: it gives the same report.
sed -n '/^reproduce:$/,/^  (/p' "$out" | sed '1d;$d' > command
cp "$out" first
sed -i "s|trimsim run|'$TRIMSIM' run|; \$s|\$| -o again --quiet|" command
sh ./command > /dev/null || _fail 'the command fails'
run_check report again --mail
cmp -s "$out" first || _fail 'another report'

# A sweep: points as rows.
sweep_config > e.conf
run_check run e.conf --quiet -o s -r 'D >= 500ms' --replications 1000
run_check report s --mail
fits
expect '^D, C +fail:runs +fail:runs +s per run$'
[ "$(grep -cE '^[0-9ms]+, [0-9ms]+ +[0-9]+:[0-9]+ +(\+-[0-9]+%|<[0-9.e-]+) +0:[0-9]+ +<[0-9.e-]+( \*)? +(none|[-+0-9.e]+( \*)?)$' "$out")" -eq 12 ] ||
	_fail 'not a row for each of 12 points'
expect '^1s, 500ms .* \*'

# One policy, three of them; labels that are too long for their column.
run_check run "$r1" --replications 50 --quiet -o one --set experiment.policies=pinned-chunk
run_check report one --mail
fits
grep -q '\*' "$out" && _fail 'a mark without a pair'
{ sweep_config; echo 'policies = unpinned, pinned-chunk, mine'
	printf '[policy mine]\nkind = pinned-chunk\n'; } | sed 's/^D = .*//; s/C = /a_long_name_of_C = /; s/{C}/{a_long_name_of_C}/' > three.conf
run_check run three.conf --quiet -o three --replications 100
run_check report three --mail
fits
expect '^ +unpinned +mine +more stall$'

# What varies is not that of the first point; the name of a variable has dots.
run_check run configs/seed-race.conf --replications 1 --quiet -o varies -j 1 \
	--set 'experiment.device=${disk = dm-thin, nvme-datacenter}' \
	--set 'filesystem.commit_interval=${5s, 30s}'
expect '^device      varies$'
expect '^filesystem  btrfs-3\.18$'
grep -q '^  "device" : "varies",$' varies/result.json || _fail 'result.json names one of two devices'
run_check report varies --mail
fits
expect '^seed-race: fstrim-and-balance on several devices, btrfs-3\.18$'
expect '^disk = nvme-datacenter, filesystem.commit_interval = 30s$'
run_check report varies --html
grep -q '^<p class="sub">fstrim-and-balance on several devices, btrfs-3.18; seed' varies/report.html ||
	_fail 'the page names one of two devices'

run_mustfail 'only one of them' report r --mail --format tsv
run_mustfail 'no such directory' report nowhere --mail

# hits that healed are no loss, and not nothing
run_check run configs/seed-race.conf --replications 4 --quiet -o healed \
	--set 'workload.sync_pause=${S = 100ms, 1s}'
run_check report healed --mail
expect '^  hits +[1-9][0-9]* +0$'
