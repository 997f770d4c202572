#!/bin/bash
# Every bundled configuration is valid.
source "$TEST_TOP/common"

configs=$(find "$TEST_TOP/../../configs" -name '*.conf')
[ -n "$configs" ] || _fail 'no configurations'
for config in $configs; do
	run_check check "$config"
done
