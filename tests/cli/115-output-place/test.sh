#!/bin/bash
# Where a result may go: nothing but a result or an empty directory is ever
# replaced, by whatever name it is called, and a bad name is known before the run.
source "$TEST_TOP/common"

r1=$(realpath "$TEST_TOP/../../configs/validation/r1.conf")
short="run $r1 --replications 20 --quiet"
# A run so long that the test times out unless it is refused before.
long="run $r1 --replications 100000000 --quiet"

tree()
{
	find . -printf '%p %y %i %l\n' | sort
}

# What the user has stays, however the name is written.
mkdir -p imp/sub results proj real
echo precious > imp/sub/file
before=$(tree)
run_mustfail '-o: the name is empty' $long -o ''
run_mustfail '-o: .*typo/..: No such file' $long -o typo/../imp
run_mustfail '-o: .*: No such file' $long -o typo/../new
run_mustfail '-o: imp exists and is no result' $long -o imp
run_mustfail '-o: imp/sub/../../imp/ exists and is no result' $long -o imp/sub/../../imp/
run_mustfail '-o: . exists and is no result' $long -o .
run_mustfail '-o: .. exists and is no result' $long -o ..
run_mustfail '-o: / exists and is no result' $long -o /
(cd proj && run_mustfail '-o: . is or holds the current directory' $long -o .) || exit 1
(cd proj && run_mustfail '-o: .* is or holds the current directory' $long -o ../imp/../proj) || exit 1
[ "$(tree)" = "$before" ] || _fail "something has changed"

# .. behind a link is where the link leads, not where its name stands.
mkdir -p elsewhere/deep
ln -s elsewhere/deep jump
run_check $short -o jump/../there
[ -f elsewhere/there/result.json ] || _fail "jump/../there is not where the kernel finds it"
[ -e there ] && _fail "jump/../there was folded in the text"

# A link stays one; the result is where it leads.
ln -s real lnk
for n in 20 30; do
	run_check run "$r1" --quiet --replications $n -o lnk
	[ -L lnk ] || _fail "the link is replaced"
	[ "$(sed -n 2p real/points.tsv | cut -f2)" = $n ] || _fail "no result behind the link"
done
ln -s nowhere dangling
ln -s loop loop
ln -s imp to-imp
before=$(tree)
run_mustfail '-o: dangling: a symbolic link to nothing' $long -o dangling
run_mustfail '-o: dangling: a symbolic link to nothing' $long -o dangling/
run_mustfail '-o: dangling: a symbolic link to nothing' $long -o dangling/x
run_mustfail '-o: loop: Too many levels' $long -o loop
run_mustfail '-o: to-imp exists and is no result' $long -o to-imp
[ "$(tree)" = "$before" ] || _fail "a link has changed"

# The current directory is gone: no result in the root directory.
mkdir gone
(cd gone && rmdir ../gone && "$TRIMSIM" $short > "$out" 2> "$err")
[ $? -eq 2 ] || _fail "no error in a directory that is gone"
grep -q '^trimsim: -o: .: the current directory is gone$' "$err" || _fail "gone: no message"

# A name that no file system takes.
name=$(printf 'x%.0s' $(seq 260))
run_mustfail '-o: .*File name too long' $long -o "$name"
run_mustfail '-o: .*File name too long' $long -o "${name:0:254}"
run_mustfail '-o: .*File name too long' $long -o "new/$name/y"
run_mustfail '-o: cannot write in /proc: ' $long -o /proc/x
if [ "$(id -u)" -ne 0 ]; then
	mkdir locked
	chmod 500 locked
	run_mustfail '-o: cannot write in .*/locked: Permission denied' $long -o locked/x
fi
run_check $short -o "${name:0:240}"
run_check $short -o a/./b/c/
[ -f a/b/c/report.txt ] || _fail "the directories above were not made"
[ "$(ls -A a/b)" = c ] || _fail "something is left beside the result"

# What comes to the place during the run is not removed either, and the result is kept beside it.
"$TRIMSIM" run "$r1" --replications 60000 -j 1 --quiet -o late > "$out" 2> "$err" &
pid=$!
sleep 0.2
mkdir late || _fail "the run was too short for this test"
echo precious > late/file
wait $pid
[ $? -eq 1 ] || _fail "a directory that came during the run: not status 1"
[ "$(cat late/file)" = precious ] || _fail "a directory that came during the run is replaced"
kept=$(sed -n 's/^trimsim: .*what is there now is no result; it is in //p' "$err")
[ -f "$kept/result.json" ] || _fail "the result of the run is lost"
