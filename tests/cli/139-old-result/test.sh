#!/bin/bash
# Results that were made before there was a store: shown as ever, refused where
# a store is needed, and a run into their place makes one.
source "$TEST_TOP/common"

r1=$TEST_TOP/../../configs/validation/r1.conf
run_check run "$r1" --replications 50 --quiet -o r
rm r/results.sqlite
run_check report r
run_check explain r
for command in verify 'merge -o x'; do
	run_mustfail 'r: it lacks results.sqlite: an older version of trimsim made it, run it again' $command r
done
run_mustfail '-o: r holds another experiment' run "$r1" --seed 7 --quiet -o r
run_check run "$r1" --replications 60 --quiet -o r
[ "$(sed -n 2p r/points.tsv | cut -f2)" = 60 ] || _fail "not replaced"
run_check verify r --quiet
