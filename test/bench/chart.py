# SPDX-License-Identifier: Apache-2.0
"""A drawing of the ratios, a bar for each server against the floor, for dark pages and light ones."""

from html import escape

WIDTH, LEFT, RIGHT = 760, 170, 90  # Room for names, and for what a bar says at its end.
BAR, GAP, HEAD = 16, 5, 30
LONGEST = 6.0  # Ratios beyond are cut, and say so.
STYLE = """
text { font: 12px system-ui, sans-serif; fill: #24292f; }
.title { font-weight: 600; }
.catena { fill: #1a7f5a; } .bare { fill: #8c959f; } .peer { fill: #6e8fc7; }
.floor { stroke: #57606a; stroke-dasharray: 3 3; }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3; }
  .catena { fill: #3fb68b; } .bare { fill: #6e7681; } .peer { fill: #5b7fbd; }
  .floor { stroke: #9198a1; }
}
"""


def kind(name):
    first = name.split()[0]
    return first if first in ("catena", "bare") else "peer"


def length(ratio):
    return min(ratio, LONGEST) / LONGEST * (WIDTH - LEFT - RIGHT)


def shown_name(name):
    return name if kind(name) == "bare" else name.split()[0]


def bar(name, ratios, ratio, top):
    cut = " (cut)" if ratio > LONGEST else ""
    middle = top + BAR - 4
    return (f'<text x="{LEFT - 8}" y="{middle}" text-anchor="end">{escape(shown_name(name))}</text>'
            f'<rect class="{kind(name)}" x="{LEFT}" y="{top}" width="{length(ratio):.1f}" '
            f'height="{BAR}" rx="2"><title>{min(ratios):.2f} to {max(ratios):.2f}</title></rect>'
            f'<text x="{LEFT + length(ratio) + 6:.1f}" y="{middle}">{ratio:.2f}{cut}</text>')


def group(work, top):
    """A work's title and bars, and where the next begins."""
    parts = [f'<text class="title" x="8" y="{top + 18}">{escape(work["title"])}</text>']
    first = top = top + HEAD
    for name, server in work["servers"].items():
        parts.append(bar(name, server["ratios"], server["ratio"], top))
        top += BAR + GAP
    floor = LEFT + length(1)
    parts.append(f'<line class="floor" x1="{floor:.1f}" y1="{first - 4}" x2="{floor:.1f}" y2="{top}"/>')
    return parts, top + 8


def draw(works):
    parts, top = [], 8
    for work in works.values():
        more, top = group(work, top)
        parts += more
    note = "CPU time per answer, as a multiple of the bare server's in the same round; shorter is better"
    parts.append(f'<text x="8" y="{top + 14}">{note}</text>')
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{top + 26}" '
            f'viewBox="0 0 {WIDTH} {top + 26}" role="img" aria-label="{note}">\n'
            f"<style>{STYLE}</style>\n" + "\n".join(parts) + "\n</svg>\n")
