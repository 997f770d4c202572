# SPDX-License-Identifier: GPL-3.0-or-later
# A map of the risk over two variables of a sweep.
# gnuplot -c risk-map.gp DIR|DATA [png|svg|pdf|dumb [OUTPUT|- [TITLE [METRIC]]]]
# DATA: points.tsv of a result;
# METRIC: corruption_probability (default, if any was seen), corruptions_per_hour, per_removal or
# per_trim_pass. A panel for each policy with a loss anywhere, at most two.
if (ARGC < 1) {
	print "usage: gnuplot -c risk-map.gp DIR|DATA [png|svg|pdf|dumb [OUTPUT|- [TITLE [METRIC]]]]"
	exit status 2
}
here = ARG0
while (strlen(here) && here[strlen(here):] ne "/") { here = here[1:strlen(here) - 1] }
place = ARG1[strlen(ARG1) - 3:] eq ".tsv" ? "" : ARG1."/"
data = place eq "" ? ARG1 : place."points.tsv"
term = "png"
if (ARGC >= 2) { term = ARG2 }
output = "risk-map.".term
if (ARGC >= 3) { output = ARG3 }
heading = ""
if (ARGC >= 4) { heading = ARG4 }
metric = "corruption_probability"
chosen = ARGC >= 5 && strlen(ARG5)
if (chosen) { metric = ARG5 }
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
array any_seen[n_policies]
do for [p = 1:n_policies] { any_seen[p] = 0 }
c = column_of(metric)
eval read_column
do for [r = 1:n_rows] { z[r] = cell[r] }
c = column_of(metric) + 2
eval read_column
array upper[n_rows]
do for [r = 1:n_rows] { upper[r] = cell[r] }
c = column_of("corrupted")
eval read_column
do for [r = 1:n_rows] {
	none = metric eq "corruption_probability" ? cell[r] == 0 : z[r] == 0
	limit_of[r] = none ? upper[r] : 0
	if (!none && z[r] == z[r]) { any_seen[policy_of[r]] = 1 }
}
panels = 0
quiet = ""
do for [p = 1:n_policies] {
	if (any_seen[p] && panels < 2) {
		panels = panels + 1
		shown[panels] = p
	} else {
		if (!any_seen[p]) { quiet = quiet."; ".policy_name[p].": none seen anywhere" }
	}
}
if (panels < 1) {
	print "no policy had a loss anywhere"
	exit status 3
}
value_text(y) = y >= 100 ? sprintf("%.0f", y) : sprintf("%.2g", y)
box_name = metric eq "corruption_probability" ? "P(corrupt) of a replication" : \
	metric eq "corruptions_per_hour" ? "destroying discards per simulated hour" : \
	metric eq "per_removal" ? "destroying discards per removal" : "destroying discards per fstrim pass"
cb_text(y) = sprintf("%g", y)
note = "hatched: none seen, upper limit of the 95 % interval".quiet
log_z = 1
contours = 1
load here."lib/map.gp"
