#!/bin/bash
# The same seed gives the same bytes, whatever the number of workers; another
# seed gives others.
source "$TEST_TOP/common"

r1=$TEST_TOP/../../configs/validation/r1.conf
for j in 1 2 3 7; do
	run_check run "$r1" --replications 3000 --quiet -j $j -o j$j
done
for j in 2 3 7; do
	for f in points.tsv result.json report.txt manifest.conf races/001-unpinned.json data/stall.tsv; do
		cmp -s j1/$f j$j/$f || _fail "$f differs between -j 1 and -j $j"
	done
done
run_check run "$r1" --replications 3000 --quiet --seed 7 -o other
cmp -s j1/points.tsv other/points.tsv && _fail "another seed gives the same result"
run_check run "$r1" --replications 3000 --quiet --set experiment.seed=7 -o third
cmp -s third/points.tsv other/points.tsv || _fail "--seed and --set experiment.seed differ"
