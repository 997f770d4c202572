# SPDX-License-Identifier: GPL-3.0-or-later
# How many of the requests waited longer than a time, on logarithmic axes.
# gnuplot -c ccdf.gp DIR|DATA [png|svg|pdf|dumb [OUTPUT|- [TITLE]]]
# DATA: data/stall.tsv of a result
if (ARGC < 1) {
	print "usage: gnuplot -c ccdf.gp DIR|DATA [png|svg|pdf|dumb [OUTPUT|- [TITLE]]]"
	exit status 2
}
here = ARG0
while (strlen(here) && here[strlen(here):] ne "/") { here = here[1:strlen(here) - 1] }
place = ARG1[strlen(ARG1) - 3:] eq ".tsv" ? "" : ARG1."/"
data = place eq "" ? ARG1 : place."data/stall.tsv"
term = "png"
if (ARGC >= 2) { term = ARG2 }
output = "ccdf.".term
if (ARGC >= 3) { output = ARG3 }
heading = ""
if (ARGC >= 4) { heading = ARG4 }
stats data using 0 nooutput
if (!exists("STATS_records")) { exit status 1 }	# before an empty output is made
load here."lib/style.gp"
load here."lib/blocks.gp"
shortest = 1e99
longest = 0
rarest = 1
stats data using (longest = $2 > longest ? $2 : longest, shortest = $2 > 0 && $2 < shortest ? $2 : shortest, \
	rarest = $2 > 0 && 1 / $1 < rarest ? 1 / $1 : rarest, 0) nooutput
if (longest <= 0) {
	print "no request waited"
	exit status 3
}
load here."lib/term.gp"
load here."lib/style.gp"
set logscale xy
left = 10 ** floor(log10(shortest))
set xrange [left:longest * 1.5]
set xtics () noenhanced
first = int(floor(log10(left) + 0.5))
last = int(floor(log10(longest * 1.5)))
do for [e = first:last] {
	if ((e - first) % (last - first > 8 ? 2 : 1) == 0) { set xtics add (duration(10.0 ** e) 10.0 ** e) }
}
if (last - first < 3) {
	do for [e = first:last] { do for [m in "2 5"] { set xtics add (duration(m * 10.0 ** e) m * 10.0 ** e) } }
}
set yrange [rarest * 0.5:1]
set format y powers
if (term ne "dumb") { set termoption enhanced }
set xlabel "time t" offset 0, (term eq "dumb" ? 0 : 0.4)
if (term ne "dumb") { set ylabel "share of the requests that waited longer than t" }
set title noenhanced heading.(term eq "dumb" ? "\nshare of the requests that waited longer than t" : \
	many ? "\none line per point; the point at its end: the longest wait" : "\nthe point at its end: the longest wait")
set key below horizontal height (term eq "dumb" ? 0 : 1) samplen 4 noenhanced
if (blocks > 4 && term ne "dumb") { set key font ",9" spacing 0.9 }
nothing(y) = y > 0 ? y : NaN
array last_x[blocks]
do for [i = 1:blocks] {
	last_x[i] = 0
	stats data index i - 1 using (last_x[i] = $1 > last_x[i] ? $1 : last_x[i], 0) nooutput
}
tint(i) = many ? policy_at[i] : (i - 1) % 8 + 1
# Text draws a line with the same sign for all: a letter each.
shape(i) = term eq "dumb" ? "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[tint(i):tint(i)] : tint(i) == 1 ? 7 : 2 * tint(i) + 1
first_of(i) = (sum [k = 1:i] (policy_at[k] == policy_at[i])) == 1
named(i) = !many ? block_name[i] : first_of(i) ? policy_name[policy_at[i]] : ""
if (term eq "dumb") {
	plot for [i = 1:blocks] data index i - 1 using (nothing($2)):(1 / $1) every ::1 with points \
		pointtype shape(i) title named(i)
} else {
	plot for [i = 1:blocks] data index i - 1 using (nothing($2)):(1 / $1) every ::1 with lines \
		linecolor rgb colour[tint(i)] dashtype tint(i) linewidth (many ? 1 : 2) title named(i), \
	     for [i = 1:blocks] data index i - 1 using ($1 == last_x[i] ? nothing($2) : NaN):(1 / $1) every ::1 with points \
		linecolor rgb colour[tint(i)] pointtype shape(i) pointsize (many ? 0.7 : 1.2) notitle
}
