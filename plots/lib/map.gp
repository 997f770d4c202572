# SPDX-License-Identifier: GPL-3.0-or-later
# A map over two variables, a panel for each of @panels policies (the array
# shown[] has their numbers).  Before: points.gp; arrays z[r], limit_of[r] (an
# upper limit instead of a value; 0: none), value_text(z), cb_text(z); box_name; log_z;
# contours: whether they are drawn.
# Cells are boxes between the middles of neighbouring values: `with image`
# would be wrong on logarithmic axes, and grids may be irregular.
v_x = 1
v_y = 2
between(v, a, b) = is_log(v) ? sqrt(1.0 * a * b) : (a + b) / 2.0
below_of(v, j) = j > 1 ? between(v, V(v, j - 1), V(v, j)) : \
	is_log(v) ? 1.0 * V(v, 1) ** 2 / between(v, V(v, 1), V(v, 2)) : 2 * V(v, 1) - between(v, V(v, 1), V(v, 2))
above_of(v, j) = j < n_values[v] ? between(v, V(v, j), V(v, j + 1)) : \
	is_log(v) ? 1.0 * V(v, j) ** 2 / below_of(v, j) : 2 * V(v, j) - below_of(v, j)
place_of(v, y) = sum [i = 1:n_values[v]] (V(v, i) == y ? i : 0)

z_low = 1e99
z_high = -1e99
do for [r = 1:n_rows] {
	wanted = sum [i = 1:panels] (shown[i] == policy_of[r])
	if (wanted && z[r] == z[r] && limit_of[r] == 0) {
		if (z[r] < z_low && (!log_z || z[r] > 0)) { z_low = z[r] }
		if (z[r] > z_high) { z_high = z[r] }
	}
}
if (z_high < z_low) { z_low = 0.1; z_high = 1 }
log_z = log_z && z_low > 0 && z_high / z_low > 3
if (!log_z) { z_low = 0 }
if (z_high <= z_low) { z_high = z_low > 0 ? z_low * 1.1 : 1 }

# $cells: x y left right low high z, a block a panel; $limits: cells of which only a limit is known.
set print $cells
do for [i = 1:panels] {
	print "nan\tnan\tnan\tnan\tnan\tnan\tnan\tnan"
	do for [r = 1:n_rows] {
		if (policy_of[r] == shown[i] && limit_of[r] == 0 && z[r] == z[r]) {
			jx = place_of(v_x, X(v_x, r))
			jy = place_of(v_y, X(v_y, r))
			print sprintf("%.12g\t%.12g\t%.12g\t%.12g\t%.12g\t%.12g\t%.12g\t%s", X(v_x, r), X(v_y, r), \
				below_of(v_x, jx), above_of(v_x, jx), below_of(v_y, jy), above_of(v_y, jy), \
				log_z && z[r] <= 0 ? z_low : z[r], value_text(z[r]))
		}
	}
	print ""
	print ""
}
unset print
set print $limits
do for [i = 1:panels] {
	print "nan\tnan\tnan\tnan\tnan\tnan\tnan\tnan"
	do for [r = 1:n_rows] {
		if (policy_of[r] == shown[i] && limit_of[r] > 0) {
			jx = place_of(v_x, X(v_x, r))
			jy = place_of(v_y, X(v_y, r))
			print sprintf("%.12g\t%.12g\t%.12g\t%.12g\t%.12g\t%.12g\t%.12g\t<%s", X(v_x, r), X(v_y, r), \
				below_of(v_x, jx), above_of(v_x, jx), below_of(v_y, jy), above_of(v_y, jy), \
				limit_of[r], value_text(limit_of[r]))
		}
	}
	print ""
	print ""
}
unset print

