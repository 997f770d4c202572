#!/bin/bash
# check validates every experiment and every group, used or not, and prints
# nothing but the error of a bad file.
source "$TEST_TOP/common"

{ base_config; printf '[experiment f]\ninherit = e\n'; } > a.conf
run_check check a.conf
expect '^a.conf: experiment e: ok$'
expect '^a.conf: experiment f: ok$'

{ cat a.conf; echo 'device.slots = 0'; } > second.conf
run_mustfail 'second.conf:12: \[experiment f\] device.slots = 0' check second.conf
run_check show second.conf -e e
run_mustfail 'second.conf:12' show second.conf -e f

{ cat a.conf; printf '[device unused]\nslots = 0\n'; } > unused.conf
run_mustfail 'unused.conf:13: \[device unused\] slots = 0' check unused.conf
run_mustfail 'unused.conf:13' show unused.conf -e e
run_mustfail '--set device.slots=0' check a.conf --set device.slots=0

# What the workload refuses is reported where it was set, or where the workload is named.
base_config > d.conf
echo 'workload.on_enospc = never' >> d.conf
echo 'workload.removal_delay = soon' >> d.conf
run_mustfail 'd.conf:11: .*removal_delay = soon: unknown law' check d.conf
run_mustfail "d.conf:10: .*'never' is not one of fail" check d.conf --set workload.removal_delay=1s
run_mustfail '^trimsim: --set: .*at most slots' check d.conf --set workload.removal_delay=1s \
	--set workload.on_enospc=fail --set workload.script=overlap --set workload.slots=4 \
	--set workload.under_discard=5
sed 's/^workload = .*/workload = replay/' < <(base_config) > e.conf
echo 'workload.trace = e.conf' >> e.conf
run_mustfail '^trimsim: e.conf:10: .*e.conf: no trace event' check e.conf
