/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

/* Inside of sim/config only: expressions of the sweep language. */

/* Where a text that is parsed stands, for messages that point into it. */
struct tsim_source {
	char *head; /* begins the message: "[experiment e] D", "--set experiment.D", "-r" */
	char *place; /* "a.conf:12"; NULL: the command line */
	guint column; /* of the text in its line, in characters from 1 */
	char *lead; /* what the line with the text begins with, "D = " */
	char *text;
};

/* caret.c */
void tsim_source_clear(struct tsim_source *source);
gboolean tsim_throw_at(const struct tsim_source *source, gsize offset, GError **error,
		       const char *format, ...) G_GNUC_PRINTF(4, 5);

/* scan.c */
gsize tsim_skip_blanks(const char *text, gsize offset);
gsize tsim_name_length(const char *text);
gboolean tsim_throw_unknown_name(const struct tsim_source *source, gsize offset, const char *name,
				 const GPtrArray *names, GError **error);
gboolean tsim_throw_unexpected(const struct tsim_source *source, gsize offset, const char *wanted,
			       GError **error);

enum tsim_quantity_type { TSIM_QUANTITY_NUMBER, TSIM_QUANTITY_TRUTH, TSIM_QUANTITY_TEXT };

/* A value with its dimension, in ns and bytes: a rate is bytes^1 time^-1, bytes per ns. */
struct tsim_quantity {
	enum tsim_quantity_type type;
	int time, bytes; /* powers */
	double number; /* of a truth 0 or 1 */
	const char *text; /* of a text; not owned */
};

/* quantity.c */
gboolean tsim_quantity_read(const struct tsim_source *source, gsize *offset,
			    struct tsim_quantity *value, GError **error);
gboolean tsim_quantity_same_kind(const struct tsim_quantity *a, const struct tsim_quantity *b);
char *tsim_quantity_kind(const struct tsim_quantity *value);

/* quantity-format.c */
char *tsim_quantity_format(struct tsim_quantity *value, GError **error);
double tsim_round_digits(double value, int digits);

/* expr.c; names are numbered by their place in @names (element-type utf8) */
typedef struct tsim_expr TsimExpr;

TsimExpr *tsim_expr_parse(const struct tsim_source *source, gsize *offset, const GPtrArray *names,
			  GError **error);
void tsim_expr_free(TsimExpr *expr);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TsimExpr, tsim_expr_free)
gsize tsim_expr_offset(const TsimExpr *expr);
guint64 tsim_expr_uses(const TsimExpr *expr);
gboolean tsim_expr_is_name(const TsimExpr *expr, guint *name);
gboolean tsim_is_function(const char *name);

/* expr-eval.c */
gboolean tsim_expr_eval(const TsimExpr *expr, const struct tsim_quantity *values,
			struct tsim_quantity *out, GError **error);
gboolean tsim_expr_holds(const TsimExpr *expr, const struct tsim_quantity *values, gboolean *holds,
			 GError **error);
