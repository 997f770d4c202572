#!/bin/bash
# The figures of a sweep: all that the data supports, and a word about the rest.
source "$TEST_TOP/common"

command -v gnuplot > /dev/null || exit 77
plots=$TEST_TOP/../../plots
configs=$TEST_TOP/../../configs

cat > sweep.conf << EOF
include $configs/seed-race.conf
[experiment small]
inherit = seed-race
device.discard.latency = lognormal(median=\${D = 30ms, 300ms, 1s}, sigma=0.5)
filesystem.commit_interval = \${T = 1s, 5s, 30s}
workload.duration = 5s
replications = 12
seed = 3
EOF
run_check run sweep.conf -e small --quiet -o r
run_status 0 plot r --terminal svg
grep -v '^[a-z-]*: no figure, ' "$err" | grep -q . && _fail "plot: other words on stderr"
for name in stall risk risk-map stall-map trade chunk-alloc ccdf timeline convergence paired; do
	expect "^r/plots/$name.svg\$"
	grep -q '</svg>' r/plots/$name.svg || _fail "$name.svg is not complete"
	grep -q 'small: fstrim-and-balance on dm-thin, btrfs-3.18, seed 3, 12 replications a point' \
		r/plots/$name.svg || _fail "$name: its title does not say what it is of"
done
grep -q '^corruption: no figure, it would have 18 columns' "$err" || _fail "no word about corruption"
grep -q '^funnel: no figure, there would be 18 groups' "$err" || _fail "no word about the funnel"
grep -q '^read-latency: no figure, nothing was read' "$err" || _fail "no word about the reads"
grep -q '^discard-size: no figure, there would be 18 points' "$err" || _fail "no word about the sizes"
grep -q 'device.discard.latency' r/plots/risk.svg || _fail "risk: the axis does not say what D sets"
grep -q 'pinned-chunk, D = 1s, T = 30s, replication 0' r/plots/timeline.svg ||
	_fail "timeline: it does not say which replication"

grep -q '4 of 9 points: those with the widest intervals at the end' r/plots/convergence.svg ||
	_fail "convergence: it does not say that it shows a part"
