/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "expr-private.h"

#include <math.h>
#include <string.h>

#include "error.h"

/* Two numbers that differ by less are the same: 0.1 * 3 and 0.3. */
#define SAME 1e-12

struct evaluation {
	const TsimExpr *expr;
	const struct tsim_quantity *values;
};

static gboolean evaluate(const struct evaluation *e, const struct tsim_node *node,
			 struct tsim_quantity *out, GError **error);

/* " with D = 1ms, T = 0s": the variables of the expression; empty when it has none. */
static char *with_values(const struct evaluation *e)
{
	g_autoptr(GString) text = g_string_new(NULL);

	for (guint i = 0; e->expr->uses && i < e->expr->names->len; i++) {
		struct tsim_quantity value;
		g_autofree char *shown = NULL;

		if (!(e->expr->uses >> i & 1))
			continue;
		value = e->values[i];
		shown = tsim_quantity_format(&value, NULL);
		g_string_append_printf(text, "%s%s = %.40s", text->len ? ", " : " with ",
				       (const char *)g_ptr_array_index(e->expr->names, i),
				       shown ?: "?");
		if (text->len > 200)
			break;
	}
	return g_string_free(g_steal_pointer(&text), FALSE);
}

static gboolean throw_value(const struct evaluation *e, const struct tsim_node *node,
			    GError **error, const char *what)
{
	g_autofree char *with = with_values(e);

	return tsim_throw_at(e->expr->source, node->offset, error, "%s%s", what, with);
}

/* @verb: "compare", "add". */
static gboolean throw_kinds(const struct evaluation *e, const struct tsim_node *node,
			    const char *verb, const struct tsim_quantity *a,
			    const struct tsim_quantity *b, GError **error)
{
	g_autofree char *left = tsim_quantity_kind(a), *right = tsim_quantity_kind(b);

	return tsim_throw_at(e->expr->source, node->offset, error, "cannot %s %s and %s%s", verb,
			     left, right,
			     a->type == TSIM_QUANTITY_NUMBER && b->type == TSIM_QUANTITY_NUMBER ?
				     "; is a unit missing?" :
				     "");
}

/* A word beside a number is no text that somebody compares with: it was to be a variable. */
static gboolean throw_word(const struct evaluation *e, const struct tsim_node *word, GError **error)
{
	g_autofree char *name = g_strndup(word->text, tsim_name_length(word->text));

	return tsim_throw_unknown_name(e->expr->source, word->offset, name, e->expr->names, error);
}

static struct tsim_quantity truth(gboolean holds)
{
	return (struct tsim_quantity){ .type = TSIM_QUANTITY_TRUTH, .number = holds };
}

/* Evaluate one side and see that it is of @type. */
static gboolean operand(const struct evaluation *e, const struct tsim_node *node,
			enum tsim_quantity_type type, struct tsim_quantity *out, GError **error)
{
	g_autofree char *kind = NULL;

	if (!evaluate(e, node, out, error))
		return FALSE;
	if (out->type == type)
		return TRUE;
	kind = tsim_quantity_kind(out);
	return tsim_throw_at(e->expr->source, node->offset, error, "this is %s, not %s", kind,
			     type == TSIM_QUANTITY_TRUTH ? "a condition such as D < 5ms" :
							   "a number");
}

/* && and || look at their right side only when it matters. */
static gboolean logical(const struct evaluation *e, const struct tsim_node *node,
			struct tsim_quantity *out, GError **error)
{
	if (!operand(e, node->left, TSIM_QUANTITY_TRUTH, out, error))
		return FALSE;
	if ((out->number != 0) == (node->op == TSIM_OP_OR))
		return TRUE;
	return operand(e, node->right, TSIM_QUANTITY_TRUTH, out, error);
}

static int compare(double a, double b)
{
	if (fabs(a - b) <= SAME * MAX(fabs(a), fabs(b)))
		return 0;
	return a < b ? -1 : 1;
}

static gboolean is_equality(const struct tsim_node *node)
{
	return node->op == TSIM_OP_EQUAL || node->op == TSIM_OP_UNEQUAL;
}

static gboolean comparison(const struct evaluation *e, const struct tsim_node *node,
			   struct tsim_quantity *out, GError **error)
{
	struct tsim_quantity a, b;
	int order;

	if (!evaluate(e, node->left, &a, error) || !evaluate(e, node->right, &b, error))
		return FALSE;
	if (a.type != b.type && (node->left->op == TSIM_OP_WORD || node->right->op == TSIM_OP_WORD))
		return throw_word(e, node->left->op == TSIM_OP_WORD ? node->left : node->right,
				  error);
	if (!tsim_quantity_same_kind(&a, &b) ||
	    (a.type != TSIM_QUANTITY_NUMBER && !is_equality(node)))
		return throw_kinds(e, node, is_equality(node) ? "compare" : "order", &a, &b, error);
	order = a.type == TSIM_QUANTITY_TEXT ? strcmp(a.text, b.text) : compare(a.number, b.number);
	*out = truth(node->op == TSIM_OP_EQUAL	    ? order == 0 :
		     node->op == TSIM_OP_UNEQUAL    ? order != 0 :
		     node->op == TSIM_OP_LESS	    ? order < 0 :
		     node->op == TSIM_OP_LESS_EQUAL ? order <= 0 :
		     node->op == TSIM_OP_GREATER    ? order > 0 :
						      order >= 0);
	return TRUE;
}

