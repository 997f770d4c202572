# SPDX-License-Identifier: GPL-3.0-or-later
# A map of what allocations wait over two variables of a sweep.
# gnuplot -c stall-map.gp DIR|DATA [png|svg|pdf|dumb [OUTPUT|- [TITLE]]]
# DATA: points.tsv of a result.
# A panel for the first policy and one for the last.
if (ARGC < 1) {
	print "usage: gnuplot -c stall-map.gp DIR|DATA [png|svg|pdf|dumb [OUTPUT|- [TITLE]]]"
	exit status 2
}
here = ARG0
while (strlen(here) && here[strlen(here):] ne "/") { here = here[1:strlen(here) - 1] }
place = ARG1[strlen(ARG1) - 3:] eq ".tsv" ? "" : ARG1."/"
data = place eq "" ? ARG1 : place."points.tsv"
term = "png"
if (ARGC >= 2) { term = ARG2 }
output = "stall-map.".term
if (ARGC >= 3) { output = ARG3 }
heading = ""
if (ARGC >= 4) { heading = ARG4 }
stats data using 0 nooutput
if (!exists("STATS_records")) { exit status 1 }	# before an empty output is made
load here."lib/style.gp"
load here."lib/points.gp"
if (n_vars != 2) {
	print n_vars > 2 ? "more than two variables vary" : "it takes two variables that vary"
	exit status 3
}
array z[n_rows]
array limit_of[n_rows]
array shown[2]
c = column_of("requests")
eval read_column
array requests[n_rows]
waits = 0
do for [r = 1:n_rows] { requests[r] = cell[r] }
c = column_of("stall_total_ns")
eval read_column
do for [r = 1:n_rows] {
	z[r] = requests[r] > 0 ? cell[r] / requests[r] / 1e9 : NaN
	limit_of[r] = 0
	if (cell[r] > 0) { waits = 1 }
}
if (!waits) {
	print "no request waited"
	exit status 3
}
panels = n_policies > 1 ? 2 : 1
shown[1] = 1
shown[2] = n_policies
short(y) = y >= 100 ? sprintf("%.0f", y) : sprintf("%.2g", y)
value_text(s) = s <= 0 ? "0" : s < 0.9995e-6 ? short(s * 1e9)."ns" : s < 0.9995e-3 ? short(s * 1e6)."µs" : \
	s < 0.9995 ? short(s * 1e3)."ms" : short(s)."s"
box_name = "mean wait of an allocation request"
cb_text(y) = duration(y)
note = "no wait counts as 0"
log_z = 1
contours = 0
load here."lib/map.gp"