[ "$(grep -c '^"' r/data/convergence.tsv)" -eq 8 ] || _fail "convergence: not four points of two policies"

# The same figures again; each terminal; --only.
cp r/plots/risk-map.svg first.svg
run_check plot r --terminal svg --only risk-map
[ "$(wc -l < "$out")" -eq 1 ] || _fail "--only draws more than one"
cmp -s first.svg r/plots/risk-map.svg || _fail "the same figure differs"
run_check plot r --terminal pdf --only trade
[ "$(head -c 4 r/plots/trade.pdf)" = %PDF ] || _fail "no PDF"
run_check plot r --only timeline
[ "$(head -c 4 r/plots/timeline.png | tail -c 3)" = PNG ] || _fail "no PNG"
run_check plot r --terminal dumb --only risk-map
expect '30 s +\+-\|'
run_mustfail "--only: 'histogram' is not one of corruption, stall" plot r --only histogram

# By hand, from anywhere: with the directory, with the table, with another number, with a closed form.
dir=$PWD
(cd / && gnuplot -c "$plots/risk.gp" "$dir/r" svg "$dir/a.svg" Title per_removal 2> /dev/null) || _fail "by hand"
grep -q 'per block-group removal' a.svg || _fail "risk.gp does not draw what was asked for"
gnuplot -c "$plots/risk.gp" r/points.tsv svg a.svg Title corruption_probability 'exp(-x)' 2> /dev/null ||
	_fail "a closed form"
grep -q 'closed form' a.svg || _fail "no closed form"
gnuplot -c "$plots/risk.gp" r svg b.svg Title no_such 2> "$err"
[ $? -eq 2 ] || _fail "a metric that is not there"
[ -e b.svg ] && _fail "an empty figure is left"
# Of six columns each name can be read.
head -7 r/data/corruption.tsv > six.tsv
gnuplot -c "$plots/corruption.gp" six.tsv dumb six.txt 2> "$err" || _fail "corruption of six"
for t in 1s 5s 30s; do
	for policy in unpinned pinned-chunk; do
		grep -q "^ *$policy, D = 30ms, T = $t +" six.txt || _fail "corruption: no $policy at $t"
	done
done
printf '%s\n' "$(awk '/^"/ && ++n > 12 { exit } 1' r/data/funnel.tsv)" > twelve.tsv
gnuplot -c "$plots/funnel.gp" twelve.tsv svg f.svg 2> "$err" || _fail "funnel of twelve"
# Filled is what the report marks with *, whatever the interval says.
pair()
{
	printf '# index\n0\t"b, x = 1"\t40\t-0.1\t-0.2\t-0.01\t1\t0.5\t1.5\t%s\t%s\n' "$1" "$2" > p.tsv
	gnuplot -c "$plots/paired.gp" p.tsv svg p.svg 2> "$err" || _fail "paired of one"
	grep -c "href='#gpPt4'" p.svg
}
[ "$(pair 0 0) $(pair 0 1) $(pair 1 1)" = '0 1 2' ] || _fail "paired: what is filled is not what is significant"
printf '0\t"b, x = 1"\t40\t-0.1\t-0.2\t-0.01\t1\t0.5\t1.5\n' > p.tsv
gnuplot -c "$plots/paired.gp" p.tsv svg p.svg 2> "$err"
[ $? -eq 3 ] || _fail "paired: a table of an older version"
# Two variables that are texts: a series is known by its mark, though none was seen.
printf 'device\tfilesystem\tpolicy\treplications\tcorrupted\tcorruption_probability\tlow\thigh\tcorruptions_per_hour\tl\th\tstall_p99_ns\n' > t.tsv
for device in sata nvme; do for fs in old new; do for policy in a b; do
	printf '%s\t%s\t%s\t9\t0\t0\t0\t0.3\t0\t0\t9\t0\n' $device $fs $policy
done; done; done >> t.tsv
gnuplot -c "$plots/risk.gp" t.tsv svg t.svg 2> "$err" || _fail "risk of texts"
for policy in a b; do for fs in old new; do
	grep -q "$policy, filesystem = $fs: none seen" t.svg || _fail "risk: no $policy on $fs"
done; done
gnuplot -c "$plots/trade.gp" t.tsv svg trade.svg 2> "$err"
[ $? -eq 3 ] && [ ! -e trade.svg ] || _fail "trade: nobody waited, and it is drawn"
for name in risk risk-map stall-map trade ccdf funnel timeline convergence paired read-latency \
	discard-size; do
	gnuplot -c "$plots/$name.gp" 2> "$err" && _fail "$name: status 0 without data"
	grep -q "^usage: gnuplot -c $name.gp DIR" "$err" || _fail "$name: no usage"
	gnuplot -c "$plots/$name.gp" missing svg s.svg 2> "$err" && _fail "$name: no error"
	[ -e s.svg ] && _fail "$name: an empty figure of no data"
done

# The timeline is that of the stored run: the last state is the sum of its parts.
awk '/^# / { s = $2 } s == "t_s" && NF == 4 && $1 + 0 == $1 && $2 + $3 + $4 != 3221225472 { bad = 1 }
	END { exit bad }' r/data/timeline.tsv || _fail "allocated, pinned and free are not the device"
# The convergence ends at what the report says.
tail -1 r/data/convergence.tsv | grep -q '^12	' || _fail "the convergence does not end at the last replication"

# Without its store the two figures that need it are left out.
rm r/results.sqlite r/data/timeline.tsv r/data/convergence.tsv
run_status 0 plot r --terminal svg
grep -q '^timeline: no figure, r: it lacks results.sqlite' "$err" || _fail "no word about the timeline"

# What validate leaves is drawn too.
run_status 0 validate r1 -o v
run_status 0 plot v --terminal svg
expect '^v/plots/validation.svg$'
grep -q '^write-amplification: no figure, no row of it is' "$err" || _fail "no word about flash"