/* + - min max: both sides of one kind. */
static gboolean additive(const struct evaluation *e, const struct tsim_node *node,
			 const struct tsim_quantity *a, const struct tsim_quantity *b,
			 struct tsim_quantity *out, GError **error)
{
	*out = *a;
	if (!tsim_quantity_same_kind(a, b))
		return throw_kinds(e, node,
				   node->op == TSIM_OP_ADD	? "add" :
				   node->op == TSIM_OP_SUBTRACT ? "subtract" :
								  "compare",
				   a, b, error);
	if (node->op == TSIM_OP_ADD)
		out->number += b->number;
	else if (node->op == TSIM_OP_SUBTRACT)
		out->number -= b->number;
	else if (node->op == TSIM_OP_MIN)
		out->number = MIN(a->number, b->number);
	else
		out->number = MAX(a->number, b->number);
	return TRUE;
}

static gboolean multiplicative(const struct evaluation *e, const struct tsim_node *node,
			       const struct tsim_quantity *a, const struct tsim_quantity *b,
			       struct tsim_quantity *out, GError **error)
{
	const int sign = node->op == TSIM_OP_MULTIPLY ? 1 : -1;

	if (sign < 0 && b->number == 0)
		return throw_value(e, node, error, "division by zero");
	*out = *a;
	out->number = sign > 0 ? a->number * b->number : a->number / b->number;
	out->time += sign * b->time;
	out->bytes += sign * b->bytes;
	return TRUE;
}

static gboolean arithmetic(const struct evaluation *e, const struct tsim_node *node,
			   struct tsim_quantity *out, GError **error)
{
	struct tsim_quantity a, b;

	if (!operand(e, node->left, TSIM_QUANTITY_NUMBER, &a, error) ||
	    !operand(e, node->right, TSIM_QUANTITY_NUMBER, &b, error))
		return FALSE;
	if (node->op == TSIM_OP_MULTIPLY || node->op == TSIM_OP_DIVIDE)
		return multiplicative(e, node, &a, &b, out, error);
	return additive(e, node, &a, &b, out, error);
}

static gboolean square_root(const struct evaluation *e, const struct tsim_node *node,
			    struct tsim_quantity *out, GError **error)
{
	if (out->number < 0)
		return throw_value(e, node, error, "sqrt of a negative number");
	if (out->time % 2 || out->bytes % 2)
		return throw_value(e, node, error,
				   "sqrt of a value whose unit has no root; sqrt(D * T) is a time");
	out->number = sqrt(out->number);
	out->time /= 2;
	out->bytes /= 2;
	return TRUE;
}

/* - ! sqrt log exp */
static gboolean unary(const struct evaluation *e, const struct tsim_node *node,
		      struct tsim_quantity *out, GError **error)
{
	if (!operand(e, node->left,
		     node->op == TSIM_OP_NOT ? TSIM_QUANTITY_TRUTH : TSIM_QUANTITY_NUMBER, out,
		     error))
		return FALSE;
	if (node->op == TSIM_OP_NOT)
		*out = truth(out->number == 0);
	else if (node->op == TSIM_OP_NEGATE)
		out->number = -out->number;
	else if (node->op == TSIM_OP_SQRT)
		return square_root(e, node, out, error);
	else if (out->time || out->bytes)
		return throw_value(e, node, error,
				   "log and exp take a number without a unit: log(D / 1ms)");
	else if (node->op == TSIM_OP_LOG && out->number <= 0)
		return throw_value(e, node, error, "log of a number that is not above 0");
	else
		out->number = node->op == TSIM_OP_LOG ? log(out->number) : exp(out->number);
	return TRUE;
}

static gboolean apply(const struct evaluation *e, const struct tsim_node *node,
		      struct tsim_quantity *out, GError **error)
{
	switch (node->op) {
	case TSIM_OP_CONSTANT:
	case TSIM_OP_WORD:
		*out = node->value;
		return TRUE;
	case TSIM_OP_NAME:
		*out = e->values[node->name];
		return TRUE;
	case TSIM_OP_AND:
	case TSIM_OP_OR:
		return logical(e, node, out, error);
	case TSIM_OP_ADD:
	case TSIM_OP_SUBTRACT:
	case TSIM_OP_MULTIPLY:
	case TSIM_OP_DIVIDE:
	case TSIM_OP_MIN:
	case TSIM_OP_MAX:
		return arithmetic(e, node, out, error);
	case TSIM_OP_NEGATE:
	case TSIM_OP_NOT:
	case TSIM_OP_SQRT:
	case TSIM_OP_LOG:
	case TSIM_OP_EXP:
		return unary(e, node, out, error);
	default:
		return comparison(e, node, out, error);
	}
}

static gboolean evaluate(const struct evaluation *e, const struct tsim_node *node,
			 struct tsim_quantity *out, GError **error)
{
	if (!apply(e, node, out, error))
		return FALSE;
	return out->type == TSIM_QUANTITY_TEXT || isfinite(out->number) ||
	       throw_value(e, node, error, "the result is too large");
}

/**
 * tsim_expr_eval:
 * @values: of the variables, by their numbers
 *
 * A text in @out belongs to the expression or to @values.
 */
gboolean tsim_expr_eval(const TsimExpr *expr, const struct tsim_quantity *values,
			struct tsim_quantity *out, GError **error)
{
	const struct evaluation e = { expr, values };

	return evaluate(&e, expr->root, out, error);
}

/* Evaluate what must be a condition. */
gboolean tsim_expr_holds(const TsimExpr *expr, const struct tsim_quantity *values, gboolean *holds,
			 GError **error)
{
	const struct evaluation e = { expr, values };
	struct tsim_quantity value;

	if (!operand(&e, expr->root, TSIM_QUANTITY_TRUTH, &value, error))
		return FALSE;
	*holds = value.number != 0;
	return TRUE;
}
