# SPDX-License-Identifier: GPL-3.0-or-later
# One hit: who had which physical addresses when.
# gnuplot -c space-time.gp DIR|DATA [png|svg|pdf|dumb [OUTPUT|- [TITLE]]]
# DATA: data/race-NNN.tsv of a result
if (ARGC < 1) {
	print "usage: gnuplot -c space-time.gp DIR|DATA [png|svg|pdf|dumb [OUTPUT|- [TITLE]]]"
	exit status 2
}
here = ARG0
while (strlen(here) && here[strlen(here):] ne "/") { here = here[1:strlen(here) - 1] }
data = ARG1[strlen(ARG1) - 3:] eq ".tsv" ? ARG1 : ARG1."/data/race-001.tsv"
term = "png"
if (ARGC >= 2) { term = ARG2 }
output = "space-time.".term
if (ARGC >= 3) { output = ARG3 }
heading = ""
if (ARGC >= 4) { heading = ARG4 }
stats data using 0 nooutput
if (!exists("STATS_records")) { exit status 1 }	# before an empty output is made
load here."lib/term.gp"
load here."lib/style.gp"

# The field shows the discarded range and what was lost of it; of the group and
# the chunk only what fits.
MiB = 1048576.0
low = 1e30
high = 0.0
end = 0.0
grow(a, b) = (low = a < low ? a : low, high = b > high ? b : high)
stats data index "discard" using (grow($3, $4), end = $2 > end ? $2 : end, 0) nooutput
stats data index "lost" using (grow($3, $4), end = $1 > end ? $1 : end, 0) nooutput
stats data index "event" using (end = $1 > end ? $1 : end, 0) nooutput
end = end > 0 ? end : 1e-9

# The field is [bottom, top]; the labels of the events stand in a band above
# it, at a slant, each joined to its instant by a line.
margin = (high - low) * 0.3 + 4096
bottom = (low > margin ? low - margin : 0) / MiB
top = (high + margin) / MiB
foot = top + (top - bottom) * 0.06
band = top + (top - bottom) * 0.6

unit = end < 0.9e-3 ? 1e6 : end < 0.9 ? 1e3 : 1.0
unit_name = unit == 1e6 ? "µs" : unit == 1e3 ? "ms" : "s"
left = -0.02 * end * unit
right = 1.02 * end * unit
set xrange [left:right]
set yrange [bottom:band]
set xlabel "time since the first step, ".unit_name
set ylabel "physical address, MiB" offset 0, -4
set format y "%.6g"
# No tick beside the band: it is not a place on the device.
step = 10 ** floor(log10((top - bottom) / 3))
step = (top - bottom) / step > 12 ? 5 * step : (top - bottom) / step > 6 ? 2 * step : step
set ytics step * ceil(bottom / step), step, top
set border 1
set arrow 1 from left, bottom to left, top nohead linecolor rgb ink
set title noenhanced heading
set rmargin 15

# Text has no slant: there a letter stands for an event, and the title says which.
plain = term eq "dumb"
box = plain ? "empty border" : "solid noborder"
letters = "abcdefghijklmnopqrstuvwxyz"
names = ""
k = 0
if (plain) {
	stats data index "event" using (k = k + 1, k > 1 ? (names = names.(k % 3 == 2 ? "\n" : "   "). \
		letters[k - 1:k - 1].": ".strcol(3)) : "", 0) nooutput
	set title heading."\n".names
}
tag(i, text) = plain ? letters[int(i):int(i)] : text
set bmargin 6.8
set key at screen 0.45, screen 0.015 center bottom horizontal samplen 1.5 noenhanced
unset grid

inside(y) = y < bottom ? bottom : y > top ? top : y
# Boxes of the group and of the chunk are cut at the field; one that is outside of it is not drawn.
lower(a, b) = b / MiB <= bottom || a / MiB >= top ? NaN : inside(a / MiB)
upper(a, b) = b / MiB <= bottom || a / MiB >= top ? NaN : inside(b / MiB)
middle(a, b) = (a + b) / 2 / MiB
within(y) = y < bottom || y > top ? NaN : y

plot data index "group" using ($1 * unit):(lower($3, $4)):($1 * unit):($2 * unit):(lower($3, $4)):(upper($3, $4)) \
	with boxxyerror fillcolor rgb "#d9d9d9" fillstyle @box title "old group", \
     data index "chunk" using ($1 * unit):(lower($3, $4)):($1 * unit):(right):(lower($3, $4)):(upper($3, $4)) \
	with boxxyerror fillcolor rgb "#a6dbc9" fillstyle @box title "new chunk", \
     data index "discard" using ($1 * unit):($3 / MiB):($1 * unit):($2 * unit):($3 / MiB):($4 / MiB) \
	with boxxyerror linecolor rgb colour[1] fillstyle transparent pattern 5 border linecolor rgb colour[1] \
	title "discard in flight", \
     data index "event" using ($1 * unit):(bottom):(0):(top - bottom) with vectors nohead \
	linecolor rgb "#777777" linewidth 1 dashtype 3 notitle, \
     data index "event" using ($1 * unit):(top):(($2 - $1) * unit):(foot - top) with vectors nohead \
	linecolor rgb "#777777" linewidth 1 notitle, \
     data index "event" using ($2 * unit):(foot):(tag($0, strcol(3))) with labels left rotate by 45 offset character 0.2, 0.3 \
	noenhanced font ",10" notitle, \
     data index "write" using ($1 * unit):(within(middle($3, $4))):(($2 - $1) * unit):(0) with vectors nohead \
	linecolor rgb "#00664b" linewidth 3 notitle, \
     data index "write" using ($2 * unit):(within(middle($3, $4))) with points linecolor rgb "#00664b" \
	pointtype arrival pointsize 1.4 title "write lands", \
     data index "lost" using ($1 * unit):($3 / MiB):(0):(($4 - $3) / MiB) with vectors nohead \
	linecolor rgb colour[2] linewidth 6 notitle, \
     data index "lost" using ($1 * unit):(middle($3, $4)) with points linecolor rgb colour[2] linewidth 3 \
	pointtype cross pointsize 1.6 title "destroyed"
