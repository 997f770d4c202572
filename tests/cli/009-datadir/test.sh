#!/bin/bash
# An include is looked for next to the including file, then in $TRIMSIM_DATADIR,
# then where the program came from; a file that two others include is read once.
source "$TEST_TOP/common"

mkdir -p data/presets near/presets
printf '[device mine]\nslots = 3\n' > data/presets/mine.conf
printf '[device mine]\nslots = 4\n' > near/presets/mine.conf
base_config | sed '/^\[device mine\]/,/^inherit/d; 1i include presets/mine.conf' > far.conf
cp far.conf near/a.conf

run_mustfail "far.conf:1: cannot find 'presets/mine.conf'" show far.conf
export TRIMSIM_DATADIR=$PWD/data
run_check show far.conf
expect '^slots = 3$'
run_check show near/a.conf
expect '^slots = 4$'

printf 'include presets/mine.conf\n[device one]\ninherit = mine\n' > one.conf
printf 'include presets/mine.conf\n[device two]\ninherit = one, mine\n' > two.conf
{ printf 'include one.conf\ninclude two.conf\n'; sed 1d far.conf; } > diamond.conf
run_check show diamond.conf --set experiment.device=two
expect '^slots = 3$'

# A preset of the user's own is suggested as the bundled ones are.
sed '/^include presets\/devices/d' far.conf > plain.conf
printf '[device exotic]\n' > data/presets/devices.conf
run_mustfail "unknown device 'exotic', add 'include presets/devices.conf'" \
	show plain.conf --set experiment.device=exotic
