#!/bin/bash
# Bad usage is status 2 and one line that says where to look.
source "$TEST_TOP/common"

base_config > a.conf
run_mustfail 'no command, see trimsim --help'
run_mustfail "unknown command 'sho' \(did you mean 'show'\?\)" sho
run_mustfail "unknown command 'frobnicate', see trimsim --help" frobnicate
run_mustfail "unknown option '--frobnicate'" --frobnicate
run_mustfail "unknown command ''" ''
run_mustfail 'too few arguments, usage: trimsim show CONFIG' show
run_mustfail 'too many arguments, usage: trimsim show CONFIG' show a.conf b.conf
run_mustfail 'Unknown option --orign, see trimsim show --help' show a.conf --orign
run_mustfail 'Missing argument for -e, see trimsim show --help' show a.conf -e
run_mustfail 'too few arguments, usage: trimsim check CONFIG' check
run_mustfail 'Unknown option --origin, see trimsim check' check a.conf --origin
run_mustfail "no group 'devices' \(did you mean 'device'\?\)" keys devices
run_mustfail "no policy kind 'unpined' \(did you mean 'unpinned'\?\)" keys policy unpined
run_mustfail "group 'device' has no kinds" keys device unpinned
run_mustfail 'too many arguments' keys policy unpinned x
run_mustfail "--format html: write text" keys --format html

# Options may stand behind the file; -- ends them.
run_check show a.conf -e e
run_check show -e e -- a.conf
cp a.conf ./-e
run_check show -- -e

# "-eNAME" as well as "-e NAME", as make and fio take their -jN.
run_check show a.conf -ee
