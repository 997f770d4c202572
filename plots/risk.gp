# SPDX-License-Identifier: GPL-3.0-or-later
# The risk of each policy over the variables of a sweep.
# gnuplot -c risk.gp DIR|POINTS [png|svg|pdf|dumb [OUTPUT|- [TITLE [METRIC [FORM]]]]]
# POINTS: points.tsv of a result; METRIC: corruption_probability (default, if any was seen),
# corruptions_per_hour, per_removal or per_trim_pass; FORM: a closed form of x,
# the variable on the axis in its base unit, to be drawn beside.
if (ARGC < 1) {
	print "usage: gnuplot -c risk.gp DIR|DATA [png|svg|pdf|dumb [OUTPUT|- [TITLE [METRIC [FORM]]]]]"
	exit status 2
}
here = ARG0
while (strlen(here) && here[strlen(here):] ne "/") { here = here[1:strlen(here) - 1] }
place = ARG1[strlen(ARG1) - 3:] eq ".tsv" ? "" : ARG1."/"
data = place eq "" ? ARG1 : place."points.tsv"
term = "png"
if (ARGC >= 2) { term = ARG2 }
output = "risk.".term
if (ARGC >= 3) { output = ARG3 }
heading = ""
if (ARGC >= 4) { heading = ARG4 }
metric = "corruption_probability"
chosen = ARGC >= 5 && strlen(ARG5)
if (chosen) { metric = ARG5 }
form = ""
if (ARGC >= 6) { form = ARG6 }
stats data using 0 nooutput
if (!exists("STATS_records")) { exit status 1 }	# before an empty output is made
load here."lib/style.gp"
load here."lib/points.gp"
if (n_vars < 1) {
	print "nothing varies"
	exit status 3
}
# Where every loss was healed the probability says nothing, but their rate does.
if (!chosen) {
	lost = 0
	c = column_of("corrupted")
	eval read_column
	do for [r = 1:n_rows] { lost = lost + cell[r] }
	if (lost == 0) { metric = "corruptions_per_hour" }
}
if (column_of(metric) < 1) {
	print "points.tsv has no column ".metric
	exit status 2
}

# Along x the number with the most values; lines for all values of the others.
v_x = 1
do for [v = 2:n_vars] {
	if (numeric[v] && (!numeric[v_x] || n_values[v] > n_values[v_x])) { v_x = v }
}
array of_row[n_rows]	# the line of a row, without its policy
array line_text[n_rows]
array estimate[n_rows]
array lower[n_rows]
array upper[n_rows]
array seen[n_rows]
n_lines = 0
do for [r = 1:n_rows] {
	s = ""
	do for [v = 1:n_vars] {
		if (v != v_x) {
			do for [j = 1:n_values[v]] {
				if (V(v, j) == X(v, r)) {
					s = s.(s eq "" ? "" : ", ").bare(var_name[v])." = ".text_of(v, j)
				}
			}
		}
	}
	of_row[r] = 0
	do for [i = 1:n_lines] { if (line_text[i] eq s) { of_row[r] = i } }
	if (of_row[r] == 0) {
		n_lines = n_lines + 1
		line_text[n_lines] = s
		of_row[r] = n_lines
	}
}
if (n_lines > 8) {
	print sprintf("there would be %d lines, risk-map shows two variables", n_lines)
	exit status 3
}
c = column_of(metric)
eval read_column
do for [r = 1:n_rows] { estimate[r] = cell[r] }
c = c + 1
eval read_column
do for [r = 1:n_rows] { lower[r] = cell[r] }
c = c + 1
eval read_column
do for [r = 1:n_rows] { upper[r] = cell[r] }
c = column_of("corrupted")
eval read_column
do for [r = 1:n_rows] { seen[r] = metric eq "corruption_probability" ? cell[r] > 0 : estimate[r] > 0 }

lowest = 1e99
highest = 0
limits = 0
known_number(y) = y == y && y < 1e300
do for [r = 1:n_rows] {
	y = seen[r] ? lower[r] : upper[r]
	if (known_number(y) && y > 0 && y < lowest) { lowest = y }
	if (known_number(upper[r]) && upper[r] > highest) { highest = upper[r] }
	if (!seen[r]) { limits = limits + 1 }
}
if (highest <= 0) {
	print "no ".metric." is known"
	exit status 3
}

