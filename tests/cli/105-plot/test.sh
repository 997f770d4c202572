#!/bin/bash
# Figures of a result, by the program and by hand.
source "$TEST_TOP/common"

command -v gnuplot > /dev/null || exit 77
plots=$TEST_TOP/../../plots
validation=$TEST_TOP/../../configs/validation
run_check run "$validation/r1.conf" --replications 300 --quiet -o r

run_status 0 plot r --terminal svg
for name in corruption stall space-time; do
	expect "^r/plots/$name.svg\$"
	grep -q '</svg>' r/plots/$name.svg || _fail "$name.svg is not complete"
	grep -q 'r1: probe on probe, probe, seed 20261122, 300 replications' r/plots/$name.svg || _fail "$name: no title"
done
grep -q 'policy unpinned, hit 1, replication [0-9]' r/plots/space-time.svg || _fail "whose hit is it"
grep -q 'hit 1' r/plots/stall.svg && _fail "stall is of no hit"
cp r/plots/corruption.svg first.svg
run_check plot r --terminal svg --only corruption
cmp -s first.svg r/plots/corruption.svg || _fail "the same figure differs"
run_status 0 plot r
[ "$(head -c 4 r/plots/stall.png | tail -c 3)" = PNG ] || _fail "no PNG"

# Text for a mail or a terminal.
run_check plot r --terminal dumb --only corruption
expect 'none seen'
expect '0:300'
expect '\[0\.0[0-9]*, 0\.[0-9]*\]'
run_status 0 plot r --terminal dumb
sed 's/[\x80-\xbf]//g' "$out" | awk 'length > 79' | grep -q . && _fail "a line of more than 79 columns"

# By hand, from anywhere.
(cd / && gnuplot -c "$plots/stall.gp" "$OLDPWD/r/data/stall.tsv" svg "$OLDPWD/s.svg" Title 2> /dev/null) ||
	_fail "stall.gp by hand"
grep -q Title s.svg || _fail "no title"

# Without a title, without data, and the name of what is shown.
for name in corruption/corruption stall/stall space-time/race-001; do
	gnuplot -c "$plots/${name%/*}.gp" "r/data/${name#*/}.tsv" svg s.svg 2> /dev/null &&
		grep -q '</svg>' s.svg || _fail "$name: no figure without a title"
	rm s.svg
	gnuplot -c "$plots/${name%/*}.gp" 2> "$err" && _fail "$name: status 0 without data"
	grep -q '^usage: gnuplot -c .*DATA' "$err" || _fail "$name: no usage"
	gnuplot -c "$plots/${name%/*}.gp" missing.tsv svg s.svg 2> "$err" && _fail "$name: no error"
	[ -e s.svg ] && _fail "$name: an empty figure of no data"
done
gnuplot -c "$plots/stall.gp" r/data/discard.tsv svg s.svg 2> /dev/null
grep -q 'discard, queue included' s.svg || _fail "stall.gp does not name what it draws"

# A result without any hit has no such figure; data that is not there is an error.
run_check run "$validation/r1.conf" --replications 300 --quiet -o none \
	--set experiment.policies=pinned-chunk
run_status 0 plot none --terminal svg
grep -q '^space-time: no figure, no policy had a hit$' "$err" || _fail "no word about the missing figure"
rm r/data/stall.tsv
run_mustfail 'stall.tsv: missing' plot r --only stall
: > r/data/funnel.tsv
run_mustfail '^trimsim: r/data/funnel.tsv: empty, run it again with -o r$' plot r --only funnel
: > r/data/convergence.tsv
run_check plot r --only convergence --terminal svg
echo '{' > none/result.json
run_mustfail '^trimsim: none/result.json:1:1: Parse error' plot none
: > none/result.json
run_mustfail '^trimsim: none/result.json: not a result that trimsim wrote$' plot none
printf 'nonsense\n' > r/data/corruption.tsv
run_status 1 plot r --only corruption --terminal svg
grep -q '^trimsim: .*corruption.gp: gnuplot failed' "$err" || _fail "no message of gnuplot"
[ -e r/plots/corruption.svg.part ] && _fail "a part of a figure is left"

# No gnuplot at all.
PATH=/nonexistent run_status 1 plot r --only space-time
grep -q '^trimsim: cannot run gnuplot: ' "$err" || _fail "no message about gnuplot"
