#!/bin/bash
# The examples of docs/config.md are valid, its messages and its list are the program's.
source "$TEST_TOP/common"

docs=$TEST_TOP/../../docs/config.md
sed -n '/^```conf$/,/^```$/p' "$docs" | sed '/^```/d' > my.conf
run_check check my.conf
expect '^my.conf: experiment latency: ok$'
expect '^my.conf: experiment risk: ok, 5 points$'
expect '^my.conf: experiment as-measured: ok, 2 points$'
run_check run my.conf -e as-measured --quiet -o measured --set workload.duration=5s --replications 1
expect '^ discard  latency p50 7[0-9](\.[0-9])?us, '
expect '^ discard  latency p50 (3|2\.9[0-9]|3\.0[0-9])ms, '

run_check list my.conf -e risk
sed -n '/^```text$/,/^```$/p' "$docs" | sed '/^```/d; /^\.\.\.$/d' > expected
[ -s expected ] || _fail 'docs/config.md has no list'
while IFS= read -r line; do
	grep -qxF -- "$line" "$out" || _fail "the list has no line '$line'"
done < expected
while read -r _ command; do
	eval "run_check $command $([[ $command != list* ]] || echo --format tsv)"
done < <(grep '^trimsim \(list\|show\) ' "$docs")

same_message()
{
	while IFS= read -r line; do
		grep -qxF -- "$line" "$docs" || _fail "docs/config.md lacks '$line'"
	done < "$err"
}
sed 's/log 3/lgo 3/' my.conf > x && cp my.conf good.conf && mv x my.conf
run_mustfail 'my.conf:[0-9]+:[0-9]+: ' list my.conf -e risk
same_message
mv good.conf my.conf
run_mustfail '--set' show my.conf -e latency --set device.slots=0
same_message
sed 's/^workload = .*/&\ndevice.discard.bsae = 5ms/' my.conf > x && mv x my.conf
run_mustfail 'my.conf' show my.conf -e latency
same_message