load here."lib/term.gp"
load here."lib/style.gp"
if (term eq "dumb") { set terminal dumb 78,34 mono noenhanced }
v = v_x
axis = "x"
load here."lib/axes.gp"
set xrange [low_edge:high_edge]
set xlabel offset 0, (term eq "dumb" ? 0 : 0.3)
if (!numeric[v_x]) { set xtics rotate by 15 right }
log_y = highest / lowest > 20
set ylabel metric eq "corruption_probability" ? "P(corrupt) of a replication" : \
	metric eq "corruptions_per_hour" ? "destroying discards per simulated hour" : \
	metric eq "per_removal" ? "destroying discards per block-group removal" : \
	metric eq "per_trim_pass" ? "destroying discards per fstrim pass" : metric
if (term eq "dumb") {
	unset ylabel
	heading = heading."\n".(metric eq "corruption_probability" ? "P(corrupt) of a replication" : metric).(limits ? "; v: none seen, upper limit" : "")
}
if (log_y) {
	set logscale y
	if (term ne "dumb") { set termoption enhanced }
	set format y powers
	if (highest < 1e4 && lowest > 1e-3) { set format y "%g" }
	bottom = lowest * 0.6
	set yrange [bottom:metric eq "corruption_probability" ? (highest * 1.5 > 1.3 ? 1.3 : highest * 1.5) : highest * 1.5]
} else {
	bottom = 0
	set yrange [0:metric eq "corruption_probability" && highest * 1.1 > 1 ? 1.05 : highest * 1.1]
	set format y "%g"
}
floor_of(y) = y > bottom ? y : bottom

# A block for each line: x, estimate, low, high, seen.
nan_or(y) = known_number(y) ? sprintf("%.9g", y) : "nan"
set print $lines
do for [p = 1:n_policies] {
	do for [l = 1:n_lines] {
		do for [j = 1:n_values[v_x]] {
			do for [r = 1:n_rows] {
				if (policy_of[r] == p && of_row[r] == l && X(v_x, r) == V(v_x, j)) {
					print sprintf("%.12g\t%s\t%s\t%s\t%d", X(v_x, r), nan_or(estimate[r]), \
						nan_or(floor_of(lower[r])), nan_or(upper[r]), seen[r])
				}
			}
		}
		print ""
		print ""
	}
}
unset print

# A policy of which nothing was seen anywhere has only limits, and one entry in the key;
# so has a line of another policy on which nothing was seen.
array any_seen[n_policies]
do for [p = 1:n_policies] { any_seen[p] = 0 }
array line_seen[n_policies * n_lines]
do for [i = 1:n_policies * n_lines] { line_seen[i] = 0 }
do for [r = 1:n_rows] {
	if (seen[r]) {
		any_seen[policy_of[r]] = 1
		line_seen[(policy_of[r] - 1) * n_lines + of_row[r]] = 1
	}
}