# Contours are computed on the ordinal grid, so that the axes do not matter, and
# only where all points of the grid have a value.
via(v, j) = j != j ? NaN : (a = int(floor(j)), a = a < 1 ? 1 : a > n_values[v] - 1 ? n_values[v] - 1 : a, \
	is_log(v) ? V(v, a) * (1.0 * V(v, a + 1) / V(v, a)) ** (j - a) : V(v, a) + (V(v, a + 1) - V(v, a)) * (j - a))
array grid[n_values[v_x] * n_values[v_y]]
set print $contour1
print "nan nan"
unset print
set print $contour2
print "nan nan"
unset print
set datafile separator whitespace
if (contours && n_values[v_x] > 2 && n_values[v_y] > 2) {
	do for [i = 1:panels] {
		do for [j = 1:n_values[v_x] * n_values[v_y]] { grid[j] = NaN }
		do for [r = 1:n_rows] {
			if (policy_of[r] == shown[i] && limit_of[r] == 0) {
				grid[(place_of(v_x, X(v_x, r)) - 1) * n_values[v_y] + place_of(v_y, X(v_y, r))] = \
					log_z ? (z[r] > 0 ? log10(z[r]) : NaN) : z[r]
			}
		}
		set print $grid
		do for [jx = 1:n_values[v_x]] {
			do for [jy = 1:n_values[v_y]] {
				y = grid[(jx - 1) * n_values[v_y] + jy]
				print sprintf("%d %d %s", jx, jy, y == y ? sprintf("%.9g", y) : "nan")
			}
			print ""
		}
		unset print
		set contour base
		unset surface
		if (log_z) {
			set cntrparam levels discrete log10(0.01), log10(0.02), log10(0.05), log10(0.1), log10(0.2), \
				log10(0.5), 0, log10(2), log10(5), 1, log10(20), log10(50), 2, log10(200), log10(500), 3
		} else {
			set cntrparam levels auto 5
		}
		whole = 1
		do for [j = 1:n_values[v_x] * n_values[v_y]] { if (grid[j] != grid[j]) { whole = 0 } }
		if (whole) {
			if (i == 1) { set table $contour1 } else { set table $contour2 }
			splot $grid using 1:2:3
			unset table
		}
		unset contour
		set surface
	}
}


