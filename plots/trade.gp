# SPDX-License-Identifier: GPL-3.0-or-later
# Risk against cost: P(corrupt) over the p99 of the waits, a point per policy and point.
# gnuplot -c trade.gp DIR|DATA [png|svg|pdf|dumb [OUTPUT|- [TITLE]]]
# DATA: points.tsv of a result
if (ARGC < 1) {
	print "usage: gnuplot -c trade.gp DIR|DATA [png|svg|pdf|dumb [OUTPUT|- [TITLE]]]"
	exit status 2
}
here = ARG0
while (strlen(here) && here[strlen(here):] ne "/") { here = here[1:strlen(here) - 1] }
place = ARG1[strlen(ARG1) - 3:] eq ".tsv" ? "" : ARG1."/"
data = place eq "" ? ARG1 : place."points.tsv"
term = "png"
if (ARGC >= 2) { term = ARG2 }
output = "trade.".term
if (ARGC >= 3) { output = ARG3 }
heading = ""
if (ARGC >= 4) { heading = ARG4 }
stats data using 0 nooutput
if (!exists("STATS_records")) { exit status 1 }	# before an empty output is made
load here."lib/style.gp"
load here."lib/points.gp"
array p99[n_rows]
array estimate[n_rows]
array lower[n_rows]
array upper[n_rows]
array seen[n_rows]
c = column_of("stall_p99_ns")
eval read_column
do for [r = 1:n_rows] { p99[r] = cell[r] / 1e9 }
c = column_of("corruption_probability")
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
usable = 0
array seen_of[n_policies]
array unseen[n_policies]
do for [p = 1:n_policies] {
	seen_of[p] = 0
	unseen[p] = 0
}
shortest = 1e99
longest = 0
lowest = 1e99
highest = 0
do for [r = 1:n_rows] {
	seen[r] = cell[r] > 0
	if (seen[r]) { seen_of[policy_of[r]] = 1 } else { unseen[policy_of[r]] = 1 }
	if (p99[r] == p99[r]) {
		usable = usable + 1
		if (p99[r] > 0 && p99[r] < shortest) { shortest = p99[r] }
		if (p99[r] > longest) { longest = p99[r] }
		y = seen[r] ? lower[r] : upper[r]
		if (y < lowest) { lowest = y }
		if (upper[r] > highest) { highest = upper[r] }
	}
}
if (usable < 1) {
	print "too few requests for a p99 of their waits"
	exit status 3
}
if (longest <= 0) {
	print "no p99 of the waits is above 0"
	exit status 3
}
load here."lib/term.gp"
load here."lib/style.gp"

# "no wait" has a place of its own on the logarithmic axis.
left = 10 ** floor(log10(shortest))
zero = left / (longest / left > 1000 ? 6 : 2.5)
set logscale x
set xrange [zero / (longest / left > 1000 ? 3 : 1.5):longest * 2]
set xtics () noenhanced
set xtics add ("no wait" zero)
first = int(floor(log10(left) + 0.5))
last = int(floor(log10(longest)))
do for [e = first:last] {
	if ((e - first) % (last - first > 6 ? 2 : 1) == 0) { set xtics add (duration(10.0 ** e) 10.0 ** e) }
}
if (last - first < 2) {
	do for [e = first:last] { set xtics add (duration(3 * 10.0 ** e) 3 * 10.0 ** e) }
}
set arrow 1 from sqrt(zero * left), graph 0 to sqrt(zero * left), graph 1 nohead dashtype 2 linecolor rgb "#bbbbbb"
set xlabel "p99 of the time that allocation requests waited" offset 0, (term eq "dumb" ? 0 : 0.4)
if (highest / lowest > 20) {
	set logscale y
	set format y lowest > 1e-3 ? "%g" : powers
	if (term ne "dumb") { set termoption enhanced }
	set yrange [lowest * 0.6:highest * 1.5 > 1.3 ? 1.3 : highest * 1.5]
} else {
	set yrange [0:highest * 1.1 > 1 ? 1.05 : highest * 1.1]
}
if (term ne "dumb") { set ylabel "P(corrupt) of a replication" }
note = term eq "dumb" ? "\nP(corrupt); v: none seen, upper limit" : \
	"\nbars: 95 % interval; ▽ none seen: upper limit; grey: policies of one point"
set title noenhanced heading.note
set print $dots
do for [p = 1:n_policies] {
	print "nan\tnan\tnan\tnan\tnan"
	do for [r = 1:n_rows] {
		if (policy_of[r] == p && p99[r] == p99[r]) {
			print sprintf("%.9g\t%.9g\t%.9g\t%.9g\t%d", p99[r] > 0 ? p99[r] : zero, estimate[r], \
				lower[r], upper[r], seen[r])
		}
	}
	print ""
	print ""
}
unset print
# From the first policy of a point to each other one: rows stand together.
set print $pairs
print "nan\tnan\tnan\tnan"
base = 0
do for [r = 1:n_rows] {
	if (policy_of[r] == 1) {
		base = r
	} else {
		if (base > 0 && p99[r] == p99[r] && p99[base] == p99[base]) {
			print sprintf("%.9g\t%.9g", p99[base] > 0 ? p99[base] : zero, seen[base] ? estimate[base] : upper[base])
			print sprintf("%.9g\t%.9g", p99[r] > 0 ? p99[r] : zero, seen[r] ? estimate[r] : upper[r])
			print ""
		}
	}
}
unset print
set key below horizontal height (term eq "dumb" ? 0 : 1) samplen 2 noenhanced
good(e, s) = s > 0 ? e : NaN
limit(h, s) = s > 0 ? NaN : h
shape(p) = term eq "dumb" ? "ABCDEFGH"[p:p] : p == 1 ? 7 : 2 * p + 1
plot $pairs using (term eq "dumb" ? NaN : $1):2 with lines linecolor rgb "#cccccc" linewidth 1 notitle, \
     for [p = 1:n_policies] $dots index p - 1 using 1:(term eq "dumb" ? NaN : good($2, $5)):3:4 with yerrorbars \
	linecolor rgb colour[p] pointtype shape(p) pointsize 1.1 linewidth 1.2 notitle, \
     for [p = 1:n_policies] $dots index p - 1 using 1:(good($2, $5)) with points linecolor rgb colour[p] \
	pointtype shape(p) pointsize 1.1 title (seen_of[p] ? policy_name[p] : ""), \
     for [p = 1:n_policies] $dots index p - 1 using 1:(limit($4, $5)) with points linecolor rgb colour[p] \
	pointtype triangle pointsize 1.6 linewidth 1.5 title (term eq "dumb" || !unseen[p] ? "" : policy_name[p].", none seen")
