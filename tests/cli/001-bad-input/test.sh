#!/bin/bash
# Every mistake of the table is refused by name and place, by each command that
# reads a configuration: one line, status 2, nothing on stdout, nothing written.
source "$TEST_TOP/common"

mkdir directory
echo 'include a.conf' > cycle.conf
echo '10, 85000, 2, 65536, 0, 0' > fio.log
printf '{\n  "fio version" : "fio-3.33"\n}\n' > fio.json
printf '\n[device mine]\n' > again.conf

commands=(check show)
has_command run && commands+=(run)

n=0
while IFS='|' read -r title pattern text arguments; do
	[ -n "$title" ] && [ "${title:0:1}" != '#' ] || continue
	if [ "${text:0:1}" = @ ]; then
		{ base_config; printf '%b' "${text:1}"; } > a.conf
	else
		printf '%b' "$text" > a.conf
	fi
	eval "arguments=(${arguments:-a.conf})"
	for command in "${commands[@]}"; do
		# check validates every experiment and takes no -e
		[ "$command" = check ] &&
			[[ " ${arguments[*]} " = *' -e '* || $title = *'choose one'* ]] && continue
		echo "$title: trimsim $command ${arguments[*]}" >&2
		run_mustfail "$pattern" "$command" "${arguments[@]}"
	done
	n=$((n + 1))
done < "$TEST_TOP/001-bad-input/cases"
[ "$n" -ge 60 ] || _fail "only $n cases were read"
