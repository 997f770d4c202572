/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "html.h"

static const char figure[] =
	"<?xml version=\"1.0\"?>\n<svg\n width=\"8\" viewBox=\"0 0 8 5\"\n"
	" xmlns:xlink=\"http://www.w3.org/1999/xlink\">\n<title>Gnuplot</title>\n"
	"<desc>Produced by GNUPLOT 5.4</desc>\n<g id=\"gnuplot_canvas\">\n"
	"<path id='gpPt7' d='M0'/><use xlink:href='#gpPt7' id='gpPt8'/>\n"
	"<path fill='url(#gpPat1)'/><image xlink:href='data:image/png;base64,AA=='/>\n"
	"<text>a &lt; b, #7</text></g>\n</svg>\n";

static char *page(const char *svg, guint number)
{
	GString *out = g_string_new(NULL);
	g_autoptr(GError) error = NULL;

	if (tsim_html_svg(out, svg, "a \"b\" & c", number, &error))
		return g_string_free(out, FALSE);
	g_assert_cmpstr(error->message, ==, "a \"b\" & c: not a figure that can stand in a page");
	g_assert_cmpuint(out->len, ==, 0);
	g_string_free(out, TRUE);
	return NULL;
}

/* Every id and every use of one gets the prefix, and nothing else does. */
static void test_svg(void)
{
	g_autofree char *text = page(figure, 12);

	g_assert_true(g_str_has_prefix(text, "<figure>\n<svg role=\"img\" "
					     "aria-label=\"a &quot;b&quot; &amp; c\"\n width="));
	g_assert_nonnull(strstr(text, "id=\"f12-gnuplot_canvas\""));
	g_assert_nonnull(strstr(text, "id='f12-gpPt7'"));
	g_assert_nonnull(strstr(text, "<use xlink:href='#f12-gpPt7' id='f12-gpPt8'/>"));
	g_assert_nonnull(strstr(text, "fill='url(#f12-gpPat1)'"));
	g_assert_nonnull(strstr(text, "href='data:image/png;base64,AA=='"));
	g_assert_nonnull(strstr(text, "<text>a &lt; b, #7</text>"));
	g_assert_null(strstr(text, "Gnuplot"));
	g_assert_null(strstr(text, "<?xml"));
	g_assert_true(g_str_has_suffix(
		text, "</svg>\n<figcaption>a &quot;b&quot; &amp; c</figcaption>\n</figure>\n"));
}

static void test_harmful(void)
{
	static const char *const bad[] = {
		"",
		"no figure",
		"<svg><script>x</script></svg>",
		"<svg onload=\"x()\"></svg>",
		"<svg><use xlink:href='http://x/y'/></svg>",
		"<svg><image href=\"x.png\"/></svg>",
		"<svg><path fill='url(http://x)'/></svg>",
		"<svg><foreignObject/></svg>",
		"<svg><style>@import 'x'</style></svg>",
		"<svg>\xff</svg>",
	};

	for (guint i = 0; i < G_N_ELEMENTS(bad); i++)
		g_assert_null(page(bad[i], 1));
}

static void test_text(void)
{
	g_autoptr(GString) out = g_string_new(NULL);

	tsim_html_element(out, "td class=\"l\"", "a<b & 'c'");
	g_assert_cmpstr(out->str, ==, "<td class=\"l\">a&lt;b &amp; &apos;c&apos;</td>\n");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/html/svg", test_svg);
	g_test_add_func("/html/harmful", test_harmful);
	g_test_add_func("/html/text", test_text);
	return g_test_run();
}
