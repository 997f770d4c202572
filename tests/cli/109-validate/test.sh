#!/bin/bash
# validate prints a table of at most 100 columns, JSON and files that plot;
# unknown cases and bad numbers are usage errors.
source "$TEST_TOP/common"

run_check validate r6 --budget 1000 -j 1 -o made
expect '^r6  D x k: '
expect '^  logn\(1,1\) 0.5 4 +P +5.394e-01 '
expect '^  all of these under pinned-chunk +hits +exactly 0 +0:[0-9]+ '
expect '^[0-9]+ rows tested, 0 of them beyond'
[ "$(expand "$out" | awk 'length > 100' | wc -l)" -eq 0 ] || _fail 'wider than 100 columns'
cmp -s "$out" made/validation.txt || _fail 'validation.txt is not what was printed'
[ "$(ls made | tr '\n' ' ')" = 'validation.json validation.tsv validation.txt ' ] || _fail 'files'
if command -v gnuplot > /dev/null; then
	gnuplot -c "$TEST_TOP/../../plots/validation.gp" made/validation.tsv svg made/v.svg 2> "$err" ||
		_fail 'validation.gp'
	grep -q '</svg>' made/v.svg || _fail 'no figure'
fi

# the same seed, the same bytes; another seed, others
run_check validate r2-service --budget 1000 -j 1 --format json
cp "$out" first.json
expect '"closed_form" : 0.23842170'
expect '"verdict" : "passed"'
run_check validate r2-service --budget 1000 -j 2 --format json
cmp -s "$out" first.json || _fail 'JSON depends on -j'
run_check validate r2-service --budget 1000 --format json --seed 3
cmp -s "$out" first.json && _fail 'another seed, the same result'

# rows that expect less than 20 hits are not passed
run_check validate r2 --budget 1000 --format json
expect '"verdict" : "needs rare-event estimation"'
expect '"closed_form" : 9.404856[0-9]*e-11'

run_mustfail "no case 'r9'" validate r9
run_mustfail "--budget: 'many'" validate --budget many
run_mustfail '--format' validate --format xml
run_mustfail '-j' validate -j -1

# judged by a tolerance
run_check validate wa-fifo --budget 1000 -o made
expect '^  0.8 +WA +2.693e\+00 .* ok$'
expect '^Within their tolerance: 11 of 11 rows.$'
if command -v gnuplot > /dev/null; then
	gnuplot -c "$TEST_TOP/../../plots/write-amplification.gp" made/validation.tsv svg made/w.svg \
		2> "$err" || _fail 'write-amplification.gp'
	grep -q '</svg>' made/w.svg || _fail 'no figure'
	run_check plot made --terminal svg --only write-amplification
	expect '^made/plots/write-amplification.svg$'
	run_mustfail "--only: made has no 'risk'" plot made --only risk
fi
