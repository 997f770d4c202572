/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The expressions of sweeps: arithmetic with units, comparisons, min max sqrt
 * log exp, as OMNeT++ has them in its ini files.
 */
#include "expr-private.h"

#include <string.h>

/* Each parenthesis takes a part of the stack, each operator a part of the evaluator's. */
#define MAX_DEPTH 50
#define MAX_NODES 500

struct parser {
	const struct tsim_source *source;
	const GPtrArray *names;
	TsimExpr *expr;
	const char *p;
	guint depth;
};

/* Binary operators; a longer one before its beginning. */
static const struct {
	const char *text;
	enum tsim_op op;
	int level;
} operators[] = {
	{ "||", TSIM_OP_OR, 1 },	 { "&&", TSIM_OP_AND, 2 },
	{ "==", TSIM_OP_EQUAL, 3 },	 { "!=", TSIM_OP_UNEQUAL, 3 },
	{ "<=", TSIM_OP_LESS_EQUAL, 3 }, { ">=", TSIM_OP_GREATER_EQUAL, 3 },
	{ "<", TSIM_OP_LESS, 3 },	 { ">", TSIM_OP_GREATER, 3 },
	{ "+", TSIM_OP_ADD, 4 },	 { "-", TSIM_OP_SUBTRACT, 4 },
	{ "*", TSIM_OP_MULTIPLY, 5 },	 { "/", TSIM_OP_DIVIDE, 5 },
};

#define LEVEL_COMPARISON 3
#define LEVEL_UNARY 6

static const struct {
	const char *name;
	enum tsim_op op;
} functions[] = {
	{ "min", TSIM_OP_MIN }, { "max", TSIM_OP_MAX }, { "sqrt", TSIM_OP_SQRT },
	{ "log", TSIM_OP_LOG }, { "exp", TSIM_OP_EXP },
};

static struct tsim_node *parse_binary(struct parser *parser, int level, GError **error);

static int find_function(const char *name)
{
	for (guint i = 0; i < G_N_ELEMENTS(functions); i++)
		if (!strcmp(functions[i].name, name))
			return (int)i;
	return -1;
}

gboolean tsim_is_function(const char *name)
{
	return find_function(name) >= 0;
}

static gsize here(const struct parser *parser)
{
	return (gsize)(parser->p - parser->source->text);
}

static void skip(struct parser *parser)
{
	parser->p += strspn(parser->p, " \t");
}

static void node_free(struct tsim_node *node)
{
	g_free(node->text);
	g_free(node);
}

static struct tsim_node *node_new(struct parser *parser, enum tsim_op op, gsize offset,
				  GError **error)
{
	struct tsim_node *node;

	if (parser->expr->nodes->len == MAX_NODES) {
		tsim_throw_at(parser->source, offset, error,
			      "the expression has more than %u numbers and operators", MAX_NODES);
		return NULL;
	}
	node = g_new0(struct tsim_node, 1);
	node->op = op;
	node->offset = offset;
	g_ptr_array_add(parser->expr->nodes, node);
	return node;
}

static struct tsim_node *parse_number(struct parser *parser, GError **error)
{
	gsize offset = here(parser);
	struct tsim_node *node = node_new(parser, TSIM_OP_CONSTANT, offset, error);

	if (!node || !tsim_quantity_read(parser->source, &offset, &node->value, error))
		return NULL;
	parser->p = parser->source->text + offset;
	return node;
}

static struct tsim_node *parse_quoted(struct parser *parser, GError **error)
{
	const char *end = strchr(parser->p + 1, '"');
	struct tsim_node *node = node_new(parser, TSIM_OP_CONSTANT, here(parser), error);

	if (node && !end) {
		tsim_throw_at(parser->source, here(parser), error, "no quote ends this text");
		return NULL;
	}
	if (!node)
		return NULL;
	node->text = g_strndup(parser->p + 1, (gsize)(end - parser->p) - 1);
	node->value = (struct tsim_quantity){ .type = TSIM_QUANTITY_TEXT, .text = node->text };
	parser->p = end + 1;
	return node;
}

static gboolean expect(struct parser *parser, char c, const char *wanted, GError **error)
{
	skip(parser);
	if (*parser->p != c)
		return tsim_throw_unexpected(parser->source, here(parser), wanted, error);
	parser->p++;
	return TRUE;
}

