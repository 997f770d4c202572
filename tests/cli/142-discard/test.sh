#!/bin/bash
# What devices do with discards: ranges that share a command, what is read
# after a discard, a host that gives up, and what is refused.
source "$TEST_TOP/common"

validation=$TEST_TOP/../../configs/validation
discards="--replications 1 --quiet --format json --paranoid --set workload.open_rate=0/s
	--set workload.depth=1 --set workload.discard_share=100% --set workload.warmup=0s
	--set workload.duration=1s --set device.discard.latency=none --set device.discard.slots=1
	--set device.discard.base=60us --set device.discard.per_range=440us"

# 1 s of 500 us each; of four ranges to a command of 60 + 4 * 440 us
n_discards()
{
	awk '/"discard" : \{/ { found = 1 } found && /"commands"/ { print $3 + 0; exit }' "$out"
}
run_check run "$validation/queue.conf" $discards
[ "$(n_discards)" -eq 2000 ] || _fail "$(n_discards) commands, not 2000"
run_check run "$validation/queue.conf" $discards --set workload.discard_ranges=8
[ "$(n_discards)" -eq 2000 ] || _fail "$(n_discards) commands of one range, not 2000"
run_check run "$validation/queue.conf" $discards --set workload.discard_ranges=8 \
	--set device.discard.max_ranges=4
[ "$(n_discards)" -eq 550 ] || _fail "$(n_discards) commands of four ranges, not 550"

# what the kernel finds where a discard was
r1="$validation/r1.conf --replications 400 --quiet"
run_check run $r1 -o ones --set device.discard.reads=ones
run_check explain ones
expect 'csum 633470483 expected csum'
run_check run $r1 -o old --set device.discard.reads=old
grep -qE '^corrupt .* 0:400 ' old/report.txt || _fail 'old data count as lost'
run_check explain old
expect '^Latent: the device still reads the old data'

# aborted before it takes effect
run_check run $r1 -o aborted --set 'device.discard.latency=fixed(40s)' \
	--set device.discard.timeout=30s
grep -qE '^hits .* 0:400 ' aborted/report.txt || _fail 'an aborted discard destroys data'

run_mustfail 'discard.firmware_bug does nothing without device.discard.delay' \
	check "$validation/r1.conf" --set device.discard.firmware_bug=1%
run_mustfail 'effect = uniform cuts a command of .* into more than 1048576 units' \
	check "$validation/queue.conf" --set device.discard.effect=uniform \
	--set device.discard.unit=512B --set device.discard.granularity=512B \
	--set filesystem.size=1TiB
run_mustfail 'permitted is 1 to 256' check "$validation/queue.conf" \
	--set workload.discard_ranges=300

# a loss of power: what it undoes, and what there is to say of it
power="$validation/power.conf --replications 40 --quiet --set experiment.policies=unpinned"
run_check run $power -o flush
grep -qE '^runs that lost power +40 \(1\)' flush/report.txt || _fail 'the power did not fail'
run_check explain flush
expect 'the power fails$'
grep -l '"fate" : "undone"' flush/races/*.json > undone || _fail 'no discard was undone'
run_check explain flush --hit "$(grep -n . undone | head -1 | sed 's/.*\/0*\([0-9]*\)-.*/\1/')"
expect '^Undone: the power failed before a flush'
run_check run $power -o ack --set device.discard.durable=ack
grep -q '"undone" : 0,' ack/result.json || _fail 'what lasts at once was undone'
run_check run $power -o both --set 'device.discard.durable=${how = ack, flush}'
expect '^ undone by the loss of power: 0$'
expect '^ undone by the loss of power: [1-9][0-9]*$'
run_mustfail 'device.power_loss needs a file system' check "$validation/queue.conf" \
	--set 'device.power_loss=fixed(1s)'

run_mustfail '^trimsim: --set: device.discard.alignment = 64KiB is where .*granularity = 64KiB$' \
	check "$validation/r1.conf" --set device.discard.alignment=64KiB \
	--set device.discard.granularity=64KiB
printf '%s\n' "include $validation/r1.conf" '[experiment mine]' 'inherit = r1' \
	'device.discard.granularity = 1000B' > mine.conf
run_mustfail '^trimsim: mine.conf:4: device.discard.granularity = 1000B must be a multiple of 512B$' \
	check mine.conf
run_mustfail 'tail_probability does nothing without device.discard.tail' \
	check "$validation/r1.conf" --set device.discard.tail_probability=1%
run_mustfail 'permitted is 1 to 4096' check "$validation/r1.conf" --set device.discard.backlog=65536
