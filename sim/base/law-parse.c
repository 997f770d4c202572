/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "law.h"

#include <math.h>
#include <string.h>

#include "error.h"
#include "law-internal.h"
#include "units.h"

#define MAX_DEPTH 8	/* of mixtures in mixtures */

static const struct law_type *const types[] = {
	&law_fixed, &law_uniform, &law_exponential, &law_lognormal, &law_pareto, &law_mixture,
	&law_empirical,
};

static TsimLaw *parse(const char *text, guint depth, GError **error);

/** tsim_law_usage() - how the @i-th kind of law is written, "fixed(20ms)"; NULL: there is none */
const char *tsim_law_usage(guint i)
{
	return i < G_N_ELEMENTS(types) ? types[i]->usage : NULL;
}

static const struct law_type *find_type(const char *name, GError **error)
{
	g_autoptr(GString) known = g_string_new(NULL);

	for (guint i = 0; i < G_N_ELEMENTS(types); i++) {
		if (!strcmp(types[i]->name, name))
			return types[i];
		g_string_append_printf(known, "%s%s", i ? ", " : "", types[i]->usage);
	}
	tsim_throw(error, "unknown law '%s'; write a time or one of %s", name, known->str);
	return NULL;
}

/* Split at the commas outside every parenthesis. */
static GPtrArray *split_arguments(const char *text)
{
	GPtrArray *arguments = g_ptr_array_new_with_free_func(g_free);
	const char *start = text;
	int depth = 0;

	for (const char *p = text;; p++) {
		depth += (*p == '(') - (*p == ')');
		if (*p && (*p != ',' || depth > 0))
			continue;
		g_ptr_array_add(arguments, g_strstrip(g_strndup(start, p - start)));
		if (!*p)
			return arguments;
		start = p + 1;
	}
}

static gboolean is_set(const TsimLaw *law, enum law_slot slot)
{
	return slot == LAW_SHAPE ? !isnan(law->shape) : law->t[slot - LAW_T0] >= 0;
}

static gboolean set_param(TsimLaw *law, const struct law_param *param, const char *text,
			  GError **error)
{
	tsim_ns *t = &law->t[param->slot == LAW_T1];

	if (is_set(law, param->slot))
		return tsim_throw(error, "%s is given twice", param->name);
	if (param->slot == LAW_SHAPE)
		return tsim_parse_real(text, &law->shape, error);
	if (!tsim_parse_time(text, t, error))
		return FALSE;
	if (*t > TSIM_LAW_MAX_NS)
		return tsim_throw(error, "'%s' is over 146 years", text);
	return TRUE;
}

/* The parameter that an argument sets: by name, or else by position. */
static const struct law_param *find_param(const TsimLaw *law, const char *argument,
					  guint position, const char **value)
{
	const struct law_param *params = law->type->params;
	const char *equals = strchr(argument, '=');
	g_autofree char *name = NULL;

	*value = equals ? equals + 1 : argument;
	name = equals ? g_strstrip(g_strndup(argument, equals - argument)) : NULL;
	for (guint i = 0; params[i].name; i++)
		if (name ? !strcmp(params[i].name, name) : i == position)
			return &params[i];
	return NULL;
}

static gboolean parse_params(TsimLaw *law, const char *text, GError **error)
{
	g_autoptr(GPtrArray) arguments = split_arguments(text);
	const struct law_param *param;

	for (guint i = 0; i < arguments->len; i++) {
		const char *argument = arguments->pdata[i], *value;

		param = find_param(law, argument, i, &value);
		if (!param)
			return tsim_throw(error, "unexpected '%s'; write %s", argument,
					  law->type->usage);
		if (!set_param(law, param, value, error))
			return FALSE;
	}
	for (param = law->type->params; param->name; param++)
		if (!param->optional && !is_set(law, param->slot))
			return tsim_throw(error, "%s is missing; write %s", param->name,
					  law->type->usage);
	return TRUE;
}

static gboolean parse_weight(const char *text, double *weight, GError **error)
{
	if (strchr(text, '%'))
		return tsim_parse_share(text, weight, error);
	return tsim_parse_real(text, weight, error);
}

