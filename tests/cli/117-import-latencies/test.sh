#!/bin/bash
# import --latencies makes tables that empirical(FILE) reads, of each format;
# bad input is refused and leaves nothing behind.
source "$TEST_TOP/common"

samples=$TEST_TOP/../fuzz/samples

# table FILE LINE...: what is written of FILE
table()
{
	local file=$1
	shift
	{ echo '# latencies of discards, by trimsim import --latencies'
	  echo 'bytes,latency_ns,count'
	  printf '%s\n' "$@"; } > expected.csv
	run_status 0 import --latencies "$file" -o made.csv
	cmp -s expected.csv made.csv || { diff expected.csv made.csv; _fail "$file"; }
	grep -v 'no event' "$err" && _fail 'more on stderr'
	cp "$out" said
	base_config > a.conf
	run_check check a.conf --set 'device.discard.latency=empirical(made.csv)'
}

table "$samples/ftrace.txt" 352256,440000,1
grep -q ': ftrace, 1 discards, mean 440us$' said || _fail 'summary'
table "$samples/blkparse.txt" 352256,10000,1
run_status 0 import --latencies "$samples/blkparse.txt" -o made.csv
grep -q 'lines that are no event: 2 (the first: line 11)$' "$err" || _fail 'no event'
table "$samples/fio_json.txt" 4096,18,1 4096,19,22 4096,20,27 4096,21,9 4096,22,3 4096,43,1 \
	4096,5536,1 65536,23,3 65536,3568,1
grep -q ': fio JSON, 68 discards, mean 153.6ns$' said || _fail 'summary'
printf '3, 70500, 2, 4096, 0, 0\n3, 9, 1, 4096, 0, 0\n4, 90000, 2, 65536, 8192, 0\n' > lat.log
table lat.log 4096,70500,1 65536,90000,1

# What is left out is said: discards whose end the recording does not have, or whose beginning.
{ cat "$samples/blkparse.txt"
  echo '259,0    1       91     9.000000000  1234  D   W 8192 + 8 [fio]'
  echo '259,0    1       92     9.000001000  1234  D  DS 2048 + 128 [fstrim]'
  echo '259,0    1       93     9.000002000     0  C  DS 4096 + 128 [0]'; } > early.txt
run_status 0 import --latencies early.txt -o made.csv
grep -q '^early.txt: discards without a completion, which the table lacks: 1 (the first: .* D 2048 + 128)' "$err" ||
	_fail 'no word about what was left out'
grep -q '^early.txt: completions of discards without an issue: 1 (the first: .* D 4096 + 128)$' "$err" ||
	_fail 'no word about a discard without an issue'

# gzip, fio's warnings above its output, an imported trace, several files
gzip -c "$samples/fio_json.txt" > packed
{ echo 'fio: this platform does not support something'; cat "$samples/fio_json.txt"; } > warned
run_check import --latencies packed -o a.csv
run_check import --latencies warned -o b.csv
cmp -s a.csv b.csv || _fail 'gzip or warnings change the table'
run_check import lat.log -o lat.trace
run_check import --latencies lat.trace packed -o both.csv
[ "$(wc -l < both.csv)" -eq 13 ] || _fail 'lines of two files'

# what is there already stays when the input is bad
echo precious > old.csv
bad()
{
	local pattern=$1
	shift
	run_mustfail "$pattern" import --latencies "$@" -o old.csv
	[ "$(cat old.csv)" = precious ] || _fail 'the old file is gone'
}
: > empty
bad '^trimsim: empty:0: no line up to here' empty
bad 'nosuch' nosuch
printf 'nothing\nof use\n' > junk
bad '^trimsim: junk:2: no line up to here is of ftrace' junk
printf '3, 70500, 1, 4096, 0, 0\n' > writes
bad '^trimsim: writes:1: no discard up to here with its latency \(format: fio latency log\)$' writes
bad 'iolog.txt:.*: no discard up to here' "$samples/iolog.txt"
head -c 700 "$samples/fio_json.txt" > cut
bad '^trimsim: cut: ' cut
echo '{ "jobs": 5 }' > nojobs
bad '^trimsim: nojobs: no jobs: this is no output of fio$' nojobs
sed 's/"bins"/"snib"/' "$samples/fio_json.txt" > nobins
bad '^trimsim: nobins: job a: no bins: run fio with --output-format=json\+$' nobins
sed 's/"bs": "4k"/"bsrange": "4k-8k"/' "$samples/fio_json.txt" > sizes
bad '^trimsim: sizes: job a: its discards have no one size' sizes
sed 's/"18": 1/"x": 1/' "$samples/fio_json.txt" > bin
bad "^trimsim: bin: job a: 'x' is no bin of a latency$" bin
printf '{%.0s' {1..5000} > deep
bad '^trimsim: deep: 1: nested too deep for output of fio$' deep
bad '^trimsim: junk:2: ' packed junk
run_mustfail 'no -o FILE: where should the table go\?$' import --latencies packed
cp "$samples/fio_json.txt" only.json
run_mustfail '^trimsim: -o: \./only.json is read too, choose another name$' \
	import --latencies packed only.json -o ./only.json
