/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "expr.h"

/* Inside of expr.c and expr-eval.c only. */

enum tsim_op {
	TSIM_OP_CONSTANT,
	TSIM_OP_NAME,
	TSIM_OP_WORD, /* a text without quotes, beside == or != */
	TSIM_OP_NEGATE,
	TSIM_OP_NOT,
	TSIM_OP_ADD,
	TSIM_OP_SUBTRACT,
	TSIM_OP_MULTIPLY,
	TSIM_OP_DIVIDE,
	TSIM_OP_LESS,
	TSIM_OP_LESS_EQUAL,
	TSIM_OP_GREATER,
	TSIM_OP_GREATER_EQUAL,
	TSIM_OP_EQUAL,
	TSIM_OP_UNEQUAL,
	TSIM_OP_AND,
	TSIM_OP_OR,
	TSIM_OP_MIN,
	TSIM_OP_MAX,
	TSIM_OP_SQRT,
	TSIM_OP_LOG,
	TSIM_OP_EXP,
};

struct tsim_node {
	enum tsim_op op;
	gsize offset; /* of the operator, the name, the constant */
	struct tsim_node *left, *right; /* of one operand: left */
	struct tsim_quantity value; /* of a constant or a word */
	char *text; /* owned: of a text, a word */
	guint name; /* number of the variable */
	gboolean compared; /* of a word: it stands beside == or != */
};

struct tsim_expr {
	const struct tsim_source *source;
	GPtrArray *nodes; /* (element-type struct tsim_node) owns them */
	const GPtrArray *names;
	struct tsim_node *root;
	gsize offset;
	guint64 uses;
};
