#!/bin/bash
# replay: a recording as it was, and its users elsewhere; from the recording or
# from what import made of it.
source "$TEST_TOP/common"

configs=$TEST_TOP/../../configs
a1=$configs/traces/a1.trace
a5=$configs/traces/a5.trace.gz
recordings=$TEST_TOP/../../../shared/traces

# value DIR POLICY NAME: the first number of that name in the policy's part of the result
value()
{
	sed -n "/^        \"$2\" : {/,/^        }/p" "$1/result.json" |
		sed -n "s/^ *\"$3\" : \([0-9.]*\),*$/\1/p" | head -1
}

# is DIR POLICY NAME TEST NUMBER
is()
{
	local v
	v=$(value "$1" "$2" "$3")
	[ -n "$v" ] && [ "$v" "$4" "$5" ] || _fail "$1: $2.$3 is '$v', not $4 $5"
}

# ---- as recorded: the quoted race is the first hit; under the fix there is none
run_check run "$configs/replay-a5.conf" --quiet -o r
is r unpinned hits -gt 0
is r unpinned hidden -eq 300
is r unpinned removals -eq 104
is r unpinned chunks_allocated -eq 107
is r unpinned commits -eq 738
is r pinned-chunk hits -eq 0
is r pinned-chunk reused -eq 0
is r pinned-chunk removals -eq 104
run_check explain r
expect 'hides a free space entry of group 3 21.188MiB\+512KiB \(22216704\+524288\)$'
expect 'removes the group and its extent map \(trans 32\)$'
expect ' allocates the chunk of group 8 21MiB\+256MiB$'
expect '^ +\(22020096\+268435456\) logical 1062207488$'
expect ' submits a write 21.336MiB\+56KiB \(22372352\+57344\)$'
expect 'DESTROYS 21.188MiB\+512KiB$'
expect '^and 3 more writes into what was destroyed$'
# ... 5.880003 s + 0.040012 s + 361.328 ms, sector 22372352 / 512: there it is in the recording
expect '^time 0 is 0.040012000 s into the replication, which began at 5.880003000 s$'
expect '^ 361.328 ms +submits a write'
zcat "$a5" | grep -q ' 6.281[0-9]*: block_rq_issue: 254,0 W.* 43696 + 112 ' || _fail 'no such write'
run_check report r
expect '^1 replication per policy'
expect '^  per removal +- '

run_check run "$configs/replay-a5.conf" --quiet -o scaled --set workload.time_scale=0.5
[ "$(value r unpinned hits)" = "$(value scaled unpinned hits)" ] || _fail 'time_scale changes the hits'
[ "$(printf '%.5f ' "$(value r unpinned simulated_s)" "$(value scaled unpinned simulated_s)")" = \
	'42.62000 21.31000 ' ] || _fail 'time_scale does not scale'
run_check run "$configs/replay-a5.conf" --quiet -o start --set device.discard.effect=start
is start unpinned hits -eq 0
is start unpinned written -eq "$(value r unpinned written)"

# ---- what import made of it says the same
run_status 0 import "$a5" -o a5.native
run_check run "$configs/replay-a5.conf" --quiet -o native --set workload.trace=a5.native
cmp -s r/points.tsv native/points.tsv || _fail 'the imported recording is another one'
run_status 0 import "$a1" -o a1.native
run_check run "$configs/replay-a1.conf" --quiet -o open --replications 2
run_check run "$configs/replay-a1.conf" --quiet -o native-a1 --replications 2 \
	--set workload.trace=a1.native
cmp -s open/points.tsv native-a1/points.tsv || _fail 'the imported trace has other users'

# ---- elsewhere: another device, another kernel, another schedule of trims
what_if="$configs/replay-a1.conf --quiet --replications 2 --set experiment.device=virtio-thin
	--set experiment.filesystem=btrfs-3.18"
run_check run $what_if -o there
run_check run $what_if -o closed --set workload.loop=closed
run_check run $what_if -o none --set workload.trims=none
run_check run $what_if -o loop --set workload.trims=loop --set workload.trim_pause=10s
for dir in there closed loop none; do
	is $dir unpinned requests -eq "$(value open unpinned requests)"
done
is there unpinned trim_passes -eq 420
is closed unpinned trim_passes -eq 420
is none unpinned trim_passes -eq 0
is none unpinned hidden -eq 0
is loop unpinned trim_passes -gt 0
is loop unpinned trim_passes -lt 20
cmp -s open/points.tsv there/points.tsv && _fail 'the device and the kernel change nothing'
cmp -s there/points.tsv closed/points.tsv && _fail 'the loop changes nothing'
run_check run "$configs/replay-a5-elsewhere.conf" --quiet -o elsewhere --replications 2
is elsewhere unpinned hits -gt 0
is elsewhere pinned-chunk hits -eq 0
run_check run "$configs/replay-a5-elsewhere.conf" --quiet -o full --replications 2 \
	--set workload.balance_usage=0%
