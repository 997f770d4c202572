#!/bin/bash
# What has run is found again: by more or fewer replications, by other points,
# by a sweep with other values.  Another experiment needs another place.
source "$TEST_TOP/common"
source "$TEST_TOP/sweep-config"

sweep_config > e.conf
fixed='--set experiment.stop=none --quiet'

# check_store DIR OPTION...: with what DIR has, the result is that of a fresh run.
check_store()
{
	local dir=$1
	shift
	rm -rf fresh
	run_check run "$@" -o $dir
	run_check run "$@" -o fresh
	same_result fresh $dir
}
check_store r e.conf $fixed --replications 100
check_store r e.conf $fixed --replications 333
check_store r e.conf $fixed --replications 50
check_store r e.conf $fixed --replications 333 -r 'C == 1s && D < 1s'
check_store r e.conf $fixed --replications 500 -r 3..7
check_store r e.conf --quiet
check_store r e.conf $fixed --replications 333

# More values of the same variables: the points in common are not run again.
sed 's/100ms, 200ms, 500ms, 1s, 2s/150ms, 500ms, 1s/' e.conf > more.conf
check_store r more.conf $fixed --replications 333

if command -v sqlite3 > /dev/null; then
	blocks=$(sqlite3 r/results.sqlite 'select count(*) from block')
	run_check run more.conf $fixed --replications 333 -r 'D != 150ms' -o r
	[ "$(sqlite3 r/results.sqlite 'select count(*) from block')" = "$blocks" ] ||
		_fail "points that other sweeps share are run again"
	[ "$(sqlite3 r/results.sqlite 'select count(*) from point')" = 24 ] || _fail "not 24 points"
fi

# Another name, another seed, another value, another variable: another experiment.
sed 's/experiment e/experiment other/' e.conf > other.conf
sed '/^C = /d; s/mean=.{C}/mean=1s/' e.conf > fewer.conf
other='-o: r holds another experiment \(e, with .*\): choose another -o'
run_mustfail "$other" run other.conf $fixed --replications 333 -o r
run_mustfail "$other" run fewer.conf $fixed --replications 333 -o r
run_mustfail "$other" run e.conf $fixed --replications 100 --seed 5 -o r
run_mustfail "$other" run e.conf $fixed --set 'workload.write_delay=fixed(1s)' -o r

# What is used of it is said, and what is not.
run_status 0 run e.conf --replications 20 -r 'D == 1s' -o said
grep -q 'already' "$err" && _fail "something is said to be stored"
run_status 0 run e.conf --replications 30 -r 'D == 1s' -o said
grep -qx 'trimsim: 80 replications are in said already' "$err" || _fail "no word of what is stored"
run_status 0 run e.conf --replications 30 -r 'D == 1s' -o said
grep -qx 'trimsim: 120 replications are in said already: nothing is to be run' "$err" || _fail "no word of all"
if command -v sqlite3 > /dev/null; then
	sqlite3 said/results.sqlite "update point set key = randomblob(32), text = '# model 0123456789ab' || substr(text, 21)"
	run_status 0 run e.conf --replications 30 -r 'D == 1s' -o said
	grep -qx 'trimsim: 120 replications in said are of another version of the model and are not used' "$err" ||
		_fail "no word of another version"
	grep -q 'already' "$err" && _fail "those of another version are used"
fi

# What a file says counts, not what it is called.
printf '10ms\n20ms\n2900ms\n' > b.txt
r1=$TEST_TOP/../../configs/validation/r1.conf
for law in 'device.discard.latency=empirical(a.txt)' 'workload.removal_delay=empirical(a.txt)'; do
	rm -rf law fresh
	printf '10ms\n20ms\n900ms\n' > a.txt
	run_check run "$r1" --set "$law" --replications 300 --quiet -o law
	cp law/points.tsv first.tsv
	cp b.txt a.txt
	run_check run "$r1" --set "$law" --replications 300 --quiet -o law
	cmp -s law/points.tsv first.tsv &&
		_fail "$law: the results of the file as it was are taken for those of now"
	run_check run "$r1" --set "$law" --replications 300 --quiet -o fresh
	cmp -s law/points.tsv fresh/points.tsv || _fail "$law: not the results of the file as it is now"
done

# Also where a name begins as another one does, or has what separates laws.
mkdir 'x,(y)'
for files in 'a a.txt' 'x,(y)/a x,(y)/b'; do
	read -r other file <<< "$files"
	law="device.discard.latency=mixture(1: empirical($file), 1: empirical($other))"
	rm -rf law
	cp b.txt "$other"
	printf '10ms\n20ms\n900ms\n' > "$file"
	run_check run "$r1" --set "$law" --replications 30 --quiet -o law
	cp b.txt "$file"
	run_check run "$r1" --set "$law" --replications 30 --quiet -o law
	run_status 0 run "$r1" --set "$law" --replications 30 -o law
	grep -q 'nothing is to be run' "$err" || _fail "$file: not stored"
	run_check verify law --quiet
	printf '10ms\n20ms\n900ms\n' > "$other"
	printf '10ms\n20ms\n800ms\n' > "$file"
	run_status 0 run "$r1" --set "$law" --replications 30 -o law
	grep -q already "$err" && _fail "$file: what it was is taken for what it is"
done

# What was run cannot be run again when a file has changed since.
cp b.txt "$file"
run_mustfail '^trimsim: law: one of its files, such as .*/x,\(y\)/., is not what it was: ' verify law
rm -rf law

# Workers read the file again for each of many points: nothing else is stored as what it was.
printf '10ms\n20ms\n' > a.txt
timeout 240 "$TRIMSIM" run "$r1" --set 'device.discard.latency=empirical(a.txt)' --quiet -o law \
	--set 'workload.write_delay=fixed(${1ms..1s log 20})' --replications 1000000 > "$out" 2> "$err" &
while kill -0 $! 2> /dev/null && [ ! -s law/results.sqlite ]; do sleep 0.1; done
printf '700ms\n' > new.txt
mv new.txt a.txt	# at once: a worker may read it just now
wait $!
[ $? -eq 1 ] && grep -q '/a\.txt has changed while this ran: start it again$' "$err" ||
	_fail 'a file that changes meanwhile'
