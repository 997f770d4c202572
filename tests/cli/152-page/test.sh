#!/bin/bash
# report --html: one page that needs nothing else; what it says is what was found.
source "$TEST_TOP/common"
source "$TEST_TOP/sweep-config"
command -v gnuplot > /dev/null || exit 77

short_configs
r1=configs/validation/r1.conf

# Every tag is closed, every id is there once and what refers to one finds it;
# nothing comes from elsewhere.
sound()
{
	command -v python3 > /dev/null || return
	python3 - "$1" <<- 'EOT' || _fail "$1 is not sound"
	import re, sys
	from html.parser import HTMLParser
	text = open(sys.argv[1], encoding="utf-8").read()
	class Page(HTMLParser):
	    open, ids, refs = [], [], []
	    def handle_starttag(self, tag, attrs):
	        assert tag not in ("script", "link", "iframe", "img", "object"), tag
	        for name, value in attrs:
	            assert not name.startswith("on"), name
	            if name == "id":
	                self.ids.append(value)
	            if name in ("href", "src", "xlink:href"):
	                assert value.startswith("#") or value.startswith("data:image/"), value
	                if value.startswith("#"):
	                    self.refs.append(value[1:])
	        if tag not in ("meta",):
	            self.open.append(tag)
	    def handle_startendtag(self, tag, attrs):
	        self.handle_starttag(tag, attrs)
	        self.open.pop()
	    def handle_endtag(self, tag):
	        assert self.open.pop() == tag, (tag, self.getpos())
	page = Page()
	page.feed(text)
	assert not page.open, page.open
	assert len(page.ids) == len(set(page.ids)), "an id twice"
	page.refs += re.findall(r"url\(#([^)]*)\)", text)
	assert page.refs and set(page.refs) <= set(page.ids), set(page.refs) - set(page.ids)
	rest = re.sub(r'xmlns(:\w+)?="[^"]*"', "", text)
	assert "://" not in rest, "something from elsewhere"
	assert text.startswith("<!DOCTYPE html>") and "prefers-color-scheme:dark" in text
	assert "@media print" in text
	EOT
}

run_check run "$r1" --replications 400 --quiet -o r
run_check report r --html
grep -qx 'r/report.html' "$out" || _fail 'the name is not printed'
cp r/report.html "$out"
expect '^<li>unpinned: [1-9][0-9]* of 400 replications were corrupted, P = 0\.[0-9]+ \[0\.[0-9]+, 0\.[0-9]+\]\.</li>$'
expect '^<li>pinned-chunk: none of 400 replications was corrupted, P &lt; 0\.0092\.</li>$'
expect '^<li>pinned-chunk: significantly fewer replications are corrupted than under unpinned\.</li>$'
expect '^<td>0:400</td>$'
expect 'trimsim run .*r1.conf'
expect '^\[policy pinned-chunk\]$'
expect '^<figcaption>space-time</figcaption>$'
sound r/report.html
cp r/report.html page
run_check report r --html
cmp -s r/report.html page || _fail 'another page of the same result'

# A later run takes it away: it would be of another result.
run_check run "$r1" --replications 500 --quiet -o r
[ ! -e r/report.html ] || _fail 'an old page beside a new result'

# A sweep.
sweep_config > e.conf
run_check run e.conf --quiet -o s -r 'D >= 500ms' --replications 300
"$TRIMSIM" report s --html > "$out" 2> "$err" || _fail 'a sweep'
cp s/report.html "$out"
expect '^<h1>e</h1>$'
expect '^<li>unpinned: [0-9]+ of [0-9]+ replications were corrupted at 1[0-2] of 12 points; most often at D = [0-9m]+s, C = [0-9m]+s, P = '
expect '^<td class="l" rowspan="2">500ms</td>$'
[ "$(grep -c '^<tbody' "$out")" -eq 12 ] || _fail 'not twelve points'
sound s/report.html

# No race at all: that is said, and not that the policy is good.
base_config | sed 's/^workload = .*/workload = churn/' > none.conf
run_check run none.conf --replications 10 --quiet -o none --set workload.duration=100ms
"$TRIMSIM" report none --html > /dev/null 2>&1 || _fail 'without a race'
cp none/report.html "$out"
expect 'no block group was removed, so the race cannot occur'

run_mustfail 'only one of them' report r --html --mail
run_mustfail 'no such directory' report nowhere --html
mkdir empty
PATH=$PWD/empty run_status 1 report r --html
[ "$(cat "$err")" = "trimsim: cannot draw the figures: cannot run gnuplot: Failed to execute child process “gnuplot” (No such file or directory)" ] ||
	grep -q '^trimsim: cannot draw the figures: cannot run gnuplot' "$err" || _fail 'no gnuplot: what is said'
[ ! -e r/report.html ] || _fail 'half a page'
