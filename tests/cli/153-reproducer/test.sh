#!/bin/bash
# explain --reproducer: the script has the figures of the hit and of its point, does
# nothing without being asked, ends its loops and takes away what it made.
source "$TEST_TOP/common"

configs=$(realpath "$TEST_TOP/../../configs")
cat > e.conf <<- EOT
	include $configs/seed-race.conf
	[experiment e]
	device = dm-thin
	filesystem = btrfs-3.18
	filesystem.size = \${S = 2GiB, 3GiB}
	filesystem.commit_interval = 12s
	filesystem.metadata_profile = single
	workload = fstrim-and-balance
	policies = unpinned
	replications = 6
	seed = 20141127
EOT
run_check run e.conf -e e --quiet -o r
run_check explain r --reproducer --hit 1
cp "$out" try.sh
sh -n try.sh || _fail 'not a script'
if command -v shellcheck > /dev/null; then
	shellcheck try.sh > "$results/said" || _fail "shellcheck: $(head -5 "$results/said")"
fi

# The delay is that of the hit: from the last submission before its effect to that.
if command -v python3 > /dev/null; then
	python3 - "$(echo r/races/001-*)" > expected <<- 'EOT'
	import json, sys
	race = json.load(open(sys.argv[1]))
	t = {s["what"]: s["t_ns"] for s in race["steps"]}
	print("DELAY_MS=${DELAY_MS:-%d}" % max(1, (t["effect"] - t["submit"] + 500000) // 1000000))
	size = {"S = 2GiB": 2 << 30, "S = 3GiB": 3 << 30}[race["point"]]
	print("SIZE=${SIZE:-%d}" % size)
	print("# Point: %s." % race["point"])
	EOT
	while IFS= read -r line; do
		grep -qxF "$line" try.sh || _fail "the script has no line '$line'"
	done < expected
fi
for line in 'SECONDS_TO_RUN=${SECONDS_TO_RUN:-20}' 'start 4 trim_loop' 'start 1 balance_loop' \
	'mkfs.btrfs -q -f -K -d single -m single "$dev" > /dev/null ||' \
	'mount -t btrfs -o noatime,nodiscard,commit=12,max_inline=4095,nossd "$dev" "$mnt" ||'; do
	grep -qF -- "$line" try.sh || _fail "the script has no '$line'"
done

# To a file that can be run; the other hits; what cannot be.
run_check explain r --reproducer --hit 1 -o other.sh
cmp -s try.sh other.sh || _fail '-o'
[ -x other.sh ] || _fail 'cannot be run'
run_check explain r --reproducer --hit 2
expect '^# Try on a real kernel what trimsim .* saw: hit 2 of$'
run_mustfail 'cannot write nowhere/x' explain r --reproducer -o nowhere/x
run_mustfail '-o: only together with --reproducer' explain r -o x
run_check run "$configs/validation/r1.conf" --replications 100 --quiet -o probe
run_mustfail 'workload probe is nothing that a real kernel can be given' explain probe --reproducer

# With commands that only note that they were called.
mkdir bin sys sys/nbd0 sys/nbd1
touch sys/nbd0/size sys/nbd0/pid sys/nbd1/size
for tool in modprobe mkfs.btrfs mount umount fstrim fallocate nbd-client btrfs nbdkit; do
	cat > bin/$tool <<- EOT
		#!/bin/sh
		echo "$tool \$*" >> "$PWD/called"
		[ ! -e "$PWD/fail-$tool" ] || exit 1
	EOT
done
cat >> bin/nbdkit <<- 'EOT'
	sleep 1000 &
	while [ "$1" != -P ]; do shift; done
	echo $! > "$2"
	echo $! > pid
EOT
cat >> bin/btrfs <<- EOT
	[ "\$1" != check ] || [ ! -e "$PWD/damaged" ] || exit 1
EOT
printf '#!/bin/sh\necho ${NOT_ROOT:-0}\n' > bin/id
chmod +x bin/*
sed -i "s|/sys/block|$PWD/sys|g" try.sh
export TMPDIR=$PWD/tmp SECONDS_TO_RUN=1
mkdir tmp
# try STATUS [NAME=VALUE]...
try()
{
	local status expected=$1
	shift
	rm -f called
	env PATH="$PWD/bin:$PATH" "$@" $shell try.sh > "$out" 2> "$err" < /dev/null
	status=$?
	[ "$status" -eq "$expected" ] || _fail "$shell try.sh ($*): status $status, not $expected"
	[ -z "$(ls tmp)" ] || _fail "$shell try.sh ($*): left $(ls -R tmp)"
	for ((i = 0; i < 50; i++)); do
		[ -e pid ] && grep -q '^State:.*[RSD] ' "/proc/$(cat pid)/status" 2> /dev/null || break
		sleep 0.1
	done
	[ $i -lt 50 ] || _fail "$shell try.sh ($*): left nbdkit running"
	rm -f pid
}
called()
{
	grep -qE -- "$1" called || _fail "$shell: never called: $1"
}
for shell in sh bash; do
	try 2
	grep -q 'TRIMSIM_REPRODUCE=yes' "$err" || _fail 'is not told how to go on'
	[ ! -e called ] || _fail 'did something without being asked'
	try 2 NOT_ROOT=1 TRIMSIM_REPRODUCE=yes
	grep -q 'only root' "$err" || _fail 'not root'
	[ ! -e called ] || _fail 'did something without being root'
	try 2 TRIMSIM_REPRODUCE=yes BACKEND=loop

	try 0 TRIMSIM_REPRODUCE=yes
	expect '^no damage found on Linux '
	called '^nbdkit .*--filter=delay memory size=[0-9]+ delay-trim=[0-9]+ms$'
	called '^nbd-client -unix .*/nbd /dev/nbd1 -b 4096$'
	called '^mkfs.btrfs .* /dev/nbd1$'
	called '^fstrim -m 0 '
	called '^btrfs balance start -musage=100 '
	called '^btrfs filesystem sync '
	called '^fallocate -n -l 1073741824 .*/data0$'
	[ "$(tail -3 called | cut -d ' ' -f 1-2 | tr '\n' ,)" = "$(printf 'umount %s,btrfs check,nbd-client -d,' "$(grep -m1 ^umount called | cut -d ' ' -f 2)")" ] ||
		_fail "the end is not unmount, check, disconnect: $(tail -3 called)"
	touch damaged
	try 1 TRIMSIM_REPRODUCE=yes
	expect '^damaged on Linux '
	rm damaged
	for tool in modprobe nbdkit nbd-client mkfs.btrfs mount; do
		touch fail-$tool
		try 2 TRIMSIM_REPRODUCE=yes
		grep -q '^try.sh: ' "$err" || _fail "$tool fails: nothing is said"
		rm fail-$tool
	done
	rm sys/nbd1/size
	try 2 TRIMSIM_REPRODUCE=yes
	touch sys/nbd1/size
	# Interrupted: the same end.
	rm -f called
	env PATH="$PWD/bin:$PATH" TRIMSIM_REPRODUCE=yes SECONDS_TO_RUN=60 $shell try.sh > "$out" 2> "$err" &
	for ((i = 0; i < 100; i++)); do
		grep -q '^fstrim' called 2> /dev/null && break
		sleep 0.1
	done
	kill -TERM $!
	wait $!
	[ $? -eq 2 ] || _fail "$shell: interrupted: another status"
	called '^umount '
	[ -z "$(ls tmp)" ] || _fail "$shell: interrupted: left $(ls -R tmp)"
done

run_check run "$TEST_TOP/../../configs/seed-race.conf" --replications 30 --quiet -o dark \
	--set 'device.power_loss=fixed(19s)'
run_mustfail 'a script cannot cut the power' explain dark --reproducer
