#!/bin/bash
# --paranoid checks invariants in any run and changes nothing else.
source "$TEST_TOP/common"

configs=$TEST_TOP/../../configs
for config in "seed-race.conf --replications 4" "generic-038.conf -e now --replications 2" \
		"replay-a1.conf --replications 1" "replay-a5.conf" \
		"replay-a5-elsewhere.conf --replications 1" "validation/s1.conf --replications 200"; do
	run_check run "$configs"/$config --quiet -o plain
	run_check run "$configs"/$config --quiet -o checked --paranoid
	cmp -s plain/points.tsv checked/points.tsv || _fail "$config: --paranoid changes the result"
	grep -q '^paranoid = true' checked/manifest.conf || _fail "$config: not in the manifest"
	rm -r plain checked
done
