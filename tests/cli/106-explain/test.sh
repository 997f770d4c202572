#!/bin/bash
# The story of a hit.
source "$TEST_TOP/common"

r1=$TEST_TOP/../../configs/validation/r1.conf
run_check run "$r1" --replications 400 --quiet -o r
run_check explain r
expect '^experiment r1, policy unpinned, seed 20261122, replication [0-9]+$'
expect '^hit 1 of 20 that were kept; for another: --hit N or --replication N$'
expect 'UNBLOCKED'
expect 'DESTROYS'
expect 'would say'
awk 'length > 100' "$out" | grep -q . && _fail "a line of more than 100 columns"
cp "$out" first
run_check explain r --hit 1
cmp -s "$out" first || _fail "--hit 1 is not the first"
run_check explain r --hit 2
expect '^hit 2 of 20 '
cmp -s "$out" first && _fail "--hit 2 is the first"
k=$(sed -n 's/^experiment .*replication \([0-9]*\)$/\1/p' "$out")
run_check explain r --replication "$k"
expect "replication $k\$"
run_mustfail '--hit: 0 is out of range, permitted is 1 to 20' explain r --hit 0
run_mustfail '--hit: -1 is out of range' explain r --hit -1
run_mustfail '--hit: 21 is out of range, permitted is 1 to 20' explain r --hit 21
run_mustfail '--replication: no hit of replication 399999 was kept' explain r --replication 399999
# Two ranges of one discard; a whole story fits on a page.
[ "$(wc -l < first)" -le 40 ] || _fail "the story is longer than 40 lines"
cp r/races/001-unpinned.json r/races/002-unpinned.json
run_check explain r --hit 2
expect '^one of 2 kept ranges that this discard destroyed$'
echo '{}' > r/races/001-unpinned.json
run_mustfail '001-unpinned.json: not a race that trimsim wrote' explain r
echo '{' > r/races/001-unpinned.json
run_mustfail '^trimsim: r/races/001-unpinned.json:1:1: Parse error' explain r

run_check run "$r1" --replications 50 --quiet -o none --set experiment.policies=pinned-chunk
run_mustfail 'none: no policy had a hit, there is nothing to explain' explain none
