#!/bin/bash
# A store that is damaged, or is none: status 2, one line, and it is left as it is.
source "$TEST_TOP/common"

r1=$TEST_TOP/../../configs/validation/r1.conf
short="run $r1 --replications 400 --quiet"
run_check $short -o r
cp -r r good

state()
{
	(cd r && find . -type f | sort | xargs sha256sum)
}

# check_refused PATTERN COMMAND...: refused, and nothing has changed.
check_refused()
{
	local pattern=$1 before
	shift
	before=$(state)
	run_status 2 "$@"
	[ "$(wc -l < "$err")" -eq 1 ] || _fail "$*: not one line on stderr"
	grep -qE -- "^trimsim: .*r/results.sqlite: $pattern" "$err" || _fail "$*: no message"
	[ "$(state)" = "$before" ] || _fail "$*: something has changed"
}

size=$(stat -c %s r/results.sqlite)
damaged='the results are damaged: .*bring back a copy, or move the file away'
refused=0
# At any place: refused, or it did no harm, for much of a page is not in use.
for i in $(seq 0 24); do
	cp good/results.sqlite r/results.sqlite
	head -c 300 /dev/zero | tr '\0' '\245' |
		dd of=r/results.sqlite bs=1 seek=$((size * i / 25)) conv=notrunc 2> /dev/null
	before=$(state)
	"$TRIMSIM" $short -o r > "$out" 2> "$err"
	status=$?
	if [ $status -eq 0 ]; then
		cmp -s "$out" good/report.txt || _fail "damage at $i/25 counts"
		continue
	fi
	[ "$(state)" = "$before" ] || _fail "damage at $i/25: something has changed"
	check_refused "$damaged" $short -o r
	check_refused 'the results are damaged' merge r -o m
	rm -rf m
	refused=$((refused + 1))
done
[ $refused -ge 12 ] || _fail "only $refused of 25 refused"
# Cut off.
head -c $((size / 2)) good/results.sqlite > r/results.sqlite
check_refused 'the results are damaged' $short -o r
echo 'not a database' > r/results.sqlite
check_refused 'the results are damaged: file is not a database' $short -o r
# The report is still there.
run_check report r
cmp -s "$out" good/report.txt || _fail "report"

# Moved away, as it says: all is run again.
mv r/results.sqlite away
run_check $short -o r
diff -r -x results.sqlite good r > /dev/null || _fail "another result"

if command -v sqlite3 > /dev/null; then
	rm r/results.sqlite
	sqlite3 r/results.sqlite 'create table mine (x)'
	check_refused 'a database, but none that trimsim made' $short -o r
	cp good/results.sqlite r
	sqlite3 r/results.sqlite 'pragma user_version = 99'
	check_refused 'its format is 99, this version of trimsim reads only 1' $short -o r
fi
