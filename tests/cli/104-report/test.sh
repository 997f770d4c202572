#!/bin/bash
# What is stored is printed again in three forms.
source "$TEST_TOP/common"

r1=$TEST_TOP/../../configs/validation/r1.conf
run_check run "$r1" --replications 100 --quiet -o r
run_check report r
cmp -s "$out" r/report.txt || _fail "text"
run_check report r --format tsv
cmp -s "$out" r/points.tsv || _fail "tsv"
run_check report r/ --format json
cmp -s "$out" r/result.json || _fail "json"
run_check run "$r1" --replications 100 --quiet -o r --format json
cmp -s "$out" r/result.json || _fail "run --format json"
expect '"experiment" : "r1"'
if command -v python3 > /dev/null; then
	python3 -m json.tool r/result.json > /dev/null || _fail "not JSON"
fi
rm r/report.txt
run_mustfail 'report.txt' report r

# What a crash left empty is not printed as if it were a result.
for form in json/result.json tsv/points.tsv; do
	: > "r/${form#*/}"
	run_mustfail "^trimsim: r/${form#*/}: empty, run it again with -o r\$" report r --format "${form%/*}"
	run_check run "$r1" --replications 100 --quiet -o r
	run_check report r --format "${form%/*}"
done
