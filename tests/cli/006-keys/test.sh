#!/bin/bash
# keys prints every option table; the man page and the completion come from
# the same tables and name every key.
source "$TEST_TOP/common"

run_check keys
for group in experiment device filesystem workload policy; do
	expect "^\[$group NAME\]"
done
run_check keys device
expect '^  discard.base$'
expect '^      time, 0s to 1h, default'
grep -q filesystem "$out" && _fail 'keys device prints other groups'
keys=$(sed -n 's/^  \([a-z].*\)/\1/p' "$out")
run_check keys workload probe
expect 'kind = probe'
[ "$(grep -c '^\[' "$out")" -eq 1 ] || _fail 'more than one kind'
run_check keys policy unpinned
expect 'kind = unpinned'

run_check keys --format completion
bash -n "$out" || _fail 'the completion is no bash'
for key in $keys; do
	grep -qF " device.$key=" "$out" || _fail "the completion lacks $key"
done
# What it offers for `trimsim sh`, and for `--set device.discard.max_b`.
offers()
{
	bash -c 'compopt() { :; }; source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
		_trimsim; echo "${COMPREPLY[*]}"' bash "$out" "$@"
}
[ "$(offers trimsim sh)" = show ] || _fail 'sh is not completed to show'
[ "$(offers trimsim show a.conf --set device.discard.max_b)" = device.discard.max_bytes= ] ||
	_fail 'device.discard.max_b is not completed'
[ "$(offers "$TRIMSIM" show --or)" = --origin ] || _fail '--or is not completed'
[ "$(offers trimsim val)" = validate ] || _fail 'val is not completed'
[ "$(offers trimsim validate k)" = kernel ] || _fail 'validate k is not completed'
[ "$(offers "$TRIMSIM" validate kernel --mea)" = --measure ] || _fail '--mea is not completed'
[ "$(offers "$TRIMSIM" validate r1 --bud)" = --budget ] || _fail '--bud is not completed'
printf '[experiment alpha]\n' > a.conf
[ "$(offers trimsim show a.conf -e al)" = alpha ] || _fail 'the experiment is not completed'

run_check keys --format man
for key in $keys; do
	grep -qF "$key" "$out" || _fail "the man page lacks $key"
done
grep -q '^.B validate kernel$' "$out" || _fail 'the man page lacks a command'
if command -v groff > /dev/null; then
	warnings=$(groff -man -Tutf8 -ww -z "$out" 2>&1)
	[ -z "$warnings" ] || _fail "groff: $warnings"
fi
exit 0
