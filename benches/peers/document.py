"""Figures in documents, between `<!-- figures: NAME -->` and `<!-- end -->`."""

import re


def table(header, rows):
    """A table of markdown; all columns but the first are numbers."""
    lines = [f"| {' | '.join(map(str, line))} |" for line in [header, *rows]]
    lines.insert(1, "|---|" + "---:|" * (len(header) - 1))
    return "\n".join(lines)


def fill(path, figures):
    """Replaces the figures of a document that there are new ones for."""
    text = path.read_text()
    for name, content in figures.items():
        pattern = rf"(<!-- figures: {name} -->\n).*?(<!-- end -->)"
        text = re.sub(pattern, lambda m: f"{m[1]}{content}\n{m[2]}", text, flags=re.DOTALL)
    path.write_text(text)


def rate(per_second):
    """Three digits that count."""
    digits = max(0, len(str(int(per_second))) - 3)
    return f"{round(per_second, -digits):,.0f}"


def times(ratio):
    return f"{ratio:.1f}" if ratio < 20 else f"{ratio:,.0f}"
