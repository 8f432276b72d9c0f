"""Small plots as SVG, without any library."""

import math
from dataclasses import dataclass, field

WIDTH, HEIGHT = 300, 240
LEFT, RIGHT, TOP, BOTTOM = 56, 26, 34, 46

STYLE = """
<style>
  text { font: 12px sans-serif; fill: #57606a; }
  .title { font-weight: bold; fill: #24292f; }
  .frame, .grid { stroke: #d0d7de; fill: none; }
  .model { stroke: #8c959f; stroke-dasharray: 4 3; fill: none; }
  .line { stroke: #0969da; stroke-width: 2; fill: none; }
  circle { fill: #0969da; }
  @media (prefers-color-scheme: dark) {
    text { fill: #8b949e; } .title { fill: #e6edf3; }
    .frame, .grid { stroke: #30363d; }
  }
</style>
"""


@dataclass
class Plot:
    """Points, and a model that they are compared with: a function of x."""

    title: str
    x_label: str
    y_label: str
    points: list
    model: object
    x_log: bool = False
    y_log: bool = False
    y_range: tuple = field(init=False)
    x_range: tuple = field(init=False)

    def __post_init__(self):
        xs = [x for x, _ in self.points]
        ys = [y for _, y in self.points] + [self.model(x) for x in xs]
        self.x_range = (min(xs), max(xs)) if self.x_log else (0, max(xs))
        self.y_range = (min(ys) / 1.5, max(ys) * 1.5) if self.y_log else (0, max(ys) * 1.15)

    def place(self, x, y):
        across = fraction(x, self.x_range, self.x_log) * (WIDTH - LEFT - RIGHT)
        up = fraction(y, self.y_range, self.y_log) * (HEIGHT - TOP - BOTTOM)
        return f"{LEFT + across:.1f},{HEIGHT - BOTTOM - up:.1f}"

    def svg(self):
        parts = [f'<text class="title" x="{LEFT}" y="20">{self.title}</text>']
        for y in ticks(self.y_range, self.y_log):
            place = self.place(self.x_range[0], y)
            height = float(place.split(",")[1])
            parts.append(f'<path class="grid" d="M{place} H{WIDTH - RIGHT}"/>')
            parts.append(
                f'<text x="{LEFT - 6}" y="{height + 4:.1f}" text-anchor="end">{short(y)}</text>'
            )
        for x in [x for x, _ in self.points] if self.x_log else ticks(self.x_range, False):
            across = self.place(x, self.y_range[0]).split(",")[0]
            parts.append(
                f'<text x="{across}" y="{HEIGHT - BOTTOM + 17}" text-anchor="middle">{short(x)}</text>'
            )
        model = " ".join(self.place(x, self.model(x)) for x, _ in self.points)
        line = " ".join(self.place(x, y) for x, y in self.points)
        parts.append(f'<polyline class="model" points="{model}"/>')
        parts.append(f'<polyline class="line" points="{line}"/>')
        for x, y in self.points:
            across, up = self.place(x, y).split(",")
            parts.append(f'<circle cx="{across}" cy="{up}" r="3.5"/>')
        middle = (LEFT + WIDTH - RIGHT) / 2
        parts.append(
            f'<text x="{middle}" y="{HEIGHT - 10}" text-anchor="middle">{self.x_label}</text>'
        )
        parts.append(f'<text x="{WIDTH - RIGHT}" y="20" text-anchor="end">{self.y_label}</text>')
        return "\n".join(parts)


def fraction(value, span, logarithmic):
    low, high = span
    if logarithmic:
        value, low, high = math.log10(value), math.log10(low), math.log10(high)
    return (value - low) / (high - low)


def ticks(span, logarithmic):
    """Round values within a span."""
    low, high = span
    if logarithmic:
        powers = range(math.ceil(math.log10(low)), math.floor(math.log10(high)) + 1)
        return [10.0**power for power in powers]
    power = 10.0 ** math.floor(math.log10(high))
    step = next(power * part for part in (0.2, 0.5, 1, 2) if high / (power * part) <= 6)
    return [step * number for number in range(int(high / step) + 1)]


def short(value):
    if value >= 1e6:
        return f"{value / 1e6:g} M"
    if value >= 1e4:
        return f"{value / 1e3:g} k"
    return f"{value:g}"


def side_by_side(plots):
    """An SVG of plots next to one another."""
    width = WIDTH * len(plots)
    inside = "\n".join(
        f'<g transform="translate({index * WIDTH} 0)">\n{plot.svg()}\n</g>'
        for index, plot in enumerate(plots)
    )
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {HEIGHT}" width="{width}">'
    return f"{head}{STYLE}{inside}\n</svg>\n"
