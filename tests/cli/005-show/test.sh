#!/bin/bash
# show prints a configuration that resolves to the same values; the precedence
# is --set > experiment > named group > inherited > default; --origin says where.
source "$TEST_TOP/common"

base_config > a.conf
cat >> a.conf <<- EOT
device.write.base = 5us
device.discard.latency = mixture(99%: lognormal(median=20ms, sigma=1.2), 1%: fixed(1s))
replications = 1e3
[experiment f]
inherit = e
device.write.base = 6us
EOT

run_check show a.conf -e e --origin
expect '^write.base = 5us # a.conf:10$'
expect '^discard.per_range = 440us # .*/presets/devices.conf:[0-9]+$'
expect '^device = mine # a.conf:6$'
expect '^replications = 1000 # a.conf:12$'
expect '^flush.base = 1ms # .*/presets/devices.conf:[0-9]+$'
expect '^kind = pinned-chunk # default$'
grep -q '# default$' "$out" || _fail 'no value has its default'

run_check show a.conf -e f --set device.write.base=7us --set device.write.base=8us --origin
expect '^write.base = 8us # --set$'
run_check show a.conf -e f --origin
expect '^write.base = 6us # a.conf:15$'
expect '^replications = 1000 # a.conf:12$'

# The output needs no other file, wherever it lies.
run_check show a.conf -e e --set device.read.base=1500ns
cp "$out" resolved.conf
mkdir elsewhere
cp resolved.conf elsewhere
run_check show elsewhere/resolved.conf
cmp -s "$out" resolved.conf || _fail 'the resolved configuration resolves to something else'
expect '^read.base = 1.5us$'
run_check show a.conf -e e --origin --set device.read.base=1500ns
cp "$out" origin.conf
run_check show origin.conf
cmp -s "$out" resolved.conf || _fail 'with --origin it resolves to something else'

# Samples are found next to the file that names them.
printf '1ms\n2ms\n' > elsewhere/samples.txt
sed 's/latency = .*/latency = empirical(samples.txt)/' a.conf > elsewhere/b.conf
run_check show elsewhere/b.conf -e e
expect '^discard.latency = empirical\(/.*/elsewhere/samples.txt\)$'

# The examples of its help name keys that there are.
run_check show --help
sets=$(sed -n 's/.*trimsim show my.conf.* --set \([^ ]*\).*/\1/p' "$out")
[ -n "$sets" ] || _fail 'no example with --set'
base_config > my.conf
for set in $sets; do
	run_check show my.conf --set "$set"
done