is full unpinned relocations -lt "$(value elsewhere unpinned relocations)"

# ---- the users of A5 on A5's device: within a factor of 2 of what was recorded
run_check run "$configs/replay-a5-users.conf" --quiet -o users --replications 10
for name in removals removed reused written; do
	is users unpinned $name -lt $((10 * 2 * $(value r unpinned $name)))
	is users unpinned $name -gt $((10 * $(value r unpinned $name) / 2))
done
is users pinned-chunk hits -eq 0

# ---- garbage in `used` shrinks the metadata by all there is, not by less than nothing
cat > used <<- EOT
	# trimsim trace 1
	1 sim:trim_bg_begin bg=22020096 len=268435456 flags=4 used=18446744073709551615 comm=fstrim pid=3
	1000000 sim:trim_bg_begin bg=22020096 len=268435456 flags=4 used=0 comm=fstrim pid=3
EOT
run_check run "$configs/replay-a5-users.conf" --quiet -o used.out --replications 1 \
	--set workload.trace=used

# ---- what cannot be replayed
zcat "$a5" > a5
grep -v 'state=UNBLOCKED transid=9$' a5 > lost
grep -v trim_bg_begin a5 > groupless
sed 's/block_rq_issue: 254,0 WSM/block_rq_issue: 8,0 WSM/' a5 > devices
grep dev_extent_alloc a5 > chunks
recording="$configs/replay-a5.conf -o out --set workload.trace"
run_mustfail "trace = $a1: no sim: discard_begin line: .* use follow = foreground" run $recording="$a1"
run_mustfail 'trace = lost:[0-9]+: .*: the commit of transaction 10 follows that of 8: ' run $recording=lost
run_mustfail 'trace = groupless:[0-9]+: .*: a discard at [0-9]+ in no block group: ' run $recording=groupless
run_mustfail 'trace = devices:[0-9]+: .*: writes to two devices, [0-9,]+ and [0-9,]+: ' run $recording=devices
# no hits because the lines of the entries are not there
grep -v trim_extent_begin a5 > unhidden
run_mustfail 'trace = unhidden:[0-9]+: .*its sim: trim_extent_begin is missing' run $recording=unhidden
grep -v trim_extent_end a5 > unreturned
run_mustfail 'trace = unreturned:[0-9]+: .*its sim: trim_extent_end is missing' run $recording=unreturned
sed -E '/trim_extent_begin/s/ len=[0-9]+/ len=0/' a5 > empty
run_mustfail 'trace = empty:171: .*a discard of a length that cannot be' run $recording=empty
sed -E '/trim_extent_begin/s/ logical=[0-9]+/ logical=4096/' a5 > displaced
run_mustfail 'trace = displaced:171: .*a discard at 4096 outside of its block group 13631488' \
	run $recording=displaced
{ cat a5; printf 'CPU:0 [LOST 17 EVENTS]\n%s\n' 'what is this'; } > gaps
run_status 0 run "$configs/replay-a5.conf" --quiet -o gaps.out --set workload.trace=gaps
[ "$(cat "$err")" = 'trimsim: gaps: events were lost in 1 places
trimsim: gaps: passed over: damaged events: 0, lines that are no event: 1' ] ||
	_fail 'no word about what was lost'
printf '%s\n' '# trimsim trace 1' '1 sim:fitrim_begin pid=3' '1000000000 sim:fitrim_begin pid=3' \
	'999999999999999999 sim:fitrim_begin pid=3' > ages
run_mustfail 'trace = ages:4: a recording of more than 11 days' run $recording=ages
run_mustfail 'trace = ages:4: a recording of more than 11 days' run $recording=ages \
	--set workload.follow=foreground
# whose value it is, is said
head -c 3000 /dev/urandom > garbage
run_mustfail '^trimsim: --set: .*trace = garbage: no trace event' run $recording=garbage
run_mustfail "^trimsim: --set: .*trace: '' names no file" run $recording=
run_mustfail "^trimsim: --set: .*trace: cannot find the file 'nix'" run $recording=nix
run_mustfail 'trace = chunks: no operation of a user' run $recording=chunks \
	--set workload.follow=foreground
run_mustfail "'half' is not one of open, closed" run $recording="$a5" \
	--set workload.loop=half

# a recording does not tell when what a trimmer takes was freed: no hit of a protected policy
run_check run "$configs/replay-a5.conf" --quiet -o dark --replications 4 \
	--set 'device.power_loss=uniform(0s, 50s)'
is dark pinned-chunk hits -eq 0

# ---- the whole recordings, where they are: with the protection on there is no race
[ -r "$recordings/trace-A6.txt.gz" ] || exit 0
run_check run "$configs/replay-a5.conf" --quiet -o a6 \
	--set workload.trace="$recordings/trace-A6.txt.gz" --set experiment.policies=pinned-chunk
is a6 pinned-chunk hits -eq 0
is a6 pinned-chunk reused -eq 0
is a6 pinned-chunk removals -eq 117
is a6 pinned-chunk chunks -eq 34