# With one line a policy has a colour; with several a line has one, and the policies differ in dashes.
array shape[8] = [7, 5, 9, 13, 11, 15, 1, 2]
array hollow[8] = [6, 4, 8, 12, 10, 14, 1, 2]
pick(p, l) = n_lines == 1 ? p : l
# Beside each other, where x is a text, each limit has its own as well.
joined = numeric[v_x]
alone(p) = any_seen[p] || (!joined && n_lines > 1)
tint(p, l) = alone(p) || n_lines == 1 ? colour[pick(p, l)] : "#777777"
dashes(p, l) = n_lines == 1 ? p : p == 1 ? 1 : 2
letter(p, l) = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[(p - 1) * n_lines + l:(p - 1) * n_lines + l]
mark(p, l) = term eq "dumb" ? letter(p, l) : n_lines == 1 || p == 1 ? shape[pick(p, l)] : hollow[pick(p, l)]
name_of(p, l) = policy_name[p].(n_lines > 1 ? ", ".line_text[l] : "")
block(p, l) = (p - 1) * n_lines + l - 1
full_name(p, l) = (alone(p) ? name_of(p, l) : policy_name[p]).(line_seen[block(p, l) + 1] ? "" : ": none seen")
# The entries of the key, as numbers of blocks.
key_points = ""
key_limits = ""
if (term ne "dumb") {
	do for [p = 1:n_policies] {
		do for [l = 1:(alone(p) ? n_lines : 1)] {
			if (line_seen[block(p, l) + 1]) { key_points = key_points." ".block(p, l) } else { key_limits = key_limits." ".block(p, l) }
		}
	}
}
p_of(list, k) = int(word(list." 0", k)) / n_lines + 1	# of an empty list as well
l_of(list, k) = int(word(list." 0", k)) % n_lines + 1
good(e, s) = s > 0 ? e : NaN
limit(h, s) = s > 0 ? NaN : h
down = term eq "dumb" ? "v" : 10
mark_of_limit(p) = term ne "dumb" && !joined && n_lines > 1 && p > 1 ? 11 : down
set key below horizontal height (term eq "dumb" ? 0 : 1) Left reverse samplen 3 noenhanced font ",10"
note = term eq "dumb" ? "" : "\nbars: 95 % interval".(limits ? "; ▽ none seen: upper limit of the interval" : "")
set title noenhanced heading.note
set style fill transparent solid 0.15 noborder
# Bands hide each other when there are many.
band = joined && n_lines == 1 && term ne "dumb"
formula(x) = NaN
if (strlen(form)) { eval "formula(x) = ".form }
set samples 200
# Bars beside each other.
n_series = n_policies * n_lines
aside = term eq "dumb" ? 0 : joined ? 0.012 : 0.6 / n_series
width = is_log(v_x) ? log(high_edge / low_edge) : joined ? high_edge - low_edge : 1
turn(p, l) = n_lines > 1 ? l - (n_lines + 1) / 2.0 : p - (n_policies + 1) / 2.0
shift(x, p, l) = is_log(v_x) ? x * exp(width * aside * turn(p, l)) : \
	joined ? x + width * aside * turn(p, l) : \
	x + aside * (block(p, l) - (n_series - 1) / 2.0)
plot for [p = 1:(band ? n_policies : 0)] for [l = 1:n_lines] $lines index block(p, l) \
	using 1:3:4 with filledcurves linecolor rgb colour[pick(p, l)] notitle, \
     (strlen(form) ? formula(x) : NaN) with lines linecolor rgb ink linewidth 1.5 dashtype 4 \
	title (strlen(form) ? "closed form" : ""), \
     for [p = 1:(joined ? n_policies : 0)] for [l = 1:n_lines] $lines index block(p, l) \
	using (shift($1, p, l)):(good($2, $5)) with lines linecolor rgb tint(p, l) dashtype dashes(p, l) linewidth 2 notitle, \
     for [p = 1:(term eq "dumb" ? 0 : n_policies)] for [l = 1:n_lines] $lines index block(p, l) \
	using (shift($1, p, l)):(good($2, $5)):3:4 with yerrorbars linecolor rgb tint(p, l) pointtype mark(p, l) \
	pointsize 1 linewidth 1.2 notitle, \
     for [p = n_policies:1:-1] for [l = 1:n_lines] $lines index block(p, l) \
	using (shift($1, p, l)):(limit($4, $5)) with points linecolor rgb tint(p, l) pointtype mark_of_limit(p) pointsize 1.5 notitle, \
     for [p = 1:(term eq "dumb" ? n_policies : 0)] for [l = 1:n_lines] $lines index block(p, l) \
	using 1:(good($2, $5)) with points pointtype (line_seen[block(p, l) + 1] ? mark(p, l) : down) \
	title (alone(p) || l == 1 ? full_name(p, l) : ""), \
     for [k = 1:words(key_points)] NaN with linespoints linecolor rgb tint(p_of(key_points, k), l_of(key_points, k)) \
	dashtype dashes(p_of(key_points, k), l_of(key_points, k)) pointtype mark(p_of(key_points, k), l_of(key_points, k)) \
	linewidth 2 title full_name(p_of(key_points, k), l_of(key_points, k)), \
     for [k = 1:words(key_limits)] NaN with points linecolor rgb tint(p_of(key_limits, k), l_of(key_limits, k)) \
	pointtype mark_of_limit(p_of(key_limits, k)) pointsize 1.5 title full_name(p_of(key_limits, k), l_of(key_limits, k))
