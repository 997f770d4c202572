#!/bin/bash
# The ready experiments, shortened: each runs, its points are what its name says,
# and the policy with the fix loses nothing.
source "$TEST_TOP/common"

configs=$TEST_TOP/../../configs

# short CONFIG EXPERIMENT POINTS SELECTION SET...
short()
{
	local config=$1 name=$2 points=$3 selection=$4
	shift 4
	run_check list "$configs/$config" -e "$name"
	expect "^experiment $name: $points points\$"
	run_check run "$configs/$config" -e "$name" -r "$selection" --replications 2 --quiet -o "$name" \
		--set workload.duration=2s --set experiment.expect='pinned-chunk.hits == 0' "$@"
	[ "$(wc -l < "$name/points.tsv")" -ge 5 ] || _fail "$name: fewer than two points"
	grep -q '"failures" : \[ *\]' "$name/result.json" || _fail "$name: a replication failed"
}

short latency-commit.conf latency-commit 24 'D == 300ms && T <= 3s'
short latency-commit.conf latency-commit-sync 24 'D == 300ms && T <= 3s'
short device-presets.conf device-presets 6 '1, 5'
short stall-fill.conf stall-fill 25 'F == 50% && N <= 2'
short ro-window.conf ro-window 20 'W == 10ms && N <= 2'
short balance-cleaner.conf balance-cleaner 14 'D == 100ms'
short power-loss.conf power-loss 6 'sync == 1s' \
	--set 'device.power_loss=uniform(1s, 2s)'
short read-latency.conf read-latency 4 '0..3' \
	--set experiment.expect='unpinned.device.read.latency_ns.4KiB.p50 < 1ms'