static struct tsim_node *join(struct parser *parser, enum tsim_op op, gsize offset,
			      struct tsim_node *left, struct tsim_node *right, GError **error)
{
	struct tsim_node *node = left && right ? node_new(parser, op, offset, error) : NULL;

	if (!node)
		return NULL;
	node->left = left;
	node->right = right;
	return node;
}

/* What follows "min(": min and max of any number of values, the others of one. */
static struct tsim_node *parse_arguments(struct parser *parser, guint function, gsize offset,
					 GError **error)
{
	const enum tsim_op op = functions[function].op;
	const gboolean many = op == TSIM_OP_MIN || op == TSIM_OP_MAX;
	struct tsim_node *node = parse_binary(parser, 1, error);

	if (node && !many) {
		node = join(parser, op, offset, node, node, error);
		return node && expect(parser, ')', "')': the function has one argument", error) ?
			       node :
			       NULL;
	}
	for (skip(parser); node && *parser->p == ','; skip(parser)) {
		parser->p++;
		node = join(parser, op, offset, node, parse_binary(parser, 1, error), error);
	}
	return node && expect(parser, ')', "',' or ')'", error) ? node : NULL;
}

static struct tsim_node *parse_call(struct parser *parser, const char *name, gsize offset,
				    GError **error)
{
	const int function = find_function(name);

	if (function < 0) {
		g_autofree char *shown = g_strndup(name, 60);

		tsim_throw_at(parser->source, offset, error,
			      "unknown function '%s', there is min max sqrt log exp; a text of "
			      "this form goes into quotes",
			      shown);
		return NULL;
	}
	parser->p++;
	return parse_arguments(parser, (guint)function, offset, error);
}

/* A text without quotes has more characters than a name: nvme-fast, btrfs-3.18. */
static struct tsim_node *parse_word(struct parser *parser, gsize offset, GError **error)
{
	struct tsim_node *node = node_new(parser, TSIM_OP_WORD, offset, error);
	gsize n = 0;

	if (!node)
		return NULL;
	while (g_ascii_isalnum(parser->p[n]) || (parser->p[n] && strchr("._+-", parser->p[n])))
		n++;
	node->text = g_strndup(parser->p, n);
	node->value = (struct tsim_quantity){ .type = TSIM_QUANTITY_TEXT, .text = node->text };
	parser->p += n;
	return node;
}

static struct tsim_node *parse_name(struct parser *parser, GError **error)
{
	const gsize offset = here(parser), length = tsim_name_length(parser->p);
	g_autofree char *name = g_strndup(parser->p, length);
	struct tsim_node *node;
	guint index;

	if (parser->p[length + strspn(parser->p + length, " \t")] == '(') {
		parser->p += length;
		skip(parser);
		return parse_call(parser, name, offset, error);
	}
	if (!g_ptr_array_find_with_equal_func((GPtrArray *)parser->names, name, g_str_equal,
					      &index))
		return parse_word(parser, offset, error);
	node = node_new(parser, TSIM_OP_NAME, offset, error);
	if (!node)
		return NULL;
	node->name = index;
	parser->expr->uses |= G_GUINT64_CONSTANT(1) << index;
	parser->p += length;
	return node;
}

static struct tsim_node *parse_primary(struct parser *parser, GError **error)
{
	struct tsim_node *node;

	if (g_ascii_isdigit(*parser->p) || (*parser->p == '.' && g_ascii_isdigit(parser->p[1])))
		return parse_number(parser, error);
	if (*parser->p == '"')
		return parse_quoted(parser, error);
	if (tsim_name_length(parser->p))
		return parse_name(parser, error);
	if (*parser->p != '(') {
		tsim_throw_unexpected(parser->source, here(parser), "a value", error);
		return NULL;
	}
	parser->p++;
	node = parse_binary(parser, 1, error);
	return node && expect(parser, ')', "')'", error) ? node : NULL;
}

static struct tsim_node *parse_signed(struct parser *parser, GError **error)
{
	const gsize offset = here(parser);
	const char sign = *parser->p;
	struct tsim_node *node;

	if (sign != '-' && sign != '+' && sign != '!')
		return parse_primary(parser, error);
	parser->p++;
	node = parse_binary(parser, LEVEL_UNARY, error);
	if (!node || sign == '+')
		return node;
	return join(parser, sign == '-' ? TSIM_OP_NEGATE : TSIM_OP_NOT, offset, node, node, error);
}

