#!/bin/bash
# Input without measure: a short answer, and soon.
source "$TEST_TOP/common"

long=$(head -c 100000 /dev/zero | tr '\0' x)

# mustfail PATTERN ARGUMENT...: within ten seconds, and the line can be read.
mustfail()
{
	local start=$SECONDS
	run_mustfail "$@"
	[ $((SECONDS - start)) -lt 10 ] || _fail "$*: takes $((SECONDS - start)) s"
	[ "$(wc -c < "$err")" -le 1000 ] || _fail "a message of $(wc -c < "$err") bytes"
}

# Lines that are as long as a file may be, wherever the text gets to.
huge() { head -c 15000000 /dev/zero | tr '\0' "${1:-x}"; }
n=0
while IFS='|' read -r pattern before after; do
	{ base_config; printf '%b' "$before"; huge; printf '%b\n' "$after"; } > a.conf
	mustfail "$pattern" check a.conf
	n=$((n + 1))
done << 'EOT'
a.conf:10: 'x{77}\.\.\.' is no 'key = value'||
a.conf:10: unterminated group '\[x{76}\.\.\.'|[|
a.conf:10: unknown group kind 'x{77}\.\.\.'|[| a]
a.conf:10: bad group name 'x{77}\.\.\.'|[device |]
a.conf:10: bad key name 'x{77}\.\.\.'|| = 5
a.conf:10: no key before '= x{75}\.\.\.'|= |
a.conf:10: cannot find 'x{77}\.\.\.'|include |
a.conf:11: .* inherit = x{77}\.\.\.: unknown device 'x{77}\.\.\.'|[device y]\ninherit = |
a.conf:11: .* slots = x{77}\.\.\.: 'x+\.\.\.x+' is not a count|[device y]\nslots = |
a.conf:11: .* is not|[device y]\ndiscard.latency = exponential(mean=|)
a.conf:11: .* empirical|[device y]\ndiscard.latency = empirical(|)
a.conf:11: .* kind = x{77}\.\.\.: no such kind|[policy y]\nkind = |
a.conf:10: duplicate key|policies = |
a.conf:10:16: .*: no '\}' ends this|device.slots = ${1, |
a.conf:10:[0-9]+: .*unknown variable 'x{60}'|device.slots = ${1, 2 * |}
a.conf:10:[0-9]+: .*unexpected 'x'|device.slots = ${1 |}
EOT
[ $n -ge 16 ] || _fail "only $n cases were read"

# A character is not cut in two.
{ base_config; huge x | head -c 76; printf '\303\244\303\244\303\244\n'; } > a.conf
mustfail "'x{76}\.\.\.' is no 'key = value'" check a.conf
iconv -f utf-8 -t utf-8 "$err" > /dev/null || _fail "not UTF-8"

# The command line.
base_config > a.conf
mustfail '--set x{77}\.\.\.: ' check a.conf --set "$long"
mustfail '--set device.slots=x{64}\.\.\.: ' check a.conf --set "device.slots=$long"
mustfail '--set device.x{70}\.\.\.: unknown key' check a.conf --set "device.$long=1"
mustfail "no experiment 'x{77}\.\.\.'" show a.conf -e "$long"

# Chains: over 100 groups, over more, and wide ones.
chain()
{
	base_config
	echo '[device c0]'
	for ((i = 1; i < $1; i++)); do
		printf '[device c%d]\ninherit = c%d\n' $i $((i - 1))
	done
}
chain 101 > a.conf
run_check check a.conf
chain 102 > a.conf
mustfail 'a.conf:12: \[device c1\] inherit = c0: \[device c101\] inherits from more than 100 groups' check a.conf
chain 20000 > a.conf
mustfail 'inherits from more than 100 groups' check a.conf
{ base_config; for ((i = 0; i < 101; i++)); do echo "[device d$i]"; done
  echo '[device d]'; printf 'inherit = d0'; printf ', d%d' {1..100}; echo; } > a.conf
mustfail 'inherits from more than 100 groups' check a.conf
for ((i = 0; i < 102; i++)); do echo "include i$((i + 1)).conf" > i$i.conf; done
base_config > i102.conf
mustfail 'i99.conf:1: includes are nested more than 100 deep' check i0.conf
run_check check i4.conf
