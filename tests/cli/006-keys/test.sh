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
# It has what the tables do not: presets, laws, rules to stop, names of results.
plain=$results/plain
sed 's/\\&//; s/\\-/-/g; s/\\e/\\/g' "$out" > "$plain"
for group in $(sed -n 's/^\(\[.*\]\)$/\1/p' "$TEST_TOP"/../../configs/presets/*.conf | tr ' ' '~'); do
	grep -qxF -- "$(echo "$group" | tr '~' ' ')" "$plain" || _fail "the man page lacks $group"
done
for law in fixed uniform exponential lognormal pareto mixture empirical; do
	grep -q "^.B $law(" "$plain" || _fail "the man page lacks the law $law"
done
grep -qxF '.B stop = relative_halfwidth <= 20%' "$plain" || _fail 'the man page lacks the rules to stop'
# Every name of a result, of which each can be expected of a run; the example works as it is.
sed -n '/^.SH EXAMPLE/,/^.fi/p' "$plain" | sed '1,2d; $d' > example.conf
run_status 0 run example.conf --replications 1 -r 'D == 10ms' --quiet -o example
[ "$(wc -l < example/points.tsv)" -eq 5 ] || _fail 'the example has no 2 points x 2 policies'
sed -n '/^.SS Expectations/,/^.SS/p' "$plain" |
	awk '$1 == ".B" { n = split($0, before) } was == ".RS" { for (i = 2; i <= n; i++)
		for (k = 1; k <= NF; k++) print before[i] $k } { was = $1 }' > names
[ "$(wc -l < names)" -gt 100 ] || _fail 'the man page lacks the names of results'
if command -v python3 > /dev/null; then
	python3 - example/result.json names <<- 'EOT' || _fail 'other names of results than in result.json'
	import json, re, sys
	def ways(o, path):
	    for k, v in o.items():
	        if isinstance(v, dict):
	            yield from ways(v, path + "." + k)
	        elif v is None or not isinstance(v, (str, list)):
	            yield path + "." + k
	point = json.load(open(sys.argv[1]))["points"][0]
	there = set(ways(point["policies"]["pinned-chunk"], "POLICY"))
	there |= set(ways(point["paired"]["pinned-chunk"], "paired.POLICY"))
	named = set(open(sys.argv[2]).read().split())
	there = {re.sub(r"(latency_ns\.)\w+", r"\1SIZE", n) for n in there}
	assert there <= named, there - named
	assert all(".latency_ns." in n for n in named - there), named - there # a kind it had none of
	EOT
fi
while read -r name; do
	name=${name/POLICY/pinned-chunk}
	echo "expect = ${name/SIZE/1MiB} >= 0"
done < names > expectations
for line in 2 40 90 $(wc -l < expectations); do
	sed -e "s/^expect = .*/$(sed -n ${line}p expectations)/" example.conf > expect.conf
	run_check check expect.conf
done
run_check keys --format man
grep -q '^.B validate kernel$' "$out" || _fail 'the man page lacks a command'
if command -v groff > /dev/null; then
	warnings=$(groff -man -Tutf8 -ww -z "$out" 2>&1)
	[ -z "$warnings" ] || _fail "groff: $warnings"
fi
exit 0
