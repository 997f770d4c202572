#!/bin/bash
# import reads every format, plain or gzip, whatever its name, writes one
# format, and says what it did not use; bad input leaves nothing behind.
source "$TEST_TOP/common"

samples=$TEST_TOP/../fuzz/samples
a1=$TEST_TOP/../../configs/traces/a1.trace

run_check import "$samples/ftrace.txt" -o made
expect ': ftrace, 11 lines, 10 events, 2 requests matched, 1 of them discards, mean 440us$'
[ "$(head -1 made)" = '# trimsim trace 1' ] || _fail 'the head'
grep -qx '42885094910000 block_rq_complete dev=259,0 rwbs=DS sector=233804904 nr=688 error=0 latency_ns=440000' made ||
	_fail 'no latency'

# an imported trace is imported as it is; gzip by content
gzip -c made > plain.txt
run_check import plain.txt -o again
cmp -s made again || _fail 'importing twice changes something'

run_check import "$samples/iolog.txt" -o made
grep -qx '1000000 fio_trim file=/dev/sda offset=0 length=1048576' made || _fail 'iolog'

# what is not used is named
run_status 0 import "$samples/blkparse.txt" -o made
grep -q 'unknown event blkparse:P: 1$' "$err" || _fail 'unknown event'
grep -q 'lines that are no event: 2 (the first: line 11)$' "$err" || _fail 'no event'

# several traces are merged by time
run_status 0 import "$samples/blkparse.txt" "$samples/iolog.txt" -o made
sed 1d made | cut -d' ' -f1 | sort -nc || _fail 'not in order of time'
[ "$(wc -l < made)" -eq 21 ] || _fail 'lines of two traces'

# what placement and replay make of an imported trace is the same
run_status 0 import "$a1" -o a1
run_check validate placement a1 "$a1"
expect '^a1: 23 of 23 placed as the kernel did$'

rm -f made again plain.txt a1

# interrupted: nothing stays
mkfifo pipe
for signal in INT TERM; do
	setsid bash -c 'trap - INT; exec "$@"' - "$TRIMSIM" import pipe -o made \
		> "$out" 2> "$err" &
	pid=$!
	exec 3> pipe
	printf '# trimsim trace 1\n1 fio_sync\n' >&3
	for i in 1 2 3 4 5 6 7 8 9 10; do
		[ -n "$(ls made.* 2> /dev/null)" ] && break
		sleep 0.2
	done
	[ -n "$(ls made.* 2> /dev/null)" ] || _fail 'no file to be made'
	kill -$signal $pid
	wait $pid
	status=$?
	exec 3>&-
	[ $status -eq 130 ] || _fail "SIG$signal: status $status"
	[ -z "$(ls made* 2> /dev/null)" ] || _fail "SIG$signal: a file stays"
	grep -q '^trimsim: interrupted, nothing written$' "$err" || _fail 'no message'
done
rm pipe
head -c 3000 /dev/urandom > garbage
gzip -c "$samples/ftrace.txt" | head -c 200 > short
printf 'x-1 [0] . 2.0: btrfs_sync_fs: wait=1\nx-1 [0] . 1.0: btrfs_sync_fs: wait=1\n' > disorder
printf 'x-1 [0] . 2.0: frobnicate: wait=1\n' > useless
: > empty
mkdir dir
run_mustfail 'garbage:[0-9]+: no line up to here is of ftrace' import garbage -o made
run_mustfail 'short: the compressed data ends early' import short -o made
run_mustfail 'disorder:2: this event is older than the one before' import disorder -o made
run_mustfail 'useless:1: no event up to here that can be used \(format: ftrace\)' import useless -o made
run_mustfail 'empty:0: no line' import empty -o made
run_mustfail "^trimsim: '' names no file" import '' -o made
run_mustfail 'nowhere' import nowhere -o made
run_mustfail 'dir' import dir -o made
run_mustfail '-o: dir is not a regular file' import "$a1" -o dir
run_mustfail '-o: cannot write none/made' import "$a1" -o none/made
run_mustfail 'no -o FILE' import "$a1"
run_mustfail 'too few arguments' import -o made
