#!/bin/bash
# --help lists every command with a summary, each command has help of its own
# with an example, --version names the libraries and loads none of the engine.
source "$TEST_TOP/common"

run_check --help
expect '^Usage: trimsim COMMAND'
expect '^  show +[a-z]'
expect '^  check +[a-z]'
expect '^  keys +[a-z]'
expect '^Examples:'
expect '3 not as precise as'
expect '130 interrupted'
# On a terminal of 80 columns no line is broken.
narrow()
{
	sed 's/[\x80-\xbf]//g' "$out" | awk 'length > 79' | grep -q . && _fail "$*: a line of more than 79 columns"
}
narrow --help
commands=$(sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p' "$out")
for second in devices kernel placement; do
	run_check validate $second --help
	narrow "validate $second"
done
run_check keys
narrow keys
for command in $commands; do
	run_check "$command" --help
	narrow "$command"
	expect "^  trimsim $command"
	expect '^Examples:'
done

run_check --version
expect '^trimsim [0-9]+\.[0-9]+'
expect '^GLib [0-9]'
expect '^GSL [0-9]'
expect '^SimGrid [0-9]'
if ldd "$TRIMSIM" > "$out" 2> "$err"; then
	grep -q simgrid "$out" && _fail 'the driver links SimGrid'
fi
exit 0
