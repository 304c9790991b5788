#!/usr/bin/python3
# The methods of lib/shop/forecast.h once more, written from the papers in another way: the
# weighted sums are expanded, not smoothed step by step.  Reads one series a line (method alpha
# beta phi numbers...), prints the mean squared error and the forecasts of 8 weeks; for "make" the
# whole choice.  For t/unit/forecast_oracle.t.
import sys

GRID = {'ses': [(a, 0, 0) for a in (.05, .1, .15, .2, .25, .3, .4, .5, .6, .7, .8, .9)],
        'sba': [(a, 0, 0) for a in (.05, .1, .15, .2, .3)],
        'damped': [(a, b, p) for a in (.05, .1, .2, .3, .5, .7, .9) for b in (.02, .05, .1, .2, .3) for p in (.8, .9, .95, .98)]}


def ses(y, a):
    """FPP 8.1, weighted average form: sum of a (1-a)^j y, the rest of the weight on the start."""
    start = sum(y[:4]) / len(y[:4])

    def at(t):
        return sum(a * (1 - a) ** j * y[t - 1 - j] for j in range(t)) + (1 - a) ** t * start
    return [at(t) for t in range(len(y))], [at(len(y))] * 8


def sba(y, a):
    """Sizes and gaps of the demands, each its own weighted average."""
    when = [i for i, v in enumerate(y) if v > 0]
    if not when:
        return [0.0] * len(y), [0.0] * 8
    sizes = [y[i] for i in when]
    gaps = [when[0] + 1] + [b - c for b, c in zip(when[1:], when)]

    def average(values, start):
        k = len(values)
        return sum(a * (1 - a) ** j * values[k - 1 - j] for j in range(k)) + (1 - a) ** k * start

    def at(t):
        k = sum(1 for i in when if i < t)
        return (1 - a / 2) * average(sizes[:k], sizes[0]) / average(gaps[:k], len(y) / len(when))
    return [at(t) for t in range(len(y))], [at(len(y))] * 8


def damped(y, a, b, phi):
    """Error-correction form (FPP 8.5, ETS(A,Ad,N)): the slope is moved by a * b * error."""
    k = min(4, len(y) // 2)
    level = sum(y[:k]) / k
    slope = (sum(y[k:2 * k]) / k - level) / k
    told = []
    for v in y:
        told.append(level + phi * slope)
        e = v - told[-1]
        level, slope = told[-1] + a * e, phi * slope + a * b * e
    return told, [level + slope * phi * (1 - phi ** h) / (1 - phi) for h in range(1, 9)]


def run(method, y, a, b, phi):
    told, ahead = ses(y, a) if method == 'ses' else sba(y, a) if method == 'sba' else damped(y, a, b, phi)
    return sum((v - t) ** 2 for v, t in zip(y, told)) / len(y), [max(v, 0.0) for v in ahead]


def fit(method, y):
    return min((run(method, y, *w) for w in GRID[method]), key=lambda r: r[0])


def make(y):
    if len(y) < 4 or sum(y) <= 0:
        return 'none', 0, [0.0] * 8, 0, 0, -1
    method, missed, asked, mase = 'ses', 0, 0, -1
    if len(y) >= 16:
        train, held = y[:-8], y[-8:]
        tried = {m: fit(m, train)[1] for m in ('ses', 'sba', 'damped')}
        method = min(tried, key=lambda m: sum((h - f) ** 2 for h, f in zip(held, tried[m])))
        missed, asked = sum(abs(h - f) for h, f in zip(held, tried[method])), sum(held)
        usual = sum(abs(p - q) for p, q in zip(train[1:], train)) / (len(train) - 1)
        mase = missed / 8 / usual if usual > 0 else -1
    squares, ahead = fit(method, y)
    return method, squares ** .5, ahead, missed, asked, mase


for line in sys.stdin:
    f = line.split()
    y = [float(v) for v in f[4:]]
    if f[0] == 'make':
        method, sigma, ahead, *rest = make(y)
        print(method, *('%.9g' % v for v in [sigma, *ahead, *rest]))
    else:
        squares, ahead = run(f[0], y, *map(float, f[1:4]))
        print(f[0], *('%.9g' % v for v in [squares, *ahead]))
