#!/bin/bash
# validate placement: the bundled recording is placed as the kernel did, on a
# device of another size it is not; a recording must have what is compared.
source "$TEST_TOP/common"

a1=$TEST_TOP/../../configs/traces/a1.trace
recordings=$TEST_TOP/../../../shared/traces

gzip -c "$a1" > a1.txt
run_check validate placement --device-size 4GiB "$a1" a1.txt
expect 'a1.trace: 23 of 23 placed as the kernel did$'
expect '^a1.txt: 23 of 23 placed as the kernel did$'

run_status 4 validate placement --device-size 5GiB "$a1"
expect ': [0-9] of 23 placed as the kernel did$'
grep -q 'the kernel has logical [0-9]* phys [0-9]* len [0-9]*, the simulator logical' "$err" || _fail 'no difference'
grep -q ': the very first chunk differs: is --device-size right?$' "$err" || _fail 'no hint'
run_status 4 validate placement --device-size 128MiB "$a1"
grep -q ': a chunk lies beyond the device: is --device-size right?$' "$err" || _fail 'no hint'

run_check validate placement --help
expect '^  trimsim validate placement'

grep -v dev_extent_alloc "$a1" > unplaced
printf '# trimsim trace 1\n1 fio_sync\n' > fio
sed "s/bg_removed logical=[0-9]*/bg_removed logical=77/" "$a1" > wrong
run_mustfail 'unplaced: ' validate placement unplaced
run_mustfail 'wrong: .* block group 77 is removed, but there is none' validate placement wrong
run_mustfail 'fio: no trace event' validate placement fio
run_mustfail "--device-size: " validate placement --device-size 4 "$a1"
run_mustfail "--device-size: 1MiB is out of range" validate placement --device-size 1MiB "$a1"
run_mustfail 'too few arguments' validate placement

# the whole recordings, where they are
[ -r "$recordings/trace-A1.txt.gz" ] || exit 0
run_check validate placement "$recordings"/trace-{A1,A5,A6,k-100000-1-unpin,m1-200000-1-unpin,m2-200000-1-unpin}.txt.gz
[ "$(awk '{ n += $2; m += $4 } END { print n, m }' "$out")" = '744 744' ] || _fail 'chunks'
run_check validate placement --device-size 10GiB "$recordings/trace-A2.txt.gz"
expect ': 8 of 8 placed'
for trace in A1:85769 A2:30708 A5:13573 A6:14087; do
	run_check import "$recordings/trace-${trace%:*}.txt.gz" -o made
	expect ", ${trace#*:} requests matched"
done
