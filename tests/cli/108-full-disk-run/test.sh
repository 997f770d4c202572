#!/bin/bash
# A result that cannot be written is an error, and the one before it stays.
source "$TEST_TOP/common"

r1=$TEST_TOP/../../configs/validation/r1.conf
run_check run "$r1" --replications 50 --quiet -o r
cp r/points.tsv before.tsv
# 3 blocks of 1 KiB: the manifest fits, the rest does not.
for blocks in 1 2 3; do
	bash -c "ulimit -f $blocks; exec '$TRIMSIM' run '$r1' --replications 60 --quiet -o r" \
		> "$out" 2> "$err"
	[ $? -eq 1 ] || _fail "ulimit -f $blocks: not status 1"
	[ "$(wc -l < "$err")" -eq 1 ] || _fail "ulimit -f $blocks: not one line on stderr"
	grep -q '^trimsim: .*: File too large$' "$err" || _fail "ulimit -f $blocks: no message"
	cmp -s before.tsv r/points.tsv || _fail "the earlier result is gone"
	[ "$(ls)" = "$(printf 'before.tsv\nr')" ] || _fail "something is left: $(ls)"
	[ -z "$(find r -name '.new*')" ] || _fail "something is left in the result"
	bash -c "ulimit -f $blocks; exec '$TRIMSIM' run '$r1' --replications 60 --quiet -o fresh" \
		> "$out" 2> "$err"
	[ $? -eq 1 ] || _fail "ulimit -f $blocks, no store yet: not status 1"
	[ ! -e fresh ] || _fail "a store that could not be made is left"
done

[ -w /dev/full ] || exit 0
for arguments in "run $r1 --replications 5 --quiet -o x" 'report r' 'explain r'; do
	"$TRIMSIM" $arguments > /dev/full 2> "$err"
	status=$?
	: > "$out"
	[ $status -eq 1 ] || _fail "trimsim $arguments > /dev/full: status $status"
	grep -q '^trimsim: cannot write standard output: ' "$err" || _fail "$arguments: no message"
done
