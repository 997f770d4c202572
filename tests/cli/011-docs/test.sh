#!/bin/bash
# The example of docs/config.md is valid, and its messages are the program's.
source "$TEST_TOP/common"

docs=$TEST_TOP/../../docs/config.md
sed -n '/^```conf$/,/^```$/p' "$docs" | sed '1d;$d' > my.conf
run_check check my.conf
expect '^my.conf: experiment latency: ok$'

same_message()
{
	grep -qxF "$(cat "$err")" "$docs" || _fail 'docs/config.md has another message'
}
run_mustfail '--set' show my.conf --set device.slots=0
same_message
sed 's/^workload = .*/&\ndevice.discard.bsae = 5ms/' my.conf > x && mv x my.conf
run_mustfail 'my.conf' show my.conf
same_message