static gboolean parse_parts(TsimLaw *law, const char *text, guint depth, GError **error)
{
	g_autoptr(GPtrArray) arguments = split_arguments(text);

	if (depth == MAX_DEPTH)
		return tsim_throw(error, "mixtures are nested deeper than %d", MAX_DEPTH);
	law->parts = g_new0(TsimLaw *, arguments->len);
	law->weights = g_new0(double, arguments->len);
	for (; law->n_parts < arguments->len; law->n_parts++) {
		char *argument = arguments->pdata[law->n_parts];
		char *colon = strchr(argument, ':');

		if (!colon)
			return tsim_throw(error, "'%s' has no weight; write %s", argument,
					  law->type->usage);
		*colon = '\0';
		if (!parse_weight(argument, &law->weights[law->n_parts], error))
			return FALSE;
		law->parts[law->n_parts] = parse(colon + 1, depth + 1, error);
		if (!law->parts[law->n_parts])
			return FALSE;
	}
	return TRUE;
}

static TsimLaw *parse_arguments(const struct law_type *type, char *text, guint depth,
				GError **error)
{
	g_autoptr(TsimLaw) law = tsim_law_new(type);
	const char *wrong;

	if (type == &law_mixture ? !parse_parts(law, text, depth, error) :
				   !parse_params(law, text, error))
		return NULL;
	wrong = type->check ? type->check(law) : NULL;
	if (wrong) {
		tsim_throw(error, "%s, not '%s'", wrong, text);
		return NULL;
	}
	return g_steal_pointer(&law);
}

static TsimLaw *parse(const char *text, guint depth, GError **error)
{
	g_autofree char *copy = g_strstrip(g_strdup(text));
	char *open = strchr(copy, '('), *close = strrchr(copy, ')');
	g_autoptr(TsimLaw) law = NULL;
	const struct law_type *type;

	if (!open && g_ascii_isalpha(*copy)) {
		type = find_type(copy, error);
		if (type)
			tsim_throw(error, "%s needs its arguments: write %s", copy, type->usage);
		return NULL;
	}
	if (!open) {
		law = tsim_law_new(&law_fixed);
		return parse_params(law, copy, error) ? g_steal_pointer(&law) : NULL;
	}
	if (!close || close < open || close[1]) {
		tsim_throw(error, "'%s' does not end in ')'", copy);
		return NULL;
	}
	*open = *close = '\0';
	type = find_type(g_strchomp(copy), error);
	if (!type)
		return NULL;
	law = type == &law_empirical ? tsim_law_of_file(g_strstrip(open + 1), error) :
				       parse_arguments(type, open + 1, depth, error);
	if (!law)
		g_prefix_error(error, "%s: ", type->name);
	return g_steal_pointer(&law);
}

/**
 * tsim_law_parse() - read a law
 * @text: a bare time, which is fixed, or fixed(t), uniform(a, b),
 *	exponential(mean=t), lognormal(median=t, sigma=x), lognormal(mean=t, sigma=x),
 *	pareto(min=t, alpha=x[, max=t]),
 *	mixture(w: law, ...) or empirical(FILE)
 * @error: says what to type instead; for a file of samples it names file and line
 *
 * Return: (transfer full): the law, or NULL.
 */
TsimLaw *tsim_law_parse(const char *text, GError **error)
{
	return parse(text, 0, error);
}

static void append_params(GString *out, const TsimLaw *law)
{
	const char *separator = "";

	for (const struct law_param *param = law->type->params; param->name; param++) {
		g_autofree char *value = NULL;

		if (!is_set(law, param->slot))
			continue;
		value = param->slot == LAW_SHAPE ? tsim_format_real(law->shape) :
						   tsim_format_time(law->t[param->slot == LAW_T1]);
		g_string_append(out, separator);
		if (!param->positional)
			g_string_append_printf(out, "%s=", param->name);
		g_string_append(out, value);
		separator = ", ";
	}
}

static void append_law(GString *out, const TsimLaw *law)
{
	g_string_append_printf(out, "%s(", law->type->name);
	append_params(out, law);
	for (guint i = 0; i < law->n_parts; i++) {
		g_autofree char *weight = tsim_format_real(law->weights[i]);

		g_string_append_printf(out, "%s%s: ", i ? ", " : "", weight);
		append_law(out, law->parts[i]);
	}
	g_string_append_printf(out, "%s)", law->file ? law->file : "");
}

/**
 * tsim_law_to_string() - write a law so that it parses back to an equal one
 * @law: the law
 *
 * Return: (transfer full): its text.
 */
char *tsim_law_to_string(const TsimLaw *law)
{
	GString *out = g_string_new(NULL);

	append_law(out, law);
	return g_string_free(out, FALSE);
}
