# SPDX-License-Identifier: GPL-3.0-or-later
# A table of named blocks.  Before: data; NAME_COLUMN is the first.  After: blocks, block_name[i],
# policy_at[i], n_policies, policy_name[p], many.
# Blocks by policy and point: "POLICY, D = 1s".
stats data using 0 nooutput
blocks = STATS_blocks
policy_part(s) = strstrt(s, ", ") > 0 ? s[1:strstrt(s, ", ") - 1] : s
array block_name[blocks]
array policy_at[blocks]
array policy_name[20]
n_policies = 0
find_policy(s) = n_policies < 1 ? 0 : sum [i = 1:n_policies] (policy_name[i] eq s ? i : 0)
add_policy(s) = (n_policies = n_policies + 1, policy_name[n_policies] = s, n_policies)
do for [i = 1:blocks] {
	stats data index i - 1 using (block_name[i] = strcol(1), 0) every ::0::0 nooutput
	s = policy_part(block_name[i])
	policy_at[i] = find_policy(s)
	if (policy_at[i] < 1) { policy_at[i] = add_policy(s) }
}
# Few blocks have a name each; of many only the policies are told apart.
many = blocks > 8
