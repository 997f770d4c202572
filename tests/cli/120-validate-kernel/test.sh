#!/bin/bash
# validate kernel prints rows of at most 75 columns, JSON and files that plot,
# the same bytes whatever -j; --measure makes the bundled figures again.
source "$TEST_TOP/common"

configs=$TEST_TOP/../../configs
plots=$TEST_TOP/../../plots
recordings=$TEST_TOP/../../../shared/traces

# run_any ARGUMENT...: so few replications may miss a target
run_any()
{
	"$TRIMSIM" "$@" > "$out" 2> "$err" < /dev/null
	case $? in 0 | 4) ;; *) _fail "trimsim $*: exit status $?" ;; esac
	[ -s "$err" ] && _fail "trimsim $*: something on stderr"
}

run_any validate kernel k m2 --replications 2 -o made
expect '^k  10 ms, unpinned, 20 s: kernel 3 runs, simulated 2$'
expect '^k  500 ms, pinned-chunk, 15 s, recording A6: kernel 1 run, simulated 2$'
expect '^m2  200 ms, unpinned, 30 s: kernel 3 runs'
expect '^  exposed/main    0\.424 \[0\.350, 0\.511\] '
expect '^  realloc/exposed 0\.106 \[0\.072, 0\.156\] '
expect '^  pin ms          899 \[759, 989\] '
expect '^Series k, unpinned, over the discard latency'
expect '^Series m2, unpinned'
expect '^[0-9]+ figures judged, [0-9]+ of them off: (passed|FAILED)\.$'
[ "$(expand "$out" | awk 'length > 75' | wc -l)" -eq 0 ] || _fail 'wider than 75 columns'
cmp -s "$out" made/kernel.txt || _fail 'kernel.txt is not what was printed'
[ "$(ls made | tr '\n' ' ')" = 'kernel.json kernel.tsv kernel.txt ' ] || _fail 'files'

# protection on: not one new chunk over a discard
awk -F'\t' '$2 == "pinned-chunk" && $5 == "realloc/exposed" { n++; bad += $9 != "nan" && $9 > 0 } END { exit n != 6 || bad }' \
	made/kernel.tsv || _fail 'a chunk over a discard under pinned-chunk'

run_any validate kernel --sensitivity --replications 2 -o made
expect '^balance pause '
[ "$(expand "$out" | awk 'length > 75' | wc -l)" -eq 0 ] || _fail 'wider than 75 columns'
cmp -s "$out" made/kernel-sensitivity.txt || _fail 'kernel-sensitivity.txt'
if command -v gnuplot > /dev/null; then
	for figure in kernel:kernel kernel-cleaner:kernel kernel-sensitivity:kernel-sensitivity; do
		gnuplot -c "$plots/${figure%:*}.gp" "made/${figure#*:}.tsv" svg f.svg Heading 2> "$err" ||
			_fail "${figure%:*}.gp"
		grep -q '</svg>' f.svg && grep -q Heading f.svg || _fail "${figure%:*}: no figure"
		rm f.svg
		gnuplot -c "$plots/${figure%:*}.gp" missing.tsv svg f.svg 2> /dev/null &&
			_fail "${figure%:*}.gp: no error without data"
		[ -e f.svg ] && _fail "${figure%:*}.gp: an empty figure of no data"
	done
fi

# the same seed, the same bytes; another seed, others
run_any validate kernel m3 --replications 3 -j 1 --format json
cp "$out" first.json
expect '"verdict" : "(ok|off)"'
expect '"kernel_runs" : 2'
run_any validate kernel m3 --replications 3 -j 2 --format json
cmp -s "$out" first.json || _fail 'JSON depends on -j'
run_any validate kernel m3 --replications 3 --format json --seed 3
cmp -s "$out" first.json && _fail 'another seed, the same result'

# a recording that comes with the program: its 200 device commands are in a1-discards.txt
run_check validate kernel --measure "$configs/traces/a1.trace"
[ "$(wc -l < "$out")" -eq 2 ] || _fail 'not one line'
expect '^run,virtual_s,'
expect '^a1,'
if [ -r "$recordings/trace-A5.txt.gz" ]; then
	run_check validate kernel --measure "$recordings"/trace-{k-100000-1-unpin,m1-200000-1-unpin,m2-200000-1-unpin,A5,A6}.txt.gz
	grep -v '^#' "$configs/validation/kernel/recorded.csv" | cmp -s - "$out" ||
		_fail 'recorded.csv is not what is measured'
fi

run_check validate kernel --help
expect '^  trimsim validate kernel'
run_mustfail "no series 'r1', the series are k, m1, m2, m3" validate kernel r1
run_mustfail "--replications: '1' is not a number from 2" validate kernel --replications 1
run_mustfail '--seed' validate kernel --seed x
run_mustfail '--format' validate kernel --format xml
run_mustfail '-j' validate kernel -j -1
run_mustfail '--measure: name a trace' validate kernel --measure
run_mustfail 'choose one' validate kernel --measure --sensitivity x
run_mustfail '--sensitivity: it is always that of series k' validate kernel --sensitivity k
run_mustfail 'no JSON' validate kernel --sensitivity --format json
printf '# trimsim trace 1\n1 fio_sync\n' > fio
run_mustfail 'fio: no trace event' validate kernel --measure fio
mkdir -p data/validation/kernel
printf 'run,series,bg_removed\nx,k,many\n' > data/validation/kernel/kernel-runs.csv
TRIMSIM_DATADIR=$PWD/data run_mustfail "kernel-runs.csv:2: bg_removed: 'many' is not a number" validate kernel m3
printf 'run,series\nx\n' > data/validation/kernel/kernel-runs.csv
TRIMSIM_DATADIR=$PWD/data run_mustfail 'kernel-runs.csv:2: 1 columns, the first line has 2' validate kernel m3
# nothing to compare with is not agreement
table=data/validation/kernel/kernel-runs.csv
for m in "$configs/validation/kernel/"*.conf "$configs/validation/kernel/recorded.csv"; do
	cp "$m" data/validation/kernel/
done
: > $table
TRIMSIM_DATADIR=$PWD/data run_mustfail 'kernel-runs.csv: no line of a run in this file' validate kernel m3
printf 'run,series,bg_removed\n' > $table
TRIMSIM_DATADIR=$PWD/data run_mustfail 'kernel-runs.csv: no line of a run in this file' validate kernel m3
printf '\177ELF\001\000\000\n' > $table
TRIMSIM_DATADIR=$PWD/data run_mustfail "kernel-runs.csv:1: no column 'run'" validate kernel m3
grep -v '^m3' "$configs/validation/kernel/kernel-runs.csv" > $table
TRIMSIM_DATADIR=$PWD/data run_mustfail 'kernel-runs.csv: no run of series m3' validate kernel m3
run_any validate kernel m2 --replications 2
sed -n '/pinned-chunk, 30 s: kernel 0 runs/,/^m2  200/p' "$out" > row
grep -q removals row || _fail 'no row without runs of the kernel'
grep -q 'ok$' row && _fail 'a row without runs of the kernel is ok'
exit 0