# The panels.
text = term eq "dumb"
load here."lib/term.gp"
load here."lib/style.gp"
unset grid
set border 15 linecolor rgb "#999999"
unset key
set palette defined (0 "#f7fbff", 0.25 "#c6dbef", 0.5 "#6baed6", 0.75 "#2171b5", 1 "#08306b")
set cblabel box_name noenhanced offset 1.5, 0
if (log_z) {
	set logscale cb
}
# About four to nine labels, whatever the range.
set cbtics () noenhanced
if (log_z) {
	do for [e = floor(log10(z_low)):ceil(log10(z_high))] {
		do for [m in (z_high / z_low < 5 ? "1 2 3 4 5 6 7 8 9" : z_high / z_low < 150 ? "1 2 5" : "1")] {
			if (m * 10.0 ** e >= z_low && m * 10.0 ** e <= z_high) { set cbtics add (cb_text(m * 10.0 ** e) m * 10.0 ** e) }
		}
	}
} else {
	step_cb = 10.0 ** floor(log10(z_high / 4))
	step_cb = step_cb * (z_high / step_cb > 20 ? 5 : z_high / step_cb > 8 ? 2 : 1)
	do for [k = 0:int(z_high / step_cb)] { set cbtics add (cb_text(k * step_cb) k * step_cb) }
}
set cbrange [z_low:z_high]
dark(y) = log_z ? log(y / z_low) / log(z_high / z_low) > 0.55 : (y - z_low) / (z_high - z_low) > 0.55
cell_font = panels > 1 && n_values[v_x] > 5 ? ",7" : ",9"
crowded = n_values[v_x] * n_values[v_y] > 80 || n_values[v_x] > (panels > 1 ? 7 : 12) || n_values[v_y] > 14
if (text) {
	set terminal dumb 78,26 mono noenhanced
	heading = heading."\n".box_name
	note = ""
}
set style fill solid 1.0 noborder
# Room for the name of the axis and its longest value.
longest_y = 0
do for [j = 1:n_values[v_y]] { if (strlen(text_of(v_y, j)) > longest_y) { longest_y = strlen(text_of(v_y, j)) } }
longest_y = longest_y > 24 ? 24 : longest_y
first_left = 0.085 + 0.0105 * longest_y
panel_wide = (0.825 - first_left - 0.02) / 2
set multiplot title heading.(text ? "" : "\n".note) noenhanced
do for [i = 1:panels] {
	unset colorbox
	if (!text && i == panels) {
		set colorbox user origin (panels > 1 ? 0.84 : 0.865), 0.17 size 0.02, 0.62
	}
	if (!text) {
		set tmargin at screen 0.79
		set bmargin at screen 0.17
		left = i == 1 ? first_left : first_left + panel_wide + 0.02
		set lmargin at screen left
		set rmargin at screen panels == 1 ? 0.85 : left + panel_wide
	} else {
		set lmargin at screen i == 1 ? 0.12 : 0.57
		set rmargin at screen panels == 1 ? 0.95 : i == 1 ? 0.52 : 0.97
	}
	set title policy_name[shown[i]] noenhanced offset 0, -0.5
	v = v_x
	axis = "x"
	load here."lib/axes.gp"
	if (panels > 1) { set xtics rotate by 30 right font ",9" }
	if (text) { unset xtics; set xtics (); do for [j = 1:n_values[v_x]] { if (panels == 1 || j % 2 == 1) { set xtics add (text_of(v_x, j) V(v_x, j)) } } }
	v = v_y
	axis = "y"
	load here."lib/axes.gp"
	if (i > 1) { unset ylabel; set format y "" }
	set xrange [below_of(v_x, 1):above_of(v_x, n_values[v_x])]
	set yrange [below_of(v_y, 1):above_of(v_y, n_values[v_y])]
	if (i > 1) {
		unset ytics
	}
	if (text) {
		plot $cells index i - 1 using 1:2:(strcol(8)) with labels, \
		     $limits index i - 1 using 1:2:(strcol(8)) with labels
	} else { if (i == 1) {
		plot $cells index 0 using 1:2:3:4:5:6:7 with boxxyerror fillcolor palette, \
		     $limits index 0 using 1:2:3:4:5:6 with boxxyerror fillcolor rgb "#bbbbbb" fillstyle pattern 4 noborder, \
		     $contour1 using (via(v_x, $1)):(via(v_y, $2)) with lines linecolor rgb "#E69F00" linewidth 1.5, \
		     $cells index 0 using 1:2:(crowded || dark($7) ? "" : strcol(8)) with labels font cell_font textcolor rgb "black", \
		     $cells index 0 using 1:2:(!crowded && dark($7) ? strcol(8) : "") with labels font cell_font textcolor rgb "white", \
		     $limits index 0 using 1:2:(crowded ? "▽" : strcol(8)) with labels font cell_font textcolor rgb "black"
	} else {
		plot $cells index 1 using 1:2:3:4:5:6:7 with boxxyerror fillcolor palette, \
		     $limits index 1 using 1:2:3:4:5:6 with boxxyerror fillcolor rgb "#bbbbbb" fillstyle pattern 4 noborder, \
		     $contour2 using (via(v_x, $1)):(via(v_y, $2)) with lines linecolor rgb "#E69F00" linewidth 1.5, \
		     $cells index 1 using 1:2:(crowded || dark($7) ? "" : strcol(8)) with labels font cell_font textcolor rgb "black", \
		     $cells index 1 using 1:2:(!crowded && dark($7) ? strcol(8) : "") with labels font cell_font textcolor rgb "white", \
		     $limits index 1 using 1:2:(crowded ? "▽" : strcol(8)) with labels font cell_font textcolor rgb "black"
	}}
}
unset multiplot