static struct tsim_node *parse_unary(struct parser *parser, GError **error)
{
	struct tsim_node *node;

	skip(parser);
	if (++parser->depth > MAX_DEPTH) {
		tsim_throw_at(parser->source, here(parser), error,
			      "the expression is nested more than %u deep", MAX_DEPTH);
		return NULL;
	}
	node = parse_signed(parser, error);
	parser->depth--;
	return node;
}

/* The operator of @level at @p, or -1. */
static int operator_at(const char *p, int level)
{
	for (guint i = 0; i < G_N_ELEMENTS(operators); i++)
		if (g_str_has_prefix(p, operators[i].text))
			return operators[i].level == level ? (int)i : -1;
	return -1;
}

static void allow_words(struct tsim_node *node)
{
	const gboolean equality = node->op == TSIM_OP_EQUAL || node->op == TSIM_OP_UNEQUAL;

	if (equality && node->left->op == TSIM_OP_WORD)
		node->left->compared = TRUE;
	if (equality && node->right->op == TSIM_OP_WORD)
		node->right->compared = TRUE;
}

static struct tsim_node *parse_binary(struct parser *parser, int level, GError **error)
{
	struct tsim_node *left;
	int found;

	if (level == LEVEL_UNARY)
		return parse_unary(parser, error);
	left = parse_binary(parser, level + 1, error);
	for (skip(parser); left && (found = operator_at(parser->p, level)) >= 0; skip(parser)) {
		const gsize offset = here(parser);

		parser->p += strlen(operators[found].text);
		left = join(parser, operators[found].op, offset, left,
			    parse_binary(parser, level + 1, error), error);
		if (!left || level != LEVEL_COMPARISON)
			continue;
		allow_words(left);
		skip(parser);
		if (operator_at(parser->p, level) >= 0) {
			tsim_throw_at(parser->source, here(parser), error,
				      "comparisons do not chain, write a < b && b < c");
			return NULL;
		}
	}
	return left;
}

/* A word that is not compared was meant to be a variable. */
static gboolean check_words(const TsimExpr *expr, GError **error)
{
	for (guint i = 0; i < expr->nodes->len; i++) {
		const struct tsim_node *node = g_ptr_array_index(expr->nodes, i);
		g_autofree char *name = NULL;

		if (node->op != TSIM_OP_WORD || node->compared)
			continue;
		name = g_strndup(node->text, tsim_name_length(node->text));
		return tsim_throw_unknown_name(expr->source, node->offset, name, expr->names,
					       error);
	}
	return TRUE;
}

/**
 * tsim_expr_parse:
 * @source: must live as long as the expression
 * @offset: (inout): where it begins; behind it and the blanks that follow afterwards
 * @names: (element-type utf8): the variables there are; must live as long
 *
 * Reads as much as belongs to the expression; what follows is for the caller
 * to judge.  (transfer full) (nullable)
 */
TsimExpr *tsim_expr_parse(const struct tsim_source *source, gsize *offset, const GPtrArray *names,
			  GError **error)
{
	g_autoptr(TsimExpr) expr = g_new0(TsimExpr, 1);
	struct parser parser = {
		.source = source, .names = names, .expr = expr, .p = source->text + *offset
	};

	expr->source = source;
	expr->names = names;
	expr->nodes = g_ptr_array_new_with_free_func((GDestroyNotify)node_free);
	skip(&parser);
	expr->offset = here(&parser);
	expr->root = parse_binary(&parser, 1, error);
	if (!expr->root || !check_words(expr, error))
		return NULL;
	*offset = here(&parser);
	return g_steal_pointer(&expr);
}

void tsim_expr_free(TsimExpr *expr)
{
	if (!expr)
		return;
	g_ptr_array_unref(expr->nodes);
	g_free(expr);
}

gsize tsim_expr_offset(const TsimExpr *expr)
{
	return expr->offset;
}

/* The variables that it refers to, a bit each. */
guint64 tsim_expr_uses(const TsimExpr *expr)
{
	return expr->uses;
}

/* Is it one variable and nothing else? */
gboolean tsim_expr_is_name(const TsimExpr *expr, guint *name)
{
	*name = expr->root->name;
	return expr->root->op == TSIM_OP_NAME;
}
