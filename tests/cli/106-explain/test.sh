#!/bin/bash
# The story of a hit.
source "$TEST_TOP/common"

r1=$TEST_TOP/../../configs/validation/r1.conf
run_check run "$r1" --replications 400 --quiet -o r
run_check explain r
expect '^experiment r1, policy unpinned, seed 20261122, replication [0-9]+, hit 0$'
expect 'UNBLOCKED'
expect 'DESTROYS'
expect 'would say'
awk 'length > 100' "$out" | grep -q . && _fail "a line of more than 100 columns"
cp "$out" first
run_check explain r --hit 1
cmp -s "$out" first || _fail "--hit 1 is not the first"
run_check explain r --hit 2
cmp -s "$out" first && _fail "--hit 2 is the first"
k=$(sed -n 's/.*replication \([0-9]*\), hit.*/\1/p' "$out")
run_check explain r --replication "$k"
expect "replication $k, hit 0"
run_mustfail '--hit: 21 is out of range, permitted is 1 to 20' explain r --hit 21
run_mustfail '--replication: no hit of replication 399999 was kept' explain r --replication 399999
echo '{}' > r/races/001-unpinned.json
run_mustfail '001-unpinned.json: not a race that trimsim wrote' explain r

run_check run "$r1" --replications 50 --quiet -o none --set experiment.policies=pinned-chunk
run_mustfail 'none: no policy had a hit, there is nothing to explain' explain none
