#!/bin/bash
# A sweep: check, show and list know its points; mistakes have a caret.
source "$TEST_TOP/common"

base_config > a.conf
cat >> a.conf << 'EOT'
device.discard.latency = exponential(mean=${D})
D = ${1ms..1s log 4}
filesystem.commit_interval = ${T = 5s, 30s ! policy}
workload.pieces = ${policy = 1, 2}
constraint = D < 1s || T == 30s
constraint = D > 1ms
replications = 10
EOT

run_check check a.conf
expect '^a.conf: experiment e: ok, 5 points$'

# list: every point with its values, in at most 75 columns; -r; tsv; json.
run_check list a.conf
expect '^experiment e: 5 points$'
expect '^50 replications: 5 points x 10, each under 2 policies$'
expect '^about .* on [0-9]+ processors? as busy as now$'
expect '^\([0-9]+ replications of 5 points were timed\)$'
run_check list a.conf --set 'experiment.stop=failures >= 9'
expect '^at most about .* as busy as now$'
expect '; the rule to stop may end it sooner\)$'
run_check list a.conf
expect '^  point +D +policy +T$'
expect '^      4 +1s +2 +30s$'
[ "$(wc -L < "$out")" -le 75 ] || _fail 'more than 75 columns'
run_check list a.conf --format tsv
printf '# point\tD\tpolicy\tT\n0\t10ms\t1\t5s\n1\t10ms\t2\t30s\n2\t100ms\t1\t5s\n' > expected
printf '3\t100ms\t2\t30s\n4\t1s\t2\t30s\n' >> expected
cmp -s "$out" expected || _fail 'another table'
run_check list a.conf -r 'D > 10ms && T == 30s'
expect '^experiment e: 2 points of 5$'
expect '^20 replications: 2 points x'
run_check list a.conf -r 1..2 --format json
for line in '"points_in_all" : 5,' '"replications" : 10,' '"policies" : 2,' '"replications_in_all" : 20,' \
	'"estimated_s" : ([0-9.]{1,7}|[0-9]\.?[0-9]?e[-+][0-9]+),' '"point" : 2,' '"D" : "100ms",'; do
	expect "^ *$line\$"
done
if command -v python3 > /dev/null; then
	python3 -m json.tool "$out" > /dev/null || _fail 'no JSON'
fi

# What is too wide for a table is written below each other.
cp a.conf wide.conf
for ((i = 1; i < 5; i++)); do
	echo "V$i = \${lognormal(median=20ms, sigma=1.25), lognormal(median=20ms, sigma=0.5)}"
	echo "workload.$(sed -n "${i}p" << 'EOT'
removal_delay
commit_delay
allocation_delay
write_delay
EOT
	) = \${V$i}"
done >> wide.conf
run_check list wide.conf -r 79
expect '^point 79$'
expect '^  V4 = lognormal\(median=20ms, sigma=0.5\)$'
[ "$(wc -L < "$out")" -le 75 ] || _fail 'more than 75 columns'

# Without a sweep there is one point.
base_config > plain.conf
run_check list plain.conf --set experiment.replications=3
expect '^experiment e: 1 point$'
expect '^3 replications: 1 point x 3, each under 2 policies$'

# show: one point, or a configuration that has the same points.
run_check show a.conf -r 4
expect '^discard.latency = exponential\(mean=1s\)$'
expect '^commit_interval = 30s$'
grep -q '\$' "$out" && _fail 'a point sweeps'
run_check show a.conf --origin
expect '^D = \$\{1ms..1s log 4\} # a.conf:11$'
mkdir elsewhere
cp "$out" elsewhere/all.conf
run_check list elsewhere/all.conf --format tsv
cmp -s "$out" expected || _fail 'show has other points'
run_mustfail '-r D > 1ms: selects 5 points, show prints one' show a.conf -r 'D > 1ms'

# Groups sweep; each point has the keys of its own.
base_config | sed 's/^device = .*/device = ${d = nvme-datacenter, virtio-thin, mine}/' > groups.conf
run_check show groups.conf
for device in nvme-datacenter virtio-thin mine; do
	expect "^\[device $device\]\$"
done
run_check show groups.conf -r 'd == virtio-thin'
expect '^device = virtio-thin$'
sed 's/virtio-thin/virtio-thick/' groups.conf > bad.conf
run_mustfail "^trimsim: bad.conf:6: .* device = virtio-thick: unknown device 'virtio-thick' \(did you mean 'virtio-thin'\?\) \(point 1: d = virtio-thick\)$" \
	check bad.conf

# Samples are found next to the file that names them.
printf '1ms\n2ms\n' > elsewhere/samples.txt
{ base_config; echo 'device.discard.latency = ${empirical(samples.txt), fixed(1ms)}'; } > elsewhere/c.conf
run_check show elsewhere/c.conf -r 0
expect '^discard.latency = empirical\(/.*/elsewhere/samples.txt\)$'
run_check show elsewhere/c.conf
cp "$out" c.conf
run_check check c.conf

# --set sweeps, and replaces what sweeps.
run_check list a.conf --set 'experiment.D=${2ms}' --format tsv
[ "$(wc -l < "$out")" -eq 3 ] || _fail 'D is not one value'
run_check list plain.conf --set 'device.slots=${1..8 step 1}' --format tsv
[ "$(wc -l < "$out")" -eq 9 ] || _fail '--set does not sweep'

# Mistakes.
mistake() # PATTERN LINE-OF-VALUE CARET-COLUMN LINE...
{
	local pattern=$1 value=$2 column=$3 command
	shift 3
	{ base_config; printf '%s\n' "$@"; } > bad.conf
	for command in check show list; do
		run_mustfail "^trimsim: bad.conf:$pattern" $command bad.conf
		[ "$(sed -n 2p "$err")" = "$value" ] || _fail "another second line"
		[ "$(sed -n 3p "$err")" = "$(printf '%*s^' "$column" '')" ] || _fail "another caret"
	done
}
mistake '10:29: \[experiment e\] device.slots: unexpected' '  device.slots = ${1, 2 3}' 24 \
	'      device.slots = ${1, 2 3}'
mistake '11:18: \[experiment e\] constraint: cannot order a time and a number' \
	'  constraint = D < 5' 17 'device.discard.base = ${D = 1ms, 2ms}' '  constraint = D < 5'
run_mustfail "^trimsim: --set device.slots: 'device.slots' has the value 1 twice" \
	check plain.conf --set 'device.slots=${1, 1}'
run_mustfail '^trimsim: -r: unknown variable .E..*; there is .*D, ' list a.conf -r 'E > 1ms'
run_mustfail '^trimsim: -r: no such point, the last one is 4' list a.conf -r 5
{ base_config; echo 'device.discard.base = ${1ms, 2h}'; } > bad.conf
run_mustfail 'bad.conf:10: .*device.discard.base = 2h: .*permitted is 0s to 1h \(point 1: ' check bad.conf

# More than a million points.
{ base_config; echo 'device.slots = ${1..1000 step 1}'
  echo 'device.discard.base = ${1ms..2s lin 2000}'; } > many.conf
run_mustfail 'many.conf:5: \[experiment e\] has 2000000 points; above 1000000 it takes --force' list many.conf
run_check list many.conf --force --format tsv -r 1999999
expect $'^1999999\t1000\t2s$'
run_check check many.conf --force
expect ', 2000000 points$'
