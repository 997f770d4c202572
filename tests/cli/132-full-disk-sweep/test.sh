#!/bin/bash
# A disk that is full at any moment of a sweep: one clear line, and the run goes
# on when there is room.  Needs a user namespace to mount a small file system.
source "$TEST_TOP/common"
source "$TEST_TOP/sweep-config"

if [ -z "${TSIM_SMALL_DISK-}" ]; then
	unshare -rm true 2> /dev/null || exit 77
	export TSIM_SMALL_DISK=1
	unshare -rm bash "$TEST_TOP/132-full-disk-sweep/test.sh"
	exit $?
fi
sweep_config 'failures >= 50' > e.conf
run_status 3 run e.conf --quiet -o whole
mkdir disk
mount -t tmpfs -o size=40k none disk || exit 77
trap 'umount disk' EXIT
full=0
before=0
# The store grows to 0.8 MB and has its log beside it; the files take as much.
for size in 40k 80k 300k 700k 1100k 1500k 1700k 1800k 1900k 2000k 2100k 2200k; do
	mount -o remount,size=$size disk || exit 77
	"$TRIMSIM" run e.conf --quiet -o disk/r > "$out" 2> "$err"
	status=$?
	[ $status -eq 3 ] && break
	full=$((full + 1))
	[ $status -eq 1 ] || _fail "$size: status $status"
	[ "$(wc -l < "$err")" -eq 1 ] || _fail "$size: not one line on stderr"
	grep -q '^trimsim: .*: No space left on device$' "$err" || _fail "$size: no message"
	[ -z "$(find disk -name '.new*')" ] || _fail "$size: half a result is left"
	[ ! -e disk/r/points.tsv ] || _fail "$size: a result"
done
[ $full -ge 5 ] || _fail "the disk was full only $full times"
mount -o remount,size=20m disk
run_status 3 run e.conf --quiet -o disk/r
same_result whole disk/r
run_check verify disk/r --quiet
expect 'all the same$'
