#!/bin/bash
# Mistakes on the command line of the commands that make and read results.
source "$TEST_TOP/common"

base_config > a.conf
mkdir mine empty
echo x > mine/manifest.conf
echo x > file

run_mustfail 'too few arguments, usage: trimsim run CONFIG' run
run_mustfail '-j: -1 is out of range, permitted is 1 to 1024' run a.conf -j -1
run_mustfail '-j: 5000 is out of range' run a.conf -j 5000
run_mustfail 'Cannot parse integer value' run a.conf -j two
run_mustfail "--format: 'xml' is not one of text, json" run a.conf --format xml
run_mustfail 'replications' run a.conf --replications none
run_mustfail 'replications' run a.conf --replications 0
run_mustfail 'seed' run a.conf --seed -1
run_mustfail "--shard: '1' is not of the form I/N" run a.conf --shard 1
run_mustfail "--shard: '0/3x' is not of the form I/N" run a.conf --shard 0/3x
run_mustfail '--shard: 3/3 is out of range, I is 0 to N-1' run a.conf --shard 3/3
run_mustfail '--shard: 0/0 is out of range' run a.conf --shard 0/0
run_mustfail 'stop = often: no rule to stop, write failures >= N' run a.conf --set experiment.stop=often
run_mustfail 'time_budget' run a.conf --set experiment.time_budget=5
run_mustfail '-o: one directory cannot hold several' run a.conf -e e -e f -o x
run_mustfail "no experiment 'f'" run a.conf -e e -e f
run_mustfail '-o: mine exists and is no result of trimsim' run a.conf -o mine
run_mustfail '-o: file exists and is no result of trimsim' run a.conf -o file
run_mustfail '-o: .*/file is no directory' run a.conf -o file/x

for command in report plot explain; do
	run_mustfail "too few arguments, usage: trimsim $command DIR" $command
	run_mustfail 'nosuch: no such directory' $command nosuch
	run_mustfail 'mine: no result of trimsim, it lacks manifest.conf or result.json' $command mine
done
run_mustfail 'too few arguments, usage: trimsim merge DIR' merge
run_mustfail '-o: missing, write -o DIR' merge mine
run_mustfail 'too few arguments, usage: trimsim verify DIR' verify
for command in 'merge -o x' verify; do
	run_mustfail 'nosuch: no such directory' $command nosuch
	run_mustfail 'mine: no result of trimsim, it lacks results.sqlite' $command mine
done
run_mustfail '--sample: 0 is out of range' verify mine --sample 0
run_mustfail "--format: 'xml' is not one of text, json, tsv" report mine --format xml
run_mustfail "--terminal: 'x11' is not one of png, svg, pdf, dumb" plot mine --terminal x11
run_mustfail "--only: 'stalls' is not one of corruption, stall, space-time" plot mine --only stalls
