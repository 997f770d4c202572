# SPDX-License-Identifier: GPL-3.0-or-later
# Paired differences to the first policy, point by point: risk above, waits below.
# gnuplot -c paired.gp DIR|DATA [png|svg|pdf|dumb [OUTPUT|- [TITLE]]]
# DATA: data/paired.tsv of a result
if (ARGC < 1) {
	print "usage: gnuplot -c paired.gp DIR|DATA [png|svg|pdf|dumb [OUTPUT|- [TITLE]]]"
	exit status 2
}
here = ARG0
while (strlen(here) && here[strlen(here):] ne "/") { here = here[1:strlen(here) - 1] }
place = ARG1[strlen(ARG1) - 3:] eq ".tsv" ? "" : ARG1."/"
data = place eq "" ? ARG1 : place."data/paired.tsv"
term = "png"
if (ARGC >= 2) { term = ARG2 }
output = "paired.".term
if (ARGC >= 3) { output = ARG3 }
heading = ""
if (ARGC >= 4) { heading = ARG4 }
stats data using 0 nooutput
if (!exists("STATS_records")) { print "there is one policy only"; exit status 3 }
load here."lib/style.gp"
stats data using 0 nooutput
n = STATS_records
if (n < 1) {
	print "there is one policy only"
	exit status 3
}
if (int(STATS_columns) < 11) {
	print "an older version of trimsim made this result"
	exit status 3
}
usable = 0
stats data using (usable = usable + ($4 == $4), 0) nooutput
if (usable < 1) {
	print "too few replications for a difference"
	exit status 3
}
# One colour and shape a policy; names of points only while they have room.
array policy_name[20]
n_policies = 0
policy_part(s) = strstrt(s, ", ") > 0 ? s[1:strstrt(s, ", ") - 1] : s
point_part(s) = strstrt(s, ", ") > 0 ? s[strstrt(s, ", ") + 2:] : s
find_policy(s) = n_policies < 1 ? 0 : sum [i = 1:n_policies] (policy_name[i] eq s ? i : 0)
add_policy(s) = (n_policies = n_policies + 1, policy_name[n_policies] = s, n_policies)
stats data using (find_policy(policy_part(strcol(2))) > 0 ? 0 : add_policy(policy_part(strcol(2)))) nooutput
named = n <= 24
load here."lib/term.gp"
load here."lib/style.gp"
text = term eq "dumb"
if (text) { set terminal dumb 78,44 mono noenhanced }
set multiplot title heading.(text ? "\nminus the first policy: P(corrupt), then seconds waited per replication" : \
	"\npaired differences to the first policy, 95 % intervals; filled: significant; s: per replication") noenhanced
set xrange [-0.7:n - 0.3]
set lmargin at screen 0.13
set rmargin at screen 0.97
set key off
shape(p) = text ? "ABCDEFGH"[p:p] : 2 * p + 3
open_shape(p) = text ? "abcdefgh"[p:p] : 2 * p + 2
# The values of a point alone; the names of the variables stand once.
part_of(item, value) = (at = strstrt(item, " = ")) > 0 ? (value ? item[at + 3:] : item[1:at - 1]) : (value ? item : "")
parts_of = 'taken = ""; rest = whole; \
	while (strlen(rest)) { \
		comma = strstrt(rest, ", "); \
		part = part_of(comma ? rest[1:comma - 1] : rest, value); \
		rest = comma ? rest[comma + 2:] : ""; \
		taken = taken.(taken eq "" || part eq "" ? "" : ", ").part; \
	}'
mine(p, s) = find_policy(policy_part(s)) == p
pick(p, s, wanted, y) = mine(p, s) && wanted ? y : NaN
do for [k = 0:1] {
	e = 4 + 3 * k
	s = 10 + k
	if (k == 0) {
		set tmargin at screen (strstrt(heading, "\n") && !text ? 0.85 : 0.87)
		set bmargin at screen (named ? 0.58 : 0.55)
		set format x ""
		unset xlabel
		set xtics autofreq
		if (named) { set xtics 1 }
		if (!text) { set ylabel "P(corrupt)" }
	} else {
		set tmargin at screen (named ? 0.54 : 0.48)
		set bmargin at screen (named ? 0.25 : 0.17)
		set format x "%g"
		set xlabel named ? "" : "point, in the order of points.tsv"
		if (named) {
			set xtics () rotate by 35 right font ",9" noenhanced
			stats data using (0) nooutput
			do for [i = 0:n - 1] {
				stats data using (whole = point_part(strcol(2)), 0) every ::i::i nooutput
				value = 1
				eval parts_of
				if (strlen(taken) > 24) { taken = taken[1:23]."…" }
				if (!text || i % ceil(n / 8.0) == 0) { set xtics add (taken i) }
			}
			value = 0
			eval parts_of
			if (!text) { set label 1 taken at screen 0.985, 0.025 right font ",9" noenhanced }
		}
		if (!text) { set ylabel "waited, s" }
		if (n_policies > 1) { set key at screen 0.5, 0.02 center bottom horizontal noenhanced }
	}
	set yrange [*:*]
	if (text) {
		plot 0 with lines notitle, for [p = 1:n_policies] data using 1:(pick(p, strcol(2), 1, column(e))) with points \
			pointtype shape(p) title policy_name[p]
	} else {
		plot 0 with lines linecolor rgb ink linewidth 1 notitle, \
		     for [p = 1:n_policies] data using 1:(pick(p, strcol(2), 1, column(e))):(column(e + 1)):(column(e + 2)) with yerrorbars \
			linecolor rgb colour[p + 1] linewidth 1.2 pointtype 1 pointsize 0.1 notitle, \
		     for [p = 1:n_policies] data using 1:(pick(p, strcol(2), column(s) == 0, column(e))) with points \
			linecolor rgb colour[p + 1] linewidth 1.2 pointtype open_shape(p) notitle, \
		     for [p = 1:n_policies] data using 1:(pick(p, strcol(2), column(s) > 0, column(e))) with points \
			linecolor rgb colour[p + 1] pointtype shape(p) title policy_name[p]
	}
}
unset multiplot
