#!/bin/bash
# Extreme but permitted values run, and keep every invariant; worse ones are refused.
source "$TEST_TOP/common"

configs=$TEST_TOP/../../configs
seed_race="$configs/seed-race.conf --replications 2 --quiet --paranoid"

# The smallest file system that mkfs.btrfs makes, and the next smaller.
run_check run $seed_race --set filesystem.size=109MiB
run_mustfail "'108MiB' is out of range, permitted is 109MiB" run $seed_race --set filesystem.size=108MiB
run_check run $seed_race --set filesystem.size=109MiB --set filesystem.metadata_profile=dup

# Durations that would pass int64 are bounded.
run_check run $seed_race --set device.discard.sigma=10
run_check run $seed_race --set device.discard.rate=1kB/s --set device.write.rate=1kB/s
# ... and so is what many of them wait for together.
run_check run $seed_race --set device.discard.per_range=1h --set device.discard.max_bytes=4KiB \
	--set device.discard.queueing=queued --format json
grep -qE '"wait_ns" : 9223372036854775807' "$out" || _fail "no wait of 292 years"
grep -qE '_ns" : -' "$out" && _fail "a wait below 0"
run_mustfail "'0B/s' is out of range, permitted is at least 1kB/s" run $seed_race --set device.write.rate=0B/s
run_mustfail 'the delay must be 100us or more' run $seed_race --set 'workload.on_enospc=retry(1ns)'
run_mustfail 'out of range' run $seed_race --set 'workload.balance_pause=0s'

# Unpinned, a place is free at once: more discards are under way than there are places.
run_check run "$configs/validation/s3.conf" --set experiment.policies=unpinned,pinned-chunk \
	--replications 200 --quiet
