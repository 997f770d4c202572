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
