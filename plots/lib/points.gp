# SPDX-License-Identifier: GPL-3.0-or-later
# Read points.tsv.  Before: data (the file), place (its directory with a slash,
# or ""); after lib/style.gp.  After, for rows r, varying variables v and
# values j of them, in rising order if they are numbers:
#   n_rows, n_policies, policy_name[p], policy_of[r]
#   n_vars, var_name[v], var_key[v] (what it sets, "" if unknown), numeric[v], n_values[v]
#   X(v, r): the value, or the number of the text; V(v, j) and text_of(v, j)
#   read_column: c, and then cell[r]
set datafile separator tab
stats data using 0 nooutput
n_rows = STATS_records - 1
n_columns = int(STATS_columns)
array names[n_columns]
do for [c = 1:n_columns] {
	stats data using (names[c] = strcol(c), 0) every ::0::0 nooutput
}
column_of(name) = sum [i = 1:n_columns] (names[i] eq name ? i : 0)
policy_column = column_of("policy")
if (n_rows < 1 || policy_column < 1) {
	print "points.tsv has no points"
	exit status 3
}

array cell[n_rows]
r = 0
read_column = "r = 0; stats data using (r = r + 1, cell[r] = column(c), 0) every ::1 nooutput"

# Policies, in their order.
array policy_of[n_rows]
array policy_name[20]
n_policies = 0
find_policy(s) = sum [i = 1:n_policies] (policy_name[i] eq s ? i : 0)
add_policy(s) = (n_policies = n_policies + 1, policy_name[n_policies] = s, n_policies)
r = 0
stats data using (r = r + 1, policy_of[r] = find_policy(strcol(policy_column)), \
	policy_of[r] = policy_of[r] > 0 ? policy_of[r] : add_policy(strcol(policy_column)), 0) \
	every ::1 nooutput

# Variables that vary.
MAX_VARS = policy_column > 1 ? policy_column - 1 : 1
array var_column[MAX_VARS]
array var_name[MAX_VARS]
array var_key[MAX_VARS]
array numeric[MAX_VARS]
array n_values[MAX_VARS]
array texts[MAX_VARS * n_rows]	# of the values
array values[MAX_VARS * n_rows]
array xs[MAX_VARS * n_rows]	# of the rows
n_vars = 0
known(v, s) = n_values[v] < 1 ? 0 : sum [i = 1:n_values[v]] (texts[(v - 1) * n_rows + i] eq s ? i : 0)
add_value(v, s, y) = (n_values[v] = n_values[v] + 1, texts[(v - 1) * n_rows + n_values[v]] = s, \
	values[(v - 1) * n_rows + n_values[v]] = y, 0)
do for [c = 1:policy_column - 1] {
	v = n_vars + 1
	n_values[v] = 0
	numbers = 1
	stats data using (numbers = numbers && valid(c), \
		known(v, strcol(c)) > 0 ? 0 : add_value(v, strcol(c), valid(c) ? column(c) : 0)) every ::1 nooutput
	if (n_values[v] > 1) {
		n_vars = v
		var_column[v] = c
		var_name[v] = names[c]
		var_key[v] = ""
		numeric[v] = numbers
		do for [j = 1:n_values[v]] {
			if (!numbers) { values[(v - 1) * n_rows + j] = j }
		}
		# Into rising order: a few values, by exchange.
		do for [i = 1:n_values[v] - 1] {
			do for [j = (v - 1) * n_rows + 1:(v - 1) * n_rows + n_values[v] - i] {
				if (values[j] > values[j + 1]) {
					swap = values[j]; values[j] = values[j + 1]; values[j + 1] = swap
					swap_text = texts[j]; texts[j] = texts[j + 1]; texts[j + 1] = swap_text
				}
			}
		}
		r = 0
		stats data using (r = r + 1, xs[(v - 1) * n_rows + r] = \
			values[(v - 1) * n_rows + known(v, strcol(c))], 0) every ::1 nooutput
	}
}
X(v, r) = xs[(v - 1) * n_rows + r]
V(v, j) = values[(v - 1) * n_rows + j]

# How values and axes are named: by the unit that the column's name ends with.
ends(s, t) = strlen(s) >= strlen(t) && s[strlen(s) - strlen(t) + 1:] eq t
unit_of(name) = ends(name, "_bytes_per_s") ? "B/s" : ends(name, "_bytes") ? "B" : ends(name, "_per_s") ? "1/s" : \
	ends(name, "_s") ? "s" : ""
bare(name) = unit_of(name) eq "" ? name : name[1:strlen(name) - strlen(unit_of(name) eq "B/s" ? "_bytes_per_s" : \
	unit_of(name) eq "B" ? "_bytes" : unit_of(name) eq "1/s" ? "_per_s" : "_s")]
with_unit(unit, y) = unit eq "s" ? duration(y) : unit eq "B" ? size_text(y) : unit eq "B/s" ? size_text(y)."/s" : \
	unit eq "1/s" ? sprintf("%g/s", y) : sprintf("%g", y)
text_of(v, j) = numeric[v] ? with_unit(unit_of(var_name[v]), V(v, j)) : texts[(v - 1) * n_rows + j]

# What a variable sets stands in the manifest: "KEY = ...${NAME..."
if (strlen(place) > 0) {
	set datafile separator "\n"
	plain_letter(s) = strstrt("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.", s) > 0
	key_of(line) = line[1:strstrt(line, " = ") - 1]
	refers(line, name) = (at = strstrt(line, "${".name)) > 0 && key_of(line) ne name && \
		!plain_letter(line[at + 2 + strlen(name):at + 2 + strlen(name)])
	do for [v = 1:n_vars] {
		stats place."manifest.conf" using (refers(strcol(1), bare(var_name[v])) ? \
			(var_key[v] = key_of(strcol(1)), 0) : 0) nooutput
	}
	set datafile separator tab
}
axis_of(v) = bare(var_name[v]).(var_key[v] eq "" ? "" : ": ".var_key[v]). \
	(unit_of(var_name[v]) eq "" || unit_of(var_name[v]) eq "s" || unit_of(var_name[v]) eq "B" ? "" : \
	", ".unit_of(var_name[v]))

# A variable's axis is the one, linear or logarithmic, on which its values stand further apart.
array is_log_of[MAX_VARS]
do for [v = 1:n_vars] {
	is_log_of[v] = 0
	if (numeric[v] && V(v, 1) > 0) {
		gap = 1
		gap_log = 1
		do for [j = 2:n_values[v]] {
			d = 1.0 * (V(v, j) - V(v, j - 1)) / (V(v, n_values[v]) - V(v, 1))
			d_log = log(1.0 * V(v, j) / V(v, j - 1)) / log(1.0 * V(v, n_values[v]) / V(v, 1))
			if (d < gap) { gap = d }
			if (d_log < gap_log) { gap_log = d_log }
		}
		is_log_of[v] = gap_log > gap
	}
}
is_log(v) = is_log_of[v]
