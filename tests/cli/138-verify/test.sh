#!/bin/bash
# verify runs stored blocks again, and sees what is not what comes out.
source "$TEST_TOP/common"
source "$TEST_TOP/sweep-config"

sweep_config > e.conf
run_check run e.conf --replications 300 --quiet -o r
run_check verify r --quiet
expect '^100 of [0-9]+ blocks run again, [0-9]+ replications: all the same$'
run_check verify r --quiet --sample 3 -j 1
expect '^3 of '
run_check verify r --quiet --all
expect '^([0-9]+) of \1 blocks run again, '

# Of the points that were selected last, though all are stored.
run_check run e.conf --replications 300 --quiet -o r -r 'D == 1s && C < 3s'
run_check verify r --quiet --all
run_check run e.conf --replications 300 --quiet -o r

# points.tsv was edited.
sed -i '3s/pinned-chunk/pinned/' r/points.tsv
run_status 4 verify r --quiet --sample 1
expect '^DIFFERENT: points.tsv is not what the stored blocks give$'
run_check run e.conf --replications 300 --quiet -o r
run_check verify r --quiet --sample 1

# The sums of a replication in the place of those of another one.
if command -v sqlite3 > /dev/null; then
	sqlite3 r/results.sqlite 'update block set sums = (select sums from block where point = 2 and start = 4)
		where point = 2 and start = 5'
	run_status 2 verify r --quiet
	grep -q 'a block is not what was written' "$err" || _fail "a block in the wrong place is not seen"
fi

# Of another program, or changed since.
run_check run e.conf --replications 30 --quiet -o t
sed -i 's/^replications = 30/replications = 40/' t/manifest.conf
run_status 0 verify t --quiet
sed -i '1s/model [0-9a-f]*/model 000000000000/' t/manifest.conf
run_mustfail 't/manifest.conf: of another version of trimsim, or changed since; this is version' verify t
