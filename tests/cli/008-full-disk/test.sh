#!/bin/bash
# Output that cannot be written is an error, not a success.
source "$TEST_TOP/common"

[ -w /dev/full ] || exit 77
base_config > a.conf
for arguments in '--help' '--version' 'keys' 'show a.conf' 'check a.conf' \
	'list a.conf --format tsv'; do
	"$TRIMSIM" $arguments > /dev/full 2> "$err"
	status=$?
	: > "$out"
	[ $status -eq 1 ] || _fail "trimsim $arguments > /dev/full: status $status"
	grep -q '^trimsim: cannot write standard output: ' "$err" || _fail "$arguments: no message"
done
