#!/bin/bash
# Where a result may go: into nothing but a result or an empty directory, by
# whatever name it is called, and a bad name is known before the run.
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
[ "$(tree)" = "$before" ] || _fail "something has changed"

# The current directory, if it is empty, and again when it is a result.
(cd proj && run_check $short -o . && run_check $short -o ../imp/../proj) || exit 1
[ -f proj/result.json ] || _fail "no result in the current directory"

# What the user puts into a result stays there.
echo precious > proj/notes
run_check run "$r1" --replications 30 --quiet -o proj
[ "$(cat proj/notes)" = precious ] || _fail "a file beside a result is gone"
[ "$(sed -n 2p proj/points.tsv | cut -f2)" = 30 ] || _fail "the result is not replaced"

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
run_mustfail '-o: .*File name too long' $long -o "new/$name/y"
run_mustfail '-o: cannot write in /proc: ' $long -o /proc/x
if [ "$(id -u)" -ne 0 ]; then
	mkdir locked
	chmod 500 locked
	run_mustfail '-o: cannot write in .*/locked: Permission denied' $long -o locked/x
fi
run_check $short -o "${name:0:255}"
run_check $short -o a/./b/c/
[ -f a/b/c/report.txt ] || _fail "the directories above were not made"
[ "$(ls -A a/b)" = c ] || _fail "something is left beside the result"

# A second run in the same place would count blocks twice: it is refused.
"$TRIMSIM" run "$r1" --replications 1000000 -j 1 --quiet -o busy > "$out" 2> "$err" &
pid=$!
for i in $(seq 50); do
	[ -s busy/results.sqlite ] && break
	sleep 0.1
done
run_status 2 run "$r1" --replications 20 --quiet -o busy
grep -q '^trimsim: .*/busy/results.sqlite: another run is using it$' "$err" || _fail "busy: no message"
kill $pid
wait $pid
run_check $short -o busy
