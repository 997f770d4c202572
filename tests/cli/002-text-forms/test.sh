#!/bin/bash
# What must be read: a byte order mark, CRLF, comments in both habits, no line
# feed at the end.  All mean the same.
source "$TEST_TOP/common"

base_config > plain.conf
run_check show plain.conf
cp "$out" expected

same()
{
	run_check show "$1"
	cmp -s "$out" expected || _fail "$1 resolves to something else"
}

{ printf '\xef\xbb\xbf'; cat plain.conf; } > bom.conf
sed 's/$/\r/' plain.conf > crlf.conf
{ printf '\xef\xbb\xbf'; cat crlf.conf; } > both.conf
sed 's/^/\t  /; s/$/  \t# tail/; 1i ; fio comment\n  # comment\n' plain.conf > comments.conf
printf '%s' "$(cat plain.conf)" > noeol.conf
sed 's/ = /=/; s/\[device mine\]/[device   mine]/' plain.conf > blanks.conf
for file in bom crlf both comments noeol blanks; do
	same $file.conf
done

echo 'device.discard.latency = fixed(1ms) # as measured' >> plain.conf
run_check show plain.conf
expect '^discard.latency = fixed\(1ms\)$'