run_mustfail 'is read too' import packed -o packed
printf '{"jobs":[{"jobname":"a","trim":{"total_ios":2,"clat_ns":{"bins":{"5":2}}}}]}\n' > nobytes
bad '^trimsim: nobytes: job a: it lacks io_bytes, what its 2 discards have together$' nobytes

# What empirical(FILE) refuses, it refuses by file and line.
law()
{
	base_config > a.conf
	run_mustfail "$1" check a.conf --set 'device.discard.latency=empirical(old.csv)'
}
printf 'bytes,latency_us\n4096,1\n-5,1\n' > old.csv
law "/old\.csv:3: '-5' is no number of bytes"
printf 'bytes,latency_us\n4096,nan\n' > old.csv
law "/old\.csv:2: 'nanus' is not a time"
printf 'bytes,latency_us\n4096,-1\n' > old.csv
law "/old\.csv:2: '-1us' is negative"
printf 'bytes,latency_us\n4096,1e99\n' > old.csv
law "/old\.csv:2: '1e99us' is too large"
printf 'bytes\n4096\n' > old.csv
law "/old\.csv:1: 'bytes' is not a time|/old\.csv:1: 'bytes'"
printf 'bytes,latency_us\n4096\n' > old.csv
law "/old\.csv:2: no column 2, which is latency_us"
: > old.csv
law '/old\.csv: no durations in it'
printf '1ms\n\0002ms\n' > old.csv
law '/old\.csv: not UTF-8 text'
printf 'bytes,latency_us\n4096,1\n' | iconv -t UTF-16 > old.csv
law '/old\.csv: not UTF-8 text: convert it, e\.g\. iconv -f UTF-16 -t UTF-8$'
printf 'latency_us,latency_ns\n1,1\n' > old.csv
law '/old\.csv:1: column 2 is a second one of its kind'
printf 'latency_us,bytes,bytes\n1,1,2\n' > old.csv
law '/old\.csv:1: column 3 is a second one of its kind'
mkdir 'a #b'
{ base_config; echo 'device.discard.latency = empirical(old.csv)'; } > 'a #b/a.conf'
echo 1ms > 'a #b/old.csv'
echo 1ms > 'a).csv'
run_mustfail "a #b/old\.csv: a tab, a new line or ' #' in this path" check 'a #b/a.conf'
run_mustfail 'a\)\.csv: a parenthesis in this path lacks its other half' \
	check a.conf --set 'device.discard.latency=empirical(a).csv)'
truncate -s 65M old.csv
law '/old\.csv: longer than 64MiB'
rm old.csv
mkfifo old.csv
law '/old\.csv: not a regular file'
rm old.csv

# The order of the lines means nothing, nor what a spreadsheet makes of the heading.
printf 'bytes,latency_us\n65536,30\n4096,9\n65536,20\n4096,10\n' > a.csv
printf 'bytes,latency_us\n4096,10\n4096,9\n65536,20\n65536,30\n' > b.csv
conf=$TEST_TOP/../../configs/validation/queue.conf
printf '\xef\xbb\xbfBytes,Latency_us\r\n65536,30\r\n4096,9\r\n65536,20\r\n4096,10\r\n' > c.csv
for file in a b c; do
	run_check run "$conf" --set "device.discard.latency=empirical($file.csv)" --quiet \
		--set workload.discard_share=100% --set workload.bytes=16KiB \
		--replications 2 -o $file
	grep '^[^#]' $file/points.tsv > $file.tsv
done
cmp -s a.tsv c.tsv || _fail 'sizes are not seen below the mark of UTF-8'
cmp -s a.tsv b.tsv || _fail 'the order of the lines matters'
