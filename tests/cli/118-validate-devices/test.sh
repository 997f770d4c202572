#!/bin/bash
# validate devices: every row that must be there, within 10 % where it has to
# be, the same figures again, and status 4 when a preset is off.
source "$TEST_TOP/common"

run_check validate devices -o made
expect '^passed: 0 rows beyond 10 %\.  Seed 20261122$'
[ "$(awk 'length > 75' "$out" | wc -l)" -eq 0 ] || _fail 'lines of more than 75 columns'
cmp -s "$out" made/devices.txt || _fail 'another text is saved'
cp "$out" first

tsv=made/devices.tsv
for row in 1 4 7 8 10 12 14 22 23 26; do
	awk -F '\t' -v row=$row '$1 == row && $4 == "calibrates" && $8 <= 0.1 && $8 >= -0.1 { n++ }
		END { exit !n }' $tsv || _fail "row $row"
done
[ "$(awk -F '\t' '$4 == "calibrates" && ($8 > 0.1 || $8 < -0.1)' $tsv | wc -l)" -eq 0 ] || _fail 'off'
for row in 2 13 15; do
	grep -qP "^$row\t.*\t(independent|one value)\t" $tsv || _fail "row $row is not there"
done
# FILE's samples: each class, and their number
[ "$(grep -c ' to .* 0\.[0-9]' first)" -eq 15 ] || _fail 'classes of sizes'

# the same whatever the workers; JSON and TSV are what text says
run_check validate devices --format tsv -j 1
cmp -s "$out" $tsv || _fail 'other figures with one worker'
python3 - made/devices.json <<- 'EOT' || _fail 'JSON'
	import json, sys
	table = json.load(open(sys.argv[1]))
	assert table['verdict'] == 'passed' and len(table['sizes']) == 15
	assert sum(c['fitted'] + c['tested'] for c in table['sizes']) == 6645
	assert {r['kind'] for r in table['rows']} == {'calibrates', 'fit', 'independent', 'one value'}
	EOT

# the figure
if command -v gnuplot > /dev/null; then
	run_check plot made --terminal svg
	expect '^made/plots/devices.svg$'
	grep -q '</svg>' made/plots/devices.svg || _fail 'the figure is not complete'
	for name in virtio-measured nvme-datacenter 'measured, row 26'; do
		grep -q "$name" made/plots/devices.svg || _fail "$name is not in the figure"
	done
	run_check plot made --terminal dumb
	expect 'from submission|1 GiB'
fi

# A preset that is off, and samples of which every other one is late by a half.
cp -r "$TEST_TOP/../../configs" configs
sed -i 's|^discard.rate = 1.64GB/s .*|discard.rate = 3GB/s|' configs/presets/devices.conf
awk -F, -v OFS=, '/^[0-9]/ { if (n++ % 2) $3 *= 1.5 } { print }' \
	"$TEST_TOP/../../configs/presets/virtio-blk-discard.csv" > configs/presets/virtio-blk-discard.csv
export TRIMSIM_DATADIR=$PWD/configs
run_status 4 validate devices
expect '^4  sata-tlc-nonqueued .* -[0-9]+%!$'
expect '1MiB to 2MiB .* OFF$'
expect '^FAILED: '
printf 'bytes,latency_us\n4096,\n' > configs/presets/virtio-blk-discard.csv
run_mustfail 'virtio-blk-discard.csv:2: ' validate devices --format json
printf 'latency_us\n5\n' > configs/presets/virtio-blk-discard.csv
run_mustfail 'no column bytes: samples of which sizes' validate devices --format json
unset TRIMSIM_DATADIR

run_mustfail "--format: 'xml' is not one of text, tsv, json" validate devices --format xml
run_mustfail "--seed" validate devices --seed -1
run_mustfail 'argument' validate devices emmc
run_mustfail "--only: 'device' is not one of" plot made --only device
