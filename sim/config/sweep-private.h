/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include "config-private.h"
#include "expr.h"
#include "sweep.h"

/* Inside of sim/config only: what a sweep is made of. */

/* So many variables an experiment may have: sets of them are the bits of a guint64. */
#define TSIM_MAX_VARIABLES 64
/* So many values a variable may have, and so many points an experiment without --force. */
#define TSIM_MAX_POINTS 1000000

enum tsim_item_type { TSIM_ITEM_TEXT, TSIM_ITEM_EXPR, TSIM_ITEM_RANGE };
enum tsim_range_type { TSIM_RANGE_STEP, TSIM_RANGE_LIN, TSIM_RANGE_LOG };

/* One of the comma separated values of a ${...}. */
struct tsim_item {
	enum tsim_item_type type;
	gsize offset; /* in the source, for messages */
	char *text; /* of a text */
	TsimExpr *from, *to, *by; /* an expression has only from */
	enum tsim_range_type range;
};

/* A ${...} that iterates or has a name. */
struct tsim_variable {
	guint id; /* its place in sweep->variables: names in expressions are such numbers */
	char *name;
	const struct tsim_entry *entry;
	gsize offset; /* of its "${" in the entry's text */
	GPtrArray *items; /* (element-type struct tsim_item) */
	char *zip; /* the variable it varies in parallel with, or NULL */
	gsize zip_offset;
	struct tsim_variable *root; /* whose index it follows: that of the zip, else itself */
	guint64 uses; /* the variables that its items refer to */
	gboolean iterates; /* else: one value that follows from other variables */
	gboolean whole; /* a count: values between the ends of a range are rounded to whole ones */
	guint64 length; /* how many values it has, and */
	GArray *cells; /* (element-type struct tsim_cell) these; when it uses no other variable */
};

/* A value: what expressions see of it and what is put into the configuration. */
struct tsim_cell {
	struct tsim_quantity quantity;
	const char *text; /* owned by sweep->texts */
};

/* A part of an option's value: a text, a variable or an expression. */
struct tsim_segment {
	char *text;
	struct tsim_variable *variable;
	TsimExpr *expr;
};

enum tsim_entry_type { TSIM_ENTRY_OPTION, TSIM_ENTRY_VARIABLE, TSIM_ENTRY_CONSTRAINT };

/* A key of the experiment, or of --set, that has to do with the sweep. */
struct tsim_entry {
	enum tsim_entry_type type;
	char *key; /* "device.discard.base", "D", "constraint#2" */
	char *group; /* "experiment e"; NULL: --set */
	char *from; /* the file that it stands in, "" for --set */
	char *origin; /* "a.conf:12", "--set" */
	struct tsim_source source;
	gboolean is_count; /* an option that takes whole numbers only */
	GPtrArray *segments; /* (element-type struct tsim_segment) */
	TsimExpr *constraint;
	guint ready; /* the constraint can be tested when so many variables are set */
};

/* The values of all variables at one point. */
struct tsim_state {
	guint32 index[TSIM_MAX_VARIABLES];
	struct tsim_quantity values[TSIM_MAX_VARIABLES];
	const char *texts[TSIM_MAX_VARIABLES];
	guint64 point;
	gboolean valid; /* it is that of @point */
};

struct tsim_sweep {
	const TsimConfig *config;
	const struct tsim_schema *schema;
	char *experiment;
	GPtrArray *entries; /* (element-type struct tsim_entry) in the order of the file */
	GPtrArray *constraints; /* (element-type struct tsim_entry) those of @entries */
	GPtrArray *variables; /* (element-type struct tsim_variable) by id */
	GPtrArray *names; /* (element-type utf8) of the variables, by id */
	guint order[TSIM_MAX_VARIABLES]; /* ids, as they nest; what one uses comes before it */
	guint listed[TSIM_MAX_VARIABLES], n_listed; /* ids that iterate, as they nest */
	guint64 n_points;
	GArray *tuples; /* (element-type guint32) roots' indices by point; NULL: all there are */
	guint n_roots;
	GStringChunk *texts;
	struct tsim_state *state; /* of the point that was last asked for */
};

/* sweep-entries.c: what the experiment and --set say. */
gboolean tsim_sweep_collect(TsimSweep *sweep, GError **error);
void tsim_entry_free(struct tsim_entry *entry);
char *tsim_entry_context(const struct tsim_entry *entry, const char *text);
gboolean tsim_throw_no_variable(const TsimSweep *sweep, const struct tsim_entry *entry,
				const char *why, GError **error);

/* sweep-parse.c: variables, and what the options are made of. */
gboolean tsim_sweep_parse(TsimSweep *sweep, GError **error);
void tsim_variable_free(struct tsim_variable *variable);
void tsim_segment_free(struct tsim_segment *segment);

/* sweep-item.c */
GPtrArray *tsim_items_parse(const struct tsim_entry *entry, gsize *offset, const GPtrArray *names,
			    GError **error);

/* sweep-order.c: how the variables nest. */
gboolean tsim_sweep_order(TsimSweep *sweep, GError **error);
struct tsim_variable *tsim_sweep_find(const TsimSweep *sweep, const char *name);

/* sweep-values.c: the values of a variable when those that it uses are set. */
gboolean tsim_variable_length(const struct tsim_variable *variable,
			      const struct tsim_quantity *values, guint64 *length, GError **error);
gboolean tsim_variable_cell(const TsimSweep *sweep, const struct tsim_variable *variable,
			    const struct tsim_quantity *values, guint64 i, struct tsim_cell *cell,
			    GError **error);
gboolean tsim_sweep_lengths(TsimSweep *sweep, GError **error);
gboolean tsim_sweep_values(TsimSweep *sweep, GError **error);

/* sweep-points.c */
gboolean tsim_sweep_count(TsimSweep *sweep, gboolean force, GError **error);
const struct tsim_state *tsim_sweep_state(const TsimSweep *sweep, guint64 point);

/* sweep.c */
char *tsim_entry_text(const struct tsim_entry *entry, const struct tsim_state *state,
		      GError **error);
