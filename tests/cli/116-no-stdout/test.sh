#!/bin/bash
# A standard output that is full or closed: status 1, and where the result is.
source "$TEST_TOP/common"

r1=$TEST_TOP/../../configs/validation/r1.conf

# check_said STATUS WHY DIR
check_said()
{
	: > "$out"
	[ "$1" -eq 1 ] || _fail "$2: status $1, not 1"
	[ "$(cat "$err")" = "trimsim: cannot write standard output: $2; the result is in $3" ] ||
		_fail "$2: not the one line that is due"
	run_check report "$3"
	expect '^20 replications per policy'
}

for format in text json; do
	rm -rf closed all-closed full
	"$TRIMSIM" run "$r1" --replications 20 --format $format -o closed >&- 2> "$err"
	check_said $? 'Bad file descriptor' closed
	"$TRIMSIM" run "$r1" --replications 20 -j 2 --format $format -o all-closed <&- >&- 2> "$err"
	check_said $? 'Bad file descriptor' all-closed
	[ -w /dev/full ] || continue
	"$TRIMSIM" run "$r1" --replications 20 --format $format -o full > /dev/full 2> "$err"
	check_said $? 'No space left on device' full
done

# Without standard error the report is the same.
run_status 0 run "$r1" --replications 20 -o r
cp "$out" first
"$TRIMSIM" run "$r1" --replications 20 -o r > "$out" 2>&- || _fail "no standard error: no result"
cmp -s "$out" first || _fail "no standard error: another report"
